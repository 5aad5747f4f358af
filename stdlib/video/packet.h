/* video.Packet and FFmpeg's packets. */
#ifndef PKD_VIDEO_PACKET_H
#define PKD_VIDEO_PACKET_H

#include <stdbool.h>
#include <video/packet.pkd.h>

/* Which packets can be decoded: none from where some are missing to the next key frame. */
struct media_gate {
	bool has_begun, waits;
	uint64_t number; /* of the packet that came last */
	uint32_t session;
	uint64_t n_dropped; /* since it waits */
};

enum media_passage {
	MEDIA_DROPPED, /* waits for a key frame */
	MEDIA_FOLLOWS, /* the one before it has passed, too */
	MEDIA_BEGINS,  /* what was before has ended: decoding begins here */
};

enum media_passage media_gate_take(struct media_gate *self, const struct video_Packet *packet);

/* Of a value that is valid for its type, as much as it holds. */
void media_packet_copy(struct video_Packet *to, const struct video_Packet *from);

#endif
