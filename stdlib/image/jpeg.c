/* image.jpeg: frames to JPEG by TurboJPEG. */
#include "turbo.h"

#include <image/jpeg.pkd.h>
#include <stdlib.h>
#include <string.h>

struct image_jpeg {
	const struct image_jpeg_params
		*params; /* quality and subsampling may change between steps */
	tjhandle encoder;
	uint8_t *room; /* for the worst that there can be: TurboJPEG knows no smaller limit */
};

static int subsampling_of(const struct image_jpeg *self)
{
	static const int of[] = {
		[image_Subsampling_s444] = TJSAMP_444,
		[image_Subsampling_s422] = TJSAMP_422,
		[image_Subsampling_s420] = TJSAMP_420,
		[image_Subsampling_gray] = TJSAMP_GRAY,
	};

	return self->params->FORMAT == PKD_GRAY8 ? TJSAMP_GRAY : of[self->params->subsampling];
}

int image_jpeg_init(struct image_jpeg *self, const struct image_jpeg_params *params,
                    struct pkd_ctx *ctx)
{
	unsigned long size = tjBufSize((int)params->W, (int)params->H, TJSAMP_444);
	int error = turbo_check(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->encoder = tjInitCompress();
	self->room = malloc(size);
	if (self->encoder && self->room)
		return PKD_OK;
	return pkd_error(ctx, ENOMEM, "no memory for JPEGs of %u x %u", params->W, params->H);
}

int image_jpeg_step(struct image_jpeg *self, const struct image_jpeg_in *in,
                    struct image_jpeg_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_image *frame = in->frame;
	uint8_t *room = self->room;
	unsigned long size = 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	if (tjCompress2(self->encoder, pkd_const_pixels(frame), (int)frame->width,
	                (int)frame->stride, (int)frame->height, turbo_format(frame->format), &room,
	                &size, subsampling_of(self), self->params->quality, TJFLAG_NOREALLOC) != 0)
		return pkd_error(ctx, EIO, "TurboJPEG cannot make a JPEG of %u x %u: %s",
		                 frame->width, frame->height, tjGetErrorStr2(self->encoder));
	if (size > self->params->N)
		return pkd_error(ctx, EMSGSIZE,
		                 "a JPEG has %lu bytes, more than %u: write N: %lu, or a lower "
		                 "`quality`",
		                 size, self->params->N, size + size / 4);
	memcpy(out->data->data, room, size);
	out->data->len = (uint32_t)size;
	return PKD_OK;
}

void image_jpeg_finish(struct image_jpeg *self)
{
	if (self->encoder)
		tjDestroy(self->encoder);
	free(self->room);
}

PKD_NODE(image_jpeg);
