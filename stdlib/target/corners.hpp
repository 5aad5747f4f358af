// The four corners of what is seen as an outline, to a fraction of a pixel.
#ifndef PKD_TARGET_CORNERS_HPP
#define PKD_TARGET_CORNERS_HPP

#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "outlines.hpp"

using four_corners = std::array<cv::Point2d, 4>;

// Room that is kept from call to call.
struct corners_room {
	outline hull, rough;
};

// Those of a convex hull that has four, as lines along its sides meet; pixels, the middle of the
// first one being 0, 0; bottom left first (the one with the largest y - x), then anticlockwise as
// seen. The outlines are that of the thing, or of its two halves. False where it has not four.
bool corners_find(corners_room *room, const outline *const *outlines, size_t n_outlines,
                  four_corners *ret_corners);

// Those of a rectangle, in the same order.
four_corners corners_of(const cv::RotatedRect &around);

#endif
