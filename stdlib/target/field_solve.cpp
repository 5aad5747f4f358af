// See field_solve.hpp. Each tag alone has two poses; the one that fits all corners best is where
// refining begins.
#include "field_solve.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/calib3d.hpp>

namespace
{

using cv::Matx33d;
using cv::Vec3d;

// Squares of pixels, of the four corners; infinite behind the camera.
double error_of(const calibration &camera, const rigid &field, const field_sight &sight)
{
	double sum = 0;

	for (size_t i = 0; i < 4; i++) {
		const Vec3d at = field.turn * Vec3d(sight.places[i]) + field.place;

		if (at[2] <= 0)
			return std::numeric_limits<double>::infinity();
		const double x = (at[0] / at[2] - sight.rays[i].x) * camera.camera(0, 0);
		const double y = (at[1] / at[2] - sight.rays[i].y) * camera.camera(1, 1);

		sum += x * x + y * y;
	}
	return sum;
}

double error_of(const calibration &camera, const rigid &field,
                const std::vector<field_sight> &sights)
{
	double sum = 0;

	for (const field_sight &sight : sights)
		sum += error_of(camera, field, sight);
	return std::sqrt(sum / static_cast<double>(4 * sights.size()));
}

void refine(const calibration &camera, const std::vector<field_sight> &sights, field_guess *guess)
{
	std::vector<cv::Point3d> places;
	std::vector<cv::Point2d> rays;
	rigid better = guess->field;
	Vec3d turn;

	for (const field_sight &sight : sights) {
		places.insert(places.end(), sight.places.begin(), sight.places.end());
		rays.insert(rays.end(), sight.rays.begin(), sight.rays.end());
	}
	cv::Rodrigues(better.turn, turn);
	cv::solvePnPRefineLM(places, rays, Matx33d::eye(), cv::noArray(), turn, better.place);
	cv::Rodrigues(turn, better.turn);
	const double error = error_of(camera, better, sights);

	if (error < guess->error)
		*guess = {better, error};
}

// The tag's own axes in square.hpp are OpenCV's, those of the field WPILib's.
rigid field_of(const rigid &seen, const rigid &tag)
{
	const rigid of_tag = {seen.turn * thing_axes().t(), seen.place};

	return of_tag * inverse(tag);
}

field_guess solve(const calibration &camera, const std::vector<field_sight> &sights)
{
	field_guess best;

	for (const field_sight &sight : sights)
		for (const rigid &at : sight.square.at) {
			const rigid field = field_of(at, sight.at);
			const double error = error_of(camera, field, sights);

			if (error < best.error)
				best = {field, error};
		}
	if (sights.size() > 1 && std::isfinite(best.error))
		refine(camera, sights, &best);
	return best;
}

// Which one's absence helps most.
size_t worst_of(const calibration &camera, const std::vector<field_sight> &sights)
{
	double least = std::numeric_limits<double>::infinity();
	size_t worst = 0;

	for (size_t i = 0; i < sights.size(); i++) {
		std::vector<field_sight> rest = sights;

		rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
		const double error = solve(camera, rest).error;

		if (error < least) {
			least = error;
			worst = i;
		}
	}
	return worst;
}

} // namespace

bool field_see(const calibration &camera, const rigid &at,
               const std::array<cv::Point2d, 4> &corners, double size, field_sight *ret_sight)
{
	const double h = size / 2;
	const Vec3d own[4] = {{0, -h, -h}, {0, h, -h}, {0, h, h}, {0, -h, h}}; // from before it

	ret_sight->at = at;
	for (size_t i = 0; i < 4; i++)
		ret_sight->places[i] = cv::Point3d(at.turn * own[i] + at.place);
	ret_sight->length = cv::norm(corners[0] - corners[2]);
	return square_undistort(camera, {corners.begin(), corners.end()}, &ret_sight->rays) &&
	       square_find(camera, corners, size, size, &ret_sight->square);
}

field_guess field_agree(const calibration &camera, std::vector<field_sight> *sights,
                        double max_ambiguity, double max_error)
{
	if (sights->size() == 1 && square_ambiguity(sights->front().square) > max_ambiguity)
		return {};
	for (;;) {
		const field_guess found = solve(camera, *sights);

		if (found.error <= max_error)
			return found;
		if (sights->size() < 3)
			return {};
		sights->erase(sights->begin() +
		              static_cast<std::ptrdiff_t>(worst_of(camera, *sights)));
	}
}
