// Pieces of light: what a pixel has of them.
#include <cmath>
#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "patches.hpp"

extern "C" {
#include <cmocka.h>
}

namespace
{

constexpr double f = 100;
const struct lens ahead = {f, 15.5, 11.5}; // of 32 x 24 pixels

// A piece that is seen, unturned at a metre, from x to x + w and y to y + h in pixels, the first
// from 0 to 1.
patch rectangle(double x, double y, double w, double h, float light = 1)
{
	const double left = (x - 16) / f, top = (y - 12) / f, right = left + w / f,
		     bottom = top + h / f;

	return {{{left, top}, {right, top}, {right, bottom}, {left, bottom}},
	        cv::Vec3f::all(light)};
}

struct scene {
	cv::Mat picture{24, 32, CV_32FC3, cv::Scalar::all(0)};
	std::vector<double> row;
	placed where = {cv::Matx33d::eye(), {0, 0, 1}};

	void draw(const patch &piece)
	{
		patch_draw(picture, piece, where, ahead, row);
	}
	double at(int x, int y) const
	{
		return static_cast<double>(picture.at<cv::Vec3f>(y, x)[1]);
	}
	double sum() const
	{
		return cv::sum(picture)[1];
	}
};

void is_near(double found, double wanted, double within)
{
	if (!(std::fabs(found - wanted) <= within))
		fail_msg("%g, and not %g", found, wanted);
}

void a_pixel_has_the_share_that_is_covered(void **)
{
	scene scene;

	scene.draw(rectangle(3, 4, 2, 1));
	is_near(scene.at(3, 4), 1, 1e-6);
	is_near(scene.at(4, 4), 1, 1e-6);
	is_near(scene.sum(), 2, 1e-5);
	scene.draw(rectangle(10.25, 8.5, 1, 1));
	is_near(scene.at(10, 8), 0.375, 1e-5);
	is_near(scene.at(11, 8), 0.125, 1e-5);
	is_near(scene.at(10, 9), 0.375, 1e-5);
	is_near(scene.at(11, 9), 0.125, 1e-5);
	scene.draw(rectangle(20.1, 5, 0.3, 0.5, 8)); // within one
	is_near(scene.at(20, 5), 8 * 0.15, 1e-5);
}

void what_is_turned_has_its_area(void **)
{
	for (int i = 0; i < 36; i++) {
		const double angle = i * 0.1, c = std::cos(angle), s = std::sin(angle);
		scene scene;

		scene.where.turn = {c, -s, 0, s, c, 0, 0, 0, 1};
		scene.draw(rectangle(11, 10, 10, 4));
		is_near(scene.sum(), 40, 0.15);
		cv::Mat one;
		cv::extractChannel(scene.picture, one, 0);
		const cv::Moments m = cv::moments(one);
		is_near(m.m10 / m.m00, 15.5, 0.02);
		is_near(m.m01 / m.m00, 11.5, 0.02);
	}
}

void pieces_that_touch_leave_no_seam(void **)
{
	const double angle = 0.3, c = std::cos(angle), s = std::sin(angle);
	scene scene;

	scene.where.turn = {c, -s, 0, s, c, 0, 0, 0, 1};
	for (int y = 0; y < 6; y++)
		for (int x = 0; x < 6; x++)
			scene.draw(rectangle(10 + 2 * x, 6 + 2 * y, 2, 2, 3));
	for (int y = 9; y < 15; y++)
		for (int x = 13; x < 19; x++)
			is_near(scene.at(x, y), 3, 1e-4);
}

void what_is_outside_or_behind_is_cut(void **)
{
	scene scene;

	scene.draw(rectangle(-5, -5, 6, 6));
	is_near(scene.at(0, 0), 1, 1e-6);
	is_near(scene.sum(), 1, 1e-5);
	scene.draw(rectangle(31.5, 23, 100, 100));
	is_near(scene.at(31, 23), 0.5, 1e-5);
	is_near(scene.sum(), 1.5, 1e-5);
	scene.draw(rectangle(40, 4, 3, 3));
	scene.draw(rectangle(4, -40, 3, 3));
	scene.where.at[2] = -1;
	scene.draw(rectangle(3, 4, 2, 1));
	is_near(scene.sum(), 1.5, 1e-5);
	// A floor, from the feet to the horizon, which is in the middle.
	scene.picture = cv::Scalar::all(0);
	scene.where = {{1, 0, 0, 0, 0, 1, 0, -1, 0}, {0, 1, 0}};
	scene.draw({{{-1e3, -1e4}, {1e3, -1e4}, {1e3, 1e4}, {-1e3, 1e4}}, cv::Vec3f::all(1)});
	is_near(scene.at(16, 23), 1, 1e-5);
	is_near(scene.at(0, 13), 1, 1e-5);
	is_near(scene.at(16, 10), 0, 1e-5);
}

void a_quaternion_turns_as_it_should(void **)
{
	const double half = std::sqrt(0.5), at[] = {1, 2, 3}, about_y[] = {half, 0, half, 0};
	const double doubled[] = {2 * half, 0, 2 * half, 0}, none[] = {0, 0, 0, 0},
		     nan[] = {NAN, 0, 0, 0};
	placed placed;

	assert_true(placed_by(at, about_y, &placed));
	is_near(placed.at[2], 3, 0);
	// x becomes -z: what is to the right comes towards the camera.
	is_near(placed.turn(2, 0), -1, 1e-9);
	is_near(placed.turn(0, 2), 1, 1e-9);
	is_near(placed.turn(1, 1), 1, 1e-9);
	assert_true(placed_by(at, doubled, &placed)); // need not be of length 1
	is_near(placed.turn(2, 0), -1, 1e-9);
	assert_false(placed_by(at, none, &placed));
	assert_false(placed_by(at, nan, &placed));
	assert_false(placed_by(nan, about_y, &placed));
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pixel_has_the_share_that_is_covered),
		cmocka_unit_test(what_is_turned_has_its_area),
		cmocka_unit_test(pieces_that_touch_leave_no_seam),
		cmocka_unit_test(what_is_outside_or_behind_is_cut),
		cmocka_unit_test(a_quaternion_turns_as_it_should),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
