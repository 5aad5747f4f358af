// image.adjust beside its formula, in floating point.
extern "C" {
#include <image/adjust.pkd.h>
extern const struct pkd_methods image_adjust_methods;
}

#include <cmath>

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_adjust_params, image_adjust_in, image_adjust_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_adjust_methods, format, size, format, size)
	{
		params.FORMAT = format;
		params.contrast = params.gamma = params.saturation = 1;
	}
	void set(float brightness, float contrast, float gamma, float saturation)
	{
		params.brightness = brightness;
		params.contrast = contrast;
		params.gamma = gamma;
		params.saturation = saturation;
		change();
	}
};

double cut(double value)
{
	return std::fmin(std::fmax(value, 0), 1);
}

double toned(const image_adjust_params &params, uint8_t value)
{
	const double bright = value / 255. + static_cast<double>(params.brightness) - 0.5;

	return std::pow(cut(bright * static_cast<double>(params.contrast) + 0.5),
	                1 / static_cast<double>(params.gamma));
}

// Within a level and a half: there are two roundings, and both are of a level.
void is_near(const run &run)
{
	const cv::Mat from = run.seen(), to = mat_of(run.view);
	const int n = from.channels(), colours = n == 1 ? 1 : 3;
	const bool is_rgb = run.params.FORMAT == PKD_RGB24 || run.params.FORMAT == PKD_RGBA32;
	const double by = static_cast<double>(run.params.saturation);

	for (int y = 0; y < from.rows; y++)
		for (int x = 0; x < from.cols; x++) {
			const uint8_t *a = from.ptr(y, x), *b = to.ptr(y, x);
			double tones[3], gray;

			for (int i = 0; i < colours; i++)
				tones[i] = toned(run.params, a[i]);
			gray = n == 1 ? tones[0]
			              : 0.299 * tones[is_rgb ? 0 : 2] + 0.587 * tones[1] +
			                        0.114 * tones[is_rgb ? 2 : 0];
			for (int i = 0; i < colours; i++)
				assert_true(std::fabs(255 * cut(gray + by * (tones[i] - gray)) -
				                      b[i]) <= 0.5 + std::fmax(by, 1));
			if (n == 4)
				assert_int_equal(a[3], b[3]);
		}
}

void is_what_the_formula_says(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size);

		run.step();
		run.shows(run.seen());
		for (float gamma : {0.5f, 1.f, 2.2f})
			for (float saturation : {0.f, 1.f, 1.7f}) {
				run.set(0.1f, 1.4f, gamma, saturation);
				run.step();
				is_near(run);
			}
		run.set(0, 1, 1, 0);
		run.step();
		is_near(run);
	});
}

void extremes_are_black_and_white(void **)
{
	run run(PKD_BGRA32, {37, 23});

	run.set(1, 1, 1, 10);
	run.step();
	is_near(run);
	assert_int_equal(mat_of(run.view).ptr()[0], 255);
	run.set(-1, 10, 10, 1);
	run.step();
	assert_int_equal(mat_of(run.view).ptr()[0], 0);
	run.set(0, 0, 1, 1);
	run.step();
	assert_in_range(mat_of(run.view).ptr()[0], 127, 128);
}

void a_table_alone_is_as_opencvs(void **)
{
	run run(PKD_BGR24, {37, 23});
	cv::Mat table(1, 256, CV_8UC1), expected;

	run.set(0, 1, 2, 1);
	for (int i = 0; i < 256; i++)
		table.at<uint8_t>(i) = cv::saturate_cast<uint8_t>(255 * std::sqrt(i / 255.));
	cv::LUT(run.seen(), table, expected);
	run.step();
	run.shows(expected);
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
		cmocka_unit_test(is_what_the_formula_says),
		cmocka_unit_test(extremes_are_black_and_white),
		cmocka_unit_test(a_table_alone_is_as_opencvs),
		cmocka_unit_test(formats_of_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
