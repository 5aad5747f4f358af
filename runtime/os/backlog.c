#define _GNU_SOURCE
#include "os/backlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTE_SIZE = 256, SHORT_NAME = 64 };

/* When a write that blocks nevertheless is interrupted, and how often, should the first time
 * come before it. */
#define PATIENCE_NS 10000000

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- The way ---- */

static void on_timer(int signal)
{
	(void)signal;
}

/* SIGURG is ignored by default, so nobody depends on it without setting a handler. */
static bool create_timer(timer_t *ret_timer)
{
	const struct sigaction action = {.sa_handler = on_timer};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};

	return sigaction(SIGURG, &action, NULL) == 0 &&
	       timer_create(CLOCK_MONOTONIC, &event, ret_timer) == 0;
}

static enum pkdi_backlog_mode find_mode(int fd, bool may_open, int *ret_fd)
{
	char path[32];
	struct stat file;

	*ret_fd = fd;
	if (fstat(fd, &file) < 0 || S_ISREG(file.st_mode))
		return PKDI_BACKLOG_PLAIN;
	if (S_ISSOCK(file.st_mode))
		return PKDI_BACKLOG_SOCKET;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (may_open)
		*ret_fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (may_open && *ret_fd >= 0)
		return PKDI_BACKLOG_OPENED;
	*ret_fd = fd;
	return PKDI_BACKLOG_SHARED;
}

void pkdi_backlog_init(struct pkdi_backlog *backlog, int fd, const char *program, bool may_open)
{
	backlog->program = program;
	backlog->wait_until_ns = 0;
	backlog->n_lost = 0;
	backlog->start = backlog->end = 0;
	backlog->mode = find_mode(fd, may_open, &backlog->fd);
	backlog->has_timer = backlog->mode == PKDI_BACKLOG_SHARED && create_timer(&backlog->timer);
}

void pkdi_backlog_finish(struct pkdi_backlog *backlog)
{
	if (backlog->mode == PKDI_BACKLOG_OPENED)
		close(backlog->fd);
	if (backlog->has_timer) {
		timer_delete(backlog->timer);
		signal(SIGURG, SIG_DFL);
	}
	backlog->mode = PKDI_BACKLOG_PLAIN;
	backlog->has_timer = false;
	backlog->fd = -1;
}

/* ---- Writing ---- */

static bool can_write(const struct pkdi_backlog *backlog, int timeout_ms)
{
	struct pollfd out = {backlog->fd, POLLOUT, 0};

	return poll(&out, 1, timeout_ms) > 0;
}

/* A writable pipe has room for PIPE_BUF bytes, unless another process has filled it meanwhile. */
static ssize_t write_shared(const struct pkdi_backlog *backlog, const char *bytes, size_t n)
{
	const struct itimerspec soon = {{0, PATIENCE_NS}, {0, PATIENCE_NS}},
				never = {{0, 0}, {0, 0}};
	ssize_t written;
	int error;

	if (!can_write(backlog, 0)) {
		errno = EAGAIN;
		return -1;
	}
	if (backlog->has_timer)
		timer_settime(backlog->timer, 0, &soon, NULL);
	written = write(backlog->fd, bytes, n);
	error = errno;
	if (backlog->has_timer)
		timer_settime(backlog->timer, 0, &never, NULL);
	errno = error == EINTR ? EAGAIN : error;
	return written;
}

