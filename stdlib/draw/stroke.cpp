// See stroke.h.
#include "stroke.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "../base/mat.hpp"

namespace
{

// Beyond, OpenCV's whole numbers could overflow: fractions are cut at so many frames from the
// first.
constexpr float far = 4;
// It takes places in 1/16 of a pixel.
constexpr int shift = 4;

bool point_of(const pkd_image *image, const draw_place &place, cv::Point *ret_point)
{
	if (!std::isfinite(place.x) || !std::isfinite(place.y))
		return false;
	const float x = std::fmin(std::fmax(place.x, -far), far) * static_cast<float>(image->width);
	const float y = std::fmin(std::fmax(place.y, -far), far) *
	                static_cast<float>(image->height);

	// OpenCV's 0 is the middle of the first pixel.
	*ret_point = {cvRound((x - 0.5f) * (1 << shift)), cvRound((y - 0.5f) * (1 << shift))};
	return true;
}

cv::Scalar scalar(struct colour colour)
{
	return {static_cast<double>(colour.blue), static_cast<double>(colour.green),
	        static_cast<double>(colour.red)};
}

// A darker shade of the colour.
struct colour edge_of(struct colour colour)
{
	return {static_cast<uint8_t>(colour.red / 5), static_cast<uint8_t>(colour.green / 5),
	        static_cast<uint8_t>(colour.blue / 5)};
}

int32_t edge_width(int32_t thickness)
{
	return (thickness + 2) / 3;
}

void stroke(pkd_image *image, const draw_place *places, uint32_t n, bool closed, int32_t thickness,
            struct colour colour)
{
	cv::Mat view = mat_of(image);

	for (uint32_t i = 0; i + 1 < n || (closed && i < n); i++) {
		cv::Point from, to;

		if (point_of(image, places[i], &from) && point_of(image, places[(i + 1) % n], &to))
			cv::line(view, from, to, scalar(colour), thickness, cv::LINE_AA, shift);
	}
}

} // namespace

bool draw_stroke(struct pkd_image *image, const struct draw_place *places, uint32_t n, bool closed,
                 int32_t thickness, struct colour colour)
try {
	stroke(image, places, n, closed, thickness, colour);
	return true;
} catch (...) {
	return false;
}

bool draw_stroke_edged(struct pkd_image *image, const struct draw_place *places, uint32_t n,
                       bool closed, int32_t thickness, struct colour colour)
try {
	stroke(image, places, n, closed, thickness + 2 * edge_width(thickness), edge_of(colour));
	stroke(image, places, n, closed, thickness, colour);
	return true;
} catch (...) {
	return false;
}

bool draw_dot(struct pkd_image *image, struct draw_place place, int32_t size, struct colour colour)
try {
	cv::Mat view = mat_of(image);
	cv::Point at;

	if (!point_of(image, place, &at))
		return true;
	cv::circle(view, at, (size + 2 * edge_width(size / 3)) << (shift - 1),
	           scalar(edge_of(colour)), cv::FILLED, cv::LINE_AA, shift);
	cv::circle(view, at, size << (shift - 1), scalar(colour), cv::FILLED, cv::LINE_AA, shift);
	return true;
} catch (...) {
	return false;
}

bool draw_area(struct pkd_image *image, const struct draw_place *places, uint32_t n,
               struct colour colour, float share, uint8_t *room)
try {
	cv::Mat view = mat_of(image);
	cv::Mat filled = mat_over(room, image->width, image->height, image->width * 3, 3);
	cv::Point corners[DRAW_MOST_CORNERS];
	const cv::Point *first = corners;
	const int n_corners = static_cast<int>(std::min(n, uint32_t{DRAW_MOST_CORNERS}));
	const double weight = static_cast<double>(std::fmin(std::fmax(share, 0.0f), 1.0f));
	int left = INT32_MAX, right = INT32_MIN, top = INT32_MAX, bottom = INT32_MIN;

	for (int i = 0; i < n_corners; i++) {
		if (!point_of(image, places[i], &corners[i]))
			return true;
		left = std::min(left, (corners[i].x >> shift) - 1);
		right = std::max(right, (corners[i].x >> shift) + 2);
		top = std::min(top, (corners[i].y >> shift) - 1);
		bottom = std::max(bottom, (corners[i].y >> shift) + 2);
	}
	const cv::Rect where = cv::Rect(cv::Point(left, top), cv::Point(right + 1, bottom + 1)) &
	                       cv::Rect(0, 0, view.cols, view.rows);

	if (n_corners < 3 || where.empty())
		return true;
	cv::Mat part = view(where);

	part.copyTo(filled(where));
	cv::fillPoly(filled, &first, &n_corners, 1, scalar(colour), cv::LINE_AA, shift);
	cv::addWeighted(filled(where), weight, part, 1 - weight, 0, part);
	return true;
} catch (...) {
	return false;
}
