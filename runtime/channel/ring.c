#include "channel/ring.h"

#include <string.h>

/* The words of a slot, and where the entry is among them: after a value that fits there, or in
 * the header. */
enum {
	HEADER_WORDS = sizeof(struct pkd_frame) / sizeof(uint64_t),
	HEADER_ENTRY = offsetof(struct pkd_frame, entry) / sizeof(uint64_t),
	VALUE_ENTRY = HEADER_WORDS + PKDI_LINE_VALUE / sizeof(uint64_t),
};

enum pkdi_place pkdi_ring_place(uint32_t value_size, bool has_lossy_readers, bool apart)
{
	if (apart)
		return PKDI_APART;
	if (value_size <= PKDI_LINE_VALUE)
		return PKDI_COPIED;
	if (!has_lossy_readers)
		return PKDI_IN_SLOTS;
	return value_size <= PKDI_COPIED_VALUE ? PKDI_COPIED : PKDI_APART;
}

struct pkdi_ring pkdi_ring_make(enum pkdi_place place, const struct pkd_stream *stream,
                                struct pkdi_stream_words *words, const char *data)
{
	struct pkdi_ring ring = {
		.place = place,
		.words = words,
		.depth = stream->ring_size,
		.n_slots = stream->n_slots,
	};

	if (place == PKDI_APART) {
		ring.entries = (char *)words->ring;
		ring.stride = sizeof(words->ring[0]);
		ring.size = stream->ring_size;
		return ring;
	}
	ring.entry_word = stream->value_size <= PKDI_LINE_VALUE ? VALUE_ENTRY : HEADER_ENTRY;
	ring.n_words = HEADER_WORDS + (stream->value_size + 7) / 8;
	ring.entries = (char *)data + ring.entry_word * sizeof(uint64_t);
	ring.stride = stream->slot_size;
	ring.size = stream->n_slots;
	return ring;
}

static _Atomic uint64_t *entry_of(const struct pkdi_ring *ring, uint64_t seq)
{
	return (_Atomic uint64_t *)(void *)(ring->entries + seq % ring->size * ring->stride);
}

uint32_t pkdi_ring_find(const struct pkdi_ring *ring, uint64_t seq)
{
	uint64_t entry = atomic_load_explicit(entry_of(ring, seq), memory_order_acquire);
	uint32_t slot = pkdi_entry_slot(entry);

	if (pkdi_entry_seq(entry) != seq || slot >= ring->n_slots)
		return PKDI_NO_SLOT;
	return slot;
}

bool pkdi_ring_has_reached(const struct pkdi_ring *ring, uint64_t seq)
{
	uint64_t entry = atomic_load_explicit(entry_of(ring, seq), memory_order_acquire);

	/* A slot being refilled for a later value had this one. */
	return pkdi_entry_seq(entry) > seq ||
	       (pkdi_entry_seq(entry) == seq && pkdi_entry_slot(entry) < ring->n_slots);
}

uint64_t pkdi_ring_newest(const struct pkdi_ring *ring, uint64_t from)
{
	uint64_t head;

	/* A reader that keeps up finds it next to the cursor; the line of `head` is stored to
	 * all the time. */
	if (!pkdi_ring_has_reached(ring, from))
		return 0;
	if (!pkdi_ring_has_reached(ring, from + 1))
		return from;
	head = atomic_load_explicit(&ring->words->head, memory_order_acquire);
	return pkdi_ring_has_reached(ring, head + 1) ? head + 1 : head;
}

