/* io.tcp: lines and bytes over a TCP connection that it makes. */
#define _GNU_SOURCE
#include "duplex.h"
#include "lookup.h"
#include "tcp_options.h"

#include <errno.h>
#include <io/tcp.pkd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct io_tcp {
	const struct io_tcp_params *params;
	struct io_duplex duplex;
	struct io_address address;
	struct io_lookup *lookup;
	const struct addrinfo *next; /* the address that is tried, then those behind it */
	int fd;                      /* of that; -1: none yet */
};

/* ---- Making the connection ---- */

static int start_lookup(struct io_tcp *self, struct io_opening *opening)
{
	int r = io_lookup_start(&self->address, SOCK_STREAM, &self->lookup);

	if (r < 0)
		snprintf(opening->reason, IO_REASON, "%s", strerror(-r));
	return r;
}

static int see_answer(struct io_tcp *self, struct io_opening *opening)
{
	const char *reason;
	int r = io_lookup_answer(self->lookup, &self->next, &reason);

	opening->fd = io_lookup_fd(self->lookup);
	opening->events = POLLIN;
	if (r < 0)
		snprintf(opening->reason, IO_REASON, "%s", reason);
	return r < 0 ? -EHOSTUNREACH : r;
}

/* 1, 0 where it is under way, or -errno. */
static int begin(struct io_tcp *self)
{
	self->fd = socket(self->next->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (self->fd < 0)
		return -errno;
	io_tcp_set_options(self->fd);
	if (connect(self->fd, self->next->ai_addr, self->next->ai_addrlen) == 0)
		return 1;
	return errno == EINPROGRESS ? 0 : -errno;
}

static int see_progress(const struct io_tcp *self)
{
	struct pollfd made = {.fd = self->fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int error = 0;

	if (poll(&made, 1, 0) <= 0)
		return 0;
	if (getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	return error ? -error : 1;
}

static int try_addresses(struct io_tcp *self, struct io_opening *opening)
{
	int r = 0;

	while (self->next) {
		r = self->fd < 0 ? begin(self) : see_progress(self);
		opening->fd = self->fd;
		opening->events = POLLOUT;
		if (r >= 0)
			break;
		if (self->fd >= 0)
			close(self->fd);
		self->fd = -1;
		self->next = self->next->ai_next;
	}
	if (r < 0)
		snprintf(opening->reason, IO_REASON, "%s", strerror(-r));
	return r;
}

static void give_up(void *peer)
{
	struct io_tcp *self = peer;

	if (self->fd >= 0)
		close(self->fd);
	self->fd = -1;
	self->next = NULL;
	io_lookup_leave(self->lookup);
	self->lookup = NULL;
}

static int open_connection(void *peer, struct io_opening *opening)
{
	struct io_tcp *self = peer;
	int r = 0;

	if (!self->lookup)
		r = start_lookup(self, opening);
	if (r == 0 && !self->next) {
		r = see_answer(self, opening);
		if (r <= 0)
			return r;
	}
	if (r >= 0)
		r = try_addresses(self, opening);
	if (r > 0) {
		self->fd = -1; /* it is the caller's now */
		give_up(self);
	}
	return r;
}

static void end(void *peer, int fd)
{
	(void)peer;
	shutdown(fd, SHUT_WR);
}

static bool is_lost(void *peer, int fd)
{
	(void)peer;
	return io_tcp_is_lost(fd);
}

static const struct io_peer connection = {
	.open = open_connection,
	.give_up = give_up,
	.is_socket = true,
	.end = end,
	.is_lost = is_lost,
};

/* ---- The node ---- */

int io_tcp_init(struct io_tcp *self, const struct io_tcp_params *params, struct pkd_ctx *ctx)
{
	const struct io_duplex_options options = {
		.framing = {params->frame, params->ending, params->longer, params->N},
		.offline = params->offline,
		.reconnect = params->reconnect,
		.connect_ns = params->connect,
		.stall_ns = params->stall,
		.grace_ns = params->grace,
		.retry_max_ns = params->retry_max,
		.name = params->address,
	};
	int error = io_address_parse(&self->address, "address", params->address, ctx);

	self->params = params;
	self->fd = -1;
	return error ? error : io_duplex_init(&self->duplex, &options, &connection, self, ctx);
}

int io_tcp_step(struct io_tcp *self, const struct io_tcp_in *in, struct io_tcp_out *out,
                struct pkd_ctx *ctx)
{
	const struct io_received received = {out->line->text, &out->line->len, out->data->data,
	                                     &out->data->len, out->link};
	struct io_value value = {0};

	if (in->send && pkd_fired(ctx) == 0)
		value = (struct io_value){in->send->text, in->send->len, true};
	else if (in->send_bytes && pkd_fired(ctx) == 1)
		value = (struct io_value){in->send_bytes->data, in->send_bytes->len, false};
	return io_duplex_step(&self->duplex, &value, &received, &io_tcp_get_state(ctx)->kept, ctx);
}

int io_tcp_ready(struct io_tcp *self, struct pkd_ctx *ctx)
{
	return io_duplex_ready(&self->duplex, ctx);
}

void io_tcp_finish(struct io_tcp *self)
{
	io_duplex_finish(&self->duplex);
}

PKD_WATCHING_NODE(io_tcp);
