/* Reads a ring, also while another process writes it: what is read is checked, and nothing
 * waits. */
#ifndef PKD_RECORD_LOOK_H
#define PKD_RECORD_LOOK_H

#include "entry.h"

/* What was found at a place; a negative errno where it could not be read. */
enum ring_found {
	RING_FOUND = 0,
	RING_NONE, /* nothing has been written there yet */
	RING_BAD,  /* what is there is damaged, or being written */
	RING_OVER, /* it was overwritten by a later lap */
};

struct ring_look {
	int fd;
	struct ring_layout layout;
};

/* NULL, or what is wrong with the file, also with its size. A negative errno goes to *ret_error. */
const char *ring_look_open(struct ring_look *look, int fd, int *ret_error);

/* The head that begins at a place. */
int ring_look_head(const struct ring_look *look, uint64_t at, struct ring_entry *ret_entry);

/* Setup and data of the entry: RING_FOUND or RING_BAD. Without a setup of its own, that of the
 * packet stays. */
int ring_look_body(const struct ring_look *look, const struct ring_entry *entry,
                   struct video_Packet *packet);

/* The first whole head of block `sequence` from a place in it on, whatever lies before. */
int ring_look_behind(const struct ring_look *look, uint64_t sequence, uint64_t at,
                     struct ring_entry *ret_entry);

/* The blocks, by their place. */
struct ring_block {
	uint64_t sequence; /* 0: nothing is in it */
	uint64_t number;   /* of its first entry */
	int64_t wall;      /* of it */
	bool is_damaged;   /* its start is */
};

/* `blocks` has room for n_blocks of them. 0 or a negative errno. */
int ring_look_blocks(const struct ring_look *look, struct ring_block *blocks);

/* The lowest sequence above `sequence` that is in use, the highest one with UINT64_MAX; NULL:
 * none. */
const struct ring_block *ring_block_above(const struct ring_layout *layout,
                                          const struct ring_block *blocks, uint64_t sequence);
const struct ring_block *ring_block_last(const struct ring_layout *layout,
                                         const struct ring_block *blocks);

/* A walk from entry to entry in the order of recording. */
struct ring_walk {
	uint64_t sequence; /* of the block … */
	uint64_t at;       /* … and where the next entry is looked for */
};

/* The next entry, behind which the walk stands then. RING_NONE: there is none yet. RING_BAD: it is
 * being written, or is damaged: to be tried again, and then ring_walk_skip. RING_OVER: to be gone
 * on with by ring_walk_catch_up. */
int ring_walk_next(struct ring_walk *walk, const struct ring_look *look,
                   struct ring_entry *ret_entry);

/* The same behind what is damaged; RING_NONE leaves the walk where it is. */
int ring_walk_skip(struct ring_walk *walk, const struct ring_look *look,
                   struct ring_entry *ret_entry);

/* To the oldest block behind this one; `blocks` is read anew. RING_FOUND, RING_NONE or an error. */
int ring_walk_catch_up(struct ring_walk *walk, const struct ring_look *look,
                       struct ring_block *blocks);

/* To the last key frame at or before that time; where there is none, to the first entry. With the
 * blocks as they were read. RING_FOUND; RING_NONE: the ring is empty; an error. */
int ring_walk_seek(struct ring_walk *walk, const struct ring_look *look,
                   const struct ring_block *blocks, int64_t wall);

/* The last entry: RING_FOUND, RING_NONE or an error. */
int ring_walk_last(const struct ring_look *look, const struct ring_block *blocks,
                   struct ring_entry *ret_entry);

#endif
