/* live.pml - versions of live values: a console that publishes, an origin that says from which frame each
 * counts, two nodes that fire with those frames at their own pace. All may be killed and start again.
 *
 *   console --ring of R versions--> all        origin --from[v]--> nodes
 *
 * The steps are those of publish and pkdi_set_values (runtime/console/set.c), pkdi_live_take and
 * pkdi_live_apply (runtime/node/live.c). The value of a version is its number; 0 while it is written.
 *
 * Shown: whatever dies where, every firing of a frame that was published, a second one included, has the same
 * version in both nodes, and the origin's own had it, too; a frame never has an older version than one before it; what a
 * node reads is the version that it wants; once all frames are fired, all have the newest version. */
#ifndef F
#define F 3 /* frames */
#endif
#ifndef V
#define V 3 /* versions that are set */
#endif
#ifndef R
#define R 2 /* the ring */
#endif
#ifndef K
#define K 1 /* kills */
#endif
#define NONE 99

byte newest;            /* wishes->newest */
byte version[R];        /* wish->version; version 0 is what the program began with */
byte taken, from[R];    /* of the origin, in its words */
byte published;         /* frames */
byte applied[2], cursor[2] = 1; /* of the nodes; the next frame */
byte has[F + 1] = NONE; /* ghost: the version that a frame was fired with, by whom first */
byte kills;

#define BEHIND(v) (taken < (v) || applied[0] < (v) || applied[1] < (v))

/* One that dies begins again at once: what is in its own memory is gone. */
inline may_die(label)
{
	if
	:: kills < K -> kills++; goto label
	:: true
	fi
}

active proctype console()
{
	byte next;
again:
	next = 0;
	do
	:: newest < V ->
		next = newest + 1;
#ifndef NO_ROOM
		/* What is overwritten is R versions older: nobody needs it once all have the one behind it. */
		(next < R || !BEHIND(next - R + 1));
#endif
#ifdef NEWEST_FIRST
		newest = next;
#endif
		version[next % R] = NONE; /* while it is written */
		may_die(again);
		version[next % R] = next;
		may_die(again);
		newest = next;
		may_die(again)
	:: else -> break
	od
}

inline fire(frame, v)
{
	d_step {
		assert(has[frame] == NONE || has[frame] == v);
		assert(frame == 1 || has[frame - 1] == NONE || has[frame - 1] <= v);
		has[frame] = v
	}
}

/* pkdi_live_take: what is in between never counted. */
inline pkdi_live_take(next)
{
	n = newest;
	v = taken;
	if
	:: n > v ->
		if :: n - v > R -> v = n - R :: else fi;
		do
		:: v < n ->
			v++;
#ifndef LATE_FROM
			from[v % R] = next
#endif
		:: else -> break
		od;
#ifdef LATE_FROM
		taken = n;
		from[n % R] = next
#else
		taken = n
#endif
	:: else
	fi
}

/* version_for. */
inline choose(frame)
{
	n = taken;
	v = n;
#ifndef NEWEST_COUNTS
	do
	:: v > 0 && v + R > n && from[v % R] > frame -> v--
	:: else -> break
	od
#endif
}

active proctype origin()
{
	byte n, v;
again:
	/* What it has made and not published nobody has seen: done again, it may be of a newer version. */
	atomic {
		n = 0;
		v = 0;
		if :: published < F -> has[published + 1] = NONE :: else fi
	};
	do
	:: published < F ->
#ifndef TAKE_BEHIND
		pkdi_live_take(published + 1);
		may_die(again);
#endif
		choose(published + 1);
		atomic { assert(v == 0 || version[v % R] == v); fire(published + 1, v) };
		may_die(again);
#ifdef TAKE_BEHIND
		atomic { published++; n = 0 };
		pkdi_live_take(published)
#else
		published++
#endif
	:: else -> break
	od;
	/* It goes round, though no frame comes any more. */
	do
	:: taken < V -> (newest > taken); pkdi_live_take(F + 1)
	:: else -> break
	od
}

proctype node(bit me)
{
	byte n, v;
again:
	atomic { n = 0; v = 0 };
	do
	:: cursor[me] <= F && cursor[me] <= published ->
		choose(cursor[me]);
		/* load: the version is there, and stays while it is copied */
		atomic { assert(v == 0 || version[v % R] == v) };
		atomic { assert(v == 0 || version[v % R] == v); fire(cursor[me], v) };
		may_die(again);
		if :: v > applied[me] -> applied[me] = v :: else fi;
		may_die(again);
		cursor[me]++
	:: cursor[me] > published && taken > applied[me] -> /* follow_live */
		choose(cursor[me]);
		if :: v > applied[me] -> applied[me] = v :: else -> (taken > n || cursor[me] <= published) fi
	:: cursor[me] > F && applied[me] >= V -> break
	od;
	assert(applied[me] == V)
}

init { atomic { run node(0); run node(1) } }
