// target.tapes on painted masks. How well it measures is told by scene_test.cpp, where scenes can
// be drawn.
#include <target/tapes.pkd.h>

#include <cmath>
#include <vector>

#include "../test/bent.hpp"
#include "../test/filter_run.hpp"
#include "lens.h"
#include "outlines.hpp"

extern "C" const struct pkd_methods target_tapes_methods;

namespace
{

constexpr int W = 640, H = 480;

struct eyes {
	struct target_tapes_params params = {};
	filter_image mask{PKD_GRAY8, W, H};
	std::unique_ptr<filter_run> run;
	struct target_Pair *pair =
		static_cast<struct target_Pair *>(fake_slot(sizeof(struct target_Pair)));

	eyes()
	{
		params.min_aspect = 0.4f;
		params.min_solidity = 0.9f;
		params.tilt = 14.5f;
		params.tilt_tolerance = 5;
		params.min_area = 0.0001f;
		params.sort = target_Order_centermost;
		params.spacing = 0.2032f;
		params.fov = 50.336f;
		params.cx = -1;
		params.calibration = "";
		params.setback = 0.28575f;
		params.tolerance = 0.84f;
		params.W = W;
		params.H = H;
		mask.mat() = cv::Scalar(0);
	}
	~eyes()
	{
		fake_slot_free(pair);
	}

	void clear(int value = 0)
	{
		mask.mat() = cv::Scalar(value);
	}
	// A strip with its middle there, that leans to the right by `tilt` degrees.
	void paint(double x, double y, double tilt, double length = 60, double breadth = 22)
	{
		const double angle = lens_radians(tilt), c = std::cos(angle), s = std::sin(angle);
		const double w = breadth / 2, h = length / 2;
		std::vector<cv::Point> corners;

		for (const cv::Point2d at : {cv::Point2d(-w, -h), {w, -h}, {w, h}, {-w, h}})
			corners.push_back({cvRound(16 * (x + at.x * c - at.y * s)),
			                   cvRound(16 * (y + at.x * s + at.y * c))});
		cv::Mat mat = mask.mat();
		cv::fillConvexPoly(mat, corners, cv::Scalar(255), cv::LINE_8, 4);
	}
	void paint_pair(double x, double y, double size = 1)
	{
		paint(x - 60 * size, y, 14.5, 60 * size, 22 * size);
		paint(x + 60 * size, y, -14.5, 60 * size, 22 * size);
	}
	bool find()
	{
		struct target_tapes_in in = {mask.image};
		struct target_tapes_out out = {pair};

		if (!run)
			run.reset(new filter_run(target_tapes_methods, &params));
		run->ctx->absent = 0;
		std::memset(static_cast<void *>(pair), 0, sizeof(*pair));
		assert_int_equal(run->step(&in, &out), PKD_OK);
		return !run->ctx->absent;
	}
	// Where the middle of the pair is, in pixels.
	double middle() const
	{
		return 319.5 + 320 * wide(pair->shift);
	}
};

void is_near(double found, double wanted, double within)
{
	if (!(std::fabs(found - wanted) <= within))
		fail_msg("%g, and not %g", found, wanted);
}

// ---- Tests ----

void a_pair_is_measured_between_its_inner_corners(void **)
{
	eyes eyes;
	const double reach =
		(22 * std::cos(lens_radians(14.5)) + 60 * std::sin(lens_radians(14.5))) / 2;
	const double between = 120 - 2 * reach;

	eyes.paint_pair(400, 200);
	assert_true(eyes.find());
	is_near(wide(eyes.pair->distance), 0.2032 * 681 / between - 0.28575, 0.03);
	is_near(wide(eyes.pair->offset), lens_degrees(std::atan(80.5 / 681)), 0.05);
	is_near(wide(eyes.pair->shift), 80.5 / 320, 0.002);
	assert_false(eyes.pair->centred);
	is_near(wide(eyes.pair->left.x), (340 - reach) / W, 0.003);
	is_near(wide(eyes.pair->right.x + eyes.pair->right.w), (460 + reach) / W, 0.003);
	is_near(wide(eyes.pair->left.y), wide(eyes.pair->right.y), 0.003);
	// Live: what counts as straight ahead, and where distances begin.
	eyes.params.tolerance = 7;
	eyes.params.setback = -1;
	assert_true(eyes.find());
	assert_true(eyes.pair->centred);
	is_near(wide(eyes.pair->distance), 0.2032 * 681 / between + 1, 0.03);
}

void straight_ahead_is_where_the_camera_looks(void **)
{
	eyes eyes;

	for (int x = 300; x < 340; x++) {
		eyes.clear();
		eyes.paint_pair(x, 200);
		assert_true(eyes.find());
		if (std::abs(x - 319.5) < 9)
			assert_true(eyes.pair->centred);
		if (std::abs(x - 319.5) > 11)
			assert_false(eyes.pair->centred);
	}
	eyes.params.cx = 339;
	assert_true(eyes.find());
	is_near(wide(eyes.pair->offset), 0, 0.05);
	eyes.params.fx = 1362; // half the angles, twice the distance
	eyes.params.setback = 0;
	eyes.params.cx = 239;
	assert_true(eyes.find());
	is_near(wide(eyes.pair->offset), lens_degrees(std::atan(100. / 1362)), 0.05);
}

void what_is_no_pair_is_none(void **)
{
	eyes eyes;

	assert_false(eyes.find());
	eyes.clear(255);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 200, 14.5); // one
	assert_false(eyes.find());
	eyes.paint(320, 200, 14.5); // two that lean alike
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 200, -14.5); // each in the other's place
	eyes.paint(320, 200, 14.5);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 200, 0); // upright
	eyes.paint(320, 200, 0);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 200, 30); // too far
	eyes.paint(320, 200, -30);
	assert_false(eyes.find());
	eyes.params.tilt = 30;
	assert_true(eyes.find());
	eyes.params.tilt = 14.5f;
	eyes.clear();
	eyes.paint(200, 200, 18.5); // each just so, and both together not
	eyes.paint(320, 200, -18.5);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 100, 14.5); // not side by side
	eyes.paint(320, 300, -14.5);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint(200, 200, 14.5); // of other sizes
	eyes.paint(320, 200, -14.5, 20, 8);
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint_pair(320, 34); // whole, by two pixels
	assert_true(eyes.find());
	eyes.clear();
	eyes.paint_pair(320, 28); // cut by the edge
	assert_false(eyes.find());
	eyes.clear();
	eyes.paint_pair(300, 200);
	cv::Mat mat = eyes.mask.mat();
	cv::circle(mat, {368, 200}, 10, cv::Scalar(0), cv::FILLED); // bitten, not solid
	assert_false(eyes.find());
	eyes.params.min_solidity = 0.5f;
	eyes.params.tilt_tolerance = 10;
	assert_true(eyes.find());
	eyes.params.min_area = 0.1f;
	assert_false(eyes.find());
	eyes.params.min_area = 0;
	eyes.params.min_aspect = 0.7f;
	assert_false(eyes.find());
}

