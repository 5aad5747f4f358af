/* pool.pml - two workers of a pool on one lossless stream, merged in order, under SIGKILL.
 *
 *   source --x--> worker 0 --y[0]--+--> merge: an exact join of two T? inputs
 *                 worker 1 --y[1]--+
 *
 * A worker is a node with a cursor of its own; a frame it does not take it passes, and its watermark
 * follows. The steps are those of poll_join and look_queue with pkdi_pool_takes (runtime/channel/pool.c),
 * pkdi_record_commit and _apply, and pkdi_firing_choose in the merge.
 *   default  claim[seq % SIZE] goes from an older entry to (seq, worker) by one compare-and-swap
 *   -DSTATIC frame seq belongs to worker seq % 2: no shared word
 *   -DABSENT a worker may have nothing to publish for a frame
 *   -DGONE   a worker that is killed may be given up: what it had taken is lost, the rest goes on
 *
 * Shown: each frame fires in one worker only and arrives once, in order; nothing waits for ever. */
#ifndef F
#define F 3
#endif
#ifndef K
#define K 1
#endif
#ifndef WINDOW
#define WINDOW 2
#endif
#ifndef SIZE
#define SIZE WINDOW /* entries of the claim table: not fewer than the window */
#endif
#define ENDED 99
#define ENTRY(seq, worker) ((seq) * 2 + (worker))
#define SEQ(e)             ((e) / 2)
#define OWNER(e)           ((e) % 2)

byte x_head, x_settled; /* frame number = seq */
byte cursor[2] = 1;
byte claim[SIZE];
byte y_frame[2], y_head[2], y_settled[2], y_cursor[2] = 1; /* windows of 1 */
byte committed[2], applied[2], record_frame[2];
bool record_present[2], has_left[2], gone[2], kill[2], dead[2];
byte fired, arrived, lost; /* ghosts: a bit for each frame */

#define BIT(f) (1 << (f))

active proctype source()
{
	do
	:: x_head < F ->
		((x_head + 1 < cursor[0] + WINDOW || gone[0]) && (x_head + 1 < cursor[1] + WINDOW || gone[1]));
		d_step { x_head++; x_settled = x_head } /* published, settled */
	:: x_head == F -> x_settled = ENDED; break
	od
}

/* `mine` is whether the worker takes the frame. */
inline pkdi_pool_takes(me, seq)
{
#ifdef STATIC
	mine = (seq % 2 == me)
#else
	e = claim[seq % SIZE];
#ifdef ANONYMOUS_CLAIM
	if :: SEQ(e) >= seq -> e = ENTRY(seq, 1 - me) :: else fi; /* somebody has it */
#endif
	do
	:: SEQ(e) < seq ->
#ifdef CLAIM_WITHOUT_CAS
		d_step { e = ENTRY(seq, me); claim[seq % SIZE] = e }
#else
		atomic {
			if
			:: claim[seq % SIZE] == e -> e = ENTRY(seq, me); claim[seq % SIZE] = e
			:: else -> e = claim[seq % SIZE]
			fi
		}
#endif
	:: else -> break
	od;
	mine = (e == ENTRY(seq, me));
	e = 0
#endif
}

inline settle(me, number)
{
	if
	:: number > settled -> d_step { settled = number; y_settled[me] = number }
	:: else
	fi
}

inline pkdi_record_apply(me)
{
	if
	:: record_present[me] && y_frame[me] < record_frame[me] ->
		atomic {
			assert(y_cursor[me] > y_head[me] && record_frame[me] > y_settled[me]);
			y_frame[me] = record_frame[me]; y_head[me]++
		}
	:: else
	fi;
	settle(me, record_frame[me]);
	cursor[me] = record_frame[me] + 1;
	atomic { applied[me] = committed[me]; record_present[me] = false }
}

