// image.blur: cv::GaussianBlur, cv::blur and cv::medianBlur.
#include <image/blur.pkd.h>

#include <opencv2/imgproc.hpp>

#include "filter.hpp"

struct image_blur {
	const struct image_blur_params *params; // all but FORMAT may change between steps
};

int image_blur_init(struct image_blur *self, const struct image_blur_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	return filter_start(params->FORMAT, ctx);
}

int image_blur_step(struct image_blur *self, const struct image_blur_in *in,
                    struct image_blur_out *out, struct pkd_ctx *ctx)
{
	const struct image_blur_params *params = self->params;
	const int size = static_cast<int>(params->size | 1);
	const double sigma = static_cast<double>(params->sigma);

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "blur the frame", ctx, [&](cv::Mat &to) {
		const cv::Mat frame = mat_of(in->frame);

		if (params->kind == image_Blur_gaussian)
			cv::GaussianBlur(frame, to, {size, size}, sigma, sigma);
		else if (params->kind == image_Blur_box)
			cv::blur(frame, to, {size, size});
		else
			cv::medianBlur(frame, to, size);
	});
}

void image_blur_finish(struct image_blur *self)
{
	(void)self;
}

PKD_NODE(image_blur);
