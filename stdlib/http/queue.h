/* Requests of a node that gives their answers in the order of its frames: the first is for the
 * frame in hand, the others for those that wait behind it. */
#ifndef PKD_HTTP_QUEUE_H
#define PKD_HTTP_QUEUE_H

#include "transfer.h"

struct http_queued {
	struct http_slot *slot;
	uint64_t seq; /* of the value that it is for: its first input's */
};

struct http_queue {
	struct http_client client;
	struct http_queued *queued; /* a ring of `room` */
	uint32_t room, first, n;
};

enum { HTTP_QUEUE_MAX = 4096 };

/* With room for what pkd_ahead may give of so many of the first inputs: for as many as may be in
 * flight, or where `options->slots` is above that, as many as it says, with those that are done and
 * wait for their turn. PKD_OK or what pkd_error says. */
int http_queue_open(struct http_queue *queue, const struct http_options *options, uint32_t n_inputs,
                    struct pkd_ctx *ctx);
void http_queue_close(struct http_queue *queue);

/* Leaves what is for other frames than the one in hand and those behind it: it may have rested
 * meanwhile. */
void http_queue_align(struct http_queue *queue, const void *in_hand);

/* A slot for one more value; NULL: there is no room, or enough is in flight. */
struct http_slot *http_queue_add(struct http_queue *queue, const void *value);

struct http_slot *http_queue_first(struct http_queue *queue);
void http_queue_drop_first(struct http_queue *queue);

/* The values of the n-th frame (1, 2 …) behind the one in hand of a node that joins its inputs 0
 * and 1; false: nothing is known of it yet. */
bool http_queue_pair_ahead(struct pkd_ctx *ctx, uint32_t n, const void *ret_values[static 2]);

#endif
