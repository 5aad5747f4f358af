/* See arrival.h. */
#include "arrival.h"

static const int64_t FAR_NS = 1000000000;

enum { CREEP = 1024 }; /* of a difference one packet makes up for the 1024th part */

void media_arrival_begin(struct media_arrival *self)
{
	self->has_offset = false;
}

/* What comes through the network earlier than the others has shown the true time; what comes late
 * says little. A clock that goes slower than ours is followed. */
static int64_t by_stamp(struct media_arrival *self, int64_t stamp_ns, int64_t now_ns)
{
	int64_t time_ns, late_ns;
	bool is_far = __builtin_add_overflow(stamp_ns, self->offset_ns, &time_ns) ||
	              __builtin_sub_overflow(now_ns, time_ns, &late_ns) || late_ns > FAR_NS ||
	              late_ns < -FAR_NS;

	if (!self->has_offset || is_far) {
		self->has_jumped |= self->has_offset;
		self->has_offset = !__builtin_sub_overflow(now_ns, stamp_ns, &self->offset_ns);
		return now_ns;
	}
	if (late_ns < 0) {
		self->offset_ns += late_ns;
		return now_ns;
	}
	self->offset_ns += late_ns / CREEP;
	return time_ns;
}

int64_t media_arrival_time(struct media_arrival *self, bool has_stamp, int64_t stamp_ns,
                           int64_t now_ns)
{
	int64_t time_ns = has_stamp ? by_stamp(self, stamp_ns, now_ns) : now_ns;

	if (self->has_begun && time_ns <= self->time_ns)
		time_ns = self->time_ns + 1;
	self->has_begun = true;
	self->time_ns = time_ns;
	return time_ns;
}
