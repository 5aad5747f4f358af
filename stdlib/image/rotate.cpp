// image.rotate: cv::rotate for quarter turns, whose pixels stay what they are, else cv::warpAffine.
#include <image/rotate.pkd.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"
#include "fit.hpp"

struct image_rotate {
	const struct image_rotate_params
		*params; // angle and interpolation may change between steps
	cv::Scalar colour;
};

namespace
{

// 0 to 3, clockwise; -1 for an angle between.
int quarters_of(float angle)
{
	const float turns = angle / 90;

	return turns == std::floor(turns) ? (static_cast<int>(turns) + 8) % 4 : -1;
}

// The middle of `whole`, as large as `size` has room in it.
cv::Rect middle_of(cv::Size whole, cv::Size size)
{
	return fit_middle(whole, size.width, size.height);
}

// What becomes a part of the turned frame.
cv::Rect before_turn(const cv::Rect &part, cv::Size frame, int quarters)
{
	switch (quarters) {
	case 1:
		return {part.y, frame.height - part.br().x, part.height, part.width};
	case 2:
		return {frame.width - part.br().x, frame.height - part.br().y, part.width,
		        part.height};
	case 3:
		return {frame.width - part.br().y, part.x, part.height, part.width};
	default:
		return part;
	}
}

void turn(const cv::Mat &frame, cv::Mat &to, int quarters, const cv::Scalar &colour)
{
	static const int codes[] = {0, cv::ROTATE_90_CLOCKWISE, cv::ROTATE_180,
	                            cv::ROTATE_90_COUNTERCLOCKWISE};
	const cv::Size turned = quarters % 2 ? cv::Size(frame.rows, frame.cols) : frame.size();
	const cv::Rect from = middle_of(turned, to.size()), place = middle_of(to.size(), turned);
	const cv::Mat source = frame(before_turn(from, frame.size(), quarters));
	cv::Mat part = to(place);
	const uint8_t *data = part.data;

	if (quarters == 0)
		source.copyTo(part);
	else
		cv::rotate(source, part, codes[quarters]);
	CV_Assert(part.data == data);
	fit_fill_around(to, {{}, to.size()}, place, colour);
}

// Middle to middle; OpenCV's places are those of pixels' middles, and its angles go the other way.
cv::Mat matrix_of(cv::Size frame, cv::Size view, double angle)
{
	const cv::Point2f middle((static_cast<float>(frame.width) - 1) / 2,
	                         (static_cast<float>(frame.height) - 1) / 2);
	cv::Mat matrix = cv::getRotationMatrix2D(middle, -angle, 1);

	matrix.at<double>(0, 2) += (view.width - frame.width) / 2.;
	matrix.at<double>(1, 2) += (view.height - frame.height) / 2.;
	return matrix;
}

int interpolation_of(uint32_t kind)
{
	if (kind == image_Interpolation_auto || kind == image_Interpolation_area)
		return cv::INTER_LINEAR;
	return fit_interpolation(kind, {}, {});
}

} // namespace

int image_rotate_init(struct image_rotate *self, const struct image_rotate_params *params,
                      struct pkd_ctx *ctx)
{
	const int error = filter_start(params->FORMAT, ctx);

	self->params = params;
	return error ? error : filter_colour(params->colour, params->FORMAT, &self->colour, ctx);
}

int image_rotate_step(struct image_rotate *self, const struct image_rotate_in *in,
                      struct image_rotate_out *out, struct pkd_ctx *ctx)
{
	const struct image_rotate_params *params = self->params;
	const int quarters = quarters_of(params->angle);

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make(out->view, params->FORMAT, params->W, params->H, in->frame);
	if (quarters % 2 == 1)
		std::swap(out->view->pixel_width, out->view->pixel_height);
	return filter_fill(out->view, "turn the frame", ctx, [&](cv::Mat &to) {
		const cv::Mat frame = mat_of(in->frame);

		if (quarters >= 0)
			turn(frame, to, quarters, self->colour);
		else
			cv::warpAffine(frame, to,
			               matrix_of(frame.size(), to.size(),
			                         static_cast<double>(params->angle)),
			               to.size(), interpolation_of(params->interpolation),
			               cv::BORDER_CONSTANT, self->colour);
	});
}

void image_rotate_finish(struct image_rotate *self)
{
	(void)self;
}

PKD_NODE(image_rotate);
