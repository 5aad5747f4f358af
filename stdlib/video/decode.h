/* The frames of one video track, and what was broken on the way. */
#ifndef PKD_VIDEO_DECODE_H
#define PKD_VIDEO_DECODE_H

#include "source.h"
#include "timeline.h"

#include <libavcodec/avcodec.h>

struct media_decode {
	struct media_source *source;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame;
	AVStream *stream;
	struct media_timeline times;
	int64_t start_ns; /* time stamp at which the track begins */
	bool is_draining;
	int refused_width, refused_height; /* of the last picture that was too large */
	uint64_t n_frames;                 /* decoded */
	uint64_t n_packets;                /* of the track */
	uint64_t n_broken;                 /* packets that could not be read or decoded */
	uint64_t n_corrupt;                /* frames that are damaged */
	uint64_t n_jumps;                  /* in the time stamps */
};

/* Chooses a track of the open source, whose size may then be looked at, and starts its decoder.
 * After an error, too, media_decode_close. */
int media_decode_open(struct media_decode *self, struct media_source *source);
int media_decode_start(struct media_decode *self);
void media_decode_close(struct media_decode *self);

/* PKD_OK with self->frame, whose capture time is self->times.time_ns; PKD_SKIP at the end. */
int media_decode_next(struct media_decode *self);

/* Of its last frame: whether the picture is damaged. */
bool media_decode_is_corrupt(const struct media_decode *self);

/* How many frames there should be; 0 when nothing says so. */
uint64_t media_decode_expected(const struct media_decode *self);

/* At the end: notes what was missing, and is an error where too much was. `n_before` frames came
 * from this source earlier. */
int media_decode_verdict(struct media_decode *self, uint64_t n_before);

#endif
