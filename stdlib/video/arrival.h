/* When the packets of a live source were captured: spaced as the sender's stamps say, by the clock
 * of their arrival. */
#ifndef PKD_VIDEO_ARRIVAL_H
#define PKD_VIDEO_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

struct media_arrival {
	bool has_begun, has_offset;
	int64_t offset_ns; /* of the arrival from the stamps */
	int64_t time_ns;   /* of the packet before */
	bool has_jumped;   /* the stamps had to be left, since this was looked at */
};

/* Another connection: its stamps are others, and time goes on. */
void media_arrival_begin(struct media_arrival *self);

/* The time of a packet that came at `now_ns`: never later than that, nor a second earlier, and
 * later than the one before. Without a stamp it is the arrival. */
int64_t media_arrival_time(struct media_arrival *self, bool has_stamp, int64_t stamp_ns,
                           int64_t now_ns);

#endif
