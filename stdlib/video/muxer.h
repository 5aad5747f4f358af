/* Packets into fragments of an MP4, one each, without a decoder: H.264, HEVC, AV1, MJPEG, MPEG-4.
 * What a firing has written lies behind `now.end` until its commit. */
#ifndef PKD_VIDEO_MUXER_H
#define PKD_VIDEO_MUXER_H

#include "../base/sink_file.h"
#include "mp4.h"

#include <video/muxed.pkd.h>
#include <video/packet.pkd.h>

struct media_muxer {
	struct video_Muxed now;
	struct sink_file file; /* opened by the caller */
	struct mp4_index index;
	uint8_t *sample; /* a packet as MP4 wants it */
	bool has_no_index;
	int64_t created_ns; /* since 1970: when its first picture was taken; 0: not known */
};

enum media_muxing {
	MEDIA_MUXED,
	MEDIA_WAITS, /* it does not count: the file goes on with a key frame */
	MEDIA_OTHER, /* it has another codec or size than the file: nothing was written */
};

/* With `now` and `file` as they were left; finds the key frames that are there. 0 or -ENOMEM. */
int media_muxer_init(struct media_muxer *self);

/* One more packet, one of enum media_muxing; a negative errno, or a code of FFmpeg: nothing of it
 * is in the file. */
int media_muxer_add(struct media_muxer *self, const struct video_Packet *packet);

/* Cuts off what came behind that place, where `now` ended once. */
void media_muxer_go_back(struct media_muxer *self, const struct video_Muxed *then);

/* The index, by which players seek; without space for it, the file is whole, too: a negative errno
 * then. */
int media_muxer_end(struct media_muxer *self);

/* Releases all but the file. */
void media_muxer_release(struct media_muxer *self);

/* The data of a packet as samples of MP4 have it: NAL units each behind its length, in place of
 * start codes; AV1 without temporal delimiters. `to` has room for media_sample_room. Returns the
 * size. */
size_t media_sample(const struct video_Packet *packet, uint8_t *to);
size_t media_sample_room(size_t n_data);

/* The parameter sets in the data, behind start codes: what `setup` is where that is empty. */
size_t media_sample_setup(const struct video_Packet *packet, uint8_t *to, size_t room);

#endif
