// target.contours: outlines, filtered, grouped and sorted.
#include <target/contours.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "corners.hpp"
#include "lens.h"
#include "order.hpp"
#include "outlines.hpp"
#include "straight.hpp"

namespace
{

// An outline that has passed the filters, or two of them.
struct found {
	size_t first, second; // the indices of its outlines, which are equal for one
	double area;
	cv::Rect box;
	cv::RotatedRect around; // of whole pixels
	double key;
};

struct room {
	outlines lines;
	std::vector<found> singles, all;
	outline both;
	corners_room corners;
	straight camera;
};

// ---- Filters ----

// Around pixels, where OpenCV's goes through the middles of the outermost.
cv::RotatedRect rectangle_around(const outline &points)
{
	cv::RotatedRect around = cv::minAreaRect(points);

	around.size.width += 1;
	around.size.height += 1;
	return around;
}

// The width by the height of a rectangle, its width being the side that is nearer to level.
double ratio_of(const cv::RotatedRect &around)
{
	const double angle = lens_radians(wide(around.angle));
	const bool is_level = std::fabs(std::cos(angle)) >= std::fabs(std::sin(angle));
	const double ratio = wide(around.size.width) / wide(around.size.height);

	return is_level ? ratio : 1 / ratio;
}

void filter(room *room, const struct target_contours_params *params, double whole)
{
	room->singles.clear();
	for (const patch_seen &seen : room->lines.seen) {
		if (seen.area > wide(params->max_area) * whole)
			continue;
		const cv::RotatedRect around = rectangle_around(room->lines.all[seen.index]);
		const double fullness = std::min(
			1., seen.area / (wide(around.size.width) * wide(around.size.height)));
		const double ratio = ratio_of(around);

		if (fullness >= wide(params->min_fullness) &&
		    fullness <= wide(params->max_fullness) && ratio >= wide(params->min_ratio) &&
		    ratio <= wide(params->max_ratio))
			room->singles.push_back(
				{seen.index, seen.index, seen.area, seen.box, around, 0});
	}
}

// ---- Two that belong together ----

struct line {
	double x, y, dx, dy;
};

bool line_along(const room *room, const found &one, line *ret_line)
{
	strip at;

	if (!strip_of(room->lines.all[one.first], one.area, &at))
		return false;
	*ret_line = {at.x, at.y, std::sin(lens_radians(at.tilt)), -std::cos(lens_radians(at.tilt))};
	return true;
}

// Whether the lines along them meet on that side of the middle between them.
bool belong(const room *room, const found &a, const found &b, uint32_t intersection)
{
	line p, q;

	if (intersection == target_Intersection_none)
		return true;
	if (!line_along(room, a, &p) || !line_along(room, b, &q))
		return false;
	const double turn = p.dx * q.dy - p.dy * q.dx;

	if (std::fabs(turn) < 1e-6) // parallel
		return false;
	const double far = ((q.x - p.x) * q.dy - (q.y - p.y) * q.dx) / turn;
	const double x = p.x + far * p.dx - (p.x + q.x) / 2, y = p.y + far * p.dy - (p.y + q.y) / 2;

	// Two like / and \ also meets a little to the left, or to the right: the larger one counts.
	if (std::fabs(y) >= std::fabs(x))
		return intersection == (y < 0 ? target_Intersection_up : target_Intersection_down);
	return intersection == (x < 0 ? target_Intersection_left : target_Intersection_right);
}

found join(room *room, const found &a, const found &b)
{
	const outline &first = room->lines.all[a.first], &second = room->lines.all[b.first];

	room->both.assign(first.begin(), first.end());
	room->both.insert(room->both.end(), second.begin(), second.end());
	return {a.first, b.first, a.area + b.area, a.box | b.box, rectangle_around(room->both), 0};
}

void group(room *room, const struct target_contours_params *params)
{
	std::vector<found> &singles = room->singles;

	if (params->group == target_Group_single) {
		room->all.swap(singles);
		return;
	}
	room->all.clear();
	std::sort(singles.begin(), singles.end(), [](const found &a, const found &b) {
		return a.around.center.x != b.around.center.x
		               ? a.around.center.x < b.around.center.x
		               : a.around.center.y < b.around.center.y;
	});
	for (size_t i = 0; i + 1 < singles.size(); i++) {
		if (belong(room, singles[i], singles[i + 1], params->intersection)) {
			room->all.push_back(join(room, singles[i], singles[i + 1]));
			i++;
		}
	}
}

// ---- Targets ----

float share(double pixels, uint32_t all)
{
	return static_cast<float>(pixels / all);
}

// Those of its own, or of the rectangle around it where it has not four.
void set_corners(room *room, const found &one, const struct pkd_image *mask,
                 struct detect_Point *corners)
{
	const outline *const outlines[] = {&room->lines.all[one.first],
	                                   &room->lines.all[one.second]};
	const size_t n = one.first == one.second ? 1 : 2;
	four_corners points;

