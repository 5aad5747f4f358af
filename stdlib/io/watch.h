/* A descriptor that is watched for some events: pkd_watch is called where that changes. */
#ifndef PKD_IO_WATCH_H
#define PKD_IO_WATCH_H

#include <pkd/node.h>

struct io_watch {
	int fd;
	short events; /* 0: none is */
};

/* Without events, or of -1, nothing is watched any more. To be called before it is closed. */
static inline void io_watch_set(struct io_watch *watch, int fd, short events, struct pkd_ctx *ctx)
{
	if (fd < 0)
		events = 0;
	if (watch->events == events && (!events || watch->fd == fd))
		return;
	if (watch->events && (!events || watch->fd != fd))
		pkd_watch(ctx, watch->fd, 0);
	watch->fd = fd;
	watch->events = 0;
	if (events && pkd_watch(ctx, fd, events) == 0)
		watch->events = events;
}

#endif
