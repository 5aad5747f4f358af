/* The supervisor's decisions as a function of what has happened: no system call, no clock. All
 * of it is tested as a table; supervise.c carries out what it says. */
#ifndef PKDI_LIFECYCLE_H
#define PKDI_LIFECYCLE_H

#include <pkd/program.h>

#include "channel/words.h"
#include "options/options.h"
#include "run/item.h"

/* A stop, from when it was asked for; and from when a second one cut the draining short. */
#define PKDI_DRAIN_NS INT64_C(800000000)
#define PKDI_TERM_NS INT64_C(500000000) /* after the draining */
#define PKDI_KILL_NS INT64_C(300000000) /* after SIGTERM */
/* After SIGKILL: when it is said that one has not ended; the program leaves without it after
 * --grace. */
#define PKDI_STUCK_NS INT64_C(1000000000)
/* A stop asked for once may arrive twice: timeout(1) signals its child and then the group. */
#define PKDI_SAME_STOP_NS INT64_C(50000000)

/* Between starts that fail, doubled from the first to the last. */
#define PKDI_FIRST_BACKOFF_NS INT64_C(50000000)
#define PKDI_LAST_BACKOFF_NS INT64_C(5000000000)

/* The exit status where all that went on has ended well, and a process had been given up. */
#define PKDI_STATUS_INCOMPLETE 3

enum pkdi_event_kind {
	PKDI_EVENT_FINISHED,  /* process: status 0, and all its nodes have left */
	PKDI_EVENT_EXITED,    /* process: any other exit; value: its status */
	PKDI_EVENT_KILLED,    /* process: value: the signal */
	PKDI_EVENT_NO_MEMORY, /* process: killed by the kernel, out of memory; value: SIGKILL */
	PKDI_EVENT_STALLED,   /* process: the supervisor killed it for its step; value: SIGKILL */
	PKDI_EVENT_DAMAGED, /* process: … for words that no runtime has written; value: SIGKILL */
	PKDI_EVENT_RESTART, /* process: … because it is to be started again */
	PKDI_EVENT_NOT_STARTED, /* process: fork failed; value: errno */
	PKDI_EVENT_STOP,        /* a signal to the supervisor, or pkd_stop */
	PKDI_EVENT_TIME,        /* the alarm */
};

struct pkdi_event {
	enum pkdi_event_kind kind;
	uint32_t process;
	int value;
	int64_t now_ns;
	int pid;                   /* of a process that has just ended, for messages; else 0 */
	bool dumped;               /* PKDI_EVENT_KILLED: it has left a core dump */
	int64_t limit_ns;          /* PKDI_EVENT_STALLED: what its call took longer than */
	char item[PKDI_ITEM_SIZE]; /* what it had in hand, for messages; or "" */
};

enum pkdi_action_kind {
	PKDI_ACTION_START,       /* process */
	PKDI_ACTION_GIVE_UP,     /* process: its nodes are gone */
	PKDI_ACTION_SIGNAL,      /* process: value: the signal */
	PKDI_ACTION_PHASE,       /* value: enum pkdi_phase */
	PKDI_ACTION_SAY_RESTART, /* process: it died, or was killed for it, and is started again */
	PKDI_ACTION_SAY_ABSENT,  /* process: it died and the rest goes on without it */
	PKDI_ACTION_SAY_FORCED,  /* process: it had to be ended; value: the signal */
	PKDI_ACTION_SAY_DIED,    /* process: it died while the program was stopping */
	PKDI_ACTION_SAY_STUCK,   /* process: SIGKILL does not end it */
	PKDI_ACTION_SAY_LEFT,    /* process: it is left behind */
	PKDI_ACTION_LEAVE,       /* value: the exit status; the last action of all */
};

struct pkdi_action {
	enum pkdi_action_kind kind;
	uint32_t process;
	int value;
};

