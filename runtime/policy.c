#include "policy.h"

/* A writer that laps a reader so often within one look is not one of ours: its words are damaged.
 * The reader then sees nothing, instead of spinning for ever. */
enum { MAX_TRIES = 10000 };

static const bool fires[] = {
#define POLICY(constant, word, fires, loses) [constant] = fires,
#include <pkd/policy.def>
#undef POLICY
};

bool pkdi_policy_fires(const struct pkdi_input *input)
{
	return input->stream && fires[input->decl->policy];
}

/* Every frame in order. The cursor protects the slot, so that no pin is needed. */
static void look_queue(struct pkdi_input *input)
{
	uint32_t slot;

	if (input->front)
		return;
	slot = pkdi_ring_find(&input->ring, input->cursor);
	if (slot != PKDI_NO_SLOT)
		input->front = pkdi_input_frame(input, slot);
}

/* Pins the oldest of the newest `window` values that are not behind `from`. Returns its seq, 0
 * when there is none. */
static uint64_t pin_within(struct pkdi_input *input, uint64_t from, uint64_t window,
                           uint32_t *ret_slot)
{
	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t newest = pkdi_ring_newest(&input->ring);
		uint64_t seq = from;
		uint32_t slot;

		if (newest < from)
			break;
		if (newest - from >= window)
			seq = newest - window + 1;
		slot = pkdi_ring_pin(&input->ring, seq, &input->words->pin);
		if (slot != PKDI_NO_SLOT) {
			*ret_slot = slot;
			return seq;
		}
	}
	return 0;
}

/* The choice stays pinned until the node has fired with it or passed it by. */
static void look_latest(struct pkdi_input *input)
{
	uint32_t slot;
	uint64_t seq;

	if (input->front || input->cursor == PKDI_ENDED)
		return;
	seq = pin_within(input, input->cursor, input->window, &slot);
	if (!seq)
		return;
	pkdi_count(&input->words->n_dropped, seq - input->cursor);
	input->cursor = seq;
	input->front = pkdi_input_frame(input, slot);
}

/* The value in hand stays until there is a newer one; moving the pin gives it up. */
static void look_sample(struct pkdi_input *input)
{
	uint32_t slot;
	uint64_t seq;

	if (input->cursor == PKDI_ENDED || pkdi_ring_newest(&input->ring) < input->cursor)
		return;
	input->front = NULL;
	seq = pin_within(input, input->cursor, 1, &slot);
	if (!seq)
		return;
	input->cursor = seq + 1;
	input->front = pkdi_input_frame(input, slot);
	atomic_store_explicit(&input->words->cursor, input->cursor, memory_order_relaxed);
}

void pkdi_policy_look(struct pkdi_input *input)
{
	if (!input->stream)
		return;
	switch (input->decl->policy) {
	case PKD_QUEUE:
		look_queue(input);
		break;
	case PKD_LATEST:
		look_latest(input);
		break;
	case PKD_SAMPLE:
		look_sample(input);
		break;
	}
}
