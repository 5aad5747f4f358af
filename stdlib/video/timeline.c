#include "timeline.h"

static const int64_t NS_PER_S = 1000000000;

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void media_timeline_start(struct media_timeline *self, int64_t stamp_ns, int64_t time_ns)
{
	self->stamp_ns = stamp_ns;
	self->time_ns = time_ns;
	self->debt_ns = 0;
	self->has_frame = true;
	self->is_joint = false;
}

void media_timeline_join(struct media_timeline *self, int64_t last_ns)
{
	self->time_ns = last_ns;
	self->has_frame = true;
	self->is_joint = true;
}

int64_t media_timeline_frame(const struct media_timeline *self)
{
	int64_t last_ns = self->steps_ns[0], before_ns = self->steps_ns[1];

	if (!last_ns)
		return self->period_ns;
	return before_ns && before_ns < last_ns ? before_ns : last_ns;
}

static void remember_step(struct media_timeline *self, int64_t step_ns)
{
	self->steps_ns[1] = self->steps_ns[0];
	self->steps_ns[0] = step_ns;
}

static int64_t longest_gap(const struct media_timeline *self)
{
	int64_t gap_ns = larger(MEDIA_GAP_S * NS_PER_S, MEDIA_GAP_PERIODS * self->period_ns);

	return larger(gap_ns, self->held_ns + self->period_ns);
}

static int64_t bridge(struct media_timeline *self, int64_t stamp_ns)
{
	int64_t frame_ns = media_timeline_frame(self), expected_ns = self->stamp_ns + frame_ns;

	media_timeline_start(self, stamp_ns, self->time_ns + frame_ns);
	return stamp_ns - expected_ns;
}

/* Stamps of a broken file may be as far apart as numbers can be. */
static bool is_jump(const struct media_timeline *self, int64_t stamp_ns)
{
	int64_t step_ns, time_ns;

	if (__builtin_sub_overflow(stamp_ns, self->stamp_ns, &step_ns) ||
	    __builtin_add_overflow(self->time_ns, step_ns, &time_ns))
		return true;
	return step_ns < -media_timeline_frame(self) ||
	       (self->may_skip && step_ns > longest_gap(self));
}

int64_t media_timeline_next(struct media_timeline *self, int64_t stamp_ns)
{
	int64_t frame_ns = media_timeline_frame(self), step_ns, paid_ns;

	if (self->is_joint) {
		bridge(self, stamp_ns);
		return 0;
	}
	if (is_jump(self, stamp_ns))
		return bridge(self, stamp_ns);
	step_ns = stamp_ns - self->stamp_ns;
	self->stamp_ns = stamp_ns;
	if (step_ns <= 0) { /* out of order, or twice the same: later stamps make up for it */
		self->debt_ns += frame_ns - step_ns;
		self->time_ns += frame_ns;
		return 0;
	}
	remember_step(self, step_ns);
	paid_ns = self->debt_ns < step_ns / 2 ? self->debt_ns : step_ns / 2;
	self->debt_ns -= paid_ns;
	self->time_ns += step_ns - paid_ns;
	return 0;
}

void media_timeline_guess(struct media_timeline *self)
{
	int64_t frame_ns = media_timeline_frame(self);

	self->stamp_ns += frame_ns;
	self->time_ns += frame_ns;
	self->is_joint = false;
}
