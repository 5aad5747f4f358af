/* See serve.h. */
#include "serve.h"

#include <errno.h>
#include <poll.h>

static const int64_t TELL_NS = 1000000000;

/* As the last one left it. */
static void go_on(struct net_serve *self, const struct net_Kept *kept)
{
	struct net_wish *usual = &self->server.usual;

	self->skipped = kept->skipped;
	self->encoded = kept->encoded;
	self->server.time_ns = kept->last;
	usual->width = kept->width;
	usual->height = kept->height;
	usual->fps = kept->rate;
	usual->quality = kept->compression;
}

static void keep(const struct net_serve *self, struct net_Kept *kept)
{
	const struct net_wish *usual = &self->server.usual;

	kept->skipped = self->skipped + self->server.n_skipped;
	kept->encoded = self->encoded + net_jpegs_encoded(self->server.jpegs);
	kept->width = usual->width;
	kept->height = usual->height;
	kept->rate = usual->fps;
	kept->compression = usual->quality;
}

int net_serve_open(struct net_serve *self, const struct net_options *options,
                   const struct net_Kept *kept, struct pkd_ctx *ctx)
{
	int error = net_server_open(&self->server, options, ctx);

	if (!error)
		error = net_server_check_controls(ctx);
	if (!error && pkd_watch(ctx, self->server.epoll, POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error) {
		net_server_close(&self->server);
		return error;
	}
	go_on(self, kept);
	self->counted_ns = pkd_now();
	pkd_wake(ctx, self->counted_ns);
	return PKD_OK;
}

/* Of the last second or more. */
static void count(struct net_serve *self, int64_t now_ns)
{
	const struct net_server *server = &self->server;
	double s = (double)(now_ns - self->counted_ns) / 1e9;

	if (s < 1)
		return;
	self->rate = (float)((double)(server->n_sent - self->n_sent) / s);
	self->bits = (float)((double)(server->n_bytes - self->n_bytes) * 8 / s);
	self->n_sent = server->n_sent;
	self->n_bytes = server->n_bytes;
	self->counted_ns = now_ns;
}

/* By the clock of the frames, also between them. */
static void set_time(const struct net_serve *self, bool has_come, struct net_Kept *kept,
                     struct pkd_ctx *ctx)
{
	int64_t time_ns = has_come ? pkd_time(ctx)
	                           : self->server.time_ns + pkd_now() - self->server.arrived_ns;

	kept->last = !kept->begun || time_ns > kept->last ? time_ns : kept->last;
	kept->begun = true;
	pkd_set_time(ctx, kept->last);
}

int net_serve_step(struct net_serve *self, bool has_come, struct net_Kept *kept,
                   struct net_Served *ret_served, struct pkd_ctx *ctx)
{
	int64_t now_ns;

	net_server_go(&self->server, ctx);
	now_ns = pkd_now();
	if (!has_come && !kept->begun)
		return pkd_later(ctx, now_ns + TELL_NS);
	set_time(self, has_come, kept, ctx);
	count(self, now_ns);
	keep(self, kept);
	*ret_served = (struct net_Served){
		.clients = net_server_watching(&self->server),
		.rate = self->rate,
		.bits = self->bits,
		.quality = net_server_quality(&self->server),
		.skipped = kept->skipped,
		.encoded = kept->encoded,
	};
	pkd_wake(ctx, now_ns + TELL_NS);
	return PKD_OK;
}
