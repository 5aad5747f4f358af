/* net.mjpeg_packets: JPEGs go on as they come. */
#include "../video/jpegs.h"
#include "serve.h"

#include <errno.h>
#include <net/mjpeg_packets.pkd.h>

enum { CARD_WIDTH = 640, CARD_HEIGHT = 480, CARD_QUALITY = 80, SHORTEST = 128 };

struct net_mjpeg_packets {
	const struct net_mjpeg_packets_params *params;
	struct net_serve serve;
	bool has_told_damaged;
};

static void take_live(struct net_mjpeg_packets *self)
{
	struct net_options *options = &self->serve.server.options;

	options->fps = self->params->fps;
	options->bandwidth = self->params->bandwidth;
}

int net_mjpeg_packets_init(struct net_mjpeg_packets *self,
                           const struct net_mjpeg_packets_params *params, struct pkd_ctx *ctx)
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
		.forwards = true,
		.format = PKD_BGR24,
		.width = CARD_WIDTH,
		.height = CARD_HEIGHT,
		.quality = CARD_QUALITY,
	};
	int error;

	self->params = params;
	error = net_serve_open(&self->serve, &options, &net_mjpeg_packets_get_state(ctx)->kept,
	                       ctx);
	if (!error)
		take_live(self);
	return error;
}

/* Its clients would have to guess what is wrong with it. False: it is none. */
static bool read_jpeg(const struct video_Packet *packet, struct net_given *ret_jpeg)
{
	size_t n = pkd_length(&packet->data.len, sizeof(packet->data.data));
	const uint8_t *data = packet->data.data;
	int width = 0, height = 0;

	if (n < SHORTEST || data[0] != 0xff || data[1] != 0xd8 ||
	    !media_jpeg_size(data, n, &width, &height) || width < 1 || height < 1)
		return false;
	*ret_jpeg = (struct net_given){data, n, (uint32_t)width, (uint32_t)height};
	return true;
}

/* PKD_OK, also where it is left out. */
static int put(struct net_mjpeg_packets *self, const struct video_Packet *packet,
               struct pkd_ctx *ctx)
{
	struct net_given jpeg;

	if (packet->codec != video_Codec_mjpeg)
		return pkd_error(ctx, EINVAL,
		                 "the packets are no JPEGs, and only these go on as they are: "
		                 "video.decode makes frames of them, for net.mjpeg");
	if (read_jpeg(packet, &jpeg)) {
		net_server_put_jpeg(&self->serve.server, &jpeg, pkd_time(ctx));
		return PKD_OK;
	}
	if (!self->has_told_damaged)
		pkd_log(ctx, PKD_LOG_WARNING, "a picture that is no whole JPEG is left out");
	self->has_told_damaged = true;
	return PKD_OK;
}

int net_mjpeg_packets_step(struct net_mjpeg_packets *self, const struct net_mjpeg_packets_in *in,
                           struct net_mjpeg_packets_out *out, struct pkd_ctx *ctx)
{
	int error = in->packet ? put(self, in->packet, ctx) : PKD_OK;

	take_live(self);
	if (error)
		return error;
	return net_serve_step(&self->serve, in->packet != NULL,
	                      &net_mjpeg_packets_get_state(ctx)->kept, out->served, ctx);
}

int net_mjpeg_packets_ready(struct net_mjpeg_packets *self, struct pkd_ctx *ctx)
{
	take_live(self);
	net_server_go(&self->serve.server, ctx);
	return PKD_OK;
}

void net_mjpeg_packets_finish(struct net_mjpeg_packets *self)
{
	net_server_close(&self->serve.server);
}

PKD_WATCHING_NODE(net_mjpeg_packets);
