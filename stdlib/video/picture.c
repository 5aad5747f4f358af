#include "picture.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <string.h>

enum {
	PIXEL = 3,        /* bytes of bgr24 */
	SAFE_WIDTH = 32,  /* pixels; see can_write_in */
	TILE = 16,        /* pixels; both sides of a turn stay in the cache */
	HD_HEIGHT = 720,  /* from here on an unknown matrix is that of BT.709 */
	MAX_STRETCH = 16, /* a pixel that is longer than this is a mistake */
	ASKEW = 57,       /* 1 / tan(1 degree): more than that off is another angle */
};

/* On x86 the short way drops the fraction of each of its terms, and is 1.2 levels too dark in the
 * mean. So much brighter, in 1/256 levels, it is within one level of the exact values. */
#if defined(__x86_64__) || defined(__i386__)
static const int SHORT_WAY_BIAS = 320;
#else
static const int SHORT_WAY_BIAS = 0;
#endif

/* ---- Which way up, how large ---- */

static int64_t size_of(int32_t value)
{
	return value < 0 ? -(int64_t)value : value;
}

/* Of the matrix only the signs count, and which pair of numbers is the large one: a picture's
 * column goes to x by [0] and to y by [1], its row by [3] and [4]. */
static void turn_by(struct media_view *view, const int32_t *matrix)
{
	int64_t straight = size_of(matrix[0]) + size_of(matrix[4]);
	int64_t crossed = size_of(matrix[1]) + size_of(matrix[3]);
	bool is_transposed = crossed > straight;

	if (FFMIN(straight, crossed) * ASKEW > FFMAX(straight, crossed)) {
		view->is_askew = true;
		return;
	}
	view->turn.is_transposed = is_transposed;
	view->turn.is_flipped_x = (is_transposed ? matrix[3] : matrix[0]) < 0;
	view->turn.is_flipped_y = (is_transposed ? matrix[1] : matrix[4]) < 0;
}

/* Pixels are made square by stretching, so that none is lost. */
static void make_square(struct media_view *view, AVRational pixel)
{
	if (pixel.num > pixel.den)
		view->scaled_width = (int)av_rescale(view->scaled_width, pixel.num, pixel.den);
	else
		view->scaled_height = (int)av_rescale(view->scaled_height, pixel.den, pixel.num);
}

struct media_view media_view_of(const struct video_open_params *params, int width, int height,
                                AVRational pixel, const int32_t *matrix)
{
	struct media_view view = {.scaled_width = width, .scaled_height = height, .pixel = {0, 1}};
	bool is_stretched = pixel.num > 0 && pixel.den > 0 && pixel.num != pixel.den &&
	                    pixel.num / MAX_STRETCH < pixel.den &&
	                    pixel.den / MAX_STRETCH < pixel.num;

	if (is_stretched && params->square)
		make_square(&view, pixel);
	else if (is_stretched)
		view.pixel = pixel;
	if (matrix && params->rotate)
		turn_by(&view, matrix);
	view.width = view.turn.is_transposed ? view.scaled_height : view.scaled_width;
	view.height = view.turn.is_transposed ? view.scaled_width : view.scaled_height;
	if (view.turn.is_transposed && view.pixel.num)
		view.pixel = av_inv_q(view.pixel);
	return view;
}

/* ---- Colours ---- */

