// target.tapes: two strips that lean towards each other. Where they are is measured by their
// moments, which are exact to a tenth of a pixel where the outermost pixels are so to one.
#include <target/tapes.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "lens.h"
#include "order.hpp"
#include "outlines.hpp"
#include "straight.hpp"

namespace
{

// Of more, the largest: what is below is looked at in pairs.
constexpr size_t most_tapes = 256;

struct tape {
	strip at;
	double area;
	cv::Rect box;
};

struct room {
	outlines found;
	outline hull;
	std::vector<tape> tapes;
	straight camera;
};

// The innermost corner: the upper one of a tape that leans to the right (`side` 1), or to the left
// (-1).
cv::Point2d inner(const strip &at, int side)
{
	const double angle = lens_radians(std::fabs(at.tilt));
	const double c = std::cos(angle), s = std::sin(angle);

	return {at.x + side * (at.breadth * c + at.length * s) / 2,
	        at.y + (at.breadth * s - at.length * c) / 2};
}

// One that reaches the frame's edge may go on there: it would be measured wrong.
bool is_whole(const cv::Rect &box, const struct pkd_image *mask)
{
	return box.x > 0 && box.y > 0 && box.x + box.width < static_cast<int>(mask->width) &&
	       box.y + box.height < static_cast<int>(mask->height);
}

bool is_tape(room *room, const patch_seen &seen, const struct target_tapes_params *params,
             strip *ret_at)
{
	const outline &points = room->found.all[seen.index];

	if (seen.box.width < wide(params->min_aspect) * seen.box.height ||
	    !strip_of(points, seen.area, ret_at) ||
	    std::fabs(std::fabs(ret_at->tilt) - wide(params->tilt)) > wide(params->tilt_tolerance))
		return false;
	cv::convexHull(points, room->hull);
	return seen.area >= wide(params->min_solidity) * cv::contourArea(room->hull);
}

void find_tapes(room *room, const struct pkd_image *mask, const struct target_tapes_params *params)
{
	const double whole = static_cast<double>(mask->width) * mask->height;
	tape one;

	outlines_find(&room->found, mask, wide(params->min_area) * whole, 0);
	room->tapes.clear();
	for (const patch_seen &seen : room->found.seen) {
		if (!is_whole(seen.box, mask) || !is_tape(room, seen, params, &one.at))
			continue;
		one.area = seen.area;
		one.box = seen.box;
		room->tapes.push_back(one);
	}
	if (room->tapes.size() > most_tapes) {
		std::nth_element(room->tapes.begin(), room->tapes.begin() + most_tapes,
		                 room->tapes.end(),
		                 [](const tape &a, const tape &b) { return a.area > b.area; });
		room->tapes.resize(most_tapes);
	}
	std::sort(room->tapes.begin(), room->tapes.end(), [](const tape &a, const tape &b) {
		return a.at.x != b.at.x ? a.at.x < b.at.x : a.at.y < b.at.y;
	});
}

// Side by side, and of about one size: what else is between them is of another target.
bool are_neighbours(const tape &a, const tape &b)
{
	const double longer = std::max(a.at.length, b.at.length),
		     shorter = std::min(a.at.length, b.at.length);

	return longer <= 2 * shorter && std::fabs(a.at.y - b.at.y) <= longer;
}

// That to the right of tape `i`, or NULL.
const tape *partner_of(const std::vector<tape> &tapes, size_t i,
                       const struct target_tapes_params *params)
{
	const tape &left = tapes[i];

	for (size_t k = i + 1; left.at.tilt > 0 && k < tapes.size(); k++) {
		const tape &right = tapes[k];

		if (!are_neighbours(left, right))
			continue;
		if (right.at.tilt < 0 &&
		    std::fabs(left.at.tilt - right.at.tilt - 2 * wide(params->tilt)) <=
		            wide(params->tilt_tolerance))
			return &right;
		return nullptr;
	}
	return nullptr;
}

struct detect_Box box_of(const cv::Rect &box, const struct pkd_image *mask)
{
	const double W = mask->width, H = mask->height;

	return {static_cast<float>(box.x / W), static_cast<float>(box.y / H),
	        static_cast<float>(box.width / W), static_cast<float>(box.height / H)};
}

bool measure(room *room, const tape &left, const tape &right, const struct pkd_image *mask,
             const struct target_tapes_params *params, struct target_Pair *ret_pair)
{
	const struct lens &lens = room->camera.lens;
	const double from = straight_pixel(&room->camera, inner(left.at, 1)).x;
	const double to = straight_pixel(&room->camera, inner(right.at, -1)).x;
	const double middle = (from + to) / 2, yaw = lens_yaw(&lens, middle);

	if (!(to > from))
		return false;
	ret_pair->distance = static_cast<float>(wide(params->spacing) * lens.f / (to - from) -
	                                        wide(params->setback));
	ret_pair->offset = static_cast<float>(yaw);
	ret_pair->shift =
		static_cast<float>((middle - lens.cx) / (static_cast<double>(mask->width) / 2));
	ret_pair->centred = std::fabs(yaw) <= wide(params->tolerance);
	ret_pair->left = box_of(left.box, mask);
	ret_pair->right = box_of(right.box, mask);
	return true;
}

bool find_pair(room *room, const struct pkd_image *mask, const struct target_tapes_params *params,
               struct target_Pair *ret_pair)
{
	const struct lens &lens = room->camera.lens;
	double least = HUGE_VAL;

	for (size_t i = 0; i < room->tapes.size(); i++) {
		const tape &left = room->tapes[i], *right = partner_of(room->tapes, i, params);
		struct target_Pair pair = {};

		if (!right || !measure(room, left, *right, mask, params, &pair))
			continue;
		const double key = order_key(params->sort, lens, left.area + right->area,
		                             (left.at.x + right->at.x) / 2,
		                             (left.at.y + right->at.y) / 2);

		if (key < least) {
			least = key;
			*ret_pair = pair;
		}
	}
	return least < HUGE_VAL;
}

} // namespace

struct target_tapes {
	const struct target_tapes_params *params; // some may change between steps
	room *with;
};

int target_tapes_init(struct target_tapes *self, const struct target_tapes_params *params,
                      struct pkd_ctx *ctx)
try {
	cv::setNumThreads(1);
	self->params = params;
	self->with = new room;
	return straight_take(&self->with->camera, params->calibration, ctx);
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the calibration cannot be read: %s", error.what());
}

int target_tapes_step(struct target_tapes *self, const struct target_tapes_in *in,
                      struct target_tapes_out *out, struct pkd_ctx *ctx)
try {
	const struct target_tapes_params *params = self->params;
	const int error = straight_set(
		&self->with->camera, in->mask,
		lens_of(in->mask->width, in->mask->height, params->fov, params->fx, params->cx, -1),
		ctx);

	if (error)
		return error;
	find_tapes(self->with, in->mask, self->params);
	if (!find_pair(self->with, in->mask, self->params, out->pair))
		target_tapes_absent_pair(ctx);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot find the tapes: %s", error.what());
}

void target_tapes_finish(struct target_tapes *self)
{
	delete self->with;
}

PKD_NODE(target_tapes);