void of_several_pairs_one_is_chosen(void **)
{
	eyes eyes;

	eyes.paint_pair(130, 240, 0.6);
	eyes.paint_pair(330, 140, 0.4);
	eyes.paint_pair(500, 360, 1);
	assert_true(eyes.find());
	is_near(eyes.middle(), 330, 1);
	eyes.params.sort = target_Order_largest;
	assert_true(eyes.find());
	is_near(eyes.middle(), 500, 1);
	eyes.params.sort = target_Order_smallest;
	assert_true(eyes.find());
	is_near(eyes.middle(), 330, 1);
	eyes.params.sort = target_Order_leftmost;
	assert_true(eyes.find());
	is_near(eyes.middle(), 130, 1);
	eyes.params.sort = target_Order_rightmost;
	assert_true(eyes.find());
	is_near(eyes.middle(), 500, 1);
	eyes.params.sort = target_Order_highest;
	assert_true(eyes.find());
	is_near(eyes.middle(), 330, 1);
	eyes.params.sort = target_Order_lowest;
	assert_true(eyes.find());
	is_near(eyes.middle(), 500, 1);
}

// Half a target to the left, \ / \: the \ there belongs to nobody, nor is \ taken over the head of
// another /.
void neighbours_pair_and_no_others(void **)
{
	eyes eyes;

	eyes.paint(100, 200, -14.5);
	eyes.paint(220, 200, 14.5);
	eyes.paint(340, 200, -14.5);
	assert_true(eyes.find());
	is_near(eyes.middle(), 280, 1);
	eyes.clear();
	eyes.paint(220, 200, 14.5);
	eyes.paint(340, 200, 14.5);
	eyes.paint(460, 200, -14.5);
	assert_true(eyes.find());
	is_near(eyes.middle(), 400, 1);
	eyes.paint(400, 400, 14.5); // of another row
	assert_true(eyes.find());
	is_near(eyes.middle(), 400, 1);
}

void clutter_does_not_hide_it(void **)
{
	eyes eyes;
	cv::RNG random(7);
	cv::Mat mat = eyes.mask.mat();

	eyes.paint_pair(320, 240);
	for (int i = 0; i < 60; i++) // more than twenty blobs
		cv::circle(mat, {10 + i % 30 * 21, 20 + i / 30 * 400}, 4 + i % 5, cv::Scalar(255),
		           cv::FILLED);
	for (int i = 0; i < 3000; i++)
		mat.at<uint8_t>(random.uniform(0, H), random.uniform(0, W)) = 255;
	cv::line(mat, {0, 460}, {639, 440}, cv::Scalar(255));
	assert_true(eyes.find());
	is_near(eyes.middle(), 320, 1.5);
}

