// The rows of target: see ../nodes.hpp. The picture is one of a robot's: dark, with a pair of
// tapes, other green things and the sensor's noise.
extern "C" {
#include <image/inrange.pkd.h>
#include <target/contours.pkd.h>
#include <target/tapes.pkd.h>

extern const struct pkd_methods image_inrange_methods, target_contours_methods,
	target_tapes_methods;
}

#include "../nodes.hpp"

#include <vector>

namespace
{

const cv::Size vga(640, 480);
constexpr double vga_us = 1200; // what threshold, outlines and the pair may take

using outlines = std::vector<std::vector<cv::Point>>;

// A node whose output is no picture.
template <typename Params, typename In, typename Value, typename Out> struct finder {
	const struct pkd_methods &methods;
	struct pkd_ctx ctx = {};
	Params params = {};
	void *self;
	Value *value = static_cast<Value *>(fake_slot(sizeof(Value)));
	bool is_started = false;

	explicit finder(const struct pkd_methods &node) : methods(node), self(fake_self(&node))
	{
	}
	void fire(const struct pkd_image *mask)
	{
		In in = {mask};
		Out out = {value};

		if (!is_started)
			assert_int_equal(methods.init(self, &params, &ctx), PKD_OK);
		is_started = true;
		assert_int_equal(methods.step(self, &in, &out, &ctx), PKD_OK);
	}
};

using tapes_finder = finder<target_tapes_params, target_tapes_in, target_Pair, target_tapes_out>;
using contours_finder = finder<target_contours_params, target_contours_in, target_contours_targets,
                               target_contours_out>;

void paint_tape(cv::Mat &picture, double x, double y, double size, float angle)
{
	const cv::RotatedRect around({static_cast<float>(x), static_cast<float>(y)},
	                             {static_cast<float>(size * 0.36), static_cast<float>(size)},
	                             angle);
	cv::Point2f corners[4];
	std::vector<cv::Point> points;

	around.points(corners);
	for (const cv::Point2f &corner : corners)
		points.push_back(corner);
	cv::fillConvexPoly(picture, points, cv::Scalar(116, 204, 29), cv::LINE_AA);
}

void paint(struct pkd_image *frame)
{
	cv::Mat picture = mat_of(frame), noise(picture.size(), CV_16SC3), noisy;
	const double w = picture.cols, h = picture.rows;
	cv::RNG random(1);

	picture = cv::Scalar::all(16);
	for (int i = 0; i < 24; i++)
		cv::circle(picture,
		           {random.uniform(0, picture.cols), random.uniform(0, picture.rows / 3)},
		           random.uniform(1, picture.cols / 60), cv::Scalar(90, 220, 60),
		           cv::FILLED, cv::LINE_AA);
	paint_tape(picture, 0.4 * w, 0.6 * h, 0.2 * h, 14.5f);
	paint_tape(picture, 0.6 * w, 0.6 * h, 0.2 * h, -14.5f);
	random.fill(noise, cv::RNG::NORMAL, 0, 3);
	cv::add(picture, noise, noisy, cv::noArray(), CV_8U);
	noisy.copyTo(picture);
}

std::shared_ptr<tapes_finder> make_tapes()
{
	auto node = std::make_shared<tapes_finder>(target_tapes_methods);

	node->params.min_aspect = 0.4f;
	node->params.min_solidity = 0.9f;
	node->params.tilt = 14.5f;
	node->params.tilt_tolerance = 5;
	node->params.min_area = 0.0001f;
	node->params.sort = target_Order_centermost;
	node->params.spacing = 0.2032f;
	node->params.fov = 50.336f;
	node->params.cx = -1;
	node->params.tolerance = 0.84f;
	node->params.calibration = "";
	return node;
}

std::shared_ptr<contours_finder> make_contours()
{
	auto node = std::make_shared<contours_finder>(target_contours_methods);

	node->params.min_area = 0.0002f;
	node->params.max_area = node->params.max_fullness = 1;
	node->params.max_ratio = 1000;
	node->params.speckle = 0.05f;
	node->params.fov = 50.336f;
	node->params.cx = node->params.cy = -1;
	node->params.calibration = "";
	return node;
}

// What a program with OpenCV asks of each outline that is large enough.
double look_at(const outlines &found, double min_area)
{
	std::vector<cv::Point> hull;
	double sum = 0;

	for (const auto &points : found) {
		const double area = cv::contourArea(points);

		if (area < min_area)
			continue;
		cv::convexHull(points, hull);
		sum += cv::boundingRect(points).width + area / cv::contourArea(hull) +
		       static_cast<double>(cv::minAreaRect(points).angle);
	}
	return sum;
}

// The mask of a picture, and then `find` in it, beside the same calls of OpenCV.
template <typename Finder> bench_pair chain(cv::Size size, std::shared_ptr<Finder> find)
{
	auto node = bench_node<image_inrange_params, image_inrange_in, image_inrange_out>(
		image_inrange_methods, PKD_BGR24, size, PKD_GRAY8, size);
	auto hsv = bench_room(size, CV_8UC3), mask = bench_room(size, CV_8UC1);
	auto found = std::make_shared<outlines>();

	paint(node->frame);
	node->params.FORMAT = PKD_BGR24;
	node->params.W = static_cast<uint32_t>(size.width);
	node->params.H = static_cast<uint32_t>(size.height);
	node->params.h_min = 60;
	node->params.h_max = 100;
	node->params.s_min = node->params.v_min = 100;
	node->params.s_max = node->params.v_max = 255;
	find->params.W = node->params.W;
	find->params.H = node->params.H;
	return {[=] {
			node->fire();
			find->fire(node->view);
		},
	        [=] {
			cv::cvtColor(node->seen(), *hsv, cv::COLOR_BGR2HSV);
			cv::inRange(*hsv, cv::Scalar(60, 100, 100), cv::Scalar(100, 255, 255),
		                    *mask);
			cv::findContours(*mask, *found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
			assert_true(look_at(*found, 0.0001 * size.area()) > 0);
		},
	        size == vga ? vga_us : 0};
}

// One node alone, of a mask.
template <typename Finder> bench_pair alone(std::shared_ptr<Finder> find)
{
	struct pkd_image *mask = fake_image(PKD_GRAY8, 1920, 1080),
			 *frame = fake_image(PKD_BGR24, 1920, 1080);
	auto found = std::make_shared<outlines>();
	cv::Mat hsv, white = mat_of(mask);

	paint(frame);
	cv::cvtColor(mat_of(frame), hsv, cv::COLOR_BGR2HSV);
	cv::inRange(hsv, cv::Scalar(60, 100, 100), cv::Scalar(100, 255, 255), white);
	return {[=] { find->fire(mask); },
	        [=] {
			cv::findContours(white, *found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
			assert_true(look_at(*found, 0.0001 * bench_hd.area()) > 0);
		}};
}

BENCH_ROW("target.tapes", [] { return alone(make_tapes()); })
BENCH_ROW("target.contours", [] { return alone(make_contours()); })
BENCH_ROW("target.contours, dual", [] {
	auto node = make_contours();

	node->params.group = target_Group_dual;
	node->params.intersection = target_Intersection_up;
	return alone(node);
})
BENCH_ROW("target, inrange and tapes", [] { return chain(bench_hd, make_tapes()); })
BENCH_ROW("target, inrange and contours", [] { return chain(bench_hd, make_contours()); })
BENCH_ROW("target, inrange and tapes, VGA", [] { return chain(vga, make_tapes()); })
BENCH_ROW("target, inrange and contours, VGA", [] { return chain(vga, make_contours()); })

} // namespace
