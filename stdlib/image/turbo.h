/* How the formats of frames are called by TurboJPEG. */
#ifndef PKD_IMAGE_TURBO_H
#define PKD_IMAGE_TURBO_H

#include <errno.h>
#include <pkd/node.h>
#include <turbojpeg.h>

/* -1 for those that it has not: gray16, grayf32, i420 and nv12. */
static inline int turbo_format(uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
		return TJPF_GRAY;
	case PKD_BGR24:
		return TJPF_BGR;
	case PKD_RGB24:
		return TJPF_RGB;
	case PKD_BGRA32:
		return TJPF_BGRA;
	case PKD_RGBA32:
		return TJPF_RGBA;
	default:
		return -1;
	}
}

/* For init. */
static inline int turbo_check(uint32_t format, struct pkd_ctx *ctx)
{
	if (turbo_format(format) >= 0)
		return PKD_OK;
	return pkd_error(
		ctx, EINVAL,
		"its frames are of gray8, bgr24, rgb24, bgra32 or rgba32: image.convert makes them of "
		"others, and others of them");
}

#endif
