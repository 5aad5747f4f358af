/* One node: its inputs and outputs, its firings. */
#ifndef PKDI_NODE_H
#define PKDI_NODE_H

#include "channel/channel.h"
#include "channel/wake.h"
#include "node/account.h"
#include "node/believe.h"
#include "node/call.h"
#include "node/firing.h"
#include "node/live.h"
#include "node/path.h"
#include "node/plan.h"
#include "node/settings.h"
#include "node/trace.h"
#include "node/watch.h"
#include "os/log.h"
#include "os/shm.h"

/* Opaque to node authors. */
struct pkd_ctx {
	struct pkdi_node *node;
	uint64_t number; /* of the firing */
	int64_t capture_ns;
	uint32_t origin;
	uint32_t fired; /* input that fired a node that fires any; PKD_NONE: it flushes … */
	bool woken;     /* … or has woken */
	uint64_t part;  /* firings of that input before, or flushes */
	void *state;    /* the copy that this firing may change, see record.h */
	int64_t due_ns;
	bool is_timed; /* the node has set a capture time, in this firing or before */
	bool reported; /* the node has reported an error: no general one is needed */
	struct pkdi_answer_entry *answer; /* of the command at hand, whose errors are answered */
};

/* What the console has a node do, a word for each. */
enum pkdi_held {
	PKDI_HELD_NOT,
	PKDI_HELD_PAUSED, /* its inputs wait */
	PKDI_HELD_RESTS,  /* it passes its frames by, without a step; a source makes none */
};

struct pkdi_node {
	const struct pkd_node *decl;
	uint32_t index;
	struct pkdi_node_words *words; /* own */
	struct pkdi_record_output *record_outputs;
	uint64_t *record_cursors;
	const struct pkdi_orders *orders;
	const struct pkdi_program_words *program_words;
	_Atomic uint32_t *calling;      /* of the process, own */
	_Atomic uint32_t *call;         /* likewise */
	_Atomic int64_t *step_since_ns; /* likewise */
	int64_t *now_ns; /* likewise: the time when the clock was read just now, or 0 */
	struct pkdi_reporter reporter;
	struct pkdi_watch *watch; /* of the process */
	struct pkdi_trace *trace; /* likewise */
	const struct pkdi_log *log;
	enum pkd_level log_level; /* the least of its lines that is shown; 0: PKD_LOG_INFO */
	int stop_fd;              /* eventfd: asks the supervisor to stop the program */
	int supervisor_fd;        /* eventfd: tells it that outputs can be named */
	struct pkdi_path *paths;  /* one for each declared right */
	bool resumes;             /* the run was begun by an earlier start of the program */
	bool is_confined;         /* to what its declaration says */
	bool waits_for_names;     /* an output is unnamed until the first firing has committed */

	/* All nodes are in one process, --single-process; it is the only one of its process. */
	bool shares_process, is_alone;

	struct pkdi_input *inputs;
	struct pkdi_output *outputs;
	struct pkdi_plan *plans; /* for their values */
	/* The arguments of step: struct NAME_in and struct NAME_out are arrays of pointers. A
	 * port that takes many values points into `values`. */
	const void **in;
	const void **values;
	void **out;
	struct pkdi_map state_map;
	void *states[2]; /* persistent state, own: as in the record, one copy counts */
	char *memory;    /* its first persistent memory; the others follow */
	void *self;
	struct pkd_ctx ctx;

	/* Other processes to wake once words have been stored: those that the outputs fire, and
	 * those that write the inputs. The first n_up_gated of the latter wait for room. */
	struct pkdi_neighbour **down, **up;
	uint32_t n_down, n_up, n_up_gated;

