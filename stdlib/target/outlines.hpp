// What is white in a mask, as outlines through the middles of the outermost pixels, and what these
// measure.
#ifndef PKD_TARGET_OUTLINES_HPP
#define PKD_TARGET_OUTLINES_HPP

#include <pkd/node.h>

#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

using outline = std::vector<cv::Point>;

// Parameters are floats, and what is measured is not.
static inline double wide(float number)
{
	return static_cast<double>(number);
}

// One of them. Its holes count as white.
struct patch_seen {
	size_t index; // of the outline
	double area;  // pixels
	cv::Rect box; // of whole pixels
};

struct outlines {
	std::vector<outline> all;
	std::vector<patch_seen> seen; // those that are large enough, in OpenCV's order
	double mean_area;             // of all
};

// Finds them, and those that have `min_area` pixels or more and `speckle` times the mean. Throws as
// OpenCV does.
void outlines_find(outlines *found, const struct pkd_image *mask, double min_area, double speckle);

// A strip by the moments of its outline: exact to a fraction of a pixel, where it is a rectangle.
struct strip {
	double x, y;            // its middle
	double length, breadth; // pixels
	double tilt; // how far it leans to the right of upright, in degrees, from -90 to 90; of a square, any
};

// False where it has no area but a line's.
bool strip_of(const outline &points, double area, strip *ret_strip);

#endif
