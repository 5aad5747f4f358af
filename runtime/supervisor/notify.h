/* What a service manager is told, as sd_notify(3) has it: that the program is ready once all nodes
 * are initialised, that it stops, and that it is alive. */
#ifndef PKDI_NOTIFY_H
#define PKDI_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct pkdi_supervisor;

/* When a process has last fired, or gone round. */
struct pkdi_motion {
	uint64_t count; /* as it was then */
	int64_t moved_ns;
};

struct pkdi_notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un address;
	socklen_t size;
	int64_t watchdog_ns; /* what it waits for a sign of life at most; 0: it waits for none */
	int64_t look_ns;     /* when the processes are looked at next */
	bool is_ready, is_stopping; /* that has been said */
	struct pkdi_motion *motions;
};

/* By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. 0 or -ENOMEM; an address that is none is said,
 * and not used. */
int pkdi_notify_init(struct pkdi_supervisor *supervisor);

/* Closes the socket; in a child the environment has none of these any more. */
void pkdi_notify_close(struct pkdi_supervisor *supervisor);
void pkdi_notify_finish(struct pkdi_supervisor *supervisor);

/* Says what is new. A sign of life is given at half of the time, and only if each process that is
 * up has fired or gone round, so not while one is in a call for longer than that. Returns when to
 * look again, 0 = never. */
int64_t pkdi_notify_look(struct pkdi_supervisor *supervisor, int64_t now_ns);

/* The program ends, if it has not been told to. */
void pkdi_notify_end(struct pkdi_supervisor *supervisor);

#endif
