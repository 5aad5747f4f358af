/* channel.pml - a stream's ring, slots, pins and cursor, under TSO store buffers and SIGKILL.
 *
 *   writer ---> ring of D entries, N slots ---> latest: pin, chosen, cursor, choice kept over a restart
 *                                          ---> sample: its pin moves on while it holds a value
 *                                          ---> queue:  its cursor gates the writer, no pin
 *
 * Each load and each store of a shared word is a step of its own, in the order of runtime/channel/ring.c,
 * channel.c and policy.c. The stores that another process may be surprised by go through a store
 * buffer: ring and head of the writer, the pins of the readers. A seq_cst store waits until the
 * buffer is empty, as xchg does. A killed process's buffer drains before it is restarted: its pidfd
 * says that it is dead only then.
 *
 * Shown: a slot is never filled while it is read; each loan finds a slot; `latest` goes forward and
 * sees the last value; the queue sees every value, in order; each seq is published once. */
#ifndef W
#define W 4 /* values */
#endif
#ifndef D
#define D 2
#endif
#ifndef K
#define K 1 /* kills */
#endif
#ifdef SAMPLE
#define P 2
#else
#define P 1
#endif
#ifdef ONE_SLOT_FEWER
#define N (D + P)
#else
#define N (D + P + 1)
#endif

#define ENTRY(seq, slot) ((seq) * 8 + (slot))
#define SEQ(entry)       ((entry) / 8)
#define SLOT(entry)      ((entry) % 8)
#define BIT(slot)        (1 << (slot))
#define TORN             255

/* ---- Shared words, and what is still in the store buffers ---- */

byte ring[D], head, content[N]; /* written by the writer */
byte pin, chosen, cursor = 1;   /* by the `latest` reader */
byte sample_pin;
byte queue_cursor = 1;
chan writer_buffer = [2] of { byte, byte };
chan pin_buffer = [2] of { byte };
chan sample_buffer = [2] of { byte };
#define HEAD 10

proctype memory()
{
	byte where, value;
end:	do
	:: d_step { writer_buffer?where, value ->
		if :: where == HEAD -> head = value :: else -> ring[where] = value fi;
		where = 0; value = 0 }
	:: d_step { pin_buffer?value -> pin = value; value = 0 }
	:: d_step { sample_buffer?value -> sample_pin = value; value = 0 }
	od
}

#ifdef WEAK_PUBLISH
#define STORE_ENTRY(seq, slot) writer_buffer!((seq) % D), ENTRY(seq, slot)
#else
#define STORE_ENTRY(seq, slot) empty(writer_buffer) -> ring[(seq) % D] = ENTRY(seq, slot)
#endif
#ifdef WEAK_PIN
#define STORE_PIN(e)        pin_buffer!e
#define STORE_SAMPLE_PIN(e) sample_buffer!e
#else
#define STORE_PIN(e)        atomic { empty(pin_buffer) -> pin = e }
#define STORE_SAMPLE_PIN(e) atomic { empty(sample_buffer) -> sample_pin = e }
#endif

mtype = { nobody, the_writer, the_latest, the_queue };
mtype killed = nobody;
byte published; /* ghost: seqs published */

/* ---- The writer ---- */

inline pkdi_slots_init()
{
	d_step {
		live = 0; next = 1; i = 0; slot = 0; taken = 0;
		do
		:: i < D && ring[i] ->
#ifndef RESTART_FORGETS_LIVE
			live = live | BIT(SLOT(ring[i]));
#endif
			if :: SEQ(ring[i]) >= next -> next = SEQ(ring[i]) + 1 :: else fi;
			i++
		:: i < D && !ring[i] -> i++
		:: i >= D -> break
		od;
		i = 0;
#ifdef RESTART_FROM_HEAD
		next = head + 1
#endif
	};
	head = next - 1
}

inline pkdi_slots_loan()
{
#ifdef SCAN_PER_SLOT
	slot = 0;
	do
	:: slot < N && (live & BIT(slot)) -> slot++
	:: slot < N && !(live & BIT(slot)) ->
		taken = 0;
		if :: pin && SLOT(pin) == slot -> taken = 1 :: else fi;
#ifdef SAMPLE
		if :: sample_pin && SLOT(sample_pin) == slot -> taken = 1 :: else fi;
#endif
		if :: taken -> slot++ :: else -> break fi
	:: slot >= N -> break
	od;
	taken = 0;
	assert(slot < N) /* a slot is free */
#else
	taken = live;
#ifndef NO_SCAN
	if :: pin -> taken = taken | BIT(SLOT(pin)) :: else fi;
#ifdef SAMPLE
	if :: sample_pin -> taken = taken | BIT(SLOT(sample_pin)) :: else fi;
#endif
#endif
	assert(taken != BIT(N) - 1); /* a slot is free */
	/* The lowest free one: used again sooner than by the code's hint. ANY_SLOT: all of them. */
	slot = 0;
	do
	:: taken & BIT(slot) -> slot++
	:: !(taken & BIT(slot)) -> break
#ifdef ANY_SLOT
	:: !(taken & BIT(slot)) && (((BIT(N) - 1) & ~taken) >> (slot + 1)) -> slot++
#endif
	od
#endif
}

