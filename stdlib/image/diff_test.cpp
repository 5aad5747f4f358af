// image.diff beside cv::absdiff.
#include <image/diff.pkd.h>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_diff_methods;

namespace
{

cv::Mat bare(const cv::Mat &frame, const cv::Mat &other, uint32_t format, uint32_t threshold)
{
	const bool has_alpha = frame.channels() == 4;
	cv::Mat made;

	cv::absdiff(frame, other, made);
	if (frame.channels() > 1 && filter_is_rgb(format))
		cv::cvtColor(made, made, has_alpha ? cv::COLOR_RGBA2GRAY : cv::COLOR_RGB2GRAY);
	else if (frame.channels() > 1)
		cv::cvtColor(made, made, has_alpha ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
	if (threshold)
		cv::threshold(made, made, threshold, 255, cv::THRESH_BINARY);
	return made;
}

void it_is_as_opencv_does_it(void **)
{
	for (const uint32_t format : filter_formats) {
		for (const auto &size : filter_sizes) {
			filter_image frame(format, size.width, size.height);
			filter_image other(format, size.width, size.height, 3);
			filter_image mask(PKD_GRAY8, size.width, size.height);
			struct image_diff_in in = {frame.image, other.image};
			struct image_diff_out out = {mask.image};
			struct image_diff_params params = {};

			params.FORMAT = format;
			params.W = size.width;
			params.H = size.height;
			filter_run run(image_diff_methods, &params);
			assert_int_equal(run.result, PKD_OK);
			for (const uint32_t threshold : {0u, 1u, 25u, 254u}) { // live
				params.threshold = threshold;
				assert_int_equal(run.step(&in, &out), PKD_OK);
				assert_int_equal(run.ctx->absent, 0);
				filter_assert_is(mask.image,
				                 bare(frame.const_mat(), other.const_mat(), format,
				                      threshold));
			}
		}
	}
}

// A square that moves: what it has left and what it has reached.
void what_moved_is_white(void **)
{
	struct image_diff_params params = {};
	filter_image frame(PKD_BGR24, 60, 40), other(PKD_BGR24, 60, 40), mask(PKD_GRAY8, 60, 40);
	struct image_diff_in in = {frame.image, other.image};
	struct image_diff_out out = {mask.image};

	params.FORMAT = PKD_BGR24;
	params.W = 60;
	params.H = 40;
	params.threshold = 25;
	frame.mat().setTo(cv::Scalar(90, 100, 110));
	other.mat().setTo(cv::Scalar(91, 101, 111)); // noise of the camera
	frame.mat()(cv::Rect(20, 10, 10, 10)).setTo(cv::Scalar(250, 250, 250));
	other.mat()(cv::Rect(15, 10, 10, 10)).setTo(cv::Scalar(250, 250, 250));
	filter_run run(image_diff_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_int_equal(cv::countNonZero(mask.const_mat()), 100);
	assert_int_equal(mask.const_mat().at<uint8_t>(15, 17), 255);
	assert_int_equal(mask.const_mat().at<uint8_t>(15, 22), 0);
	assert_int_equal(mask.const_mat().at<uint8_t>(15, 27), 255);
}

void without_the_other_there_is_no_mask(void **)
{
	struct image_diff_params params = {};
	filter_image frame(PKD_GRAY8, 8, 8), mask(PKD_GRAY8, 8, 8);
	struct image_diff_in in = {frame.image, nullptr};
	struct image_diff_out out = {mask.image};

	params.FORMAT = PKD_GRAY8;
	params.W = params.H = 8;
	filter_run run(image_diff_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_int_equal(run.ctx->absent, 1);
	run.ctx->absent = 0;
	in.other = frame.image;
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_int_equal(run.ctx->absent, 0);
	filter_assert_is(mask.image, cv::Mat(8, 8, CV_8UC1, cv::Scalar(0)));
	in.other = nullptr; // of two streams, also later
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_int_equal(run.ctx->absent, 1);
}

void frames_of_two_sizes_are_refused(void **)
{
	struct image_diff_params params = {};
	filter_image frame(PKD_GRAY8, 8, 8), other(PKD_GRAY8, 8, 7), mask(PKD_GRAY8, 8, 8);
	struct image_diff_in in = {frame.image, other.image};
	struct image_diff_out out = {mask.image};

	params.FORMAT = PKD_GRAY8;
	params.W = params.H = 8;
	filter_run run(image_diff_methods, &params);
	assert_int_equal(run.step(&in, &out), -EINVAL);
	assert_true(run.says("`other` is 8 x 7 and `frame` 8 x 8"));
	assert_true(run.says("image.scale"));
}

void other_formats_are_refused(void **)
{
	struct image_diff_params params = {};

	filter_assert_refuses(image_diff_methods, &params);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(what_moved_is_white),
		cmocka_unit_test(without_the_other_there_is_no_mask),
		cmocka_unit_test(frames_of_two_sizes_are_refused),
		cmocka_unit_test(other_formats_are_refused),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
