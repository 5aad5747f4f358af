/* video.gop: packets from key frame to key frame. */
#include "packet.h"

#include <video/gop.pkd.h>

struct video_gop {
	const struct video_gop_params *params;
};

int video_gop_init(struct video_gop *self, const struct video_gop_params *params,
                   struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int video_gop_step(struct video_gop *self, const struct video_gop_in *in, struct video_gop_out *out,
                   struct pkd_ctx *ctx)
{
	struct video_gop_state *state = video_gop_get_state(ctx);
	struct media_gate gate = {.has_begun = state->has_begun,
	                          .waits = state->waits,
	                          .number = state->number,
	                          .session = state->session};
	enum media_passage passage = media_gate_take(&gate, in->packet);

	(void)self;
	state->has_begun = gate.has_begun;
	state->waits = gate.waits;
	state->number = gate.number;
	state->session = gate.session;
	if (passage == MEDIA_DROPPED) {
		video_gop_absent_whole(ctx);
		return PKD_OK;
	}
	media_packet_copy(out->whole, in->packet);
	if (passage == MEDIA_BEGINS)
		out->whole->discontinuity = in->packet->number > 1;
	return PKD_OK;
}

void video_gop_finish(struct video_gop *self)
{
	(void)self;
}

PKD_NODE(video_gop);
