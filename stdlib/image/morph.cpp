// image.morph: morphology by OpenCV.
#include <image/morph.pkd.h>

#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

constexpr int operations[] = {cv::MORPH_OPEN, cv::MORPH_CLOSE, cv::MORPH_ERODE, cv::MORPH_DILATE,
                              cv::MORPH_GRADIENT};
constexpr int elements[] = {cv::MORPH_RECT, cv::MORPH_ELLIPSE, cv::MORPH_CROSS};

int make_element(cv::Mat *ret_element, const struct image_morph_params *params, struct pkd_ctx *ctx)
try {
	const int size = static_cast<int>(params->size | 1);

	*ret_element = cv::getStructuringElement(elements[params->element], cv::Size(size, size));
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "OpenCV cannot make the surroundings: %s", error.what());
}

} // namespace

struct image_morph {
	const struct image_morph_params *params; // all but FORMAT may change between steps
	cv::Mat *element;
};

int image_morph_init(struct image_morph *self, const struct image_morph_params *params,
                     struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->element = new (std::nothrow) cv::Mat;
	if (!self->element)
		return pkd_error(ctx, ENOMEM, "no memory for the surroundings");
	return make_element(self->element, params, ctx);
}

int image_morph_changed(struct image_morph *self, const struct image_morph_params *params,
                        struct pkd_ctx *ctx)
{
	return make_element(self->element, params, ctx);
}

int image_morph_step(struct image_morph *self, const struct image_morph_in *in,
                     struct image_morph_out *out, struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "change the shapes", ctx, [&](cv::Mat &to) {
		cv::morphologyEx(mat_of(in->frame), to, operations[self->params->operation],
		                 *self->element, cv::Point(-1, -1),
		                 static_cast<int>(self->params->times));
	});
}

void image_morph_finish(struct image_morph *self)
{
	delete self->element;
}

PKD_LIVE_NODE(image_morph);
