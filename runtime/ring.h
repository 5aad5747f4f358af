/* The ring of a stream and the account of its slots: atomics only, no system call, no policy.
 *
 * Memory order. A value is filled with plain stores and published by one store of its ring entry.
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
 * read R3's value (acquire), so a refill is never seen by a reader that has let go.
 *
 * The pins are scanned once per loan into a bitmap. Scanning them again per candidate slot is
 * wrong: an unpin may sit in the reader's store buffer, so that one reader looks pinned on two
 * slots within one loan, and the N = D + pins + loans of the compiler is not enough any more.
 *
 * Where nobody pins, W1 need not be seq_cst: release makes the filled slot visible with the entry.
 *
 * A lossless reader holds no pin: the writer does not publish seq s while a cursor is at or below
 * s - D, so entries from the cursor on stay in the ring. The cursor is stored with release after
 * the last read of the slot, and read with acquire before the slot can be evicted.
 *
 * head is stored after the entry, and may lag by one when the writer died or is about to store
 * it; readers therefore look one entry past it. */
#ifndef PKDI_RING_H
#define PKDI_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "words.h"

/* One process's view of a stream's shared words; only the writer's process may store to them. */
struct pkdi_ring {
	struct pkdi_stream_words *words;
	uint32_t size;
	uint32_t n_slots;
};

/* The slot of value `seq`, or PKDI_NO_SLOT: not published yet, evicted, or not a slot at all. */
uint32_t pkdi_ring_find(const struct pkdi_ring *ring, uint64_t seq);

/* The newest published seq; 0 while there is none. */
uint64_t pkdi_ring_newest(const struct pkdi_ring *ring);

/* Pins value `seq`, giving up what `pin` held before. Returns its slot, which stays as it is until
 * the pin is changed; or PKDI_NO_SLOT, with an empty pin, when the value is not there any more. */
uint32_t pkdi_ring_pin(const struct pkdi_ring *ring, uint64_t seq, _Atomic uint64_t *pin);
void pkdi_ring_unpin(_Atomic uint64_t *pin);

/* The writer's private account of its slots. The arrays are the caller's. */
struct pkdi_slots {
	struct pkdi_ring ring;
	uint64_t live[PKDI_MAX_SLOTS / 64];  /* bitmap: in the ring */
	uint64_t next;                       /* seq of the next value */
	uint32_t loaned;                     /* slot being filled, or PKDI_NO_SLOT */
	uint32_t hint;                       /* where to look first */
	const _Atomic uint64_t *const *pins; /* of all lossy readers */
	uint32_t n_pins;
};

/* Rebuilds the account from the ring: at the start, and when a new incarnation takes over. */
void pkdi_slots_init(struct pkdi_slots *slots, const struct pkdi_ring *ring,
                     const _Atomic uint64_t *const *pins, uint32_t n_pins);

/* A slot to fill, the same one until it is published. PKDI_NO_SLOT cannot happen while
 * n_slots >= size + n_pins + 1. */
uint32_t pkdi_slots_loan(struct pkdi_slots *slots);

/* Publishes value slots->next, which is in `slot`: everyone can see it from here on. */
void pkdi_slots_publish(struct pkdi_slots *slots, uint32_t slot);

#endif
