/* A video.open in a test, on clips that the ffmpeg program makes. Included after cmocka.h. */
#ifndef PKD_TEST_VIDEO_RUN_H
#define PKD_TEST_VIDEO_RUN_H

#include <stdlib.h>
#include <string.h>
#include <video/open.pkd.h>

#include "fake_ctx.h"

extern const struct pkd_methods video_open_methods;

enum { MAX_TIMES = 1000 };

struct run {
	struct pkd_ctx ctx;
	struct video_open_params params;
	void *self;
	struct pkd_image *frame;
	int64_t times[MAX_TIMES];
	uint32_t n_frames;
};

/* The parameters that a test has not set are false or 0, not the defaults of a program. */
static inline int start(struct run *run, const char *source, uint32_t W, uint32_t H)
{
	if (!run->params.FORMAT)
		run->params.FORMAT = PKD_BGR24;
	run->params.source = source;
	run->params.W = W;
	run->params.H = H;
	run->params.folder = "./";
	run->self = fake_self(&video_open_methods);
	run->frame = fake_image(run->params.FORMAT, W, H);
	return video_open_methods.init(run->self, &run->params, &run->ctx);
}

static inline int step(struct run *run)
{
	struct video_open_in in = {0};
	struct video_open_out out = {run->frame};

	return video_open_methods.step(run->self, &in, &out, &run->ctx);
}

static inline void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
}

static inline void end(struct run *run)
{
	video_open_methods.finish(run->self);
	release(run);
}

/* All frames; returns what the last step did. */
static inline int read_all(struct run *run)
{
	uint32_t n_set_times = run->ctx.n_set_times;
	int result;

	while ((result = step(run)) == PKD_OK) {
		assert_true(run->n_frames < MAX_TIMES);
		run->times[run->n_frames++] = run->ctx.set_time_ns;
		assert_int_equal(run->ctx.n_set_times, ++n_set_times);
	}
	return result;
}

/* A failing init leaves nothing to finish. */
static inline void assert_refused(const char *source, int error, const char *text)
{
	struct run run = {0};

	assert_int_equal(start(&run, source, 64, 48), -error);
	assert_int_equal(run.ctx.n_errors, 1);
	if (!strstr(run.ctx.error, text))
		fail_msg("'%s' does not say '%s'", run.ctx.error, text);
	release(&run);
}

static inline const char *clip(const char *name, const char *arguments)
{
	const char *path = fake_path(name);

	fake_run("ffmpeg -v error -y %s '%s'", arguments, path);
	return path;
}

#endif
