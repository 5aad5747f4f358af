/* See fourier.h. Two real numbers are one complex one, so that a transform of N / 2 does
 * (W. H. Press et al.: Numerical Recipes, 12.3); that is J. W. Cooley's and J. W. Tukey's of
 * radix 2. */
#include "fourier.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool fourier_is_size(uint32_t N)
{
	return N >= 4 && (N & (N - 1)) == 0;
}

int fourier_init(struct fourier *fourier, uint32_t N)
{
	fourier->N = N;
	fourier->roots = calloc(N / 2, sizeof(fourier->roots[0]));
	fourier->work = calloc(N / 2, sizeof(fourier->work[0]));
	if (!fourier->roots || !fourier->work) {
		fourier_free(fourier);
		return -ENOMEM;
	}
	for (uint32_t k = 0; k < N / 2; k++)
		fourier->roots[k] = cexp(-2 * M_PI * I * k / N);
	return 0;
}

void fourier_free(struct fourier *fourier)
{
	free(fourier->roots);
	free(fourier->work);
	fourier->roots = fourier->work = NULL;
}

/* Number k goes to the place whose number has its bits in reverse order. */
static void reverse(double complex *numbers, uint32_t n)
{
	for (uint32_t k = 0, to = 0; k < n; k++) {
		uint32_t bit = n / 2;

		if (k < to) {
			double complex kept = numbers[k];

			numbers[k] = numbers[to];
			numbers[to] = kept;
		}
		for (; bit && to & bit; bit /= 2)
			to ^= bit;
		to |= bit;
	}
}

static void transform(const struct fourier *fourier, double complex *numbers, uint32_t n)
{
	reverse(numbers, n);
	for (uint32_t half = 1; half < n; half *= 2) {
		uint32_t stride = fourier->N / (2 * half);

		for (uint32_t from = 0; from < n; from += 2 * half)
			for (uint32_t k = from; k < from + half; k++) {
				double complex turned = numbers[k + half] *
				                        fourier->roots[(k - from) * stride];

				numbers[k + half] = numbers[k] - turned;
				numbers[k] += turned;
			}
	}
}

void fourier_run(struct fourier *fourier, const double *numbers, double complex *ret_bins)
{
	double complex *work = fourier->work;
	uint32_t half = fourier->N / 2;

	for (uint32_t k = 0; k < half; k++)
		work[k] = numbers[2 * k] + I * numbers[2 * k + 1];
	transform(fourier, work, half);
	ret_bins[0] = creal(work[0]) + cimag(work[0]);
	ret_bins[half] = creal(work[0]) - cimag(work[0]);
	for (uint32_t k = 1; k < half; k++) {
		double complex mirrored = conj(work[half - k]);
		double complex even = (work[k] + mirrored) / 2, odd = (work[k] - mirrored) / 2;

		ret_bins[k] = even - I * fourier->roots[k] * odd;
	}
}
