// image.pad beside cv::copyMakeBorder.
extern "C" {
#include <image/pad.pkd.h>
extern const struct pkd_methods image_pad_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_pad_params, image_pad_in, image_pad_out> {
	run(uint32_t format, cv::Size from, cv::Size to)
		: image_run(image_pad_methods, format, from, format, to)
	{
		params.FORMAT = format;
		params.W = static_cast<uint32_t>(to.width);
		params.H = static_cast<uint32_t>(to.height);
		params.x = params.y = 0.5f;
		params.colour = "#010203";
	}
};

void is_as_opencv_does_it(void **)
{
	static const int borders[] = {cv::BORDER_CONSTANT, cv::BORDER_REPLICATE, cv::BORDER_REFLECT,
	                              cv::BORDER_REFLECT_101, cv::BORDER_WRAP};

	for_each_frame([](uint32_t format, cv::Size size) {
		/* More than once around a frame of a pixel. */
		run run(format, size, size + cv::Size(8, 5));
		const cv::Scalar colour = format == PKD_GRAY8 ? cv::Scalar(2)
		                          : format == PKD_RGB24 || format == PKD_RGBA32
		                                  ? cv::Scalar(1, 2, 3, 255)
		                                  : cv::Scalar(3, 2, 1, 255);
		cv::Mat expected;

		for (uint32_t border = 0; border <= image_Border_wrap; border++) {
			run.params.border = border;
			run.params.x = 0.25f;
			run.params.y = 1;
			cv::copyMakeBorder(run.seen(), expected, 5, 0, 2, 6, borders[border],
			                   colour);
			run.step();
			run.shows(expected);
		}
	});
}

void a_frame_of_the_same_size_is_copied(void **)
{
	run run(PKD_BGR24, {37, 23}, {37, 23});

	run.step();
	run.shows(run.seen());
}

void a_frame_that_is_too_large_is_told(void **)
{
	run run(PKD_BGR24, {37, 23}, {40, 22});

	assert_int_equal(run.try_step(), -EINVAL);
	assert_non_null(std::strstr(run.ctx.error, "37 x 23 does not fit into W: 40, H: 22"));
}

void a_colour_or_format_that_is_none_is_told(void **)
{
	run colour(PKD_BGR24, {4, 4}, {8, 8}), format(PKD_I420, {4, 4}, {8, 8});

	colour.params.colour = "blueish";
	assert_int_equal(colour.start(), -EINVAL);
	assert_non_null(std::strstr(colour.ctx.error, "blueish"));
	assert_int_equal(format.start(), -EINVAL);
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(a_frame_of_the_same_size_is_copied),
		cmocka_unit_test(a_frame_that_is_too_large_is_told),
		cmocka_unit_test(a_colour_or_format_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
