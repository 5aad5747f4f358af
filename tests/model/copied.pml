/* copied.pml - a ring that lies in its slots, see runtime/channel/ring.h, under TSO store buffers and SIGKILL.
 *
 *   writer ---> N slots, each an entry ---> latest: copies out, and looks at the entry again
 *   `made`      and two words          ---> queue:  reads in place, its cursor gates the writer
 *
 * PKDI_COPIED: the value is made in the writer's control words, which outlive it, and copied in when it is
 * published. -DIN_SLOTS: PKDI_IN_SLOTS, made in place, for the queue alone. -DLIVE: the origin makes values
 * whether there is room or not, and publishes nothing where there is none.
 *
 * Each load and each store of a shared word is a step of its own, in the order of runtime/channel/ring.c, channel.c,
 * policy.c and record.c. What the writer stores for others goes through a store buffer. A killed process's buffer
 * drains before it is restarted. Words that only their own process reads are stored at once.
 *
 * Shown: no torn copy is taken; nothing is written where the queue reads; `latest` goes forward, stays with its
 * choice, and sees the last value; the queue sees every value, in order; each seq is published once. */
#ifndef W
#define W 3 /* values */
#endif
#ifndef N
#define N 2 /* slots: the runtime has one more, and one for each lossy reader */
#endif
#ifndef WINDOW
#define WINDOW (N - 1)
#endif
#ifndef K
#define K 1 /* kills */
#endif
#if !defined(IN_SLOTS) && !defined(NO_LATEST)
#define LATEST
#endif

#define NO_SLOT          6
#define FILLING          7
#define ENTRY(seq, slot) ((seq) * 8 + (slot))
#define SEQ(entry)       ((entry) / 8)
#define SLOT(entry)      ((entry) % 8)

/* ---- Shared words, and what is still in the store buffer ---- */

byte entry[N], first[N], second[N], head; /* written by the writer; the first word is the header's seq */
byte made_first, made_second;             /* its control words */
byte committed, applied, record_seq, record_slot;
byte copy_first, copy_second, chosen, cursor = 1; /* by the `latest` reader */
byte queue_cursor = 1;
chan writer_buffer = [2] of { byte, byte, byte };
#define TO_ENTRY  0
#define TO_FIRST  1
#define TO_SECOND 2
#define TO_HEAD   3

proctype memory()
{
	byte what, slot, value;
end:	do
	:: d_step { writer_buffer?what, slot, value ->
		if
		:: what == TO_ENTRY -> entry[slot] = value
		:: what == TO_FIRST -> first[slot] = value
		:: what == TO_SECOND -> second[slot] = value
		:: what == TO_HEAD -> head = value
		fi;
		what = 0; slot = 0; value = 0 }
	od
}

mtype = { nobody, the_writer, the_latest, the_queue };
mtype killed = nobody;
byte published; /* ghost: seqs whose entry was stored */
bool gone;      /* the writer was given up */

/* ---- The writer ---- */

inline pkdi_slots_init()
{
	d_step {
		next = 1; i = 0;
		do
		:: i < N ->
#ifdef FILLING_COUNTS
			if :: entry[i] && SEQ(entry[i]) >= next -> next = SEQ(entry[i]) + 1
#else
			if :: entry[i] && SLOT(entry[i]) < N && SEQ(entry[i]) >= next -> next = SEQ(entry[i]) + 1
#endif
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	};
	if :: head != next - 1 -> head = next - 1 :: else fi
}

/* Where there is no reader that copies, nobody is told. */
inline mark_filling()
{
#if defined(LATEST) && !defined(NO_MARK)
#ifdef EMPTY_MARK
	writer_buffer!TO_ENTRY, next % N, 0
#else
	writer_buffer!TO_ENTRY, next % N, ENTRY(next, FILLING)
#endif
#else
	skip
#endif
}

inline store_entry()
{
	atomic {
		assert(next == published + 1);
		writer_buffer!TO_ENTRY, next % N, ENTRY(next, next % N);
		published = next
	}
}

#ifdef NO_ROOM
#define HAS_ROOM true
#else
#define HAS_ROOM (next < queue_cursor + WINDOW)
#endif

/* A paced origin is not called without room; of a live one it is asked after its step. */
inline pkdi_output_has_room()
{
#ifdef QUEUE
#ifdef LIVE
	has_room = HAS_ROOM
#else
	atomic { HAS_ROOM -> has_room = true }
#endif
#else
	has_room = true
#endif
}

inline step()
{
#if defined(IN_SLOTS) || defined(MADE_IN_PLACE)
	writer_buffer!TO_SECOND, next % N, next
#else
	made_second = next
#endif
}

inline seal_values()
{
	if
	:: has_room ->
#if defined(IN_SLOTS) || defined(MADE_IN_PLACE)
		writer_buffer!TO_FIRST, next % N, next;
#ifdef IN_SLOTS
		writer_buffer!TO_ENTRY, next % N, 0 /* it is in the header, which is stored as a whole */
#endif
#else
		made_first = next
#endif
	:: else
	fi
}

inline copy_in()
{
	mark_filling();
#ifdef ENTRY_FIRST
	store_entry();
#endif
#ifndef MADE_IN_PLACE
	writer_buffer!TO_FIRST, next % N, made_first;
	writer_buffer!TO_SECOND, next % N, made_second
#endif
}

inline pkdi_slots_publish()
{
#ifndef IN_SLOTS
	copy_in();
#endif
#if !defined(ENTRY_FIRST) || defined(IN_SLOTS)
	store_entry();
#endif
	writer_buffer!TO_HEAD, 0, next;
	next++
}

inline pkdi_record_commit()
{
	record_seq = next;
	if :: has_room -> record_slot = next % N :: else -> record_slot = NO_SLOT fi;
	committed = !committed
}

