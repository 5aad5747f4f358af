// image.flip: cv::flip.
#include <image/flip.pkd.h>

#include "filter.hpp"

struct image_flip {
	const struct image_flip_params *params; // flip may change between steps
};

int image_flip_init(struct image_flip *self, const struct image_flip_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	return filter_start(params->FORMAT, ctx);
}

int image_flip_step(struct image_flip *self, const struct image_flip_in *in,
                    struct image_flip_out *out, struct pkd_ctx *ctx)
{
	const uint32_t flip = self->params->flip;
	const int axes = flip == image_Flip_horizontal ? 1 : flip == image_Flip_vertical ? 0 : -1;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "flip the frame", ctx,
	                   [&](cv::Mat &to) { cv::flip(mat_of(in->frame), to, axes); });
}

void image_flip_finish(struct image_flip *self)
{
	(void)self;
}

PKD_NODE(image_flip);
