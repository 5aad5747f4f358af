// image.blend beside cv::addWeighted and cv::blendLinear.
#include <image/blend.pkd.h>

#include "../test/filter_run.hpp"

extern "C" const struct pkd_methods image_blend_methods;

namespace
{

struct pictures {
	filter_image frame, over, mask, view;
	struct image_blend_params params = {};

	pictures(uint32_t format, uint32_t width, uint32_t height)
		: frame(format, width, height), over(format, width, height, 5),
		  mask(PKD_GRAY8, width, height, 7), view(format, width, height, 9)
	{
		params.FORMAT = format;
		params.W = width;
		params.H = height;
		params.weight = 0.5f;
	}

	int step(filter_run *run, bool with_over, bool with_mask)
	{
		struct image_blend_in in = {frame.image, with_over ? over.image : nullptr,
		                            with_mask ? mask.image : nullptr};
		struct image_blend_out out = {view.image};

		return run->step(&in, &out);
	}
};

cv::Mat bare(pictures *pictures, bool with_mask)
{
	const double weight = static_cast<double>(pictures->params.weight);
	cv::Mat made, of_frame, of_over;

	if (!with_mask) {
		cv::addWeighted(pictures->frame.const_mat(), 1 - weight, pictures->over.const_mat(),
		                weight, 0, made);
		return made;
	}
	pictures->mask.const_mat().convertTo(of_over, CV_32F, weight / 255);
	pictures->mask.const_mat().convertTo(of_frame, CV_32F, -weight / 255, 1);
	cv::blendLinear(pictures->frame.const_mat(), pictures->over.const_mat(), of_frame, of_over,
	                made);
	return made;
}

void it_is_as_opencv_does_it(void **)
{
	for (const uint32_t format : filter_formats) {
		for (const auto &size : filter_sizes) {
			pictures with(format, size.width, size.height);
			filter_run run(image_blend_methods, &with.params);

			assert_int_equal(run.result, PKD_OK);
			for (const float weight : {0.f, 0.3f, 0.5f, 1.f}) { // live
				with.params.weight = weight;
				for (const bool has_mask : {false, true}) {
					assert_int_equal(with.step(&run, true, has_mask), PKD_OK);
					filter_assert_is(with.view.image, bare(&with, has_mask));
				}
			}
		}
	}
}

void weights_of_0_and_1_keep_each_pixel(void **)
{
	for (const uint32_t format : filter_formats) {
		pictures with(format, 64, 48);
		filter_run run(image_blend_methods, &with.params);

		for (const bool has_mask : {false, true}) {
			with.mask.mat().setTo(255);
			with.params.weight = 0;
			assert_int_equal(with.step(&run, true, has_mask), PKD_OK);
			filter_assert_is(with.view.image, with.frame.const_mat());
			with.params.weight = 1;
			assert_int_equal(with.step(&run, true, has_mask), PKD_OK);
			filter_assert_is(with.view.image, with.over.const_mat());
		}
		with.mask.mat().setTo(0);
		assert_int_equal(with.step(&run, true, true), PKD_OK);
		filter_assert_is(with.view.image, with.frame.const_mat());
	}
}

// Half black, half white: half of each picture.
void a_mask_says_where(void **)
{
	pictures with(PKD_BGR24, 64, 48);
	filter_run run(image_blend_methods, &with.params);
	const cv::Rect left(0, 0, 32, 48), right(32, 0, 32, 48);

	with.params.weight = 1;
	with.mask.mat()(left).setTo(0);
	with.mask.mat()(right).setTo(255);
	assert_int_equal(with.step(&run, true, true), PKD_OK);
	cv::Mat wanted = with.frame.const_mat().clone();
	with.over.const_mat()(right).copyTo(wanted(right));
	filter_assert_is(with.view.image, wanted);
}

// A white mask is as none, to a level.
void a_white_mask_changes_nothing(void **)
{
	pictures with(PKD_BGR24, 64, 48);
	filter_run run(image_blend_methods, &with.params);

	with.params.weight = 0.37f;
	with.mask.mat().setTo(255);
	assert_int_equal(with.step(&run, true, true), PKD_OK);
	assert_true(cv::norm(with.view.const_mat(), bare(&with, false), cv::NORM_INF) <= 1);
}

void what_is_absent_changes_nothing(void **)
{
	pictures with(PKD_BGRA32, 64, 48);
	filter_run run(image_blend_methods, &with.params);

	assert_int_equal(with.step(&run, false, false), PKD_OK);
	filter_assert_is(with.view.image, with.frame.const_mat());
	assert_int_equal(with.step(&run, false, true), PKD_OK);
	filter_assert_is(with.view.image, with.frame.const_mat());
}

void pictures_of_two_sizes_are_refused(void **)
{
	pictures with(PKD_BGR24, 64, 48);
	filter_run run(image_blend_methods, &with.params);

	with.mask.image->width = 63;
	assert_int_equal(with.step(&run, true, true), -EINVAL);
	assert_true(run.says("`mask` is 63 x 48 and `frame` 64 x 48"));
	with.over.image->height = 47;
	assert_int_equal(with.step(&run, true, false), -EINVAL);
	assert_true(run.says("`over` is 64 x 47 and `frame` 64 x 48"));
}

void other_formats_are_refused(void **)
{
	struct image_blend_params params = {};

	filter_assert_refuses(image_blend_methods, &params);
}

void nothing_is_made_for_nobody(void **)
{
	pictures with(PKD_BGR24, 16, 16);
	filter_run run(image_blend_methods, &with.params);
	const cv::Mat before = with.view.const_mat().clone();

	run.ctx->unread = 1;
	assert_int_equal(with.step(&run, true, true), PKD_OK);
	assert_int_equal(with.view.image->width, 16);
	assert_true(cv::norm(before, with.view.const_mat(), cv::NORM_INF) == 0);
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_opencv_does_it),
		cmocka_unit_test(weights_of_0_and_1_keep_each_pixel),
		cmocka_unit_test(a_mask_says_where),
		cmocka_unit_test(a_white_mask_changes_nothing),
		cmocka_unit_test(what_is_absent_changes_nothing),
		cmocka_unit_test(pictures_of_two_sizes_are_refused),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
