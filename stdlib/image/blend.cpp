// image.blend: a picture over a frame, by its weight and by that of a mask.
#include <image/blend.pkd.h>

#include <algorithm>
#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

// Rows that are made together: their weights stay in the cache.
constexpr int n_rows = 16;

struct weights {
	cv::Mat frame, over; // float, for each pixel
};

void blend_by_mask(weights *weights, const struct image_blend_in *in, double weight, cv::Mat &to)
{
	const cv::Mat frame = mat_of(in->frame), over = mat_of(in->over), mask = mat_of(in->mask);

	for (int y = 0; y < to.rows; y += n_rows) {
		const cv::Range rows(y, std::min(y + n_rows, to.rows));
		cv::Mat made = to.rowRange(rows);

		mask.rowRange(rows).convertTo(weights->over, CV_32F, weight / 255);
		mask.rowRange(rows).convertTo(weights->frame, CV_32F, -weight / 255, 1);
		cv::blendLinear(frame.rowRange(rows), over.rowRange(rows), weights->frame,
		                weights->over, made);
	}
}

} // namespace

struct image_blend {
	const struct image_blend_params *params; // weight may change between steps
	weights *with;
};

int image_blend_init(struct image_blend *self, const struct image_blend_params *params,
                     struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->with = new (std::nothrow) weights;
	return self->with ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for the weights");
}

int image_blend_step(struct image_blend *self, const struct image_blend_in *in,
                     struct image_blend_out *out, struct pkd_ctx *ctx)
{
	const double weight = static_cast<double>(self->params->weight);
	int error = PKD_OK;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (in->over)
		error = filter_same_size(in->frame, in->over, "over", ctx);
	if (!error && in->mask)
		error = filter_same_size(in->frame, in->mask, "mask", ctx);
	if (error)
		return error;
	filter_make_like(out->view, in->frame);
	return filter_fill(out->view, "blend the pictures", ctx, [&](cv::Mat &to) {
		if (!in->over)
			mat_of(in->frame).copyTo(to);
		else if (in->mask)
			blend_by_mask(self->with, in, weight, to);
		else
			cv::addWeighted(mat_of(in->frame), 1 - weight, mat_of(in->over), weight, 0,
			                to);
	});
}

void image_blend_finish(struct image_blend *self)
{
	delete self->with;
}

PKD_NODE(image_blend);
