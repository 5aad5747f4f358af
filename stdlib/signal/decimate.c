/* signal.decimate: of a FIR filter only the values that stay are computed, which is what a
 * polyphase form does. Value m of the output lies at value m * BY of the input, and needs
 * HALF * BY values behind that. */
#include "channels.h"

#include "../base/value.h"

#include <errno.h>
#include <math.h>
#include <signal/decimate.pkd.h>
#include <stdlib.h>

enum { HALF = 10 }; /* places on each side, in periods of the output */
static const double KAISER_BETA = 5.0;

struct signal_decimate {
	const struct signal_decimate_params *params;
	struct channels channels;
	char *values;
	int64_t *times_ns;
	double *taps; /* 0 … HALF * BY, from the middle outwards */
	uint64_t n_half, ring;
};

/* The modified Bessel function of order 0, by its power series. */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* scipy.signal.firwin(2 * n_half + 1, 1 / BY, window=("kaiser", 5.0)): the gain at 0 Hz is 1. */
static void make_taps(struct signal_decimate *self)
{
	double sum = 0, BY = self->params->BY;

	for (uint64_t k = 0; k <= self->n_half; k++) {
		double share = (double)k / (double)self->n_half;
		double x = M_PI * (double)k / BY;
		double window = bessel_i0(KAISER_BETA * sqrt(1 - share * share));

		self->taps[k] = window * (k ? sin(x) / x : 1);
		sum += (k ? 2 : 1) * self->taps[k];
	}
	for (uint64_t k = 0; k <= self->n_half; k++)
		self->taps[k] /= sum;
}

int signal_decimate_init(struct signal_decimate *self, const struct signal_decimate_params *params,
                         struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->n_half = HALF * (uint64_t)params->BY;
	self->ring = 2 * self->n_half + 2;
	self->values = signal_decimate_get_last(ctx);
	self->times_ns = signal_decimate_get_times(ctx);
	if (params->BY < 2)
		return pkd_error(ctx, EINVAL, "every value stays with BY: %u: write 2 or more",
		                 params->BY);
	error = channels_find(&self->channels, params->T, ctx);
	if (error)
		return error;
	self->taps = calloc(self->n_half + 1, sizeof(self->taps[0]));
	if (!self->taps) {
		channels_free(&self->channels);
		return pkd_error(ctx, ENOMEM, "no memory for a filter");
	}
	make_taps(self);
	return PKD_OK;
}

static char *place(const struct signal_decimate *self, uint64_t k)
{
	return self->values + k % self->ring * self->params->T->size;
}

/* Of the `n` values since it began. */
static double filter(const struct signal_decimate *self, uint32_t channel, uint64_t n, uint64_t at)
{
	double sum = self->taps[0] * channel_get(&self->channels, channel, place(self, at));

	for (uint64_t k = 1; k <= self->n_half; k++) {
		uint64_t before = at > k ? at - k : 0, behind = at + k < n ? at + k : n - 1;

		sum += self->taps[k] * (channel_get(&self->channels, channel, place(self, before)) +
		                        channel_get(&self->channels, channel, place(self, behind)));
	}
	return isfinite(sum) ? sum : NAN;
}

static void make(struct signal_decimate *self, struct signal_decimate_state *state, void *out,
                 struct pkd_ctx *ctx)
{
	uint64_t n = state->course.n, at = state->made * self->params->BY;

	value_copy(self->params->T, out, place(self, at));
	for (uint32_t i = 0; i < self->channels.n; i++)
		channel_set(&self->channels, i, out, filter(self, i, n, at));
	state->stamp = self->times_ns[at % self->ring];
	pkd_set_time(ctx, state->stamp);
	state->made++;
}

/* Whether a value that stays still waits for what is behind it. */
static bool has_rest(const struct signal_decimate *self, const struct signal_decimate_state *state)
{
	return state->made * self->params->BY < state->course.n;
}

static void make_nothing(struct signal_decimate_state *state, struct pkd_ctx *ctx)
{
	signal_decimate_absent_decimated(ctx);
	pkd_set_time(ctx, state->stamp);
}

static int leave_out(struct signal_decimate_state *state, struct pkd_ctx *ctx)
{
	if (state->left++ == 0)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "a value at %.6f s is no later than the one before, at %.6f s: it is left "
		        "out, as any other that is",
		        (double)pkd_time(ctx) / 1e9, (double)state->course.last / 1e9);
	make_nothing(state, ctx);
	return PKD_OK;
}

static void add(struct signal_decimate *self, struct signal_decimate_state *state,
                const void *value, struct pkd_ctx *ctx)
{
	struct signal_Course *course = &state->course;

	if (course->n == 0 && state->made == 0)
		state->stamp = pkd_time(ctx);
	value_copy(self->params->T, place(self, course->n), value);
	self->times_ns[course->n % self->ring] = course->last = pkd_time(ctx);
	course->n++;
}

int signal_decimate_step(struct signal_decimate *self, const struct signal_decimate_in *in,
                         struct signal_decimate_out *out, struct pkd_ctx *ctx)
{
	struct signal_decimate_state *state = signal_decimate_get_state(ctx);
	struct signal_Course *course = &state->course;
	int64_t now_ns = pkd_time(ctx), gap_ns = self->params->gap;

	if (pkd_flushing(ctx)) {
		if (!has_rest(self, state))
			return PKD_SKIP;
		make(self, state, out->decimated, ctx);
		return PKD_OK;
	}
	if (course->n > 0 && now_ns <= course->last)
		return leave_out(state, ctx);
	if (course->n > 0 && gap_ns > 0 && now_ns - course->last > gap_ns) {
		if (has_rest(self, state)) {
			make(self, state, out->decimated, ctx);
			return PKD_MORE;
		}
		course->n = state->made = 0;
	}
	add(self, state, in->value, ctx);
	if (state->made * self->params->BY + self->n_half < course->n)
		make(self, state, out->decimated, ctx);
	else
		make_nothing(state, ctx);
	return PKD_OK;
}

void signal_decimate_finish(struct signal_decimate *self)
{
	channels_free(&self->channels);
	free(self->taps);
}

PKD_NODE(signal_decimate);
