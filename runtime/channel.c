#include "channel.h"

/* ---- Writing ---- */

void pkdi_output_start(struct pkdi_output *output)
{
	if (!output->stream)
		return;
	pkdi_slots_init(&output->slots, &output->ring, output->pins, output->n_pins);
	output->settled = pkdi_read(&output->ring.words->settled);
	output->room_until = 0;
}

static bool is_gone(const struct pkdi_orders *orders)
{
	return atomic_load_explicit(&orders->gone, memory_order_acquire) != 0;
}

/* The first seq that the reader has no room for. A cursor beyond what was published is a reader
 * that has left (PKDI_ENDED), or one that lies and only harms itself. */
static uint64_t gate_limit(const struct pkdi_gate *gate, uint64_t next)
{
	uint64_t cursor = atomic_load_explicit(&gate->words->cursor, memory_order_acquire);

	if (!gate->window || cursor > next || is_gone(gate->orders))
		return UINT64_MAX;
	return cursor + gate->window;
}

bool pkdi_output_has_room(struct pkdi_output *output)
{
	uint64_t next = output->slots.next;
	uint64_t limit = UINT64_MAX;

	if (!output->stream || next < output->room_until)
		return true;
	for (uint32_t i = 0; i < output->n_gates; i++) {
		uint64_t l = gate_limit(&output->gates[i], next);

		if (l < limit)
			limit = l;
	}
	output->room_until = limit;
	return next < limit;
}

const struct pkdi_gate *pkdi_output_full_gate(const struct pkdi_output *output)
{
	for (uint32_t i = 0; output->stream && i < output->n_gates; i++)
		if (output->slots.next >= gate_limit(&output->gates[i], output->slots.next))
			return &output->gates[i];
	return NULL;
}

bool pkdi_output_is_deserted(const struct pkdi_output *output)
{
	if (!output->stream || !output->n_gates)
		return false;
	for (uint32_t i = 0; i < output->n_gates; i++) {
		const struct pkdi_gate *gate = &output->gates[i];

		if (atomic_load_explicit(&gate->words->cursor, memory_order_acquire) !=
		            PKDI_ENDED &&
		    !is_gone(gate->orders))
			return false;
	}
	return true;
}

static struct pkd_frame *slot_frame(const struct pkdi_output *output, uint32_t slot)
{
	return (struct pkd_frame *)(void *)(output->data +
	                                    (size_t)slot * output->stream->slot_size);
}

struct pkd_frame *pkdi_output_loan(struct pkdi_output *output)
{
	uint32_t slot;

	if (!output->stream)
		return NULL;
	slot = pkdi_slots_loan(&output->slots);
	return slot == PKDI_NO_SLOT ? NULL : slot_frame(output, slot);
}

void pkdi_output_publish(struct pkdi_output *output, uint64_t seq, uint32_t slot)
{
	if (output->slots.next == seq && slot < output->ring.n_slots)
		pkdi_slots_publish(&output->slots, slot);
}

bool pkdi_output_settle(struct pkdi_output *output, uint64_t number)
{
	if (!output->stream || number <= output->settled)
		return false;
	output->settled = number;
	/* Release: a reader that sees the watermark also sees what was published before it. */
	atomic_store_explicit(&output->ring.words->settled, number, memory_order_release);
	return true;
}

/* ---- Reading ---- */

void pkdi_input_start(struct pkdi_input *input)
{
	input->front = NULL;
	input->fires = false;
	if (!input->stream)
		return;
	pkdi_ring_unpin(&input->words->pin);
	input->cursor = pkdi_read(&input->words->cursor);
}

void pkdi_input_load_settled(struct pkdi_input *input)
{
	/* The order given first: its writer stores nothing after it was given up. */
	if (is_gone(input->writer_orders))
		input->settled = PKDI_ENDED;
	else
		input->settled = atomic_load_explicit(&input->ring.words->settled,
		                                      memory_order_acquire);
}

void pkdi_input_advance(struct pkdi_input *input, uint64_t cursor)
{
	input->front = NULL;
	input->cursor = cursor;
	if (pkdi_read(&input->words->pin))
		pkdi_ring_unpin(&input->words->pin);
	/* Release: the reads of the slots that it gives up come before. */
	atomic_store_explicit(&input->words->cursor, cursor, memory_order_release);
}

const struct pkd_frame *pkdi_input_frame(const struct pkdi_input *input, uint32_t slot)
{
	return (const struct pkd_frame *)(const void *)(input->data +
	                                                (size_t)slot * input->stream->slot_size);
}
