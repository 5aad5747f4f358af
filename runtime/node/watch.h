/* The descriptors that a process waits for besides its bell, for nodes that have called
 * pkd_watch. Level-triggered: a descriptor that is ready is reported until its node has handled
 * it. Such a process sleeps in poll, and is woken through an eventfd created before the fork. */
#ifndef PKDI_WATCH_H
#define PKDI_WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Per process. A node with more descriptors watches an epoll descriptor of its own. */
#define PKDI_MAX_WATCHES 64

struct pkdi_watch {
	struct pollfd fds[1 + PKDI_MAX_WATCHES]; /* the first is the eventfd */
	uint32_t nodes[1 + PKDI_MAX_WATCHES];    /* the node of each */
	uint32_t n;                              /* 0: no node of the process may watch */
	int64_t looked_ns;
};

/* Starts with only the eventfd. */
void pkdi_watch_init(struct pkdi_watch *watch, int event_fd);

/* Watches `fd` for `events` of poll(2), 0 = no longer. 0, -ENOSPC, -EBADF, or -ENOTSUP if the
 * process has no eventfd. */
int pkdi_watch_set(struct pkdi_watch *watch, uint32_t node, int fd, short events);

/* Does the node watch a descriptor? */
bool pkdi_watch_any(const struct pkdi_watch *watch, uint32_t node);

/* Forgets all descriptors of a node. */
void pkdi_watch_forget(struct pkdi_watch *watch, uint32_t node);

/* Waits until a descriptor is ready or the process is rung, at most timeout_ns; 0 = only polls. */
void pkdi_watch_wait(struct pkdi_watch *watch, int64_t timeout_ns);

/* Was one of the node's descriptors ready in the last pkdi_watch_wait? True once for each. */
bool pkdi_watch_take(struct pkdi_watch *watch, uint32_t node);

#endif
