// image.morph beside cv::morphologyEx.
#include <image/morph.pkd.h>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_morph_methods;

namespace
{

constexpr int operations[] = {cv::MORPH_OPEN, cv::MORPH_CLOSE, cv::MORPH_ERODE, cv::MORPH_DILATE,
                              cv::MORPH_GRADIENT};
constexpr int elements[] = {cv::MORPH_RECT, cv::MORPH_ELLIPSE, cv::MORPH_CROSS};

struct image_morph_params defaults()
{
	struct image_morph_params params = {};

	params.operation = image_Morphology_open;
	params.element = image_Element_ellipse;
	params.size = 5;
	params.times = 1;
	return params;
}

cv::Mat bare(const cv::Mat &frame, const struct image_morph_params &params)
{
	const int size = static_cast<int>(params.size) | 1;
	const cv::Mat element = cv::getStructuringElement(elements[params.element],
	                                                  cv::Size(size, size));
	cv::Mat made;

	cv::morphologyEx(frame, made, operations[params.operation], element, cv::Point(-1, -1),
	                 static_cast<int>(params.times));
	return made;
}

void all_operations_are_those_of_opencv(void **)
{
	struct image_morph_params params = defaults();

	for (uint32_t operation = 0; operation < 5; operation++) {
		for (uint32_t element = 0; element < 3; element++) {
			params.operation = operation;
			params.element = element;
			filter_compare<image_morph_in, image_morph_out>(
				image_morph_methods, &params, filter_formats, 0,
				[&](const cv::Mat &frame, uint32_t) {
					return bare(frame, params);
				});
		}
	}
}

void sizes_from_a_pixel_to_more_than_the_frame(void **)
{
	struct image_morph_params params = defaults();

	for (const uint32_t size : {1u, 2u, 3u, 4u, 31u, 255u}) {
		for (const uint32_t times : {1u, 3u, 50u}) {
			params.operation = image_Morphology_dilate;
			params.size = size;
			params.times = size > 31 && times > 3 ? 3 : times;
			filter_compare<image_morph_in, image_morph_out>(
				image_morph_methods, &params,
				std::initializer_list<uint32_t>{PKD_GRAY8}, 0,
				[&](const cv::Mat &frame, uint32_t) {
					return bare(frame, params);
				});
		}
	}
}

// A speck goes, a hole is filled, and shapes keep their size.
void opening_and_closing_clean_a_mask(void **)
{
	struct image_morph_params params = defaults();
	filter_image mask(PKD_GRAY8, 40, 40), view(PKD_GRAY8, 40, 40);
	struct image_morph_in in = {mask.image};
	struct image_morph_out out = {view.image};

	params.element = image_Element_rect;
	params.size = 3;
	params.FORMAT = PKD_GRAY8;
	params.W = params.H = 40;
	mask.mat().setTo(0);
	mask.mat()(cv::Rect(10, 10, 20, 20)).setTo(255);
	const cv::Mat clean = mask.const_mat().clone();
	filter_run run(image_morph_methods, &params);

	assert_int_equal(run.result, PKD_OK);
	mask.mat().at<uint8_t>(3, 3) = 255;
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(view.image, clean);
	mask.mat().at<uint8_t>(3, 3) = 0;
	mask.mat().at<uint8_t>(20, 20) = 0;
	params.operation = image_Morphology_close; // live
	assert_int_equal(run.change(), PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(view.image, clean);
	params.size = 1;
	assert_int_equal(run.change(), PKD_OK);
	assert_int_equal(run.step(&in, &out), PKD_OK);
	filter_assert_is(view.image, mask.const_mat());
}

void other_formats_are_refused(void **)
{
	struct image_morph_params params = defaults();

	filter_assert_refuses(image_morph_methods, &params);
}

void nothing_is_made_for_nobody(void **)
{
	struct image_morph_params params = defaults();

	filter_assert_spares<image_morph_in, image_morph_out>(image_morph_methods, &params,
	                                                      PKD_BGR24, PKD_BGR24);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_operations_are_those_of_opencv),
		cmocka_unit_test(sizes_from_a_pixel_to_more_than_the_frame),
		cmocka_unit_test(opening_and_closing_clean_a_mask),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
