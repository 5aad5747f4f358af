// Where a flat thing is that is seen by its corners.
#ifndef PKD_TARGET_SQUARE_HPP
#define PKD_TARGET_SQUARE_HPP

#include <target/axes.pkd.h>
#include <target/pose.pkd.h>

#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "../video/calibration.hpp"
#include "rigid.hpp"

// As the language has it. The thing's own axes are OpenCV's: to its right, down, and into it.
struct target_Pose rigid_pose(const rigid &rigid, uint32_t axes);

// The two places of a thing, the likelier one first, with the error of each.
struct seen_square {
	rigid at[2];
	double errors[2];
};

// What the lens has done to places in a picture (pixels, the middle of the first one being 0, 0),
// undone: x / z and y / z of what is there. False where the lens can show nothing there.
bool square_undistort(const calibration &camera, const std::vector<cv::Point2d> &pixels,
                      std::vector<cv::Point2d> *ret_rays);

// Of a rectangle of this size, in metres; its corners are the bottom left one, then anticlockwise,
// in pixels as above. False where there is no such place. Throws as OpenCV does.
bool square_find(const calibration &camera, const std::array<cv::Point2d, 4> &corners, double width,
                 double height, seen_square *ret_square);

// Of the two errors, the smaller by the larger.
double square_ambiguity(const seen_square &square);

#endif
