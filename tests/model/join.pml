/* join.pml - watermarks, exact joins, drops, `latest`, the end of a stream, a node given up.
 *
 *   source --a--> relay --c--+
 *          |                 join     every frame's a and b may be absent; the relay must pass on
 *          +-------b---------+        watermarks of frames that it never gets
 *
 * The steps are those of pkdi_record_apply (publish, settle; each output in turn) in the source; of
 * poll_join, pkdi_firing_choose (read_inputs, survey, judge, skip) and settle_outputs in relay and
 * join. Values and their protection are channel.pml's, the commit is commit.pml's: a firing is one
 * step here, but for the stores that neighbours see one by one.
 *   -DOPTIONAL  c is T?         -DLATEST  b is `latest`: gates nobody, keeps its choice; -DK=n kills
 *   -DGONE      the relay may be killed at any step and given up
 *
 * Shown: the join fires exactly the frames that the rule says, in order; nothing at or below its own
 * watermark; no deadlock with windows of 1; the end arrives. */
#ifndef F
#define F 3
#endif
#ifndef WINDOW
#define WINDOW 1
#endif
#ifndef K
#define K 0
#endif
#define ENDED 99
#define BIT(f) (1 << (f))

/* ---- Shared words ---- */

typedef Stream { byte head; byte settled; byte number[F + 1] }
#define A 0
#define B 1
#define C 2
Stream s[3];
byte cursor[3] = 1;
byte pin_b, chosen_b; /* `latest`: seqs */
bool gone, kill_join;
byte kills;
byte in_b, in_c, taken, fired, paired; /* ghosts, a bit for each frame */
byte out;                              /* the join's own watermark */

#define FRONT(i) (s[i].head >= cursor[i] -> s[i].number[cursor[i]] : 0)

inline publish(i, f)
{
	d_step {
		assert(f > s[i].settled);
		s[i].head++;
		s[i].number[s[i].head] = f;
		if :: i == B -> in_b = in_b | BIT(f) :: i == C -> in_c = in_c | BIT(f) :: else fi
	}
}

inline settle(i, f)
{
#ifdef ONLY_THE_END_IS_SETTLED
	if :: f == ENDED -> s[i].settled = ENDED :: else fi
#else
	if :: f > s[i].settled -> s[i].settled = f :: else fi
#endif
}

#ifdef NOT_DETACHED
#define RELAY_GATES true
#else
#define RELAY_GATES (!gone)
#endif
#ifdef LATEST
#define ROOM_B true
#else
#define ROOM_B (s[B].head + 1 < cursor[B] + WINDOW)
#endif
#define ROOM(i) (s[i].head + 1 < cursor[i] + WINDOW)

active proctype source()
{
	byte f = 1;
	do
	:: f <= F ->
		((ROOM(A) || !RELAY_GATES) && ROOM_B);
#ifdef SETTLE_BEFORE_PUBLISH
		settle(B, f);
#endif
		if
		:: publish(A, f); settle(A, f)
#ifdef ABSENT_NOT_SETTLED
		:: true
#else
		:: true -> settle(A, f)
#endif
		fi;
		if
		:: publish(B, f); settle(B, f)
#ifdef ABSENT_NOT_SETTLED
		:: true
#else
		:: true -> settle(B, f)
#endif
		fi;
		f++
	:: else -> break
	od;
	settle(A, ENDED);
	settle(B, ENDED)
}

active proctype relay()
{
	byte w, f;
	{
		do
		:: ROOM(C) ->
#ifdef RELAY_RING_FIRST
			f = FRONT(A);
			w = s[A].settled;
#else
			w = s[A].settled;
			f = FRONT(A);
#endif
			if
			:: !f && w == ENDED -> settle(C, ENDED); cursor[A] = ENDED; break
			:: !f && w != ENDED ->
#ifndef NO_FORWARD
				settle(C, w);
#endif
				(FRONT(A) || s[A].settled != w)
			:: f ->
				settle(C, f - 1);
				publish(C, f);
				settle(C, f);
				cursor[A]++
			fi;
			d_step { w = 0; f = 0 }
		od
	} unless { gone };
	skip
}

#ifdef GONE
active proctype supervisor() { if :: gone = true :: true fi }
#endif

#ifdef GONE_NOT_SETTLED
#define SETTLED_C s[C].settled
#else
#define SETTLED_C (gone -> ENDED : s[C].settled)
#endif

