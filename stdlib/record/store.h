/* The file of a ring, as who records has it: made, locked, found as it was left, and added to. */
#ifndef PKD_RECORD_STORE_H
#define PKD_RECORD_STORE_H

#include "look.h"

/* Where the last entry ends: what a node keeps in its persistent state. */
struct ring_mark {
	uint64_t id; /* of the ring; 0: there is no mark */
	uint64_t sequence, at, number;
};

struct ring_store {
	struct ring_look look;
	struct ring_block *blocks;
	struct ring_mark end;
	uint64_t run;
	uint64_t n_damaged; /* places that were found damaged as it was opened */
	bool has_setup;     /* in this block, as below */
	uint32_t n_setup;
	uint8_t setup[RING_SETUP_MAX];
};

/* Opens the ring in the directory `folder`, or makes one of that layout, whose id is a random
 * number. 0; -EWOULDBLOCK: another program records there; -EEXIST: it has another layout, which is
 * in store->look; -EBADMSG with *ret_wrong; another negative errno. */
int ring_store_open(struct ring_store *store, int folder, const char *file,
                    const struct ring_layout *layout, const char **ret_wrong);

/* Finds where to go on: at the mark where it is of this ring, else behind the last whole entry
 * that is not of this run, and cuts off what lies behind. 0 or a negative errno. */
int ring_store_resume(struct ring_store *store, const struct ring_mark *mark, uint64_t run);

/* Adds an entry. 0 or a negative errno, with which nothing has changed. *ret_is_new: in a block
 * that it begins, as it does where the one at hand is full, or `begins`. */
int ring_store_add(struct ring_store *store, const struct video_Packet *packet, int64_t wall,
                   bool begins, bool *ret_is_new);

/* Empties the oldest block, which is not the one that is being written. 0 or a negative errno. */
int ring_store_forget(struct ring_store *store, const struct ring_block *oldest);

void ring_store_close(struct ring_store *store);

#endif