enum pkdi_life_state {
	PKDI_LIFE_UP,
	PKDI_LIFE_WAITING, /* for its restart at restart_ns */
	PKDI_LIFE_DOWN,
};

struct pkdi_life {
	const struct pkd_process *decl;
	enum pkdi_life_state state;
	int64_t restart_ns;
	int64_t *restarts_ns;   /* the newest decl->n_restarts of them, as a ring */
	uint32_t n_restarts;    /* all of them */
	uint32_t n_not_started; /* starts that have failed in a row */
	int forced;             /* the signal that this supervisor has sent it, 0 = none */
};

/* What has been done against processes that do not end while the program stops. */
enum pkdi_force {
	PKDI_FORCE_NONE,
	PKDI_FORCE_TERM,
	PKDI_FORCE_KILL,
	PKDI_FORCE_SAID, /* that SIGKILL does not end them */
};

struct pkdi_lifecycle {
	struct pkdi_life *lives;
	uint32_t n;
	enum pkdi_phase phase;
	int64_t grace_ns; /* after SIGKILL, for those that do not end of it */
	enum pkdi_force force;
	int64_t leave_ns;    /* from PKDI_FORCE_KILL on */
	int64_t deadline_ns; /* of the phase's next step, 0 = none */
	int status;
	bool incomplete;  /* a process was given up, and the rest went on */
	bool failed;      /* `culprit` and `failure` say what ended the program */
	uint32_t culprit; /* process */
	struct pkdi_event failure;
	struct pkdi_action *actions; /* of the last event */
	uint32_t n_actions;
};

/* Room for the actions of any one event. */
static inline uint32_t pkdi_lifecycle_max_actions(uint32_t n_processes)
{
	return 3 * n_processes + 4;
}

/* lives: n of them, decl and restarts_ns set, the rest zero: all processes have been started. */
void pkdi_lifecycle_init(struct pkdi_lifecycle *cycle, struct pkdi_life *lives, uint32_t n,
                         struct pkdi_action *actions);

/* Before the start: the process was given up in an earlier part of the run, and is not started. */
void pkdi_lifecycle_leave_out(struct pkdi_lifecycle *cycle, uint32_t process);

/* Takes in what happened; cycle->actions is what to do about it, in this order. */
void pkdi_lifecycle_handle(struct pkdi_lifecycle *cycle, const struct pkdi_event *event);

/* When PKDI_EVENT_TIME is wanted next; 0 = never. */
int64_t pkdi_lifecycle_alarm(const struct pkdi_lifecycle *cycle);

/* now_ns + ns, where that is a time. */
int64_t pkdi_time_after(int64_t now_ns, int64_t ns);

enum pkdi_stall {
	PKDI_STALL_NONE,
	PKDI_STALL_TOO_LONG, /* its step has taken longer than stall_ns */
	PKDI_STALL_DAMAGED,  /* the word says what no runtime has written */
	PKDI_STALL_RESTART,  /* nothing: it is to be started again */
};

/* After so long in init or finish somebody may wonder what the program waits for. */
#define PKDI_SLOW_NS INT64_C(5000000000)

/* Where all else has ended, after so long in any other call; and again after so long. */
#define PKDI_LAST_NS INT64_C(1000000000)
#define PKDI_LAST_AGAIN_NS INT64_C(60000000000)

/* Is it to be said that this call takes long? As with pkdi_stall_look, the words are the
 * process's own. */
bool pkdi_is_slow(uint32_t call, int64_t since_ns, int64_t now_ns);

/* Looks at when the step of a process began, 0 = none runs, as the process itself says; read
 * before the clock. Nobody has to tell the supervisor when a step begins, as it looks again at
 * the latest when one that began just now would be too long: at *ret_look_ns, unless something
 * is wrong. */
enum pkdi_stall pkdi_stall_look(int64_t since_ns, int64_t stall_ns, int64_t now_ns,
                                int64_t *ret_look_ns);

#endif
