/* The packets of a live source, as they come over one connection after the other, for a node that
 * takes them in time or loses them up to a key frame. A taker of media_connection. */
#ifndef PKD_VIDEO_RECEIVE_H
#define PKD_VIDEO_RECEIVE_H

#include "connection.h"

#include <libavcodec/packet.h>
#include <video/packet.pkd.h>

/* All but a packet's data. */
enum { MEDIA_HEAD_SIZE = offsetof(struct video_Packet, data) };

struct media_received {
	struct media_received *next;
	AVPacket *packet;
	int64_t arrived_ns;
	uint32_t connection; /* from 1 */
	bool has_gap;        /* some before it are missing */
	bool has_pts, has_dts;
	int64_t pts_ns, dts_ns; /* as they are stamped */
	void *head;             /* a video.Packet without its data: codec, size, colours, setup */
};

struct media_receive;

/* NULL: no memory. */
struct media_receive *media_receive_create(void);
/* What media_connection_start is to be given; it owns it from then on, also where it fails. */
struct media_taker media_receive_taker(struct media_receive *self);

/* The next one, which is the caller's; NULL: there is none. */
struct media_received *media_receive_next(struct media_receive *self);
void media_received_free(struct media_received *received);

/* How many there are. */
uint32_t media_receive_n(struct media_receive *self);

/* So many were lost since the last call, as nobody has taken them. */
uint64_t media_receive_lost(struct media_receive *self);

#endif
