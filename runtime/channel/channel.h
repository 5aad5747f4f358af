/* A stream as its writer and each of its readers see it: ring, slots, watermark, cursors.
 * Nothing here waits or wakes: the caller does, after it has stored. */
#ifndef PKDI_CHANNEL_H
#define PKDI_CHANNEL_H

#include <pkd/program.h>
#include <string.h>

#include "channel/ledger.h"
#include "channel/pool.h"
#include "channel/ring.h"
#include "channel/spans.h"

/* ---- Writing ---- */

/* A reader as the writer sees it: its cursor and its credits. */
struct pkdi_gate {
	const struct pkdi_input_words *words;
	const struct pkdi_orders *orders; /* of the reader's node */
	uint64_t window;                  /* credits, counted from its cursor; 0 = it never gates */
	bool own;                         /* the node reads its own output */
};

struct pkdi_output {
	void *unread;                    /* own: the node's memory where nobody reads */
	const struct pkd_stream *stream; /* NULL: nobody reads, the rest is unused */
	uint32_t index;                  /* of the stream */
	char *data;                      /* the writable map */
	struct pkd_frame *made; /* own: the next value, where values are copied; else NULL */
	struct pkdi_ring ring;
	struct pkdi_slots slots;
	const _Atomic uint64_t **pins;
	uint32_t n_pins;
	struct pkdi_gate *gates;
	uint32_t n_gates;
	uint64_t room_until;      /* seqs below this had room when the cursors were last read */
	uint64_t settled;         /* as stored in the shared word */
	uint64_t offset;          /* of its values' frames, at the last one; or PKDI_ENDED */
	struct pkd_frame *header; /* in this firing: of the value to be published … */
	bool absent;              /* … or not */
	const char *behind;       /* what follows the value's capacity, NULL = a guard … */
	uint64_t canary;          /* … and its content before the step */
	bool frozen;              /* published slots are write-protected, see freeze.h … */
	uint32_t open_slot;       /* … and this one is not, PKDI_NO_SLOT = none */
	struct pkdi_spans steps;  /* own: which values are of which frames */
};

/* Initialises from the shared words. */
void pkdi_output_start(struct pkdi_output *output);

/* The value about to be published is of that frame: remembered where the frames have a gap. */
static inline void pkdi_output_step(struct pkdi_output *output, uint64_t number)
{
	if (number - output->slots.next == output->offset)
		return;
	output->offset = number - output->slots.next;
	pkdi_spans_step(&output->steps, output->slots.next, number);
}

/* Does every attached lossless reader have a credit for one more value? */
bool pkdi_output_has_room(struct pkdi_output *output);

/* The first reader without room, or NULL. */
const struct pkdi_gate *pkdi_output_full_gate(const struct pkdi_output *output);

/* Does another node read it? */
bool pkdi_output_has_readers(const struct pkdi_output *output);

/* Have all of them ended or been given up? Never true for an output without readers. */
bool pkdi_output_has_lost_readers(const struct pkdi_output *output);

/* The memory of the next value, and its header; NULL where nobody reads or no slot is free,
 * which cannot happen. */
void *pkdi_output_loan(struct pkdi_output *output, struct pkd_frame **ret_header);

/* Is the canary after the value on loan intact? */
static inline bool pkdi_output_is_intact(const struct pkdi_output *output)
{
	return !output->behind ||
	       memcmp(output->behind, &output->canary, sizeof(output->canary)) == 0;
}

/* Publishes value `seq` in `slot`, unless that has been done: idempotent. */
void pkdi_output_publish(struct pkdi_output *output, uint64_t seq, uint32_t slot);

/* Raises the watermark; false if it was there already. */
bool pkdi_output_settle(struct pkdi_output *output, uint64_t number);

/* ---- Reading ---- */

/* The part that an input plays in its node's firings. */
enum pkdi_role {
	PKDI_ROLE_NONE,    /* connected to nothing */
	PKDI_ROLE_FIRING,  /* joined: fires the node */
	PKDI_ROLE_SAMPLED, /* the newest value when something else fires */
	PKDI_ROLE_HISTORY, /* the values before the firing's frame: see history.h */
};

