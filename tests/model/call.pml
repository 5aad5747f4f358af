/* call.pml - a node's mailbox for commands: a console that posts requests and collects what is answered, a
 * node that carries them out. Both may be killed and start again.
 *
 *   console --posted, R entries--> node --begun, record, answered, R entries--> console
 *
 * The steps are those of runtime/console/calls.c, and of pkdi_call_carry_out, pkdi_call_recover
 * (runtime/node/call.c) and pkdi_record_commit_call. An entry holds the number of its request.
 *
 * Shown: whatever dies where, no request is carried out twice; one that is answered as carried out has had its
 * effect on the state, and one that the node has died in has not; what is collected answers the request that it
 * was asked for; every request that was posted is answered. Nobody waits for ever: the console may cancel a request,
 * and one that it says is not begun is never carried out; one that nobody has cancelled is never refused. */
#ifndef M
#define M 3 /* requests */
#endif
#ifndef R
#define R 2 /* entries */
#endif
#ifndef K
#define K 2 /* kills */
#endif

byte posted, request[R];              /* written by the console … */
bool cancelled[R];                    /* … a request that nobody waits for any more */
byte begun, answered, answer[R];      /* written by the node … */
bool died[R];                         /* … an answer says that the node has died in it … */
bool refused[R];                      /* … or that it was cancelled before */
byte committed, applied, called;      /* … and its record */
byte state[2];                        /* the state, as a set of requests; committed % 2 counts */
byte carried[M + 1];                  /* ghost: how often … */
bool told[M + 1];                     /* … and whether it was said that it is not begun */
byte kills;

#ifdef NO_ROOM
#define HAS_ROOM true
#else
#define HAS_ROOM (posted + 1 - answered <= R)
#endif
#ifdef NO_AWAITED
#define AWAITED false
#else
#define AWAITED (awaited[(posted + 1) % R] != 0)
#endif

/* One that dies begins again at once: what is in its own memory is gone. */
inline may_die(label)
{
	if
	:: kills < K -> kills++; goto label
	:: true
	fi
}

inline apply()
{
	answered = called;
	may_die(again);
	applied = committed
}

/* pkdi_record_commit_call */
inline commit(n)
{
	called = n;
	may_die(again);
	committed++;
	may_die(again);
	apply()
}

/* It may be cancelled after it was carried out; that changes nothing. */
inline cancel(n)
{
#ifdef LOOKS_FIRST
	late = begun >= n;
	cancelled[n % R] = true;
#else
	cancelled[n % R] = true;
	late = begun >= n;
#endif
	if
	:: !late -> atomic { told[n] = true; assert(carried[n] == 0) }
	:: else
	fi
}

active proctype console()
{
	byte awaited[R]; /* the request whose answer somebody waits for, in each entry; 0 = none */
	byte n;
	bool late;
again:
	atomic {
		n = 0;
		do :: n < R -> awaited[n] = 0; n++ :: else -> n = 0; break od
	};
	/* Who has waited has lost the last one. */
	n = answered;
	do
	:: n < posted -> n++; cancel(n)
	:: else -> break
	od;
	do
	:: posted < M && HAS_ROOM && !AWAITED ->
		n = posted + 1;
#ifdef POSTED_FIRST
		posted = n;
#endif
		request[n % R] = 0; /* while it is written */
#ifndef STAYS_CANCELLED
		cancelled[n % R] = false;
#endif
		may_die(again);
		request[n % R] = n;
		may_die(again);
#ifndef POSTED_FIRST
		posted = n;
#endif
		if :: awaited[n % R] == 0 -> awaited[n % R] = n :: else fi
	:: awaited[0] || awaited[1] ->
		if
		:: awaited[0] -> n = awaited[0]
		:: awaited[1] -> n = awaited[1]
		fi;
		if
		:: answered >= n ->
			assert(answer[n % R] == n);
			assert(!refused[n % R]);
			assert(died[n % R] == !(state[committed % 2] >> n & 1));
			assert(answer[n % R] == n) /* copied, byte by byte */
		:: cancel(n)
		fi;
		awaited[n % R] = 0
	:: posted == M -> break
	od
}

active proctype node()
{
	byte n, done;
	bool off;
again:
	atomic { n = 0; done = 0 };
	if :: committed != applied -> apply() :: else fi;
	done = answered;
	if
	:: begun > done ->
#ifdef RETRY
		goto ready;
#endif
		n = begun;
		died[n % R] = true;
		refused[n % R] = false;
		answer[n % R] = n;
#ifndef STATE_STAYS
		state[(committed + 1) % 2] = state[committed % 2];
#endif
		commit(n);
		done = n
	:: else
	fi;
#ifdef RETRY
ready:
#endif
	do
	:: done < M ->
		(posted > done);
		n = done + 1;
		assert(request[n % R] == n);
		state[(committed + 1) % 2] = state[committed % 2];
#ifdef CHECK_FIRST
		off = cancelled[n % R];
#endif
#ifndef BEGUN_BEHIND
		begun = n;
#endif
		may_die(again);
#ifndef CHECK_FIRST
		off = cancelled[n % R];
#endif
		if
		:: !off ->
			atomic { carried[n]++; assert(carried[n] == 1 && !told[n]) };
			state[(committed + 1) % 2] = state[(committed + 1) % 2] | 1 << n;
			may_die(again)
		:: else
		fi;
#ifdef BEGUN_BEHIND
		begun = n;
#endif
		answer[n % R] = 0; /* while it is written */
		died[n % R] = false;
		refused[n % R] = off;
		answer[n % R] = n;
		may_die(again);
#ifdef ANSWERED_FIRST
		answered = n;
		may_die(again);
#endif
		commit(n);
		done = n
	:: else -> break
	od;
	assert(answered == M)
}
