// image.convert: pixels of RGB and gray beside cv::cvtColor, the others beside the formula of
// their matrix.
extern "C" {
#include <image/convert.pkd.h>
extern const struct pkd_methods image_convert_methods;
}

#include <cmath>
#include <string>

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_convert_params, image_convert_in, image_convert_out> {
	run(uint32_t from, uint32_t to, cv::Size size)
		: image_run(image_convert_methods, from, size, to, size)
	{
		params.FROM = from;
		params.FORMAT = to;
	}
};

const uint32_t all_formats[] = {PKD_GRAY8,  PKD_BGR24, PKD_RGB24, PKD_BGRA32,
                                PKD_RGBA32, PKD_I420,  PKD_NV12};

bool is_yuv(uint32_t format)
{
	return format == PKD_I420 || format == PKD_NV12;
}

void is_as_opencv_does_it(void **)
{
	static const struct {
		uint32_t from, to;
		int code;
	} ways[] = {
		{PKD_BGR24, PKD_GRAY8, cv::COLOR_BGR2GRAY},
		{PKD_RGB24, PKD_GRAY8, cv::COLOR_RGB2GRAY},
		{PKD_BGRA32, PKD_GRAY8, cv::COLOR_BGRA2GRAY},
		{PKD_RGBA32, PKD_GRAY8, cv::COLOR_RGBA2GRAY},
		{PKD_GRAY8, PKD_BGR24, cv::COLOR_GRAY2BGR},
		{PKD_GRAY8, PKD_RGBA32, cv::COLOR_GRAY2RGBA},
		{PKD_BGR24, PKD_RGB24, cv::COLOR_BGR2RGB},
		{PKD_RGB24, PKD_BGRA32, cv::COLOR_RGB2BGRA},
		{PKD_BGRA32, PKD_RGBA32, cv::COLOR_BGRA2RGBA},
		{PKD_RGBA32, PKD_BGR24, cv::COLOR_RGBA2BGR},
	};

	for (cv::Size size : {cv::Size(64, 48), cv::Size(1, 1), cv::Size(37, 23)})
		for (const auto &way : ways) {
			run run(way.from, way.to, size);
			cv::Mat expected;

			cv::cvtColor(run.seen(), expected, way.code);
			run.step();
			run.shows(expected);
		}
}

void the_same_format_is_copied(void **)
{
	for (uint32_t format : all_formats)
		for (cv::Size size : {cv::Size(64, 48), cv::Size(1, 1), cv::Size(37, 23)}) {
			run run(format, format, size);

			run.frame->matrix = PKD_BT2020;
			run.frame->range = PKD_FULL;
			run.step();
			assert_memory_equal(
				pkd_pixels(run.view), pkd_pixels(run.frame),
				pkd_image_bytes(format, run.frame->stride, run.frame->height));
		}
}

void rows_may_be_padded(void **)
{
	for (uint32_t format : all_formats) {
		run run(format, format, {37, 23});

		run.frame->width = 30;
		run.step();
		assert_int_equal(run.view->stride, 30 * pkd_pixel_size(format));
		for (uint32_t i = 0; i < pkd_planes(format); i++) {
			const struct pkd_const_image_plane from = pkd_const_plane(run.frame, i);
			const struct pkd_const_image_plane to = pkd_const_plane(run.view, i);

			for (uint32_t y = 0; y < to.height; y++)
				assert_memory_equal(to.data + y * to.stride,
				                    from.data + y * from.stride, to.stride);
		}
	}
}

// ---- Colour bars, by the formulas of the recommendations ----

struct weights {
	double red, blue;
};

struct weights weights_of(uint32_t matrix)
{
	return matrix == PKD_BT709    ? weights{0.2126, 0.0722}
	       : matrix == PKD_BT2020 ? weights{0.2627, 0.0593}
	                              : weights{0.299, 0.114};
}

// Eight bars, 0 to 7: white, yellow, cyan, green, magenta, red, blue, black, of three quarters.
void bar_rgb(int bar, int ret_rgb[3])
{
	ret_rgb[0] = bar % 4 < 2 ? 191 : 0;
	ret_rgb[1] = bar < 4 ? 191 : 0;
	ret_rgb[2] = bar % 2 == 0 ? 191 : 0;
}

void encode(const double rgb[3], uint32_t matrix, bool is_full, int ret_yuv[3])
{
	const struct weights weights = weights_of(matrix);
	const double y = weights.red * rgb[0] + (1 - weights.red - weights.blue) * rgb[1] +
	                 weights.blue * rgb[2];
	const double u = (rgb[2] - y) / (2 * (1 - weights.blue));
	const double v = (rgb[0] - y) / (2 * (1 - weights.red));

	ret_yuv[0] = cvRound(is_full ? y : 16 + y * 219 / 255);
	ret_yuv[1] = cvRound(128 + (is_full ? u : u * 224 / 255));
	ret_yuv[2] = cvRound(128 + (is_full ? v : v * 224 / 255));
}

