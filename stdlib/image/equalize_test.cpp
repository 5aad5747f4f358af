// image.equalize beside cv::equalizeHist and cv::CLAHE.
#include <image/equalize.pkd.h>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_equalize_methods;

namespace
{

struct image_equalize_params defaults(uint32_t method)
{
	struct image_equalize_params params = {};

	params.method = method;
	params.clip = 2;
	params.tiles = 8;
	return params;
}

cv::Mat bare_gray(const cv::Mat &gray, const struct image_equalize_params &params)
{
	const int tiles = static_cast<int>(params.tiles);
	cv::Mat made;

	if (params.method == image_Equalization_histogram)
		cv::equalizeHist(gray, made);
	else
		cv::createCLAHE(static_cast<double>(params.clip), cv::Size(tiles, tiles))
			->apply(gray, made);
	return made;
}

cv::Mat bare(const cv::Mat &frame, uint32_t format, const struct image_equalize_params &params)
{
	const bool is_rgb = filter_is_rgb(format);
	std::vector<cv::Mat> parts;
	cv::Mat ycrcb, made;

	if (frame.channels() == 1)
		return bare_gray(frame, params);
	cv::cvtColor(frame, ycrcb, is_rgb ? cv::COLOR_RGB2YCrCb : cv::COLOR_BGR2YCrCb);
	cv::split(ycrcb, parts);
	parts[0] = bare_gray(parts[0], params);
	cv::merge(parts, ycrcb);
	cv::cvtColor(ycrcb, made, is_rgb ? cv::COLOR_YCrCb2RGB : cv::COLOR_YCrCb2BGR);
	if (frame.channels() == 3)
		return made;
	cv::split(made, parts);
	parts.emplace_back();
	cv::extractChannel(frame, parts[3], 3);
	cv::merge(parts, made);
	return made;
}

void it_is_as_opencv_does_it(void **)
{
	for (const uint32_t method : {image_Equalization_histogram, image_Equalization_clahe}) {
		struct image_equalize_params params = defaults(method);

		for (const uint32_t tiles : {1u, 8u, 64u}) {
			params.tiles = tiles;
			params.clip = static_cast<float>(tiles % 8); // 0: no limit
			filter_compare<image_equalize_in, image_equalize_out>(
				image_equalize_methods, &params, filter_formats, 0,
				[&](const cv::Mat &frame, uint32_t format) {
					return bare(frame, format, params);
				});
		}
	}
}

// A picture at dusk: dark gray from 20 to 60.
void a_dark_frame_uses_all_there_is(void **)
{
	struct image_equalize_params params = defaults(image_Equalization_histogram);
	filter_image frame(PKD_GRAY8, 200, 150), view(PKD_GRAY8, 200, 150);
	struct image_equalize_in in = {frame.image};
	struct image_equalize_out out = {view.image};
	double least, most;

	params.FORMAT = PKD_GRAY8;
	params.W = 200;
	params.H = 150;
	frame.load("messi5.jpg");
	frame.const_mat().convertTo(frame.mat(), CV_8U, 40 / 255.0, 20);
	filter_run run(image_equalize_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	cv::minMaxLoc(view.const_mat(), &least, &most);
	assert_int_equal(static_cast<int>(least), 0);
	assert_int_equal(static_cast<int>(most), 255);
	params.method = image_Equalization_clahe; // live
	params.clip = 3;
	assert_int_equal(run.change(), PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(view.image, bare(frame.const_mat(), PKD_GRAY8, params));
	params.tiles = 3;
	assert_int_equal(run.change(), PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(view.image, bare(frame.const_mat(), PKD_GRAY8, params));
}

void a_frame_of_one_brightness_does_no_harm(void **)
{
	for (const uint32_t method : {image_Equalization_histogram, image_Equalization_clahe}) {
		struct image_equalize_params params = defaults(method);
		filter_image frame(PKD_BGR24, 31, 17), view(PKD_BGR24, 31, 17);
		struct image_equalize_in in = {frame.image};
		struct image_equalize_out out = {view.image};

		params.FORMAT = PKD_BGR24;
		params.W = 31;
		params.H = 17;
		filter_run run(image_equalize_methods, &params);
		for (const int gray : {0, 1, 128, 255}) {
			frame.mat().setTo(cv::Scalar::all(gray));
			assert_int_equal(run.step(&in, &out), PKD_OK);
			filter_assert_is(view.image, bare(frame.const_mat(), PKD_BGR24, params));
		}
	}
}

void other_formats_are_refused(void **)
{
	struct image_equalize_params params = defaults(image_Equalization_histogram);

	filter_assert_refuses(image_equalize_methods, &params);
}

void nothing_is_made_for_nobody(void **)
{
	struct image_equalize_params params = defaults(image_Equalization_clahe);

	filter_assert_spares<image_equalize_in, image_equalize_out>(image_equalize_methods, &params,
	                                                            PKD_BGR24, PKD_BGR24);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(a_dark_frame_uses_all_there_is),
		cmocka_unit_test(a_frame_of_one_brightness_does_no_harm),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
