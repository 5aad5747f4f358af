// The camera of a node that finds things in pictures, as one without distortion: by the file of a
// calibration, or by what parameters say.
#ifndef PKD_TARGET_STRAIGHT_HPP
#define PKD_TARGET_STRAIGHT_HPP

#include <pkd/node.h>

#include <vector>

#include "lens.h"
#include "square.hpp"

struct straight {
	bool has_file = false;
	calibration given, scaled; // as the file says, and for frames of this size
	cv::Size size;
	struct lens lens; // the camera without distortion
	std::vector<cv::Point2d> rays;
};

// For init: "" is no file. PKD_OK, or what pkd_error returns.
static inline int straight_take(straight *camera, const char *path, struct pkd_ctx *ctx)
{
	camera->has_file = path[0] != '\0';
	return camera->has_file ? calibration_take(path, &camera->given, ctx) : PKD_OK;
}

// For each frame; `lens` is that of the parameters, which counts where there is no file.
static inline int straight_set(straight *camera, const struct pkd_image *frame,
                               const struct lens &lens, struct pkd_ctx *ctx)
{
	const cv::Size size(static_cast<int>(frame->width), static_cast<int>(frame->height));

	if (!camera->has_file) {
		camera->lens = lens;
		return PKD_OK;
	}
	if (camera->size == size)
		return PKD_OK;
	camera->scaled = camera->given;
	if (!calibration_scale(&camera->scaled, size.width, size.height))
		return pkd_error(
			ctx, EINVAL,
			"the frames are %dx%d, and the camera was calibrated with %.0fx%.0f, which "
			"is of another shape: have image.crop before it make them of one",
			size.width, size.height, camera->given.width, camera->given.height);
	camera->size = size;
	const cv::Matx33d &own = camera->scaled.camera;

	camera->lens = {own(0, 0), own(0, 2), own(1, 2)};
	return PKD_OK;
}

// Where the camera without distortion would see what is at a pixel; the same place where the lens
// can show nothing there. Throws as OpenCV does.
static inline cv::Point2d straight_pixel(straight *camera, const cv::Point2d &at)
{
	const struct lens &lens = camera->lens;

	if (!camera->has_file || !square_undistort(camera->scaled, {at}, &camera->rays))
		return at;
	return {lens.cx + lens.f * camera->rays[0].x, lens.cy + lens.f * camera->rays[0].y};
}

#endif
