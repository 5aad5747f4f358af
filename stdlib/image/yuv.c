/* See yuv.h. As the nodes of video do it, for frames that are no decoder's. */
#include "yuv.h"

#include "../video/picture.h"

#include <errno.h>
#include <stdlib.h>

struct image_yuv {
	AVFrame *frame; /* over an input */
	struct media_picture picture;
};

struct image_yuv *image_yuv_create(void)
{
	struct image_yuv *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->frame = av_frame_alloc();
	if (self->frame)
		return self;
	free(self);
	return NULL;
}

void image_yuv_destroy(struct image_yuv *self)
{
	if (!self)
		return;
	media_picture_free(&self->picture);
	av_frame_free(&self->frame);
	free(self);
}

static enum AVPixelFormat pixels_of(uint32_t format)
{
	if (format == PKD_BGRA32)
		return AV_PIX_FMT_BGRA;
	return format == PKD_RGBA32 ? AV_PIX_FMT_RGBA : media_pixels(format);
}

bool image_yuv_takes(uint32_t format)
{
	return pixels_of(format) != AV_PIX_FMT_NONE;
}

static struct media_side side_of(const struct pkd_image *image)
{
	return (struct media_side){(int)image->width, (int)image->height, pixels_of(image->format),
	                           media_matrix(pkd_image_matrix(image)), pkd_image_is_full(image)};
}

/* The frame has no buffers of its own, so nothing of the input is freed with it; libswscale only
 * reads from it. */
static void stand_over(AVFrame *frame, const struct pkd_image *image)
{
	frame->width = (int)image->width;
	frame->height = (int)image->height;
	frame->format = pixels_of(image->format);
	for (uint32_t i = 0; i < pkd_planes(image->format); i++) {
		struct pkd_const_image_plane plane = pkd_const_plane(image, i);

		frame->data[i] = (uint8_t *)(uintptr_t)plane.data;
		frame->linesize[i] = (int)plane.stride;
	}
}

int image_yuv_convert(struct image_yuv *self, const struct pkd_image *from, struct pkd_image *to)
{
	int width = (int)to->width, height = (int)to->height;
	struct media_format format = {side_of(from), side_of(to)};
	struct media_view view = {
		.width = width, .height = height, .scaled_width = width, .scaled_height = height};

	/* RGB and gray have none of their own. */
	if (pkd_planes(to->format) == 1)
		format.to.matrix = format.from.matrix;
	else if (pkd_planes(from->format) == 1)
		format.from.matrix = format.to.matrix;
	stand_over(self->frame, from);
	return media_picture_fill(&self->picture, self->frame, &format, &view, to);
}
