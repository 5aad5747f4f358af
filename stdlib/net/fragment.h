/* Packets as pieces of MP4 that a browser's MediaSource takes: what comes first, and one piece for
 * each packet. */
#ifndef PKD_NET_FRAGMENT_H
#define PKD_NET_FRAGMENT_H

#include "../video/nal.h"

#include <video/packet.pkd.h>

enum { MEDIA_FRAGMENT_TICKS = 90000 }; /* a second's, of all times in it */

/* Where a packet stands, in ticks: times that grow without gaps, for what is behind one is thrown
 * away by browsers until the next key frame. */
struct media_fragment_clock {
	bool has_begun;
	int64_t dts_ns; /* of the packet before */
	uint32_t session;
	int64_t step; /* to it from the one before that */
	uint64_t time, duration;
};

/* The next packet: self->time and self->duration are its own then. */
void media_fragment_tick(struct media_fragment_clock *self, const struct video_Packet *packet);

struct media_fragment_track {
	enum media_nal_codec codec;
	uint32_t width, height;
	uint32_t pixel_width, pixel_height; /* 0: square */
	const uint8_t *sets;                /* with start codes */
	size_t n_sets;
};

/* What comes before the first piece (ftyp and moov). Returns its bytes, or a code of FFmpeg. */
int media_fragment_first(const struct media_fragment_track *track, uint8_t **ret_first);
void media_fragment_free(uint8_t *first);

/* The most bytes of a piece, of data with start codes. */
size_t media_fragment_room(size_t n);

struct media_fragment {
	enum media_nal_codec codec;
	uint32_t number; /* from 1 */
	uint64_t time, duration;
	int32_t later; /* it is shown so many ticks after `time` */
	bool is_key;
	const uint8_t *data;
	size_t n;
};

/* Returns its bytes. */
size_t media_fragment_put(const struct media_fragment *fragment, uint8_t *to);

#endif
