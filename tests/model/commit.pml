/* commit.pml - a firing as a transaction with a redo record, under SIGKILL at every step.
 *
 *   x --> node --y[0]--> reader     the node counts its frames in persistent state (two copies) and
 *             +--y[1]--> reader     puts out which run of the step it was, as a step that draws random
 *                                   numbers does; either output may be absent
 *
 * The node's steps are those of poll_join in runtime/node/poll.c, pkdi_node_fire in fire.c, pkdi_record_commit and
 * pkdi_record_apply in record.c, pkdi_output_start and pkdi_input_advance in channel.c; a restart is
 * pkdi_node_recover. What is private is lost with a kill. Memory is sequentially consistent here: a
 * new incarnation starts when its predecessor's stores have all arrived, and what its neighbours see
 * too late they look at again (channel.pml, bell.pml).
 *
 * -DMAY_END: any firing may be the last (PKD_END).
 * -DORIGIN: no input; frames are numbered from the record.
 * -DLATEST: x is `latest`; its choice is kept over a restart.
 * -DSINK: no outputs; step writes a file at the offset in the state and truncates it to there.
 * -DMANY=n: fires on x or on a second input z, in any order, and makes up to n values of each, with
 *           numbers of its own (poll_any, PKD_MORE); -DFLUSH: and up to n at the end of both.
 *
 * Shown: each output has a frame at most once, in order; outputs of one frame come from one run of its
 * step; the state counts each committed frame once; watermarks only grow, nothing comes at or below
 * one; a queue's frames all fire, an origin's numbers have no gap; the end arrives. With MANY: the
 * parts of a value are committed one after the other, each once, with nothing in between. */
#ifndef F
#define F 3
#endif
#ifndef K
#define K 2
#endif
#ifdef MANY
#define Z 1 /* values of z */
#define M ((F + Z + 1) * MANY)
#else
#define M F
#endif
#define D     1
#define N     2 /* slots of an output: D + 1 */
#define ENDED 99
#define NONE  9 /* PKDI_NO_SLOT */

/* ---- Shared words ---- */

byte x_head, x_settled; /* seq = number; the ring of x keeps what the cursor protects */
byte cursor = 1, pin, chosen;
typedef Stream { byte ring; byte head; byte settled; byte cursor }
typedef Slot { byte number; byte draw; byte count }
typedef Output { byte seq; byte slot }
Stream y[2];       /* D is 1: ring is the last seq * 4 + slot */
Slot slots[4];     /* output * N + slot */
byte committed, applied, record_number[2], record_settled, record_leaves, record_cursor;
Output record_output[2];
#ifdef MANY
byte z_head, z_cursor = 1, record_z_cursor;
bool z_ended;
byte rest_parts[2], rest_input[2]; /* two copies: committed % 2 counts */

/* Ghosts: of value v of x the v-th, of z the (4 + v)-th, of the flush the last. */
#define FLUSHED 8
byte made[FLUSHED + 1];
bool done[FLUSHED + 1];
byte unfinished; /* 0 = none */
#ifdef LATEST
#define HAS_X (front != 0)
#else
#define HAS_X (front || x_head >= from)
#endif
#endif
byte state[2];     /* two copies: committed % 2 counts */
bool has_left;
byte file[F + 1], file_size;

byte run_of[M + 1]; /* ghost: the draw that frame was committed with */
byte kills;
bool finished;

#define SEQ(e)  ((e) / 4)
#define SLOT(e) ((e) % 4)

active proctype source()
{
#ifdef ORIGIN
	skip
#else
	do
#ifdef LATEST
	:: x_head < F -> x_head++; x_settled = x_head
#else
	:: x_head < F && x_head < cursor -> x_head++; x_settled = x_head
#endif
	:: x_head == F -> x_settled = ENDED; break
	:: cursor == ENDED -> break
	od
#endif
}

#ifdef MANY
active proctype source_z()
{
	do
	:: z_head < Z && z_head < z_cursor -> z_head++
	:: z_head == Z -> z_ended = true; break
	:: z_cursor == ENDED -> break
	od
}
#endif

/* A kill may come after any step. */
#define KILL if :: kills < K -> kills++; goto recover :: skip fi

