#define _GNU_SOURCE
#include "server.h"

#include "tcp_options.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t REST_NS = 1000000000;

/* ---- Start and end ---- */

int io_server_init(struct io_server *server, int fd, const struct io_server_options *options,
                   struct pkd_ctx *ctx)
{
	int r = 0;

	*server = (struct io_server){.options = *options, .fd = fd};
	server->clients = calloc(options->max_clients, sizeof(*server->clients));
	if (!server->clients)
		return pkd_error(ctx, ENOMEM, "no memory for %u clients", options->max_clients);
	for (uint32_t i = 0; i < options->max_clients && r == 0; i++) {
		server->clients[i].fd = -1;
		r = io_frames_init(&server->clients[i].frames, &options->framing, ctx);
	}
	return r;
}

void io_server_finish(struct io_server *server)
{
	for (uint32_t i = 0; server->clients && i < server->options.max_clients; i++) {
		if (server->clients[i].fd >= 0)
			close(server->clients[i].fd);
		io_frames_finish(&server->clients[i].frames);
	}
	free(server->clients);
	if (server->fd >= 0)
		close(server->fd);
}

/* ---- Who comes ---- */

static struct io_client *find_place(struct io_server *server)
{
	for (uint32_t i = 0; i < server->options.max_clients; i++)
		if (!server->clients[i].is_used)
			return &server->clients[i];
	return NULL;
}

uint32_t io_server_count(const struct io_server *server)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < server->options.max_clients; i++)
		n += server->clients[i].fd >= 0 && server->clients[i].is_told;
	return n;
}

static void welcome(struct io_server *server, struct io_client *client, int fd,
                    const struct sockaddr *address, struct pkd_ctx *ctx)
{
	struct io_frames frames = client->frames;

	io_tcp_set_options(fd);
	*client = (struct io_client){
		.fd = fd,
		.number = ++server->last_number,
		.frames = frames,
		.is_used = true,
		.heard_ns = pkd_now(),
		/* What is in hand already it does not get. */
		.n_sent = server->is_sending ? SIZE_MAX : 0,
	};
	client->frames.n_frames = 0;
	io_address_text(address, client->address);
	pkd_note(ctx, "client %" PRIu32 " is there: %s", client->number, client->address);
}

/* There are no descriptors, or no memory: who waits to be accepted stays, and would wake it at
 * once. */
static void rest(struct io_server *server, struct pkd_ctx *ctx)
{
	pkd_log(ctx, PKD_LOG_WARNING, "cannot accept a client: %s; trying again in a second",
	        strerror(errno));
	server->rests_until_ns = pkd_now() + REST_NS;
}

void io_server_accept(struct io_server *server, struct pkd_ctx *ctx)
{
	struct io_client *client;

	if (pkd_now() < server->rests_until_ns)
		return;

	while ((client = find_place(server))) {
		struct sockaddr_storage address = {0};
		socklen_t size = sizeof(address);
		int fd = accept4(server->fd, (struct sockaddr *)&address, &size,
		                 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && errno != EAGAIN)
			rest(server, ctx);
		if (fd < 0)
			return;
		welcome(server, client, fd, (struct sockaddr *)&address, ctx);
	}
	if (!server->has_told_full)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "all %" PRIu32 " places for clients are taken: more of them wait",
		        server->options.max_clients);
	server->has_told_full = true;
}

/* ---- Who goes ---- */

static void lose(struct io_client *client, struct pkd_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void lose(struct io_client *client, struct pkd_ctx *ctx, const char *format, ...)
{
	char reason[128];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	io_watch_set(&client->watch, -1, 0, ctx);
	close(client->fd);
	client->fd = -1;
	client->is_blocked = false;
	pkd_note(ctx, "client %" PRIu32 " is gone: %s", client->number, reason);
}

static void leave_out_rest(struct io_client *client, struct pkd_ctx *ctx)
{
	struct io_frame rest;

	io_frames_end(&client->frames, &rest);
	if (rest.n > 0)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%zu bytes of client %" PRIu32
		        " were no whole value when its connection ended, and are left out",
		        rest.n, client->number);
}

/* ---- What comes ---- */

static void read_it(struct io_server *server, struct io_client *client, struct pkd_ctx *ctx)
{
	int64_t stall_ns = server->options.stall_ns;
	char *to;
	size_t room = io_frames_room(&client->frames, &to);
	ssize_t n;

	if (room == 0)
		return;
	do
		n = read(client->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		io_frames_add(&client->frames, (size_t)n);
		client->heard_ns = pkd_now();
	} else if (n == 0) {
		lose(client, ctx, "it has closed the connection");
	} else if (errno != EAGAIN) {
		lose(client, ctx, "%s", strerror(errno));
	} else if (stall_ns && pkd_now() - client->heard_ns >= stall_ns) {
		lose(client, ctx, "nothing came for %g s", (double)stall_ns / 1e9);
	}
}

