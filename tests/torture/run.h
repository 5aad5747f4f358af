/* One run of a program under torture: its start, and whether it has ended. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "victims.h"

#define MS INT64_C(1000000)
#define ORPHAN_LIMIT_NS (2000 * MS)

enum end { BY_ITSELF, BY_TERM, BY_DEATH };

struct campaign {
	const char *name;
	char **command;
	char folder[256], wanted[256]; /* of what is tortured, and of the undisturbed run */
	uint64_t random;
	uint64_t kills_wanted, kills, pauses, requests, runs, whole_runs, frames;
	uint64_t differences, most_differences;
	int64_t slowest_ns; /* end of a run, once the kills are done */
	bool loses;         /* frames, so that no two runs are the same */
};

struct run {
	struct campaign *campaign;
	enum end end;
	pid_t pid; /* 0: has ended */
	int status;
	uint64_t n_kills;
	uint64_t n_touched; /* what a node has answered last, see meddle.c */
	struct memories memories;
	bool wrong;
};

int64_t now_ns(void);
void rest(int64_t ns);

/* A number below n, of the campaign's own random numbers. */
uint64_t below(struct campaign *campaign, uint64_t n);

/* Says what is wrong with the run. */
void run_complain(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts the program in a folder, in which there is nothing else then. */
void run_start(struct run *run, const char *folder);

bool run_has_ended(struct run *run);
bool run_ends_within(struct run *run, int64_t ns);

/* Is no process of the program left, after so long? We are the subreaper of its orphans. */
bool run_is_alone(int64_t ns);

/* Writes down what the processes of a program that does not end are doing. */
void run_write_states(const struct run *run);

/* Kills all that is left of it. */
void run_kill_all(struct run *run);

/* disturb.c: waits for a while, and kills or stops processes of it. */
void disturb(struct run *run);

/* disturb.c: kills one of its children, whichever. */
void disturb_kill(struct run *run);

#endif
