/* Capture times that never go back, from a stream's time stamps. Where these jump back, as they do
 * in joined files, at wraps and after a source was away, time goes on by a frame's period; where
 * they jump ahead, only in a stream whose clock may be set anew. */
#ifndef PKD_VIDEO_TIMELINE_H
#define PKD_VIDEO_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MEDIA_GAP_S = 5,       /* a longer gap is a jump, … */
	MEDIA_GAP_PERIODS = 4, /* … unless frames are rare in this stream */
};

struct media_timeline {
	int64_t period_ns;   /* between frames on the average, gaps included; above 0 */
	int64_t steps_ns[2]; /* of the last two frames; 0 = not known yet */
	int64_t stamp_ns;    /* of the last frame, as the stream has it */
	int64_t time_ns;     /* the capture time that it was given */
	int64_t held_ns;     /* how long the stream says that it is shown; 0 = it does not say */
	int64_t debt_ns;     /* how far times are ahead of the stamps since small steps back */
	bool may_skip;       /* the stream's clock may jump ahead with no time gone by */
	bool has_frame, is_joint;
};

/* The time stamp of the first frame becomes `time_ns`. */
void media_timeline_start(struct media_timeline *self, int64_t stamp_ns, int64_t time_ns);

/* What comes next belongs behind `last_ns`, whatever its time stamp. */
void media_timeline_join(struct media_timeline *self, int64_t last_ns);

/* One frame's period. A pause just before does not count, nor the average that it has spoilt. */
int64_t media_timeline_frame(const struct media_timeline *self);

/* The next frame; self->time_ns is its capture time. Returns how far the stamps jumped from where
 * they were expected, 0 when they did not. */
int64_t media_timeline_next(struct media_timeline *self, int64_t stamp_ns);

/* The same for a frame without a time stamp. */
void media_timeline_guess(struct media_timeline *self);

#endif
