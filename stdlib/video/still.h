/* One image as the bytes of a JPEG, by TurboJPEG, or of a PNG, by FFmpeg. */
#ifndef PKD_VIDEO_STILL_H
#define PKD_VIDEO_STILL_H

#include <libavcodec/avcodec.h>
#include <turbojpeg.h>

#include "scaler.h"

/* Zeroed at first. */
struct media_still {
	tjhandle jpeg;
	uint8_t *room; /* the JPEG, and how much there is for one */
	unsigned long room_size;
	AVCodecContext *png;
	AVPacket *packet; /* the PNG */
	AVFrame *rgb;     /* what is to be coded, where the image is not that */
	struct SwsContext *scaler;
	struct media_side from; /* of the scaler */
};

/* The bytes are valid until the next call. 0, or a negative errno after *ret_why was set, which is
 * no text of its own. */
int media_still_jpeg(struct media_still *self, const struct pkd_image *image, int quality,
                     const uint8_t **ret_data, size_t *ret_size, const char **ret_why);
int media_still_png(struct media_still *self, const struct pkd_image *image,
                    const uint8_t **ret_data, size_t *ret_size, const char **ret_why);

void media_still_free(struct media_still *self);

#endif
