/* bgr24 as yuv420p: BT.601, 16 to 235. */
#ifndef PKD_VIDEO_COLOURS_H
#define PKD_VIDEO_COLOURS_H

#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <pkd/node.h>

/* As much of the image as `to`, of AV_PIX_FMT_YUV420P, has room for. *scaler is NULL at first,
 * and to be freed with sws_freeContext by the caller. 0, or one of FFmpeg's codes. */
int media_colours_convert(struct SwsContext **scaler, const struct pkd_image *image, AVFrame *to);

#endif
