// image.mosaic beside cv::resize, there and back.
#include <image/mosaic.pkd.h>

#include <algorithm>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_mosaic_methods;

namespace
{

void it_is_as_opencv_does_it(void **)
{
	struct image_mosaic_params params = {};

	for (const uint32_t blocks : {1u, 7u, 40u, 1000u}) {
		params.blocks = blocks;
		filter_compare<image_mosaic_in, image_mosaic_out>(
			image_mosaic_methods, &params, filter_formats, 0,
			[&](const cv::Mat &frame, uint32_t) {
				const double size = std::max(
					1.0, double(std::max(frame.cols, frame.rows)) / blocks);
				cv::Mat small, made;

				cv::resize(frame, small,
			                   cv::Size(std::max(1, cvRound(frame.cols / size)),
			                            std::max(1, cvRound(frame.rows / size))),
			                   0, 0, cv::INTER_AREA);
				cv::resize(small, made, frame.size(), 0, 0, cv::INTER_NEAREST);
				return made;
			});
	}
}

bool is_of_one_colour(const cv::Mat &part)
{
	const cv::Mat one(part.size(), part.type(), cv::Scalar(part.at<cv::Vec3b>(0, 0)));

	return cv::norm(part, one, cv::NORM_INF) == 0;
}

// Blocks of 10 x 10, each of the mean of what was there.
void each_block_is_the_mean_of_its_pixels(void **)
{
	struct image_mosaic_params params = {};
	filter_image frame(PKD_BGR24, 80, 60), view(PKD_BGR24, 80, 60);
	struct image_mosaic_in in = {frame.image};
	struct image_mosaic_out out = {view.image};

	params.FORMAT = PKD_BGR24;
	params.W = 80;
	params.H = 60;
	params.blocks = 8;
	filter_run run(image_mosaic_methods, &params);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	for (int y = 0; y < 60; y += 10) {
		for (int x = 0; x < 80; x += 10) {
			const cv::Rect block(x, y, 10, 10);
			const cv::Scalar mean = cv::mean(frame.const_mat()(block));
			const cv::Vec3b colour = view.const_mat().at<cv::Vec3b>(y, x);

			for (int i = 0; i < 3; i++)
				assert_true(std::abs(mean[i] - colour[i]) <= 0.51);
			assert_true(is_of_one_colour(view.const_mat()(block)));
		}
	}
	params.blocks = 1; // live
	assert_int_equal(run.step(&in, &out), PKD_OK);
	assert_true(is_of_one_colour(view.const_mat()));
}

void other_formats_are_refused(void **)
{
	struct image_mosaic_params params = {};

	params.blocks = 8;
	filter_assert_refuses(image_mosaic_methods, &params);
}

void nothing_is_made_for_nobody(void **)
{
	struct image_mosaic_params params = {};

	params.blocks = 8;
	filter_assert_spares<image_mosaic_in, image_mosaic_out>(image_mosaic_methods, &params,
	                                                        PKD_BGR24, PKD_BGR24);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(each_block_is_the_mean_of_its_pixels),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
