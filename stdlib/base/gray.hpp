// A frame as a gray picture, for nodes that look at brightness alone. cv::Mat stands over the
// snapshot where that has the brightness by itself; it has no const form, and must only be read.
#ifndef PKD_BASE_GRAY_HPP
#define PKD_BASE_GRAY_HPP

#include <pkd/node.h>

#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "mat.hpp"

// How many bytes a pixel has, and how OpenCV makes them gray: -1 where the first plane is gray.
struct gray_way {
	int n_bytes, code;
};

// False for formats that are not of bytes: gray16 and grayf32.
static inline bool gray_way_of(uint32_t format, gray_way *ret_way)
{
	switch (format) {
	case PKD_GRAY8:
	case PKD_I420:
	case PKD_NV12:
		*ret_way = {1, -1};
		return true;
	case PKD_BGR24:
		*ret_way = {3, cv::COLOR_BGR2GRAY};
		return true;
	case PKD_RGB24:
		*ret_way = {3, cv::COLOR_RGB2GRAY};
		return true;
	case PKD_BGRA32:
		*ret_way = {4, cv::COLOR_BGRA2GRAY};
		return true;
	case PKD_RGBA32:
		*ret_way = {4, cv::COLOR_RGBA2GRAY};
		return true;
	default:
		return false;
	}
}

// For init: refuses a format that gray_of cannot take.
static inline int gray_check(uint32_t format, struct pkd_ctx *ctx)
{
	gray_way way;

	if (gray_way_of(format, &way))
		return PKD_OK;
	return pkd_error(ctx, 22 /* EINVAL */,
	                 "it takes frames of gray8, bgr24, rgb24, bgra32, rgba32, i420 and nv12, "
	                 "not of gray16 and grayf32");
}

// In `room`, which is kept from frame to frame, where the frame has colours. Throws as OpenCV does.
static inline const cv::Mat gray_of(const struct pkd_image *frame, cv::Mat &room)
{
	gray_way way = {1, -1};

	gray_way_of(frame->format, &way);
	const cv::Mat whole = mat_over(pkd_const_pixels(frame), frame->width, frame->height, frame->stride,
	                               way.n_bytes);
	if (way.code < 0)
		return whole;
	cv::cvtColor(whole, room, way.code);
	return room;
}

#endif
