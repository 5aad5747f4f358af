/* Processes that nodes have started and left behind: the supervisor inherits them, as their
 * subreaper, so that they end with the process that they belong to, and none stays as a zombie. */
#ifndef PKDI_STRAYS_H
#define PKDI_STRAYS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pkdi_strays {
	/* Is it a process of the program? Those are none of our business. */
	bool (*is_own)(const void *context, pid_t pid);
	const void *context;
};

/* Makes the calling process inherit what its descendants leave. */
void pkdi_strays_inherit(void);

/* Reaps those that have ended, up to one of the program that has; with it reaped, call it again.
 * Returns how many of them were killed: what they have left has been inherited in turn. */
uint32_t pkdi_strays_reap(const struct pkdi_strays *strays);

/* Sends all of them a signal; returns how many there are. */
uint32_t pkdi_strays_signal(const struct pkdi_strays *strays, int signal);

#endif