inline pkdi_output_start(o)
{
	/* pkdi_slots_init: next seq and live slots from the ring */
	next[o] = SEQ(y[o].ring) + 1;
	y[o].head = next[o] - 1;
	loaned[o] = NONE;
	settled[o] = y[o].settled
}

inline pkdi_slots_loan(o)
{
	if
	:: loaned[o] == NONE -> loaned[o] = (y[o].ring && SLOT(y[o].ring) == 0 -> 1 : 0)
	:: else
	fi
}

inline pkdi_output_publish(o)
{
	if
#ifdef APPLY_TWICE
	:: record_output[o].slot != NONE ->
#else
	:: record_output[o].slot != NONE && next[o] == record_output[o].seq ->
#endif
		d_step {
			c = o * N + record_output[o].slot;
			/* Room was there before the inputs were chosen. */
			assert(SEQ(y[o].ring) < y[o].cursor);
			assert(slots[c].number > y[o].settled);
			y[o].ring = next[o] * 4 + record_output[o].slot;
			c = 0
		};
		KILL;
		d_step { y[o].head = next[o]; next[o]++; loaned[o] = NONE };
		KILL
	:: else
	fi
}

inline pkdi_output_settle(o, number)
{
	if
	:: number > settled[o] ->
		d_step {
			assert(number >= y[o].settled);
			settled[o] = number; y[o].settled = number
		};
		KILL
	:: else
	fi
}

inline pkdi_input_advance(to)
{
	d_step { front = 0; from = to; cursor = to };
	KILL;
#ifdef LATEST
	if :: pin -> pin = 0; KILL :: else fi
#endif
}

inline pkdi_record_apply()
{
#ifndef SINK
	pkdi_output_publish(0);
	pkdi_output_settle(0, record_settled);
	pkdi_output_publish(1);
	pkdi_output_settle(1, record_settled);
#endif
#ifndef ORIGIN
	if
	:: record_cursor > from -> pkdi_input_advance(record_cursor)
	:: else
	fi;
#endif
#ifdef MANY
	if
	:: record_z_cursor > from_z -> d_step { from_z = record_z_cursor; z_cursor = from_z }; KILL
	:: else
	fi;
#endif
	if :: record_leaves -> has_left = true; KILL :: else fi;
	d_step {
		applied = committed;
		record_settled = 0; record_cursor = 0;
#ifdef MANY
		record_z_cursor = 0;
#endif
		record_output[0].seq = 0; record_output[0].slot = 0;
		record_output[1].seq = 0; record_output[1].slot = 0
	};
	KILL
}

inline pkdi_record_commit()
{
#ifdef COMMIT_BEFORE_RECORD
	d_step { committed++; run_of[number] = draw };
	KILL;
#endif
	d_step { record_settled = (leaves -> ENDED : number); record_leaves = leaves };
	KILL;
#ifdef ONE_NUMBER
	d_step { record_number[0] = number; record_number[1] = number };
#else
	record_number[(committed + 1) % 2] = number;
#endif
	KILL;
	d_step { record_output[0].seq = next[0]; record_output[0].slot = (present[0] -> loaned[0] : NONE) };
	KILL;
	d_step { record_output[1].seq = next[1]; record_output[1].slot = (present[1] -> loaned[1] : NONE) };
	KILL;
#ifdef MANY
#ifdef MORE_GIVES_UP
	more_ = false;
#else
	more_ = more;
#endif
	record_cursor = from + (input == 0 && !more_ -> 1 : 0);
	KILL;
	record_z_cursor = from_z + (input == 1 && !more_ -> 1 : 0);
	KILL;
#ifdef ONE_REST
	rest_parts[committed % 2] = (more -> part + 1 : 0);
	rest_input[committed % 2] = input;
	KILL;
#endif
	d_step {
		rest_parts[(committed + 1) % 2] = (more -> part + 1 : 0);
		rest_input[(committed + 1) % 2] = input
	};
	KILL;
#else
	record_cursor = from + 1;
	KILL;
#endif
#ifdef SETTLE_BEFORE_COMMIT
	pkdi_output_settle(0, record_settled);
#endif
#ifdef PUBLISH_BEFORE_COMMIT
	pkdi_output_publish(0);
#endif
#ifdef CURSOR_BEFORE_COMMIT
	cursor = record_cursor;
	KILL;
#endif
#ifndef COMMIT_BEFORE_RECORD
	d_step {
		committed++; run_of[number] = draw;
#ifdef MANY
		made[value]++;
		done[value] = !more;
		unfinished = (more -> value : 0)
#endif
	};
	KILL;
#endif
	pkdi_record_apply()
}