proctype worker(bit me)
{
	byte front, from, upstream, settled, passed, e;
	bool mine;
start:
	{
		/* pkdi_node_recover */
		atomic { settled = y_settled[me]; front = 0; passed = 0; e = 0; upstream = 0; mine = false };
		if :: committed[me] != applied[me] -> pkdi_record_apply(me) :: else fi;
		from = cursor[me];
		if :: has_left[me] -> goto leave :: else fi;
		do
		::	/* has_room, before the inputs; pkdi_input_load_settled, before the ring */
			atomic { y_cursor[me] > y_head[me] && (x_head >= from || x_settled > settled) ->
				upstream = x_settled };
			do /* look_queue */
			:: !front && x_head >= from ->
				pkdi_pool_takes(me, from);
				if
				:: mine -> d_step { front = from; mine = false }
				:: else -> d_step { passed = from; from++; cursor[me] = from } /* pkdi_input_advance */
				fi
			:: else -> break
			od;
			if
			:: !front && upstream == ENDED -> break
			:: !front && upstream != ENDED ->
				if :: passed > upstream -> upstream = passed :: else fi;
				settle(me, upstream)
			:: front ->
				settle(me, front - 1);
				atomic { /* step, pkdi_record_commit: what only this node reads is one step */
#ifdef ABSENT
					if :: record_present[me] = true :: record_present[me] = false fi;
#else
					record_present[me] = true;
#endif
					record_frame[me] = front;
					assert(!(fired & BIT(front)));
					fired = fired | BIT(front);
					if :: !record_present[me] -> lost = lost | BIT(front) :: else fi;
					committed[me] = 1 - committed[me];
					d_step { front = 0; upstream = 0; passed = 0 }
				};
				pkdi_record_apply(me);
				from = cursor[me]
			fi;
			d_step { upstream = 0; passed = 0 }
		od;
leave:		has_left[me] = true; /* pkdi_node_leave */
		settle(me, ENDED);
		cursor[me] = ENDED;
		goto left
	} unless { kill[me] };
	dead[me] = true;
	atomic { !kill[me] ->
		dead[me] = false;
		if :: gone[me] -> goto left :: else -> goto start fi };
left:	skip
}

#define FRONT(w)   (y_head[w] >= y_cursor[w] -> y_frame[w] : 0)
#ifdef MERGE_WITHOUT_WAITING
#define PAST(s, a) true
#else
#define PAST(s, a) ((s) >= (a))
#endif

active proctype merge()
{
	byte s0, s1, a, b, last, which;
	do
	::
		d_step {
			s0 = (gone[0] -> ENDED : y_settled[0]);
			s1 = (gone[1] -> ENDED : y_settled[1])
		};
		d_step { a = FRONT(0); b = FRONT(1) };
		if
		:: a && ((b && a < b) || (!b && PAST(s1, a))) -> which = 0
		:: b && ((a && b < a) || (!a && PAST(s0, b))) -> which = 1
		:: !a && !b && s0 == ENDED && s1 == ENDED -> break
		:: else -> which = 2
		fi;
		if
		:: which < 2 ->
			d_step {
				if :: which == 1 -> a = b :: else fi;
				assert(a > last && (fired & BIT(a)) && !(arrived & BIT(a)));
				last = a;
				arrived = arrived | BIT(a);
				y_cursor[which]++
			}
		:: else ->
			(FRONT(0) != a || FRONT(1) != b || (y_settled[0] != s0 && !gone[0]) ||
			 (y_settled[1] != s1 && !gone[1]) || (gone[0] && s0 != ENDED) || (gone[1] && s1 != ENDED))
		fi;
		d_step { s0 = 0; s1 = 0; a = 0; b = 0; which = 0 }
	od;
#ifndef GONE
	assert(fired == (BIT(F) - 1) << 1);
	assert((arrived | lost) == fired)
#endif
}

active proctype supervisor()
{
	byte n;
	do
	:: n < K -> n++;
		if :: kill[0] = true :: kill[1] = true fi;
end:		(kill[0] && dead[0]) || (kill[1] && dead[1]);
		if
		:: d_step { kill[0] = false; kill[1] = false } /* restart */
#ifdef GONE
		:: d_step { gone[0] = dead[0]; gone[1] = dead[1]; kill[0] = false; kill[1] = false }
#endif
		fi;
		(gone[0] || gone[1] || (!dead[0] && !dead[1]))
	:: break
	od
}

init { atomic { run worker(0); run worker(1) } }
