// Turns and places in space, and the two ways of axes.
#ifndef PKD_TARGET_RIGID_HPP
#define PKD_TARGET_RIGID_HPP

#include <opencv2/core.hpp>

// What is at p of a thing is at turn * p + place of the camera.
struct rigid {
	cv::Matx33d turn;
	cv::Vec3d place;
};

static inline rigid inverse(const rigid &of)
{
	return {of.turn.t(), of.turn.t() * of.place * -1.0};
}

static inline rigid operator*(const rigid &a, const rigid &b)
{
	return {a.turn * b.turn, a.turn * b.place + a.place};
}

// Of a quaternion of any length but 0.
static inline cv::Matx33d rigid_turn(double w, double x, double y, double z)
{
	const double s = 2 / (w * w + x * x + y * y + z * z);

	return {1 - s * (y * y + z * z), s * (x * y - w * z),     s * (x * z + w * y),
	        s * (x * y + w * z),     1 - s * (x * x + z * z), s * (y * z - w * x),
	        s * (x * z - w * y),     s * (y * z + w * x),     1 - s * (x * x + y * y)};
}

// OpenCV's axes of a camera (x to the right, y down, z forward) in WPILib's (x forward, y to the
// left, z up).
static inline cv::Matx33d camera_axes()
{
	return {0, 0, 1, -1, 0, 0, 0, -1, 0};
}

// OpenCV's axes of a thing (x to the right of who looks at it, y down, z into it) in WPILib's (x out
// of it, y to the right, z up).
static inline cv::Matx33d thing_axes()
{
	return {0, 0, -1, 1, 0, 0, 0, -1, 0};
}

#endif
