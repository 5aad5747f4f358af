// image.undistort: the maps of cv::undistort, made once for each size of frames.
#include <image/undistort.pkd.h>

#include <cmath>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>

#include "../video/calibration.hpp"
#include "filter.hpp"

namespace
{

struct lens {
	calibration given;
	cv::Mat places, fractions; // of the pixels of a picture, as cv::remap takes them
};

// ---- What was given ----

calibration calibration_of(const struct image_undistort_params *params)
{
	calibration made = {};

	made.camera = {params->fx, 0, params->cx, 0, params->fy > 0 ? params->fy : params->fx,
	               params->cy, 0, 0,          1};
	made.is_fisheye = params->fisheye;
	if (params->fisheye)
		made.distortion = {params->k1, params->k2, params->k3, params->k4};
	else
		made.distortion = {params->k1, params->k2, params->p1, params->p2,
		                   params->k3, params->k4, params->k5, params->k6};
	return made;
}

int take(const struct image_undistort_params *params, calibration *ret_calibration,
         struct pkd_ctx *ctx)
{
	const bool has_file = params->calibration[0] != '\0';

	if (has_file == (params->fx > 0))
		return pkd_error(ctx, EINVAL,
		                 "the camera is told by a file, `calibration`, or by `fx` and the "
		                 "other numbers: write one of them");
	if (has_file) {
		const int error = calibration_load(params->calibration, ret_calibration, ctx);

		if (error)
			return error;
	} else {
		*ret_calibration = calibration_of(params);
	}
	ret_calibration->is_fisheye = ret_calibration->is_fisheye || params->fisheye;
	if (params->width > 0 && params->height > 0) {
		ret_calibration->width = params->width;
		ret_calibration->height = params->height;
	}
	const char *wrong = calibration_wrong(*ret_calibration);

	if (wrong)
		return pkd_error(ctx, EINVAL, "the calibration%s%s cannot be: %s",
		                 has_file ? " of " : "", params->calibration, wrong);
	return PKD_OK;
}

// ---- The maps ----

bool is_finite(const cv::Matx33d &matrix)
{
	for (const double number : matrix.val)
		if (!std::isfinite(number))
			return false;
	return matrix(0, 0) > 0 && matrix(1, 1) > 0;
}

// The camera that could have taken the picture without a lens' distortion. Of a picture that is a
// pixel wide there is nothing to fit.
cv::Matx33d new_camera(const calibration &camera, cv::Size size, double alpha)
{
	cv::Matx33d made = camera.camera;

	if (alpha < 0 || size.width < 2 || size.height < 2)
		return made;
	if (camera.is_fisheye)
		cv::fisheye::estimateNewCameraMatrixForUndistortRectify(
			camera.camera, camera.distortion, size, cv::Matx33d::eye(), made, alpha);
	else
		made = cv::getOptimalNewCameraMatrix(camera.camera, camera.distortion, size, alpha);
	return made;
}

int make_maps(lens *lens, const struct image_undistort_params *params, cv::Size size,
              struct pkd_ctx *ctx)
{
	calibration camera = lens->given;

	if (!calibration_scale(&camera, size.width, size.height))
		return pkd_error(
			ctx, EINVAL,
			"the frames are %dx%d, and the camera was calibrated with %.0fx%.0f, which "
			"is of another shape: have image.crop before it make them of one",
			size.width, size.height, lens->given.width, lens->given.height);
	if (params->calibration[0] == '\0' && params->cx < 0)
		camera.camera(0, 2) = (size.width - 1) / 2.0;
	if (params->calibration[0] == '\0' && params->cy < 0)
		camera.camera(1, 2) = (size.height - 1) / 2.0;
	const cv::Matx33d made = new_camera(camera, size, static_cast<double>(params->alpha));

	if (!is_finite(made))
		return pkd_error(
			ctx, EINVAL,
			"no picture without distortion fits this one: the numbers are of another "
			"camera, or `alpha` has to be -1");
	if (camera.is_fisheye)
		cv::fisheye::initUndistortRectifyMap(camera.camera, camera.distortion,
		                                     cv::Matx33d::eye(), made, size, CV_16SC2,
		                                     lens->places, lens->fractions);
	else
		cv::initUndistortRectifyMap(camera.camera, camera.distortion, cv::noArray(), made,
		                            size, CV_16SC2, lens->places, lens->fractions);
	return PKD_OK;
}

} // namespace

struct image_undistort {
	const struct image_undistort_params *params;
	lens *with;
};

int image_undistort_init(struct image_undistort *self, const struct image_undistort_params *params,
                         struct pkd_ctx *ctx)
try {
	const int error = filter_start(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->with = new lens{};
	return take(params, &self->with->given, ctx);
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the calibration cannot be read: %s", error.what());
}

int image_undistort_step(struct image_undistort *self, const struct image_undistort_in *in,
                         struct image_undistort_out *out, struct pkd_ctx *ctx)
{
	const cv::Size size(static_cast<int>(in->frame->width),
	                    static_cast<int>(in->frame->height));
	int error = PKD_OK;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make_like(out->view, in->frame);
	const int filled = filter_fill(out->view, "undistort the frame", ctx, [&](cv::Mat &to) {
		if (self->with->places.size() != size)
			error = make_maps(self->with, self->params, size, ctx);
		if (!error)
			cv::remap(mat_of(in->frame), to, self->with->places, self->with->fractions,
			          cv::INTER_LINEAR, cv::BORDER_CONSTANT);
	});
	return error ? error : filled;
}

void image_undistort_finish(struct image_undistort *self)
{
	delete self->with;
}

PKD_NODE(image_undistort);
