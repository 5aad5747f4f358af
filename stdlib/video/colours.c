#include "colours.h"

/* libyuv is the nearer to the formula, and faster; libswscale overflows without its slow
 * rounding. */

#ifdef PKD_HAS_LIBYUV

#include <libyuv.h>

int media_colours_convert(struct SwsContext **scaler, const struct pkd_image *image, AVFrame *to)
{
	int error = av_frame_make_writable(to);

	(void)scaler;
	/* libyuv's RGB24 is BGR in memory. */
	return error < 0 ? error
	                 : RGB24ToI420(pkd_const_pixels(image), (int)image->stride, to->data[0],
	                               to->linesize[0], to->data[1], to->linesize[1], to->data[2],
	                               to->linesize[2], to->width, to->height);
}

#else

int media_colours_convert(struct SwsContext **scaler, const struct pkd_image *image, AVFrame *to)
{
	const uint8_t *planes[4] = {pkd_const_pixels(image)};
	int strides[4] = {(int)image->stride};
	int error = av_frame_make_writable(to);

	if (error < 0)
		return error;
	if (!*scaler)
		*scaler = sws_getContext(to->width, to->height, AV_PIX_FMT_BGR24, to->width,
		                         to->height, AV_PIX_FMT_YUV420P,
		                         SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL);
	if (!*scaler)
		return AVERROR(ENOMEM);
	sws_scale(*scaler, planes, strides, 0, to->height, to->data, to->linesize);
	return 0;
}

#endif
