/* signal.median: the window's middle, found by C. A. R. Hoare's selection. */
#include "window.h"

#include "../base/value.h"

#include <math.h>
#include <signal/median.pkd.h>

struct signal_median {
	const struct signal_median_params *params;
	struct window window;
};

int signal_median_init(struct signal_median *self, const struct signal_median_params *params,
                       struct pkd_ctx *ctx)
{
	self->params = params;
	self->window.values = signal_median_get_last(ctx);
	self->window.N = params->N;
	return window_init(&self->window, params->T, ctx);
}

static void swap(double *a, double *b)
{
	double kept = *a;

	*a = *b;
	*b = kept;
}

/* Number k of them by size; those before it are no larger, those behind it no smaller. */
static double select(double *numbers, uint32_t n, uint32_t k)
{
	int64_t low = 0, high = (int64_t)n - 1;

	while (low < high) {
		double middle = numbers[low + (high - low) / 2];
		int64_t i = low, j = high;

		while (i <= j) {
			while (numbers[i] < middle)
				i++;
			while (numbers[j] > middle)
				j--;
			if (i <= j)
				swap(&numbers[i++], &numbers[j--]);
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}
	return numbers[k];
}

static double median(double *numbers, uint32_t n)
{
	double upper, lower;

	if (n == 0)
		return NAN;
	upper = select(numbers, n, n / 2);
	if (n % 2)
		return upper;
	lower = numbers[0];
	for (uint32_t i = 1; i < n / 2; i++)
		lower = fmax(lower, numbers[i]);
	return lower / 2 + upper / 2;
}

int signal_median_step(struct signal_median *self, const struct signal_median_in *in,
                       struct signal_median_out *out, struct pkd_ctx *ctx)
{
	struct signal_Course *course = &signal_median_get_state(ctx)->course;
	struct window *window = &self->window;

	course_begins(course, pkd_time(ctx), self->params->gap);
	window_add(window, course->n, in->value);
	value_copy(self->params->T, out->filtered, in->value);
	for (uint32_t i = 0; i < window->channels.n; i++) {
		uint32_t n = window_gather(window, course->n, i);

		channel_set(&window->channels, i, out->filtered, median(window->numbers, n));
	}
	return PKD_OK;
}

void signal_median_finish(struct signal_median *self)
{
	window_free(&self->window);
}

PKD_NODE(signal_median);
