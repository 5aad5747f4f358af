/* How a live source is connected: a function of what its connection tells, and of the time. */
#ifndef PKD_VIDEO_LINK_H
#define PKD_VIDEO_LINK_H

#include <stdint.h>
#include <video/link.pkd.h>

enum media_phase {
	MEDIA_CONNECTING, /* for the first time */
	MEDIA_CONNECTED,  /* a frame has come over it */
	MEDIA_LOST,       /* or never made; an attempt may be under way */
};

/* All times are those of CLOCK_MONOTONIC, ns. */
struct media_news {
	enum media_phase phase;
	int64_t since_ns;   /* of the phase */
	int64_t arrived_ns; /* the last frame … */
	int64_t changed_ns; /* … and the last that was not the same picture as the one before */
	uint32_t n_connections;       /* over which a frame has come */
	enum video_LinkReason reason; /* of MEDIA_LOST */
	/* Of all connections: packets of RTP that the network has lost, and pictures that are left
	 * out as they are damaged. */
	uint64_t n_missed, n_damaged;
};

struct media_limits {
	int64_t stalled_after_ns, frozen_after_ns; /* the second may be 0: never */
};

struct media_link {
	enum video_LinkState state;
	int64_t since_ns; /* what counts where the state is a new one */
	int64_t until_ns; /* when it is another one if nothing comes; INT64_MAX = never */
};

/* Of an errno of a source that has failed. */
enum video_LinkReason media_link_reason(int error);

struct media_link media_link_of(const struct media_news *news, const struct media_limits *limits,
                                int64_t now_ns);

#endif
