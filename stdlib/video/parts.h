/* Whole pictures of H.264 and HEVC from the packets of a live source. Most containers have a
 * picture in each, but some senders write a packet for each slice; and a packet whose beginning was
 * lost on the way begins inside a picture. A decoder would show either half green, and say nothing.
 *
 * That a picture is whole is seen from the packet behind it. Waiting for that is a frame of delay,
 * so it is done for the first picture of a connection, and from then on only where one had parts;
 * and not where libavformat has done it. */
#ifndef PKD_VIDEO_PARTS_H
#define PKD_VIDEO_PARTS_H

#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

enum { MEDIA_MOST_PICTURES = 2 };

struct media_parts {
	const AVStream *stream;
	enum AVCodecID codec;
	int n_length; /* bytes of a unit's length; 0: start codes */
	enum { MEDIA_PARTS_FIRST, MEDIA_PARTS_NONE, MEDIA_PARTS_SOME } state;
	int64_t pts, dts; /* of the last packet */
	bool has_slice;   /* what is held has one */
	AVPacket *held;   /* the picture that may have more parts; empty: none */
	AVPacket *whole[MEDIA_MOST_PICTURES];
	int n_whole;
};

/* 0 or -ENOMEM; media_parts_finish after that, too. */
int media_parts_begin(struct media_parts *self, const AVStream *stream);
void media_parts_finish(struct media_parts *self);

/* A packet, which becomes its own. False: it is part of a picture that is damaged, and is dropped:
 * nothing behind it can be decoded well before the next key frame. */
bool media_parts_put(struct media_parts *self, AVPacket *packet);

/* The next picture that is whole now, until false. */
bool media_parts_next(struct media_parts *self, AVPacket *packet);

#endif
