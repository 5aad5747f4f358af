/* Looking at a stream's values from outside: whoever looks holds no slot, so that the writer
 * neither waits for it nor knows of it. It copies a value, and keeps the copy only if the slot
 * cannot have been filled anew meanwhile.
 *
 *   writer                               who looks
 *   ring entry of value s                entry == (c, k) ?          acquire
 *   head = s               release       copy the slot's words      relaxed
 *   fence                  release  F1   fence                      acquire  F2
 *   fill a slot for value s + 1          head < c + keep ?          relaxed
 *
 * Slot k, which has value c, is filled again at the earliest for the value after c + keep: apart,
 * it has to leave the ring first, which the entry of c + D does, so keep is D. In the slots and
 * copied, it is that of value c + N, which follows c + N - 1, so keep is N - 1. Say a word of the
 * copy was stored by such a filling. Then F1 of value c + keep synchronises with F2, the last load
 * sees head >= c + keep, and the copy is discarded. A writer that died between an entry and head
 * stores head before it fills anything, pkdi_slots_init.
 *
 * The loads are atomic; what `step` stores into a slot is not, as C has it: each word is whole on
 * every machine that this runs on. */
#ifndef PKDI_LOOK_H
#define PKDI_LOOK_H

#include "channel/ring.h"

struct pkdi_look {
	const struct pkd_stream *stream;
	const char *data; /* the slots, as this process maps them */
	struct pkdi_ring ring;
};

/* The newest published seq; 0 = none yet. */
uint64_t pkdi_look_newest(const struct pkdi_look *look);

/* The oldest seq whose slot is not filled anew while `newest` is the newest one. */
uint64_t pkdi_look_oldest(const struct pkdi_look *look, uint64_t newest);

/* Bytes of a copy: header and value, in whole words. */
size_t pkdi_look_size(const struct pkdi_look *look);

/* Copies value `seq` with its header. False: it has not been published, or its slot may have been
 * filled anew meanwhile; then the copy is of no use. */
bool pkdi_look_copy(const struct pkdi_look *look, uint64_t seq, struct pkd_frame *copy);

#endif
