/* A stream of packets for many who look at it: the group of pictures at hand is kept for those who
 * come, and each goes through it at its own pace. Nothing is muxed before somebody wants it. No
 * sockets, no clock. */
#ifndef PKD_NET_LIVE_H
#define PKD_NET_LIVE_H

#include "../video/packet.h"
#include "fragment.h"

enum live_format {
	LIVE_FMP4, /* H.264 and HEVC in pieces of MP4 */
	LIVE_RAW,  /* their data with start codes, behind a head */
	LIVE_JPEG, /* the same of mjpeg */
	LIVE_FORMATS,
};

enum {
	LIVE_PRE = 16,       /* bytes before a message that its sender may write */
	LIVE_HEAD_SIZE = 16, /* of raw data and JPEGs: flags (1: a key frame) and number, four bytes
	                        each, and when it is shown, in µs, eight */
	LIVE_TEXT_SIZE = 1024,
	LIVE_WRONG_SIZE = 200,
};

/* What holds for the packets from a key frame on. */
struct live_init {
	uint32_t users, id;
	enum video_Codec codec;
	enum media_nal_codec nal;
	uint32_t width, height, session;
	uint32_t pixel_width, pixel_height;
	bool has_no_delay;
	char name[MEDIA_CODEC_SIZE]; /* of the codec; "": browsers have none such */
	uint8_t sets[MEDIA_SETS_SIZE];
	size_t n_sets;
	uint8_t *first; /* what comes first of MP4, behind LIVE_PRE; NULL: not made yet */
	size_t n_first;
	char text[LIVE_PRE + LIVE_TEXT_SIZE]; /* made for each who is told */
};

struct live_unit {
	struct live_unit *next;
	struct live_init *init;
	uint64_t number; /* of units, from 1 */
	uint64_t before; /* bytes of all units before it */
	uint64_t time, duration;
	int32_t later;
	bool is_key;
	int64_t arrived_ns;
	uint8_t *piece; /* of MP4, behind LIVE_PRE; NULL: not made yet */
	size_t n_piece;
	size_t n; /* bytes of `raw` from LIVE_PRE on */
	uint8_t raw[];
};

/* Somebody who looks. */
struct live_cursor {
	struct live *live;
	struct live_cursor *next;
	enum live_format format;
	struct live_unit *unit; /* what it is sent next; NULL: what comes next */
	bool waits;             /* for a key frame */
	bool joins;             /* it has not come to the end yet */
	uint32_t told;          /* of which init it was told … */
	uint32_t given;         /* … and given what comes first */
};

struct live {
	const char *name;
	uint64_t keep;     /* bytes of a group of pictures; a longer one is not kept; 0: none */
	int64_t behind_ns; /* who is so far behind skips to the next key frame */
	struct media_gate gate;
	struct media_fragment_clock clock;
	struct live_init *init; /* NULL: there is none */
	uint32_t last_id;
	bool reorders; /* pictures of this session come in another order than they are shown */
	struct live_unit *units, *last; /* oldest first */
	struct live_unit *group;        /* the last key frame; NULL: it is not kept */
	uint64_t n_units, n_bytes;      /* so far */
	int64_t arrived_ns;
	struct live_cursor *cursors;
	uint64_t n_muxed, n_sent, n_skipped;
	char wrong[LIVE_WRONG_SIZE]; /* with the packets, and not told yet; "": nothing is */
	bool was_wrong, was_long;
};

struct live_message {
	const uint8_t *data; /* LIVE_PRE bytes before it may be written; valid until live_put */
	size_t n;
	bool is_text, is_picture, is_key;
	uint64_t
		time; /* of a picture, in ticks of MP4; the next one is not behind time + duration */
	uint64_t duration;
};

void live_begin(struct live *live, const char *name, uint64_t keep, int64_t behind_ns);
/* There are no cursors any more. */
void live_end(struct live *live);

/* False: there is nothing new, as it waits for a key frame, or there is no memory. */
bool live_put(struct live *live, const struct video_Packet *packet, int64_t now_ns);

void live_join(struct live *live, struct live_cursor *cursor, enum live_format format,
               int64_t now_ns);
void live_leave(struct live_cursor *cursor);

/* What it is sent next; false: nothing yet. */
bool live_next(struct live_cursor *cursor, struct live_message *ret_message);

/* The stream as JSON, for a list. Returns the bytes of it, which may be more than there is room
 * for. */
int live_describe(const struct live *live, char *text, size_t size);

#endif
