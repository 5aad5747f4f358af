// target.contours on painted masks.
#include <target/contours.pkd.h>

#include <cmath>
#include <iterator>
#include <vector>

#include "../test/bent.hpp"
#include "../test/filter_run.hpp"
#include "lens.h"
#include "outlines.hpp"

extern "C" const struct pkd_methods target_contours_methods;

namespace
{

constexpr int W = 640, H = 480;

struct eyes {
	struct target_contours_params params = {};
	filter_image mask{PKD_GRAY8, W, H};
	std::unique_ptr<filter_run> run;
	struct target_contours_targets *targets =
		static_cast<struct target_contours_targets *>(fake_slot(sizeof(*targets)));

	eyes()
	{
		params.min_area = 0.0002f;
		params.calibration = "";
		params.max_area = params.max_fullness = 1;
		params.max_ratio = 1000;
		params.speckle = 0.05f;
		params.fov = 50.336f;
		params.cx = params.cy = -1;
		params.W = W;
		params.H = H;
		mask.mat() = cv::Scalar(0);
	}
	~eyes()
	{
		fake_slot_free(targets);
	}

	void clear(int value = 0)
	{
		mask.mat() = cv::Scalar(value);
	}
	void paint(int x, int y, int w, int h, int value = 255)
	{
		mask.mat()(cv::Rect(x, y, w, h)) = cv::Scalar(value);
	}
	void paint_turned(double x, double y, double w, double h, double angle)
	{
		cv::Point2f corners[4];
		std::vector<cv::Point> points;

		cv::RotatedRect({static_cast<float>(x), static_cast<float>(y)},
		                {static_cast<float>(w), static_cast<float>(h)},
		                static_cast<float>(angle))
			.points(corners);
		for (const cv::Point2f &corner : corners)
			points.push_back({cvRound(corner.x * 16), cvRound(corner.y * 16)});
		cv::Mat mat = mask.mat();
		cv::fillConvexPoly(mat, points, cv::Scalar(255), cv::LINE_8, 4);
	}
	uint32_t find()
	{
		struct target_contours_in in = {mask.image};
		struct target_contours_out out = {targets};

		if (!run)
			run.reset(new filter_run(target_contours_methods, &params));
		targets->len = 0;
		assert_int_equal(run->step(&in, &out), PKD_OK);
		assert_in_range(targets->len, 0, 20);
		for (uint32_t i = 0; i < targets->len; i++)
			check(&targets->items[i], i);
		return targets->len;
	}
	// What holds for any target.
	void check(const struct target_Target *target, uint32_t i) const
	{
		const auto *corners = target->corners;
		float twice = 0;

		assert_int_equal(target->id, i + 1);
		assert_true(target->area > 0 && target->area <= 1);
		assert_true(target->box.x >= 0 && target->box.x + target->box.w <= 1.00001f);
		assert_true(target->box.y >= 0 && target->box.y + target->box.h <= 1.00001f);
		for (int k = 0; k < 4; k++)
			twice += corners[k].x * corners[(k + 1) % 4].y -
			         corners[(k + 1) % 4].x * corners[k].y;
		assert_true(twice < 0); // anticlockwise, where y is down
		for (int k = 1; k < 4; k++)
			assert_true(corners[0].y * H - corners[0].x * W >=
			            corners[k].y * H - corners[k].x * W - 0.01f);
	}
	const struct target_Target &operator[](uint32_t i) const
	{
		return targets->items[i];
	}
	// The middle of the box, in pixels.
	double x(uint32_t i) const
	{
		return wide(targets->items[i].box.x + targets->items[i].box.w / 2) * W;
	}
};

void is_near(double found, double wanted, double within)
{
	if (!(std::fabs(found - wanted) <= within))
		fail_msg("%g, and not %g", found, wanted);
}

// ---- Tests ----

void a_rectangle_is_exact(void **)
{
	eyes eyes;

	eyes.paint(100, 60, 80, 40);
	assert_int_equal(eyes.find(), 1);
	const struct target_Target &target = eyes[0];

	is_near(wide(target.area), 80. * 40 / (W * H), 1e-7);
	is_near(wide(target.box.x), 100. / W, 1e-6);
	is_near(wide(target.box.y), 60. / H, 1e-6);
	is_near(wide(target.box.w), 80. / W, 1e-6);
	is_near(wide(target.box.h), 40. / H, 1e-6);
	is_near(wide(target.corners[0].x), 100. / W, 1e-5); // bottom left
	is_near(wide(target.corners[0].y), 100. / H, 1e-5);
	is_near(wide(target.corners[1].x), 180. / W, 1e-5); // bottom right
	is_near(wide(target.corners[2].y), 60. / H, 1e-5);  // top right
	is_near(wide(target.yaw), lens_degrees(std::atan((140 - 320) / 681.)), 0.01);
	is_near(wide(target.pitch), lens_degrees(std::atan((240 - 80) / std::hypot(681., 180.))),
	        0.01);
	assert_true(target.distance < 0);
	eyes.params.width = 0.5f;
	eyes.find();
	is_near(wide(eyes[0].distance), 0.5 * 681 / 80, 0.01);
}

void a_turned_one_has_its_own_corners(void **)
{
	eyes eyes;

	for (int angle = -40; angle <= 40; angle += 10) {
		const double a = lens_radians(angle);

		eyes.clear();
		eyes.paint_turned(300, 200, 160, 60, angle);
		assert_int_equal(eyes.find(), 1);
		is_near(wide(eyes[0].corners[0].x) * W, 300.5 - 80 * std::cos(a) - 30 * std::sin(a),
		        1.5);
		is_near(wide(eyes[0].corners[0].y) * H, 200.5 - 80 * std::sin(a) + 30 * std::cos(a),
		        1.5);
		is_near(wide(eyes[0].area) * W * H, 160 * 60, 250);
	}
}

void what_is_too_small_large_sparse_or_long_is_left_out(void **)
{
	eyes eyes;

	eyes.paint(10, 10, 100, 50);  // 5000 pixels, twice as wide
	eyes.paint(200, 10, 50, 100); // half as wide
	eyes.paint(300, 10, 10, 10);
	eyes.paint(400, 10, 100, 100);
	cv::Mat mat = eyes.mask.mat();
	cv::fillConvexPoly(mat, std::vector<cv::Point>{{10, 300}, {210, 300}, {10, 200}},
	                   cv::Scalar(255));
	assert_int_equal(eyes.find(), 4); // without the speckle
	eyes.params.speckle = 0;
	assert_int_equal(eyes.find(), 5);
	eyes.params.min_area = 200.f / (W * H);
	assert_int_equal(eyes.find(), 4);
	eyes.params.max_area = 6000.f / (W * H);
	assert_int_equal(eyes.find(), 2);
	eyes.params.max_area = 1;
	eyes.params.min_fullness = 0.7f;
	assert_int_equal(eyes.find(), 3);
	eyes.params.min_fullness = 0;
	eyes.params.max_fullness = 0.7f; // the triangle
	assert_int_equal(eyes.find(), 1);
	eyes.params.max_fullness = 1;
	eyes.params.min_ratio = 1.5f;
	eyes.params.max_ratio = 3;
	assert_int_equal(eyes.find(), 2);
	eyes.params.min_ratio = 0.2f;
	eyes.params.max_ratio = 0.6f;
	assert_int_equal(eyes.find(), 1);
	is_near(eyes.x(0), 225, 0.1);
}

void holes_count_and_what_is_in_them_does_not(void **)
{
	eyes eyes;

	eyes.paint(100, 100, 100, 100);
	eyes.paint(120, 120, 60, 60, 0);
	eyes.paint(140, 140, 20, 20);
	assert_int_equal(eyes.find(), 1);
	is_near(wide(eyes[0].area) * W * H, 10000, 0.1);
}

void they_come_in_the_order_that_was_asked_for(void **)
{
	const struct {
		uint32_t sort;
		double x; // of the first
	} orders[] = {{target_Order_largest, 550},   {target_Order_smallest, 330},
	              {target_Order_highest, 200},   {target_Order_lowest, 60},
	              {target_Order_leftmost, 60},   {target_Order_rightmost, 550},
	              {target_Order_centermost, 330}};
	eyes eyes;

	eyes.paint(30, 400, 60, 60);
	eyes.paint(170, 10, 60, 50);
	eyes.paint(310, 250, 40, 40);
	eyes.paint(500, 100, 100, 100);
	for (const auto &order : orders) {
		eyes.params.sort = order.sort;
		assert_int_equal(eyes.find(), 4);
		is_near(eyes.x(0), order.x, 0.1);
	}
}

void of_more_than_twenty_the_first_twenty_stay(void **)
{
	eyes eyes;

	for (int i = 0; i < 30; i++)
		eyes.paint(i * 21, 100, 10 + i % 7, 20);
	eyes.paint(300, 300, 50, 50);
	assert_int_equal(eyes.find(), 20);
	is_near(eyes.x(0), 325, 0.1);
	for (uint32_t i = 1; i < 20; i++)
		assert_true(eyes[i].area <= eyes[i - 1].area);
	eyes.params.sort = target_Order_rightmost;
	assert_int_equal(eyes.find(), 20);
	for (uint32_t i = 1; i < 20; i++)
		assert_true(eyes.x(i) < eyes.x(i - 1));
	for (int y = 0; y + 12 < H; y += 12) // 2000 of one size
		for (int x = 0; x + 12 < W; x += 12)
			eyes.paint(x, y, 10, 10);
	assert_int_equal(eyes.find(), 20);
}

void two_are_one_where_the_lines_along_them_meet(void **)
{
	eyes eyes;

	eyes.paint_turned(200, 200, 20, 60, 14.5); // leans right: its lines meet above
	eyes.paint_turned(300, 200, 20, 60, -14.5);
	assert_int_equal(eyes.find(), 2);
	eyes.params.group = target_Group_dual;
	assert_int_equal(eyes.find(), 1);
	is_near(eyes.x(0), 250.5, 1);
	is_near(wide(eyes[0].area) * W * H, 2 * 20 * 60, 250);
	eyes.params.intersection = target_Intersection_up;
	assert_int_equal(eyes.find(), 1);
	is_near(wide(eyes[0].yaw), lens_degrees(std::atan((250 - 319.5) / 681)), 0.1);
	for (const uint32_t way :
	     {target_Intersection_down, target_Intersection_left, target_Intersection_right}) {
		eyes.params.intersection = way;
		assert_int_equal(eyes.find(), 0);
	}
	eyes.clear();
	eyes.paint_turned(200, 200, 20, 60, -14.5);
	eyes.paint_turned(300, 200, 20, 60, 14.5);
	eyes.params.intersection = target_Intersection_down;
	assert_int_equal(eyes.find(), 1);
	eyes.params.intersection = target_Intersection_up;
	assert_int_equal(eyes.find(), 0);
	eyes.clear(); // one above the other, > and <
	eyes.paint_turned(200, 100, 60, 20, 14.5);
	eyes.paint_turned(201, 200, 60, 20, -14.5);
	eyes.params.intersection = target_Intersection_right;
	assert_int_equal(eyes.find(), 1);
	eyes.params.intersection = target_Intersection_left;
	assert_int_equal(eyes.find(), 0);
	eyes.clear();
	eyes.paint_turned(200, 100, 60, 20, -14.5);
	eyes.paint_turned(201, 200, 60, 20, 14.5);
	assert_int_equal(eyes.find(), 1);
	eyes.clear(); // in parallel
	eyes.paint(100, 100, 20, 60);
	eyes.paint(200, 100, 20, 60);
	assert_int_equal(eyes.find(), 0);
	eyes.clear();
	eyes.paint(100, 100, 20, 60); // alone
	eyes.params.intersection = target_Intersection_none;
	assert_int_equal(eyes.find(), 0);
}

void pairs_are_taken_from_left_to_right(void **)
{
	eyes eyes;

	eyes.params.group = target_Group_dual;
	eyes.params.intersection = target_Intersection_up;
	eyes.paint_turned(60, 200, 20, 60, -14.5); // the right half of one that is not seen
	eyes.paint_turned(200, 200, 20, 60, 14.5);
	eyes.paint_turned(300, 200, 20, 60, -14.5);
	eyes.paint_turned(420, 200, 20, 60, 14.5);
	eyes.paint_turned(520, 200, 20, 60, -14.5);
	eyes.params.sort = target_Order_leftmost;
	assert_int_equal(eyes.find(), 2);
	is_near(eyes.x(0), 250.5, 1);
	is_near(eyes.x(1), 470.5, 1);
}

void nothing_all_and_noise_do_no_harm(void **)
{
	eyes eyes;
	cv::RNG random(5);
	cv::Mat mat = eyes.mask.mat(), noise(H, W, CV_8UC1);

	assert_int_equal(eyes.find(), 0);
	eyes.clear(255);
	assert_int_equal(eyes.find(), 1);
	is_near(wide(eyes[0].area), 1, 1e-6);
	is_near(wide(eyes[0].yaw), 0, 1e-3);
	is_near(wide(eyes[0].pitch), 0, 1e-3);
	eyes.params.min_area = eyes.params.speckle = 0;
	for (const uint32_t group : {target_Group_single, target_Group_dual}) {
		eyes.params.group = group;
		eyes.params.intersection = target_Intersection_up;
		for (const double threshold : {254., 200., 150., 60.}) {
			random.fill(noise, cv::RNG::UNIFORM, 0, 256);
			cv::threshold(noise, mat, threshold, 255, cv::THRESH_BINARY);
			eyes.find();
		}
	}
	eyes.params.group = target_Group_single;
	for (uint32_t size = 1; size < 12; size++) {
		pkd_image_set(eyes.mask.image, PKD_GRAY8, size, 13 - size);
		eyes.clear(255);
		struct target_contours_in in = {eyes.mask.image};
		struct target_contours_out out = {eyes.targets};
		assert_int_equal(eyes.run->step(&in, &out), PKD_OK);
		assert_int_equal(eyes.targets->len, 1);
		is_near(wide(eyes[0].area), 1, 1e-6);
	}
}

// With a calibration the lens' distortion is taken out of angles and distances.
void a_lens_that_bends_is_known_by_its_file(void **)
{
	const std::string path = lens_file(bent_camera, bent_lens, W, H);
	double worst_without = 0;
	eyes eyes, plain;

	eyes.params.calibration = path.c_str();
	eyes.params.width = plain.params.width = 0.1f;
	plain.params.fx = 500;
	plain.params.cx = 330;
	plain.params.cy = 235;
	for (double x = -0.45; x < 0.5; x += 0.15) {
		for (double y = -0.3; y < 0.35; y += 0.15) {
			const double h = 0.05; // of 0.1 m at 1 m

			eyes.clear();
			bent_fill(eyes.mask.mat(),
			          {{x - h, y - h}, {x + h, y - h}, {x + h, y + h}, {x - h, y + h}});
			assert_int_equal(eyes.find(), 1);
			is_near(wide(eyes[0].yaw), lens_degrees(std::atan(x)), 0.2);
			is_near(wide(eyes[0].pitch), lens_degrees(std::atan2(-y, std::hypot(1, x))),
			        0.2);
			is_near(wide(eyes[0].distance), 1, 0.06);
			eyes.mask.mat().copyTo(plain.mask.mat());
			assert_int_equal(plain.find(), 1);
			worst_without = std::max(
				worst_without,
				std::fabs(wide(plain[0].yaw) - lens_degrees(std::atan(x))));
		}
	}
	assert_true(worst_without > 1);
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rectangle_is_exact),
		cmocka_unit_test(a_turned_one_has_its_own_corners),
		cmocka_unit_test(what_is_too_small_large_sparse_or_long_is_left_out),
		cmocka_unit_test(holes_count_and_what_is_in_them_does_not),
		cmocka_unit_test(they_come_in_the_order_that_was_asked_for),
		cmocka_unit_test(of_more_than_twenty_the_first_twenty_stay),
		cmocka_unit_test(two_are_one_where_the_lines_along_them_meet),
		cmocka_unit_test(pairs_are_taken_from_left_to_right),
		cmocka_unit_test(nothing_all_and_noise_do_no_harm),
		cmocka_unit_test(a_lens_that_bends_is_known_by_its_file),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