/* A value, or NULL for a change of the client. */
static int next_of(struct io_server *server, struct io_client *client, struct io_frame *ret_frame,
                   struct pkd_ctx *ctx)
{
	int r;

	*ret_frame = (struct io_frame){NULL, 0};
	if (!client->is_told) {
		client->is_told = true;
		return 1;
	}
	r = io_frames_next(&client->frames, ret_frame, ctx);
	if (r == 0 && client->fd >= 0) {
		read_it(server, client, ctx);
		r = io_frames_next(&client->frames, ret_frame, ctx);
	}
	if (r || client->fd >= 0)
		return r;
	leave_out_rest(client, ctx);
	client->is_used = false;
	*ret_frame = (struct io_frame){NULL, 0};
	return 1;
}

int io_server_next(struct io_server *server, struct io_client **ret_client,
                   struct io_frame *ret_frame, struct pkd_ctx *ctx)
{
	uint32_t n = server->options.max_clients;

	for (uint32_t i = 0; i < n; i++) {
		struct io_client *client = &server->clients[(server->next + i) % n];
		int r = client->is_used ? next_of(server, client, ret_frame, ctx) : 0;

		if (!r)
			continue;
		server->next = (server->next + i + 1) % n;
		*ret_client = client;
		return r;
	}
	return 0;
}

/* ---- What is sent ---- */

static bool send_one(struct io_server *server, struct io_client *client,
                     const struct io_value *value, struct pkd_ctx *ctx)
{
	size_t before = client->n_sent;
	int r;

	if (client->fd < 0 || before == SIZE_MAX)
		return true;
	r = io_outgoing_write(client->fd, IO_SOCKET, &server->options.framing, value,
	                      &client->n_sent);
	if (r < 0)
		lose(client, ctx, "%s", strerror(-r));
	if (r)
		client->n_sent = SIZE_MAX;
	if (r == 0 && (!client->is_blocked || client->n_sent > before))
		client->taken_ns = pkd_now();
	client->is_blocked = r == 0;
	if (r == 0 && pkd_now() - client->taken_ns >= server->options.slow_ns) {
		lose(client, ctx, "it took nothing of what it is sent for %g s",
		     (double)server->options.slow_ns / 1e9);
		return true;
	}
	return r != 0;
}

bool io_server_send(struct io_server *server, const struct io_value *value, struct pkd_ctx *ctx)
{
	uint32_t n = server->options.max_clients;
	bool all = true;

	for (uint32_t i = 0; i < n; i++)
		all &= send_one(server, &server->clients[i], value, ctx);
	server->is_sending = !all;
	for (uint32_t i = 0; i < n && all; i++)
		server->clients[i].n_sent = 0;
	return all;
}

/* ---- Watching ---- */

int64_t io_server_due(const struct io_server *server)
{
	bool is_resting = server->rests_until_ns > pkd_now();
	int64_t due_ns = is_resting ? server->rests_until_ns : INT64_MAX;

	for (uint32_t i = 0; i < server->options.max_clients; i++) {
		const struct io_client *client = &server->clients[i];
		int64_t slow_ns = client->taken_ns + server->options.slow_ns;
		int64_t stall_ns = client->heard_ns + server->options.stall_ns;

		if (client->is_used && client->fd < 0)
			return 0;
		if (client->is_blocked && slow_ns < due_ns)
			due_ns = slow_ns;
		if (client->is_used && server->options.stall_ns && stall_ns < due_ns)
			due_ns = stall_ns;
	}
	return due_ns;
}

void io_server_watch(struct io_server *server, struct pkd_ctx *ctx)
{
	bool accepts = find_place(server) && server->rests_until_ns <= pkd_now();

	io_watch_set(&server->watch, server->fd, accepts ? POLLIN : 0, ctx);
	for (uint32_t i = 0; i < server->options.max_clients; i++) {
		struct io_client *client = &server->clients[i];

		io_watch_set(&client->watch, client->fd,
		             client->is_blocked ? POLLIN | POLLOUT : POLLIN, ctx);
	}
}

void io_server_unwatch(struct io_server *server, struct pkd_ctx *ctx)
{
	io_watch_set(&server->watch, -1, 0, ctx);
	for (uint32_t i = 0; i < server->options.max_clients; i++)
		io_watch_set(&server->clients[i].watch, -1, 0, ctx);
}
