/* signal.derivative: the weights of the values depend on their times alone, so that they are the
 * same for all channels. Polynomials that are orthogonal over these times (G. E. Forsythe) need no
 * equations to be solved:
 *
 *   p(k + 1) = (t - a(k)) p(k) - b(k) p(k - 1)
 *   w(i)     = sum over k of p(k)(t(i)) p(k)'(t(last)) / |p(k)|^2 */
#include "channels.h"

#include "../base/value.h"

#include <errno.h>
#include <math.h>
#include <signal/derivative.pkd.h>
#include <stdlib.h>

struct signal_derivative {
	const struct signal_derivative_params *params;
	struct channels channels;
	char *values;
	int64_t *times_ns;
	/* N of each: times in seconds before the last one, weights, and two polynomials there */
	double *times, *weights, *now, *before;
};

static int allocate(struct signal_derivative *self, struct pkd_ctx *ctx)
{
	size_t N = self->params->N;

	self->times = calloc(4 * N, sizeof(double));
	if (!self->times) {
		channels_free(&self->channels);
		return pkd_error(ctx, ENOMEM, "no memory for a window of %zu values", N);
	}
	self->weights = self->times + N;
	self->now = self->times + 2 * N;
	self->before = self->times + 3 * N;
	return PKD_OK;
}

int signal_derivative_init(struct signal_derivative *self,
                           const struct signal_derivative_params *params, struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	if (params->N <= params->degree)
		return pkd_error(ctx, EINVAL,
		                 "a polynomial of degree %u needs more than %u values: write N: %u",
		                 params->degree, params->N, 2 * params->degree + 1);
	self->values = signal_derivative_get_last(ctx);
	self->times_ns = signal_derivative_get_times(ctx);
	error = channels_find(&self->channels, params->T, ctx);
	return error ? error : allocate(self, ctx);
}

/* The polynomials at the last time, which is 0, and their derivatives there. */
struct at_last {
	double value, slope;
};

struct basis {
	struct at_last now, before;
	double square, square_before; /* |p|^2 */
};

/* From p(k), which is `now`, to p(k + 1). */
static void go_on(struct signal_derivative *self, uint32_t n, struct basis *basis)
{
	double sum = 0, a, b = basis->square / basis->square_before;
	double *kept = self->before;
	struct at_last next;

	for (uint32_t i = 0; i < n; i++)
		sum += self->times[i] * self->now[i] * self->now[i];
	a = sum / basis->square;
	next.value = -a * basis->now.value - b * basis->before.value;
	next.slope = basis->now.value - a * basis->now.slope - b * basis->before.slope;
	basis->before = basis->now;
	basis->now = next;
	for (uint32_t i = 0; i < n; i++)
		kept[i] = (self->times[i] - a) * self->now[i] - b * kept[i];
	self->before = self->now;
	self->now = kept;
}

static void weigh(struct signal_derivative *self, uint32_t n, uint32_t degree)
{
	struct basis basis = {.now = {1, 0}, .square = n, .square_before = INFINITY};

	for (uint32_t i = 0; i < n; i++) {
		self->now[i] = 1;
		self->before[i] = self->weights[i] = 0;
	}
	for (uint32_t k = 1; k <= degree; k++) {
		go_on(self, n, &basis);
		basis.square_before = basis.square;
		basis.square = 0;
		for (uint32_t i = 0; i < n; i++)
			basis.square += self->now[i] * self->now[i];
		for (uint32_t i = 0; i < n; i++)
			self->weights[i] += self->now[i] * basis.now.slope / basis.square;
	}
}

/* Of the last `n` values; value k is at k % (N + 1). */
static double slope(const struct signal_derivative *self, uint32_t i, uint64_t end, uint32_t n)
{
	uint64_t ring = self->params->N + UINT64_C(1);
	double sum = 0;

	for (uint32_t k = 0; k < n; k++) {
		const char *value = self->values + (end - n + k) % ring * self->params->T->size;

		sum += self->weights[k] * channel_get(&self->channels, i, value);
	}
	return isfinite(sum) ? sum : NAN;
}

int signal_derivative_step(struct signal_derivative *self, const struct signal_derivative_in *in,
                           struct signal_derivative_out *out, struct pkd_ctx *ctx)
{
	struct signal_Course *course = &signal_derivative_get_state(ctx)->course;
	uint64_t ring = self->params->N + UINT64_C(1);
	int64_t now_ns = pkd_time(ctx);
	bool is_same = course->n > 0 && course->last == now_ns;
	uint32_t n, degree;

	if (!is_same)
		course_begins(course, now_ns, self->params->gap);
	n = course->n < self->params->N ? (uint32_t)course->n : self->params->N;
	if (!is_same) {
		value_copy(self->params->T,
		           self->values + (course->n - 1) % ring * self->params->T->size,
		           in->value);
		self->times_ns[(course->n - 1) % ring] = now_ns;
	}
	if (is_same || n < 2) {
		signal_derivative_absent_slope(ctx);
		return PKD_OK;
	}
	degree = self->params->degree < n ? self->params->degree : n - 1;
	for (uint32_t k = 0; k < n; k++)
		self->times[k] = (double)(self->times_ns[(course->n - n + k) % ring] - now_ns) /
		                 1e9;
	weigh(self, n, degree);
	value_copy(self->params->T, out->slope, in->value);
	for (uint32_t i = 0; i < self->channels.n; i++)
		channel_set(&self->channels, i, out->slope, slope(self, i, course->n, n));
	return PKD_OK;
}

void signal_derivative_finish(struct signal_derivative *self)
{
	channels_free(&self->channels);
	free(self->times);
}

PKD_NODE(signal_derivative);
