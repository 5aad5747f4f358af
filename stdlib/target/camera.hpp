// The camera of a node that is given places as fractions of a frame, and no frame.
#ifndef PKD_TARGET_CAMERA_HPP
#define PKD_TARGET_CAMERA_HPP

#include <detect/shape.pkd.h>
#include <pkd/node.h>

#include "../video/calibration.hpp"

// For init: the calibration of the file, for frames of this size; 0: of that which the file says.
// PKD_OK, or what pkd_error returns.
static inline int camera_take(const char *path, uint32_t width, uint32_t height,
                              calibration *ret_camera, struct pkd_ctx *ctx)
{
	const int error = calibration_take(path, ret_camera, ctx);

	if (error)
		return error;
	if (width > 0 && height > 0) {
		const calibration given = *ret_camera;

		if (calibration_scale(ret_camera, static_cast<int>(width),
		                      static_cast<int>(height)))
			return PKD_OK;
		return pkd_error(ctx, EINVAL,
		                 "the frames are %ux%u, and the camera of '%s' was calibrated with "
		                 "%.0fx%.0f, which is of another shape",
		                 width, height, path, given.width, given.height);
	}
	if (ret_camera->width > 0 && ret_camera->height > 0)
		return PKD_OK;
	return pkd_error(ctx, EINVAL,
	                 "'%s' does not say how large its pictures were: write `frame_width` and "
	                 "`frame_height`",
	                 path);
}

// In pixels, the middle of the first one being 0, 0.
static inline cv::Point2d camera_pixel(const calibration &camera, const struct detect_Point &at)
{
	return {static_cast<double>(at.x) * camera.width - 0.5,
	        static_cast<double>(at.y) * camera.height - 0.5};
}

#endif
