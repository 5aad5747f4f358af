// The camera of a node that is given places as fractions of a frame, and no frame.
#ifndef PKD_TARGET_CAMERA_HPP
#define PKD_TARGET_CAMERA_HPP

#include <detect/shape.pkd.h>
#include <pkd/node.h>

#include "../video/calibration.hpp"

// In pixels, the middle of the first one being 0, 0.
static inline cv::Point2d camera_pixel(const calibration &camera, const struct detect_Point &at)
{
	return {static_cast<double>(at.x) * camera.width - 0.5,
	        static_cast<double>(at.y) * camera.height - 0.5};
}

#endif
