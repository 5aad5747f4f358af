// image.pad: cv::copyMakeBorder.
#include <image/pad.pkd.h>

#include <opencv2/imgproc.hpp>

#include "filter.hpp"

struct image_pad {
	const struct image_pad_params *params; // x, y and border may change between steps
	cv::Scalar colour;
};

namespace
{

int border_of(uint32_t border)
{
	switch (border) {
	case image_Border_replicate:
		return cv::BORDER_REPLICATE;
	case image_Border_reflect:
		return cv::BORDER_REFLECT;
	case image_Border_reflect_101:
		return cv::BORDER_REFLECT_101;
	case image_Border_wrap:
		return cv::BORDER_WRAP;
	default:
		return cv::BORDER_CONSTANT;
	}
}

} // namespace

int image_pad_init(struct image_pad *self, const struct image_pad_params *params,
                   struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	self->params = params;
	return error ? error : filter_colour(params->colour, params->FORMAT, &self->colour, ctx);
}

int image_pad_step(struct image_pad *self, const struct image_pad_in *in, struct image_pad_out *out,
                   struct pkd_ctx *ctx)
{
	const struct image_pad_params *params = self->params;
	const struct pkd_image *frame = in->frame;

	if (frame->width > params->W || frame->height > params->H)
		return pkd_error(ctx, EINVAL,
		                 "a frame of %u x %u does not fit into W: %u, H: %u: make these "
		                 "larger, or have image.scale before it",
		                 frame->width, frame->height, params->W, params->H);
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	const int across = static_cast<int>(params->W - frame->width);
	const int down = static_cast<int>(params->H - frame->height);
	const int left = cvRound(static_cast<double>(params->x) * across);
	const int above = cvRound(static_cast<double>(params->y) * down);

	filter_make(out->view, params->FORMAT, params->W, params->H, frame);
	return filter_fill(out->view, "pad the frame", ctx, [&](cv::Mat &to) {
		cv::copyMakeBorder(mat_of(frame), to, above, down - above, left, across - left,
		                   border_of(params->border), self->colour);
	});
}

void image_pad_finish(struct image_pad *self)
{
	(void)self;
}

PKD_NODE(image_pad);
