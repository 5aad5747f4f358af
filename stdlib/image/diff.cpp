// image.diff: how much two frames differ in each pixel.
#include <image/diff.pkd.h>

#include <new>

#include "../base/gray.hpp"
#include "filter.hpp"

namespace
{

// Of colours, the difference of each channel becomes gray as a frame does.
void compare(const struct image_diff_in *in, cv::Mat *room, uint32_t threshold, cv::Mat &to)
{
	gray_way way = {1, -1};

	gray_way_of(in->frame->format, &way);
	cv::absdiff(mat_of(in->frame), mat_of(in->other), way.code < 0 ? to : *room);
	if (way.code >= 0)
		cv::cvtColor(*room, to, way.code);
	if (threshold > 0)
		cv::threshold(to, to, threshold, 255, cv::THRESH_BINARY);
}

} // namespace

struct image_diff {
	const struct image_diff_params *params; // threshold may change between steps
	cv::Mat *room;
};

int image_diff_init(struct image_diff *self, const struct image_diff_params *params,
                    struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->room = new (std::nothrow) cv::Mat;
	return self->room ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for the differences");
}

int image_diff_step(struct image_diff *self, const struct image_diff_in *in,
                    struct image_diff_out *out, struct pkd_ctx *ctx)
{
	int error;

	if (!in->other || !pkd_wanted(ctx, 0)) {
		image_diff_absent_mask(ctx);
		return PKD_OK;
	}
	error = filter_same_size(in->frame, in->other, "other", ctx);
	if (error)
		return error;
	filter_make(out->mask, PKD_GRAY8, in->frame->width, in->frame->height, in->frame);
	return filter_fill(out->mask, "compare the frames", ctx, [&](cv::Mat &to) {
		compare(in, self->room, self->params->threshold, to);
	});
}

void image_diff_finish(struct image_diff *self)
{
	delete self->room;
}

PKD_NODE(image_diff);
