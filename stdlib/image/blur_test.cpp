// image.blur beside cv::GaussianBlur, cv::blur and cv::medianBlur.
extern "C" {
#include <image/blur.pkd.h>
extern const struct pkd_methods image_blur_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_blur_params, image_blur_in, image_blur_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_blur_methods, format, size, format, size)
	{
		params.FORMAT = format;
		params.size = 5;
	}
};

void is_as_opencv_does_it(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size);
		cv::Mat expected;

		for (uint32_t across : {1U, 4U, 5U, 15U}) {
			const int odd = across == 4 ? 5 : static_cast<int>(across);

			run.params.size = across;
			run.params.kind = image_Blur_gaussian;
			run.params.sigma = 0;
			cv::GaussianBlur(run.seen(), expected, {odd, odd}, 0, 0);
			run.step();
			run.shows(expected);
			run.params.sigma = 2.5f;
			cv::GaussianBlur(run.seen(), expected, {odd, odd}, 2.5, 2.5);
			run.step();
			run.shows(expected);
			run.params.kind = image_Blur_box;
			cv::blur(run.seen(), expected, {odd, odd});
			run.step();
			run.shows(expected);
			run.params.kind = image_Blur_median;
			cv::medianBlur(run.seen(), expected, odd);
			run.step();
			run.shows(expected);
		}
	});
}

void the_largest_size_is_larger_than_the_frame(void **)
{
	run run(PKD_BGR24, {37, 23});

	run.params.size = 255;
	for (uint32_t kind = 0; kind <= image_Blur_median; kind++) {
		run.params.kind = kind;
		run.step();
	}
}

void formats_of_planes_are_refused(void **)
{
	run run(PKD_I420, {8, 6});

	assert_int_equal(run.start(), -EINVAL);
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(the_largest_size_is_larger_than_the_frame),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
