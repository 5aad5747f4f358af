/* H.264 by libx264, which gives each frame back at once: no B-frames, no look-ahead. All
 * functions return FFmpeg's codes. */
#ifndef PKD_VIDEO_ENCODER_H
#define PKD_VIDEO_ENCODER_H

#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <pkd/node.h>

struct media_film {
	uint32_t width, height;  /* of the images; odd ones are cut by a pixel */
	int quality;             /* x264's constant rate factor */
	AVRational pixel_aspect; /* 0:1 = unknown */
};

struct media_encoder {
	AVCodecContext *codec; /* NULL: it is not open */
	struct SwsContext *scaler;
	AVFrame *frame; /* yuv420p, its input */
	AVPacket *packet;
	int64_t key_ticks; /* time of the last key frame, where there is one */
	bool has_key;
};

bool media_encoder_is_there(void);

/* After an error, too, media_encoder_close. */
int media_encoder_open(struct media_encoder *self, const struct media_film *film);
void media_encoder_close(struct media_encoder *self);

/* After an open that failed with AVERROR_EXTERNAL: how many threads it needs, where they cannot
 * be had. */
int media_encoder_missing_threads(const struct media_encoder *self);

/* Makes the image its input. */
int media_encoder_take(struct media_encoder *self, const struct pkd_image *image);

/* Encodes it: `packet`, to be unreferenced by the caller. One that came later would be lost by a
 * kill. */
int media_encoder_encode(struct media_encoder *self, int64_t ticks);

#endif
