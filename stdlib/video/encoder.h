/* H.264 by libx264, and MJPEG. All functions return FFmpeg's codes. */
#ifndef PKD_VIDEO_ENCODER_H
#define PKD_VIDEO_ENCODER_H

#include <libavcodec/avcodec.h>

#include "colours.h"

struct media_film {
	uint32_t width, height;  /* of the images; odd ones are cut by a pixel */
	int quality;             /* x264's constant rate factor, … */
	int64_t bit_rate;        /* … unless bits per second are asked for; 0 = they are not */
	AVRational pixel_aspect; /* 0:1 = unknown */
	int matrix;              /* enum AVColorSpace … */
	bool is_full;            /* … and range of what is stored; see media_film_colours */
	const char *preset;      /* of x264 */
	int64_t key_ticks;       /* time between key frames */
	bool is_jpeg;            /* MJPEG instead of H.264 */
	bool has_delay;          /* frames come later, with B-frames and look-ahead */
	bool has_start_codes;    /* Annex B, instead of lengths as in MP4 */
};

/* Which colours are stored of such images: YUV keeps its own, all else becomes BT.601. JPEG is
 * always BT.601 in full range. */
void media_film_colours(struct media_film *film, const struct pkd_image *image);

struct media_encoder {
	AVCodecContext *codec; /* NULL: it is not open */
	struct media_colours colours;
	AVFrame *frame; /* yuv420p, its input */
	AVPacket *packet;
	int64_t every_ticks; /* between key frames */
	int64_t key_ticks;   /* time of the last key frame, where there is one */
	bool has_key, has_delay;
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

/* Encodes it: `packet`, to be unreferenced by the caller. AVERROR(EAGAIN) while a film with delay
 * has none yet; in one without, which loses none by a kill, that is a mistake. */
int media_encoder_encode(struct media_encoder *self, int64_t ticks);

/* Behind the last image, the packets that are left, one by one; AVERROR_EOF behind the last. */
int media_encoder_drain(struct media_encoder *self);

#endif
