/* count.stats: the numbers of `recent` lie in persistent memory, where a firing writes the one
 * place that none of them has, and sorted in the node's own memory. */
#include <count/stats.pkd.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct count_stats {
	const struct count_stats_params *params;
	double *numbers; /* number k at k % (N + 1) */
	double *sorted;  /* of the last N */
	uint32_t n_sorted;
};

/* How many of the sorted ones are below a number. */
static uint32_t n_below(const struct count_stats *self, double number)
{
	uint32_t low = 0, high = self->n_sorted;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (self->sorted[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert(struct count_stats *self, double number)
{
	uint32_t i = n_below(self, number);

	memmove(self->sorted + i + 1, self->sorted + i,
	        (self->n_sorted++ - i) * sizeof(self->sorted[0]));
	self->sorted[i] = number;
}

static void take_out(struct count_stats *self, double number)
{
	uint32_t i = n_below(self, number);

	memmove(self->sorted + i, self->sorted + i + 1,
	        (--self->n_sorted - i) * sizeof(self->sorted[0]));
}

int count_stats_init(struct count_stats *self, const struct count_stats_params *params,
                     struct pkd_ctx *ctx)
{
	const struct count_stats_state *state = count_stats_get_state(ctx);
	uint64_t n = state->all.n, N = params->N;

	self->params = params;
	self->numbers = count_stats_get_last(ctx);
	self->sorted = calloc(N + 1, sizeof(self->sorted[0]));
	if (!self->sorted)
		return pkd_error(ctx, ENOMEM, "no memory to sort %u numbers", params->N);
	for (uint64_t k = n > N ? n - N : 0; k < n; k++)
		insert(self, self->numbers[k % (N + 1)]);
	return PKD_OK;
}

static void add(struct count_stats *self, struct count_stats_state *state, double number)
{
	uint64_t N = self->params->N, k = state->all.n++;
	double n = (double)k + 1, before = state->all.mean, step = number - before;

	if (k == 0)
		state->all.min = state->all.max = number;
	state->all.last = number;
	state->all.min = fmin(state->all.min, number);
	state->all.max = fmax(state->all.max, number);
	/* B. P. Welford's method, which loses no digits where the mean is large. */
	state->all.mean += isfinite(step) ? step / n : number / n - before / n;
	state->squares += step * (number - state->all.mean);
	state->all.deviation = sqrt(state->squares / n);
	if (k >= N)
		take_out(self, self->numbers[(k - N) % (N + 1)]);
	self->numbers[k % (N + 1)] = number;
	insert(self, number);
}

static double quantile(const struct count_stats *self, double share)
{
	double at = share * (self->n_sorted - 1);
	uint32_t below = (uint32_t)at;
	uint32_t above = below + 1 < self->n_sorted ? below + 1 : below;

	return self->sorted[below] + (at - below) * (self->sorted[above] - self->sorted[below]);
}

static struct count_Recent recent(const struct count_stats *self)
{
	uint32_t n = self->n_sorted;
	double mean = 0, squares = 0;

	for (uint32_t i = 0; i < n; i++)
		mean += self->sorted[i] / n;
	for (uint32_t i = 0; i < n; i++)
		squares += (self->sorted[i] - mean) * (self->sorted[i] - mean);
	return (struct count_Recent){.n = n,
	                             .min = self->sorted[0],
	                             .max = self->sorted[n - 1],
	                             .mean = mean,
	                             .deviation = sqrt(squares / n),
	                             .median = quantile(self, 0.5),
	                             .quantile = quantile(self, self->params->quantile)};
}

int count_stats_step(struct count_stats *self, const struct count_stats_in *in,
                     struct count_stats_out *out, struct pkd_ctx *ctx)
{
	struct count_stats_state *state = count_stats_get_state(ctx);

	if (in->value && isfinite(*in->value))
		add(self, state, *in->value);
	if (state->all.n == 0) {
		count_stats_absent_all(ctx);
		count_stats_absent_recent(ctx);
		return PKD_OK;
	}
	*out->all = state->all;
	*out->recent = recent(self);
	return PKD_OK;
}

int count_stats_reset(struct count_stats *self, struct pkd_ctx *ctx)
{
	*count_stats_get_state(ctx) = (struct count_stats_state){0};
	self->n_sorted = 0;
	return PKD_OK;
}

void count_stats_finish(struct count_stats *self)
{
	free(self->sorted);
}

PKD_NODE(count_stats);
