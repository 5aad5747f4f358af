/* What the supervisor waits for: signals, timers, deaths, and the eventfds that it shares with
 * nodes. Its own descriptors are closed in every child. */
#ifndef PKDI_DESCRIPTORS_H
#define PKDI_DESCRIPTORS_H

#include "supervisor/supervise.h"

/* What an epoll event is about: a child's index, or one of these. */
enum {
	PKDI_TAG_CAPTURE = 1 << 29, /* and behind it each of the captures */
	PKDI_TAG_SIGNAL = 1 << 30,
	PKDI_TAG_STOP,
	PKDI_TAG_NODES,
	PKDI_TAG_ALARM,
	PKDI_TAG_PROGRESS,
	PKDI_TAG_BACKLOG,
	PKDI_TAG_HELPER,
	PKDI_TAG_LIFELINE,
};

/* Blocks the signals that are read from a descriptor from now on. 0, or -errno: then they are to
 * be closed all the same. */
int pkdi_descriptors_open(struct pkdi_supervisor *supervisor);

/* As struct pkdi_spawner wants it; context: the supervisor. */
void pkdi_descriptors_close(void *context);

int pkdi_descriptors_watch(struct pkdi_supervisor *supervisor, int fd, uint32_t tag);

/* Lines that wait are written as soon as somebody reads: to be called after each event. */
void pkdi_descriptors_watch_backlog(struct pkdi_supervisor *supervisor);

/* Whether the other end of the program's lifeline is closed: then it is watched no more. */
bool pkdi_descriptors_lost_lifeline(struct pkdi_supervisor *supervisor);

/* Takes what is readable from a descriptor, so that it does not fire again. */
void pkdi_descriptors_drain(int fd);

#endif
