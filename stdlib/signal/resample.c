/* signal.resample: values of a grid of times, between two values that have come. */
#include "channels.h"

#include "../base/value.h"

#include <inttypes.h>
#include <math.h>
#include <signal/resample.pkd.h>

struct signal_resample {
	const struct signal_resample_params *params;
	struct channels channels;
	char *last;
};

int signal_resample_init(struct signal_resample *self, const struct signal_resample_params *params,
                         struct pkd_ctx *ctx)
{
	self->params = params;
	self->last = signal_resample_get_last(ctx);
	return channels_find(&self->channels, params->T, ctx);
}

static int64_t grid_time(const struct signal_resample *self,
                         const struct signal_resample_state *state, uint64_t k)
{
	return state->first + (int64_t)llround((double)k * 1e9 / self->params->rate);
}

/* So many periods after the first value that the time is not before `now_ns`. */
static uint64_t grid_place(const struct signal_resample *self,
                           const struct signal_resample_state *state, int64_t now_ns)
{
	uint64_t k = (uint64_t)((double)(now_ns - state->first) * self->params->rate / 1e9);

	while (k > 0 && grid_time(self, state, k - 1) >= now_ns)
		k--;
	while (grid_time(self, state, k) < now_ns)
		k++;
	return k;
}

/* At so large a part of the way from one value to the other. */
static void mix(const struct signal_resample *self, const void *from, const void *to, double part,
                void *out)
{
	value_copy(self->params->T, out, part < 1 ? from : to);
	if (self->params->between == signal_Between_hold)
		return;
	for (uint32_t i = 0; i < self->channels.n; i++) {
		double a = channel_get(&self->channels, i, from);
		double b = channel_get(&self->channels, i, to);

		channel_set(&self->channels, i, out, part < 1 ? a + part * (b - a) : b);
	}
}

static char *place(const struct signal_resample *self, uint64_t n)
{
	return self->last + n % 2 * self->params->T->size;
}

/* Nothing (more) is made of this value, which is kept. */
static int keep(struct signal_resample *self, struct signal_resample_state *state,
                const void *value, struct pkd_ctx *ctx)
{
	state->course.last = pkd_time(ctx);
	state->course.n++;
	value_copy(self->params->T, place(self, state->course.n), value);
	return PKD_OK;
}

/* Value number `made` of the grid, which is due at or before `now_ns`. */
static int make(struct signal_resample *self, struct signal_resample_state *state,
                const void *value, void *out, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_time(ctx), before_ns = state->course.last;
	int64_t due_ns = grid_time(self, state, state->made);

	mix(self, place(self, state->course.n), value,
	    (double)(due_ns - before_ns) / (double)(now_ns - before_ns), out);
	state->stamp = due_ns;
	pkd_set_time(ctx, due_ns);
	state->made++;
	return grid_time(self, state, state->made) <= now_ns ? PKD_MORE
	                                                     : keep(self, state, value, ctx);
}

/* The first value is one of the output, too. */
static int begin(struct signal_resample *self, struct signal_resample_state *state,
                 const void *value, void *out, struct pkd_ctx *ctx)
{
	state->first = state->stamp = pkd_time(ctx);
	state->made = 1;
	pkd_set_time(ctx, state->stamp);
	value_copy(self->params->T, out, value);
	return keep(self, state, value, ctx);
}

static int leave_out(struct signal_resample_state *state, struct pkd_ctx *ctx)
{
	if (state->left++ == 0)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "a value at %.6f s is no later than the one before, at %.6f s: it is left "
		        "out, as any other that is",
		        (double)pkd_time(ctx) / 1e9, (double)state->course.last / 1e9);
	signal_resample_absent_resampled(ctx);
	pkd_set_time(ctx, state->stamp);
	return PKD_OK;
}

int signal_resample_step(struct signal_resample *self, const struct signal_resample_in *in,
                         struct signal_resample_out *out, struct pkd_ctx *ctx)
{
	struct signal_resample_state *state = signal_resample_get_state(ctx);
	int64_t now_ns = pkd_time(ctx), gap_ns = self->params->gap;

	if (state->course.n == 0)
		return begin(self, state, in->value, out->resampled, ctx);
	if (now_ns <= state->course.last)
		return leave_out(state, ctx);
	if (gap_ns > 0 && now_ns - state->course.last > gap_ns) {
		state->made = grid_place(self, state, now_ns);
		if (grid_time(self, state, state->made) == now_ns)
			return make(self, state, in->value, out->resampled, ctx);
	} else if (grid_time(self, state, state->made) <= now_ns) {
		return make(self, state, in->value, out->resampled, ctx);
	}
	signal_resample_absent_resampled(ctx);
	state->stamp = now_ns;
	pkd_set_time(ctx, now_ns);
	return keep(self, state, in->value, ctx);
}

void signal_resample_finish(struct signal_resample *self)
{
	channels_free(&self->channels);
}

PKD_NODE(signal_resample);
