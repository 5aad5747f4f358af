// image.grid beside cv::resize into the parts of a cv::Mat.
extern "C" {
#include <image/grid.pkd.h>
extern const struct pkd_methods image_grid_methods;
}

#include <vector>

#include "../test/image_run.hpp"

namespace
{

struct run : image_run<image_grid_params, image_grid_in, image_grid_out> {
	std::vector<struct pkd_image *> others;

	run(uint32_t format, cv::Size from, uint32_t n, cv::Size to)
		: image_run(image_grid_methods, format, from, format, to)
	{
		params.FORMAT = format;
		params.FROM_W = static_cast<uint32_t>(from.width);
		params.FROM_H = static_cast<uint32_t>(from.height);
		params.N = n;
		params.W = static_cast<uint32_t>(to.width);
		params.H = static_cast<uint32_t>(to.height);
		params.fit = image_Fit_contain;
		params.colour = "black";
		for (uint32_t i = 0; i < n; i++) {
			others.push_back(fake_image(format, params.FROM_W, params.FROM_H));
			mat_of(others.back()).setTo(cv::Scalar::all(10 + i));
		}
	}
	~run()
	{
		for (struct pkd_image *other : others)
			if (other)
				fake_slot_free(other);
	}
	void draw()
	{
		step(others.data());
	}
	cv::Mat made() const
	{
		return mat_of(static_cast<const struct pkd_image *>(view));
	}
};

void cells_are_as_opencv_makes_them(void **)
{
	for_each_frame([](uint32_t format, cv::Size size) {
		const cv::Size cell = size * 2;
		run run(format, size, 4, {cell.width * 3, cell.height * 2});
		cv::Mat expected(run.view->height ? 1 : cell.height * 2, cell.width * 3,
		                 run.seen().type(), cv::Scalar(0, 0, 0, 255));

		for (int i = 0; i < 5; i++) {
			const cv::Rect place({i % 3 * cell.width, i / 3 * cell.height}, cell);
			cv::Mat part = expected(place);

			cv::resize(i ? mat_of(run.others[static_cast<size_t>(i) - 1]) : run.seen(),
			           part, cell, 0, 0, cv::INTER_CUBIC);
		}
		run.draw();
		run.shows(expected);
	});
}

void frames_of_another_shape_are_in_the_middle(void **)
{
	run run(PKD_GRAY8, {20, 10}, 1, {50, 30});

	run.params.gap = 10;
	mat_of(run.frame).setTo(99);
	run.draw();
	/* Two cells of 20 x 30. */
	cv::Mat expected = cv::Mat::zeros(30, 50, CV_8UC1);
	expected(cv::Rect(0, 10, 20, 10)).setTo(99);
	expected(cv::Rect(30, 10, 20, 10)).setTo(10);
	run.shows(expected);
	run.params.fit = image_Fit_stretch;
	run.draw();
	expected.colRange(0, 20).setTo(99);
	expected.colRange(30, 50).setTo(10);
	run.shows(expected);
	run.params.fit = image_Fit_contain;
	run.params.columns = 1;
	run.params.gap = 2;
	run.draw();
	/* Two of 50 x 14, the frames 28 wide. */
	expected.setTo(0);
	expected(cv::Rect(11, 0, 28, 14)).setTo(99);
	expected(cv::Rect(11, 16, 28, 14)).setTo(10);
	run.shows(expected);
}

void what_is_absent_is_ground(void **)
{
	run run(PKD_BGR24, {20, 10}, 3, {40, 20});

	run.params.colour = "#203040";
	mat_of(run.frame).setTo(99);
	fake_slot_free(run.others[1]);
	run.others[1] = nullptr;
	run.draw();
	assert_int_equal(run.made().at<cv::Vec3b>(0, 0)[0], 99);
	assert_int_equal(run.made().at<cv::Vec3b>(0, 20)[0], 10);
	assert_int_equal(run.made().at<cv::Vec3b>(10, 20)[0], 12);
	for (int y = 10; y < 20; y++)
		for (int x = 0; x < 20; x++)
			assert_true(run.made().at<cv::Vec3b>(y, x) == cv::Vec3b(0x40, 0x30, 0x20));
	/* Without others there is one cell. */
	run.step(nullptr);
	assert_int_equal(run.made().at<cv::Vec3b>(19, 39)[0], 99);
}

// Not more cells than pixels, nor a gap that leaves none.
void cells_without_room_are_left_out(void **)
{
	run run(PKD_BGRA32, {20, 10}, 8, {5, 3});

	for (uint32_t columns : {0U, 1U, 3U, 9U, 64U})
		for (uint32_t gap : {0U, 1U, 4U, 1000U}) {
			run.params.columns = columns;
			run.params.gap = gap;
			for (uint32_t fit = 0; fit <= image_Fit_cover; fit++) {
				run.params.fit = fit;
				run.draw();
				for (int y = 0; y < 3; y++)
					for (int x = 0; x < 5; x++)
						assert_int_not_equal(
							run.made().at<cv::Vec4b>(y, x)[3], 0xa5);
			}
		}
}

void a_colour_or_format_that_is_none_is_told(void **)
{
	run colour(PKD_BGR24, {4, 4}, 1, {8, 8}), format(PKD_GRAYF32, {4, 4}, 0, {8, 8});

	colour.params.colour = "clear";
	assert_int_equal(colour.start(), -EINVAL);
	assert_int_equal(format.start(), -EINVAL);
}

} // namespace

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_as_opencv_makes_them),
		cmocka_unit_test(frames_of_another_shape_are_in_the_middle),
		cmocka_unit_test(what_is_absent_is_ground),
		cmocka_unit_test(cells_without_room_are_left_out),
		cmocka_unit_test(a_colour_or_format_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
