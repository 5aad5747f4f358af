// image.crop beside a part of a cv::Mat.
extern "C" {
#include <image/crop.pkd.h>
extern const struct pkd_methods image_crop_methods;
}

#include <cmath>

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_crop_params, image_crop_in, image_crop_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_crop_methods, format, size, format, size)
	{
		params.FORMAT = format;
		params.w = params.h = 1;
	}
	void shows_box(const detect_Box &box, const cv::Rect &part)
	{
		step(&box);
		shows(seen()(part));
	}
};

void parts_are_to_the_pixel(void **)
{
	run run(PKD_BGR24, {100, 50});

	run.step(nullptr);
	run.shows(run.seen());
	run.params.x = 0.1f;
	run.params.y = 0.5f;
	run.params.w = 0.25f;
	run.params.h = 0.3f;
	run.step(nullptr);
	run.shows(run.seen()(cv::Rect(10, 25, 25, 15)));
	run.params.w = 1; // cut at the edge
	run.step(nullptr);
	run.shows(run.seen()(cv::Rect(10, 25, 90, 15)));
}

void there_is_always_a_pixel(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size);

		run.params.w = run.params.h = 0;
		run.step(nullptr);
		run.shows(run.seen()(cv::Rect(0, 0, 1, 1)));
		run.params.x = run.params.y = 1;
		run.step(nullptr);
		run.shows(run.seen()(cv::Rect(size.width - 1, size.height - 1, 1, 1)));
		run.shows_box({0.5f, 0.5f, 1e-30f, 1e-30f},
		              cv::Rect(std::min(cvRound(size.width / 2.), size.width - 1),
		                       std::min(cvRound(size.height / 2.), size.height - 1), 1, 1));
	});
}

void a_box_goes_before_the_parameters(void **)
{
	run run(PKD_RGBA32, {100, 50});

	run.params.x = 0.9f;
	run.shows_box({0.2f, 0.2f, 0.5f, 0.4f}, cv::Rect(20, 10, 50, 20));
	run.shows_box({-0.5f, -1, 0.7f, 1.5f}, cv::Rect(0, 0, 20, 25));
	run.shows_box({0.9f, 0.9f, 3e38f, 3e38f}, cv::Rect(90, 45, 10, 5));
	run.step(nullptr);
	run.shows(run.seen()(cv::Rect(90, 0, 10, 50)));
}

void a_box_that_is_no_place_is_none(void **)
{
	const float no = std::nanf(""), far = std::numeric_limits<float>::infinity();
	const detect_Box boxes[] = {
		{no, 0, 1, 1},      {0, no, 1, 1},      {0, 0, no, 1},    {0, 0, 1, no},
		{0.1f, 0.1f, 0, 1}, {0.1f, 0.1f, 1, 0}, {0, 0, -1, 1},    {0, 0, 1, -0.5f},
		{1, 0, 1, 1},       {0, 2, 1, 1},       {-2, 0, 1.5f, 1}, {0, -1, 1, 1},
		{0, 0, far, 1},     {-far, 0, far, 1},  {0, far, 1, 1},   {0, 0, 1, far},
	};
	run run(PKD_GRAY8, {100, 50});

	run.params.w = 0.5f;
	for (const detect_Box &box : boxes)
		run.shows_box(box, cv::Rect(0, 0, 50, 50));
}

void formats_of_planes_are_refused(void **)
{
	run run(PKD_I420, {8, 6});

	assert_int_equal(run.start(), -EINVAL);
	assert_non_null(std::strstr(run.ctx.error, "image.convert"));
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_to_the_pixel),
		cmocka_unit_test(there_is_always_a_pixel),
		cmocka_unit_test(a_box_goes_before_the_parameters),
		cmocka_unit_test(a_box_that_is_no_place_is_none),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
