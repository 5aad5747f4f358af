// video.calibration: what the reader has read, as the language has it.
#include <video/calibration.pkd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "calibration.hpp"

struct video_calibration {
	struct video_Calibration made;
};

namespace
{

int fill(const calibration &from, const char *path, struct video_Calibration *to,
         struct pkd_ctx *ctx)
{
	const auto last = std::find_if(from.distortion.rbegin(), from.distortion.rend(),
	                               [](double k) { return k != 0; });
	const auto n = static_cast<size_t>(from.distortion.rend() - last);

	if (n > std::size(to->k))
		return pkd_error(
			ctx, EINVAL,
			"the lens of '%s' has %zu numbers of distortion, and there is room "
			"for %zu: calibrate it by a smaller model",
			path, n, std::size(to->k));
	to->width = static_cast<uint32_t>(from.width);
	to->height = static_cast<uint32_t>(from.height);
	to->fx = from.camera(0, 0);
	to->fy = from.camera(1, 1);
	to->cx = from.camera(0, 2);
	to->cy = from.camera(1, 2);
	to->model = from.is_fisheye ? video_LensModel_fisheye
	            : n > 5         ? video_LensModel_brown8
	                            : video_LensModel_brown5;
	std::copy_n(from.distortion.begin(), n, to->k);
	return PKD_OK;
}

} // namespace

int video_calibration_init(struct video_calibration *self,
                           const struct video_calibration_params *params, struct pkd_ctx *ctx)
try {
	calibration read;
	const int error = calibration_take_for(params->path, params->width, params->height, "",
	                                       &read, ctx);

	if (error)
		return error;
	return fill(read, params->path, &self->made, ctx);
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the calibration cannot be read: %s", error.what());
}

int video_calibration_step(struct video_calibration *self, const struct video_calibration_in *,
                           struct video_calibration_out *out, struct pkd_ctx *)
{
	*out->calibration = self->made;
	return PKD_END;
}

void video_calibration_finish(struct video_calibration *)
{
}

PKD_NODE(video_calibration);
