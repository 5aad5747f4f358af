/* bell.pml - sleeping and waking of two processes, under TSO store buffers and SIGKILL.
 *
 *   writer ---- n values, a window of ROOM ----> reader
 *
 * The writer sleeps when there is no room, the reader when there is nothing; each is rung by the
 * other, and by the supervisor. The steps are those of runtime/channel/wake.c, of fire_until_all_left and
 * sleep_unless_ready in process.c, of notify and wants_more in node.c. There is no time-out: a wake
 * that is lost is a deadlock.
 *
 * Shown: neither sleeps for ever, whoever is killed where, restarted or given up, and whenever a
 * stop is asked for; all values arrive when nobody is given up. */
#ifndef W
#define W 3 /* values */
#endif
#ifndef ROOM
#define ROOM 2
#endif
#ifndef K
#define K 1 /* deaths */
#endif
#define WRITER 0
#define READER 1
#define NOBODY 2

/* ---- Shared words, and the store buffers of their processes ---- */

byte head, settled; /* written by the writer; settled: 1 = the stream has ended */
byte cursor, left;  /* by the reader; left: its cursor is PKDI_ENDED */
byte sleep[2];
bool rung_since[2]; /* by everyone: bell.count is not what its process has read last */
bool parked[2];     /* in the kernel, on its bell */
bool phase_stop, gone[2];
byte killed = NOBODY;
bool dead[2];
bool given_up; /* ghost */

chan buffer[2] = [3] of { mtype, byte };
mtype = { HEAD, SETTLED, CURSOR, LEFT, SLEEP };

inline drain(who)
{
	d_step { buffer[who]?word, value ->
		if
		:: word == HEAD -> head = value
		:: word == SETTLED -> settled = value
		:: word == CURSOR -> cursor = value
		:: word == LEFT -> left = value
		:: word == SLEEP -> sleep[who] = value
		fi; word = 0; value = 0 }
}

proctype memory()
{
	mtype word;
	byte value;
end:	do
	:: drain(WRITER)
	:: drain(READER)
	od
}

/* wants_more: half of the window is free again. */
#ifdef NEVER_WANTS_MORE
#define WANTS_MORE false
#else
#define WANTS_MORE (2 * (head - from) <= ROOM)
#endif

/* ---- wake.c ---- */

#define FENCE(who) empty(buffer[who])

inline pkdi_bell_ring(who)
{
	rung_since[who] = true; /* a locked addition */
	parked[who] = false
}

inline pkdi_wake(me, other)
{
	epoch = sleep[other];
	if
#ifdef RUNG_WITHOUT_EPOCH
	:: (epoch & 1) && !rung ->
#else
	:: (epoch & 1) && epoch != rung ->
#endif
		rung = epoch;
		FENCE(me); /* the locked addition */
		pkdi_bell_ring(other)
	:: else
	fi;
	epoch = 0
}

/* pkdi_wake_fence, then pkdi_wake */
inline notify(me, other)
{
#ifndef NO_WAKE_FENCE
	FENCE(me);
#endif
	pkdi_wake(me, other)
}

/* The part of notify that concerns writers: one that is asleep is woken, or a wake is owed to it. */
inline notify_writer()
{
#ifndef NO_WAKE_FENCE
	FENCE(READER);
#endif
	wake_pending = false;
	if
	:: sleep[WRITER] & 1 ->
		if
		:: WANTS_MORE -> pkdi_wake(READER, WRITER)
#ifndef NOTHING_OWED
		:: else -> wake_pending = true
#else
		:: else
#endif
		fi
	:: else
	fi
}

inline pkdi_sleep_announce(me)
{
#ifndef BELL_LATE
	rung_since[me] = false; /* bell = what the count is */
#endif
#ifdef NO_SLEEP_FENCE
	buffer[me]!SLEEP, asleep | 1;
	asleep = asleep | 1
#else
	atomic { FENCE(me) -> asleep = asleep | 1; sleep[me] = asleep }
#endif
}

inline pkdi_sleep_wait(me)
{
#ifdef BELL_LATE
	rung_since[me] = false; /* bell = what the count is */
#endif
	if
	:: atomic { !rung_since[me] -> parked[me] = true }; !parked[me]
	:: rung_since[me]
	fi
}

inline pkdi_sleep_over(me)
{
	if
	:: asleep & 1 -> asleep++; buffer[me]!SLEEP, asleep
	:: else
	fi
}

inline ring_all()
{
	pkdi_bell_ring(WRITER);
	pkdi_bell_ring(READER)
}

/* What a new incarnation does before its nodes fire: pkdi_sleep_over, pkdi_node_recover, ring_all. */
inline start_process(me, other, wants)
{
	atomic { asleep = sleep[me]; rung = 0; epoch = 0; moved = false };
#ifdef EPOCH_FROM_ZERO
	asleep = 0;
	sleep[me] = 0;
#else
	pkdi_sleep_over(me);
#endif
#ifndef RESTART_SAYS_NOTHING
	if :: wants -> notify(me, other) :: else fi;
	ring_all()
#else
	skip
#endif
}

