// target.scene: the target's pieces, drawn, blurred, and made noisy.
#include <target/scene.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <new>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "../base/colour.h"
#include "../base/mat.hpp"
#include "../detect/families.h"
#include "lens.h"
#include "patches.hpp"
#include "tag_cells.h"

namespace
{

constexpr size_t n_noise = 1 << 16;

struct stage {
	struct colour colour;
	tag_cells tag;
	cv::Mat light; // CV_32FC3
	std::vector<patch> pieces;
	std::vector<double> row;
	std::vector<float> unit; // noise of deviation 1
	std::vector<int16_t> noise;
	float deviation; // of `noise`
};

// ---- Noise ----

uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

// Sums of eight bytes, which are as good as normal. Whole numbers alone, so that it is the same
// everywhere.
void make_noise(stage *stage)
{
	const float deviation =
		209.01f; // of eight numbers from 0 to 255: sqrt(8 * (256 * 256 - 1) / 12)
	uint64_t x = 0x9e3779b97f4a7c15u;

	stage->unit.resize(n_noise);
	stage->noise.resize(n_noise);
	for (float &one : stage->unit) {
		const uint64_t bytes = next(&x);
		int sum = 0;

		for (int i = 0; i < 8; i++)
			sum += static_cast<int>(bytes >> (8 * i) & 255);
		one = (static_cast<float>(sum) - 1020) / deviation;
	}
	stage->deviation = 0;
}

void scale_noise(stage *stage, float deviation)
{
	for (size_t i = 0; i < n_noise; i++)
		stage->noise[i] = static_cast<int16_t>(std::lround(stage->unit[i] * deviation));
	stage->deviation = deviation;
}

// Each row begins somewhere else in the table.
void add_noise(const stage *stage, cv::Mat &picture, uint64_t number)
{
	uint64_t x = (number + 1) * 0xd1342543de82ef95u;

	for (int y = 0; y < picture.rows; y++) {
		uint8_t *pixels = picture.ptr(y);
		size_t at = static_cast<size_t>(next(&x) >> 20);

		for (int i = 0; i < picture.cols * 3; i++, at++)
			pixels[i] =
				cv::saturate_cast<uint8_t>(pixels[i] + stage->noise[at % n_noise]);
	}
}

// ---- What is shown ----

// A tape that leans to the right by `tilt`, or to the left, with its middle at x.
void add_tape(stage *stage, const struct target_scene_params *params, double x, double tilt,
              const cv::Vec3f &light)
{
	const double angle = lens_radians(tilt), c = std::cos(angle), s = std::sin(angle);
	const double w = static_cast<double>(params->tape_width) / 2;
	const double h = static_cast<double>(params->tape_height) / 2;
	const double across[] = {-w, w, w, -w}, along[] = {-h, -h, h, h};
	patch piece;

	for (int i = 0; i < 4; i++)
		piece.corners[i] = {x + across[i] * c - along[i] * s, across[i] * s + along[i] * c};
	piece.light = light;
	stage->pieces.push_back(piece);
}

void add_tapes(stage *stage, const struct target_scene_params *params)
{
	const double tilt = static_cast<double>(params->tilt),
		     angle = lens_radians(std::fabs(tilt));
	const double reach = (static_cast<double>(params->tape_width) * std::cos(angle) +
	                      static_cast<double>(params->tape_height) * std::sin(angle)) /
	                     2;
	const double x = static_cast<double>(params->spacing) / 2 + reach;
	const double lean = params->what == target_Shown_swapped_tapes ? -tilt : tilt;
	const struct colour &colour = stage->colour;
	const cv::Vec3f light = cv::Vec3f(colour.blue, colour.green, colour.red) *
	                                params->brightness -
	                        cv::Vec3f::all(static_cast<float>(params->ground));

	if (params->what != target_Shown_right_tape)
		add_tape(stage, params, -x, lean, light);
	if (params->what != target_Shown_left_tape)
		add_tape(stage, params, x, -lean, light);
}

void add_tag(stage *stage, const struct target_scene_params *params)
{
	const tag_cells &tag = stage->tag;
	const double cell = static_cast<double>(params->size) / tag.square,
		     edge = cell * tag.width / 2;
	const float ground = static_cast<float>(params->ground);
	const cv::Vec3f white = cv::Vec3f::all(255 * params->brightness - ground);
	const cv::Vec3f black = cv::Vec3f::all(255 * params->brightness * 0.05f - ground);

	for (uint32_t i = 0; i < tag.width * tag.width; i++) {
		const double x = i % tag.width * cell - edge, y = i / tag.width * cell - edge;

		stage->pieces.push_back(
			{{{x, y}, {x + cell, y}, {x + cell, y + cell}, {x, y + cell}},
		         tag.is_white[i] ? white : black});
	}
}

int draw(stage *stage, const struct target_scene_params *params, const struct target_Pose *pose,
         struct pkd_ctx *ctx)
{
	const struct lens lens = lens_of(params->W, params->H, params->fov, params->fx, params->cx,
	                                 params->cy);
	const double position[] = {pose->x, pose->y, pose->z};
	const double quaternion[] = {pose->qw, pose->qx, pose->qy, pose->qz};
	placed placed;

