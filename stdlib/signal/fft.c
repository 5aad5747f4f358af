/* signal.fft: spectra of what lies in a window. */
#include "channels.h"
#include "fourier.h"

#include <errno.h>
#include <math.h>
#include <signal/fft.pkd.h>
#include <stdlib.h>

enum { MAX_SIZE = 1 << 20 };

struct signal_fft {
	const struct signal_fft_params *params;
	struct rate_check check;
	struct fourier fourier;
	double *last; /* value k at k % (N + 1) */
	int64_t *times_ns;
	double *shape, *numbers; /* N */
	double complex *bins;    /* N / 2 + 1 */
	double gain;             /* the sum of the shape */
};

/* Sums of cosines: a0 - a1 cos(x) + a2 cos(2 x) - … */
static double shape_at(uint32_t window, double x)
{
	static const double terms[][5] = {
		[signal_Window_rectangular] = {1},
		[signal_Window_hann] = {0.5, 0.5},
		[signal_Window_hamming] = {0.54, 0.46},
		[signal_Window_blackman] = {0.42, 0.5, 0.08},
		[signal_Window_flattop] = {0.21557895, 0.41663158, 0.277263158, 0.083578947,
	                                   0.006947368},
	};
	double sum = 0;

	for (int k = 0; k < 5; k++)
		sum += (k % 2 ? -1 : 1) * terms[window][k] * cos(k * x);
	return sum;
}

static void release(struct signal_fft *self)
{
	fourier_free(&self->fourier);
	free(self->shape);
	free(self->bins);
}

static int allocate(struct signal_fft *self, struct pkd_ctx *ctx)
{
	uint32_t N = self->params->N;
	int error = fourier_init(&self->fourier, N);

	self->shape = calloc(2 * (size_t)N, sizeof(self->shape[0]));
	self->bins = calloc(N / 2 + 1, sizeof(self->bins[0]));
	if (!error && self->shape && self->bins) {
		self->numbers = self->shape + N;
		return PKD_OK;
	}
	release(self);
	return pkd_error(ctx, ENOMEM, "no memory for a spectrum of %u values", N);
}

int signal_fft_init(struct signal_fft *self, const struct signal_fft_params *params,
                    struct pkd_ctx *ctx)
{
	uint32_t N = params->N;
	int error;

	self->params = params;
	if (!fourier_is_size(N) || N > MAX_SIZE)
		return pkd_error(ctx, EINVAL,
		                 "N is %u, and is to be a power of two from 4 to %d: write N: 256",
		                 N, MAX_SIZE);
	self->last = signal_fft_get_last(ctx);
	self->times_ns = signal_fft_get_times(ctx);
	error = allocate(self, ctx);
	if (error)
		return error;
	for (uint32_t k = 0; k < N; k++) {
		self->shape[k] = shape_at(params->window, 2 * M_PI * k / N);
		self->gain += self->shape[k];
	}
	return PKD_OK;
}

/* The window in order, times its shape; whether all numbers are finite. */
static bool gather(struct signal_fft *self, uint64_t n)
{
	uint32_t N = self->params->N;
	double mean = 0;

	for (uint32_t k = 0; k < N; k++) {
		self->numbers[k] = self->last[(n - N + k) % (N + UINT64_C(1))];
		if (!isfinite(self->numbers[k]))
			return false;
		mean += self->numbers[k] / N;
	}
	for (uint32_t k = 0; k < N; k++)
		self->numbers[k] = (self->numbers[k] - (self->params->centred ? mean : 0)) *
		                   self->shape[k];
	return true;
}

static double rate_of(const struct signal_fft *self, uint64_t n)
{
	uint32_t N = self->params->N;
	int64_t passed = self->times_ns[(n - 1) % (N + UINT64_C(1))] -
	                 self->times_ns[(n - N) % (N + UINT64_C(1))];

	if (self->params->rate > 0)
		return self->params->rate;
	return passed > 0 ? (N - 1) * 1e9 / (double)passed : NAN;
}

static struct signal_Peak find_peak(const struct signal_fft *self, double rate)
{
	uint32_t N = self->params->N, at = 1;
	double part = 0, a, b, c, magnitude;

	for (uint32_t k = 2; k <= N / 2; k++)
		if (cabs(self->bins[k]) > cabs(self->bins[at]))
			at = k;
	magnitude = cabs(self->bins[at]);
	if (at < N / 2 && magnitude > 0) {
		a = log(cabs(self->bins[at - 1]) / magnitude);
		b = 0;
		c = log(cabs(self->bins[at + 1]) / magnitude);
		part = (a - c) / (2 * (a - 2 * b + c));
		part = isfinite(a) && isfinite(c) && isfinite(part) ? part : 0;
		magnitude *= part != 0 ? exp((c - a) * part / 4) : 1;
	}
	return (struct signal_Peak){(at + part) * rate / N,
	                            magnitude * (at < N / 2 ? 2 : 1) / self->gain};
}

/* Every hop values, from the first window that is full on. */
static bool is_due(const struct signal_fft *self, uint64_t n)
{
	uint32_t N = self->params->N, hop = self->params->hop ? self->params->hop : N / 2;

	return n >= N && (n - N) % hop == 0;
}

int signal_fft_step(struct signal_fft *self, const struct signal_fft_in *in,
                    struct signal_fft_out *out, struct pkd_ctx *ctx)
{
	struct signal_Course *course = &signal_fft_get_state(ctx)->course;
	uint32_t N = self->params->N;
	bool begins = course_begins(course, pkd_time(ctx), self->params->gap);
	uint64_t place = (course->n - 1) % (N + UINT64_C(1));

	if (self->params->rate > 0)
		rate_check(&self->check, self->params->rate, begins, ctx);
	self->last[place] = *in->value;
	self->times_ns[place] = pkd_time(ctx);
	if (!is_due(self, course->n) || !gather(self, course->n)) {
		signal_fft_absent_magnitudes(ctx);
		signal_fft_absent_peak(ctx);
		return PKD_OK;
	}
	fourier_run(&self->fourier, self->numbers, self->bins);
	for (uint32_t k = 0; k <= N / 2; k++)
		out->magnitudes[k] = cabs(self->bins[k]) * (k > 0 && k < N / 2 ? 2 : 1) /
		                     self->gain;
	*out->peak = find_peak(self, rate_of(self, course->n));
	return PKD_OK;
}

void signal_fft_finish(struct signal_fft *self)
{
	release(self);
}

PKD_NODE(signal_fft);