	if (!corners_find(&room->corners, outlines, n, &points))
		points = corners_of(one.around);
	for (size_t i = 0; i < 4; i++)
		corners[i] = {share(points[i].x + 0.5, mask->width),
		              share(points[i].y + 0.5, mask->height)};
}

// In pixels, without distortion; set_corners has just left its hull.
double width_of(room *room, const found &one)
{
	double from = HUGE_VAL, to = -HUGE_VAL;

	if (!room->camera.has_file)
		return one.box.width;
	for (const cv::Point &point : room->corners.hull) {
		const double x = straight_pixel(&room->camera, point).x;

		from = std::min(from, x);
		to = std::max(to, x);
	}
	return to - from + 1;
}

// In metres, or -1; `middle` is that without distortion. By the height: the ray to the pixel is
// turned by the camera's pitch, and followed to the target's height.
double distance_of(room *room, const found &one, const cv::Point2d &middle,
                   const struct target_contours_params *params)
{
	const struct lens &lens = room->camera.lens;
	const double x = (middle.x - lens.cx) / lens.f, y = (middle.y - lens.cy) / lens.f;
	const double pitch = lens_radians(wide(params->camera_pitch));
	const double up = std::sin(pitch) - y * std::cos(pitch),
		     ahead = std::cos(pitch) + y * std::sin(pitch);
	const double more = wide(params->target_height) - wide(params->camera_height);

	if (params->width > 0)
		return wide(params->width) * lens.f / width_of(room, one);
	if ((params->target_height <= 0 && params->camera_height <= 0) || !(more / up > 0))
		return -1;
	return more / up * std::hypot(ahead, x);
}

void fill(room *room, const struct pkd_image *mask, const struct target_contours_params *params,
          struct target_contours_out *out)
{
	const struct lens &lens = room->camera.lens;
	const size_t n = std::min(room->all.size(), std::size(out->targets->items));

	for (found &one : room->all)
		one.key = order_key(params->sort, lens, one.area, wide(one.around.center.x),
		                    wide(one.around.center.y));
	std::partial_sort(room->all.begin(), room->all.begin() + static_cast<std::ptrdiff_t>(n),
	                  room->all.end(), [](const found &a, const found &b) {
				  return a.key != b.key ? a.key < b.key : a.first < b.first;
			  });
	for (size_t i = 0; i < n; i++) {
		const found &one = room->all[i];
		const cv::Point2d middle = straight_pixel(&room->camera, one.around.center);
		struct target_Target *target = &out->targets->items[i];

		target->box = {share(one.box.x, mask->width), share(one.box.y, mask->height),
		               share(one.box.width, mask->width),
		               share(one.box.height, mask->height)};
		set_corners(room, one, mask, target->corners);
		target->area = static_cast<float>(
			one.area / (static_cast<double>(mask->width) * mask->height));
		target->yaw = static_cast<float>(lens_yaw(&lens, middle.x));
		target->pitch = static_cast<float>(lens_pitch(&lens, middle.x, middle.y));
		target->distance = static_cast<float>(distance_of(room, one, middle, params));
		target->id = static_cast<uint32_t>(i + 1);
	}
	out->targets->len = static_cast<uint32_t>(n);
}

} // namespace

struct target_contours {
	const struct target_contours_params *params; // some may change between steps
	room *with;
};

int target_contours_init(struct target_contours *self, const struct target_contours_params *params,
                         struct pkd_ctx *ctx)
try {
	cv::setNumThreads(1);
	self->params = params;
	self->with = new room;
	return straight_take(&self->with->camera, params->calibration, ctx);
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "the calibration cannot be read: %s", error.what());
}

int target_contours_step(struct target_contours *self, const struct target_contours_in *in,
                         struct target_contours_out *out, struct pkd_ctx *ctx)
try {
	const struct target_contours_params *params = self->params;
	const double whole = static_cast<double>(in->mask->width) * in->mask->height;
	const int error = straight_set(&self->with->camera, in->mask,
	                               lens_of(in->mask->width, in->mask->height, params->fov,
	                                       params->fx, params->cx, params->cy),
	                               ctx);

	if (error)
		return error;
	outlines_find(&self->with->lines, in->mask, wide(self->params->min_area) * whole,
	              wide(self->params->speckle));
	filter(self->with, self->params, whole);
	group(self->with, self->params);
	fill(self->with, in->mask, self->params, out);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot find outlines: %s", error.what());
}

void target_contours_finish(struct target_contours *self)
{
	delete self->with;
}

PKD_NODE(target_contours);
