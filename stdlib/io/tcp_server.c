/* io.tcp_server: lines and bytes of many clients. */
#define _GNU_SOURCE
#include "../base/utf8.h"
#include "server.h"

#include <errno.h>
#include <io/tcp_server.pkd.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE, DATA };

static const int64_t STOP_NS = 300000000; /* for what is in hand, when the program is to stop */

struct io_tcp_server {
	const struct io_tcp_server_params *params;
	struct io_server server;
	int64_t stop_ns; /* 0: not yet */
	bool has_begun;
	bool looks; /* something may have come: `ready` says so */
};

/* ---- Start ---- */

static int open_socket(const struct io_tcp_server_params *params, struct pkd_ctx *ctx)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                               .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct io_address address;
	struct addrinfo *list;
	int fd, error = io_address_parse(&address, "listen", params->listen, ctx);

	if (error)
		return error;
	if (getaddrinfo(*address.host ? address.host : NULL, address.port, &hints, &list))
		return pkd_error(ctx, EINVAL,
		                 "listen: '%s' is no address in digits, such as 127.0.0.1:4001",
		                 params->listen);
	fd = io_address_listen(list);
	freeaddrinfo(list);
	return fd < 0 ? pkd_error(ctx, -fd, "cannot accept connections at '%s'", params->listen)
	              : fd;
}

int io_tcp_server_init(struct io_tcp_server *self, const struct io_tcp_server_params *params,
                       struct pkd_ctx *ctx)
{
	const struct io_server_options options = {
		.framing = {params->frame, params->ending, params->longer, params->N},
		.max_clients = params->clients,
		.slow_ns = params->slow,
		.stall_ns = params->stall,
	};
	bool is_lines = params->frame == io_Frame_lines;
	int fd, r;

	self->params = params;
	if (pkd_wanted(ctx, is_lines ? DATA : LINE))
		return pkd_error(ctx, EINVAL, "%s",
		                 is_lines ? "data is read, and frame: lines gives only `line`: "
		                            "write frame: chunks, or frame: sized"
		                          : "line is read, and only frame: lines gives it");
	fd = open_socket(params, ctx);
	if (fd < 0)
		return fd;
	r = io_server_init(&self->server, fd, &options, ctx);
	if (r < 0)
		io_server_finish(&self->server);
	pkd_wake(ctx, 0);
	return r;
}

/* ---- What is given ---- */

static void put_frame(const struct io_tcp_server *self, const struct io_frame *frame,
                      struct io_tcp_server_out *out, struct pkd_ctx *ctx)
{
	io_tcp_server_absent_change(ctx);
	if (self->params->frame == io_Frame_lines) {
		utf8_put(out->line->text, self->params->N, frame->bytes, frame->n, &out->line->len);
		io_tcp_server_absent_data(ctx);
	} else {
		memcpy(out->data->data, frame->bytes, frame->n);
		out->data->len = (uint32_t)frame->n;
		io_tcp_server_absent_line(ctx);
	}
}

static void put_change(const struct io_tcp_server *self, const struct io_client *client,
                       struct io_tcp_server_out *out, struct pkd_ctx *ctx)
{
	struct io_Client *change = out->change;

	io_tcp_server_absent_line(ctx);
	io_tcp_server_absent_data(ctx);
	change->client = client->number;
	pkd_string_set(&change->address, client->address);
	change->is_there = client->is_used;
	change->n_clients = io_server_count(&self->server);
}

static int give(struct io_tcp_server *self, struct io_tcp_server_out *out, struct pkd_ctx *ctx)
{
	struct io_client *client;
	struct io_frame frame;
	int r = io_server_next(&self->server, &client, &frame, ctx);

	if (r <= 0)
		return r;
	*out->client = client->number;
	if (frame.bytes)
		put_frame(self, &frame, out, ctx);
	else
		put_change(self, client, out, ctx);
	return 1;
}

/* ---- Steps ---- */

static void begin(struct io_tcp_server *self, const struct io_Kept *kept, struct pkd_ctx *ctx)
{
	if (self->has_begun)
		return;
	self->has_begun = true;
	self->server.last_number = kept->n_connections;
	if (kept->n_connections)
		pkd_note(ctx, "started again: the connections of before are closed, and what had "
		              "come over them and was not given on is lost");
}

static bool send_value(struct io_tcp_server *self, const struct io_tcp_server_in *in,
                       struct io_Kept *kept, struct pkd_ctx *ctx)
{
	struct io_value value;

	if (in->send && pkd_fired(ctx) == 0)
		value = (struct io_value){in->send->text, in->send->len, true};
	else
		value = (struct io_value){in->send_bytes->data, in->send_bytes->len, false};
	if (io_server_send(&self->server, &value, ctx))
		return true;
	if (pkd_stopping(ctx) && !self->stop_ns)
		self->stop_ns = pkd_now();
	if (!self->stop_ns || pkd_now() - self->stop_ns < STOP_NS)
		return false;
	kept->n_dropped++;
	pkd_log(ctx, PKD_LOG_WARNING, "a value was not sent to all clients before the stop");
	return true;
}

static void fire(struct io_tcp_server *self, bool found, struct io_Kept *kept, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();

	kept->last = now_ns > kept->last ? now_ns : kept->last;
	kept->n_connections = self->server.last_number;
	pkd_set_time(ctx, kept->last);
	if (!found) {
		io_tcp_server_absent_line(ctx);
		io_tcp_server_absent_data(ctx);
		io_tcp_server_absent_client(ctx);
		io_tcp_server_absent_change(ctx);
	}
	pkd_wake(ctx, found ? 0 : io_server_due(&self->server));
}

static int64_t due(const struct io_tcp_server *self)
{
	int64_t due_ns = io_server_due(&self->server);

	return self->stop_ns && due_ns > self->stop_ns + STOP_NS ? self->stop_ns + STOP_NS : due_ns;
}

int io_tcp_server_step(struct io_tcp_server *self, const struct io_tcp_server_in *in,
                       struct io_tcp_server_out *out, struct pkd_ctx *ctx)
{
	struct io_Kept *kept = &io_tcp_server_get_state(ctx)->kept;
	bool has_value = in->send || in->send_bytes, sent = false;
	int found = 0;

	if (pkd_flushing(ctx))
		return PKD_SKIP;
	begin(self, kept, ctx);
	/* With a value to be sent, only where `ready` has said that something came. */
	if (!has_value || self->looks) {
		io_server_accept(&self->server, ctx);
		found = give(self, out, ctx);
		self->looks = found > 0;
	}
	if (found < 0)
		return found;
	if (has_value)
		sent = send_value(self, in, kept, ctx);
	if (!found)
		io_server_watch(&self->server, ctx);
	if (!found && !sent)
		return pkd_later(ctx, due(self));
	fire(self, found, kept, ctx);
	return has_value && !sent ? PKD_MORE : PKD_OK;
}

/* The step is called then. */
int io_tcp_server_ready(struct io_tcp_server *self, struct pkd_ctx *ctx)
{
	io_server_unwatch(&self->server, ctx);
	self->looks = true;
	pkd_wake(ctx, 0);
	return PKD_OK;
}

void io_tcp_server_finish(struct io_tcp_server *self)
{
	io_server_finish(&self->server);
}

PKD_WATCHING_NODE(io_tcp_server);
