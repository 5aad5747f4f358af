/* How the connection of duplex.h is made, read and lost. */
#define _GNU_SOURCE
#include "../base/utf8.h"
#include "duplex.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const int64_t LOOK_NS = 5000000000; /* whether anybody is there */

/* ---- What is known of it ---- */

static void set_state(struct io_duplex *duplex, enum io_LinkState state)
{
	if (duplex->link.state == (uint32_t)state)
		return;
	duplex->link.state = state;
	duplex->link.since = pkd_now();
	duplex->is_news = true;
}

static void say_offline(struct io_duplex *duplex, const char *reason, struct pkd_ctx *ctx)
{
	if (!strcmp(reason, duplex->said))
		return;
	snprintf(duplex->said, sizeof(duplex->said), "%s", reason);
	pkd_log(ctx, PKD_LOG_WARNING, "'%s' is offline: %s%s", duplex->options.name, reason,
	        duplex->options.reconnect ? "; trying again" : "");
}

/* ---- Watching ---- */

void io_duplex_unwatch(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	io_watch_set(&duplex->watch, -1, 0, ctx);
}

void io_duplex_watch(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	short events = duplex->is_blocked ? POLLIN | POLLOUT : POLLIN;

	if (duplex->phase == IO_OPENING)
		io_watch_set(&duplex->watch, duplex->opening.fd, duplex->opening.events, ctx);
	else
		io_watch_set(&duplex->watch, duplex->phase == IO_OPEN ? duplex->fd : -1, events,
		             ctx);
}

static int64_t due_of_open(const struct io_duplex *duplex)
{
	int64_t silent_ns = duplex->options.stall_ns ? duplex->heard_ns + duplex->options.stall_ns
	                                             : INT64_MAX;
	int64_t look_ns = duplex->peer->is_lost ? pkd_now() + LOOK_NS : INT64_MAX;

	return silent_ns < look_ns ? silent_ns : look_ns;
}

int64_t io_duplex_due(const struct io_duplex *duplex)
{
	switch (duplex->phase) {
	case IO_WAITING:
		return duplex->retry_ns;
	case IO_OPENING:
		return duplex->opening_ns + duplex->options.connect_ns;
	case IO_OPEN:
		return due_of_open(duplex);
	case IO_LOST:
		return 0;
	case IO_OVER:
	default:
		return INT64_MAX;
	}
}

/* ---- Making it ---- */

static void fail(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	io_duplex_unwatch(duplex, ctx);
	duplex->peer->give_up(duplex->peer_self);
	say_offline(duplex, duplex->opening.reason, ctx);
	set_state(duplex, io_LinkState_offline);
	duplex->phase = IO_WAITING;
	duplex->retry_ns = pkd_now() + retry_pause(&duplex->retry);
}

static void be_online(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	io_duplex_unwatch(duplex, ctx);
	duplex->phase = IO_OPEN;
	duplex->fd = duplex->opening.fd;
	duplex->heard_ns = pkd_now();
	duplex->has_heard = false;
	duplex->n_sent = 0;
	duplex->said[0] = '\0';
	duplex->n_new++;
	pkd_note(ctx, "'%s' is online", duplex->options.name);
	if (duplex->n_dropped)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%" PRIu64 " values were not sent while '%s' was offline",
		        duplex->n_dropped, duplex->options.name);
	duplex->n_dropped = 0;
	set_state(duplex, io_LinkState_online);
}

static void open_it(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();
	int r;

	if (duplex->phase == IO_WAITING) {
		if (now_ns < duplex->retry_ns)
			return;
		duplex->phase = IO_OPENING;
		duplex->opening_ns = now_ns;
		duplex->opening = (struct io_opening){.fd = -1};
	}
	io_duplex_unwatch(duplex, ctx); /* it may close what is watched */
	r = duplex->peer->open(duplex->peer_self, &duplex->opening);
	if (r > 0) {
		be_online(duplex, ctx);
	} else if (r < 0) {
		fail(duplex, ctx);
	} else if (now_ns >= duplex->opening_ns + duplex->options.connect_ns) {
		snprintf(duplex->opening.reason, IO_REASON, "no answer for %g s",
		         (double)duplex->options.connect_ns / 1e9);
		fail(duplex, ctx);
	}
}

/* ---- Losing it ---- */

void io_duplex_lose(struct io_duplex *duplex, struct pkd_ctx *ctx, const char *format, ...)
{
	char reason[IO_REASON];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	io_duplex_unwatch(duplex, ctx);
	if (duplex->peer->leave)
		duplex->peer->leave(duplex->peer_self, duplex->fd);
	close(duplex->fd);
	duplex->fd = -1;
	duplex->is_blocked = false;
	duplex->n_sent = 0;
	/* Of one that ends as soon as it is made, the pauses go on to grow. */
	if (duplex->has_heard || pkd_now() - duplex->link.since > duplex->retry.max_ns)
		retry_reset(&duplex->retry);
	say_offline(duplex, reason, ctx);
	duplex->phase = IO_LOST;
}

void io_duplex_let_go(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	struct io_frame rest;
	char text[41];
	uint32_t length;

	io_frames_end(&duplex->frames, &rest);
	if (rest.n > 0) {
		utf8_put(text, sizeof(text) - 1, rest.bytes, rest.n, &length);
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%zu bytes were no whole %s when the connection ended, and are left out: "
		        "'%s%s'",
		        rest.n, duplex->frames.framing.frame == io_Frame_lines ? "line" : "block",
		        text, rest.n > length ? "…" : "");
	}
	set_state(duplex, io_LinkState_offline);
	duplex->phase = duplex->options.reconnect ? IO_WAITING : IO_OVER;
	duplex->retry_ns = pkd_now() + retry_pause(&duplex->retry);
}

/* ---- Reading ---- */

static void read_it(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	char *to;
	size_t room = io_frames_room(&duplex->frames, &to);
	ssize_t n;

	do
		n = room > 0 ? read(duplex->fd, to, room) : -1;
	while (n < 0 && room > 0 && errno == EINTR);
	duplex->looks = room > 0 && n > 0; /* there may be more */
	if (room > 0 && n > 0) {
		io_frames_add(&duplex->frames, (size_t)n);
		duplex->heard_ns = pkd_now();
		duplex->has_heard = true;
	} else if (room > 0 && n == 0) {
		io_duplex_lose(duplex, ctx, "the other end has closed it");
	} else if (room > 0 && errno != EAGAIN) {
		io_duplex_lose(duplex, ctx, "%s", strerror(errno));
	} else if (duplex->options.stall_ns &&
	           pkd_now() - duplex->heard_ns >= duplex->options.stall_ns) {
		io_duplex_lose(duplex, ctx, "nothing came for %g s",
		               (double)duplex->options.stall_ns / 1e9);
	} else if (duplex->peer->is_lost && duplex->peer->is_lost(duplex->peer_self, duplex->fd)) {
		io_duplex_lose(duplex, ctx, "what is sent is not answered");
	}
}

void io_duplex_go(struct io_duplex *duplex, struct pkd_ctx *ctx)
{
	if (duplex->phase == IO_WAITING || duplex->phase == IO_OPENING)
		open_it(duplex, ctx);
	if (duplex->phase == IO_OPEN)
		read_it(duplex, ctx);
}
