/* The descriptors that a process waits for beside its bell, on behalf of nodes that asked for it
 * with pkd_watch. Level-triggered: a descriptor that is ready counts until its node has dealt with
 * it. Such a process sleeps in poll; an eventfd made before the fork wakes it. */
#ifndef PKDI_WATCH_H
#define PKDI_WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Of one process. A node with more to wait for watches an epoll descriptor of its own. */
#define PKDI_MAX_WATCHES 64

struct pkdi_watch {
	struct pollfd fds[1 + PKDI_MAX_WATCHES]; /* the first is the eventfd */
	uint32_t nodes[1 + PKDI_MAX_WATCHES];    /* whose it is */
	uint32_t n;                              /* 0: no node of the process may watch */
	int64_t looked_ns;
};

/* Begins with nothing but the eventfd. */
void pkdi_watch_init(struct pkdi_watch *watch, int event_fd);

/* Watches `fd` for `events` of poll(2), 0 = not any more. 0, -ENOSPC, -EBADF, or -ENOTSUP where the
 * process has no eventfd. */
int pkdi_watch_set(struct pkdi_watch *watch, uint32_t node, int fd, short events);

/* Forgets all descriptors of a node. */
void pkdi_watch_forget(struct pkdi_watch *watch, uint32_t node);

/* Waits until a descriptor is ready or the process is woken, at most timeout_ns; 0 = a look. */
void pkdi_watch_wait(struct pkdi_watch *watch, int64_t timeout_ns);

/* Was one of the node's ready when pkdi_watch_wait looked? True once for each look. */
bool pkdi_watch_take(struct pkdi_watch *watch, uint32_t node);

#endif
