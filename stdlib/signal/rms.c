/* signal.rms: computed anew for each window, so no error of rounding stays. */
#include "window.h"

#include "../base/value.h"

#include <math.h>
#include <signal/rms.pkd.h>

struct signal_rms {
	const struct signal_rms_params *params;
	struct window window;
};

int signal_rms_init(struct signal_rms *self, const struct signal_rms_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	self->window.values = signal_rms_get_last(ctx);
	self->window.N = params->N;
	return window_init(&self->window, params->T, ctx);
}

/* The exponent of the largest one: without it no square is too large or too small for a double. */
static int exponent_of(const double *numbers, uint32_t n)
{
	double most = 0;
	int exponent;

	for (uint32_t i = 0; i < n; i++)
		most = fmax(most, fabs(numbers[i]));
	frexp(most, &exponent);
	return exponent;
}

static double rms(double *numbers, uint32_t n, bool centred)
{
	double mean = 0, squares = 0;
	int exponent = exponent_of(numbers, n);

	for (uint32_t i = 0; i < n; i++) {
		numbers[i] = ldexp(numbers[i], -exponent);
		mean += centred ? numbers[i] / n : 0;
	}
	for (uint32_t i = 0; i < n; i++)
		squares += (numbers[i] - mean) * (numbers[i] - mean);
	return n > 0 ? ldexp(sqrt(squares / n), exponent) : NAN;
}

int signal_rms_step(struct signal_rms *self, const struct signal_rms_in *in,
                    struct signal_rms_out *out, struct pkd_ctx *ctx)
{
	struct signal_Course *course = &signal_rms_get_state(ctx)->course;
	struct window *window = &self->window;

	course_begins(course, pkd_time(ctx), self->params->gap);
	window_add(window, course->n, in->value);
	value_copy(self->params->T, out->rms, in->value);
	for (uint32_t i = 0; i < window->channels.n; i++) {
		uint32_t n = window_gather(window, course->n, i);

		channel_set(&window->channels, i, out->rms,
		            rms(window->numbers, n, self->params->centred));
	}
	return PKD_OK;
}

void signal_rms_finish(struct signal_rms *self)
{
	window_free(&self->window);
}

PKD_NODE(signal_rms);