void decode(const int yuv[3], uint32_t matrix, bool is_full, double ret_rgb[3])
{
	const struct weights weights = weights_of(matrix);
	const double y = is_full ? yuv[0] : (yuv[0] - 16) * 255. / 219;
	const double u = (yuv[1] - 128) * (is_full ? 1 : 255. / 224);
	const double v = (yuv[2] - 128) * (is_full ? 1 : 255. / 224);

	ret_rgb[0] = y + v * 2 * (1 - weights.red);
	ret_rgb[2] = y + u * 2 * (1 - weights.blue);
	ret_rgb[1] = (y - weights.red * ret_rgb[0] - weights.blue * ret_rgb[2]) /
	             (1 - weights.red - weights.blue);
}

// Of a picture that is made of `from`, whose samples are whole numbers; NULL: of one that is
// painted.
void bar_yuv(int bar, const struct pkd_image *image, const struct pkd_image *from, int ret_yuv[3])
{
	int rgb[3];
	double exact[3];

	bar_rgb(bar, rgb);
	for (int i = 0; i < 3; i++)
		exact[i] = rgb[i];
	if (from && is_yuv(from->format)) {
		bar_yuv(bar, from, nullptr, rgb);
		decode(rgb, pkd_image_matrix(from), pkd_image_is_full(from), exact);
	}
	encode(exact, pkd_image_matrix(image), pkd_image_is_full(image), ret_yuv);
}

