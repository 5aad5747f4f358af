// image.inrange: which pixels have a colour of a range, as HSV.
#include <image/inrange.pkd.h>

#include <algorithm>
#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"

namespace
{

// Rows that are looked at together: what they are as HSV stays in the cache.
constexpr int n_rows = 64;

struct room {
	cv::Mat hsv, part;
};

void look(room *room, const cv::Mat &rows, int code, const struct image_inrange_params *params,
          cv::Mat mask)
{
	const cv::Scalar low(params->h_min, params->s_min, params->v_min);
	const cv::Scalar high(params->h_max, params->s_max, params->v_max);

	cv::cvtColor(rows, room->hsv, code);
	if (params->h_min <= params->h_max) {
		cv::inRange(room->hsv, low, high, mask);
		return;
	}
	cv::inRange(room->hsv, low, cv::Scalar(179, high[1], high[2]), mask);
	cv::inRange(room->hsv, cv::Scalar(0, low[1], low[2]), high, room->part);
	cv::bitwise_or(mask, room->part, mask);
}

} // namespace

struct image_inrange {
	const struct image_inrange_params *params; // all but FORMAT may change between steps
	int code;
	room *with;
};

int image_inrange_init(struct image_inrange *self, const struct image_inrange_params *params,
                       struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	if (params->FORMAT == PKD_GRAY8)
		return pkd_error(
			ctx, EINVAL,
			"frames of gray8 have no colours: image.threshold makes a mask of them");
	self->params = params;
	self->code = params->FORMAT == PKD_RGB24 || params->FORMAT == PKD_RGBA32
	                     ? cv::COLOR_RGB2HSV
	                     : cv::COLOR_BGR2HSV;
	self->with = new (std::nothrow) room;
	return self->with ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for the colours");
}

int image_inrange_step(struct image_inrange *self, const struct image_inrange_in *in,
                       struct image_inrange_out *out, struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make(out->mask, PKD_GRAY8, in->frame->width, in->frame->height, in->frame);
	return filter_fill(out->mask, "look at the colours", ctx, [&](cv::Mat &to) {
		const cv::Mat frame = mat_of(in->frame);

		for (int y = 0; y < frame.rows; y += n_rows) {
			const cv::Range rows(y, std::min(y + n_rows, frame.rows));

			look(self->with, frame.rowRange(rows), self->code, self->params,
			     to.rowRange(rows));
		}
	});
}

void image_inrange_finish(struct image_inrange *self)
{
	delete self->with;
}

PKD_NODE(image_inrange);
