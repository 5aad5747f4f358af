// Pictures of AprilTags at known places, for tests in C++. Included after filter_run.hpp.
#ifndef PKD_TEST_TAG_PICTURE_HPP
#define PKD_TEST_TAG_PICTURE_HPP

#include <apriltag/apriltag.h>
#include <apriltag/tag36h11.h>
#include <array>
#include <cmath>
#include <cstdlib>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

// Where a tag is: OpenCV's rotation vector and metres.
struct tag_place {
	int id;
	double size; // of the black square
	cv::Vec3d turn, place;
};

struct tag_camera {
	cv::Matx33d matrix;
	std::vector<double> distortion; // brown's
	int width, height;
};

// The corners of the black square in the picture, the middle of the first pixel being 0, 0: bottom
// left, then anticlockwise.
static inline std::array<cv::Point2d, 4> tag_corners(const tag_camera &camera, const tag_place &at)
{
	const double h = at.size / 2;
	const std::vector<cv::Point3d> corners = {{-h, h, 0}, {h, h, 0}, {h, -h, 0}, {-h, -h, 0}};
	std::vector<cv::Point2d> seen;

	cv::projectPoints(corners, at.turn, at.place, camera.matrix, camera.distortion, seen);
	return {seen[0], seen[1], seen[2], seen[3]};
}

// A tag of the family, `scale` pixels for each of its bits, with a white margin of as many.
static inline cv::Mat tag_print(apriltag_family_t *family, int id, int scale)
{
	image_u8_t *bits = apriltag_to_image(family, static_cast<uint32_t>(id));
	const cv::Mat small(bits->height, bits->width, CV_8UC1, bits->buf,
	                    static_cast<size_t>(bits->stride));
	cv::Mat large;

	cv::resize(small, large, cv::Size(), scale, scale, cv::INTER_NEAREST);
	std::free(bits->buf); // Debian's library has no image_u8_destroy
	std::free(bits);
	return large;
}

// Draws it into a gray picture that has `super` times the camera's width and height; without the
// lens' distortion.
static inline void tag_draw(cv::Mat &picture, const tag_camera &camera, apriltag_family_t *family,
                            const tag_place &at, int super)
{
	constexpr int scale = 24;
	const cv::Mat print = tag_print(family, at.id, scale);
	const double margin = (family->total_width - family->width_at_border) / 2.0 * scale;
	const double edge = family->width_at_border * scale;
	const tag_camera straight = {camera.matrix, {}, camera.width, camera.height};
	const std::array<cv::Point2d, 4> corners = tag_corners(straight, at);
	// Corners lie between pixels, the middle of the first one being 0, 0.
	const double a = margin - 0.5, b = margin + edge - 0.5;
	const cv::Point2f from[4] = {cv::Point2d(a, b), cv::Point2d(b, b), cv::Point2d(b, a),
	                             cv::Point2d(a, a)};
	cv::Point2f to[4];

	for (size_t i = 0; i < 4; i++)
		to[i] = {static_cast<float>((corners[i].x + 0.5) * super - 0.5),
		         static_cast<float>((corners[i].y + 0.5) * super - 0.5)};
	cv::warpPerspective(print, picture, cv::getPerspectiveTransform(from, to), picture.size(),
	                    cv::INTER_LINEAR, cv::BORDER_TRANSPARENT);
}

// A gray picture of the camera's size with all of them, as its lens shows them.
static inline cv::Mat tag_picture(const tag_camera &camera, apriltag_family_t *family,
                                  const std::vector<tag_place> &tags)
{
	constexpr int super = 4;
	cv::Mat large(camera.height * super, camera.width * super, CV_8UC1, cv::Scalar(160)), made;

	for (const tag_place &at : tags)
		tag_draw(large, camera, family, at, super);
	if (!camera.distortion.empty()) { // where each pixel of the bent picture comes from
		std::vector<cv::Point2d> bent, straight;
		cv::Mat places(large.size(), CV_32FC2);

		for (int y = 0; y < large.rows; y++)
			for (int x = 0; x < large.cols; x++)
				bent.emplace_back((x + 0.5) / super - 0.5, (y + 0.5) / super - 0.5);
		cv::undistortPoints(bent, straight, camera.matrix, camera.distortion, cv::noArray(),
		                    camera.matrix);
		for (int y = 0; y < large.rows; y++)
			for (int x = 0; x < large.cols; x++) {
				const cv::Point2d &from =
					straight[static_cast<size_t>(y * large.cols + x)];

				places.at<cv::Point2f>(y, x) = cv::Point2d(
					(from.x + 0.5) * super - 0.5, (from.y + 0.5) * super - 0.5);
			}
		cv::Mat flat;

		large.copyTo(flat);
		cv::remap(flat, large, places, cv::noArray(), cv::INTER_LINEAR,
		          cv::BORDER_REPLICATE);
	}
	cv::resize(large, made, cv::Size(camera.width, camera.height), 0, 0, cv::INTER_AREA);
	return made;
}

// The angle between a pose's turn and a rotation vector, in degrees.
template <typename Pose> static inline double tag_angle(const Pose &pose, const cv::Vec3d &turn)
{
	const double angle = cv::norm(turn);
	const cv::Vec3d axis = angle > 0 ? turn * (std::sin(angle / 2) / angle) : cv::Vec3d();
	const double dot = pose.qw * std::cos(angle / 2) + pose.qx * axis[0] + pose.qy * axis[1] +
	                   pose.qz * axis[2];

	return 2 * std::acos(std::min(1.0, std::abs(dot))) * 180 / CV_PI;
}

#endif
