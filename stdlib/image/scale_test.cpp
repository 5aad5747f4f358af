// image.scale beside cv::resize.
extern "C" {
#include <image/scale.pkd.h>
extern const struct pkd_methods image_scale_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_scale_params, image_scale_in, image_scale_out> {
	run(uint32_t format, cv::Size from, cv::Size to)
		: image_run(image_scale_methods, format, from, format, to)
	{
		params.FORMAT = format;
		params.W = static_cast<uint32_t>(to.width);
		params.H = static_cast<uint32_t>(to.height);
		params.colour = "black";
	}
	void has_aspect(uint32_t width, uint32_t height) const
	{
		assert_int_equal(view->pixel_width, width);
		assert_int_equal(view->pixel_height, height);
	}
};

void is_as_opencv_does_it(void **)
{
	static const int codes[] = {0,
	                            cv::INTER_NEAREST,
	                            cv::INTER_LINEAR,
	                            cv::INTER_CUBIC,
	                            cv::INTER_AREA,
	                            cv::INTER_LANCZOS4};

	for_each_frame([](uint32_t format, cv::Size size) {
		for (cv::Size to : {cv::Size(40, 31), cv::Size(1, 1), cv::Size(101, 77), size}) {
			run run(format, size, to);
			cv::Mat expected;

			for (uint32_t kind = 1; kind <= image_Interpolation_lanczos4; kind++) {
				run.params.interpolation = kind;
				cv::resize(run.seen(), expected, to, 0, 0, codes[kind]);
				run.step();
				run.shows(expected);
			}
		}
	});
}

void auto_is_area_for_less_and_cubic_for_more(void **)
{
	run less(PKD_BGR24, {64, 48}, {20, 48}), more(PKD_BGR24, {64, 48}, {65, 40});
	cv::Mat expected;

	cv::resize(less.seen(), expected, {20, 48}, 0, 0, cv::INTER_AREA);
	less.step();
	less.shows(expected);
	cv::resize(more.seen(), expected, {65, 40}, 0, 0, cv::INTER_CUBIC);
	more.step();
	more.shows(expected);
}

// A frame between bars, of which the odd pixel is on the right or below.
void contain_has_bars_of_the_colour(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size, {101, 50});
		const double by = std::min(101. / size.width, 50. / size.height);
		const int width = std::max(1, cvRound(size.width * by));
		const int height = std::max(1, cvRound(size.height * by));
		const cv::Rect place((101 - width) / 2, (50 - height) / 2, width, height);
		const bool is_gray = format == PKD_GRAY8;
		cv::Mat expected(50, 101, run.seen().type()), part;

		/* Red is 76 of brightness. */
		expected.setTo(is_gray ? cv::Scalar(76)
		               : format == PKD_RGB24 || format == PKD_RGBA32
		                       ? cv::Scalar(255, 0, 0, 255)
		                       : cv::Scalar(0, 0, 255, 255));
		cv::resize(run.seen(), part, place.size(), 0, 0, cv::INTER_LINEAR);
		part.copyTo(expected(place));
		run.params.fit = image_Fit_contain;
		run.params.interpolation = image_Interpolation_linear;
		run.params.colour = "red";
		run.step();
		run.shows(expected);
	});
}

void cover_cuts_what_is_too_much(void **)
{
	run wide(PKD_BGR24, {64, 48}, {64, 24}), high(PKD_BGR24, {64, 48}, {10, 48});
	cv::Mat expected;

	wide.params.fit = high.params.fit = image_Fit_cover;
	wide.step();
	wide.shows(wide.seen()(cv::Rect(0, 12, 64, 24)));
	high.step();
	high.shows(high.seen()(cv::Rect(27, 0, 10, 48)));
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size, {31, 17});

		run.params.fit = image_Fit_cover;
		run.step();
		assert_int_equal(run.view->width, 31);
		assert_int_equal(run.view->height, 17);
	});
}

// What is shown has the shape that it had.
void the_aspect_of_pixels_is_kept_right(void **)
{
	run run(PKD_GRAY8, {768, 576}, {640, 360});

	run.step();
	run.has_aspect(3, 4);
	run.frame->pixel_width = run.frame->pixel_height = 7;
	run.step();
	run.has_aspect(3, 4);
	run.frame->pixel_width = 64;
	run.frame->pixel_height = 48;
	run.step();
	run.has_aspect(0, 0);
	run.frame->pixel_width = UINT32_MAX;
	run.frame->pixel_height = 1;
	run.step();
	assert_true(run.view->pixel_width > 1000000000 && run.view->pixel_height > 0);
	/* 3:2 pixels make the frame 1152 x 576; square ones are half as many across as down. */
	run.frame->pixel_width = 3;
	run.frame->pixel_height = 2;
	run.params.fit = image_Fit_contain;
	pkd_pixels(run.frame)[0] = 0;
	cv::Mat white = mat_of(run.frame);
	white.setTo(255);
	run.step();
	run.has_aspect(0, 0);
	const cv::Mat made = mat_of(run.view);
	assert_int_equal(cv::countNonZero(made), 640 * 320);
	assert_int_equal(cv::countNonZero(made.rowRange(20, 340)), 640 * 320);
}

void a_colour_that_is_none_is_told(void **)
{
	for (const char *wrong : {"", "reddish", "#12345", "#12345g", "#1234567"}) {
		run run(PKD_BGR24, {4, 4}, {2, 2});

		run.params.colour = wrong;
		assert_int_equal(run.start(), -EINVAL);
		assert_non_null(std::strstr(run.ctx.error, "`colour` is"));
	}
}

void formats_of_planes_are_refused(void **)
{
	run run(PKD_NV12, {8, 6}, {4, 4});

	assert_int_equal(run.start(), -EINVAL);
	assert_non_null(std::strstr(run.ctx.error, "image.convert"));
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(auto_is_area_for_less_and_cubic_for_more),
		cmocka_unit_test(contain_has_bars_of_the_colour),
		cmocka_unit_test(cover_cuts_what_is_too_much),
		cmocka_unit_test(the_aspect_of_pixels_is_kept_right),
		cmocka_unit_test(a_colour_that_is_none_is_told),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
