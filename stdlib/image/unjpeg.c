/* image.unjpeg: JPEGs to frames by TurboJPEG. What that warns of, such as data that end too early,
 * leaves a picture with something in it; what it calls an error leaves none. */
#include "turbo.h"

#include <image/unjpeg.pkd.h>
#include <inttypes.h>
#include <stdio.h>

enum outcome { WHOLE, DAMAGED, NOTHING };

enum { REASON_SIZE = 256 };

struct image_unjpeg {
	const struct image_unjpeg_params *params;
	tjhandle decoder;
	uint64_t n_damaged, next_note; /* since the process began */
};

static void take_reason(const struct image_unjpeg *self, char ret_reason[REASON_SIZE])
{
	snprintf(ret_reason, REASON_SIZE, "%s", tjGetErrorStr2(self->decoder));
}

/* The size, before anything is allocated for it: a few bytes can tell of a picture of 65500 x
 * 65500. A header can be good enough where this is no success, such as one of rare subsampling. */
static bool read_size(const struct image_unjpeg *self, const uint8_t *data, uint32_t n,
                      int *ret_width, int *ret_height, char ret_reason[REASON_SIZE])
{
	const struct image_unjpeg_params *params = self->params;
	int width = 0, height = 0, subsampling, colours;

	if (n == 0) {
		snprintf(ret_reason, REASON_SIZE, "it is empty");
		return false;
	}
	tjDecompressHeader3(self->decoder, data, n, &width, &height, &subsampling, &colours);
	if (width <= 0 || height <= 0) {
		take_reason(self, ret_reason);
		return false;
	}
	if ((uint32_t)width > params->W || (uint32_t)height > params->H) {
		snprintf(ret_reason, REASON_SIZE,
		         "it is %dx%d, more than %" PRIu32 "x%" PRIu32 ": write W: %d, H: %d",
		         width, height, params->W, params->H, width, height);
		return false;
	}
	*ret_width = width;
	*ret_height = height;
	return true;
}

/* A progressive one may have thousands of scans, each as much work as a whole picture. */
static enum outcome decode(const struct image_unjpeg *self, const uint8_t *data, uint32_t n,
                           struct pkd_image *view, char ret_reason[REASON_SIZE])
{
	const struct image_unjpeg_params *params = self->params;
	int flags = TJFLAG_LIMITSCANS;
	int width, height;

	if (params->corrupt != image_Corrupt_keep)
		flags |= TJFLAG_STOPONWARNING;
	if (!read_size(self, data, n, &width, &height, ret_reason))
		return NOTHING;
	pkd_image_set(view, params->FORMAT, (uint32_t)width, (uint32_t)height);
	if (tjDecompress2(self->decoder, data, n, pkd_pixels(view), width, (int)view->stride,
	                  height, turbo_format(params->FORMAT), flags) == 0)
		return WHOLE;
	take_reason(self, ret_reason);
	return tjGetErrorCode(self->decoder) == TJERR_WARNING ? DAMAGED : NOTHING;
}

/* The first, the tenth, the hundredth … */
static void note(struct image_unjpeg *self, const char *reason, struct pkd_ctx *ctx)
{
	if (++self->n_damaged < self->next_note)
		return;
	self->next_note *= 10;
	if (self->n_damaged == 1)
		pkd_log(ctx, PKD_LOG_WARNING, "a damaged JPEG: %s", reason);
	else
		pkd_log(ctx, PKD_LOG_WARNING, "%" PRIu64 " damaged JPEGs so far; this one: %s",
		        self->n_damaged, reason);
}

/* A decoder that has met a damaged header reads the next JPEG from within a marker (libjpeg-turbo
 * 2.1). */
static int renew(struct image_unjpeg *self, struct pkd_ctx *ctx)
{
	if (self->decoder)
		tjDestroy(self->decoder);
	self->decoder = tjInitDecompress();
	return self->decoder ? PKD_OK : pkd_error(ctx, ENOMEM, "no memory for a decoder");
}

int image_unjpeg_init(struct image_unjpeg *self, const struct image_unjpeg_params *params,
                      struct pkd_ctx *ctx)
{
	int error = turbo_check(params->FORMAT, ctx);

	if (error)
		return error;
	self->params = params;
	self->next_note = 1;
	return renew(self, ctx);
}

int image_unjpeg_step(struct image_unjpeg *self, const struct image_unjpeg_in *in,
                      struct image_unjpeg_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = pkd_length(&in->data->len, self->params->N);
	char reason[REASON_SIZE] = "";
	enum outcome outcome = decode(self, in->data->data, n, out->frame, reason);
	int error;

	*out->damaged = outcome != WHOLE;
	if (outcome == WHOLE)
		return PKD_OK;
	error = renew(self, ctx);
	if (error)
		return error;
	if (self->params->corrupt == image_Corrupt_fail)
		return pkd_error(ctx, EBADMSG, "a damaged JPEG: %s", reason);
	note(self, reason, ctx);
	if (outcome == NOTHING || self->params->corrupt == image_Corrupt_drop)
		image_unjpeg_absent_frame(ctx);
	return PKD_OK;
}

void image_unjpeg_finish(struct image_unjpeg *self)
{
	if (self->decoder)
		tjDestroy(self->decoder);
}

PKD_NODE(image_unjpeg);
