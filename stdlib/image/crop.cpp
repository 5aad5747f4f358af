// image.crop: a copy of a part, whose edges are at whole pixels.
#include <image/crop.pkd.h>

#include <algorithm>
#include <cmath>

#include "filter.hpp"

struct image_crop {
	const struct image_crop_params *params; // x, y, w and h may change between steps
};

namespace
{

// The pixels from one fraction on to another: at least one of all n, even where the part is
// outside.
cv::Range pixels_of(double from, double length, uint32_t n)
{
	const double last = static_cast<double>(n) - 1;
	const int begin = cvRound(std::min(std::max(from * n, 0.), last));
	const int end = cvRound(std::min(std::max((from + length) * n, 0.), last + 1));

	return {begin, std::max(end, begin + 1)};
}

bool has_place(const struct detect_Box *box)
{
	const double right = static_cast<double>(box->x) + static_cast<double>(box->w);
	const double bottom = static_cast<double>(box->y) + static_cast<double>(box->h);

	return box->w > 0 && box->h > 0 && box->x < 1 && box->y < 1 && right > 0 && bottom > 0 &&
	       std::isfinite(right) && std::isfinite(bottom);
}

} // namespace

int image_crop_init(struct image_crop *self, const struct image_crop_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	return filter_start(params->FORMAT, ctx);
}

int image_crop_step(struct image_crop *self, const struct image_crop_in *in,
                    struct image_crop_out *out, struct pkd_ctx *ctx)
{
	const struct image_crop_params *params = self->params;
	struct detect_Box box = {params->x, params->y, params->w, params->h};

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (in->box && has_place(in->box))
		box = *in->box;
	const cv::Range x = pixels_of(static_cast<double>(box.x), static_cast<double>(box.w),
	                              in->frame->width);
	const cv::Range y = pixels_of(static_cast<double>(box.y), static_cast<double>(box.h),
	                              in->frame->height);

	filter_make(out->view, params->FORMAT, static_cast<uint32_t>(x.size()),
	            static_cast<uint32_t>(y.size()), in->frame);
	return filter_fill(out->view, "cut the frame", ctx,
	                   [&](cv::Mat &to) { mat_of(in->frame)(y, x).copyTo(to); });
}

void image_crop_finish(struct image_crop *self)
{
	(void)self;
}

PKD_NODE(image_crop);
