// What a camera is like: its matrix and the distortion of its lens, as OpenCV has them.
#ifndef PKD_VIDEO_CALIBRATION_HPP
#define PKD_VIDEO_CALIBRATION_HPP

#include <pkd/node.h>

#include <opencv2/core.hpp>
#include <string>
#include <vector>

struct calibration {
	cv::Matx33d camera; // pixels; the middle of the first is 0, 0
	std::vector<double>
		distortion; // k1, k2, p1, p2, k3, … in OpenCV's order; of a fisheye k1 to k4
	bool is_fisheye;
	double width, height; // of the pictures that it was made from; 0: unknown
};

// Reads the text of a calibration file: of OpenCV (YAML, XML or JSON), ROS, PhotonVision or
// PeekingDuck. NULL, or what is wrong with it.
const char *calibration_read(const std::string &text, calibration *ret_calibration);

// Whether its numbers can be those of a camera: NULL, or what is wrong.
const char *calibration_wrong(const calibration &calibration);

// The same camera with pictures of another size. False where these have another shape.
bool calibration_scale(calibration *calibration, int width, int height);

// For init: the file at `path`, whose numbers may still be wrong. PKD_OK, or what pkd_error returns.
int calibration_load(const char *path, calibration *ret_calibration, struct pkd_ctx *ctx);

// The same, with numbers that can be those of a camera.
int calibration_take(const char *path, calibration *ret_calibration, struct pkd_ctx *ctx);

// The same, for frames of this size, which the parameters `width` and `height` tell, with `prefix`
// before their names. Where one is 0 it is what the file's shape makes it, where both are the
// camera stays that of the file.
int calibration_take_for(const char *path, uint32_t width, uint32_t height, const char *prefix,
                         calibration *ret_calibration, struct pkd_ctx *ctx);

#endif
