// image.rotate beside cv::rotate and cv::warpAffine.
extern "C" {
#include <image/rotate.pkd.h>
extern const struct pkd_methods image_rotate_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_rotate_params, image_rotate_in, image_rotate_out> {
	run(uint32_t format, cv::Size from, cv::Size to)
		: image_run(image_rotate_methods, format, from, format, to)
	{
		params.FORMAT = format;
		params.W = static_cast<uint32_t>(to.width);
		params.H = static_cast<uint32_t>(to.height);
		params.interpolation = image_Interpolation_linear;
		params.colour = "black";
	}
};

void quarter_turns_keep_each_pixel(void **)
{
	static const struct {
		float angle;
		int code;
	} turns[] = {{90, cv::ROTATE_90_CLOCKWISE},
	             {-270, cv::ROTATE_90_CLOCKWISE},
	             {180, cv::ROTATE_180},
	             {-180, cv::ROTATE_180},
	             {270, cv::ROTATE_90_COUNTERCLOCKWISE},
	             {-90, cv::ROTATE_90_COUNTERCLOCKWISE},
	             {0, -1},
	             {360, -1},
	             {-360, -1}};

	for_each_frame([](uint32_t format, cv::Size size) {
		for (const auto &turn : turns) {
			const bool is_quarter = turn.code >= 0 && turn.code != cv::ROTATE_180;
			run run(format, size,
			        is_quarter ? cv::Size(size.height, size.width) : size);
			cv::Mat expected = run.seen().clone();

			if (turn.code >= 0)
				cv::rotate(run.seen(), expected, turn.code);
			run.params.angle = turn.angle;
			run.step();
			run.shows(expected);
		}
	});
}

// Middle on middle, cut where it is too large, with a ground where it is too small.
void a_view_of_another_size_shows_the_middle(void **)
{
	static const int codes[] = {-1, cv::ROTATE_90_CLOCKWISE, cv::ROTATE_180,
	                            cv::ROTATE_90_COUNTERCLOCKWISE};

	for (int quarters = 0; quarters < 4; quarters++) {
		run run(PKD_BGR24, {40, 20}, {30, 26});
		cv::Mat turned = run.seen().clone(),
			expected(26, 30, CV_8UC3, cv::Scalar(0, 255, 255));
		const bool is_high = quarters % 2 == 1;

		if (quarters)
			cv::rotate(run.seen(), turned, codes[quarters]);
		if (is_high)
			turned.rowRange(7, 33).copyTo(expected.colRange(5, 25));
		else
			turned.colRange(5, 35).copyTo(expected.rowRange(3, 23));
		run.params.angle = static_cast<float>(90 * quarters);
		run.params.colour = "yellow";
		run.step();
		run.shows(expected);
	}
}

void other_angles_are_as_opencv_does_them(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		const cv::Size to = size + cv::Size(6, 3);
		run run(format, size, to);
		const cv::Point2f middle((static_cast<float>(size.width) - 1) / 2,
		                         (static_cast<float>(size.height) - 1) / 2);
		const cv::Scalar white = cv::Scalar::all(255);
		cv::Mat matrix = cv::getRotationMatrix2D(middle, -33.5, 1), expected;

		matrix.at<double>(0, 2) += 3;
		matrix.at<double>(1, 2) += 1.5;
		run.params.angle = 33.5f;
		run.params.colour = "white";
		cv::warpAffine(run.seen(), expected, matrix, to, cv::INTER_LINEAR,
		               cv::BORDER_CONSTANT, white);
		run.step();
		run.shows(expected);
		run.params.interpolation = image_Interpolation_nearest;
		cv::warpAffine(run.seen(), expected, matrix, to, cv::INTER_NEAREST,
		               cv::BORDER_CONSTANT, white);
		run.step();
		run.shows(expected);
	});
}

// A little more than a quarter is nearly a quarter: the two ways agree about the middle.
void both_ways_turn_clockwise_about_the_middle(void **)
{
	run run(PKD_GRAY8, {40, 30}, {30, 40});
	cv::Mat frame = mat_of(run.frame), turned;

	frame.setTo(0);
	frame(cv::Rect(0, 0, 20, 15)).setTo(200);
	cv::rotate(frame, turned, cv::ROTATE_90_CLOCKWISE);
	run.params.angle = 90.01f;
	run.step();
	assert_true(cv::norm(turned, mat_of(run.view), cv::NORM_L1) < 30 * 200);
	assert_int_equal(mat_of(run.view).at<uint8_t>(5, 25), 200);
}

void pixels_are_turned_too(void **)
{
	run run(PKD_GRAY8, {4, 4}, {4, 4});

	run.frame->pixel_width = 64;
	run.frame->pixel_height = 45;
	run.params.angle = 270;
	run.step();
	assert_int_equal(run.view->pixel_width, 45);
	assert_int_equal(run.view->pixel_height, 64);
	run.params.angle = 180;
	run.step();
	assert_int_equal(run.view->pixel_width, 64);
}

void formats_of_planes_are_refused(void **)
{
	run run(PKD_I420, {8, 6}, {8, 6});

	assert_int_equal(run.start(), -EINVAL);
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quarter_turns_keep_each_pixel),
		cmocka_unit_test(a_view_of_another_size_shows_the_middle),
		cmocka_unit_test(other_angles_are_as_opencv_does_them),
		cmocka_unit_test(both_ways_turn_clockwise_about_the_middle),
		cmocka_unit_test(pixels_are_turned_too),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
