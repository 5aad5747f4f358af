// A node that makes one picture of another, for tests that compare it with the bare library: its
// frame is noise, and must not change.
#ifndef PKD_TEST_IMAGE_RUN_HPP
#define PKD_TEST_IMAGE_RUN_HPP

#include <cerrno>
#include <csetjmp>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <opencv2/imgproc.hpp>

#include "../base/mat.hpp"

extern "C" {
#include <cmocka.h>

#include "fake_ctx.h"
}

// In and Out are the node's, of which the first input is `frame` and the first output the picture.
template <typename Params, typename In, typename Out> struct image_run {
	const struct pkd_methods &methods;
	struct pkd_ctx ctx = {};
	Params params = {};
	void *self;
	struct pkd_image *frame, *view;
	bool is_started = false;

	image_run(const struct pkd_methods &node, uint32_t format, cv::Size from, uint32_t made,
	          cv::Size to)
		: methods(node), self(fake_self(&node)),
		  frame(fake_image(format, static_cast<uint32_t>(from.width),
	                           static_cast<uint32_t>(from.height))),
		  view(fake_image(made, static_cast<uint32_t>(to.width),
	                          static_cast<uint32_t>(to.height)))
	{
		const size_t n = pkd_image_bytes(format, frame->stride, frame->height);
		cv::Mat bytes(1, static_cast<int>(n), CV_8UC1, pkd_pixels(frame));

		cv::RNG(n).fill(bytes, cv::RNG::UNIFORM, 0, 256);
		empty();
	}
	image_run(const image_run &) = delete;
	image_run &operator=(const image_run &) = delete;
	~image_run()
	{
		if (is_started)
			methods.finish(self);
		std::free(self);
		fake_slot_free(frame);
		fake_slot_free(view);
	}

	int start()
	{
		const int status = methods.init(self, &params, &ctx);

		is_started = status == PKD_OK;
		return status;
	}
	// As the runtime hands it out.
	void empty()
	{
		std::memset(static_cast<void *>(view), 0, sizeof(*view));
	}

	// Of the other inputs, `more`.
	template <typename... More> int try_step(More... more)
	{
		In in = {frame, more...};
		Out out = {view};
		const size_t n = pkd_image_bytes(frame->format, frame->stride, frame->height);
		const cv::Mat bytes(1, static_cast<int>(n), CV_8UC1, pkd_pixels(frame));
		const cv::Mat before = bytes.clone();

		empty();
		if (!is_started)
			assert_int_equal(start(), PKD_OK);
		const int status = methods.step(self, &in, &out, &ctx);

		assert_memory_equal(before.data, bytes.data, n);
		return status;
	}
	// Once more, and nothing else: for benchmarks.
	template <typename... More> void fire(More... more)
	{
		In in = {frame, more...};
		Out out = {view};

		if (!is_started)
			assert_int_equal(start(), PKD_OK);
		assert_int_equal(methods.step(self, &in, &out, &ctx), PKD_OK);
	}
	template <typename... More> void step(More... more)
	{
		const int status = try_step(more...);

		if (status != PKD_OK)
			print_error("%s\n", ctx.error);
		assert_int_equal(status, PKD_OK);
	}
	void change()
	{
		if (is_started)
			assert_int_equal(methods.changed(self, &params, &ctx), PKD_OK);
	}

	// That the picture is this one, byte for byte.
	void shows(const cv::Mat &expected) const
	{
		const cv::Mat made = mat_of(static_cast<const struct pkd_image *>(view));

		assert_int_equal(made.cols, expected.cols);
		assert_int_equal(made.rows, expected.rows);
		assert_int_equal(made.type(), expected.type());
		assert_int_equal(view->stride, view->width * pkd_pixel_size(view->format));
		for (int y = 0; y < made.rows; y++)
			assert_memory_equal(made.ptr(y), expected.ptr(y),
			                    static_cast<size_t>(made.cols) * made.elemSize());
	}
	cv::Mat seen() const
	{
		return mat_of(static_cast<const struct pkd_image *>(frame));
	}
};

// For each format of whole pixels, and sizes that are odd, or of one pixel.
template <typename Test> void for_each_frame(Test test)
{
	for (uint32_t format : {PKD_GRAY8, PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32})
		for (cv::Size size : {cv::Size(64, 48), cv::Size(1, 1), cv::Size(37, 23),
		                      cv::Size(1, 9), cv::Size(33, 1)})
			test(format, size);
}

#endif