static bool is_gray(const AVPixFmtDescriptor *description)
{
	return description && description->nb_components <= 2 &&
	       !(description->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

static bool is_full_range(const AVFrame *frame)
{
	switch (frame->format) {
	case AV_PIX_FMT_YUVJ411P:
	case AV_PIX_FMT_YUVJ420P:
	case AV_PIX_FMT_YUVJ422P:
	case AV_PIX_FMT_YUVJ440P:
	case AV_PIX_FMT_YUVJ444P:
		return true;
	default:
		break;
	}
	if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
		return is_gray(av_pix_fmt_desc_get((enum AVPixelFormat)frame->format));
	return frame->color_range == AVCOL_RANGE_JPEG;
}

/* libswscale's numbers for a matrix are those of enum AVColorSpace. */
static enum AVColorSpace matrix_of(const AVFrame *frame, enum AVCodecID codec)
{
	if (frame->colorspace == AVCOL_SPC_BT2020_CL)
		return AVCOL_SPC_BT2020_NCL;
	if (frame->colorspace != AVCOL_SPC_UNSPECIFIED && frame->colorspace != AVCOL_SPC_RESERVED)
		return frame->colorspace;
	if (codec == AV_CODEC_ID_MJPEG || frame->height < HD_HEIGHT)
		return AVCOL_SPC_BT470BG;
	return AVCOL_SPC_BT709;
}

/* Where libswscale has a function for the whole conversion, in one pass over the rows. It is five
 * times as fast as its general way; SWS_ACCURATE_RND would rule it out. */
static bool has_short_way(const struct media_format *format)
{
	switch (format->pixels) {
	case AV_PIX_FMT_YUV420P:
	case AV_PIX_FMT_YUV422P:
	case AV_PIX_FMT_YUVJ420P:
	case AV_PIX_FMT_YUVJ422P:
		return format->height % 2 == 0 && format->scaled_width == format->width &&
		       format->scaled_height == format->height;
	default:
		return false;
	}
}

static bool same_format(const struct media_format *a, const struct media_format *b)
{
	return a->width == b->width && a->height == b->height && a->pixels == b->pixels &&
	       a->matrix == b->matrix && a->is_full == b->is_full &&
	       a->scaled_width == b->scaled_width && a->scaled_height == b->scaled_height;
}

static bool prepare_scaler(struct media_picture *self, const struct media_format *format)
{
	bool is_short = has_short_way(format);
	int exact = is_short ? 0 : SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;

	if (self->scaler && same_format(format, &self->format))
		return true;
	sws_freeContext(self->scaler);
	self->scaler = sws_getContext(format->width, format->height,
	                              (enum AVPixelFormat)format->pixels, format->scaled_width,
	                              format->scaled_height, AV_PIX_FMT_BGR24, SWS_BILINEAR | exact,
	                              NULL, NULL, NULL);
	if (!self->scaler)
		return false;
	/* Fails for pixels that need no matrix, which is fine. */
	sws_setColorspaceDetails(self->scaler, sws_getCoefficients(format->matrix), format->is_full,
	                         sws_getCoefficients(SWS_CS_DEFAULT), 1,
	                         is_short ? SHORT_WAY_BIAS : 0, 1 << 16, 1 << 16);
	self->format = *format;
	return true;
}

/* ---- The picture in the image ---- */

static bool is_upright(const struct media_view *view)
{
	return !view->turn.is_transposed && !view->turn.is_flipped_x && !view->turn.is_flipped_y;
}

/* libswscale writes whole vectors, beyond the end of a row whose width is no multiple of theirs:
 * into the next row, and after the last one out of the slot. */
static bool can_write_in(const struct media_view *view)
{
	return view->scaled_width % SAFE_WIDTH == 0 && is_upright(view);
}

static void copy_tile(const uint8_t *from, ptrdiff_t step_x, ptrdiff_t step_y, uint8_t *to,
                      size_t stride, int width, int height)
{
	for (int y = 0; y < height; y++, from += step_y, to += stride) {
		const uint8_t *pixel = from;

		for (int x = 0; x < width; x++, pixel += step_x)
			memcpy(to + (size_t)x * PIXEL, pixel, PIXEL);
	}
}

static void turn(const uint8_t *from, int from_stride, const struct media_view *view,
                 struct pkd_image *image)
{
	const struct media_turn *how = &view->turn;
	ptrdiff_t step_x = how->is_transposed ? from_stride : PIXEL;
	ptrdiff_t step_y = how->is_transposed ? PIXEL : from_stride;

	if (how->is_flipped_x) {
		from += (view->width - 1) * step_x;
		step_x = -step_x;
	}
	if (how->is_flipped_y) {
		from += (view->height - 1) * step_y;
		step_y = -step_y;
	}
	for (int y = 0; y < view->height; y += TILE) {
		for (int x = 0; x < view->width; x += TILE)
			copy_tile(from + x * step_x + y * step_y, step_x, step_y,
			          pkd_pixels(image) + (size_t)y * image->stride + (size_t)x * PIXEL,
			          image->stride, FFMIN(TILE, view->width - x),
			          FFMIN(TILE, view->height - y));
	}
}

static void place(const uint8_t *from, int from_stride, const struct media_view *view,
                  struct pkd_image *image)
{
	if (view->turn.is_transposed || view->turn.is_flipped_x) {
		turn(from, from_stride, view, image);
		return;
	}
	for (int y = 0; y < view->height; y++) {
		int row = view->turn.is_flipped_y ? view->height - 1 - y : y;

		memcpy(pkd_pixels(image) + (size_t)y * image->stride,
		       from + (size_t)row * (size_t)from_stride, image->stride);
	}
}

static uint8_t *buffer_of(struct media_picture *self, size_t size)
{
	if (size > self->buffer_size) {
		av_freep(&self->buffer);
		self->buffer = av_malloc(size);
		self->buffer_size = self->buffer ? size : 0;
	}
	return self->buffer;
}

static int convert(struct media_picture *self, const AVFrame *frame,
                   const struct media_format *format, uint8_t *pixels, int stride)
{
	uint8_t *planes[4] = {pixels};
	int strides[4] = {stride};

	if (!prepare_scaler(self, format))
		return -ENOTSUP;
	sws_scale(self->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
	          frame->height, planes, strides);
	return 0;
}

int media_picture_convert(struct media_picture *self, const AVFrame *frame, enum AVCodecID codec,
                          const struct media_view *view, struct pkd_image *image,
                          struct pkd_ctx *ctx)
{
	const struct media_format format = {
		.width = frame->width,
		.height = frame->height,
		.pixels = frame->format,
		.matrix = (int)matrix_of(frame, codec),
		.scaled_width = view->scaled_width,
		.scaled_height = view->scaled_height,
		.is_full = is_full_range(frame),
	};
	int stride = (view->scaled_width + 2 * SAFE_WIDTH) / SAFE_WIDTH * SAFE_WIDTH * PIXEL;
	uint8_t *buffer;
	int error = 0;

	pkd_image_set(image, PKD_BGR24, (uint32_t)view->width, (uint32_t)view->height);
	image->pixel_width = (uint32_t)view->pixel.num;
	image->pixel_height = view->pixel.num ? (uint32_t)view->pixel.den : 0;
	if (can_write_in(view)) {
		error = convert(self, frame, &format, pkd_pixels(image), (int)image->stride);
	} else {
		buffer = buffer_of(self, (size_t)stride * (size_t)view->scaled_height);
		if (!buffer)
			return pkd_error(ctx, ENOMEM, "out of memory");
		error = convert(self, frame, &format, buffer, stride);
		if (!error)
			place(buffer, stride, view, image);
	}
	if (error)
		return pkd_error(ctx, -error, "cannot convert pixels of the format '%s'",
		                 av_get_pix_fmt_name((enum AVPixelFormat)frame->format));
	return PKD_OK;
}

void media_picture_free(struct media_picture *self)
{
	sws_freeContext(self->scaler);
	self->scaler = NULL;
	av_freep(&self->buffer);
	self->buffer_size = 0;
}
