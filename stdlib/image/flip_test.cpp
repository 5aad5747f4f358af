// image.flip beside cv::flip.
extern "C" {
#include <image/flip.pkd.h>
extern const struct pkd_methods image_flip_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_flip_params, image_flip_in, image_flip_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_flip_methods, format, size, format, size)
	{
		params.FORMAT = format;
	}
};

void is_as_opencv_does_it(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size);
		cv::Mat expected;

		cv::flip(run.seen(), expected, 1);
		run.step();
		run.shows(expected);
		run.params.flip = image_Flip_vertical;
		cv::flip(run.seen(), expected, 0);
		run.step();
		run.shows(expected);
		run.params.flip = image_Flip_both;
		cv::rotate(run.seen(), expected, cv::ROTATE_180);
		run.step();
		run.shows(expected);
	});
}

void what_the_frame_is_like_stays(void **)
{
	run run(PKD_GRAY8, {8, 6});

	run.frame->pixel_width = 64;
	run.frame->pixel_height = 45;
	run.frame->range = PKD_LIMITED;
	run.step();
	assert_int_equal(run.view->pixel_width, 64);
	assert_int_equal(run.view->pixel_height, 45);
	assert_int_equal(run.view->range, PKD_LIMITED);
}

void what_nobody_reads_is_not_made(void **)
{
	run run(PKD_BGR24, {8, 6});

	run.ctx.unread = 1;
	run.step();
	assert_int_equal(run.view->format, 0);
}

void formats_of_planes_are_refused(void **)
{
	for (uint32_t format : {PKD_I420, PKD_NV12, PKD_GRAY16, PKD_GRAYF32}) {
		run run(format, {8, 6});

		assert_int_equal(run.start(), -EINVAL);
		assert_non_null(std::strstr(run.ctx.error, "image.convert"));
	}
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(what_the_frame_is_like_stays),
		cmocka_unit_test(what_nobody_reads_is_not_made),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
