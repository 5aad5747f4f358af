// target.field: the pose that all known tags of a frame agree on. Each tag alone has two; the one
// that fits all corners best is where refining begins.
#include <target/field.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <opencv2/calib3d.hpp>
#include <vector>

#include "../base/whole_file.hpp"
#include "camera.hpp"
#include "field_layout.h"
#include "square.hpp"

namespace
{

using cv::Matx33d;
using cv::Vec3d;

// Of more tags the largest count: leaving out one after the other takes the cube of their number.
constexpr size_t most_sights = 16;

struct map {
	struct field_layout layout;
	calibration camera;
	rigid mount; // of the camera on the robot, by WPILib's axes
};

// A tag of the frame that is on the field.
struct sight {
	const struct field_tag *tag;
	std::array<cv::Point2d, 4> corners; // pixels, bottom left first
	std::vector<cv::Point2d> rays;      // of these
	std::array<cv::Point3d, 4> places;  // on the field
	seen_square square;                 // as the camera sees it
	double length;                      // across, in pixels
};

// Where the field is, as the camera sees it (OpenCV's axes), and how well that fits.
struct guess {
	rigid field;
	double error = std::numeric_limits<double>::infinity(); // pixels, RMS
};

rigid inverse(const rigid &of)
{
	return {of.turn.t(), of.turn.t() * of.place * -1.0};
}

rigid operator*(const rigid &a, const rigid &b)
{
	return {a.turn * b.turn, a.turn * b.place + a.place};
}

Matx33d turn_of(const struct field_tag &tag)
{
	const double w = tag.qw, x = tag.qx, y = tag.qy, z = tag.qz;

	return {1 - 2 * (y * y + z * z), 2 * (x * y - z * w),     2 * (x * z + y * w),
	        2 * (x * y + z * w),     1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
	        2 * (x * z - y * w),     2 * (y * z + x * w),     1 - 2 * (x * x + y * y)};
}

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

rigid place_of(const struct field_tag &tag)
{
	return {turn_of(tag), {tag.x, tag.y, tag.z}};
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
bool see(const map &map, const struct detect_Tag &tag, double size, sight *ret_sight)
{
	const double h = size / 2;
	const Vec3d corners[4] = {{0, -h, -h}, {0, h, -h}, {0, h, h}, {0, -h, h}}; // from before it

	ret_sight->tag = field_layout_find(&map.layout, tag.id);
	if (!ret_sight->tag)
		return false;
	const rigid at = place_of(*ret_sight->tag);

	for (size_t i = 0; i < 4; i++) {
		ret_sight->corners[i] = camera_pixel(map.camera, tag.corners[i]);
		ret_sight->places[i] = cv::Point3d(at.turn * corners[i] + at.place);
	}
	ret_sight->length = cv::norm(ret_sight->corners[0] - ret_sight->corners[2]);
	return square_undistort(map.camera, {ret_sight->corners.begin(), ret_sight->corners.end()},
	                        &ret_sight->rays) &&
	       square_find(map.camera, ret_sight->corners, size, size, &ret_sight->square);
}

std::vector<sight> see_all(const map &map, const struct detect_Tag *tags, uint32_t n, double size)
{
	std::vector<sight> sights;

	for (uint32_t i = 0; i < n; i++) {
		sight sight;

		if (see(map, tags[i], size, &sight))
			sights.push_back(std::move(sight));
	}
	std::stable_sort(sights.begin(), sights.end(),
	                 [](const sight &a, const sight &b) { return a.length > b.length; });
	if (sights.size() > most_sights)
		sights.erase(sights.begin() + most_sights, sights.end());
	return sights;
}

// Squares of pixels, of the four corners; infinite behind the camera.
double error_of(const map &map, const rigid &field, const sight &sight)
{
	double sum = 0;

	for (size_t i = 0; i < 4; i++) {
		const Vec3d at = field.turn * Vec3d(sight.places[i]) + field.place;

		if (at[2] <= 0)
			return std::numeric_limits<double>::infinity();
		const double x = (at[0] / at[2] - sight.rays[i].x) * map.camera.camera(0, 0);
		const double y = (at[1] / at[2] - sight.rays[i].y) * map.camera.camera(1, 1);

		sum += x * x + y * y;
	}
	return sum;
}

double error_of(const map &map, const rigid &field, const std::vector<sight> &sights)
{
	double sum = 0;

	for (const sight &sight : sights)
		sum += error_of(map, field, sight);
	return std::sqrt(sum / static_cast<double>(4 * sights.size()));
}

void refine(const map &map, const std::vector<sight> &sights, guess *guess)
{
	std::vector<cv::Point3d> places;
	std::vector<cv::Point2d> rays;
	rigid better = guess->field;
	Vec3d turn;

	for (const sight &sight : sights) {
		places.insert(places.end(), sight.places.begin(), sight.places.end());
		rays.insert(rays.end(), sight.rays.begin(), sight.rays.end());
	}
	cv::Rodrigues(better.turn, turn);
	cv::solvePnPRefineLM(places, rays, Matx33d::eye(), cv::noArray(), turn, better.place);
	cv::Rodrigues(turn, better.turn);
	const double error = error_of(map, better, sights);

	if (error < guess->error)
		*guess = {better, error};
}

// The tag's own axes in square.hpp are OpenCV's, in the layout WPILib's: x out of it, y to the
// right of who looks at it, z up.
rigid field_of(const rigid &seen, const struct field_tag &tag)
{
	const Matx33d thing_axes(0, 0, -1, 1, 0, 0, 0, -1, 0);
	const rigid of_tag = {seen.turn * thing_axes.t(), seen.place};

	return of_tag * inverse(place_of(tag));
}

guess solve(const map &map, const std::vector<sight> &sights)
{
	guess best;

	for (const sight &sight : sights)
		for (const rigid &at : sight.square.at) {
			const rigid field = field_of(at, *sight.tag);
			const double error = error_of(map, field, sights);

			if (error < best.error)
				best = {field, error};
		}
	if (sights.size() > 1 && std::isfinite(best.error))
		refine(map, sights, &best);
	return best;
}

// Which one's absence helps most.
size_t worst_of(const map &map, const std::vector<sight> &sights)
{
	double least = std::numeric_limits<double>::infinity();
	size_t worst = 0;

	for (size_t i = 0; i < sights.size(); i++) {
		std::vector<sight> rest = sights;

		rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
		const double error = solve(map, rest).error;

		if (error < least) {
			least = error;
			worst = i;
		}
	}
	return worst;
}

// The pose on which the tags agree. Of three and more one that does not fit is left out, and then
// the next; which of two is wrong nobody knows.
guess agree(const map &map, std::vector<sight> *sights, const struct target_field_params *params)
{
	if (sights->size() == 1 &&
	    square_ambiguity(sights->front().square) > static_cast<double>(params->max_ambiguity))
		return {};
	for (;;) {
		const guess found = solve(map, *sights);

		if (found.error <= static_cast<double>(params->max_error))
			return found;
		if (sights->size() < 3)
			return {};
		sights->erase(sights->begin() +
		              static_cast<std::ptrdiff_t>(worst_of(map, *sights)));
	}
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
		error = camera_take(params->calibration, params->frame_width, params->frame_height,
		                    &made->camera, ctx);
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
	std::vector<sight> sights = see_all(*self->with, in->tags->items, n, self->params->size);
	guess found;

	if (!sights.empty())
		found = agree(*self->with, &sights, self->params);
	if (!std::isfinite(found.error)) {
		*out->used = 0;
		target_field_absent_pose(ctx);
		target_field_absent_camera(ctx);
		target_field_absent_error(ctx);
		return PKD_OK;
	}
	// OpenCV's axes of the camera, in WPILib's.
	const Matx33d camera_axes(0, 0, 1, -1, 0, 0, 0, -1, 0);
	rigid camera = inverse(found.field);

	camera.turn = camera.turn * camera_axes.t();
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
