/* Starting a process: fork, name, signals, and that it dies with the supervisor. */
#ifndef PKDI_SPAWN_H
#define PKDI_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "run.h"

/* Where the process title lies: the memory of argv, and where that is too short, of environ behind
 * it, once that has been moved. */
struct pkdi_title {
	char *start;
	size_t argv_size;
	size_t size;
};

/* Finds room for titles; moves the environment for it, so that it stays readable. */
void pkdi_title_init(struct pkdi_title *title, int argc, char **argv);

struct pkdi_spawner {
	struct pkdi_run *run;
	struct pkdi_title title;
	sigset_t signals; /* the mask that children start with */
	/* Closes, in the child, the descriptors that are the supervisor's own. */
	void (*close_private)(void *context);
	void *context;
};

/* Forks process `index`, which then runs its nodes and exits. Must be called by a process with one
 * thread: -EBUSY otherwise, after a line that says so. */
int pkdi_spawn(struct pkdi_spawner *spawner, uint32_t index, pid_t *ret_pid, int *ret_pidfd);

#endif
