/* The console's process: it starts after the others and ends after them, is started again as often
 * as it dies, and decides nothing about the program. */
#ifndef PKDI_HELPER_H
#define PKDI_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "console/place.h"
#include "console/serve.h"
#include "supervisor/spawn.h"

struct pkdi_supervisor;

struct pkdi_helper {
	struct pkdi_rendezvous place;
	gid_t group; /* whose members are answered, too; PKDI_NO_GROUP: nobody's */
	struct pkdi_serve serve;
	struct pkdi_spawned spawned; /* a pid of 0: it does not run */
	int end_fd[2]; /* a pipe: what is written to the second tells it the exit status */
	int64_t started_ns, restart_ns; /* 0: no restart is due */
	int64_t backoff_ns;
};

/* Makes the socket that clients find the program by, and that of --serve, and starts nothing yet.
 * Where there is no place for the first, only the second is served, if it is wanted; where that
 * cannot be had, returns -errno after one line. */
int pkdi_helper_init(struct pkdi_supervisor *supervisor, const struct pkdi_options *options);

/* Forks it if it is due. Returns when it will be due, 0 = never. */
int64_t pkdi_helper_look(struct pkdi_supervisor *supervisor, int64_t now_ns);

/* Takes in its death. */
void pkdi_helper_reap(struct pkdi_supervisor *supervisor, int64_t now_ns);

/* Tells it the exit status, waits a moment for it to pass that on, and ends it. */
void pkdi_helper_end(struct pkdi_supervisor *supervisor, int status);

/* Removes the socket; closes what only the supervisor has. */
void pkdi_helper_finish(struct pkdi_supervisor *supervisor);

/* In a child that is not the console. */
void pkdi_helper_close(struct pkdi_supervisor *supervisor);

#endif