// One sample of a plane of bars, as the format has it: n bytes.
int sample_of(int bar, const struct pkd_image *image, const struct pkd_image *from, uint32_t plane,
              int ret_sample[4])
{
	int rgb[3], yuv[3];

	bar_rgb(bar, rgb);
	bar_yuv(bar, image, from, yuv);
	switch (image->format) {
	case PKD_GRAY8:
		ret_sample[0] = cvRound(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
		return 1;
	case PKD_BGR24:
	case PKD_BGRA32:
		ret_sample[0] = rgb[2], ret_sample[1] = rgb[1], ret_sample[2] = rgb[0];
		ret_sample[3] = 255;
		return image->format == PKD_BGR24 ? 3 : 4;
	case PKD_RGB24:
	case PKD_RGBA32:
		ret_sample[0] = rgb[0], ret_sample[1] = rgb[1], ret_sample[2] = rgb[2];
		ret_sample[3] = 255;
		return image->format == PKD_RGB24 ? 3 : 4;
	case PKD_I420:
		ret_sample[0] = yuv[plane];
		return 1;
	default:
		ret_sample[0] = plane ? yuv[1] : yuv[0], ret_sample[1] = yuv[2];
		return plane ? 2 : 1;
	}
}

constexpr uint32_t bar_width = 16;

void paint_bars(struct pkd_image *image)
{
	for (uint32_t p = 0; p < pkd_planes(image->format); p++) {
		const struct pkd_image_plane plane = pkd_plane(image, p);

		for (uint32_t y = 0; y < plane.height; y++)
			for (uint32_t x = 0; x < plane.width; x++) {
				const int bar = static_cast<int>(x * (p ? 2 : 1) / bar_width);
				int sample[4];
				const int n = sample_of(bar, image, nullptr, p, sample);

				for (int i = 0; i < n; i++)
					plane.data[y * plane.stride + x * static_cast<uint32_t>(n) +
					           static_cast<uint32_t>(i)] =
						static_cast<uint8_t>(sample[i]);
			}
	}
}

// The most that any sample is off, but for those beside an edge between bars, where colours of
// half the resolution mix.
int most_off(const struct pkd_image *image, const struct pkd_image *from)
{
	int most = 0;

	for (uint32_t p = 0; p < pkd_planes(image->format); p++) {
		const struct pkd_const_image_plane plane = pkd_const_plane(image, p);

		for (uint32_t y = 0; y < plane.height; y++)
			for (uint32_t x = 0; x < plane.width; x++) {
				const uint32_t at = x * (p ? 2 : 1);
				int sample[4];
				const int n = sample_of(static_cast<int>(at / bar_width), image,
				                        from, p, sample);

				if (at % bar_width < 2 || at % bar_width > bar_width - 3)
					continue;
				for (int i = 0; i < n; i++)
					most = std::max(
						most,
						std::abs(sample[i] -
					                 plane.data[y * plane.stride +
					                            x * static_cast<uint32_t>(n) +
					                            static_cast<uint32_t>(i)]));
			}
	}
	return most;
}

int worst;

void bars_between(uint32_t from, uint32_t to, uint32_t height)
{
	for (uint32_t matrix = PKD_MATRIX_UNKNOWN; matrix <= PKD_BT2020; matrix++)
		for (uint32_t range = PKD_RANGE_UNKNOWN; range <= PKD_FULL; range++)
			for (bool other : {false, true}) {
				run run(from, to,
				        cv::Size(8 * bar_width, static_cast<int>(height)));

				if ((!is_yuv(from) && !is_yuv(to)) || (other && !is_yuv(to)))
					continue;
				if (is_yuv(from)) {
					run.frame->matrix = matrix;
					run.frame->range = range;
				}
				if (other || !is_yuv(from)) {
					run.params.matrix = is_yuv(from) ? 3 - matrix : matrix;
					run.params.range = is_yuv(from) ? 2 - range : range;
				}
				paint_bars(run.frame);
				run.step();
				/* Gray is the luma of the matrix, of which the test knows BT.601's. */
				if (to == PKD_GRAY8 &&
				    weights_of(pkd_image_matrix(run.frame)).red !=
				            weights_of(PKD_BT601).red)
					continue;
				if (from == PKD_GRAY8)
					continue;
				const int off = most_off(run.view, run.frame);
				if (off > 2)
					print_error("%u to %u, matrix %u to %u, range %u to %u, %u "
					            "high: %d\n",
					            from, to, matrix, run.view->matrix, range,
					            run.view->range, height, off);
				worst = std::max(worst, off);
			}
}

void bars_stay_within_two_levels(void **)
{
	for (uint32_t height : {48U, 720U})
		for (uint32_t from : all_formats)
			for (uint32_t to : all_formats)
				bars_between(from, to, height);
	assert_in_range(worst, 0, 2);
}

// Gray of either range, in each format.
void gray_is_kept(void **)
{
	for (uint32_t to : all_formats)
		for (uint32_t range : {PKD_FULL, PKD_LIMITED}) {
			run run(PKD_GRAY8, to, {256, 8});
			const bool is_limited = range == PKD_LIMITED;

			run.frame->range = range;
			for (int x = 0; x < 256; x++)
				mat_of(run.frame).col(x).setTo(
					is_limited ? 16 + cvRound(x * 219 / 255.) : x);
			run.step();
			const struct pkd_const_image_plane plane = pkd_const_plane(run.view, 0);
			const uint32_t sample = plane.stride / plane.width;

			for (uint32_t x = 0; x < 256; x++) {
				const int made = plane.data[x * sample];
				const double expected = is_yuv(to) ? 16 + x * 219 / 255. : x;

				if (to == PKD_GRAY8 && is_limited)
					assert_in_range(std::abs(made - static_cast<int>(x)), 0, 2);
				else
					assert_true(std::fabs(made - expected) <= 2);
			}
			if (is_yuv(to))
				assert_in_range(pkd_const_plane(run.view, 1).data[7], 127, 129);
		}
}

void what_is_made_says_how_it_is_meant(void **)
{
	run same(PKD_I420, PKD_NV12, {64, 48}), other(PKD_I420, PKD_NV12, {64, 48}),
		rgb(PKD_I420, PKD_BGR24, {64, 48}), made(PKD_BGR24, PKD_I420, {64, 48});

	same.frame->matrix = other.frame->matrix = rgb.frame->matrix = PKD_BT709;
	same.frame->range = other.frame->range = rgb.frame->range = PKD_FULL;
	same.frame->pixel_width = 64;
	same.frame->pixel_height = 45;
	other.params.matrix = video_Matrix_bt601;
	other.params.range = video_Range_limited;
	made.params.matrix = video_Matrix_bt2020;
	same.step();
	other.step();
	rgb.step();
	made.step();
	assert_int_equal(same.view->matrix, PKD_BT709);
	assert_int_equal(same.view->range, PKD_FULL);
	assert_int_equal(same.view->pixel_width, 64);
	assert_int_equal(other.view->matrix, PKD_BT601);
	assert_int_equal(other.view->range, PKD_LIMITED);
	assert_int_equal(rgb.view->matrix, PKD_MATRIX_UNKNOWN);
	assert_true(pkd_image_is_full(rgb.view));
	assert_int_equal(made.view->matrix, PKD_BT2020);
	assert_false(pkd_image_is_full(made.view));
}

// Nothing is written beyond the picture, of whatever size: the slots have guards.
void sizes_that_are_no_whole_vectors_are_safe(void **)
{
	for (uint32_t from : all_formats)
		for (uint32_t to : all_formats)
			for (cv::Size size : {cv::Size(1, 1), cv::Size(2, 2), cv::Size(1, 9),
			                      cv::Size(33, 1), cv::Size(37, 23), cv::Size(66, 3)}) {
				run run(from, to, size);

				run.step();
				assert_int_equal(run.view->width, size.width);
				assert_int_equal(run.view->height, size.height);
			}
}

void formats_without_bytes_are_refused(void **)
{
	run from(PKD_GRAYF32, PKD_BGR24, {8, 6}), to(PKD_BGR24, PKD_GRAY16, {8, 6});

	assert_int_equal(from.start(), -EINVAL);
	assert_non_null(std::strstr(from.ctx.error, "`frame` must be one of"));
	assert_int_equal(to.start(), -EINVAL);
	assert_non_null(std::strstr(to.ctx.error, "FORMAT must be one of"));
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(the_same_format_is_copied),
		cmocka_unit_test(rows_may_be_padded),
		cmocka_unit_test(bars_stay_within_two_levels),
		cmocka_unit_test(gray_is_kept),
		cmocka_unit_test(what_is_made_says_how_it_is_meant),
		cmocka_unit_test(sizes_that_are_no_whole_vectors_are_safe),
		cmocka_unit_test(formats_without_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
