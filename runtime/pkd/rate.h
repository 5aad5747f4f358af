/* How often values come, how evenly, and how old they are. */
#ifndef PKD_RATE_H
#define PKD_RATE_H

#include <stdint.h>

struct rate {
	uint64_t seq; /* of the last value; 0: there was none */
	int64_t published_ns;
	uint64_t first_seq; /* of the one before this period */
	int64_t first_ns;
	uint64_t n, n_intervals;
	double sum_ns, squares, age_ns; /* of intervals, and of ages */
	uint64_t n_ages;
};

/* Of one period. What is not known is not a number. */
struct rate_sums {
	uint64_t n;       /* values that were seen */
	double rate;      /* values a second, also those that were not seen */
	double jitter_ns; /* the standard deviation of the intervals between two */
	double age_ns;    /* from capture to publication, on average */
};

/* age_ns: negative where it has none. */
void rate_add(struct rate *rate, uint64_t seq, int64_t published_ns, int64_t age_ns);

/* Ends a period and begins the next one. */
struct rate_sums rate_take(struct rate *rate);

#endif
