#include "still.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <stdlib.h>

static int fail(const char **ret_why, int error, const char *why)
{
	*ret_why = why;
	return -error;
}

/* ---- As RGB ---- */

static int make_room(struct media_still *self, int width, int height)
{
	if (self->rgb && self->rgb->width == width && self->rgb->height == height)
		return 0;
	av_frame_free(&self->rgb);
	self->rgb = av_frame_alloc();
	if (!self->rgb)
		return AVERROR(ENOMEM);
	self->rgb->format = AV_PIX_FMT_RGB24;
	self->rgb->width = width;
	self->rgb->height = height;
	return av_frame_get_buffer(self->rgb, 0);
}

/* Of any image: `rgb` has it then. */
static int take_rgb(struct media_still *self, const struct pkd_image *image, const char **ret_why)
{
	int width = (int)image->width, height = (int)image->height;
	struct media_side from = {width, height, (int)media_pixels(image->format),
	                          media_matrix(pkd_image_matrix(image)), pkd_image_is_full(image)};
	struct media_side to = {width, height, AV_PIX_FMT_RGB24, AVCOL_SPC_RGB, true};
	const uint8_t *planes[4] = {NULL};
	int strides[4] = {0};

	if (!self->scaler || !media_side_is(&self->from, &from)) {
		sws_freeContext(self->scaler);
		self->scaler = media_scaler(&from, &to);
		self->from = from;
	}
	if (!self->scaler || make_room(self, width, height) < 0 ||
	    av_frame_make_writable(self->rgb) < 0)
		return fail(ret_why, ENOMEM, "there is not enough memory");
	for (uint32_t n = 0; n < pkd_planes(image->format); n++) {
		struct pkd_const_image_plane plane = pkd_const_plane(image, n);

		planes[n] = plane.data;
		strides[n] = (int)plane.stride;
	}
	if (sws_scale(self->scaler, planes, strides, 0, height, self->rgb->data,
	              self->rgb->linesize) != height)
		return fail(ret_why, EIO, "libswscale cannot convert it");
	return 0;
}

/* ---- JPEG ---- */

static int turbo_format(uint32_t format)
{
	return format == PKD_GRAY8   ? TJPF_GRAY
	       : format == PKD_BGR24 ? TJPF_BGR
	       : format == PKD_RGB24 ? TJPF_RGB
	                             : -1;
}

static int make_jpeg_room(struct media_still *self, int width, int height)
{
	unsigned long size = tjBufSize(width, height, TJSAMP_420);

	if (!self->jpeg)
		self->jpeg = tjInitCompress();
	if (size > self->room_size) {
		free(self->room);
		self->room = malloc(size);
		self->room_size = self->room ? size : 0;
	}
	return self->jpeg && self->room ? 0 : -ENOMEM;
}

int media_still_jpeg(struct media_still *self, const struct pkd_image *image, int quality,
                     const uint8_t **ret_data, size_t *ret_size, const char **ret_why)
{
	int format = turbo_format(image->format), error = 0;
	int width = (int)image->width, height = (int)image->height;
	const uint8_t *pixels = pkd_const_pixels(image);
	int stride = (int)image->stride;
	unsigned long size = 0;

	if (make_jpeg_room(self, width, height) < 0)
		return fail(ret_why, ENOMEM, "there is not enough memory");
	if (format < 0) {
		error = take_rgb(self, image, ret_why);
		if (error)
			return error;
		format = TJPF_RGB;
		pixels = self->rgb->data[0];
		stride = self->rgb->linesize[0];
	}
	size = self->room_size;
	if (tjCompress2(self->jpeg, pixels, width, stride, height, format, &self->room, &size,
	                format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_420, quality,
	                TJFLAG_NOREALLOC) != 0)
		return fail(ret_why, EIO, tjGetErrorStr2(self->jpeg));
	*ret_data = self->room;
	*ret_size = size;
	return 0;
}

/* ---- PNG ---- */

static int open_png(struct media_still *self, int width, int height, enum AVPixelFormat pixels)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);

	if (self->png && self->png->width == width && self->png->height == height &&
	    self->png->pix_fmt == pixels)
		return 0;
	avcodec_free_context(&self->png);
	if (!codec)
		return AVERROR_ENCODER_NOT_FOUND;
	self->png = avcodec_alloc_context3(codec);
	if (!self->packet)
		self->packet = av_packet_alloc();
	if (!self->png || !self->packet)
		return AVERROR(ENOMEM);
	self->png->width = width;
	self->png->height = height;
	self->png->pix_fmt = pixels;
	self->png->time_base = (AVRational){1, 1};
	self->png->thread_count = 1;
	return avcodec_open2(self->png, codec, NULL);
}

/* A frame over the pixels of a gray image, which it does not own. */
static AVFrame *gray_frame(const struct pkd_image *image)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return NULL;
	frame->format = AV_PIX_FMT_GRAY8;
	frame->width = (int)image->width;
	frame->height = (int)image->height;
	frame->data[0] = (uint8_t *)(uintptr_t)pkd_const_pixels(image);
	frame->linesize[0] = (int)image->stride;
	return frame;
}

static int code_png(struct media_still *self, const AVFrame *frame)
{
	int error = open_png(self, frame->width, frame->height, (enum AVPixelFormat)frame->format);

	if (error >= 0) {
		av_packet_unref(self->packet);
		error = avcodec_send_frame(self->png, frame);
	}
	return error < 0 ? error : avcodec_receive_packet(self->png, self->packet);
}

int media_still_png(struct media_still *self, const struct pkd_image *image,
                    const uint8_t **ret_data, size_t *ret_size, const char **ret_why)
{
	static char why[AV_ERROR_MAX_STRING_SIZE];
	AVFrame *gray = NULL;
	int error;

	if (image->format == PKD_GRAY8) {
		gray = gray_frame(image);
		error = gray ? 0 : fail(ret_why, ENOMEM, "there is not enough memory");
	} else {
		error = take_rgb(self, image, ret_why);
	}
	if (error)
		return error;
	error = code_png(self, gray ? gray : self->rgb);
	av_frame_free(&gray);
	if (error < 0) {
		av_strerror(error, why, sizeof(why));
		return fail(ret_why, EIO, why);
	}
	*ret_data = self->packet->data;
	*ret_size = (size_t)self->packet->size;
	return 0;
}

void media_still_free(struct media_still *self)
{
	if (self->jpeg)
		tjDestroy(self->jpeg);
	free(self->room);
	avcodec_free_context(&self->png);
	av_packet_free(&self->packet);
	av_frame_free(&self->rgb);
	sws_freeContext(self->scaler);
	*self = (struct media_still){0};
}
