// See outlines.hpp.
#include "outlines.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "../base/mat.hpp"
#include "lens.h"

namespace
{

// By Pick's theorem: the pixels in and on a polygon whose corners are pixels. Its steps go along
// rows, columns and diagonals, so each passes as many pixels as its longer side has.
double pixels_of(const outline &points)
{
	int64_t twice = 0, n_border = 0;
	cv::Point last = points.back();

	for (const cv::Point &point : points) {
		twice += static_cast<int64_t>(last.x) * point.y -
		         static_cast<int64_t>(point.x) * last.y;
		n_border += std::max(std::abs(point.x - last.x), std::abs(point.y - last.y));
		last = point;
	}
	return (static_cast<double>(std::abs(twice)) + static_cast<double>(n_border)) / 2 + 1;
}

} // namespace

void outlines_find(outlines *found, const struct pkd_image *mask, double min_area, double speckle)
{
	double sum = 0;

	cv::findContours(mat_of(mask), found->all, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
	found->seen.clear();
	for (size_t i = 0; i < found->all.size(); i++) {
		const double area = pixels_of(found->all[i]);

		sum += area;
		if (area >= min_area)
			found->seen.push_back({i, area, {}});
	}
	found->mean_area = found->all.empty() ? 0 : sum / static_cast<double>(found->all.size());
	const double least = speckle * found->mean_area;

	found->seen.erase(std::remove_if(found->seen.begin(), found->seen.end(),
	                                 [&](const patch_seen &one) { return one.area < least; }),
	                  found->seen.end());
	for (patch_seen &one : found->seen)
		one.box = cv::boundingRect(found->all[one.index]);
}

bool strip_of(const outline &points, double area, strip *ret_strip)
{
	const cv::Moments m = cv::moments(points);

	if (!(m.m00 > 0))
		return false;
	const double xx = m.mu20 / m.m00, yy = m.mu02 / m.m00, xy = m.mu11 / m.m00;
	const double middle = (xx + yy) / 2, off = std::hypot((xx - yy) / 2, xy);
	// A rectangle's side is the root of twelve times its variance. The outline lies half a
	// pixel inside of the edge: both sides grow by as much as makes the area that of the
	// pixels.
	const double length = std::sqrt(12 * (middle + off));
	const double breadth = std::sqrt(12 * std::max(middle - off, 0.));
	const double sum = length + breadth, more = area - length * breadth;
	const double grown = more > 0 ? (std::sqrt(sum * sum + 4 * more) - sum) / 2 : 0;
	const double along = std::atan2(2 * xy, xx - yy) / 2; // of the longer side, from x to y

	ret_strip->x = m.m10 / m.m00;
	ret_strip->y = m.m01 / m.m00;
	ret_strip->length = length + grown;
	ret_strip->breadth = breadth + grown;
	ret_strip->tilt = lens_degrees(along) + (along > 0 ? -90 : 90);
	return true;
}
