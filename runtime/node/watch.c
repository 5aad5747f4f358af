#define _GNU_SOURCE
#include "node/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "os/event.h"

void pkdi_watch_init(struct pkdi_watch *watch, int event_fd)
{
	*watch = (struct pkdi_watch){.n = event_fd >= 0};
	watch->fds[0] = (struct pollfd){.fd = event_fd, .events = POLLIN};
	watch->nodes[0] = UINT32_MAX;
}

static void forget(struct pkdi_watch *watch, uint32_t i)
{
	watch->n--;
	watch->fds[i] = watch->fds[watch->n];
	watch->nodes[i] = watch->nodes[watch->n];
}

int pkdi_watch_set(struct pkdi_watch *watch, uint32_t node, int fd, short events)
{
	uint32_t i = 1;

	if (!watch->n)
		return -ENOTSUP;
	while (i < watch->n && (watch->fds[i].fd != fd || watch->nodes[i] != node))
		i++;
	if (!events) {
		if (i < watch->n)
			forget(watch, i);
		return 0;
	}
	if (fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	if (i > PKDI_MAX_WATCHES)
		return -ENOSPC;
	watch->fds[i] = (struct pollfd){.fd = fd, .events = events};
	watch->nodes[i] = node;
	if (i == watch->n)
		watch->n++;
	return 0;
}

bool pkdi_watch_any(const struct pkdi_watch *watch, uint32_t node)
{
	for (uint32_t i = 1; i < watch->n; i++)
		if (watch->nodes[i] == node)
			return true;
	return false;
}

void pkdi_watch_forget(struct pkdi_watch *watch, uint32_t node)
{
	for (uint32_t i = watch->n; i-- > 1;)
		if (watch->nodes[i] == node)
			forget(watch, i);
}

void pkdi_watch_wait(struct pkdi_watch *watch, int64_t timeout_ns)
{
	const struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};

	if (timeout_ns < 0 || ppoll(watch->fds, watch->n, &timeout, NULL) < 0)
		for (uint32_t i = 0; i < watch->n; i++)
			watch->fds[i].revents = 0;
	/* Reset, so that it can be rung again. */
	if (watch->fds[0].revents)
		pkdi_event_take(watch->fds[0].fd);
}

bool pkdi_watch_take(struct pkdi_watch *watch, uint32_t node)
{
	bool ready = false;

	for (uint32_t i = 1; i < watch->n; i++) {
		if (watch->nodes[i] != node || !watch->fds[i].revents)
			continue;
		watch->fds[i].revents = 0;
		ready = true;
	}
	return ready;
}