	if (!placed_by(position, quaternion, &placed))
		return pkd_error(
			ctx, EINVAL,
			"the pose at %g, %g, %g is none: a quaternion of %g, %g, %g, %g; without a turn "
			"`qw` is 1.0 and the rest 0.0",
			pose->x, pose->y, pose->z, pose->qw, pose->qx, pose->qy, pose->qz);
	stage->pieces.clear();
	if (params->what == target_Shown_tag)
		add_tag(stage, params);
	else
		add_tapes(stage, params);
	for (const patch &piece : stage->pieces)
		patch_draw(stage->light, piece, placed, lens, stage->row);
	return PKD_OK;
}

} // namespace

struct target_scene {
	const struct target_scene_params *params; // some may change between steps
	stage *with;
};

int target_scene_init(struct target_scene *self, const struct target_scene_params *params,
                      struct pkd_ctx *ctx)
try {
	char why[TAG_WHY_SIZE];

	cv::setNumThreads(1);
	self->params = params;
	self->with = new stage{};
	if (!colour_read(params->colour, &self->with->colour))
		return pkd_error(ctx, EINVAL, "`colour` is '%s': " COLOURS, params->colour);
	if (!tag_cells_of(params->family, params->id, &self->with->tag, why))
		return pkd_error(ctx, EINVAL, "there is no tag %u of %s: %s", params->id,
		                 tag_families[params->family].name, why);
	self->with->light.create(static_cast<int>(params->H), static_cast<int>(params->W),
	                         CV_32FC3);
	make_noise(self->with);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "no memory for a picture of %u x %u", params->W, params->H);
}

int target_scene_step(struct target_scene *self, const struct target_scene_in *in,
                      struct target_scene_out *out, struct pkd_ctx *ctx)
try {
	const struct target_scene_params *params = self->params;
	stage *stage = self->with;

	pkd_image_set(out->frame, PKD_BGR24, params->W, params->H);
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	cv::Mat picture = mat_of(out->frame);

	stage->light.setTo(cv::Scalar::all(params->ground));
	const int error = draw(stage, params, in->pose, ctx);

	if (error)
		return error;
	stage->light.convertTo(picture, CV_8U);
	if (params->blur > 0)
		cv::GaussianBlur(picture, picture, {}, static_cast<double>(params->blur));
	if (params->noise != stage->deviation)
		scale_noise(stage, params->noise);
	if (params->noise > 0)
		add_noise(stage, picture, pkd_number(ctx));
	return mat_is_over(picture, out->frame)
	               ? PKD_OK
	               : pkd_error(ctx, EIO, "OpenCV has made another picture");
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot draw the scene: %s", error.what());
}

void target_scene_finish(struct target_scene *self)
{
	delete self->with;
}

PKD_NODE(target_scene);
