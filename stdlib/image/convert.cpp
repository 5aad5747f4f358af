// image.convert: pixels of RGB and gray by OpenCV, I420 and NV12 by libswscale.
#include <image/convert.pkd.h>

#include <cstring>
#include <new>
#include <opencv2/imgproc.hpp>

#include "filter.hpp"
#include "yuv.h"

namespace
{

constexpr int same = -1; // needs none

// cv::cvtColor's code between two formats of whole pixels.
int code_of(uint32_t from, uint32_t to)
{
	static const uint32_t formats[] = {PKD_GRAY8, PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32};
	static const int codes[][5] = {
		{same, cv::COLOR_GRAY2BGR, cv::COLOR_GRAY2RGB, cv::COLOR_GRAY2BGRA,
	         cv::COLOR_GRAY2RGBA},
		{cv::COLOR_BGR2GRAY, same, cv::COLOR_BGR2RGB, cv::COLOR_BGR2BGRA,
	         cv::COLOR_BGR2RGBA},
		{cv::COLOR_RGB2GRAY, cv::COLOR_RGB2BGR, same, cv::COLOR_RGB2BGRA,
	         cv::COLOR_RGB2RGBA},
		{cv::COLOR_BGRA2GRAY, cv::COLOR_BGRA2BGR, cv::COLOR_BGRA2RGB, same,
	         cv::COLOR_BGRA2RGBA},
		{cv::COLOR_RGBA2GRAY, cv::COLOR_RGBA2BGR, cv::COLOR_RGBA2RGB, cv::COLOR_RGBA2BGRA,
	         same},
	};
	size_t row = 0, column = 0;

	while (formats[row] != from)
		row++;
	while (formats[column] != to)
		column++;
	return codes[row][column];
}

bool is_yuv(uint32_t format)
{
	return pkd_planes(format) > 1;
}

int check(uint32_t format, const char *name, struct pkd_ctx *ctx)
{
	if (image_yuv_takes(format))
		return PKD_OK;
	return pkd_error(ctx, EINVAL,
	                 "%s must be one of bgr24, rgb24, gray8, bgra32, rgba32, i420 and nv12",
	                 name);
}

// The first plane, which is all of a format that has one.
cv::Mat plane_of(const struct pkd_image *image)
{
	return mat_over(pkd_const_pixels(image), image->width, image->height, image->stride,
	                static_cast<int>(pkd_pixel_size(image->format)));
}

// Brightness from one range to another.
void stretch(const cv::Mat &from, bool from_full, cv::Mat &to, bool to_full)
{
	const double by = from_full ? 219. / 255 : 255. / 219;

	if (from_full == to_full)
		from.copyTo(to);
	else
		from.convertTo(to, CV_8U, by, from_full ? 16 : -16 * by);
}

// Between gray and a format with planes, or from gray of limited range: all else of a gray frame
// is in the middle.
void stretch_gray(const struct pkd_image *frame, struct pkd_image *view)
{
	cv::Mat to = plane_of(view);

	stretch(plane_of(frame), pkd_image_is_full(frame), to, pkd_image_is_full(view));
	for (uint32_t i = 1; i < pkd_planes(view->format); i++) {
		const struct pkd_image_plane plane = pkd_plane(view, i);

		std::memset(plane.data, 128, size_t{plane.stride} * plane.height);
	}
}

bool has_same_pixels(const struct pkd_image *a, const struct pkd_image *b)
{
	return a->format == b->format && pkd_image_is_full(a) == pkd_image_is_full(b) &&
	       (!is_yuv(a->format) || pkd_image_matrix(a) == pkd_image_matrix(b));
}

void set_colours(struct pkd_image *view, const struct pkd_image *frame,
                 const struct image_convert_params *params)
{
	const bool both = is_yuv(view->format) && is_yuv(frame->format);

	view->matrix = both ? frame->matrix : uint32_t{PKD_MATRIX_UNKNOWN};
	view->range = both ? frame->range : uint32_t{PKD_RANGE_UNKNOWN};
	if (is_yuv(view->format) && params->matrix != PKD_MATRIX_UNKNOWN)
		view->matrix = params->matrix;
	if (is_yuv(view->format) && params->range != PKD_RANGE_UNKNOWN)
		view->range = params->range;
}

} // namespace

