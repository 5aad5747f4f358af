/* See arrival.h. */
#include "arrival.h"

static const int64_t FAR_NS = 1000000000;
static const int64_t LONGEST_NS = 60000000000;
static const int64_t HELD_NS = 500000000;
static const int64_t PATIENCE_NS = 2000000000;
static const int64_t JITTER_NS = 100000000; /* what is later than that says nothing of the clock */

enum {
	CREEP = 1024,  /* of a difference one packet makes up for the 1024th part */
	PATIENCE = 50, /* packets */
};

void media_arrival_begin(struct media_arrival *self)
{
	self->has_offset = false;
}

/* Taken anew, from a packet that is in time. */
static int64_t anchor(struct media_arrival *self, int64_t stamp_ns, int64_t now_ns)
{
	self->has_jumped |= self->has_offset;
	self->has_offset = !__builtin_sub_overflow(now_ns, stamp_ns, &self->offset_ns);
	self->is_late = false;
	return now_ns;
}

/* Whether what is late stays so. A stall that ends sends what has waited faster than it was
 * captured, so one is less late than all before it again and again. Waiting begins anew with one
 * that was held back as well: a network that lets one through now and then has not recovered. */
static bool stays_late(struct media_arrival *self, int64_t late_ns, int64_t step_ns, int64_t now_ns)
{
	bool is_held = step_ns > 0 && now_ns - self->now_ns > step_ns + HELD_NS;

	if (late_ns <= FAR_NS) {
		self->is_late = false;
		return false;
	}
	if (!self->is_late || late_ns < self->least_ns || is_held) {
		self->is_late = true;
		self->least_ns = late_ns;
		self->least_at_ns = now_ns;
		self->n_since = 0;
	}
	return late_ns > LONGEST_NS ||
	       (self->n_since++ >= PATIENCE && now_ns - self->least_at_ns >= PATIENCE_NS);
}

/* What comes through the network earlier than the others has shown the true time; what comes late
 * says little. A clock that goes slower than ours is followed. */
static int64_t by_stamp(struct media_arrival *self, int64_t stamp_ns, int64_t now_ns)
{
	int64_t time_ns, late_ns, step_ns;
	bool is_leap = __builtin_sub_overflow(stamp_ns, self->stamp_ns, &step_ns) ||
	               step_ns < -FAR_NS ||
	               __builtin_add_overflow(stamp_ns, self->offset_ns, &time_ns) ||
	               __builtin_sub_overflow(now_ns, time_ns, &late_ns) || late_ns < -FAR_NS;
	bool is_useless = !self->has_offset || is_leap ||
	                  stays_late(self, late_ns, step_ns, now_ns);

	self->stamp_ns = stamp_ns;
	self->now_ns = now_ns;
	if (is_useless)
		return anchor(self, stamp_ns, now_ns);
	if (late_ns < 0) {
		self->offset_ns += late_ns;
		return now_ns;
	}
	if (!self->is_late)
		self->offset_ns += (late_ns < JITTER_NS ? late_ns : JITTER_NS) / CREEP;
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