	const _Atomic uint32_t *held; /* enum pkdi_held, by the console */
	struct pkdi_calls calls;
	struct pkdi_settings settings; /* of the program, which it may change */
	struct pkdi_live live;
	uint64_t live_loaded; /* the version of its params, and of its pool's, in this process */
	uint64_t decided;     /* histories: the node will fire no frame up to here */
	bool has_history;
	bool wake_pending;    /* has made room that a sleeping writer has not been told of */
	uint32_t n_polls;     /* since the process slept */
	bool skip_watermarks; /* in the poll to come: see firing.h */
	struct pkdi_firing firing;
	int64_t due_ns; /* when an idle node is due; INT64_MAX = something else wakes it */
	/* Of a node that `wakes`: when it is to be called without an input, 0 = never. Inputs and
	 * wakes take turns, and inputs come first: one that the last incarnation has died of is
	 * then fired again under the same number. */
	int64_t wake_ns;
	bool was_woken;
	bool drives_itself; /* it wakes, and no input fires it: a stop ends it */
	/* What step waits for by pkd_later beside that time: a value ahead, see pkd_ahead. */
	uint64_t ahead_seq; /* 0 = none */
	uint32_t ahead_input;
	bool knows_of_stop;        /* the step at hand has been told that the program stops */
	uint32_t phase;            /* of the program, in the last poll … */
	uint32_t later_phase;      /* … and in the one before the step that returned PKD_LATER */
	bool chosen;               /* firing and inputs are ready for step */
	bool ready;                /* init has returned PKD_OK and finish has not been called */
	bool finish_failed;        /* finish has reported an error */
	enum pkdi_lost lost;       /* why the firing at hand has made nothing … */
	uint32_t refused_for;      /* … and which reader, of all of its outputs, had no room */
	struct pkdi_ledger ledger; /* own: firings that have not made what they might … */
	struct pkdi_spans why;     /* … by frame, see account.h */
};

enum pkdi_poll {
	PKDI_POLL_IDLE,  /* waits for a neighbour, or for its due time */
	PKDI_POLL_MOVED, /* something was stored, and neighbours want to be notified */
	PKDI_POLL_READY, /* pkdi_node_fire is the next thing to do */
	PKDI_POLL_LEFT,  /* nothing more will come */
};

/* A node without firing inputs. One that `fires any` numbers its frames like a source, but
 * fires, drains and ends with its inputs. */
/* Bytes that it takes beside the others. */
static inline size_t pkdi_node_memory_size(const struct pkd_node *decl, uint32_t memory)
{
	return (decl->memories[memory].size + 63) / 64 * 64;
}

static inline bool pkdi_node_is_source(const struct pkd_node *decl)
{
	return decl->origin != PKD_NOT_ORIGIN && !decl->fires_any;
}

/* One that `wakes` and that no input fires: for a stop, and for who counts frames, a source. */
bool pkdi_node_drives_itself(const struct pkd_node *decl);

/* Recovers from the words what the last incarnation left: completes a committed firing. After it
 * the node may be initialised, unless it has left. */
void pkdi_node_recover(struct pkdi_node *node);

/* Calls init. Returns 0, or a negative errno after one line on stderr. */
int pkdi_node_start(struct pkdi_node *node);

/* Checks whether the node can fire, and forwards watermarks if it cannot. May be called at any
 * time; `may_begin` lets sources fire. */
enum pkdi_poll pkdi_node_poll(struct pkdi_node *node, bool may_begin);

/* Fires what poll found ready. Returns 1 if it committed, 0 if a source returned later, or a
 * negative errno after one line on stderr. */
int pkdi_node_fire(struct pkdi_node *node);

/* Tells a node that a descriptor it watches is ready. Returns 0, or a negative errno after one line
 * on stderr. */
int pkdi_node_fd_ready(struct pkdi_node *node);

/* Around all calls of the node's code except step, which does the same with fewer stores: for the
 * watchdog, and to be named by whoever dies in it. */
void pkdi_node_begin_call(struct pkdi_node *node, enum pkdi_call call);
void pkdi_node_end_call(struct pkdi_node *node);

/* Settles the outputs for ever, releases the inputs, calls finish. */
void pkdi_node_leave(struct pkdi_node *node);

/* Only calls finish, if it is due: the process is about to fail, and the shared words stay as
 * they are, for a restart or for the supervisor to decide. */
void pkdi_node_abandon(struct pkdi_node *node);

/* Sends the deferred wakes to writers for which this node has made room: to be called before its
 * process sleeps. */
void pkdi_node_before_sleep(struct pkdi_node *node);

/* After an EACCES, says that the node's declaration may be why. */
void pkdi_node_hint(const struct pkdi_node *node);

#endif
