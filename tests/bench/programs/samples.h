/* What the last nodes of the programs collect, and print as harness.c does. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct samples {
	double *values;
	uint32_t n, room;
};

static inline int samples_init(struct samples *samples, uint32_t room)
{
	samples->values = calloc(room, sizeof(*samples->values));
	samples->room = room;
	return samples->values ? 0 : -1;
}

/* The latest `room` of them count. */
static inline void samples_add(struct samples *samples, double value)
{
	samples->values[samples->n++ % samples->room] = value;
}

static inline int samples_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One line, written at once, as several processes may end at the same time. */
static inline void samples_print(struct samples *samples, const char *what)
{
	uint32_t n = samples->n < samples->room ? samples->n : samples->room;
	double *v = samples->values;

	if (!n)
		return;
	qsort(v, n, sizeof(*v), samples_compare);
	printf("what=%s n=%u p10=%.1f median=%.1f p90=%.1f\n", what, n, v[n / 10], v[n / 2],
	       v[n * 9 / 10]);
	fflush(stdout);
}

static inline void samples_finish(struct samples *samples)
{
	free(samples->values);
}

#endif
