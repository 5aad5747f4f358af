#include "ring.h"

#include <string.h>

uint32_t pkdi_ring_find(const struct pkdi_ring *ring, uint64_t seq)
{
	uint64_t entry = atomic_load_explicit(&ring->words->ring[seq % ring->size],
	                                      memory_order_acquire);
	uint32_t slot = pkdi_entry_slot(entry);

	if (pkdi_entry_seq(entry) != seq || slot >= ring->n_slots)
		return PKDI_NO_SLOT;
	return slot;
}

uint64_t pkdi_ring_newest(const struct pkdi_ring *ring)
{
	uint64_t head = atomic_load_explicit(&ring->words->head, memory_order_acquire);

	return pkdi_ring_find(ring, head + 1) == PKDI_NO_SLOT ? head : head + 1;
}

uint32_t pkdi_ring_pin(const struct pkdi_ring *ring, uint64_t seq, _Atomic uint64_t *pin)
{
	uint32_t slot = pkdi_ring_find(ring, seq);

	if (slot != PKDI_NO_SLOT) {
		atomic_store(pin, pkdi_entry(seq, slot));
		if (atomic_load(&ring->words->ring[seq % ring->size]) != pkdi_entry(seq, slot))
			slot = PKDI_NO_SLOT;
	}
	if (slot == PKDI_NO_SLOT)
		pkdi_ring_unpin(pin);
	return slot;
}

void pkdi_ring_unpin(_Atomic uint64_t *pin)
{
	atomic_store_explicit(pin, 0, memory_order_release);
}

static void mark(uint64_t *bitmap, uint32_t slot)
{
	bitmap[slot / 64] |= UINT64_C(1) << slot % 64;
}

static void unmark(uint64_t *bitmap, uint32_t slot)
{
	bitmap[slot / 64] &= ~(UINT64_C(1) << slot % 64);
}

static bool is_marked(const uint64_t *bitmap, uint32_t slot)
{
	return bitmap[slot / 64] >> slot % 64 & 1;
}

void pkdi_slots_init(struct pkdi_slots *slots, const struct pkdi_ring *ring,
                     const _Atomic uint64_t *const *pins, uint32_t n_pins)
{
	*slots = (struct pkdi_slots){
		.ring = *ring,
		.next = 1,
		.loaned = PKDI_NO_SLOT,
		.pins = pins,
		.n_pins = n_pins,
	};
	for (uint32_t i = 0; i < ring->size; i++) {
		uint64_t entry = atomic_load(&ring->words->ring[i]);

		if (!entry || pkdi_entry_slot(entry) >= ring->n_slots)
			continue;
		mark(slots->live, pkdi_entry_slot(entry));
		if (pkdi_entry_seq(entry) >= slots->next)
			slots->next = pkdi_entry_seq(entry) + 1;
	}
	/* The previous incarnation may have died between the entry and head. */
	if (atomic_load(&ring->words->head) != slots->next - 1)
		atomic_store(&ring->words->head, slots->next - 1);
}

uint32_t pkdi_slots_loan(struct pkdi_slots *slots)
{
	uint32_t n = slots->ring.n_slots;
	uint64_t taken[PKDI_MAX_SLOTS / 64];

	if (slots->loaned != PKDI_NO_SLOT)
		return slots->loaned;
	memcpy(taken, slots->live, (n + 63) / 64 * sizeof(taken[0]));
	for (uint32_t i = 0; i < slots->n_pins; i++) {
		uint64_t pin = atomic_load(slots->pins[i]);

		if (pin && pkdi_entry_slot(pin) < n)
			mark(taken, pkdi_entry_slot(pin));
	}
	for (uint32_t i = 0, slot = slots->hint; i < n; i++, slot = slot + 1 < n ? slot + 1 : 0) {
		if (is_marked(taken, slot))
			continue;
		slots->loaned = slot;
		slots->hint = slot + 1 < n ? slot + 1 : 0;
		return slot;
	}
	return PKDI_NO_SLOT;
}

void pkdi_slots_publish(struct pkdi_slots *slots, uint32_t slot)
{
	struct pkdi_stream_words *words = slots->ring.words;
	_Atomic uint64_t *entry = &words->ring[slots->next % slots->ring.size];
	uint64_t evicted = atomic_load_explicit(entry, memory_order_relaxed);

	/* Without pins there is no pair to be ordered, see ring.h. */
	if (slots->n_pins)
		atomic_store(entry, pkdi_entry(slots->next, slot));
	else
		atomic_store_explicit(entry, pkdi_entry(slots->next, slot), memory_order_release);
	atomic_store_explicit(&words->head, slots->next, memory_order_release);
	if (evicted && pkdi_entry_slot(evicted) < slots->ring.n_slots)
		unmark(slots->live, pkdi_entry_slot(evicted));
	mark(slots->live, slot);
	slots->loaned = PKDI_NO_SLOT;
	slots->next++;
}
