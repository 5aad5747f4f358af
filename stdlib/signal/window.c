/* See window.h. */
#include "window.h"

#include "../base/value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int window_init(struct window *window, const struct pkd_type *type, struct pkd_ctx *ctx)
{
	int error = channels_find(&window->channels, type, ctx);

	if (error)
		return error;
	window->numbers = calloc(window->N, sizeof(window->numbers[0]));
	if (!window->numbers) {
		channels_free(&window->channels);
		return pkd_error(ctx, ENOMEM, "no memory for a window of %u values", window->N);
	}
	return PKD_OK;
}

void window_free(struct window *window)
{
	channels_free(&window->channels);
	free(window->numbers);
}

static char *place(const struct window *window, uint64_t k)
{
	return window->values + k % (window->N + UINT64_C(1)) * window->channels.type->size;
}

void window_add(struct window *window, uint64_t n, const void *value)
{
	value_copy(window->channels.type, place(window, n - 1), value);
}

uint32_t window_gather(struct window *window, uint64_t n, uint32_t channel)
{
	uint32_t n_numbers = 0;

	for (uint64_t k = n > window->N ? n - window->N : 0; k < n; k++) {
		double number = channel_get(&window->channels, channel, place(window, k));

		if (isfinite(number))
			window->numbers[n_numbers++] = number;
	}
	return n_numbers;
}
