/* The supervisor: starts the processes, waits for what happens to them, and carries out what
 * lifecycle.h decides. One thread for life, so that a restart is a legal fork too. */
#ifndef PKDI_SUPERVISE_H
#define PKDI_SUPERVISE_H

#include "run/run.h"
#include "supervisor/capture.h"
#include "supervisor/helper.h"
#include "supervisor/lifecycle.h"
#include "supervisor/notify.h"
#include "supervisor/spawn.h"
#include "supervisor/stats.h"
#include "supervisor/strays.h"
#include "supervisor/trace_file.h"

struct pkdi_child {
	struct pkdi_spawned spawned; /* descriptors of -1: it is not up */
	bool is_held;                /* it has ended, and a tracer has not let it go */
	enum pkdi_stall stall;       /* what it has been killed for, if anything */
	int64_t killed_ns;           /* when, if it was */
	uint32_t n_restarts_asked;   /* of those that the console wants, how many were acted on */
	int64_t limit_ns;            /* PKDI_STALL_TOO_LONG: what its call took longer than */
	bool reported_slow;          /* that its init or finish takes long */
	int64_t say_last_ns;         /* when to say again that the program waits for it alone */
	bool not_started;            /* not started, as another one could not be */
	int start_error; /* errno of a start that failed and that lifecycle does not know of yet */
};

struct pkdi_supervisor {
	struct pkdi_run *run;
	struct pkdi_spawner spawner;
	struct pkdi_lifecycle cycle;
	struct pkdi_life *lives;
	struct pkdi_child *children;
	uint64_t *last_fatal; /* node -> frame it had in hand when it last died of its own making */
	int epoll_fd, signal_fd, alarm_fd, progress_fd;
	int lifeline_fd; /* of who has started the program, -1 = none */
	struct pkdi_helper helper;
	struct pkdi_notify notify;
	struct pkdi_strays strays;
	struct pkdi_backlog *backlog; /* what it has to say */
	bool watches_backlog;
	struct pkdi_captures *captures; /* what its processes have to say */
	int64_t alarm_ns;               /* when it was to wake, 0 = at no time */
	int64_t woke_ns; /* when it last woke much too late: no step counts from before */
	struct pkdi_progress progress;
	struct pkdi_report_file trace, account;
	bool quiet;
	bool done;
	bool lost_output; /* a file could not be named, or is where it should be no more */
	int status;
};

/* On failure one line has been written and nothing is left. Blocks the signals it waits for. */
int pkdi_supervisor_init(struct pkdi_supervisor *supervisor, struct pkdi_run *run,
                         const struct pkdi_title *title, const struct pkdi_options *options);
void pkdi_supervisor_finish(struct pkdi_supervisor *supervisor);

/* Runs the program to its end; returns the exit status. */
int pkdi_supervisor_run(struct pkdi_supervisor *supervisor);

#endif
