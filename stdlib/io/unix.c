/* io.unix: lines and bytes over a UNIX socket. */
#define _GNU_SOURCE
#include "duplex.h"

#include <errno.h>
#include <io/unix.pkd.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct io_unix {
	struct sockaddr_un address;
	socklen_t size;
	struct io_duplex duplex;
};

/* Whether or not it is there, it does not wait: a full backlog is EAGAIN. */
static int open_connection(void *peer, struct io_opening *opening)
{
	const struct io_unix *self = peer;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&self->address, self->size) == 0) {
		opening->fd = fd;
		return 1;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	snprintf(opening->reason, IO_REASON, "%s",
	         error == EAGAIN ? "who listens accepts no connection" : strerror(error));
	return -error;
}

static void give_up(void *peer)
{
	(void)peer;
}

static void end(void *peer, int fd)
{
	(void)peer;
	shutdown(fd, SHUT_WR);
}

static const struct io_peer connection = {
	.open = open_connection,
	.give_up = give_up,
	.is_socket = true,
	.end = end,
};

static int set_address(struct io_unix *self, const char *path, struct pkd_ctx *ctx)
{
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(self->address.sun_path))
		return pkd_error(ctx, EINVAL,
		                 "path: '%s' has %zu bytes, and a socket's has 1 to %zu", path, n,
		                 sizeof(self->address.sun_path) - 1);
	self->address.sun_family = AF_UNIX;
	memcpy(self->address.sun_path, path, n);
	self->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (*path == '@')
		self->address.sun_path[0] = '\0';
	else
		self->size++;
	return 0;
}

int io_unix_init(struct io_unix *self, const struct io_unix_params *params, struct pkd_ctx *ctx)
{
	const struct io_duplex_options options = {
		.framing = {params->frame, params->ending, params->longer, params->N},
		.offline = params->offline,
		.reconnect = params->reconnect,
		.stall_ns = params->stall,
		.grace_ns = params->grace,
		.retry_max_ns = params->retry_max,
		.name = params->path,
	};
	int error = set_address(self, params->path, ctx);

	return error ? error : io_duplex_init(&self->duplex, &options, &connection, self, ctx);
}

int io_unix_step(struct io_unix *self, const struct io_unix_in *in, struct io_unix_out *out,
                 struct pkd_ctx *ctx)
{
	const struct io_received received = {out->line->text, &out->line->len, out->data->data,
	                                     &out->data->len, out->link};
	struct io_value value = {0};

	if (in->send && pkd_fired(ctx) == 0)
		value = (struct io_value){in->send->text, in->send->len, true};
	else if (in->send_bytes && pkd_fired(ctx) == 1)
		value = (struct io_value){in->send_bytes->data, in->send_bytes->len, false};
	return io_duplex_step(&self->duplex, &value, &received, &io_unix_get_state(ctx)->kept, ctx);
}

int io_unix_ready(struct io_unix *self, struct pkd_ctx *ctx)
{
	return io_duplex_ready(&self->duplex, ctx);
}

void io_unix_finish(struct io_unix *self)
{
	io_duplex_finish(&self->duplex);
}

PKD_WATCHING_NODE(io_unix);
