// image.threshold: cv::threshold and cv::adaptiveThreshold of the brightness.
#include <image/threshold.pkd.h>

#include <new>
#include <opencv2/imgproc.hpp>

#include "../base/gray.hpp"
#include "filter.hpp"

struct image_threshold {
	const struct image_threshold_params *params; // all but FORMAT may change between steps
	cv::Mat *gray;                               // of a frame with colours
};

int image_threshold_init(struct image_threshold *self, const struct image_threshold_params *params,
                         struct pkd_ctx *ctx)
{
	const int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	cv::setNumThreads(1);
	self->params = params;
	self->gray = new (std::nothrow) cv::Mat;
	return self->gray ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for a gray frame");
}

int image_threshold_step(struct image_threshold *self, const struct image_threshold_in *in,
                         struct image_threshold_out *out, struct pkd_ctx *ctx)
{
	const struct image_threshold_params *params = self->params;
	const int kind = params->dark ? cv::THRESH_BINARY_INV : cv::THRESH_BINARY;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make(out->mask, PKD_GRAY8, in->frame->width, in->frame->height, in->frame);
	out->mask->range = PKD_FULL;
	return filter_fill(out->mask, "compare the frame's brightness", ctx, [&](cv::Mat &to) {
		const cv::Mat gray = gray_of(in->frame, *self->gray);

		if (params->kind == image_Threshold_adaptive)
			cv::adaptiveThreshold(gray, to, 255, cv::ADAPTIVE_THRESH_MEAN_C, kind,
			                      static_cast<int>(params->size | 1),
			                      static_cast<double>(params->offset));
		else if (params->kind == image_Threshold_otsu)
			cv::threshold(gray, to, 0, 255, kind | cv::THRESH_OTSU);
		else
			cv::threshold(gray, to, params->value, 255, kind);
	});
}

void image_threshold_finish(struct image_threshold *self)
{
	delete self->gray;
}

PKD_NODE(image_threshold);
