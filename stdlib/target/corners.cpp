// See corners.hpp.
#include "corners.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

namespace
{

// Pixels that a corner may take away from the ends of its sides: blur rounds it.
constexpr double rounded = 3;
// The share of the hull's area by which that of four corners may differ.
constexpr double most_off = 0.08;

// A line: y by x where it is nearer to level, or x by y.
struct side {
	bool is_level;
	double slope, offset;
};

// The least squares of points that come one by one.
struct fit {
	double n = 0, t = 0, u = 0, tt = 0, tu = 0;

	void add(double at, double value)
	{
		n++;
		t += at;
		u += value;
		tt += at * at;
		tu += at * value;
	}
	bool solve(double *ret_slope, double *ret_offset) const
	{
		const double spread = n * tt - t * t; // 0: they are in one place

		if (!(n >= 2 && spread > 0.5))
			return false;
		*ret_slope = (n * tu - t * u) / spread;
		*ret_offset = (u - *ret_slope * t) / n;
		return true;
	}
};

// One side of the hull, for which pixels of the outline are looked for.
struct stretch {
	cv::Point2d from, along; // of length 1
	double begin, end;       // pixels along it that count
	double off;              // pixels beside it that count
	bool is_level;
	fit points;

	stretch(const cv::Point &a, const cv::Point &b)
	{
		const cv::Point2d way(b - a);
		const double length = cv::norm(way), cut = std::min(rounded, length / 4);

		from = a;
		along = way / length;
		begin = cut;
		end = length - cut;
		off = 1.5 + length / 100;
		is_level = std::fabs(way.x) >= std::fabs(way.y);
	}
	// `step` leads to the outline's next pixel. One that goes across the side is another side's,
	// or noise: each row or column along it counts once.
	void take(double x, double y, const cv::Point &step)
	{
		if ((is_level ? step.x : step.y) == 0)
			return;
		const cv::Point2d way(x - from.x, y - from.y);
		const double at = way.dot(along);

		if (at < begin || at > end || std::fabs(way.cross(along)) > off)
			return;
		if (is_level)
			points.add(x, y);
		else
			points.add(y, x);
	}
};

// All pixels of an outline: it goes along rows, columns and diagonals.
void walk(const outline &points, std::array<stretch, 4> *stretches)
{
	cv::Point last = points.back();

	for (const cv::Point &point : points) {
		const int n = std::max(std::abs(point.x - last.x), std::abs(point.y - last.y));
		const cv::Point step = (point - last) / std::max(n, 1);

		for (int i = 0; i < n; i++)
			for (stretch &one : *stretches)
				one.take(last.x + step.x * i, last.y + step.y * i, step);
		last = point;
	}
}

// The line where white ends: the middles of the outermost pixels are, in the mean, half a pixel
// inside, be it along a row or a column.
bool side_of(const stretch &one, const cv::Point2d &inside, side *ret_side)
{
	if (!one.points.solve(&ret_side->slope, &ret_side->offset))
		return false;
	ret_side->is_level = one.is_level;
	const double t = one.is_level ? inside.x : inside.y, u = one.is_level ? inside.y : inside.x;

	ret_side->offset += ret_side->slope * t + ret_side->offset > u ? 0.5 : -0.5;
	return true;
}

bool meet(const side &a, const side &b, cv::Point2d *ret_point)
{
	// Each as p x + q y = r.
	const auto parts = [](const side &of) {
		return of.is_level ? cv::Vec3d(-of.slope, 1, of.offset)
		                   : cv::Vec3d(1, -of.slope, of.offset);
	};
	const cv::Vec3d p = parts(a), q = parts(b);
	const double turn = p[0] * q[1] - p[1] * q[0];

	if (std::fabs(turn) < 1e-3)
		return false;
	*ret_point = {(p[2] * q[1] - p[1] * q[2]) / turn, (p[0] * q[2] - p[2] * q[0]) / turn};
	return true;
}

// The hull, simplified until it has no more than four corners.
bool simplify(corners_room *room)
{
	const double around = cv::arcLength(room->hull, true);

	for (const double share : {0.01, 0.02, 0.04}) {
		cv::approxPolyDP(room->hull, room->rough, std::max(1.5, share * around), true);
		if (room->rough.size() <= 4)
			break;
	}
	return room->rough.size() == 4;
}

double area_of(const four_corners &corners)
{
	double twice = 0;

	for (size_t i = 0; i < 4; i++)
		twice += corners[i].cross(corners[(i + 1) % 4]);
	return twice / 2;
}

// Whether they go around once, have no bend inwards, and about as much area as the hull, whose
// outline lies half a pixel inside of its edge.
bool are_good(const corners_room &room, const four_corners &corners)
{
	const double whole = cv::contourArea(room.hull) + cv::arcLength(room.hull, true) / 2 + 1;
	const double area = area_of(corners);

	for (size_t i = 0; i < 4; i++) {
		const cv::Point2d &at = corners[(i + 1) % 4];

		if ((at - corners[i]).cross(corners[(i + 2) % 4] - at) * area <= 0)
			return false;
	}
	return std::fabs(std::fabs(area) - whole) <= most_off * whole;
}

// Bottom left first, then anticlockwise as seen.
void put_in_order(four_corners *corners)
{
	if (area_of(*corners) > 0) // clockwise, y being down
		std::reverse(corners->begin(), corners->end());
	std::rotate(corners->begin(),
	            std::max_element(corners->begin(), corners->end(),
	                             [](const cv::Point2d &a, const cv::Point2d &b) {
					     return a.y - a.x < b.y - b.x;
				     }),
	            corners->end());
}

} // namespace

bool corners_find(corners_room *room, const outline *const *outlines, size_t n_outlines,
                  four_corners *ret_corners)
{
	cv::Point2d inside;
	side sides[4];

	room->rough.clear();
	for (size_t i = 0; i < n_outlines; i++)
		room->rough.insert(room->rough.end(), outlines[i]->begin(), outlines[i]->end());
	cv::convexHull(room->rough, room->hull);
	if (room->hull.size() < 4 || !simplify(room))
		return false;
	const outline &rough = room->rough;
	std::array<stretch, 4> stretches = {
		stretch(rough[0], rough[1]), stretch(rough[1], rough[2]),
		stretch(rough[2], rough[3]), stretch(rough[3], rough[0])};

	for (const cv::Point &point : rough)
		inside += cv::Point2d(point) / 4;
	for (size_t i = 0; i < n_outlines; i++)
		walk(*outlines[i], &stretches);
	for (size_t i = 0; i < 4; i++)
		if (!side_of(stretches[i], inside, &sides[i]))
			return false;
	for (size_t i = 0; i < 4; i++)
		if (!meet(sides[(i + 3) % 4], sides[i], &(*ret_corners)[i]))
			return false;
	if (!are_good(*room, *ret_corners))
		return false;
	put_in_order(ret_corners);
	return true;
}

four_corners corners_of(const cv::RotatedRect &around)
{
	cv::Point2f points[4];
	four_corners corners;

	around.points(points);
	std::copy(points, points + 4, corners.begin());
	put_in_order(&corners);
	return corners;
}