// The parameters are the numbers of an image.
static_assert(int{video_Matrix_bt601} == int{PKD_BT601} &&
              int{video_Matrix_bt709} == int{PKD_BT709} &&
              int{video_Matrix_bt2020} == int{PKD_BT2020} &&
              int{video_Range_limited} == int{PKD_LIMITED} &&
              int{video_Range_full} == int{PKD_FULL});

struct image_convert {
	const struct image_convert_params *params;
	struct image_yuv *yuv;
	cv::Mat *gray; // of full range
};

// The view has no padding; the frame may have some.
static void copy_pixels(const struct pkd_image *frame, struct pkd_image *view)
{
	for (uint32_t i = 0; i < pkd_planes(view->format); i++) {
		const struct pkd_const_image_plane from = pkd_const_plane(frame, i);
		const struct pkd_image_plane to = pkd_plane(view, i);

		if (from.stride == to.stride)
			std::memcpy(to.data, from.data, size_t{to.stride} * to.height);
		else
			for (uint32_t y = 0; y < to.height; y++)
				std::memcpy(to.data + size_t{y} * to.stride,
				            from.data + size_t{y} * from.stride, to.stride);
	}
}

static int fill(struct image_convert *self, const struct pkd_image *frame, struct pkd_image *view)
{
	const bool is_gray = frame->format == PKD_GRAY8;

	if (has_same_pixels(frame, view)) {
		copy_pixels(frame, view);
		return 0;
	}
	if (view->format == PKD_GRAY8 ? is_gray || is_yuv(frame->format)
	                              : is_gray && is_yuv(view->format)) {
		stretch_gray(frame, view);
		return 0;
	}
	if (is_yuv(frame->format) || is_yuv(view->format))
		return image_yuv_convert(self->yuv, frame, view);
	const bool is_stretched = is_gray && !pkd_image_is_full(frame);
	cv::Mat to = mat_of(view);

	if (is_stretched)
		stretch(plane_of(frame), false, *self->gray, true);
	cv::cvtColor(is_stretched ? *self->gray : mat_of(frame), to,
	             code_of(frame->format, view->format));
	CV_Assert(mat_is_over(to, view));
	return 0;
}

int image_convert_init(struct image_convert *self, const struct image_convert_params *params,
                       struct pkd_ctx *ctx)
{
	int error = check(params->FROM, "`frame`", ctx);

	if (!error)
		error = check(params->FORMAT, "FORMAT", ctx);
	if (error)
		return error;
	cv::setNumThreads(1);
	self->params = params;
	self->yuv = image_yuv_create();
	self->gray = new (std::nothrow) cv::Mat;
	if (self->yuv && self->gray)
		return PKD_OK;
	image_convert_finish(self);
	return pkd_error(ctx, ENOMEM, "no memory for a frame");
}

int image_convert_step(struct image_convert *self, const struct image_convert_in *in,
                       struct image_convert_out *out, struct pkd_ctx *ctx)
try {
	const struct pkd_image *frame = in->frame;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	filter_make(out->view, self->params->FORMAT, frame->width, frame->height, frame);
	set_colours(out->view, frame, self->params);
	const int error = fill(self, frame, out->view);

	return error ? pkd_error(ctx, -error, "libswscale cannot convert the frame") : PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot convert the frame: %s", error.what());
}

void image_convert_finish(struct image_convert *self)
{
	delete self->gray;
	image_yuv_destroy(self->yuv);
}

PKD_NODE(image_convert);
