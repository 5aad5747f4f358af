// A node that makes pictures in a test, beside the bare call of OpenCV. For tests in C++.
#ifndef PKD_TEST_FILTER_RUN_HPP
#define PKD_TEST_FILTER_RUN_HPP

#include <cerrno>
#include <csetjmp>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>
#include <unistd.h>

extern "C" {
#include <cmocka.h>

#include "fake_ctx.h"
}

#include "../base/mat.hpp"

constexpr uint32_t filter_formats[] = {PKD_GRAY8, PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32};
constexpr uint32_t filter_colour_formats[] = {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32};
// Odd ones, a pixel wide or high, and more rows than are worked on together.
constexpr struct {
	uint32_t width, height;
} filter_sizes[] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {33, 17}, {160, 121}};

// A node from init to finish.
struct filter_run {
	std::unique_ptr<struct pkd_ctx> ctx{new struct pkd_ctx()};
	const struct pkd_methods *methods;
	const void *params;
	void *self;
	int result; // of init

	filter_run(const struct pkd_methods &which, const void *with)
		: methods(&which), params(with), self(fake_self(&which)),
		  result(which.init(self, with, ctx.get()))
	{
	}
	~filter_run()
	{
		methods->finish(self);
		free(self);
	}
	filter_run(const filter_run &) = delete;
	filter_run &operator=(const filter_run &) = delete;

	int step(const void *in, void *out)
	{
		return fake_fire(methods, self, in, out, ctx.get());
	}
	int change()
	{
		return methods->changed(self, params, ctx.get());
	}
	bool says(const char *text) const
	{
		return std::strstr(ctx->error, text) != nullptr;
	}
};

// An image in a slot.
struct filter_image {
	struct pkd_image *image;

	// Of noise; another one for each seed. With a stride that has room for a padding.
	filter_image(uint32_t format, uint32_t width, uint32_t height, uint32_t seed = 1)
		: image(fake_image(format, width + 5, height))
	{
		uint32_t random = seed * 2654435761u + 1;
		uint32_t stride = image->stride;

		for (uint32_t i = 0; i < stride * height; i++)
			pkd_pixels(image)[i] =
				static_cast<uint8_t>((random = random * 1664525 + 1013904223) >> 24);
		image->width = width;
	}
	~filter_image()
	{
		fake_slot_free(image);
	}
	filter_image(const filter_image &) = delete;
	filter_image &operator=(const filter_image &) = delete;

	cv::Mat mat()
	{
		return mat_of(image);
	}
	const cv::Mat const_mat() const
	{
		return mat_of(const_cast<const struct pkd_image *>(image));
	}
	// A picture of build/media that ffmpeg reads, with this width and height.
	void load(const char *name)
	{
		const char *clip = getenv("PKD_TEST_CLIP"), *slash = clip ? strrchr(clip, '/') : nullptr;
		const std::string path = (slash ? std::string(clip, slash + 1) : "") + name;
		const char *format = image->format == PKD_GRAY8    ? "gray"
		                     : image->format == PKD_BGR24  ? "bgr24"
		                     : image->format == PKD_RGB24  ? "rgb24"
		                     : image->format == PKD_BGRA32 ? "bgra"
		                                                   : "rgba";
		const uint32_t width = image->width, height = image->height;

		if (access(path.c_str(), R_OK) != 0) {
			print_message("no '%s': tests/setup.sh --media\n", path.c_str());
			skip();
		}
		pkd_image_set(image, image->format, width, height);
		const std::string command = "ffmpeg -v error -i '" + path + "' -vf scale=" +
		                            std::to_string(width) + ":" + std::to_string(height) +
		                            ":out_range=full -frames:v 1 -pix_fmt " + format +
		                            " -f rawvideo -";
		FILE *pipe = popen(command.c_str(), "r");

		assert_non_null(pipe);
		const size_t size = static_cast<size_t>(image->stride) * height;
		assert_int_equal(fread(pkd_pixels(image), 1, size, pipe), size);
		assert_int_equal(pclose(pipe), 0);
	}
};

// Fails the test where an output is not these pixels, or lies with a padding.
static inline void filter_assert_is(const struct pkd_image *made, const cv::Mat &wanted)
{
	assert_int_equal(made->width, wanted.cols);
	assert_int_equal(made->height, wanted.rows);
	assert_int_equal(mat_channels(made->format), wanted.channels());
	assert_int_equal(made->stride, made->width * pkd_pixel_size(made->format));
	for (int y = 0; y < wanted.rows; y++)
		assert_memory_equal(mat_of(made).ptr(y), wanted.ptr(y), made->stride);
}

static inline bool filter_is_rgb(uint32_t format)
{
	return format == PKD_RGB24 || format == PKD_RGBA32;
}

// The node with in `frame` and out an image of `out_format` (0: as the frame) beside
// `reference(frame)`, of each format and size.
template <typename In, typename Out, typename Params, typename Formats, typename Reference>
static inline void filter_compare(const struct pkd_methods &methods, Params *params,
                                  const Formats &formats, uint32_t out_format, Reference reference)
{
	for (const uint32_t format : formats) {
		for (const auto &size : filter_sizes) {
			filter_image frame(format, size.width, size.height);
			filter_image view(out_format ? out_format : format, size.width, size.height, 2);

			params->FORMAT = format;
			params->W = size.width;
			params->H = size.height;
			frame.image->pixel_width = 4;
			frame.image->pixel_height = 3;
			const cv::Mat before = frame.const_mat().clone();
			filter_run run(methods, params);
			In in = {frame.image};
			Out out = {view.image};

			assert_int_equal(run.result, PKD_OK);
			if (run.step(&in, &out) != PKD_OK)
				fail_msg("format %u, %ux%u: %s", format, size.width, size.height,
				         run.ctx->error);
			filter_assert_is(view.image, reference(before, format));
			assert_int_equal(view.image->pixel_width, 4);
			assert_int_equal(view.image->pixel_height, 3);
			assert_int_equal(cv::countNonZero(before.reshape(1) !=
			                                  cv::Mat(frame.const_mat().clone()).reshape(1)),
			                 0);
		}
	}
}

// Formats without whole pixels of bytes are refused, with the way out.
template <typename Params>
static inline void filter_assert_refuses(const struct pkd_methods &methods, Params *params)
{
	for (const uint32_t format : {PKD_I420, PKD_NV12, PKD_GRAY16, PKD_GRAYF32}) {
		params->FORMAT = format;
		params->W = params->H = 16;
		filter_run run(methods, params);

		assert_int_equal(run.result, -EINVAL);
		assert_true(run.says("image.convert"));
	}
}

// Where nobody reads the picture, none is made.
template <typename In, typename Out, typename Params>
static inline void filter_assert_spares(const struct pkd_methods &methods, Params *params,
                                        uint32_t format, uint32_t out_format)
{
	params->FORMAT = format;
	params->W = params->H = 16;
	filter_image frame(format, 16, 16), view(out_format, 16, 16, 2);
	const cv::Mat before = view.const_mat().clone();
	filter_run run(methods, params);
	In in = {frame.image};
	Out out = {view.image};

	assert_int_equal(run.result, PKD_OK);
	run.ctx->unread = 1;
	assert_int_equal(run.step(&in, &out), PKD_OK);
	view.image->width = 16;
	assert_int_equal(cv::countNonZero(before.reshape(1) != cv::Mat(view.const_mat().clone()).reshape(1)),
	                 0);
}

#endif
