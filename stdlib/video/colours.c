#include "colours.h"

#include <libavutil/imgutils.h>

#ifdef PKD_HAS_LIBYUV

#include <libyuv.h>

/* libyuv is the nearer to the formula, and faster; libswscale overflows without its slow rounding.
 * libyuv's RGB24 is BGR in memory, and its RAW is RGB. */
static bool convert_rgb(const struct media_side *from, const struct pkd_image *image, AVFrame *to)
{
	const uint8_t *pixels = pkd_const_pixels(image);
	int stride = (int)image->stride;

	if (from->pixels == AV_PIX_FMT_BGR24)
		return RGB24ToI420(pixels, stride, to->data[0], to->linesize[0], to->data[1],
		                   to->linesize[1], to->data[2], to->linesize[2], to->width,
		                   to->height) == 0;
	return RAWToI420(pixels, stride, to->data[0], to->linesize[0], to->data[1], to->linesize[1],
	                 to->data[2], to->linesize[2], to->width, to->height) == 0;
}

#else

static bool convert_rgb(const struct media_side *from, const struct pkd_image *image, AVFrame *to)
{
	(void)from;
	(void)image;
	(void)to;
	return false;
}

#endif

static struct media_side side_of(const AVFrame *to)
{
	return (struct media_side){to->width, to->height, AV_PIX_FMT_YUV420P, (int)to->colorspace,
	                           to->color_range == AVCOL_RANGE_JPEG};
}

static bool is_same(const struct media_side *from, const struct media_side *to)
{
	return from->pixels == to->pixels && from->matrix == to->matrix &&
	       from->is_full == to->is_full;
}

int media_colours_convert(struct media_colours *self, const struct pkd_image *image, AVFrame *to)
{
	struct media_side out = side_of(to);
	struct media_side in = {to->width, to->height, (int)media_pixels(image->format),
	                        media_matrix(pkd_image_matrix(image)), pkd_image_is_full(image)};
	bool is_rgb = in.pixels == AV_PIX_FMT_BGR24 || in.pixels == AV_PIX_FMT_RGB24;
	const uint8_t *planes[4] = {NULL};
	int strides[4] = {0}, error = av_frame_make_writable(to);

	if (error < 0)
		return error;
	if (is_rgb && out.matrix == AVCOL_SPC_SMPTE170M && !out.is_full &&
	    convert_rgb(&in, image, to))
		return 0;
	for (uint32_t i = 0; i < pkd_planes(image->format); i++) {
		struct pkd_const_image_plane plane = pkd_const_plane(image, i);

		planes[i] = plane.data;
		strides[i] = (int)plane.stride;
	}
	if (is_same(&in, &out)) {
		av_image_copy(to->data, to->linesize, planes, strides, AV_PIX_FMT_YUV420P,
		              to->width, to->height);
		return 0;
	}
	if (!self->scaler || !media_side_is(&in, &self->from) || !media_side_is(&out, &self->to)) {
		sws_freeContext(self->scaler);
		self->scaler = media_scaler(&in, &out);
		self->from = in;
		self->to = out;
	}
	if (!self->scaler)
		return AVERROR(ENOMEM);
	sws_scale(self->scaler, planes, strides, 0, to->height, to->data, to->linesize);
	return 0;
}

void media_colours_free(struct media_colours *self)
{
	sws_freeContext(self->scaler);
	self->scaler = NULL;
}
