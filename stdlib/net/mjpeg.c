/* net.mjpeg: what comes in is shown, and what is done is told. */
#include "../video/scaler.h"
#include "server.h"

#include <errno.h>
#include <poll.h>

static const int64_t TELL_NS = 1000000000;

struct net_mjpeg {
	const struct net_mjpeg_params *params;
	struct net_server server;
	int64_t counted_ns; /* when these were: */
	uint64_t n_sent, n_bytes;
	float rate, bits;
	uint64_t skipped, encoded; /* before this process began */
};

/* As the last one left it. */
static void go_on(struct net_mjpeg *self, const struct net_mjpeg_state *state)
{
	struct net_wish *usual = &self->server.usual;

	self->skipped = state->skipped;
	self->encoded = state->encoded;
	self->server.time_ns = state->last;
	usual->width = state->width;
	usual->height = state->height;
	usual->fps = state->rate;
	usual->quality = state->compression;
}

static void keep(const struct net_mjpeg *self, struct net_mjpeg_state *state)
{
	const struct net_wish *usual = &self->server.usual;

	state->skipped = self->skipped + self->server.n_skipped;
	state->encoded = self->encoded + net_jpegs_encoded(self->server.jpegs);
	state->width = usual->width;
	state->height = usual->height;
	state->rate = usual->fps;
	state->compression = usual->quality;
}

int net_mjpeg_init(struct net_mjpeg *self, const struct net_mjpeg_params *params,
                   struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	if (media_pixels(params->FORMAT) == AV_PIX_FMT_NONE)
		return pkd_error(ctx, EINVAL,
		                 "its frames are of bgr24, rgb24, gray8, i420 or nv12: "
		                 "image.convert makes them of others");
	error = net_server_open(&self->server, params, ctx);
	if (!error && pkd_watch(ctx, self->server.epoll, POLLIN) < 0)
		error = pkd_error(ctx, ENOSPC, "this process watches too many descriptors");
	if (error) {
		net_server_close(&self->server);
		return error;
	}
	go_on(self, net_mjpeg_get_state(ctx));
	self->counted_ns = pkd_now();
	pkd_wake(ctx, self->counted_ns);
	return PKD_OK;
}

/* Of the last second or more. */
static void count(struct net_mjpeg *self, int64_t now_ns)
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
static void set_time(const struct net_mjpeg *self, bool has_frame, struct net_mjpeg_state *state,
                     struct pkd_ctx *ctx)
{
	int64_t time_ns = has_frame ? pkd_time(ctx)
	                            : self->server.time_ns + pkd_now() - self->server.arrived_ns;

	state->last = !state->begun || time_ns > state->last ? time_ns : state->last;
	state->begun = true;
	pkd_set_time(ctx, state->last);
}

int net_mjpeg_step(struct net_mjpeg *self, const struct net_mjpeg_in *in, struct net_mjpeg_out *out,
                   struct pkd_ctx *ctx)
{
	struct net_mjpeg_state *state = net_mjpeg_get_state(ctx);
	struct net_server *server = &self->server;
	int64_t now_ns;

	if (in->frame)
		net_server_put(server, in->frame, pkd_time(ctx));
	net_server_go(server, ctx);
	now_ns = pkd_now();
	if (!in->frame && !state->begun)
		return pkd_later(ctx, now_ns + TELL_NS);
	set_time(self, in->frame != NULL, state, ctx);
	count(self, now_ns);
	keep(self, state);
	*out->served = (struct net_Served){
		.clients = net_server_watching(server),
		.rate = self->rate,
		.bits = self->bits,
		.quality = net_server_quality(server),
		.skipped = state->skipped,
		.encoded = state->encoded,
	};
	pkd_wake(ctx, now_ns + TELL_NS);
	return PKD_OK;
}

int net_mjpeg_ready(struct net_mjpeg *self, struct pkd_ctx *ctx)
{
	net_server_go(&self->server, ctx);
	return PKD_OK;
}

void net_mjpeg_finish(struct net_mjpeg *self)
{
	net_server_close(&self->server);
}

PKD_WATCHING_NODE(net_mjpeg);
