/* look.pml - who looks at a stream from outside, without a pin, see runtime/channel/look.h, under SIGKILL of the
 * writer, and with stores that arrive in another order where no fence forbids it.
 *
 *   writer ---> N slots of two words, a ring of D entries, head ---> looks: copies a value, and keeps the copy
 *                                                                    if head says that its slot is still the same
 *
 * Apart, any free slot is filled. -DIN_SLOTS: value s is in slot s % N, with its entry; also for values that are copied
 * in, which are filled later and not earlier.
 *
 * Each load and each store of a shared word is a step of its own. Entry and head go through a store buffer; the words of
 * a slot are stored at once, so that they overtake what has been published before, unless a fence waits for it: that is
 * weaker than TSO, and what the release fence behind head is for. Only the newest value is copied: it is the last to leave.
 *
 * Shown: no torn copy is kept, and none of another value; one that nobody has interfered with is kept. */
#ifndef W
#define W 4 /* values */
#endif
#ifndef D
#define D 2
#endif
#ifndef N
#define N (D + 1)
#endif
#ifndef K
#define K 1 /* kills */
#endif

#ifdef IN_SLOTS
#define SIZE N
#ifdef ONE_MORE
#define KEEP N
#else
#define KEEP (N - 1)
#endif
#else
#define SIZE D
#ifdef ONE_MORE
#define KEEP (D + 1)
#else
#define KEEP D
#endif
#endif

#define ENTRY(seq, slot) ((seq) * 8 + (slot))
#define SEQ(entry)       ((entry) / 8)
#define SLOT(entry)      ((entry) % 8)
#define BIT(slot)        (1 << (slot))

/* ---- Shared words, and what is still in the store buffer ---- */

byte entry[SIZE], first[N], second[N], head;
chan buffer = [2] of { byte, byte };
#define HEAD 20

proctype memory()
{
	byte where, value;
end:	do
	:: d_step { buffer?where, value ->
		if :: where == HEAD -> head = value :: else -> entry[where] = value fi;
		where = 0; value = 0 }
	od
}

bool killed, over;
byte begun; /* ghost: the newest value that the writer has begun to fill */

/* ---- The writer ---- */

inline fence()
{
#ifndef NO_FENCE
	empty(buffer)
#else
	skip
#endif
}

inline pkdi_slots_init()
{
	d_step {
		next = 1; i = 0; live = 0;
		do
		:: i < SIZE ->
			if
			:: entry[i] ->
				live = live | BIT(SLOT(entry[i]));
				if :: SEQ(entry[i]) >= next -> next = SEQ(entry[i]) + 1 :: else fi
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	};
#ifndef HEAD_LAGS
	if :: head != next - 1 -> buffer!HEAD, next - 1 :: else fi;
#endif
	fence()
}

inline pkdi_slots_loan()
{
#ifdef IN_SLOTS
	slot = next % N
#else
	d_step {
		slot = 0;
		do
		:: live & BIT(slot) -> slot++
		:: else -> break
		od;
		assert(slot < N)
	}
#endif
}

inline fill()
{
	begun = next;
	first[slot] = next;
	second[slot] = next
}

inline pkdi_slots_publish()
{
	/* What it has filled is there before the entry: release. */
	buffer!(next % SIZE), ENTRY(next, slot);
	d_step {
#ifndef IN_SLOTS
		if :: mine[next % SIZE] -> live = live & ~BIT(SLOT(mine[next % SIZE])) :: else fi;
		mine[next % SIZE] = ENTRY(next, slot);
		live = live | BIT(slot)
#else
		skip
#endif
	};
	buffer!HEAD, next;
	fence();
	next++
}

proctype writer()
{
	byte next, i, slot, live, mine[SIZE];
start:
	{
		pkdi_slots_init();
		d_step {
			i = 0;
			do :: i < SIZE -> mine[i] = entry[i]; i++ :: else -> break od;
			i = 0
		};
		do
		:: next <= W ->
			pkdi_slots_loan();
			fill();
			pkdi_slots_publish();
			slot = 0
		:: else -> break
		od;
		goto left
	} unless { killed };
	atomic { empty(buffer) -> killed = false; slot = 0; goto start };
left:	over = true
}

/* ---- Who looks ---- */

proctype looker()
{
	byte seq, e, one, two, now;
	bool was_quiet;
	do
	:: !over ->
		/* pkdi_look_newest */
		seq = head;
		if
		:: SEQ(entry[(seq + 1) % SIZE]) == seq + 1 -> seq++
		:: else
		fi;
		/* pkdi_look_copy */
		e = entry[seq % SIZE];
		if
		:: seq && SEQ(e) == seq ->
			was_quiet = (begun <= seq);
			one = first[SLOT(e)];
			two = second[SLOT(e)];
			now = head;
			if
#ifndef NO_SECOND_LOOK
			:: now >= seq + KEEP
#endif
			:: now < seq + KEEP -> assert(one == seq && two == seq)
#ifdef NO_SECOND_LOOK
			:: else -> assert(one == seq && two == seq)
#endif
			fi;
			assert(!was_quiet || begun > seq || now < seq + KEEP)
		:: else
		fi;
		d_step { seq = 0; e = 0; one = 0; two = 0; now = 0; was_quiet = false }
	:: over -> break
	od
}

/* SIGKILL at any step, and a restart. */
proctype killer()
{
	byte n;
	do
	:: n < K && !over -> n++; killed = true;
end:		(!killed)
	:: break
	od
}

init
{
	atomic { run memory(); run writer(); run looker(); run killer() }
}
