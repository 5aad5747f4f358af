/* The last segments of a live stream of HLS (RFC 8216), in memory. No sockets, no clock. */
#ifndef PKD_NET_HLS_SEGMENTS_H
#define PKD_NET_HLS_SEGMENTS_H

#include "live.h"

/* Bytes that are there as long as somebody has them. */
struct hls_part {
	uint32_t users;
	uint64_t number; /* in its name */
	size_t n, room;
	uint8_t *data;
};

struct hls_segment {
	struct hls_part *part;
	struct hls_part *first; /* what comes before it */
	uint64_t ticks;         /* it lasts so long */
	bool begins_inside;     /* a group of pictures, as that was too long */
	bool is_apart;          /* behind a discontinuity */
};

struct hls {
	uint32_t n_listed;
	uint64_t keep, least_ticks;
	uint64_t target_s;            /* no segment is longer, whatever comes: it may not change */
	struct hls_segment *segments; /* oldest first; with those that have left the playlist */
	uint32_t n, capacity;
	uint64_t last_number, last_first;
	uint64_t n_apart;        /* discontinuities of those that are gone */
	struct hls_segment open; /* what is being made; its part may be NULL */
	struct hls_part *first;
	uint64_t begun, shown; /* times: of it, and of its last picture … */
	uint64_t duration;     /* … which is shown no longer */
	size_t last_at;        /* where that begins in it */
	bool has_begun;        /* there was a segment */
	bool is_apart;         /* the next one will be */
	bool was_large;        /* one had more bytes than `keep`: its maker tells */
};

struct hls_options {
	uint32_t n_listed;     /* at least; more where these are less than three targets */
	uint64_t keep;         /* bytes of all */
	uint64_t least_ticks;  /* a group of pictures that makes it so long ends a segment */
	uint64_t first_number; /* above all that another run has used, as clients know these */
};

/* 0 or -ENOMEM. */
int hls_begin(struct hls *hls, const struct hls_options *options);
void hls_end(struct hls *hls);

/* What the cursor of a stream gives, one after the other: texts count for nothing. */
void hls_take(struct hls *hls, const struct live_message *message);

/* The playlist, to be freed; `query` stands behind each address. NULL: there is no segment yet, or
 * no memory. */
char *hls_playlist(const struct hls *hls, const char *query);

/* What "seg-12.m4s" or "first-1.mp4" has; the caller lets it go. NULL: it is not there. */
struct hls_part *hls_find(const struct hls *hls, const char *name);
void hls_let_go(struct hls_part *part);

#endif
