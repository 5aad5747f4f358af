/* What FFmpeg calls the pixels of images, and libswscale between pictures whose matrices and ranges
 * are known on both sides. */
#ifndef PKD_VIDEO_SCALER_H
#define PKD_VIDEO_SCALER_H

#include <libswscale/swscale.h>
#include <pkd/node.h>

/* One side: pixels as enum AVPixelFormat, matrix as enum AVColorSpace (of YUV), the range. */
struct media_side {
	int width, height, pixels, matrix;
	bool is_full; /* 0 to 255, not 16 to 235 */
};

/* enum AVPixelFormat for a format of enum pkd_format; AV_PIX_FMT_NONE for those that these nodes
 * neither make nor take. */
enum AVPixelFormat media_pixels(uint32_t format);

/* enum AVColorSpace for one of enum pkd_matrix. */
int media_matrix(enum pkd_matrix matrix);

/* To be freed with sws_freeContext; NULL where libswscale cannot. */
struct SwsContext *media_scaler(const struct media_side *from, const struct media_side *to);

bool media_side_is(const struct media_side *a, const struct media_side *b);

#endif
