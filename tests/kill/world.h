/* A small program without pkdc, whose nodes look for what must not happen: seven nodes, each a
 * process of its own. One of them is the victim and runs in forks; the others are driven here, step
 * by step.
 *
 *   a -> middle.a        plain
 *   b -> middle.b        latest, may be absent
 *   middle.x -> sink     plain            middle.x -> watch   latest, with the value before
 *   middle.y -> sink     plain, absent    middle.y -> watch   sample
 *                        in every third frame
 *   middle.x -> split.x  plain            split -> tail       plain
 *   b -> split.b         latest
 *
 * a numbers the frames and middle fires for each, so that everything downstream knows what comes.
 * split fires on any of its inputs, two or three times for each value, and flushes.
 * All but b count their firings in persistent state. Rings and slots are as small as they may
 * be. */
#ifndef WORLD_H
#define WORLD_H

#include "channel/freeze.h"
#include "run/run.h"

/* Where the rings lie, see ring.h: what decides it. */
struct place {
	const char *name;
	uint32_t value_size; /* of all streams */
	enum pkdi_freeze freeze;
};
enum { BESIDE, HEADERS, APART, N_PLACES };
extern const struct place places[N_PLACES];

enum { A, B, MIDDLE, SINK, WATCH, SPLIT, TAIL, N_NODES };
enum { STREAM_A, STREAM_B, STREAM_X, STREAM_Y, STREAM_Z, N_STREAMS };

/* In memory that all processes share. */
struct world {
	uint64_t limit;   /* the origins make frames up to this number … */
	uint64_t last;    /* … and this one is their last */
	uint64_t seen[2]; /* sink without its node: seqs read last */
	char complaint[256];
};
extern struct world *world;
extern struct pkdi_run run;

/* Remembers what is wrong, if it is the first. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fills in and checks values: each of their words follows from stream and number. */
void fill(uint64_t *value, uint32_t stream, uint64_t number);
void check(const struct pkd_frame *frame, uint32_t stream);

/* Makes the program's memory, and starts all nodes but the victim here. */
void world_begin(const struct place *place, uint32_t victim, uint64_t last);
void world_end(void);

/* Drives one node until it has nothing to do; true when it has moved. With `hold` it chooses and
 * does not fire: what it has chosen stays pinned, and what it has not read stays in the ring. */
bool world_drive(uint32_t node, bool hold);

enum hold {
	HOLD_NOBODY,
	HOLD_WATCH,
	HOLD_READERS, /* watch, and the lossless readers of the victim */
};

/* Drives all but the victim until none moves, after raising the limit. */
void world_go_on(uint64_t limit, enum hold hold);

/* All there is to see from outside: watermarks, heads and cursors only grow; what lossless readers
 * have before them is there without gaps; what lossy ones have chosen they hold, and it is whole.
 * To be called whenever somebody has stored something. */
void world_look(void);

/* Of all shared memory: another one when a store has changed it. */
uint64_t world_hash(void);

/* Has everything ended, each frame having come exactly once? */
bool world_has_ended(void);
void world_check_end(bool sink_counts);

#endif
