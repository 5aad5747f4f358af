#include "write_times.h"

#include <inttypes.h>
#include <libavutil/mathematics.h>
#include <pkd/node.h>

enum {
	LONE_FRAME_TICKS = MEDIA_TICKS_PER_SECOND / 25, /* how long a video of one frame lasts */
	NS_PER_SECOND = 1000000000,
};

static const int64_t MAX_STEP = UINT32_MAX; /* ticks that a frame can last in the file: 13 hours */

int64_t media_write_times_usual(const struct video_write_state *now)
{
	int64_t n_before = (int64_t)now->n_frames - 1;
	int64_t ticks = n_before > 0 ? now->ticks / n_before : LONE_FRAME_TICKS;

	return ticks > 0 ? ticks : 1;
}

static int64_t since(int64_t from, int64_t to)
{
	int64_t ns;

	if (__builtin_sub_overflow(to, from, &ns))
		ns = to < from ? INT64_MIN : INT64_MAX;
	return av_rescale(ns, MEDIA_TICKS_PER_SECOND, NS_PER_SECOND);
}

/* Once for each way in which capture times can fail to serve as times in a file. */
static void say_bridged(struct media_write_times *self, const struct video_write_state *now,
                        enum media_bridge why, int64_t time)
{
	static const char *const whys[] = {
		[MEDIA_STOOD_STILL] = "two frames have the same capture time",
		[MEDIA_WENT_BACK] = "capture times go backwards",
		[MEDIA_LEAPT] = "capture times jump by more than a frame can last in an MP4",
	};

	if (self->has_said[why])
		return;
	self->has_said[why] = true;
	pkd_note(self->ctx, "%s, from %.6f s to %.6f s: '%s' continues by one frame's period",
	         whys[why], (double)now->last_time / NS_PER_SECOND, (double)time / NS_PER_SECOND,
	         self->path);
}

/* As long as frames last, which neither an odd one out nor a long pause should decide. */
static int64_t usual_step(const struct video_write_state *now)
{
	int64_t average = media_write_times_usual(now), last = now->step;

	return last > 0 && last < average ? last : average;
}

/* Where a frame of that capture time stands in the file, behind the last one: where its capture
 * time says. Where that is no place (the origin was restarted, its clock was set), a frame's
 * period behind the last one; and where capture times run on from there, so does the file. */
static int64_t ticks_of(struct media_write_times *self, struct video_write_state *now, int64_t time)
{
	int64_t ticks = now->base_ticks + since(now->base_time, time);
	int64_t step = since(now->last_time, time);

	if (ticks > now->ticks && ticks - now->ticks <= MAX_STEP)
		return ticks;
	if (step > 0 && step <= MAX_STEP) {
		now->base_time = time;
		return now->base_ticks = now->ticks + step;
	}
	say_bridged(self, now,
	            step > MAX_STEP ? MEDIA_LEAPT
	            : step < 0      ? MEDIA_WENT_BACK
	                            : MEDIA_STOOD_STILL,
	            time);
	return now->ticks + usual_step(now);
}

void media_write_times_take(struct media_write_times *self, struct video_write_state *now)
{
	int64_t time = pkd_time(self->ctx);

	if (now->n_frames == 0) {
		now->base_time = time;
	} else {
		int64_t ticks = ticks_of(self, now, time);

		now->step = ticks - now->ticks;
		now->ticks = ticks;
	}
	now->last_time = time;
	now->n_frames++;
}
