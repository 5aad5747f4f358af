#include "channel/channel.h"

/* Slot `i` of the stream, or of memory laid out like its slots. */
static struct pkd_frame *frame_at(const struct pkd_stream *stream, const char *slots, uint32_t i)
{
	return (struct pkd_frame *)(void *)(slots + (size_t)i * stream->slot_size);
}

/* ---- Writing ---- */

void pkdi_output_start(struct pkdi_output *output)
{
	if (!output->stream)
		return;
	pkdi_slots_init(&output->slots, &output->ring, output->pins, output->n_pins);
	output->settled = pkdi_read(&output->ring.words->settled);
	output->room_until = 0;
	output->offset = PKDI_ENDED;
	output->open_slot = PKDI_NO_SLOT;
}

static bool is_gone(const struct pkdi_orders *orders)
{
	return atomic_load_explicit(&orders->gone, memory_order_acquire) != 0;
}

/* The first seq beyond the reader's credits. A cursor beyond what was published is a reader that
 * has left (PKDI_ENDED), or a faulty one that harms only itself. */
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

bool pkdi_output_has_readers(const struct pkdi_output *output)
{
	for (uint32_t i = 0; output->stream && i < output->n_gates; i++)
		if (!output->gates[i].own)
			return true;
	return false;
}

bool pkdi_output_has_lost_readers(const struct pkdi_output *output)
{
	bool had_readers = false;

	for (uint32_t i = 0; output->stream && i < output->n_gates; i++) {
		const struct pkdi_gate *gate = &output->gates[i];

		if (gate->own)
			continue;
		if (atomic_load_explicit(&gate->words->cursor, memory_order_acquire) !=
		            PKDI_ENDED &&
		    !is_gone(gate->orders))
			return false;
		had_readers = true;
	}
	return had_readers;
}

void *pkdi_output_loan(struct pkdi_output *output, struct pkd_frame **ret_header)
{
	uint32_t slot;

	if (!output->stream)
		return NULL;
	slot = pkdi_slots_loan(&output->slots);
	if (slot == PKDI_NO_SLOT)
		return NULL;
	*ret_header = output->made ? output->made : frame_at(output->stream, output->data, slot);
	return *ret_header + 1;
}

void pkdi_output_publish(struct pkdi_output *output, uint64_t seq, uint32_t slot)
{
	if (output->slots.next == seq && slot < output->ring.n_slots)
		pkdi_slots_publish(&output->slots, slot, output->made);
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

/* The choice of `latest` stays, as long as its frame has not been committed. */
static void keep_choice(struct pkdi_input *input)
{
	uint64_t chosen = pkdi_read(&input->words->chosen);

	if (chosen && chosen >= input->cursor && input->cursor != PKDI_ENDED)
		input->front = pkdi_input_held(input, chosen, 0);
	if (input->front)
		input->cursor = chosen;
	else
		pkdi_input_unpin(input);
}

void pkdi_input_start(struct pkdi_input *input)
{
	input->front = NULL;
	input->fires = false;
	input->passed = 0;
	if (!input->stream)
		return;
	input->cursor = pkdi_read(&input->words->cursor);
	input->seen = input->cursor - 1;
	switch (input->decl->policy) {
	case PKD_QUEUE:
		pkdi_input_unpin(input);
		break;
	case PKD_LATEST:
		keep_choice(input);
		break;
	case PKD_SAMPLE:
		/* Looks for the newest value again, whichever had been seen. */
		if (input->cursor != PKDI_ENDED)
			input->cursor = 1;
		break;
	}
}

void pkdi_input_load_settled(struct pkdi_input *input)
{
	/* The supervisor's order first: its writer stores nothing after it was given up. */
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
	/* Release: the reads of the released slots happen before. And before the pin is cleared:
	 * a restart in between finds a choice behind its cursor. */
	atomic_store_explicit(&input->words->cursor, cursor, memory_order_release);
	if (pkdi_read(&input->words->pin))
		pkdi_input_unpin(input);
}

void pkdi_input_leave(struct pkdi_input *input)
{
	/* Which is what it says already, where it has left. */
	atomic_store_explicit(&input->words->left, pkdi_position(input->words),
	                      memory_order_relaxed);
	pkdi_input_advance(input, PKDI_ENDED);
}

static _Atomic uint64_t *pin_of(const struct pkdi_input *input, uint32_t back)
{
	return back ? &input->back_pins[back - 1] : &input->words->pin;
}

static struct pkd_frame *copy_of(const struct pkdi_input *input, uint32_t back)
{
	return frame_at(input->stream, input->copies, back);
}

static const struct pkd_frame *view_of(const struct pkdi_input *input, uint32_t back)
{
	return frame_at(input->stream, input->copies_view, back);
}

void pkdi_input_release(struct pkdi_input *input, uint32_t back)
{
	if (input->copies)
		copy_of(input, back)->seq = 0;
	else
		pkdi_ring_unpin(pin_of(input, back));
}

void pkdi_input_unpin(struct pkdi_input *input)
{
	for (uint32_t back = 0; back <= input->n_back; back++)
		pkdi_input_release(input, back);
}

const struct pkd_frame *pkdi_input_hold(struct pkdi_input *input, uint64_t seq, uint32_t back)
{
	uint32_t slot;

	if (input->copies) {
		if (pkdi_ring_copy(&input->ring, seq, copy_of(input, back)))
			return view_of(input, back);
		pkdi_input_release(input, back);
		return NULL;
	}
	slot = pkdi_ring_pin(&input->ring, seq, pin_of(input, back));
	return slot == PKDI_NO_SLOT ? NULL : pkdi_input_frame(input, slot);
}

const struct pkd_frame *pkdi_input_held(const struct pkdi_input *input, uint64_t seq, uint32_t back)
{
	uint64_t pin;

	if (input->copies)
		return copy_of(input, back)->seq == seq ? view_of(input, back) : NULL;
	pin = pkdi_read(pin_of(input, back));
	return pkdi_entry_seq(pin) == seq && pkdi_entry_slot(pin) < input->ring.n_slots
	               ? pkdi_input_frame(input, pkdi_entry_slot(pin))
	               : NULL;
}

const struct pkd_frame *pkdi_input_find(const struct pkdi_input *input, uint64_t seq)
{
	uint32_t slot = seq ? pkdi_ring_find(&input->ring, seq) : PKDI_NO_SLOT;

	return slot == PKDI_NO_SLOT ? NULL : pkdi_input_frame(input, slot);
}

const struct pkd_frame *pkdi_input_frame(const struct pkdi_input *input, uint32_t slot)
{
	return frame_at(input->stream, input->data, slot);
}
