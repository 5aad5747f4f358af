/* The discrete Fourier transform of N real numbers, N a power of two. */
#ifndef PKD_SIGNAL_FOURIER_H
#define PKD_SIGNAL_FOURIER_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

struct fourier {
	uint32_t N;
	double complex *roots; /* exp(-2 pi i k / N), k < N / 2 */
	double complex *work;  /* N / 2 */
};

bool fourier_is_size(uint32_t N); /* a power of two, 4 or more */

/* 0 or -ENOMEM. */
int fourier_init(struct fourier *fourier, uint32_t N);
void fourier_free(struct fourier *fourier);

/* ret_bins[0 … N / 2], without a factor: bin 0 is the sum. */
void fourier_run(struct fourier *fourier, const double *numbers, double complex *ret_bins);

#endif
