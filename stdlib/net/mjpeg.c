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
};

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

int net_mjpeg_step(struct net_mjpeg *self, const struct net_mjpeg_in *in, struct net_mjpeg_out *out,
                   struct pkd_ctx *ctx)
{
	struct net_server *server = &self->server;
	int64_t now_ns;

	if (in->frame)
		net_server_put(server, in->frame, pkd_time(ctx));
	net_server_go(server, ctx);
	now_ns = pkd_now();
	count(self, now_ns);
	*out->served = (struct net_Served){
		.clients = net_server_watching(server),
		.rate = self->rate,
		.bits = self->bits,
		.quality = net_server_quality(server),
		.skipped = server->n_skipped,
		.encoded = net_jpegs_encoded(server->jpegs),
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
