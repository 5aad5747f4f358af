// image.mosaic: the whole frame in blocks, each the mean of its pixels.
#include <image/mosaic.pkd.h>

#include <algorithm>
#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

// So many blocks across and down: along the longer side those that are wanted, of about a square
// each.
cv::Size blocks_of(const cv::Mat &frame, uint32_t wanted)
{
	const double size =
		std::max(1.0, static_cast<double>(std::max(frame.cols, frame.rows)) / wanted);

	return cv::Size(std::max(1, cvRound(frame.cols / size)),
	                std::max(1, cvRound(frame.rows / size)));
}

} // namespace

struct image_mosaic {
	const struct image_mosaic_params *params; // blocks may change between steps
	cv::Mat *small;
};

int image_mosaic_init(struct image_mosaic *self, const struct image_mosaic_params *params,
                      struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->small = new (std::nothrow) cv::Mat;
	return self->small ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for the blocks");
}

int image_mosaic_step(struct image_mosaic *self, const struct image_mosaic_in *in,
                      struct image_mosaic_out *out, struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "make the blocks", ctx, [&](cv::Mat &to) {
		const cv::Mat frame = mat_of(in->frame);

		cv::resize(frame, *self->small, blocks_of(frame, self->params->blocks), 0, 0,
		           cv::INTER_AREA);
		cv::resize(*self->small, to, to.size(), 0, 0, cv::INTER_NEAREST);
	});
}

void image_mosaic_finish(struct image_mosaic *self)
{
	delete self->small;
}

PKD_NODE(image_mosaic);
