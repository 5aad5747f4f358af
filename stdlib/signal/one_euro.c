/* signal.one_euro: a low-pass whose cutoff follows the speed. The memory has the value and the
 * speed of each channel, both filtered; firings take its two halves in turn, so that one that is
 * done again finds what was before it. */
#include "channels.h"

#include "../base/value.h"

#include <math.h>
#include <signal/one_euro.pkd.h>

enum { VALUE, SPEED, STATES };

struct signal_one_euro {
	const struct signal_one_euro_params *params;
	struct channels channels;
	double *states; /* [2][channels][STATES] */
};

int signal_one_euro_init(struct signal_one_euro *self, const struct signal_one_euro_params *params,
                         struct pkd_ctx *ctx)
{
	self->params = params;
	self->states = signal_one_euro_get_states(ctx);
	return channels_find(&self->channels, params->T, ctx);
}

/* What an exponential filter takes of a new number that came after so many seconds. */
static double share(double cutoff, double passed)
{
	double r = 2 * M_PI * cutoff * passed;

	return r / (r + 1);
}

/* A state that is no number is none yet. */
static double run(const struct signal_one_euro_params *params, double x, double passed,
                  const double *from, double *to)
{
	double speed, cutoff;

	memcpy(to, from, STATES * sizeof(to[0]));
	if (!isfinite(x))
		return NAN;
	if (isnan(from[VALUE])) {
		to[VALUE] = x;
		to[SPEED] = 0;
		return x;
	}
	speed = (x - from[VALUE]) / passed;
	to[SPEED] += share(params->d_cutoff, passed) * (speed - from[SPEED]);
	cutoff = params->min_cutoff + params->beta * fabs(to[SPEED]);
	to[VALUE] += share(cutoff, passed) * (x - from[VALUE]);
	return to[VALUE];
}

/* Of a value at the same time as the one before: what the filter says without it. */
static void repeat(const struct signal_one_euro *self, const double *states, void *out)
{
	for (uint32_t i = 0; i < self->channels.n; i++)
		channel_set(&self->channels, i, out, states[i * STATES + VALUE]);
}

int signal_one_euro_step(struct signal_one_euro *self, const struct signal_one_euro_in *in,
                         struct signal_one_euro_out *out, struct pkd_ctx *ctx)
{
	static const double none[STATES] = {NAN, 0};
	struct signal_Course *course = &signal_one_euro_get_state(ctx)->course;
	size_t size = (size_t)self->channels.n * STATES;
	int64_t now_ns = pkd_time(ctx), last_ns = course->last;
	double *to = self->states + (course->n + 1) % 2 * size;
	const double *from = self->states + course->n % 2 * size;
	bool begins;

	value_copy(self->params->T, out->filtered, in->value);
	if (course->n > 0 && now_ns == last_ns) {
		repeat(self, from, out->filtered);
		return PKD_OK;
	}
	begins = course_begins(course, now_ns, self->params->gap);
	if (begins)
		to = self->states + course->n % 2 * size;
	for (uint32_t i = 0; i < self->channels.n; i++) {
		double x = channel_get(&self->channels, i, in->value);
		double passed = begins ? 0 : (double)(now_ns - last_ns) / 1e9;

		channel_set(&self->channels, i, out->filtered,
		            run(self->params, x, passed, begins ? none : from + i * STATES,
		                to + i * STATES));
	}
	return PKD_OK;
}

void signal_one_euro_finish(struct signal_one_euro *self)
{
	channels_free(&self->channels);
}

PKD_NODE(signal_one_euro);
