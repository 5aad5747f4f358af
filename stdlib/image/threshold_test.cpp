// image.threshold beside cv::threshold and cv::adaptiveThreshold.
extern "C" {
#include <image/threshold.pkd.h>
extern const struct pkd_methods image_threshold_methods;
}

#include "../base/gray.hpp"
#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_threshold_params, image_threshold_in, image_threshold_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_threshold_methods, format, size, PKD_GRAY8, size)
	{
		params.FORMAT = format;
		params.value = 128;
		params.size = 51;
		params.offset = 5;
	}
};

void is_as_opencv_does_it(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		for (bool dark : {false, true}) {
			run run(format, size);
			const int kind = dark ? cv::THRESH_BINARY_INV : cv::THRESH_BINARY;
			cv::Mat room, expected;
			const cv::Mat gray = gray_of(run.frame, room);

			run.params.dark = dark;
			cv::threshold(gray, expected, 128, 255, kind);
			run.step();
			run.shows(expected);
			run.params.kind = image_Threshold_otsu;
			cv::threshold(gray, expected, 0, 255, kind | cv::THRESH_OTSU);
			run.step();
			run.shows(expected);
			run.params.kind = image_Threshold_adaptive;
			for (uint32_t across : {3U, 10U, 255U}) {
				run.params.size = across;
				cv::adaptiveThreshold(
					gray, expected, 255, cv::ADAPTIVE_THRESH_MEAN_C, kind,
					across == 10 ? 11 : static_cast<int>(across), 5);
				run.step();
				run.shows(expected);
			}
		}
	});
}

// Their first plane is their brightness, which OpenCV is given as it is.
void planes_are_taken_too(void **)
{
	for (uint32_t format : {PKD_I420, PKD_NV12}) {
		run run(format, {37, 23});
		cv::Mat expected;

		cv::threshold(mat_over(pkd_pixels(run.frame), 37, 23, run.frame->stride, 1),
		              expected, 128, 255, cv::THRESH_BINARY);
		run.frame->pixel_width = 64;
		run.frame->pixel_height = 45;
		run.step();
		run.shows(expected);
		assert_int_equal(run.view->pixel_width, 64);
		assert_int_equal(run.view->matrix, PKD_MATRIX_UNKNOWN);
	}
}

// What is white is as bright as white is, whatever the frame's range.
void a_mask_is_of_full_range(void **)
{
	run run(PKD_GRAY8, {8, 6});

	run.frame->range = PKD_LIMITED;
	run.step();
	assert_true(pkd_image_is_full(run.view));
}

void formats_without_bytes_are_refused(void **)
{
	run run(PKD_GRAYF32, {8, 6});

	assert_int_equal(run.start(), -EINVAL);
	assert_non_null(std::strstr(run.ctx.error, "not of gray16 and grayf32"));
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(planes_are_taken_too),
		cmocka_unit_test(a_mask_is_of_full_range),
		cmocka_unit_test(formats_without_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
