// Shapes as a lens that bends shows them, for tests in C++.
#ifndef PKD_TEST_BENT_HPP
#define PKD_TEST_BENT_HPP

#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "filter_run.hpp"
#include "lens_file.hpp"

static const cv::Matx33d bent_camera(500, 0, 330, 0, 505, 235, 0, 0, 1);
static const std::vector<double> bent_lens = {-0.25, 0.06, 0, 0, 0};

// White where a polygon of points x / z, y / z is seen.
static inline void bent_fill(cv::Mat mask, const std::vector<cv::Point2d> &corners)
{
	constexpr int steps = 40; // of each edge
	std::vector<cv::Point3d> line;
	std::vector<cv::Point2d> seen;
	std::vector<cv::Point> points;

	for (size_t i = 0; i < corners.size(); i++) {
		const cv::Point2d &from = corners[i], &to = corners[(i + 1) % corners.size()];

		for (int k = 0; k < steps; k++) {
			const cv::Point2d at = from +
			                       (to - from) * (static_cast<double>(k) / steps);

			line.emplace_back(at.x, at.y, 1);
		}
	}
	cv::projectPoints(line, cv::Vec3d(), cv::Vec3d(), bent_camera, bent_lens, seen);
	for (const cv::Point2d &at : seen)
		points.emplace_back(cvRound(at.x * 16), cvRound(at.y * 16));
	cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{points}, cv::Scalar(255), cv::LINE_8,
	             4);
}

#endif
