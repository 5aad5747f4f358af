// What the nodes of this module do alike: the formats that they take, the size, pixel aspect and
// colours of what they make, and OpenCV, whose exceptions never leave a node and which starts no
// thread.
#ifndef PKD_IMAGE_FILTER_HPP
#define PKD_IMAGE_FILTER_HPP

#include <pkd/node.h>

#include <cerrno>
#include <exception>

#include "../base/colour.h"
#include "../base/mat.hpp"

// For init: refuses what has no cv::Mat over whole pixels (i420, nv12, gray16, grayf32).
static inline int filter_start(uint32_t format, struct pkd_ctx *ctx)
{
	cv::setNumThreads(1);
	return mat_check(format, ctx);
}

// Makes an output a width x height image of `format`, which has the pixel aspect of `from`, and
// its matrix and range where the format is the same. The caller has checked the capacity.
static inline void filter_make(struct pkd_image *view, uint32_t format, uint32_t width,
                               uint32_t height, const struct pkd_image *from)
{
	pkd_image_set(view, format, width, height);
	view->pixel_width = from->pixel_width;
	view->pixel_height = from->pixel_height;
	if (format == from->format) {
		view->matrix = from->matrix;
		view->range = from->range;
	}
}

// As large as `from`, and of its format.
static inline void filter_make_like(struct pkd_image *view, const struct pkd_image *from)
{
	filter_make(view, from->format, from->width, from->height, from);
}

// Fills an output that has been made: `fill(to)` writes to a header over it. `verb` is what OpenCV
// does, as in "blur the frame". OpenCV allocates another picture where what it makes has another
// size or type than the header: that is a fault of the node, and is told.
template <typename Fill>
static inline int filter_fill(struct pkd_image *view, const char *verb, struct pkd_ctx *ctx,
                              Fill fill)
try {
	cv::Mat to = mat_of(view);

	fill(to);
	if (!mat_is_over(to, view))
		return pkd_error(ctx, EIO,
		                 "OpenCV cannot %s: it has made a picture of %d x %d in its place",
		                 verb, to.cols, to.rows);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot %s: %s", verb, error.what());
}

// For nodes with two pictures: that they are of one size. `what` is the second, as in "mask".
static inline int filter_same_size(const struct pkd_image *frame, const struct pkd_image *other,
                                   const char *what, struct pkd_ctx *ctx)
{
	if (frame->width == other->width && frame->height == other->height)
		return PKD_OK;
	return pkd_error(
		ctx, EINVAL,
		"`%s` is %u x %u and `frame` %u x %u: have image.scale before it make them of one size",
		what, other->width, other->height, frame->width, frame->height);
}

// A colour as pixels of `format` have it; alpha is full. Gray is its brightness, as OpenCV weighs
// it.
static inline cv::Scalar filter_scalar(struct colour colour, uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
		return cv::Scalar::all(
			cvRound(0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue));
	case PKD_RGB24:
	case PKD_RGBA32:
		return cv::Scalar(colour.red, colour.green, colour.blue, 255);
	default:
		return cv::Scalar(colour.blue, colour.green, colour.red, 255);
	}
}

// For init: the parameter `colour`.
static inline int filter_colour(const char *text, uint32_t format, cv::Scalar *ret_scalar,
                                struct pkd_ctx *ctx)
{
	struct colour colour;

	if (!colour_read(text, &colour))
		return pkd_error(ctx, EINVAL, "`colour` is '%s': " COLOURS, text);
	*ret_scalar = filter_scalar(colour, format);
	return PKD_OK;
}

#endif
