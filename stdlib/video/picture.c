#include "picture.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <string.h>

enum {
	SAFE_WIDTH = 32,  /* samples; see can_write_in */
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

struct media_view media_view_of(const struct media_options *options, int width, int height,
                                AVRational pixel, const int32_t *matrix)
{
	struct media_view view = {.scaled_width = width, .scaled_height = height, .pixel = {0, 1}};
	bool is_stretched = pixel.num > 0 && pixel.den > 0 && pixel.num != pixel.den &&
	                    pixel.num / MAX_STRETCH < pixel.den &&
	                    pixel.den / MAX_STRETCH < pixel.num;

	if (is_stretched && options->square)
		make_square(&view, pixel);
	else if (is_stretched)
		view.pixel = pixel;
	if (matrix && options->rotate)
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

int media_picture_check(uint32_t format, const char *node, struct pkd_ctx *ctx)
{
	if (media_pixels(format) != AV_PIX_FMT_NONE)
		return PKD_OK;
	return pkd_error(
		ctx, EINVAL,
		"%s makes no such pixels: FORMAT is one of bgr24, rgb24, gray8, i420 and nv12",
		node);
}

static bool is_rgb(int pixels)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get((enum AVPixelFormat)pixels);

	return description && description->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

static bool has_name(int matrix)
{
	return matrix == AVCOL_SPC_BT470BG || matrix == AVCOL_SPC_SMPTE170M ||
	       matrix == AVCOL_SPC_BT709 || matrix == AVCOL_SPC_BT2020_NCL;
}

/* What a picture's samples become in the image. */
static void choose_made(struct media_format *format, uint32_t made)
{
	bool is_from_rgb = is_rgb(format->from.pixels);

	format->to.pixels = media_pixels(made);
	format->to.matrix = format->from.matrix;
	format->to.is_full = format->from.is_full;
	if (pkd_planes(made) == 1)
		format->to.is_full = true;
	else if (is_from_rgb)
		format->to.is_full = false;
	if (made == PKD_GRAY8 && is_from_rgb)
		format->to.matrix = AVCOL_SPC_BT470BG; /* as OpenCV's gray */
	else if (pkd_planes(made) > 1 && (is_from_rgb || !has_name(format->from.matrix)))
		format->to.matrix = format->from.height < HD_HEIGHT ? AVCOL_SPC_BT470BG
		                                                    : AVCOL_SPC_BT709;
}

static void set_colours(struct pkd_image *image, const struct media_format *format)
{
	if (image->format == PKD_BGR24 || image->format == PKD_RGB24)
		return;
	image->range = format->to.is_full ? PKD_FULL : PKD_LIMITED;
	if (image->format == PKD_GRAY8)
		return;
	image->matrix = format->to.matrix == AVCOL_SPC_BT709        ? PKD_BT709
	                : format->to.matrix == AVCOL_SPC_BT2020_NCL ? PKD_BT2020
	                                                            : PKD_BT601;
}

/* Where libswscale has a function for the whole conversion, in one pass over the rows. It is five
 * times as fast as its general way; SWS_ACCURATE_RND would rule it out. */
static bool has_short_way(const struct media_format *format)
{
	if (!is_rgb(format->to.pixels))
		return false;
	switch (format->from.pixels) {
	case AV_PIX_FMT_YUV420P:
	case AV_PIX_FMT_YUV422P:
	case AV_PIX_FMT_YUVJ420P:
	case AV_PIX_FMT_YUVJ422P:
		return format->from.height % 2 == 0 && format->to.width == format->from.width &&
		       format->to.height == format->from.height;
	default:
		return false;
	}
}

static struct SwsContext *rgb_scaler(const struct media_format *format)
{
	bool is_short = has_short_way(format);
	int exact = is_short ? 0 : SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
	struct SwsContext *scaler = sws_getContext(
		format->from.width, format->from.height, (enum AVPixelFormat)format->from.pixels,
		format->to.width, format->to.height, (enum AVPixelFormat)format->to.pixels,
		SWS_BILINEAR | exact, NULL, NULL, NULL);

	/* Fails for pixels that need no matrix, which is fine. */
	if (scaler)
		sws_setColorspaceDetails(scaler, sws_getCoefficients(format->from.matrix),
		                         format->from.is_full, sws_getCoefficients(SWS_CS_DEFAULT),
		                         1, is_short ? SHORT_WAY_BIAS : 0, 1 << 16, 1 << 16);
	return scaler;
}

static bool prepare_scaler(struct media_picture *self, const struct media_format *format)
{
	if (self->scaler && media_side_is(&format->from, &self->format.from) &&
	    media_side_is(&format->to, &self->format.to))
		return true;
	sws_freeContext(self->scaler);
	self->scaler = is_rgb(format->to.pixels) ? rgb_scaler(format)
	                                         : media_scaler(&format->from, &format->to);
	self->format = *format;
	return self->scaler != NULL;
}

/* ---- The picture in the image ---- */

static bool is_upright(const struct media_view *view)
{
	return !view->turn.is_transposed && !view->turn.is_flipped_x && !view->turn.is_flipped_y;
}

/* libswscale writes whole vectors, beyond the end of a row whose width is no multiple of theirs:
 * into the next row, and after the last one out of the slot. Rows of U and V are half as long. */
static bool can_write_in(const struct media_view *view, uint32_t format)
{
	int safe = pkd_planes(format) > 1 ? 2 * SAFE_WIDTH : SAFE_WIDTH;

	return view->scaled_width % safe == 0 && is_upright(view);
}

/* Some planes in memory; a sample is that of struct pkd_image_plane. */
struct planes {
	uint8_t *data[4];
	int strides[4];
};

static inline void copy_tile(const uint8_t *from, ptrdiff_t step_x, ptrdiff_t step_y, uint8_t *to,
                             size_t stride, int width, int height, size_t sample)
{
	for (int y = 0; y < height; y++, from += step_y, to += stride) {
		const uint8_t *pixel = from;

		for (int x = 0; x < width; x++, pixel += step_x)
			memcpy(to + (size_t)x * sample, pixel, sample);
	}
}

/* `sample` is a constant of the caller's, so that each has a loop of its own. */
static inline void turn(const uint8_t *from, int from_stride, const struct media_turn *how,
                        const struct pkd_image_plane *to, size_t sample)
{
	ptrdiff_t step_x = how->is_transposed ? from_stride : (ptrdiff_t)sample;
	ptrdiff_t step_y = how->is_transposed ? (ptrdiff_t)sample : from_stride;
	int width = (int)to->width, height = (int)to->height;

	if (how->is_flipped_x) {
		from += (width - 1) * step_x;
		step_x = -step_x;
	}
	if (how->is_flipped_y) {
		from += (height - 1) * step_y;
		step_y = -step_y;
	}
	for (int y = 0; y < height; y += TILE) {
		for (int x = 0; x < width; x += TILE)
			copy_tile(from + x * step_x + y * step_y, step_x, step_y,
			          to->data + (size_t)y * to->stride + (size_t)x * sample,
			          to->stride, FFMIN(TILE, width - x), FFMIN(TILE, height - y),
			          sample);
	}
}

static void place_plane(const uint8_t *from, int from_stride, const struct media_turn *how,
                        const struct pkd_image_plane *to)
{
	uint32_t sample = to->stride / to->width;
	bool is_turned = how->is_transposed || how->is_flipped_x;

	if (is_turned && sample == 1)
		turn(from, from_stride, how, to, 1);
	else if (is_turned && sample == 2)
		turn(from, from_stride, how, to, 2);
	else if (is_turned)
		turn(from, from_stride, how, to, 3);
	for (uint32_t y = 0; !is_turned && y < to->height; y++) {
		uint32_t row = how->is_flipped_y ? to->height - 1 - y : y;

		memcpy(to->data + (size_t)y * to->stride, from + (size_t)row * (size_t)from_stride,
		       to->stride);
	}
}

static void place(const struct planes *from, const struct media_turn *how, struct pkd_image *image)
{
	for (uint32_t i = 0; i < pkd_planes(image->format); i++) {
		struct pkd_image_plane to = pkd_plane(image, i);

		place_plane(from->data[i], from->strides[i], how, &to);
	}
}

static struct planes planes_of(struct pkd_image *image)
{
	struct planes planes = {0};

	for (uint32_t i = 0; i < pkd_planes(image->format); i++) {
		struct pkd_image_plane plane = pkd_plane(image, i);

		planes.data[i] = plane.data;
		planes.strides[i] = (int)plane.stride;
	}
	return planes;
}

static int buffer_of(struct media_picture *self, const struct media_format *format,
                     struct planes *ret_planes)
{
	int width = (format->to.width + 4 * SAFE_WIDTH) / (2 * SAFE_WIDTH) * (2 * SAFE_WIDTH);
	enum AVPixelFormat made = (enum AVPixelFormat)format->to.pixels;
	int size = av_image_get_buffer_size(made, width, format->to.height, 1);

	if (size < 0)
		return size;
	if ((size_t)size > self->buffer_size) {
		av_freep(&self->buffer);
		self->buffer = av_malloc((size_t)size);
		self->buffer_size = self->buffer ? (size_t)size : 0;
	}
	if (!self->buffer)
		return -ENOMEM;
	av_image_fill_arrays(ret_planes->data, ret_planes->strides, self->buffer, made, width,
	                     format->to.height, 1);
	return 0;
}

static int convert(struct media_picture *self, const AVFrame *frame,
                   const struct media_format *format, const struct planes *planes)
{
	if (!prepare_scaler(self, format))
		return -ENOTSUP;
	sws_scale(self->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
	          frame->height, planes->data, planes->strides);
	return 0;
}

/* A picture that is I420 already needs no scaler. */
static bool is_made(const AVFrame *frame, const struct media_format *format)
{
	return format->to.pixels == AV_PIX_FMT_YUV420P &&
	       (frame->format == AV_PIX_FMT_YUV420P || frame->format == AV_PIX_FMT_YUVJ420P) &&
	       format->to.width == format->from.width && format->to.height == format->from.height &&
	       format->to.matrix == format->from.matrix &&
	       format->to.is_full == format->from.is_full;
}

int media_picture_fill(struct media_picture *self, const AVFrame *frame,
                       const struct media_format *format, const struct media_view *view,
                       struct pkd_image *image)
{
	struct planes planes;
	int error;

	if (is_made(frame, format)) {
		memcpy(planes.data, frame->data, sizeof(planes.data));
		memcpy(planes.strides, frame->linesize, sizeof(planes.strides));
		place(&planes, &view->turn, image);
		return 0;
	}
	if (can_write_in(view, image->format)) {
		planes = planes_of(image);
		return convert(self, frame, format, &planes);
	}
	error = buffer_of(self, format, &planes);
	if (!error)
		error = convert(self, frame, format, &planes);
	if (!error)
		place(&planes, &view->turn, image);
	return error;
}

int media_picture_convert(struct media_picture *self, const AVFrame *frame, enum AVCodecID codec,
                          const struct media_view *view, uint32_t made, struct pkd_image *image,
                          struct pkd_ctx *ctx)
{
	struct media_format format = {
		.from = {frame->width, frame->height, frame->format, (int)matrix_of(frame, codec),
	                 is_full_range(frame)},
		.to = {.width = view->scaled_width, .height = view->scaled_height},
	};
	int error;

	choose_made(&format, made);
	pkd_image_set(image, made, (uint32_t)view->width, (uint32_t)view->height);
	image->pixel_width = (uint32_t)view->pixel.num;
	image->pixel_height = view->pixel.num ? (uint32_t)view->pixel.den : 0;
	set_colours(image, &format);
	error = media_picture_fill(self, frame, &format, view, image);
	if (error == -ENOMEM)
		return pkd_error(ctx, ENOMEM, "out of memory");
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
