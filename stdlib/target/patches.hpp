// Flat pieces of light at a pose, drawn as an ideal camera sees them: how much of a pixel a piece
// covers is how much of its light the pixel has. Pieces that touch leave no seam; where they lie on
// each other, their light adds up.
#ifndef PKD_TARGET_PATCHES_HPP
#define PKD_TARGET_PATCHES_HPP

#include <opencv2/core.hpp>
#include <vector>

#include "lens.h"

// A convex piece, its corners in metres in its own plane: x to the right, y down.
struct patch {
	cv::Point2d corners[4];
	cv::Vec3f light; // is added where it covers
};

struct placed {
	cv::Matx33d turn; // of the plane's axes into the camera's
	cv::Vec3d at;
};

// False where the quaternion is none, or a number is not finite.
bool placed_by(const double *position, const double *quaternion, placed *ret_placed);

// Adds it to a picture of CV_32FC3. `row` is room that is kept from call to call.
void patch_draw(cv::Mat &picture, const patch &patch, const placed &placed, const struct lens &lens,
                std::vector<double> &row);

#endif
