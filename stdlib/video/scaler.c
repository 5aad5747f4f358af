#include "scaler.h"

#include <libavutil/opt.h>

enum AVPixelFormat media_pixels(uint32_t format)
{
	switch (format) {
	case PKD_BGR24:
		return AV_PIX_FMT_BGR24;
	case PKD_RGB24:
		return AV_PIX_FMT_RGB24;
	case PKD_GRAY8:
		return AV_PIX_FMT_GRAY8;
	case PKD_I420:
		return AV_PIX_FMT_YUV420P;
	case PKD_NV12:
		return AV_PIX_FMT_NV12;
	default:
		return AV_PIX_FMT_NONE;
	}
}

int media_matrix(enum pkd_matrix matrix)
{
	if (matrix == PKD_BT709)
		return AVCOL_SPC_BT709;
	return matrix == PKD_BT2020 ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_SMPTE170M;
}

/* libswscale must know two ranges before it chooses a function for the whole conversion, which
 * would leave them out. */
struct SwsContext *media_scaler(const struct media_side *from, const struct media_side *to)
{
	struct SwsContext *scaler = sws_alloc_context();

	if (!scaler)
		return NULL;
	av_opt_set_int(scaler, "srcw", from->width, 0);
	av_opt_set_int(scaler, "srch", from->height, 0);
	av_opt_set_int(scaler, "src_format", from->pixels, 0);
	av_opt_set_int(scaler, "src_range", from->is_full, 0);
	av_opt_set_int(scaler, "dstw", to->width, 0);
	av_opt_set_int(scaler, "dsth", to->height, 0);
	av_opt_set_int(scaler, "dst_format", to->pixels, 0);
	av_opt_set_int(scaler, "dst_range", to->is_full, 0);
	av_opt_set_int(scaler, "sws_flags", SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
	               0);
	if (sws_init_context(scaler, NULL, NULL) < 0) {
		sws_freeContext(scaler);
		return NULL;
	}
	/* Fails for pixels that need no matrix, which is fine. */
	sws_setColorspaceDetails(scaler, sws_getCoefficients(from->matrix), from->is_full,
	                         sws_getCoefficients(to->matrix), to->is_full, 0, 1 << 16, 1 << 16);
	return scaler;
}

bool media_side_is(const struct media_side *a, const struct media_side *b)
{
	return a->width == b->width && a->height == b->height && a->pixels == b->pixels &&
	       a->matrix == b->matrix && a->is_full == b->is_full;
}
