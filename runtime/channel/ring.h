/* The ring of a stream and the bookkeeping of its slots: atomics only, no system calls, no policy.
 *
 * Memory order. Pins are hazard pointers. A value is filled with plain stores and published by one
 * store of its ring entry.
 *
 *   writer                               lossy reader
 *   fill slot k                          e = ring[c % D]
 *   ring[s % D] = (s, k)   seq_cst  W1   pin = e                    seq_cst  R1
 *   head = s                             ring[c % D] == e ?         seq_cst  R2
 *   ...                                  read slot(e), plain loads
 *   scan all pins          seq_cst  W2   pin = 0, or the next entry          R3
 *   choose a slot neither live nor pinned, fill it
 *
 * W1/W2 against R1/R2 is a Dekker pair in the one order of seq_cst operations. Say the writer
 * evicts e (its W1 replaces the entry) and later scans (W2). Either R1 comes before W2, and the
 * scan sees the pin and leaves the slot alone; or W2 comes before R1, hence W1 before R2, and the
 * reader sees that the entry has changed and tries again without having read the slot. Every one
 * of the four has to be seq_cst: acquire and release alone allow both sides to miss each other.
 * The reader's loads happen before R3 (release) and the writer's refill happens after the W2 that
 * read R3's value (acquire), so a reader that has unpinned never sees the refill.
 *
 * The pins are scanned once per loan into a bitmap. Scanning them again for each candidate slot is
 * wrong: an unpin may sit in the reader's store buffer, so one reader seems to pin two slots
 * within one loan, and the compiler's N = D + pins + loans is no longer enough.
 *
 * Where nobody pins, W1 need not be seq_cst: release makes the filled slot visible with the entry.
 *
 * A lossless reader holds no pin: the writer does not publish seq s while a cursor is at or below
 * s - D, so entries from the cursor on stay in the ring. The cursor is stored with release after
 * the last read of the slot, and read with acquire before the slot can be evicted.
 *
 * head is stored after the entry, and may lag by one when the writer died or is about to store
 * it; readers therefore look one entry past it.
 *
 * The above is about a ring *apart*, in the control words, whose entries say which slot has a
 * value. It can also lie *in the slots*: value seq is then in slot seq % n_slots, with its entry,
 * so a reader that polls the entry gets a part of the value with the same cache line, and a value
 * of up to 56 bytes as a whole. The writer cannot choose slots there. Lossless readers read in
 * place as above: n_slots is at least one more than the largest window, so slot s % n_slots is
 * behind every cursor when s is filled in, whether or not there is room. Lossy readers copy values
 * out and need no pins, so values have to be small; the entry is the sequence word of a seqlock.
 * Such values are made elsewhere and copied in when they are published, because a polling reader
 * takes the entry's line from its writer again and again:
 *
 *   writer                               lossy reader
 *   entry = (s, filling)   relaxed       entry == (c, k) ?          acquire
 *   fence                  release  F1   copy the slot's words      relaxed
 *   copy words into slot   relaxed       fence                      acquire  F2
 *   entry = (s, k)         release       entry == (c, k) still ?    relaxed
 *
 * Say the reader copies a word that the writer has stored for s. Then F1 synchronises with F2, the
 * reader's last load sees (s, filling) or something later, and the copy is discarded. */
#ifndef PKDI_RING_H
#define PKDI_RING_H

#include <pkd/program.h>
#include <stdbool.h>
#include <stddef.h>

#include "channel/words.h"

/* Where a ring lies, and how its values are written and read. */
enum pkdi_place {
	PKDI_APART,    /* entries in the control words; made and read in place, lossy readers pin */
	PKDI_IN_SLOTS, /* entries in the headers; made and read in place by lossless readers */
	PKDI_COPIED,   /* entries in the slots; made elsewhere, lossy readers copy */
};

/* The largest value that shares a cache line with its entry, and the largest that lossy readers
 * copy. */
enum { PKDI_LINE_VALUE = PKDI_LINE - 8, PKDI_COPIED_VALUE = 448 };

/* For values of value_size bytes. `apart`: slots that are frozen, and so write-protected before the
 * entry is stored; and those of a private stream, of whose values no copy may lie elsewhere. */
enum pkdi_place pkdi_ring_place(uint32_t value_size, bool has_lossy_readers, bool apart);

/* One process's view of a stream's shared words; only the writer's process may store to them. */
struct pkdi_ring {
	enum pkdi_place place;
	struct pkdi_stream_words *words;
	char *entries;  /* the first one … */
	size_t stride;  /* … and the bytes from one to the next */
	uint32_t size;  /* entries */
	uint32_t depth; /* values that it always has up to the newest one, included */
	uint32_t n_slots;
	/* Not apart: the words of a slot that are used, without the entry; and where the entry
	 * is among them. */
	uint32_t n_words, entry_word;
};

/* `data`: the slots, as this process maps them. */
struct pkdi_ring pkdi_ring_make(enum pkdi_place place, const struct pkd_stream *stream,
                                struct pkdi_stream_words *words, const char *data);

/* The slot of value `seq`, or PKDI_NO_SLOT: not published yet, evicted, or not a slot at all. */
uint32_t pkdi_ring_find(const struct pkdi_ring *ring, uint64_t seq);

/* Has value `seq` been published, be it there or evicted? */
bool pkdi_ring_has_reached(const struct pkdi_ring *ring, uint64_t seq);

/* The newest published seq if that is `from` (from 1) or later; otherwise 0. */
uint64_t pkdi_ring_newest(const struct pkdi_ring *ring, uint64_t from);

/* Pins value `seq`, replacing what `pin` held before. Returns its slot, which does not change
 * until the pin does; or PKDI_NO_SLOT, with a cleared pin, if the value is no longer there. */
uint32_t pkdi_ring_pin(const struct pkdi_ring *ring, uint64_t seq, _Atomic uint64_t *pin);
void pkdi_ring_unpin(_Atomic uint64_t *pin);

/* PKDI_COPIED: copies value `seq` with its header. False if it is no longer there: the copy is
 * then neither the old value nor the new one. */
bool pkdi_ring_copy(const struct pkdi_ring *ring, uint64_t seq, struct pkd_frame *copy);

/* The writer's private bookkeeping of its slots. The arrays are the caller's. */
struct pkdi_slots {
	struct pkdi_ring ring;
	uint64_t live[PKDI_MAX_SLOTS / 64];  /* bitmap: in the ring, where that is apart */
	uint64_t next;                       /* seq of the next value */
	uint32_t loaned;                     /* slot being filled, or PKDI_NO_SLOT */
	uint32_t hint;                       /* where to look first */
	const _Atomic uint64_t *const *pins; /* of all lossy readers */
	uint32_t n_pins;
};

/* Rebuilds the bookkeeping from the ring: at the start, and when a new incarnation takes over. */
void pkdi_slots_init(struct pkdi_slots *slots, const struct pkdi_ring *ring,
                     const _Atomic uint64_t *const *pins, uint32_t n_pins);

/* A slot to fill, the same one until it is published. PKDI_NO_SLOT cannot happen while
 * n_slots >= size + n_pins + 1, nor in a ring in the slots. */
uint32_t pkdi_slots_loan(struct pkdi_slots *slots);

/* The next value is about to be published: prefetches the line of its entry, which polling
 * readers have taken. */
void pkdi_slots_prefetch(const struct pkdi_slots *slots);

/* Publishes value slots->next, which is in `slot`, or for PKDI_COPIED at `made`: visible to all
 * from here on. */
void pkdi_slots_publish(struct pkdi_slots *slots, uint32_t slot, const struct pkd_frame *made);

#endif