void noise_is_bounded_and_holds_no_pair(void **)
{
	eyes eyes;
	cv::RNG random(3);
	cv::Mat mat = eyes.mask.mat(), noise(H, W, CV_8UC1);

	eyes.params.min_area = 0;
	eyes.params.tilt_tolerance = 45;
	eyes.params.min_aspect = 0;
	eyes.params.min_solidity = 0;
	for (const double threshold : {250., 200., 160., 128., 60.}) {
		random.fill(noise, cv::RNG::UNIFORM, 0, 256);
		cv::threshold(noise, mat, threshold, 255, cv::THRESH_BINARY);
		eyes.find(); // and ends
	}
	eyes.params.min_area = 0.0001f;
	eyes.params.tilt_tolerance = 5;
	eyes.params.min_aspect = 0.4f;
	eyes.params.min_solidity = 0.9f;
	for (int i = 0; i < 20; i++) {
		random.fill(noise, cv::RNG::UNIFORM, 0, 256);
		cv::threshold(noise, mat, 150, 255, cv::THRESH_BINARY);
		assert_false(eyes.find());
	}
}

void small_frames_are_looked_at(void **)
{
	eyes eyes;

	for (uint32_t size = 1; size < 12; size++) {
		pkd_image_set(eyes.mask.image, PKD_GRAY8, size, 13 - size);
		for (const int value : {0, 255}) {
			eyes.clear(value);
			assert_false(eyes.find());
		}
	}
}

// A tape with its middle at x, y, in metres, as a lens that bends shows it at z.
void paint_bent(eyes *eyes, double x, double y, double z, double tilt)
{
	const double angle = lens_radians(tilt), c = std::cos(angle), s = std::sin(angle);
	const double w = 0.0508 / 2, h = 0.1397 / 2;
	std::vector<cv::Point2d> corners;

	for (const cv::Point2d at : {cv::Point2d(-w, -h), {w, -h}, {w, h}, {-w, h}})
		corners.emplace_back((x + at.x * c - at.y * s) / z, (y + at.x * s + at.y * c) / z);
	bent_fill(eyes->mask.mat(), corners);
}

// With a calibration the lens' distortion is taken out: at the picture's edge, too.
void a_lens_that_bends_is_known_by_its_file(void **)
{
	const std::string path = lens_file(bent_camera, bent_lens, W, H);
	const double reach =
		(0.0508 * std::cos(lens_radians(14.5)) + 0.1397 * std::sin(lens_radians(14.5))) / 2;
	double worst_without = 0;
	eyes eyes, plain;

	eyes.params.calibration = path.c_str();
	eyes.params.setback = plain.params.setback = 0;
	plain.params.fx = 500;
	plain.params.cx = 330;
	for (double z = 0.8; z < 2; z += 0.3) {
		for (double x = -0.2; x < 0.25; x += 0.1) {
			eyes.clear();
			for (const int side : {-1, 1})
				paint_bent(&eyes, x * z + side * (0.1016 + reach), 0.15 * z, z,
				           -14.5 * side);
			assert_true(eyes.find());
			assert_true(std::fabs(wide(eyes.pair->distance) / z - 1) < 0.025);
			assert_true(std::fabs(wide(eyes.pair->offset) -
			                      lens_degrees(std::atan(x))) < 0.15);
			eyes.mask.mat().copyTo(plain.mask.mat());
			if (plain.find())
				worst_without =
					std::max(worst_without,
				                 std::fabs(wide(plain.pair->distance) / z - 1));
		}
	}
	print_message("%.3f without\n", worst_without);
	assert_true(worst_without > 0.03);

	struct eyes other; // of another shape
	const std::string wrong = lens_file(bent_camera, bent_lens, W, 360);
	struct target_tapes_in in = {other.mask.image};
	struct target_tapes_out out = {other.pair};

	other.params.calibration = wrong.c_str();
	filter_run run(target_tapes_methods, &other.params);
	assert_int_equal(run.step(&in, &out), -EINVAL);
	assert_true(run.says("calibrated with 640x360, which is of another shape"));
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_is_measured_between_its_inner_corners),
		cmocka_unit_test(straight_ahead_is_where_the_camera_looks),
		cmocka_unit_test(what_is_no_pair_is_none),
		cmocka_unit_test(of_several_pairs_one_is_chosen),
		cmocka_unit_test(neighbours_pair_and_no_others),
		cmocka_unit_test(clutter_does_not_hide_it),
		cmocka_unit_test(noise_is_bounded_and_holds_no_pair),
		cmocka_unit_test(small_frames_are_looked_at),
		cmocka_unit_test(a_lens_that_bends_is_known_by_its_file),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
