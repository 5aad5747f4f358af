/* A trace: the newest of what the nodes of a process did, in a ring that this process alone writes.
 *
 * An event is a whole cache line. Its words are stored first and the position last, so that a death
 * leaves whole events only, and the next incarnation goes on behind them. A reader copies, and then
 * looks at the position again: what was overwritten meanwhile it throws away. For that the position
 * before an event is stored before its words (the fence in pkdi_trace_write).
 *
 * A session begins when the console makes the program's number odd, and ends when it makes it even.
 * A process that sees a new odd number notes where in its ring the session begins. */
#ifndef PKDI_TRACE_H
#define PKDI_TRACE_H

#include "channel/words.h"

enum pkdi_trace_kind {
	PKDI_TRACE_NONE,   /* of no event */
	PKDI_TRACE_FIRING, /* a step; `what`: 0 = published, 1 = not; links: the values */
	PKDI_TRACE_CALL,   /* another function of the node; `what`: enum pkdi_call; links[0]: of a
	                       command its number */
	PKDI_TRACE_WAIT,   /* of the process; `what`: 1 = it slept; links: of nodes */
	PKDI_TRACE_DROP, /* `what`: enum pkdi_trace_drop; links[0]: how many, links[1]: the port */
	PKDI_TRACE_VERSION, /* new values of parameters hold; links[0]: the version */
	PKDI_TRACE_FAILED,  /* a frame that it has died of twice was passed over */
	PKDI_TRACE_DIED,    /* the process, since it had begun a call; links[0]: the process */
	PKDI_TRACE_RESTART, /* of the process links[0], for the time links[1] */
	PKDI_TRACE_GONE,    /* the process links[0] was given up */
	PKDI_TRACE_PHASE,   /* of the program; `what`: enum pkdi_phase */
	PKDI_TRACE_MORE,    /* more links of the event before it */
	PKDI_TRACE_KINDS
};

enum pkdi_trace_drop {
	PKDI_DROP_PASSED,  /* by `latest`; the port is an input */
	PKDI_DROP_REFUSED, /* a live source found no room; the port is an output */
	PKDI_DROP_PAUSED,  /* a live source was paused */
	PKDI_DROP_RESTED,  /* the node was at rest */
};

enum { PKDI_TRACE_LINKS = 4 };

struct pkdi_trace_event {
	int64_t start_ns, duration_ns;
	uint64_t frame;
	uint32_t node;
	uint8_t kind, n_links;
	uint16_t what;
	uint64_t links[PKDI_TRACE_LINKS];
};

_Static_assert(sizeof(struct pkdi_trace_event) == PKDI_LINE, "an event is a cache line");

/* Of a firing: a value that it took or published, by its seq and the number of the input or output.
 * Ports from 2^15 on have none. */
#define PKDI_TRACE_PORTS 0x8000u
static inline uint64_t pkdi_trace_value(uint64_t seq, uint32_t port, bool is_output)
{
	return seq << 16 | (uint64_t)is_output << 15 | port;
}
static inline uint64_t pkdi_trace_seq(uint64_t link)
{
	return link >> 16;
}
static inline uint32_t pkdi_trace_port(uint64_t link)
{
	return link & (PKDI_TRACE_PORTS - 1);
}
static inline bool pkdi_trace_is_output(uint64_t link)
{
	return link & PKDI_TRACE_PORTS;
}

/* Of a wait: what a node waits for, and the number of its input or output. */
enum pkdi_waits_for {
	PKDI_WAITS_START, /* for the init of others */
	PKDI_WAITS_INPUT,
	PKDI_WAITS_ROOM,
	PKDI_WAITS_TIME, /* or a descriptor */
	PKDI_WAITS_RESUME,
};
static inline uint64_t pkdi_trace_reason(uint32_t node, enum pkdi_waits_for what, uint32_t port)
{
	return (uint64_t)node << 32 | (uint64_t)what << 16 | (port & 0xffff);
}

/* Of a process: 1 MiB of events, and a page before them. */
enum { PKDI_TRACE_EVENTS = 16384, PKDI_TRACE_HEAD = 4096 };
#define PKDI_TRACE_SIZE (PKDI_TRACE_HEAD + (size_t)PKDI_TRACE_EVENTS * PKDI_LINE)

struct pkdi_trace_ring {
	_Alignas(PKDI_LINE) _Atomic uint64_t n; /* events so far: the position */
	_Atomic uint64_t began;                 /* n when the session began … */
	_Atomic uint32_t session;               /* … of this number */
	_Alignas(PKDI_TRACE_HEAD) _Atomic uint64_t events[][PKDI_LINE / sizeof(uint64_t)];
};

/* What a process has of its own trace; private to it. */
struct pkdi_trace {
	struct pkdi_trace_ring *ring; /* NULL: it can have none */
	bool on;
	struct pkdi_trace_event wait; /* since when nothing is to be done, and for what; 0 = not */
};

/* Looks at the number of the session. True where a new one has begun. */
bool pkdi_trace_look(struct pkdi_trace *trace, uint32_t session);

void pkdi_trace_write(struct pkdi_trace *trace, const struct pkdi_trace_event *event);

/* Ends the wait, if there is one; those of less than a microsecond are left out. */
void pkdi_trace_end_wait(struct pkdi_trace *trace, int64_t now_ns);

/* A copy of what a ring has of a session. */
struct pkdi_trace_copy {
	struct pkdi_trace_event *events; /* to be freed */
	uint32_t n;
	uint64_t n_overwritten; /* events before them */
};

/* 0, or -ENOMEM. The ring is of a process that may be writing, and not to be trusted. */
int pkdi_trace_copy(const struct pkdi_trace_ring *ring, uint32_t session,
                    struct pkdi_trace_copy *ret_copy);

#endif