uint32_t pkdi_ring_pin(const struct pkdi_ring *ring, uint64_t seq, _Atomic uint64_t *pin)
{
	uint32_t slot = pkdi_ring_find(ring, seq);

	if (slot != PKDI_NO_SLOT) {
		atomic_store(pin, pkdi_entry(seq, slot));
		if (atomic_load(entry_of(ring, seq)) != pkdi_entry(seq, slot))
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

static void copy_range(_Atomic uint64_t *to, const _Atomic uint64_t *from, uint32_t begin,
                       uint32_t end)
{
	for (uint32_t i = begin; i < end; i++)
		atomic_store_explicit(&to[i], atomic_load_explicit(&from[i], memory_order_relaxed),
		                      memory_order_relaxed);
}

/* All of a slot except its entry. */
static void copy_slot(const struct pkdi_ring *ring, _Atomic uint64_t *to,
                      const _Atomic uint64_t *from)
{
	uint32_t n = ring->n_words, entry = ring->entry_word;

	copy_range(to, from, 0, n < entry ? n : entry);
	copy_range(to, from, entry + 1, n);
}

bool pkdi_ring_copy(const struct pkdi_ring *ring, uint64_t seq, struct pkd_frame *copy)
{
	const _Atomic uint64_t *entry = entry_of(ring, seq);
	uint32_t slot = pkdi_ring_find(ring, seq);

	if (slot == PKDI_NO_SLOT)
		return false;
	copy_slot(ring, (_Atomic uint64_t *)(void *)copy, entry - ring->entry_word);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(entry, memory_order_relaxed) == pkdi_entry(seq, slot);
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

/* Can a writer have left this in place `i`, if none is newer than `newest`? A node may have
 * overwritten an entry in a header. */
static bool is_sound(const struct pkdi_ring *ring, uint64_t entry, uint32_t i, uint64_t newest)
{
	uint64_t seq = pkdi_entry_seq(entry);
	uint32_t slot = pkdi_entry_slot(entry);

	return seq && seq <= newest && seq % ring->size == i && slot < ring->n_slots &&
	       (ring->place == PKDI_APART || slot == i);
}

void pkdi_slots_init(struct pkdi_slots *slots, const struct pkdi_ring *ring,
                     const _Atomic uint64_t *const *pins, uint32_t n_pins)
{
	uint64_t head = atomic_load(&ring->words->head);

	*slots = (struct pkdi_slots){
		.ring = *ring,
		.loaned = PKDI_NO_SLOT,
		.pins = pins,
		.n_pins = n_pins,
	};
	slots->next = head + 1;
	for (uint32_t i = 0; i < ring->size; i++) {
		uint64_t entry = atomic_load(entry_of(ring, i));

		if (!is_sound(ring, entry, i, head + 1))
			continue;
		mark(slots->live, pkdi_entry_slot(entry));
		if (pkdi_entry_seq(entry) >= slots->next)
			slots->next = pkdi_entry_seq(entry) + 1;
	}
	/* The previous incarnation may have died between the entry and head. */
	if (head != slots->next - 1)
		atomic_store(&ring->words->head, slots->next - 1);
	atomic_thread_fence(memory_order_release); /* as after each value that is published */
}

static void prefetch_for_writing(const _Atomic uint64_t *word)
{
#if defined(__x86_64__)
	/* The builtin emits it only when told that this CPU is the oldest target. */
	__asm__ volatile("prefetchw %0" : : "m"(*word));
#else
	__builtin_prefetch((const void *)word, 1);
#endif
}

void pkdi_slots_prefetch(const struct pkdi_slots *slots)
{
	const _Atomic uint64_t *entry = entry_of(&slots->ring, slots->next);

	prefetch_for_writing(entry);
	if (slots->ring.place == PKDI_COPIED)
		for (uint32_t i = 0; i < slots->ring.n_words; i += PKDI_LINE / sizeof(*entry))
			prefetch_for_writing(entry - slots->ring.entry_word + i);
}

uint32_t pkdi_slots_loan(struct pkdi_slots *slots)
{
	uint32_t n = slots->ring.n_slots;
	uint64_t taken[PKDI_MAX_SLOTS / 64];

	if (slots->loaned != PKDI_NO_SLOT)
		return slots->loaned;
	if (slots->ring.place != PKDI_APART) {
		slots->loaned = (uint32_t)(slots->next % n);
		/* Its cache lines arrive while the value is made elsewhere. */
		if (slots->ring.place == PKDI_COPIED)
			pkdi_slots_prefetch(slots);
		return slots->loaned;
	}
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

static void copy_in(struct pkdi_slots *slots, _Atomic uint64_t *entry, const struct pkd_frame *made)
{
	/* For readers that are copying the old value. */
	if (slots->n_pins) {
		atomic_store_explicit(entry, pkdi_entry(slots->next, PKDI_FILLING),
		                      memory_order_relaxed);
		atomic_thread_fence(memory_order_release);
	}
	copy_slot(&slots->ring, entry - slots->ring.entry_word,
	          (const _Atomic uint64_t *)(const void *)made);
}

/* A ring apart: which slots are in it from here on. */
static void account(struct pkdi_slots *slots, uint64_t evicted, uint32_t slot)
{
	if (evicted && pkdi_entry_slot(evicted) < slots->ring.n_slots)
		unmark(slots->live, pkdi_entry_slot(evicted));
	mark(slots->live, slot);
}

void pkdi_slots_publish(struct pkdi_slots *slots, uint32_t slot, const struct pkd_frame *made)
{
	const struct pkdi_ring *ring = &slots->ring;
	_Atomic uint64_t *entry = entry_of(ring, slots->next);

	if (ring->place == PKDI_APART)
		account(slots, atomic_load_explicit(entry, memory_order_relaxed), slot);
	else if (ring->place == PKDI_COPIED)
		copy_in(slots, entry, made);
	/* Without pins there is no pair to be ordered, see ring.h. */
	if (ring->place == PKDI_APART && slots->n_pins)
		atomic_store(entry, pkdi_entry(slots->next, slot));
	else
		atomic_store_explicit(entry, pkdi_entry(slots->next, slot), memory_order_release);
	atomic_store_explicit(&ring->words->head, slots->next, memory_order_release);
	/* For those who only look, see look.h. No instruction on x86. */
	atomic_thread_fence(memory_order_release);
	slots->loaned = PKDI_NO_SLOT;
	slots->next++;
}
