/* Messages on standard error of a process that must never block: written at once if somebody
 * reads, kept if nobody does, and counted if there is no room left.
 *
 * Standard error may be a pipe, a terminal or a socket that others share: O_NONBLOCK would apply
 * to all of them. So it is opened once more where that is allowed; a socket takes a flag with
 * each call; and where neither is possible, a timer interrupts a write that blocks. */
#ifndef PKDI_BACKLOG_H
#define PKDI_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { PKDI_BACKLOG_SIZE = 64 * 1024 };

enum pkdi_backlog_mode {
	PKDI_BACKLOG_PLAIN,  /* a file: no write waits for a reader */
	PKDI_BACKLOG_OPENED, /* opened once more, with O_NONBLOCK */
	PKDI_BACKLOG_SOCKET,
	PKDI_BACKLOG_SHARED, /* with others, who may set it blocking */
};

struct pkdi_backlog {
	int fd; /* that of the caller, or with PKDI_BACKLOG_OPENED our own */
	enum pkdi_backlog_mode mode;
	bool has_timer;
	timer_t timer;
	const char *program;
	int64_t wait_until_ns; /* until then a line without room waits for a reader; 0 = never */
	uint64_t n_lost;       /* lines, since the last that had room */
	size_t start, end;     /* what waits, in bytes */
	char bytes[PKDI_BACKLOG_SIZE];
};

/* may_open: whether `fd` may be reopened; false for tests. Cannot fail. */
void pkdi_backlog_init(struct pkdi_backlog *backlog, int fd, const char *program, bool may_open);

/* Closes what it has opened; pending lines are dropped. */
void pkdi_backlog_finish(struct pkdi_backlog *backlog);

/* Writes a whole line, of at most PIPE_BUF bytes with its newline, or keeps it. */
void pkdi_backlog_put(struct pkdi_backlog *backlog, const char *line, size_t n);

/* Writes a text at once or not at all. */
void pkdi_backlog_offer(struct pkdi_backlog *backlog, const char *text, size_t n);

/* Does something wait for a reader? Then call flush when backlog->fd can be written. */
bool pkdi_backlog_has_pending(const struct pkdi_backlog *backlog);
void pkdi_backlog_flush(struct pkdi_backlog *backlog);

/* Lets lines wait for a reader for timeout_ns from now; drain waits for what is left. */
void pkdi_backlog_allow_waiting(struct pkdi_backlog *backlog, int64_t timeout_ns);
void pkdi_backlog_drain(struct pkdi_backlog *backlog);

#endif
