/* net.mjpeg: frames are encoded as somebody wants them. */
#include "../video/scaler.h"
#include "serve.h"

#include <errno.h>
#include <net/mjpeg.pkd.h>

struct net_mjpeg {
	const struct net_mjpeg_params *params;
	struct net_serve serve;
};

static void take_live(struct net_mjpeg *self)
{
	struct net_options *options = &self->serve.server.options;

	options->fps = self->params->fps;
	options->quality = self->params->quality;
	options->bandwidth = self->params->bandwidth;
}

int net_mjpeg_init(struct net_mjpeg *self, const struct net_mjpeg_params *params,
                   struct pkd_ctx *ctx)
{
	const struct net_options options = {
		.host = params->host,
		.name = params->name,
		.port = params->port,
		.max_clients = params->max_clients,
		.stalled_after = params->stalled_after,
		.stall = params->stall,
		.grace = params->grace,
		.commands = params->commands,
		.format = params->FORMAT,
		.width = params->W,
		.height = params->H,
	};
	int error;

	self->params = params;
	if (media_pixels(params->FORMAT) == AV_PIX_FMT_NONE)
		return pkd_error(ctx, EINVAL,
		                 "its frames are of bgr24, rgb24, gray8, i420 or nv12: "
		                 "image.convert makes them of others");
	error = net_serve_open(&self->serve, &options, &net_mjpeg_get_state(ctx)->kept, ctx);
	if (!error)
		take_live(self);
	return error;
}

int net_mjpeg_step(struct net_mjpeg *self, const struct net_mjpeg_in *in, struct net_mjpeg_out *out,
                   struct pkd_ctx *ctx)
{
	take_live(self);
	if (in->frame)
		net_server_put(&self->serve.server, in->frame, pkd_time(ctx));
	return net_serve_step(&self->serve, in->frame != NULL, &net_mjpeg_get_state(ctx)->kept,
	                      out->served, ctx);
}

int net_mjpeg_ready(struct net_mjpeg *self, struct pkd_ctx *ctx)
{
	take_live(self);
	net_server_go(&self->serve.server, ctx);
	return PKD_OK;
}

void net_mjpeg_finish(struct net_mjpeg *self)
{
	net_server_close(&self->serve.server);
}

PKD_WATCHING_NODE(net_mjpeg);
