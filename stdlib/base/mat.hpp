// cv::Mat headers over images of the runtime: nothing is copied to be looked at. cv::Mat has no const
// form; one over an input must only be read.
#ifndef PKD_BASE_MAT_HPP
#define PKD_BASE_MAT_HPP

#include <pkd/node.h>

#include <cstdint>
#include <opencv2/core.hpp>

// Bytes of a pixel, which are OpenCV's channels; 0 for the formats that are not of whole pixels of bytes: i420,
// nv12, gray16, grayf32.
static inline int mat_channels(uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
		return 1;
	case PKD_BGR24:
	case PKD_RGB24:
		return 3;
	case PKD_BGRA32:
	case PKD_RGBA32:
		return 4;
	default:
		return 0;
	}
}

// For init: refuses the formats without channels.
static inline int mat_check(uint32_t format, struct pkd_ctx *ctx)
{
	if (mat_channels(format) > 0)
		return PKD_OK;
	return pkd_error(ctx, 22 /* EINVAL */,
	                 "it takes frames of gray8, bgr24, rgb24, bgra32 and rgba32: have image.convert before it "
	                 "make one of them");
}

// Over the first plane, which has `channels` bytes a pixel.
static inline cv::Mat mat_over(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t stride, int channels)
{
	return cv::Mat(static_cast<int>(height), static_cast<int>(width), CV_8UC(channels), const_cast<uint8_t *>(pixels),
	               stride);
}

// Over an input of a format that mat_check lets through.
static inline const cv::Mat mat_of(const struct pkd_image *image)
{
	return mat_over(pkd_const_pixels(image), image->width, image->height, image->stride,
	                mat_channels(image->format));
}

// Over an output. What is written to it by OpenCV must have its size and type already, or OpenCV would allocate
// another: see mat_is_over.
static inline cv::Mat mat_of(struct pkd_image *image)
{
	return mat_over(pkd_pixels(image), image->width, image->height, image->stride, mat_channels(image->format));
}

// Whether OpenCV has left a header where it was, over the output.
static inline bool mat_is_over(const cv::Mat &mat, struct pkd_image *image)
{
	return mat.data == pkd_pixels(image);
}

#endif
