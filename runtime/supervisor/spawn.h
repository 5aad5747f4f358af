/* Starting a process: fork, name, signals, and that it dies with the supervisor. */
#ifndef PKDI_SPAWN_H
#define PKDI_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "os/title.h"
#include "run/run.h"

struct pkdi_spawner {
	struct pkdi_run *run;
	struct pkdi_title title;
	sigset_t signals; /* the mask that children start with */
	/* In the child, first: takes its standard error, and what else is the log's. 0 or -errno. */
	int (*redirect)(void *context, uint32_t process);
	/* Closes, in the child, the descriptors that are the supervisor's own. */
	void (*close_private)(void *context);
	void *context;
};

struct pkdi_spawned {
	pid_t pid;
	int pidfd;
	int lifeline; /* the process is killed when the last descriptor of it is closed: hold it */
};

/* Forks process `index`, which then runs its nodes and exits. Must be called by a process with one
 * thread: -EBUSY otherwise, after a line that says so. */
int pkdi_spawn(struct pkdi_spawner *spawner, uint32_t index, struct pkdi_spawned *ret_spawned);

/* Of one that has ended, or was never started: closes what is held of it. */
void pkdi_spawn_forget(struct pkdi_spawned *spawned);

/* In a child: it dies with the supervisor, which holds the other end of `lifeline`. 0 or -errno. */
int pkdi_spawn_bind(const struct pkdi_run *run, int lifeline);

#endif
