/* When the packets of a live source were captured: spaced as the sender's stamps say, by the clock
 * of their arrival.
 *
 * The stamps alone say what a leap is: one that is more than a second before the one ahead of it,
 * or that would be more than a second in the future, as nothing comes before it was captured. What
 * comes late, as behind a stall, has stamps that go on, and its time is long ago. It catches up;
 * where it does not, the sender's clock has stood still or is too slow, and is taken anew, as it is
 * where it is a minute behind. */
#ifndef PKD_VIDEO_ARRIVAL_H
#define PKD_VIDEO_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

struct media_arrival {
	bool has_begun, has_offset;
	int64_t offset_ns;        /* of the arrival from the stamps */
	int64_t stamp_ns, now_ns; /* of the packet before, with a stamp */
	int64_t time_ns;          /* of the packet before */
	/* While packets are more than a second late: by how much at least, when that was, and how
	 * many have come since. */
	bool is_late;
	int64_t least_ns, least_at_ns;
	uint32_t n_since;
	bool has_jumped; /* the stamps had to be left, since this was looked at */
};

/* Another connection: its stamps are others, and time goes on. */
void media_arrival_begin(struct media_arrival *self);

/* The time of a packet that came at `now_ns`: never later than that, nor a minute earlier, and
 * later than the one before. Without a stamp it is the arrival. */
int64_t media_arrival_time(struct media_arrival *self, bool has_stamp, int64_t stamp_ns,
                           int64_t now_ns);

#endif
