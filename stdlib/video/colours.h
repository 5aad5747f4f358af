/* Images as yuv420p, as encoders want them. */
#ifndef PKD_VIDEO_COLOURS_H
#define PKD_VIDEO_COLOURS_H

#include <libavutil/frame.h>

#include "scaler.h"

/* Zeroed at first. */
struct media_colours {
	struct SwsContext *scaler;
	struct media_side from, to; /* of the scaler */
};

/* As much of the image as `to` has room for, which is of AV_PIX_FMT_YUV420P or YUVJ420P, with its
 * matrix and range. 0, or one of FFmpeg's codes. */
int media_colours_convert(struct media_colours *self, const struct pkd_image *image, AVFrame *to);
void media_colours_free(struct media_colours *self);

#endif
