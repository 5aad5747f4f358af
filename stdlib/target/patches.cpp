// See patches.hpp.
#include "patches.hpp"

#include <algorithm>
#include <cmath>

#include "rigid.hpp"

namespace
{

constexpr double nearest = 0.001; // metres: what is nearer than this, or behind, is cut off
constexpr int n_strips = 16;      // of a row, in which a piece's edges are straight up and down

struct polygon {
	cv::Point2d points[5]; // pixels, the first from 0 to 1
	int n = 0;
};

// The piece as it is seen, cut at the plane that is `nearest`.
polygon seen(const patch &patch, const placed &placed, const struct lens &lens)
{
	cv::Vec3d corners[4];
	polygon made;

	for (int i = 0; i < 4; i++)
		corners[i] = placed.turn * cv::Vec3d(patch.corners[i].x, patch.corners[i].y, 0) +
		             placed.at;
	const auto add = [&](const cv::Vec3d &at) {
		made.points[made.n++] = {lens.cx + lens.f * at[0] / at[2] + 0.5,
		                         lens.cy + lens.f * at[1] / at[2] + 0.5};
	};
	for (int i = 0; i < 4; i++) {
		const cv::Vec3d &from = corners[i], &to = corners[(i + 1) % 4];
		const bool is_in = from[2] >= nearest;

		if (is_in)
			add(from);
		if (is_in != (to[2] >= nearest)) {
			cv::Vec3d cut = from +
			                (to - from) * ((nearest - from[2]) / (to[2] - from[2]));

			cut[2] = nearest;
			add(cut);
		}
	}
	return made;
}

// Where a level line crosses a convex polygon. False where it does not.
bool crossing(const polygon &polygon, double y, double *ret_from, double *ret_to)
{
	double from = HUGE_VAL, to = -HUGE_VAL;

	for (int i = 0; i < polygon.n; i++) {
		const cv::Point2d &a = polygon.points[i], &b = polygon.points[(i + 1) % polygon.n];

		if ((a.y <= y) == (b.y <= y))
			continue;
		const double x = a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y));

		from = std::min(from, x);
		to = std::max(to, x);
	}
	*ret_from = from;
	*ret_to = to;
	return from < to;
}

// In `row` are differences: what a pixel is covered by is the sum up to it. All from x on is
// covered.
void cover_from(std::vector<double> &row, double x, double amount)
{
	const double whole = std::floor(x);
	const size_t at = static_cast<size_t>(whole);

	row[at] += amount * (1 - (x - whole));
	row[at + 1] += amount * (x - whole);
}

} // namespace

bool placed_by(const double *position, const double *quaternion, placed *ret_placed)
{
	const double w = quaternion[0], x = quaternion[1], y = quaternion[2], z = quaternion[3];
	const double n = w * w + x * x + y * y + z * z;

	for (int i = 0; i < 3; i++)
		if (!std::isfinite(position[i]))
			return false;
	if (!std::isfinite(n) || n < 1e-12)
		return false;
	ret_placed->turn = rigid_turn(w, x, y, z);
	ret_placed->at = {position[0], position[1], position[2]};
	return true;
}

void patch_draw(cv::Mat &picture, const patch &patch, const placed &placed, const struct lens &lens,
                std::vector<double> &row)
{
	const polygon polygon = seen(patch, placed, lens);
	const double width = picture.cols, height = picture.rows;
	double top = height, bottom = 0;

	for (int i = 0; i < polygon.n; i++) {
		top = std::min(top, polygon.points[i].y);
		bottom = std::max(bottom, polygon.points[i].y);
	}
	const int first = static_cast<int>(std::floor(std::max(top, 0.)));
	const int end = static_cast<int>(std::ceil(std::min(bottom, height)));

	for (int y = first; y < end; y++) {
		double from, to, covered = 0, left = width, right = 0;

		row.assign(static_cast<size_t>(picture.cols) + 2, 0);
		for (int k = 0; k < n_strips; k++) {
			if (!crossing(polygon, y + (k + 0.5) / n_strips, &from, &to))
				continue;
			from = std::min(std::max(from, 0.), width);
			to = std::min(std::max(to, 0.), width);
			cover_from(row, from, 1. / n_strips);
			cover_from(row, to, -1. / n_strips);
			left = std::min(left, from);
			right = std::max(right, to);
		}
		cv::Vec3f *pixels = picture.ptr<cv::Vec3f>(y);

		for (int x = static_cast<int>(left);
		     x < std::min(picture.cols, static_cast<int>(right) + 1); x++) {
			covered += row[static_cast<size_t>(x)];
			pixels[x] += patch.light * static_cast<float>(covered);
		}
	}
}
