/* The last N values of a stream in persistent memory [T; N + 1]: value k is at k % (N + 1), so that
 * the one at hand is written where none is that counts. */
#ifndef PKD_SIGNAL_WINDOW_H
#define PKD_SIGNAL_WINDOW_H

#include "channels.h"

struct window {
	struct channels channels;
	char *values;
	double *numbers; /* of one channel, N */
	uint32_t N;
};

/* With values and N filled in. */
int window_init(struct window *window, const struct pkd_type *type, struct pkd_ctx *ctx);
void window_free(struct window *window);

/* `n` is the number of values with this one. */
void window_add(struct window *window, uint64_t n, const void *value);

/* The finite ones of the channel's last N numbers, the oldest first, into `numbers`. */
uint32_t window_gather(struct window *window, uint64_t n, uint32_t channel);

#endif
