/* One run of a program: its tables, its shared memory, and everything private to its nodes, all
 * allocated before the first fork. Children inherit it at the same addresses, so no pointer is
 * ever computed twice: after the fork a child only replaces what it must not write. */
#ifndef PKDI_RUN_H
#define PKDI_RUN_H

#include <pkd/program.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "channel/spin.h"
#include "channel/wake.h"
#include "node/node.h"
#include "node/watch.h"
#include "options/options.h"
#include "os/cgroup.h"
#include "os/journal.h"
#include "os/shm.h"
#include "run/store.h"

struct pkdi_stream {
	const struct pkd_stream *decl; /* of run->stream_decls */
	struct pkdi_map map;
	void *view; /* where readers map it; reserved addresses until then */
	struct pkdi_stream_words *words;
	uint32_t writer; /* process */
	bool frozen; /* published slots are write-protected against their writer, see freeze.h */
	enum pkdi_place place;
};

/* The claims of a pool's workers; written by all of them. */
struct pkdi_pool_map {
	struct pkdi_map map;
	_Atomic uint64_t *claims;
};

struct pkdi_process {
	const struct pkd_process *decl;
	struct pkdi_map control; /* its part of the control memory, written by this process only */
	struct pkdi_process_words *words;
	struct pkdi_sleeper sleeper;
	struct pkdi_bell_handle bell;
	struct pkdi_poller poller;
	uint32_t n_rounds; /* of the loop */
	struct pkdi_spin spin;
	int64_t idle_ns, waited_ns; /* idle since, 0 = not idle; the last wait */
	int64_t now_ns;             /* when the clock was read, at most a microsecond ago; or 0 */
	struct pkdi_watch watch;    /* private to this one */
	struct pkdi_trace trace;    /* likewise */
	struct pkdi_neighbour *neighbours; /* those that it may have to wake; private to it */
	uint32_t n_neighbours;
};

struct pkdi_run {
	const struct pkd_program *program;
	struct pkdi_log log;
	const struct pkdi_own_file *own_files; /* of the options, which live longer */
	uint32_t n_own_files;
	int stop_fd;
	int supervisor_fd;   /* has the supervisor look: outputs, damage, restarts, SIGTERM */
	struct rlimit files; /* as it was at the start of the program, for its nodes */
	pid_t supervisor;
	int console_fd; /* has the console look: a node asks for values of parameters */
	time_t started; /* by the calendar, in seconds of Unix */
	struct pkdi_cgroup cgroup;
	struct pkd_process whole; /* the only process of --single-process … */
	uint32_t *whole_nodes;    /* … and its nodes */
	const struct pkd_process *decls;
	struct pkdi_process *processes;
	uint32_t n_processes;
	struct pkd_stream *stream_decls; /* the program's, with slots of whole pages where frozen */
	struct pkdi_stream *streams;
	struct pkdi_node *nodes;
	uint32_t n_spans;     /* ranges that each input and each stream remembers */
	uint32_t *process_of; /* node -> process */
	struct pkdi_pool_map *pools;
	int64_t spin_ns; /* of the deploy, see spin.h */
	uint32_t n_cpus; /* that the program may run on */
	enum pkdi_freeze freeze;
	bool sandbox; /* the nodes' declarations are enforced, as far as this kernel can: */
	bool has_seccomp;
	int landlock_abi; /* 0 = none */

	struct pkdi_store store;     /* where the memory lies that outlives its processes */
	struct pkdi_map control_map; /* the control memories of all processes … */
	void *control_view;          /* … and where nodes read copies of values in them */
	struct pkdi_map orders_map;  /* written by the supervisor only */
	struct pkdi_program_words *program_words;
	struct pkdi_orders *orders;  /* per node */
	struct pkdi_map journal_map; /* likewise; nodes do not see it */
	struct pkdi_journal *journal;
	struct pkdi_map wishes_map; /* written by the console only */
	struct pkdi_live_values live;
	_Atomic uint32_t *held;     /* per node, there: enum pkdi_held */
	_Atomic uint32_t *restarts; /* per process, there: how often it was to be started again */
	struct pkdi_map
		traces_map;        /* a ring for each process, and the supervisor's; see traces.h */
	struct pkdi_trace trace;   /* the supervisor's */
	int64_t start_ns;          /* from here on a trace counts */
	struct pkdi_map bells_map; /* written by everyone */
	struct pkdi_bell *bells;
};

/* The input that reads a stream. */
static inline const struct pkd_input *pkdi_reader_input(const struct pkd_program *program,
                                                        const struct pkd_reader *reader)
{
	return &program->nodes[reader->node].inputs[reader->input];
}

/* Allocates and links everything. On failure one line has been written and nothing is left. */
int pkdi_run_init(struct pkdi_run *run, const struct pkd_program *program,
                  const struct pkdi_options *options);
void pkdi_run_finish(struct pkdi_run *run);

/* The node whose code runs in the process, according to the process's own words: NULL if none
 * does, or if they name a node of another process. */
const struct pkdi_node *pkdi_run_calling(const struct pkdi_run *run, uint32_t process);

/* A reader that has rejected what this incarnation of the process has written, see believe.h; or
 * NULL. The reader itself may be the faulty one, so messages about this name it. */
const struct pkdi_node *pkdi_run_reporter(const struct pkdi_run *run, uint32_t process);

/* The first source, whose frames stand for the program's; NULL = there is none. */
const struct pkdi_node *pkdi_run_origin(const struct pkdi_run *run);

/* Whether every node has been initialised, or was given up. Origins wait for it: a detector that
 * loads its model for a second would otherwise miss, or hold up, the first second of the stream. */
bool pkdi_run_all_started(const struct pkdi_run *run);

/* Whether a node has said so, see pkd_fail_at_end. */
bool pkdi_run_fails_at_end(const struct pkdi_run *run);

/* Whether the process was given up. */
bool pkdi_run_is_given_up(const struct pkdi_run *run, uint32_t process);

/* Nothing comes of the node any more: it has left, or was given up. */
bool pkdi_run_has_ended(const struct pkdi_run *run, uint32_t node);

/* Whether all nodes of the process have: nothing runs in it any more. */
bool pkdi_run_all_ended(const struct pkdi_run *run, uint32_t process);

/* What the supervisor has decided about all nodes of the process alike; NULL: it has none. */
const struct pkdi_orders *pkdi_run_orders(const struct pkdi_run *run, uint32_t process);

/* Wakes every process. */
void pkdi_run_ring_all(const struct pkdi_run *run);

#endif
