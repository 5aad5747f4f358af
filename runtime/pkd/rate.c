#include "pkd/rate.h"

#include <math.h>

void rate_add(struct rate *rate, uint64_t seq, int64_t published_ns, int64_t age_ns)
{
	if (rate->seq && seq == rate->seq + 1) {
		double interval = (double)(published_ns - rate->published_ns);

		rate->n_intervals++;
		rate->sum_ns += interval;
		rate->squares += interval * interval;
	}
	if (!rate->first_seq) {
		rate->first_seq = seq;
		rate->first_ns = published_ns;
	}
	if (age_ns >= 0) {
		rate->n_ages++;
		rate->age_ns += (double)age_ns;
	}
	rate->seq = seq;
	rate->published_ns = published_ns;
	rate->n++;
}

struct rate_sums rate_take(struct rate *rate)
{
	struct rate_sums sums = {.n = rate->n, .jitter_ns = NAN, .age_ns = NAN};
	double n = (double)rate->n_intervals;

	if (rate->published_ns > rate->first_ns)
		sums.rate = (double)(rate->seq - rate->first_seq) * 1e9 /
		            (double)(rate->published_ns - rate->first_ns);
	if (rate->n_intervals > 1) {
		double mean = rate->sum_ns / n, square = rate->squares / n - mean * mean;

		sums.jitter_ns = square > 0 ? sqrt(square) : 0;
	}
	if (rate->n_ages && rate->n_ages == rate->n)
		sums.age_ns = rate->age_ns / (double)rate->n_ages;
	*rate = (struct rate){
		.seq = rate->seq,
		.published_ns = rate->published_ns,
		.first_seq = rate->seq,
		.first_ns = rate->published_ns,
	};
	return sums;
}
