// See square.hpp. Debian's libapriltag lacks the function with two solutions: they are OpenCV's.
#include "square.hpp"

#include <cmath>
#include <opencv2/calib3d.hpp>

namespace
{

using cv::Matx33d;

// A quaternion with qw >= 0.
void set_turn(const Matx33d &m, struct target_Pose *pose)
{
	double q[4];
	const double squares[4] = {1 + m(0, 0) + m(1, 1) + m(2, 2), 1 + m(0, 0) - m(1, 1) - m(2, 2),
	                           1 - m(0, 0) + m(1, 1) - m(2, 2),
	                           1 - m(0, 0) - m(1, 1) + m(2, 2)};
	const double products[4][4] = {
		{0, m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)},
		{m(2, 1) - m(1, 2), 0, m(1, 0) + m(0, 1), m(0, 2) + m(2, 0)},
		{m(0, 2) - m(2, 0), m(1, 0) + m(0, 1), 0, m(2, 1) + m(1, 2)},
		{m(1, 0) - m(0, 1), m(0, 2) + m(2, 0), m(2, 1) + m(1, 2), 0},
	};
	int most = 0; // the largest part, by which the others are divided

	for (int i = 1; i < 4; i++)
		if (squares[i] > squares[most])
			most = i;
	const double largest = std::sqrt(std::max(squares[most], 0.0)) / 2;

	for (int i = 0; i < 4; i++)
		q[i] = i == most ? largest : products[most][i] / (4 * largest);
	const double sign = q[0] < 0 ? -1 : 1;

	pose->qw = sign * q[0];
	pose->qx = sign * q[1];
	pose->qy = sign * q[2];
	pose->qz = sign * q[3];
}

bool is_finite(const rigid &rigid)
{
	for (const double number : rigid.turn.val)
		if (!std::isfinite(number))
			return false;
	for (const double number : rigid.place.val)
		if (!std::isfinite(number))
			return false;
	return true;
}

} // namespace

struct target_Pose rigid_pose(const rigid &rigid, uint32_t axes)
{
	const bool is_wpilib = axes == target_Axes_wpilib;
	const Matx33d turn = is_wpilib ? camera_axes() * rigid.turn * thing_axes().t() : rigid.turn;
	const cv::Vec3d place = is_wpilib ? camera_axes() * rigid.place : rigid.place;
	struct target_Pose pose = {};

	pose.x = place[0];
	pose.y = place[1];
	pose.z = place[2];
	set_turn(turn, &pose);
	return pose;
}

bool square_undistort(const calibration &camera, const std::vector<cv::Point2d> &pixels,
                      std::vector<cv::Point2d> *ret_rays)
{
	constexpr double farthest = 1e3; // a ray beyond is at a right angle to where the lens looks
	const cv::TermCriteria enough(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 50, 1e-12);

	if (camera.is_fisheye)
		cv::fisheye::undistortPoints(pixels, *ret_rays, camera.camera, camera.distortion);
	else
		cv::undistortPoints(pixels, *ret_rays, camera.camera, camera.distortion,
		                    cv::noArray(), cv::noArray(), enough);
	for (const cv::Point2d &ray : *ret_rays)
		if (!(std::abs(ray.x) < farthest && std::abs(ray.y) < farthest))
			return false;
	return true;
}

bool square_find(const calibration &camera, const std::array<cv::Point2d, 4> &corners, double width,
                 double height, seen_square *ret_square)
{
	// IPPE has y up and z out of the thing, ours are down and into it.
	const Matx33d upside(1, 0, 0, 0, -1, 0, 0, 0, -1);
	const double x = width / 2, y = height / 2;
	const std::vector<cv::Point3d> model = {{-x, y, 0}, {x, y, 0}, {x, -y, 0}, {-x, -y, 0}};
	const std::vector<cv::Point2d> seen = {corners[3], corners[2], corners[1], corners[0]};
	std::vector<cv::Point2d> rays;
	std::vector<cv::Vec3d> turns, places;
	std::vector<double> errors;

	if (!square_undistort(camera, seen, &rays))
		return false;
	cv::solvePnPGeneric(model, rays, Matx33d::eye(), cv::noArray(), turns, places, false,
	                    width == height ? cv::SOLVEPNP_IPPE_SQUARE : cv::SOLVEPNP_IPPE,
	                    cv::noArray(), cv::noArray(), errors);
	if (turns.empty() || turns.size() != places.size() || errors.size() != turns.size())
		return false;
	for (size_t i = 0; i < 2; i++) {
		const size_t from = std::min(i, turns.size() - 1);
		Matx33d turn;

		cv::Rodrigues(turns[from], turn);
		ret_square->at[i] = {turn * upside, places[from]};
		ret_square->errors[i] = errors[from];
	}
	if (turns.size() > 1 && ret_square->errors[1] < ret_square->errors[0]) {
		std::swap(ret_square->at[0], ret_square->at[1]);
		std::swap(ret_square->errors[0], ret_square->errors[1]);
	}
	return is_finite(ret_square->at[0]) && is_finite(ret_square->at[1]) &&
	       ret_square->at[0].place[2] > 0;
}

double square_ambiguity(const seen_square &square)
{
	return square.errors[1] > 0 ? square.errors[0] / square.errors[1] : 1;
}