inline pkdi_record_apply()
{
	if
	:: record_slot != NO_SLOT && record_seq == next -> pkdi_slots_publish()
	:: else
	fi;
	applied = committed
}

proctype writer()
{
	byte next, i;
	bool has_room;
start:
	{
		pkdi_slots_init();
#ifdef MADE_IS_LOST
		d_step { made_first = 0; made_second = 0 };
#endif
		if :: committed != applied -> pkdi_record_apply() :: else fi;
		do
		:: next <= W ->
#ifndef LIVE
			pkdi_output_has_room();
			step();
#else
			step();
			pkdi_output_has_room(); /* is_refused */
#endif
			seal_values();
			pkdi_record_commit();
			pkdi_record_apply();
			has_room = false
		:: next > W -> break
		od;
		goto left
	} unless { killed == the_writer };
	atomic { empty(writer_buffer) ->
		killed = nobody; has_room = false; next = 0; i = 0;
		if
		:: goto start
#ifdef GIVEN_UP
		:: gone = true
#endif
		fi
	};
left:	skip
}

/* ---- Readers ---- */

#ifdef FILLING_IS_A_VALUE
#define IS_VALUE(e, seq) (SEQ(e) == (seq))
#else
#define IS_VALUE(e, seq) (SEQ(e) == (seq) && SLOT(e) < N)
#endif

inline pkdi_ring_has_reached(seq)
{
	/* One load, then what it says. */
	d_step {
		look = entry[(seq) % N];
		reached = (SEQ(look) > (seq) || IS_VALUE(look, seq));
		look = 0
	}
}

/* Leaves 0 or the newest in `seq`. */
inline pkdi_ring_newest()
{
	pkdi_ring_has_reached(from);
	if
	:: !reached -> seq = 0
	:: else ->
		pkdi_ring_has_reached(from + 1);
		if
		:: !reached -> seq = from
		:: else ->
			seq = head;
			pkdi_ring_has_reached(seq + 1);
			if :: reached -> seq++ :: else fi
		fi
	fi;
	reached = false
}

#ifdef LATEST
proctype latest()
{
	byte seq, e, look, front, from, last;
	bool reached, was_gone;
start:
	{
		/* pkdi_input_start, keep_choice */
		d_step { from = cursor; front = 0; seq = 0; e = 0; look = 0; reached = false; was_gone = false };
		if
#ifdef ANY_COPY_IS_KEPT
		:: copy_first >= from -> d_step { front = copy_first; from = front }
#elif defined(NO_COPY_IS_KEPT)
		:: false
#else
		:: chosen >= from && copy_first == chosen -> d_step { front = chosen; from = chosen }
#endif
		:: else -> copy_first = 0
		fi;
		do
		:: !front && from <= W ->
			was_gone = gone;
			/* look_latest: hold_within, pkdi_ring_copy */
			pkdi_ring_newest();
			if
			:: !seq && was_gone -> break
			:: !seq && !was_gone
			:: seq ->
				assert(seq >= from);
				e = entry[seq % N];
				if
				:: !IS_VALUE(e, seq) -> copy_first = 0
				:: else ->
#ifdef CHOSEN_FIRST
					chosen = seq;
#endif
					copy_first = first[seq % N];
					copy_second = second[seq % N];
					if
#ifndef NO_SECOND_LOOK
					:: entry[seq % N] != e -> copy_first = 0
#endif
					:: else ->
						/* choose; what was chosen before has been committed */
#ifndef CHOSEN_FIRST
						atomic { assert(chosen < cursor); chosen = seq };
#endif
						d_step { from = seq; front = seq }
					fi
				fi
			fi;
			d_step { seq = 0; e = 0; was_gone = false }
		:: front ->
			d_step {
				assert(copy_first == front && copy_second == front);
				assert(front >= last);
				last = front
			};
			cursor = from + 1; /* pkdi_input_advance; the copy stays */
			d_step { from++; front = 0 }
		:: !front && from > W -> break
		od;
		assert(last == published && (gone || last == W));
		goto left
	} unless { killed == the_latest };
	atomic { killed = nobody; goto start };
left:	skip
}
#endif

#ifdef QUEUE
proctype queue()
{
	byte from, e, seen;
start:
	{
		from = queue_cursor; /* pkdi_input_start */
		do
		:: from <= W ->
			/* look_queue: waits for it */
			atomic { (IS_VALUE(entry[from % N], from) || SEQ(entry[from % N]) > from || gone) ->
				e = entry[from % N] };
			if :: gone && !IS_VALUE(e, from) -> break :: else fi;
			assert(SEQ(e) == from); /* it stays in the ring */
#ifdef CURSOR_EARLY
			queue_cursor = from + 1;
#endif
			assert(first[from % N] == from);
			assert(second[from % N] == from); /* some time later */
			d_step { assert(from <= seen + 1); seen = from };
			queue_cursor = from + 1; /* pkdi_input_advance */
			d_step { from++; e = 0 }
		:: from > W -> break
		od;
		assert(seen == published && (gone || seen == W));
		goto left
	} unless { killed == the_queue };
	d_step { e = 0; killed = nobody }; goto start;
left:	skip
}
#endif

/* SIGKILL at any step, and a restart. One that has left already cannot be killed any more. */
proctype killer()
{
	byte n;
	do
	:: n < K -> n++;
		if
		:: killed = the_writer
#ifdef LATEST
		:: killed = the_latest
#endif
#ifdef QUEUE
		:: killed = the_queue
#endif
		fi;
end:		(killed == nobody)
	:: break
	od
}

init
{
	atomic {
		run memory(); run writer();
#ifdef LATEST
		run latest();
#endif
#ifdef QUEUE
		run queue();
#endif
		run killer()
	}
}