/* b's front: of a queue, the value at its cursor; of `latest`, what it holds. */
inline look_b()
{
#ifdef LATEST
#ifdef LATEST_NOT_HELD
	held = 0;
#endif
	if
	:: !held && s[B].head >= from_b ->
		pin_b = s[B].head; /* pinned: see channel.pml */
		d_step {
			chosen_b = pin_b; from_b = pin_b; held = pin_b;
			taken = taken | BIT(s[B].number[held])
		}
	:: else
	fi;
	b = (held -> s[B].number[held] : 0)
#else
	b = FRONT(B)
#endif
}

inline advance_b()
{
#ifdef LATEST
	d_step { from_b++; held = 0; cursor[B] = from_b };
	pin_b = 0
#else
	cursor[B]++
#endif
}

active proctype join()
{
	byte wb, wc, b, c, low, decided, held, from_b;
	bool past_b, past_c;
start:
	{
		d_step { wb = 0; wc = 0; b = 0; c = 0; low = 0; decided = 0; held = 0; from_b = cursor[B] };
#if defined(LATEST) && !defined(CHOICE_FORGOTTEN)
		if /* keep_choice */
		:: pin_b && pin_b == chosen_b && chosen_b >= from_b -> d_step { held = pin_b; from_b = pin_b }
		:: else -> pin_b = 0
		fi;
#endif
		do
		::
#ifdef RING_BEFORE_SETTLED
			look_b(); c = FRONT(C);
#endif
			wb = s[B].settled;
			wc = SETTLED_C;
#ifndef RING_BEFORE_SETTLED
			look_b(); c = FRONT(C);
#endif
			/* survey */
			d_step {
				low = (b && (!c || b < c) -> b : c);
				decided = (b -> b - 1 : wb);
				if
				:: c && c - 1 < decided -> decided = c - 1
				:: !c && wc < decided -> decided = wc
				:: else
				fi
			};
#ifdef OPTIONAL
			if :: (!b && wb == ENDED) -> break :: else fi;
#else
			if :: (!b && wb == ENDED) || (!c && wc == ENDED) -> break :: else fi;
#endif
			if :: decided > out -> out = decided :: else fi; /* settle_outputs */
			/* judge */
			d_step {
				past_b = low && b != low && (b || wb >= low);
				past_c = low && c != low && (c || wc >= low)
			};
			if
#ifdef OPTIONAL
			:: low && b == low && (c == low || past_c) ->
#else
			:: low && b == low && c == low ->
#endif
				d_step {
					assert(low > out && !(fired & BIT(low)));
					fired = fired | BIT(low);
					if :: c == low -> paired = paired | BIT(low) :: else fi;
					out = low;
					if :: c == low -> cursor[C]++ :: else fi
#ifdef LATEST
					; from_b++; held = 0; cursor[B] = from_b; pin_b = 0
#else
					; cursor[B]++
#endif
				}
#ifdef OPTIONAL
			:: low && past_b ->
#else
			:: low && (past_b || past_c) ->
#endif
				/* skipped: settled, and each that holds it goes past it */
				if :: low > out -> out = low :: else fi;
				if :: b == low -> advance_b() :: else fi;
				if :: c == low -> cursor[C]++ :: else fi
			:: else ->
				(s[B].settled != wb || SETTLED_C != wc || FRONT(C) != c || (!b && s[B].head >= from_b && from_b)
#ifndef LATEST
				 || FRONT(B) != b
#endif
				)
			fi;
			d_step { wb = 0; wc = 0; b = 0; c = 0; low = 0; decided = 0; past_b = 0; past_c = 0 }
		od;
		/* pkdi_node_leave */
		out = ENDED;
		cursor[B] = ENDED;
		cursor[C] = ENDED;
		goto check
	} unless { kill_join };
	kill_join = false;
	goto start;
check:
#ifdef LATEST
	assert((fired & in_c) == fired && (taken & in_c) == (fired & taken) && (fired & ~taken) == 0)
#elif defined(OPTIONAL)
	assert(fired == in_b && paired == (in_b & in_c))
#else
	assert(fired == (in_b & in_c))
#endif
}

#if K > 0
active proctype killer()
{
	do :: kills < K -> kills++; kill_join = true;
end:		!kill_join
	:: break od
}
#endif
