#include "policy.h"

#include "every.h"

/* A writer that laps a reader so often within one look is not one of ours: its words are damaged.
 * The reader then sees nothing, instead of spinning for ever. */
enum { MAX_TRIES = 10000 };

static const bool fires[] = {
#define POLICY(constant, word, fires, loses) [constant] = fires,
#include <pkd/policy.def>
#undef POLICY
};

enum pkdi_role pkdi_policy_role(const struct pkd_input *decl)
{
	if (decl->stream == PKD_NONE)
		return PKDI_ROLE_NONE;
	if (!fires[decl->policy])
		return PKDI_ROLE_SAMPLED;
	return decl->last < 0 ? PKDI_ROLE_HISTORY : PKDI_ROLE_FIRING;
}

static uint32_t looked_back_at(const struct pkd_input *decl)
{
	return (uint32_t) - (int64_t)decl->first;
}

uint32_t pkdi_policy_pins(const struct pkd_input *decl, bool fires_any)
{
	if (decl->policy == PKD_QUEUE && (!fires_any || decl->last < 0))
		return 0;
	return 1 + looked_back_at(decl);
}

uint64_t pkdi_policy_window(const struct pkd_input *decl)
{
	uint64_t window = decl->window ? decl->window : 1;

	if (decl->last < 0)
		return window;
	return window > looked_back_at(decl) ? window - looked_back_at(decl) : 1;
}

/* Goes past a frame that `every` does not take. */
static void pass(struct pkdi_input *input, const struct pkd_frame *frame)
{
	input->passed = frame->number;
	pkdi_input_advance(input, input->cursor + 1);
}

/* For the worker of a pool this is the moment of its claim: its node has room in all outputs. */
static bool takes(struct pkdi_input *input, const struct pkd_frame *frame)
{
	if (!input->thins)
		return true;
	return input->pool.claims ? pkdi_pool_takes(&input->pool, input->cursor)
	                          : pkdi_every_takes(input, frame);
}

/* Every frame in order. The cursor protects the slot, so that no pin is needed. */
static void look_queue(struct pkdi_input *input)
{
	while (!input->front) {
		uint32_t slot = pkdi_ring_find(&input->ring, input->cursor);
		const struct pkd_frame *frame;

		if (slot == PKDI_NO_SLOT)
			return;
		frame = pkdi_input_frame(input, slot);
		if (takes(input, frame))
			input->front = frame;
		else
			pass(input, frame);
	}
}

/* Pins value `seq`, and the ones before it that are looked back at; false when the writer has lapped
 * one of them meanwhile. */
static bool pin_with_back(struct pkdi_input *input, uint64_t seq, uint32_t *ret_slot)
{
	*ret_slot = pkdi_ring_pin(&input->ring, seq, &input->words->pin);
	if (*ret_slot == PKDI_NO_SLOT)
		return false;
	for (uint32_t i = 0; i < input->n_back; i++) {
		uint64_t back = i + 1;

		if (seq <= back)
			pkdi_ring_unpin(&input->back_pins[i]);
		else if (pkdi_ring_pin(&input->ring, seq - back, &input->back_pins[i]) ==
		         PKDI_NO_SLOT)
			return false;
	}
	return true;
}

/* Pins the oldest of the newest `window` values that are not behind `from`. Returns its seq, 0
 * when there is none. */
static uint64_t pin_within(struct pkdi_input *input, uint64_t from, uint64_t window,
                           uint32_t *ret_slot)
{
	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t newest = pkdi_ring_newest(&input->ring);
		uint64_t seq = from;

		if (newest < from)
			break;
		if (newest - from >= window)
			seq = newest - window + 1;
		if (pin_with_back(input, seq, ret_slot))
			return seq;
	}
	return 0;
}

/* The choice stays pinned until the node has fired with it or passed it by. */
static void choose(struct pkdi_input *input, uint64_t seq, uint32_t slot)
{
	pkdi_count(&input->words->n_dropped, seq - input->cursor);
	input->cursor = seq;
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&input->words->chosen, seq, memory_order_relaxed);
	input->front = pkdi_input_frame(input, slot);
}

static void look_latest(struct pkdi_input *input)
{
	uint32_t slot;
	uint64_t seq;

	if (input->front || input->cursor == PKDI_ENDED)
		return;
	seq = pin_within(input, input->cursor, input->window, &slot);
	if (seq)
		choose(input, seq, slot);
}

/* Goes back from `newest`, as far as the ring reaches, to the oldest of the newest `window` values that
 * `every` takes, which is then pinned. Returns its seq, 0 when there is none; *ret_number is that of
 * `newest`, 0 when the writer has lapped it meanwhile. */
static uint64_t pin_taken(struct pkdi_input *input, uint64_t newest, uint32_t *ret_slot,
                          uint64_t *ret_number)
{
	uint64_t found = 0, n_found = 0, pinned = 0;

	*ret_number = 0;
	for (uint64_t seq = newest; seq >= input->cursor && newest - seq < input->ring.size;
	     seq--) {
		const struct pkd_frame *frame;

		if (n_found == input->window)
			break;
		pinned = 0;
		if (!pin_with_back(input, seq, ret_slot))
			break;
		pinned = seq;
		frame = pkdi_input_frame(input, *ret_slot);
		if (seq == newest)
			*ret_number = frame->number;
		if (!pkdi_every_takes(input, frame))
			continue;
		found = seq;
		n_found++;
		/* Of a period there is one. */
		if (input->decl->every_ns)
			break;
	}
	/* Where the search has gone on, its pins have moved on too. */
	if (found && found != pinned && !pin_with_back(input, found, ret_slot))
		*ret_number = found = 0;
	return found;
}

/* The newest of the frames that `every` takes, not those among the newest frames: a reader that is late
 * would hardly ever meet one. */
static void look_latest_thinned(struct pkdi_input *input)
{
	for (uint32_t i = 0; i < MAX_TRIES && !input->front; i++) {
		uint64_t newest, seq, number;
		uint32_t slot;

		newest = pkdi_ring_newest(&input->ring);
		if (input->cursor == PKDI_ENDED || newest < input->cursor)
			return;
		seq = pin_taken(input, newest, &slot, &number);
		if (seq) {
			choose(input, seq, slot);
		} else if (number) {
			input->passed = number;
			pkdi_input_advance(input, newest + 1);
		}
	}
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

const struct pkd_frame *pkdi_policy_show(struct pkdi_input *input)
{
	uint32_t slot;

	/* The pin holds what `latest` has chosen to fire with next. */
	if (input->front && input->decl->policy == PKD_LATEST)
		return input->front;
	if (!pin_within(input, 1, 1, &slot))
		return NULL;
	return pkdi_input_frame(input, slot);
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
		if (input->thins)
			look_latest_thinned(input);
		else
			look_latest(input);
		break;
	case PKD_SAMPLE:
		look_sample(input);
		break;
	}
}
