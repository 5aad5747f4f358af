// image.mask beside cv::Mat::setTo with a mask.
extern "C" {
#include <image/mask.pkd.h>
extern const struct pkd_methods image_mask_methods;
}

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_mask_params, image_mask_in, image_mask_out> {
	run(uint32_t format, cv::Size size)
		: image_run(image_mask_methods, format, size, format, size)
	{
		params.FORMAT = format;
		params.W = static_cast<uint32_t>(size.width);
		params.H = static_cast<uint32_t>(size.height);
		params.colour = "black";
	}
	void set(const char *polygon, bool outside = false)
	{
		pkd_string_set(&params.polygon, polygon);
		params.outside = outside;
		change();
	}
	// The frame where `kept` is not 0.
	cv::Mat expect(const cv::Mat &kept, const cv::Scalar &colour) const
	{
		cv::Mat expected(seen().size(), seen().type(), colour);

		seen().copyTo(expected, kept);
		return expected;
	}
};

const cv::Scalar black(0, 0, 0, 255);

void is_as_opencv_does_it(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		run run(format, size);
		struct pkd_image *mask = fake_image(PKD_GRAY8, run.params.W, run.params.H);
		cv::Mat bits = mat_of(mask);

		cv::RNG(7).fill(bits, cv::RNG::UNIFORM, 0, 3);
		run.step(mask);
		run.shows(run.expect(bits, black));
		run.set("", true);
		run.step(mask);
		run.shows(run.expect(bits == 0, black));
		run.set("");
		run.step(nullptr);
		run.shows(run.seen());
		run.set("", true);
		run.step(nullptr);
		run.shows(run.expect(cv::Mat::zeros(size, CV_8UC1), black));
		run.set("0,0 1,0 1,1 0,1");
		run.step(nullptr);
		run.shows(run.seen());
		fake_slot_free(mask);
	});
}

void a_polygon_keeps_its_inside(void **)
{
	run run(PKD_BGR24, {100, 50});
	cv::Mat kept = cv::Mat::zeros(50, 100, CV_8UC1);

	run.params.colour = "white";
	run.set("0.1,0.2 0.5,0.2 0.5,0.8 0.1,0.8; left over: 90,40 99,40 99,49 90,49");
	kept(cv::Rect(10, 10, 40, 30)).setTo(255);
	kept(cv::Rect(90, 40, 9, 9)).setTo(255);
	run.step(nullptr);
	// A pixel more or less at the outline.
	cv::Mat wrong = mat_of(run.view) != run.expect(kept, cv::Scalar::all(255)), inner;
	cv::cvtColor(wrong, wrong, cv::COLOR_BGR2GRAY);
	cv::Mat outline;
	cv::morphologyEx(kept, outline, cv::MORPH_GRADIENT, cv::Mat::ones(3, 3, CV_8UC1));
	wrong.setTo(0, outline);
	assert_int_equal(cv::countNonZero(wrong), 0);
}

void both_must_show_it(void **)
{
	run run(PKD_GRAY8, {64, 48});
	struct pkd_image *mask = fake_image(PKD_GRAY8, 64, 48);
	cv::Mat bits = mat_of(mask), kept = cv::Mat::zeros(48, 64, CV_8UC1);

	bits.setTo(0);
	bits.rowRange(0, 24).setTo(255);
	run.set("0,0 1,0 1,1 0,1");
	run.step(mask);
	run.shows(run.expect(bits, black));
	run.set("0,0 0.25,0 0.25,1 0,1");
	run.step(mask);
	assert_int_equal(mat_of(run.view).at<uint8_t>(5, 5), run.seen().at<uint8_t>(5, 5));
	assert_int_equal(cv::countNonZero(mat_of(run.view)(cv::Rect(0, 24, 64, 24))), 0);
	assert_int_equal(cv::countNonZero(mat_of(run.view)(cv::Rect(18, 0, 46, 48))), 0);
	fake_slot_free(mask);
}

// What was drawn for one size is not taken for another.
void a_frame_of_another_size_has_its_own(void **)
{
	run run(PKD_GRAY8, {64, 48});

	run.set("0,0 1,0 1,1 0,1");
	run.step(nullptr);
	pkd_image_set(run.frame, PKD_GRAY8, 20, 40);
	run.step(nullptr);
	run.shows(run.seen());
}

void a_text_that_is_no_polygon_is_told(void **)
{
	for (const char *wrong : {"0.1,0.1", "0,0 1,1", "0,0 1,0 1,1 0", "a,b c,d e,f",
	                          "nan,0 1,0 1,1", "-0.1,0 1,0 1,1", "0,0 65,0 65,9", ";;"}) {
		run run(PKD_BGR24, {64, 48});

		run.set(wrong);
		assert_int_equal(run.start(), -EINVAL);
		assert_non_null(std::strstr(run.ctx.error, "`polygon`: "));
	}
}

// While it runs, a slip of the hand hides nothing and shows nothing.
void a_wrong_text_later_leaves_the_old_one(void **)
{
	run run(PKD_GRAY8, {64, 48});
	cv::Mat before;

	run.set("0,0 0.5,0 0.5,1 0,1");
	run.step(nullptr);
	before = mat_of(run.view).clone();
	run.set("0,0 0.5");
	assert_non_null(std::strstr(run.ctx.note, "stays as it was"));
	run.step(nullptr);
	run.shows(before);
}

void a_mask_of_another_size_is_told(void **)
{
	run run(PKD_BGR24, {64, 48});
	struct pkd_image *mask = fake_image(PKD_GRAY8, 64, 48);

	pkd_image_set(mask, PKD_GRAY8, 32, 48);
	assert_int_equal(run.try_step(mask), -EINVAL);
	assert_non_null(std::strstr(run.ctx.error, "`mask` is 32 x 48 and `frame` 64 x 48"));
	fake_slot_free(mask);
}

void a_colour_or_format_that_is_none_is_told(void **)
{
	run colour(PKD_BGR24, {4, 4}), format(PKD_I420, {4, 4});

	colour.params.colour = "clear";
	assert_int_equal(colour.start(), -EINVAL);
	assert_int_equal(format.start(), -EINVAL);
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_opencv_does_it),
		cmocka_unit_test(a_polygon_keeps_its_inside),
		cmocka_unit_test(both_must_show_it),
		cmocka_unit_test(a_frame_of_another_size_has_its_own),
		cmocka_unit_test(a_text_that_is_no_polygon_is_told),
		cmocka_unit_test(a_wrong_text_later_leaves_the_old_one),
		cmocka_unit_test(a_mask_of_another_size_is_told),
		cmocka_unit_test(a_colour_or_format_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