struct pkdi_input {
	const struct pkd_input *decl;
	enum pkdi_role role;
	const struct pkd_stream *stream; /* NULL: always absent */
	const char *data;                /* the read-only map */
	struct pkdi_ring ring;
	struct pkdi_input_words *words;          /* own */
	const struct pkdi_orders *writer_orders; /* of the writing node … */
	const struct pkdi_record *writer_record; /* … and what it has committed */
	const struct pkdi_reporter *reporter;    /* see believe.h, as for the next ones */
	uint32_t index;                          /* of the stream */
	bool rejected;                           /* the last value looked at was rejected */
	uint64_t seen_seq, seen_number;          /* the newest value that was accepted */
	uint64_t quiet_seq, quiet_number; /* from that value on numbers must be above the other */
	/* The seq looked for next. The shared word follows at the commit; what a lossy reader
	 * has skipped meanwhile lies in between. */
	uint64_t cursor;
	uint64_t window;       /* frames from the cursor on */
	uint64_t passed;       /* `every` has taken no frame after the front's up to this number */
	bool thins;            /* takes only some frames … */
	bool shares;           /* … as a worker of a pool */
	bool looked, saw;      /* sampled: what the firing at hand has seen, until it commits */
	struct pkdi_pool pool; /* claims: NULL where it takes frames by their numbers */

	/* What a lossy reader holds besides its front: its history, by pins or by copies. */
	_Atomic uint64_t *back_pins; /* own */
	char *copies; /* own: one slot for the front and n_back others; NULL if it pins */
	const char *copies_view; /* the same, mapped read-only for the node */
	uint32_t n_back;
	uint64_t seen; /* history: seq of the newest value before the frame at hand */

	/* Where step finds the values: n_values pointers, oldest first. */
	const void **place;
	uint32_t n_values;

	/* The front: for firing inputs the value at the cursor, for sampled ones the value in
	 * hand. Lossy readers pin it. NULL = none. */
	const struct pkd_frame *front;
	uint64_t number;  /* of the front: its frame number, as it was when it was validated */
	uint64_t settled; /* as read before the ring was read */
	bool fires;       /* the front takes part in the firing at hand */

	/* Own: what has become of the values that have not been delivered, see node/account.h. */
	struct pkdi_ledger ledger;
	struct pkdi_spans why;
	uint64_t saw_age_ns;     /* sampled: of what the firing at hand has seen */
	uint64_t traced_dropped; /* what the trace has of those that were dropped */
};

/* Initialises from what the last incarnation left: cursors, and the choice of `latest`. */
void pkdi_input_start(struct pkdi_input *input);

/* Reads the watermark into input->settled: PKDI_ENDED if the writer was given up. */
void pkdi_input_load_settled(struct pkdi_input *input);

/* Commits everything before `cursor`, and releases the front. */
void pkdi_input_advance(struct pkdi_input *input, uint64_t cursor);

/* Reads no more: keeps the position, and releases all. Idempotent. */
void pkdi_input_leave(struct pkdi_input *input);

/* Clears all pins. */
void pkdi_input_unpin(struct pkdi_input *input);

/* Lossy readers: holds value `seq` as the value `back` places before the front, by a pin or a
 * copy, and releases what was held there before. NULL if it is no longer in the ring; then
 * nothing is held there. */
const struct pkd_frame *pkdi_input_hold(struct pkdi_input *input, uint64_t seq, uint32_t back);

/* The value held there, if it is value `seq`; otherwise NULL. */
const struct pkd_frame *pkdi_input_held(const struct pkdi_input *input, uint64_t seq,
                                        uint32_t back);

/* Releases what is held there. */
void pkdi_input_release(struct pkdi_input *input, uint32_t back);

/* Value `seq`, whose slot the cursor or a pin protects; NULL when there is none. */
const struct pkd_frame *pkdi_input_find(const struct pkdi_input *input, uint64_t seq);

/* The value in `slot`. */
const struct pkd_frame *pkdi_input_frame(const struct pkdi_input *input, uint32_t slot);

#endif
