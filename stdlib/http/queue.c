/* See queue.h. */
#include "queue.h"

#include <errno.h>
#include <stdlib.h>

int http_queue_open(struct http_queue *queue, const struct http_options *options, uint32_t n_inputs,
                    struct pkd_ctx *ctx)
{
	struct http_options fewer = *options;
	int error;

	if (fewer.slots < fewer.at_once)
		fewer.slots = fewer.at_once;
	for (uint32_t i = 0; i < n_inputs; i++) {
		uint32_t room = pkd_ahead_room(ctx, i) + 1;

		fewer.slots = room < fewer.slots ? room : fewer.slots;
	}
	if (fewer.at_once > fewer.slots)
		fewer.at_once = fewer.slots;
	queue->room = fewer.slots;
	queue->queued = calloc(queue->room, sizeof(*queue->queued));
	if (!queue->queued)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = http_client_open(&queue->client, &fewer, ctx);
	if (error)
		free(queue->queued);
	return error;
}

void http_queue_close(struct http_queue *queue)
{
	http_client_close(&queue->client);
	free(queue->queued);
}

void http_queue_align(struct http_queue *queue, const void *in_hand)
{
	uint64_t seq = pkd_frame_of(in_hand)->seq;

	while (queue->n > 0 && queue->queued[queue->first].seq != seq)
		http_queue_drop_first(queue);
}

struct http_slot *http_queue_add(struct http_queue *queue, const void *value)
{
	struct http_queued *queued = &queue->queued[(queue->first + queue->n) % queue->room];
	struct http_slot *slot = queue->n < queue->room ? http_client_slot(&queue->client) : NULL;

	if (!slot)
		return NULL;
	queued->slot = slot;
	queued->seq = pkd_frame_of(value)->seq;
	queue->n++;
	return slot;
}

struct http_slot *http_queue_first(struct http_queue *queue)
{
	return queue->queued[queue->first].slot;
}

void http_queue_drop_first(struct http_queue *queue)
{
	http_slot_leave(http_queue_first(queue));
	queue->first = (queue->first + 1) % queue->room;
	queue->n--;
}

bool http_queue_pair_ahead(struct pkd_ctx *ctx, uint32_t n, const void *ret_values[static 2])
{
	uint32_t at[2] = {1, 1};

	for (;;) {
		const void *a = pkd_ahead(ctx, 0, at[0]), *b = pkd_ahead(ctx, 1, at[1]);
		uint64_t number_a, number_b;

		if (!a || !b)
			return false;
		number_a = pkd_frame_of(a)->number;
		number_b = pkd_frame_of(b)->number;
		if (number_a == number_b && --n == 0) {
			ret_values[0] = a;
			ret_values[1] = b;
			return true;
		}
		at[0] += number_a <= number_b;
		at[1] += number_b <= number_a;
	}
}
