// image.inrange beside cv::cvtColor and cv::inRange.
#include <image/inrange.pkd.h>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_inrange_methods;

namespace
{

struct image_inrange_params everything()
{
	struct image_inrange_params params = {};

	params.h_max = 179;
	params.s_max = params.v_max = 255;
	return params;
}

cv::Mat bare(const cv::Mat &frame, uint32_t format, const struct image_inrange_params &params)
{
	const int code = filter_is_rgb(format) ? cv::COLOR_RGB2HSV : cv::COLOR_BGR2HSV;
	cv::Mat hsv, made, more;

	cv::cvtColor(frame, hsv, code);
	cv::inRange(hsv, cv::Scalar(params.h_min, params.s_min, params.v_min),
	            cv::Scalar(params.h_min > params.h_max ? 179 : params.h_max, params.s_max,
	                       params.v_max),
	            made);
	if (params.h_min > params.h_max) {
		cv::inRange(hsv, cv::Scalar(0, params.s_min, params.v_min),
		            cv::Scalar(params.h_max, params.s_max, params.v_max), more);
		made |= more;
	}
	return made;
}

// Of a frame of one colour, whether it is in the range.
bool is_in(struct image_inrange_params *params, const cv::Scalar &bgr)
{
	filter_image frame(PKD_BGR24, 3, 3), mask(PKD_GRAY8, 3, 3);
	struct image_inrange_in in = {frame.image};
	struct image_inrange_out out = {mask.image};

	params->FORMAT = PKD_BGR24;
	params->W = params->H = 3;
	filter_run run(image_inrange_methods, params);
	frame.mat().setTo(bgr);
	assert_int_equal(run.result, PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_true(pkd_pixels(mask.image)[4] == 0 || pkd_pixels(mask.image)[4] == 255);
	return pkd_pixels(mask.image)[4] == 255;
}

void it_is_as_opencv_does_it(void **)
{
	struct image_inrange_params params = everything();

	for (const uint32_t low : {0u, 60u, 170u, 179u}) {
		for (const uint32_t high : {0u, 30u, 100u, 179u}) {
			params.h_min = low;
			params.h_max = high;
			params.s_min = low / 2;
			params.v_min = high / 2;
			params.v_max = 200;
			filter_compare<image_inrange_in, image_inrange_out>(
				image_inrange_methods, &params, filter_colour_formats, PKD_GRAY8,
				[&](const cv::Mat &frame, uint32_t format) {
					return bare(frame, format, params);
				});
		}
	}
}

void colours_are_where_people_look_for_them(void **)
{
	const cv::Scalar red(0, 0, 255), orange(0, 136, 255), green(0, 255, 0), blue(255, 0, 0),
		pink(60, 0, 255), white(255, 255, 255), black(0, 0, 0);
	struct image_inrange_params params = everything();

	params.s_min = 100;
	params.v_min = 100;
	params.h_min = 50;
	params.h_max = 70;
	assert_true(is_in(&params, green));
	assert_false(is_in(&params, red));
	assert_false(is_in(&params, white));
	assert_false(is_in(&params, black));
	params.h_min = 110;
	params.h_max = 130;
	assert_true(is_in(&params, blue));
	params.h_min = 170; // around 0
	params.h_max = 10;
	assert_true(is_in(&params, red));
	assert_true(is_in(&params, pink));
	assert_false(is_in(&params, orange));
	assert_false(is_in(&params, blue));
	params.s_min = 0;
	params.s_max = 20;
	params.v_min = 200;
	params.h_min = 0;
	params.h_max = 179;
	assert_true(is_in(&params, white));
	assert_false(is_in(&params, red));
}

void an_empty_range_has_nothing(void **)
{
	struct image_inrange_params params = everything();

	assert_true(is_in(&params, cv::Scalar(10, 20, 30)));
	params.s_min = 200;
	params.s_max = 100;
	assert_false(is_in(&params, cv::Scalar(10, 20, 30)));
	assert_false(is_in(&params, cv::Scalar(0, 0, 255)));
}

void bounds_change_while_it_runs(void **)
{
	struct image_inrange_params params = everything();
	filter_image frame(PKD_BGR24, 64, 64), mask(PKD_GRAY8, 64, 64);
	struct image_inrange_in in = {frame.image};
	struct image_inrange_out out = {mask.image};

	params.FORMAT = PKD_BGR24;
	params.W = params.H = 64;
	filter_run run(image_inrange_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(mask.image, cv::Mat(64, 64, CV_8UC1, cv::Scalar(255)));
	params.h_min = 90;
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(mask.image, bare(frame.const_mat(), PKD_BGR24, params));
	assert_in_range(cv::countNonZero(mask.const_mat()), 1000, 3000);
}

void gray_has_no_colours(void **)
{
	struct image_inrange_params params = everything();

	filter_assert_refuses(image_inrange_methods, &params);
	params.FORMAT = PKD_GRAY8;
	filter_run run(image_inrange_methods, &params);
	assert_int_equal(run.result, -EINVAL);
	assert_true(run.says("image.threshold"));
}

void nothing_is_made_for_nobody(void **)
{
	struct image_inrange_params params = everything();

	filter_assert_spares<image_inrange_in, image_inrange_out>(image_inrange_methods, &params,
	                                                          PKD_BGR24, PKD_GRAY8);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(colours_are_where_people_look_for_them),
		cmocka_unit_test(an_empty_range_has_nothing),
		cmocka_unit_test(bounds_change_while_it_runs),
		cmocka_unit_test(gray_has_no_colours),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