/* ---- The writer ---- */

#ifdef STOP
#define ENDS false /* a source that goes silent */
#else
#define ENDS (next == W)
#endif

inline sleep_unless_ready_writer()
{
	pkdi_sleep_announce(WRITER);
#ifdef NO_SECOND_LOOK
	moved = false;
#else
	moved = phase_stop || left || gone[READER] || (next < W && next < cursor + ROOM);
#endif
	if :: moved :: else -> pkdi_sleep_wait(WRITER) fi;
	pkdi_sleep_over(WRITER);
	moved = false
}

proctype writer()
{
	byte next, asleep, rung, epoch;
	bool moved, restarted;
start:
	{
		next = head;
		if :: restarted -> start_process(WRITER, READER, true) :: else fi;
		do
		:: atomic { ENDS || phase_stop || left || gone[READER] ->
			/* pkdi_node_leave */
			buffer[WRITER]!SETTLED, 1 };
#ifndef LEAVE_WITHOUT_WAKE
			notify(WRITER, READER);
#endif
			break
		:: else ->
			if
			:: next < W && next < cursor + ROOM ->
				next++;
				buffer[WRITER]!HEAD, next; /* fire */
				notify(WRITER, READER)
			:: else -> sleep_unless_ready_writer()
			fi
		od;
		goto left_
	} unless { killed == WRITER };
	FENCE(WRITER); /* what it has retired becomes visible, then its pidfd readable */
	atomic { parked[WRITER] = false; dead[WRITER] = true };
	atomic { gone[WRITER] || !dead[WRITER] ->
		if :: gone[WRITER] -> goto left_ :: else -> restarted = true; goto start fi };
left_:	skip
}

/* ---- The reader ---- */

inline sleep_unless_ready_reader()
{
#ifndef NO_BEFORE_SLEEP
	if /* pkdi_node_before_sleep */
	:: wake_pending -> wake_pending = false; notify(READER, WRITER)
	:: else
	fi;
#endif
	pkdi_sleep_announce(READER);
#ifdef NO_SECOND_LOOK
	moved = false;
#else
	moved = phase_stop || gone[WRITER] || settled;
	moved = moved || head != from;
#endif
	if :: moved :: else -> pkdi_sleep_wait(READER) fi;
	pkdi_sleep_over(READER);
	moved = false
}

proctype reader()
{
	byte from, asleep, rung, epoch, ended, newest;
	bool moved, restarted, wake_pending;
start:
	{
		d_step { from = cursor; ended = 0; newest = 0; wake_pending = false };
		if
		:: restarted ->
			start_process(READER, WRITER, false);
#ifndef RESTART_SAYS_NOTHING
			notify_writer()
#else
			skip
#endif
		:: else
		fi;
		do
		:: atomic { phase_stop -> buffer[READER]!LEFT, 1 };
			break
		:: else ->
			ended = settled || gone[WRITER]; /* before the ring */
			newest = head;
			if
			:: newest != from ->
				from++;
				buffer[READER]!CURSOR, from; /* fire */
				notify_writer()
			:: newest == from && ended -> buffer[READER]!LEFT, 1; break
			:: newest == from && !ended ->
#ifdef BUSY
				/* Another node of the process has always something to do: it never
				 * sleeps, and polls this one in every round. */
				(phase_stop || gone[WRITER] || settled || head != from)
#else
				sleep_unless_ready_reader()
#endif
			fi;
			d_step { ended = 0; newest = 0 }
		od;
#ifndef LEAVE_WITHOUT_WAKE
		notify(READER, WRITER);
#endif
		assert(from == W || phase_stop || given_up);
		goto left_
	} unless { killed == READER };
	FENCE(READER);
	atomic { parked[READER] = false; dead[READER] = true };
	atomic { gone[READER] || !dead[READER] ->
		if :: gone[READER] -> goto left_ :: else -> restarted = true; goto start fi };
left_:	skip
}

/* ---- The supervisor ---- */

proctype supervisor()
{
	byte n;
	do
	:: n < K -> n++;
		if :: killed = WRITER :: killed = READER fi;
end:		dead[killed]; /* one that has left already cannot be killed */
		if
		:: d_step { dead[killed] = false; killed = NOBODY } /* restart */
		:: d_step { gone[killed] = true; given_up = true; killed = NOBODY };
#ifndef NO_RING_AT_GIVE_UP
			ring_all()
#endif
		fi
	:: break
	od;
#ifdef STOP
	phase_stop = true; /* set_phase */
#ifndef NO_RING_AT_PHASE
	ring_all()
#endif
#endif
}

init { atomic { run memory(); run writer(); run reader(); run supervisor() } }