inline pkdi_node_leave()
{
	has_left = true;
	KILL;
	pkdi_output_settle(0, ENDED);
	pkdi_output_settle(1, ENDED);
#ifdef MANY
	d_step { from_z = ENDED; z_cursor = ENDED };
	KILL;
#endif
#ifndef ORIGIN
	pkdi_input_advance(ENDED)
#endif
}

/* Settles both outputs up to what is before the frame that was chosen. */
inline settle_outputs(number_)
{
	pkdi_output_settle(0, number_);
	pkdi_output_settle(1, number_)
}

active proctype node()
{
	byte from, front, number, draw, c, newest;
	byte next[2], loaned[2], settled[2];
	bool present[2], leaves;
#ifdef MANY
	byte input, part, value, from_z;
	bool more, more_;
#endif
recover:
	skip;
	d_step {
		front = 0; number = 0; draw = 0; c = 0; newest = 0; leaves = 0;
		present[0] = 0; present[1] = 0;
		from = cursor; /* pkdi_input_start */
#ifdef MANY
		from_z = z_cursor; input = 0; part = 0; value = 0; more = 0; more_ = 0;
#endif
		pkdi_output_start(0); pkdi_output_start(1)
	};
#ifdef LATEST
	/* keep_choice */
	if
	:: pin && pin == chosen && chosen >= from && from != ENDED -> d_step { from = chosen; front = chosen }
	:: else -> pin = 0
	fi;
#endif
	if
#ifdef RUN_AGAIN
	:: committed != applied -> applied = committed; KILL
#else
	:: committed != applied -> pkdi_record_apply()
#endif
	:: else
	fi;
	if :: has_left -> goto leave :: else fi;
#ifdef PARTS_IN_MEMORY
	rest_parts[committed % 2] = 0;
#endif

poll:	/* has_room: before the inputs are looked at */
	(y[0].cursor > SEQ(y[0].ring) && y[1].cursor > SEQ(y[1].ring));
#ifdef MANY
	/* poll_any: goes_on, or pkdi_firing_choose_any */
	number = record_number[committed % 2] + 1;
	part = rest_parts[committed % 2];
	(part || front || x_head >= from || z_head >= from_z || (x_settled == ENDED && z_ended));
#ifdef LATEST
	newest = x_head;
	if
	:: !front && newest >= from ->
		pin = newest;
		KILL;
		d_step { from = newest; front = newest; chosen = newest };
		KILL
	:: else
	fi;
	newest = 0;
#endif
	if
#ifndef CHOOSES_ANEW
	:: part -> input = rest_input[committed % 2]
	:: !part && HAS_X -> input = 0
	:: !part && z_head >= from_z -> input = 1
#else
	:: HAS_X -> input = 0
	:: z_head >= from_z -> input = 1
#endif
	:: !part && !front && x_head < from && x_settled == ENDED && z_head < from_z && z_ended ->
#ifdef FLUSH
		input = 2
#else
		goto leave
#endif
	:: else -> goto poll
	fi;
	d_step {
		if
		:: input == 0 && !front -> front = from
		:: else
		fi;
		value = (input == 0 -> front : (input == 1 -> 4 + from_z : FLUSHED));
		assert(!done[value] && part == made[value]);
		assert(!unfinished || unfinished == value)
	};
	if :: part + 1 < MANY -> more = true :: more = false fi;
	leaves = (input == 2 && !more);
#else
#ifdef ORIGIN
	/* poll_origin */
	number = record_number[committed % 2] + 1;
	if :: number > F -> goto leave :: else fi;
#else
	/* read_inputs: the watermark, then the ring */
	(x_settled >= from || x_head >= from || front);
	c = x_settled;
	newest = x_head;
	if
	:: front
#ifdef LATEST
	:: !front && newest >= from ->
		pin = newest;
		KILL; /* it holds: see channel.pml */
		d_step { from = newest; front = newest; chosen = newest };
		KILL
#else
	:: !front && newest >= from -> front = from
#endif
	:: !front && newest < from && c == ENDED -> goto leave
	:: !front && newest < from && c != ENDED -> goto poll
	fi;
	d_step { c = 0; newest = 0; number = front };
	settle_outputs(number - 1);
#endif
#endif
	/* pkdi_node_fire: pkdi_record_spare_state, loans, step */
	state[(committed + 1) % 2] = state[committed % 2];
	KILL;
	d_step { pkdi_slots_loan(0); pkdi_slots_loan(1) };
	draw = kills + 1; /* differs from that of a run that was killed */
#ifdef SINK
	/* The offset is the count: one word for each frame. */
	atomic {
#ifndef NO_TRUNCATE
		file_size = state[committed % 2];
#endif
		file[file_size] = number; file_size++
	};
	KILL;
#else
#ifdef MANY
	present[0] = true; /* the other cases have the rest */
#else
	if :: present[0] = true :: present[0] = false fi;
	if :: present[1] = true :: present[1] = false fi;
#endif
#ifdef MAY_END
	if :: leaves = true :: leaves = false fi;
#endif
#endif
#ifdef ONE_STATE
	state[committed % 2]++;
	state[(committed + 1) % 2] = state[committed % 2];
#else
	state[(committed + 1) % 2]++;
#endif
	KILL;
	c = 0;
	do
	:: c < 2 ->
		d_step {
			slots[c * N + loaned[c]].number = number;
			slots[c * N + loaned[c]].draw = draw;
			slots[c * N + loaned[c]].count = state[(committed + 1) % 2]
		};
		c++
	:: c == 2 -> break
	od;
	c = 0;
	KILL;
	pkdi_record_commit();
	if :: leaves -> goto leave :: else fi;
	d_step {
		number = 0; draw = 0; present[0] = 0; present[1] = 0;
#ifdef MANY
		input = 0; part = 0; value = 0; more = 0; more_ = 0
#endif
	};
	goto poll;

leave:	pkdi_node_leave();
	assert(y[0].settled == ENDED && y[1].settled == ENDED);
	assert(state[committed % 2] == committed); /* once for each frame */
#ifdef MANY
	assert(committed == record_number[committed % 2] && !unfinished);
	assert(done[5]);
#ifdef FLUSH
	assert(done[FLUSHED]);
#endif
#ifndef LATEST
	c = 1;
	do
	:: c <= F -> assert(done[c]); c++
	:: else -> break
	od;
#endif
#endif
#if !defined(LATEST) && !defined(MANY)
	/* All frames, unless a firing was the last. */
	assert(record_leaves || record_number[committed % 2] == F);
	assert(committed == record_number[committed % 2]);
#endif
#ifdef SINK
	assert(file_size == committed);
	c = 0;
	do
	:: c < file_size -> assert(file[c] == c + 1); c++
	:: else -> break
	od
#endif
	finished = true
}

proctype reader(byte o)
{
	byte last, slot;
	do
	:: SEQ(y[o].ring) == y[o].cursor ->
		d_step {
			slot = o * N + SLOT(y[o].ring);
			assert(slots[slot].number > last); /* once, in order */
			last = slots[slot].number;
			assert(slots[slot].draw == run_of[last]); /* of the run that was committed */
#if !defined(LATEST) || defined(MANY)
			assert(slots[slot].count == last); /* of the state of that frame */
#endif
			/* What nobody will look at any more need not be told apart. */
			slots[slot].number = 0; slots[slot].draw = 0; slots[slot].count = 0; slot = 0;
			y[o].cursor++
		}
	:: y[o].settled == ENDED && SEQ(y[o].ring) < y[o].cursor -> break
	od
}

init { atomic { y[0].cursor = 1; y[1].cursor = 1; run reader(0); run reader(1) } }
