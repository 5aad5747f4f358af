// target.pnp: a pose for each target, from its corners. See square.hpp.
#include <target/pnp.pkd.h>

#include <cerrno>
#include <memory>

#include "camera.hpp"
#include "square.hpp"

struct target_pnp {
	const struct target_pnp_params *params; // some may change between steps
	calibration *camera;
};

namespace
{

bool place(const struct target_pnp *self, const struct target_Target &target,
           struct target_Placed *ret_placed)
{
	std::array<cv::Point2d, 4> corners;
	seen_square square;

	for (size_t i = 0; i < 4; i++)
		corners[i] = camera_pixel(*self->camera, target.corners[i]);
	if (!square_find(*self->camera, corners, self->params->width, self->params->height,
	                 &square))
		return false;
	ret_placed->id = target.id;
	ret_placed->pose = rigid_pose(square.at[0], self->params->axes);
	ret_placed->other = rigid_pose(square.at[1], self->params->axes);
	ret_placed->ambiguity = static_cast<float>(square_ambiguity(square));
	return true;
}

} // namespace

int target_pnp_init(struct target_pnp *self, const struct target_pnp_params *params,
                    struct pkd_ctx *ctx)
try {
	auto camera = std::make_unique<calibration>();
	const int error = calibration_take_for(params->calibration, params->frame_width,
	                                       params->frame_height, "frame_", camera.get(), ctx);

	cv::setNumThreads(1);
	self->params = params;
	if (!error)
		self->camera = camera.release();
	return error;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the calibration cannot be read: %s", error.what());
}

int target_pnp_step(struct target_pnp *self, const struct target_pnp_in *in,
                    struct target_pnp_out *out, struct pkd_ctx *ctx)
try {
	const uint32_t n = pkd_length(&in->targets->len, self->params->N);

	for (uint32_t i = 0; i < n; i++)
		if (place(self, in->targets->items[i], &out->places->items[out->places->len]))
			out->places->len++;
	if (out->places->len > 0 && out->places->items[0].ambiguity <= self->params->max_ambiguity)
		*out->pose = out->places->items[0].pose;
	else
		target_pnp_absent_pose(ctx);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot say where the targets are: %s", error.what());
}

void target_pnp_finish(struct target_pnp *self)
{
	delete self->camera;
}

PKD_NODE(target_pnp);
