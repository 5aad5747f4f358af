// target.field: the pose that all known tags of a frame agree on. See field_solve.hpp.
#include <target/field.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "../base/whole_file.hpp"
#include "camera.hpp"
#include "field_layout.h"
#include "field_solve.hpp"

namespace
{

using cv::Matx33d;

struct map {
	struct field_layout layout;
	calibration camera;
	rigid mount; // of the camera on the robot, by WPILib's axes
};

// WPILib's Rotation3d: about x, then about the fixed y, then about the fixed z.
Matx33d turn_of(double roll, double pitch, double yaw)
{
	const double degree = CV_PI / 180;
	const auto [r, p, y] = std::array{roll * degree, pitch * degree, yaw * degree};
	const Matx33d about_x(1, 0, 0, 0, std::cos(r), -std::sin(r), 0, std::sin(r), std::cos(r));
	const Matx33d about_y(std::cos(p), 0, std::sin(p), 0, 1, 0, -std::sin(p), 0, std::cos(p));
	const Matx33d about_z(std::cos(y), -std::sin(y), 0, std::sin(y), std::cos(y), 0, 0, 0, 1);

	return about_z * about_y * about_x;
}

// ---- What was given ----

int read_layout(const char *path, struct field_layout *ret_layout, struct pkd_ctx *ctx)
{
	std::string text;
	char why[FIELD_WHY_SIZE] = "";
	const int error = whole_file_read(path, FIELD_MAX_BYTES, &text);

	if (error)
		return pkd_error(ctx, -error, "cannot read '%s': %s", path, std::strerror(-error));
	const char *wrong = field_layout_read(text.data(), text.size(), ret_layout, why);

	return wrong ? pkd_error(ctx, EINVAL, "'%s' is no layout of a field: %s", path, wrong)
	             : PKD_OK;
}

// ---- What is seen ----

// False where the tag is not on the field, or its corners can be nowhere.
bool see(const map &map, const struct detect_Tag &tag, const struct target_field_params *params,
         field_sight *ret_sight)
{
	const struct field_tag *known = tag.family == params->family
	                                        ? field_layout_find(&map.layout, tag.id)
	                                        : nullptr;
	std::array<cv::Point2d, 4> corners;

	if (!known)
		return false;
	for (size_t i = 0; i < 4; i++)
		corners[i] = camera_pixel(map.camera, tag.corners[i]);
	const rigid at = {rigid_turn(known->qw, known->qx, known->qy, known->qz),
	                  {known->x, known->y, known->z}};

	return field_see(map.camera, at, corners, params->size, ret_sight);
}

std::vector<field_sight> see_all(const map &map, const struct detect_Tag *tags, uint32_t n,
                                 const struct target_field_params *params)
{
	std::vector<field_sight> sights;

	for (uint32_t i = 0; i < n; i++) {
		field_sight sight;

		if (see(map, tags[i], params, &sight))
			sights.push_back(std::move(sight));
	}
	std::stable_sort(
		sights.begin(), sights.end(),
		[](const field_sight &a, const field_sight &b) { return a.length > b.length; });
	if (sights.size() > field_most_sights)
		sights.erase(sights.begin() + field_most_sights, sights.end());
	return sights;
}

} // namespace

struct target_field {
	const struct target_field_params *params; // some may change between steps
	map *with;
};

int target_field_init(struct target_field *self, const struct target_field_params *params,
                      struct pkd_ctx *ctx)
try {
	auto made = std::make_unique<map>();
	int error = read_layout(params->layout, &made->layout, ctx);

	cv::setNumThreads(1);
	if (!error)
		error = calibration_take_for(params->calibration, params->frame_width,
		                             params->frame_height, "frame_", &made->camera, ctx);
	if (error)
		return error;
	made->mount = {turn_of(params->roll, params->pitch, params->yaw),
	               {params->x, params->y, params->z}};
	self->params = params;
	self->with = made.release();
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the field cannot be read: %s", error.what());
}

int target_field_step(struct target_field *self, const struct target_field_in *in,
                      struct target_field_out *out, struct pkd_ctx *ctx)
try {
	const uint32_t n = pkd_length(&in->tags->len, self->params->N);
	std::vector<field_sight> sights = see_all(*self->with, in->tags->items, n, self->params);
	field_guess found;

	if (!sights.empty())
		found = field_agree(self->with->camera, &sights,
		                    static_cast<double>(self->params->max_ambiguity),
		                    static_cast<double>(self->params->max_error));
	if (!std::isfinite(found.error)) {
		*out->used = 0;
		target_field_absent_pose(ctx);
		target_field_absent_camera(ctx);
		target_field_absent_error(ctx);
		return PKD_OK;
	}
	rigid camera = inverse(found.field);

	camera.turn = camera.turn * camera_axes().t();
	*out->used = static_cast<uint32_t>(sights.size());
	*out->error = static_cast<float>(found.error);
	*out->camera = rigid_pose(camera, target_Axes_opencv);
	*out->pose = rigid_pose(camera * inverse(self->with->mount), target_Axes_opencv);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot say where the tags are: %s", error.what());
}

void target_field_finish(struct target_field *self)
{
	delete self->with;
}

PKD_NODE(target_field);
