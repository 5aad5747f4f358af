// detect.lines: straight edges by LSD (R. Grompone von Gioi, J. Jakubowicz, J.-M. Morel and G.
// Randall, "LSD: a Fast Line Segment Detector with a False Detection Control", PAMI 2010).
#include <detect/lines.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <new>
#include <vector>

#include "../base/fraction.h"
#include "../base/gray.hpp"

namespace
{

struct finder {
	cv::Ptr<cv::LineSegmentDetector> detector;
	cv::Mat gray, small;
	std::vector<cv::Vec4f> segments; // x, y of both ends, pixels
};

float length_of(const cv::Vec4f &segment)
{
	return std::hypot(segment[2] - segment[0], segment[3] - segment[1]);
}

// What is looked at: the frame itself where it is small enough.
const cv::Mat reduce(finder *finder, const cv::Mat &gray, uint32_t size)
{
	const double scale = static_cast<double>(size) / std::max(gray.cols, gray.rows);

	if (scale >= 1)
		return gray;
	cv::resize(gray, finder->small,
	           cv::Size(std::max(1, cvRound(gray.cols * scale)),
	                    std::max(1, cvRound(gray.rows * scale))),
	           0, 0, cv::INTER_AREA);
	return finder->small;
}

// Of a place in pixels, counted from the middle of the first.
struct detect_Point place_of(float x, float y, const cv::Mat &seen)
{
	return {fraction_clamp((x + 0.5f) / static_cast<float>(seen.cols)),
	        fraction_clamp((y + 0.5f) / static_cast<float>(seen.rows))};
}

// LSD looks at pixels around each: of less there are no lines, and OpenCV fails.
constexpr int least_side = 8;

void find(finder *finder, const struct pkd_image *frame, const struct detect_lines_params *params,
          struct detect_lines_lines *ret_lines)
{
	const cv::Mat seen = reduce(finder, gray_of(frame, finder->gray), params->size);
	const float least = params->min_length * static_cast<float>(std::max(seen.cols, seen.rows));
	std::vector<cv::Vec4f> &segments = finder->segments;

	ret_lines->len = 0;
	segments.clear();
	if (std::min(seen.cols, seen.rows) < least_side)
		return;
	finder->detector->detect(seen, segments);
	std::stable_sort(
		segments.begin(), segments.end(),
		[](const cv::Vec4f &a, const cv::Vec4f &b) { return length_of(a) > length_of(b); });
	for (const cv::Vec4f &segment : segments) {
		if (ret_lines->len == std::size(ret_lines->items) || length_of(segment) < least)
			break;
		ret_lines->items[ret_lines->len++] = {place_of(segment[0], segment[1], seen),
		                                      place_of(segment[2], segment[3], seen)};
	}
}

} // namespace

struct detect_lines {
	const struct detect_lines_params *params; // min_length may change between steps
	finder *with;
};

int detect_lines_init(struct detect_lines *self, const struct detect_lines_params *params,
                      struct pkd_ctx *ctx)
try {
	const int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	cv::setNumThreads(1);
	self->params = params;
	self->with = new finder{cv::createLineSegmentDetector(cv::LSD_REFINE_STD), {}, {}, {}};
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "OpenCV's detector of lines cannot be made: %s",
	                 error.what());
}

int detect_lines_step(struct detect_lines *self, const struct detect_lines_in *in,
                      struct detect_lines_out *out, struct pkd_ctx *ctx)
try {
	if (pkd_wanted(ctx, 0))
		find(self->with, in->frame, self->params, out->lines);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot find lines: %s", error.what());
}

void detect_lines_finish(struct detect_lines *self)
{
	delete self->with;
}

PKD_NODE(detect_lines);
