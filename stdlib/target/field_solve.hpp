// Where a field is whose tags a camera sees: all are solved together.
#ifndef PKD_TARGET_FIELD_SOLVE_HPP
#define PKD_TARGET_FIELD_SOLVE_HPP

#include <array>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "square.hpp"

// Of more tags the largest count: leaving out one after the other takes the cube of their number.
constexpr size_t field_most_sights = 16;

// A tag of the frame that is on the field.
struct field_sight {
	rigid at;                          // on the field, by WPILib's axes
	std::array<cv::Point3d, 4> places; // of its corners on the field, bottom left first
	std::vector<cv::Point2d> rays;     // of these, as the camera sees them
	seen_square square;                // the tag by itself
	double length;                     // across, in pixels
};

// Where the field is, as the camera sees it (OpenCV's axes), and how well that fits.
struct field_guess {
	rigid field;
	double error = std::numeric_limits<double>::infinity(); // pixels, RMS
};

// A tag of this size with these corners in a frame (pixels, the middle of the first one being 0,
// 0). False where they can be nowhere.
bool field_see(const calibration &camera, const rigid &at,
               const std::array<cv::Point2d, 4> &corners, double size, field_sight *ret_sight);

// The pose on which the tags agree, `max_error` being the most; its error is infinite where there
// is none. Of three and more one that does not fit is left out, and then the next; which of two is
// wrong nobody knows. A single one must not be more ambiguous than that.
field_guess field_agree(const calibration &camera, std::vector<field_sight> *sights,
                        double max_ambiguity, double max_error);

#endif