inline fill() /* step, write_headers */
{
	content[slot] = TORN;
	content[slot] = next
}

inline pkdi_slots_publish()
{
	atomic {
		assert(next == published + 1);
		STORE_ENTRY(next, slot);
		published = next;
		/* The entry that it took the place of is known to its writer. */
		if :: mine[next % D] -> live = live & ~BIT(SLOT(mine[next % D])) :: else fi;
		mine[next % D] = ENTRY(next, slot);
		live = live | BIT(slot)
	};
	writer_buffer!HEAD, next
}

proctype writer()
{
	byte live, next, slot, taken, i, mine[D];
start:
	{
		pkdi_slots_init();
		d_step {
			i = 0;
			do :: i < D -> mine[i] = ring[i]; i++ :: else -> break od;
			i = 0
		};
		do
		:: next <= W ->
#if defined(QUEUE) && !defined(NO_ROOM)
			(next < queue_cursor + D); /* pkdi_output_has_room */
#endif
			pkdi_slots_loan();
#ifndef PUBLISH_FIRST
			fill();
#endif
			pkdi_slots_publish();
#ifdef PUBLISH_FIRST
			fill();
#endif
			d_step { next++; slot = 0; taken = 0 }
		:: next > W -> break
		od;
		goto left
	} unless { killed == the_writer };
	atomic { empty(writer_buffer) -> killed = nobody; goto start };
left:	skip
}

/* ---- Readers ---- */

inline pkdi_ring_newest()
{
	seq = head;
	if :: SEQ(ring[(seq + 1) % D]) == seq + 1 -> seq++ :: else fi
}

inline read_slot(entry)
{
	assert(content[SLOT(entry)] == SEQ(entry)); /* its first word */
	assert(content[SLOT(entry)] == SEQ(entry))  /* some time later, its last */
}

proctype latest()
{
	byte seq, entry, front, from, last;
start:
	{
		/* pkdi_input_start, keep_choice */
		d_step { from = cursor; front = 0; seq = 0; entry = 0 };
		if
#ifdef KEEP_UNCHECKED
		:: pin && SEQ(pin) >= from ->
#else
		:: pin && SEQ(pin) == chosen && chosen >= from ->
#endif
			atomic { front = pin; from = SEQ(pin) }
		:: else -> pin_buffer!0
		fi;
		do
		:: !front && from <= W ->
			/* look_latest: pkdi_ring_newest, pkdi_ring_pin */
			pkdi_ring_newest();
			if
			:: seq < from
			:: else ->
				entry = ring[seq % D];
				if
				:: SEQ(entry) != seq -> pin_buffer!0
				:: else ->
					STORE_PIN(entry);
					if
#ifndef NO_RECHECK
					:: ring[seq % D] != entry -> pin_buffer!0
#endif
					:: else ->
						/* choose */
						chosen = seq;
						d_step { from = seq; front = entry }
					fi
				fi
			fi;
			d_step { seq = 0; entry = 0 }
		:: front ->
#ifdef UNPIN_EARLY
			pin_buffer!0;
#endif
			read_slot(front);
			d_step { assert(SEQ(front) >= last); last = SEQ(front) };
			/* pkdi_input_advance */
			cursor = from + 1;
			pin_buffer!0;
			d_step { from++; front = 0 }
		:: !front && from > W -> break
		od;
		assert(last == W);
		goto left
	} unless { killed == the_latest };
	atomic { empty(pin_buffer) -> killed = nobody; goto start };
left:	skip
}

#ifdef SAMPLE
proctype sample()
{
	byte seq, entry, front, from = 1;
	do
	:: from <= W ->
		/* look_sample: pin_within(1) */
		pkdi_ring_newest();
		if
		:: seq < from
		:: else ->
			front = 0;
			entry = ring[seq % D];
			if
			:: SEQ(entry) != seq -> sample_buffer!0
			:: else ->
				STORE_SAMPLE_PIN(entry);
				if
#ifndef NO_RECHECK
				:: ring[seq % D] != entry -> sample_buffer!0
#endif
				:: else -> d_step { from = seq + 1; front = entry }
				fi
			fi
		fi;
		d_step { seq = 0; entry = 0 };
		if :: front -> read_slot(front) :: else fi
	:: from > W -> break
	od
}
#endif

#ifdef QUEUE
proctype queue()
{
	byte from, entry, seen;
start:
	{
		from = queue_cursor; /* pkdi_input_start */
		do
		:: from <= W ->
			(SEQ(ring[from % D]) >= from); /* look_queue: waits for it */
			entry = ring[from % D];
			assert(SEQ(entry) == from); /* it stays in the ring */
#ifdef CURSOR_EARLY
			queue_cursor = from + 1;
#endif
			read_slot(entry);
			d_step { assert(from <= seen + 1); seen = from };
			queue_cursor = from + 1; /* pkdi_input_advance */
			d_step { from++; entry = 0 }
		:: from > W -> break
		od;
		assert(seen == W);
		goto left
	} unless { killed == the_queue };
	d_step { entry = 0; killed = nobody }; goto start;
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
		:: killed = the_latest
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
		run memory(); run writer(); run latest();
#ifdef SAMPLE
		run sample();
#endif
#ifdef QUEUE
		run queue();
#endif
		run killer()
	}
}