/* Never blocks: -1 with EAGAIN where it would. */
static ssize_t write_now(const struct pkdi_backlog *backlog, const char *bytes, size_t n)
{
	switch (backlog->mode) {
	case PKDI_BACKLOG_PLAIN:
	case PKDI_BACKLOG_OPENED:
		break;
	case PKDI_BACKLOG_SOCKET:
		return send(backlog->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	case PKDI_BACKLOG_SHARED:
		return write_shared(backlog, bytes, n);
	}
	return write(backlog->fd, bytes, n);
}

/* ---- What waits ---- */

/* Whole lines, as many as one write takes: lines of other processes may come in between. */
static size_t next_piece(const struct pkdi_backlog *backlog)
{
	const char *bytes = backlog->bytes + backlog->start;
	size_t n = backlog->end - backlog->start;
	const char *last;

	if (n <= PIPE_BUF)
		return n;
	last = memrchr(bytes, '\n', PIPE_BUF);
	return last ? (size_t)(last - bytes) + 1 : PIPE_BUF;
}

static void write_what_waits(struct pkdi_backlog *backlog)
{
	while (backlog->start < backlog->end) {
		size_t piece = next_piece(backlog);
		ssize_t n = write_now(backlog, backlog->bytes + backlog->start, piece);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* Errors cannot be reported anywhere: what cannot be written is dropped. */
		backlog->start += n < 0 ? piece : (size_t)n;
	}
	backlog->start = backlog->end = 0;
}

static bool has_room(struct pkdi_backlog *backlog, size_t n)
{
	size_t used = backlog->end - backlog->start;

	if (PKDI_BACKLOG_SIZE - used < n)
		return false;
	if (PKDI_BACKLOG_SIZE - backlog->end < n) {
		memmove(backlog->bytes, backlog->bytes + backlog->start, used);
		backlog->start = 0;
		backlog->end = used;
	}
	return true;
}

static void add(struct pkdi_backlog *backlog, const char *bytes, size_t n)
{
	memcpy(backlog->bytes + backlog->end, bytes, n);
	backlog->end += n;
}

/* Reports how many lines are missing, in their place: before any later line. */
static void add_note(struct pkdi_backlog *backlog)
{
	char note[NOTE_SIZE];
	int n;

	if (!backlog->n_lost || !has_room(backlog, NOTE_SIZE))
		return;
	n = snprintf(note, sizeof(note),
	             "%.*s: %" PRIu64 " lines were dropped because nobody read standard error\n",
	             SHORT_NAME, backlog->program, backlog->n_lost);
	if (n < 0)
		return;
	backlog->n_lost = 0;
	add(backlog, note, (size_t)n);
}

bool pkdi_backlog_has_pending(const struct pkdi_backlog *backlog)
{
	return backlog->start < backlog->end || backlog->n_lost;
}

void pkdi_backlog_flush(struct pkdi_backlog *backlog)
{
	write_what_waits(backlog);
	if (backlog->start < backlog->end)
		return;
	add_note(backlog);
	write_what_waits(backlog);
}

void pkdi_backlog_put(struct pkdi_backlog *backlog, const char *line, size_t n)
{
	pkdi_backlog_flush(backlog);
	/* With room for the note about dropped lines before it. */
	while (!has_room(backlog, n + NOTE_SIZE)) {
		int64_t left_ns = backlog->wait_until_ns - now_ns();

		if (left_ns <= 0) {
			backlog->n_lost++;
			return;
		}
		can_write(backlog, (int)(left_ns / 1000000) + 1);
		pkdi_backlog_flush(backlog);
	}
	add_note(backlog);
	add(backlog, line, n);
	write_what_waits(backlog);
}

void pkdi_backlog_offer(struct pkdi_backlog *backlog, const char *text, size_t n)
{
	pkdi_backlog_flush(backlog);
	if (!pkdi_backlog_has_pending(backlog) && write_now(backlog, text, n) < 0)
		return;
}

void pkdi_backlog_allow_waiting(struct pkdi_backlog *backlog, int64_t timeout_ns)
{
	backlog->wait_until_ns = now_ns() + timeout_ns;
}

void pkdi_backlog_drain(struct pkdi_backlog *backlog)
{
	for (;;) {
		int64_t left_ns;

		pkdi_backlog_flush(backlog);
		left_ns = backlog->wait_until_ns - now_ns();
		if (!pkdi_backlog_has_pending(backlog) || left_ns <= 0)
			return;
		can_write(backlog, (int)(left_ns / 1000000) + 1);
	}
}
