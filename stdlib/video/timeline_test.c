/* Capture times over time stamps that jump: by themselves, and through video.open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "../test/video_run.h"
#include "timeline.h"

static const int64_t PERIOD = 40000000;

static void follow(bool may_skip, const int64_t *stamps, const int64_t *times, size_t n)
{
	struct media_timeline line = {.period_ns = PERIOD, .may_skip = may_skip};

	media_timeline_start(&line, stamps[0] * 1000000, 0);
	for (size_t i = 1; i < n; i++) {
		media_timeline_next(&line, stamps[i] * 1000000);
		assert_int_equal(line.time_ns, times[i] * 1000000);
	}
}

#define assert_times(may_skip, stamps, times)                                        \
	do {                                                                         \
		_Static_assert(sizeof(stamps) == sizeof(times), "one time each");    \
		follow(may_skip, stamps, times, sizeof(stamps) / sizeof(stamps[0])); \
	} while (0)

static void a_jump_is_bridged_by_one_period(void **state)
{
	const int64_t back[] = {0, 40, 80, 0, 40}, back_times[] = {0, 40, 80, 120, 160};
	const int64_t gap[] = {0, 40, 3600000, 3600040}, gap_times[] = {0, 40, 80, 120};
	const int64_t pause[] = {0, 40, 4000, 4040}, pause_times[] = {0, 40, 4000, 4040};

	(void)state;
	assert_times(true, back, back_times);
	assert_times(false, back, back_times);
	assert_times(true, gap, gap_times);
	assert_times(true, pause, pause_times);
}

static void a_pause_stays_where_the_clock_is_never_set_anew(void **state)
{
	const int64_t stamps[] = {0, 40, 12000, 3600000, 0, 40};
	const int64_t times[] = {0, 40, 12000, 3600000, 3611960, 3612000};
	const int64_t late[] = {0, 40, 12000, 0, 40}, late_times[] = {0, 40, 12000, 12040, 12080};

	(void)state;
	assert_times(false, stamps, times);
	assert_times(false, late, late_times);
}

/* The average over a second of frames and a long pause says nothing about a frame. */
static void a_jump_is_bridged_by_the_last_ordinary_step(void **state)
{
	struct media_timeline line = {.period_ns = 100500000, .may_skip = true};

	(void)state;
	media_timeline_start(&line, 0, 0);
	assert_int_equal(media_timeline_next(&line, PERIOD), 0);
	assert_int_not_equal(media_timeline_next(&line, 3600000000000), 0);
	assert_int_equal(line.time_ns, 2 * PERIOD);
	assert_int_equal(media_timeline_next(&line, 3600000000000), 0);
	assert_int_equal(line.time_ns, 3 * PERIOD);
	media_timeline_guess(&line);
	assert_int_equal(line.time_ns, 4 * PERIOD);
}

static void small_steps_back_are_made_up_for(void **state)
{
	const int64_t twice[] = {0, 40, 40, 120, 160}, twice_times[] = {0, 40, 80, 120, 160};
	const int64_t lone[] = {0, 0, 0, 0}, lone_times[] = {0, 40, 80, 120};

	(void)state;
	assert_times(true, twice, twice_times);
	assert_times(true, lone, lone_times);
}

static void stamps_at_the_ends_of_their_type_do_not_wrap(void **state)
{
	struct media_timeline line = {.period_ns = PERIOD};

	(void)state;
	media_timeline_start(&line, INT64_MIN / 2 - 1, 0);
	assert_int_not_equal(media_timeline_next(&line, INT64_MAX / 2 + 2), 0);
	assert_int_equal(line.time_ns, PERIOD);
	media_timeline_start(&line, 0, INT64_MAX - 1000000000);
	assert_int_not_equal(media_timeline_next(&line, 2000000000), 0);
	assert_int_equal(line.time_ns, INT64_MAX - 1000000000 + PERIOD);
}

static void a_long_frame_is_no_jump(void **state)
{
	struct media_timeline line = {
		.period_ns = PERIOD, .held_ns = 20000000000, .may_skip = true};

	(void)state;
	media_timeline_start(&line, 0, 0);
	assert_int_equal(media_timeline_next(&line, 20000000000), 0);
	assert_int_equal(line.time_ns, 20000000000);
}

/* ---- Through video.open ---- */

static void assert_steady(const char *path, uint32_t n_frames, uint32_t n_notes)
{
	struct run run = {0};

	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, n_frames);
	assert_int_equal(run.ctx.n_notes, n_notes);
	for (uint32_t i = 1; i < n_frames; i++)
		assert_in_range(run.times[i] - run.times[i - 1], 39000000, 41000000);
	end(&run);
}

static void joined_files_go_on_in_time(void **state)
{
	static const char *const clips[] = {"a.ts", "a.mkv", "a.mpg", "late.ts"};
	const char *joint;

	(void)state;
	clip("a.ts", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2");
	clip("a.mkv", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2");
	clip("a.mpg", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v mpeg2video");
	clip("late.ts", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2 "
	                "-output_ts_offset 3600");
	joint = fake_path("joint");
	for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
		fake_run("cd '%s' && cat %s %s >joint", fake_directory(),
		         i == 3 ? "a.ts" : clips[i], clips[i]);
		assert_steady(joint, 50, 1);
	}
}

/* The twenty-sixth frame comes 12 s later than it would without the pause. */
static void assert_paused(const char *path)
{
	struct run run = {0};

	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 75);
	assert_int_equal(run.ctx.n_notes, 0);
	for (uint32_t i = 0; i < 75; i++)
		assert_in_range(run.times[i] + 1000000, i * PERIOD + (i < 25 ? 0 : 12000000000),
		                i * PERIOD + (i < 25 ? 0 : 12000000000) + 2000000);
	end(&run);
}

#define PAUSE                                                                         \
	"-f lavfi -i testsrc2=s=64x48:r=25:d=3 -vf \"setpts='PTS+gte(N,25)*12/TB'\" " \
	"-vsync vfr "

static void a_pause_stays_in_the_times(void **state)
{
	(void)state;
	assert_paused(clip("pause.mp4", PAUSE "-c:v libx264 -bf 2"));
	assert_paused(clip("pause.mov", PAUSE "-c:v mjpeg"));
	assert_paused(clip("pause.mkv", PAUSE "-c:v libx264 -bf 2"));
	assert_paused(clip("ffv1.mkv", PAUSE "-c:v ffv1"));
	assert_paused(clip("pause.avi", PAUSE "-c:v mjpeg"));
	assert_paused(clip("pause.nut", PAUSE "-c:v mjpeg"));
	assert_paused(clip("pieces.mp4", PAUSE "-c:v libx264 -movflags frag_keyframe+empty_moov"));
}

/* Joined to itself, and read once more from its start: the average step is 200 ms. */
static void a_pause_does_not_widen_what_bridges_a_joint(void **state)
{
	const char *path = clip("pause.mkv", PAUSE "-c:v ffv1"), *joint = fake_path("joint.mkv");
	struct run joined = {0}, looped = {.params.loop = true};

	(void)state;
	fake_run("cat '%s' '%s' >'%s'", path, path, joint);
	assert_int_equal(start(&joined, joint, 64, 48), PKD_OK);
	assert_int_equal(read_all(&joined), PKD_SKIP);
	assert_int_equal(joined.n_frames, 150);
	assert_int_equal(joined.times[75] - joined.times[74], PERIOD);
	assert_non_null(strstr(joined.ctx.note, "; bridged by 40.0 ms"));
	end(&joined);
	assert_int_equal(start(&looped, path, 64, 48), PKD_OK);
	for (int i = 0; i <= 75; i++)
		assert_int_equal(step(&looped), PKD_OK);
	assert_int_equal(looped.ctx.set_time_ns, 75 * PERIOD + 12000000000);
	end(&looped);
}

static void many_jumps_are_counted_at_the_end(void **state)
{
	const char *joint = fake_path("many.mpg");

	(void)state;
	clip("short.mpg", "-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v mpeg2video");
	fake_run("cd '%s' && for i in 1 2 3 4 5 6 7 8; do cat short.mpg; done >many.mpg",
	         fake_directory());
	assert_steady(joint, 80, 3 + 1);
}

/* Killed after a committed frame: the next one is the next one of the file, and all times are those
 * of a run without a restart. */
static void a_restart_goes_on_behind_the_last_frame(void **state)
{
	const char *path = clip("whole.mp4", "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264");
	struct video_open_in in = {0};
	struct run run = {0};
	int result;

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	struct video_open_out out = {run.frame};
	while ((result = fake_fire(&video_open_methods, run.self, &in, &out, &run.ctx)) !=
	       PKD_SKIP) {
		assert_true(result == PKD_OK || result == PKD_LATER);
		if (result == PKD_LATER)
			continue;
		assert_int_equal(run.ctx.set_time_ns, (int64_t)run.n_frames++ * PERIOD);
		if (run.n_frames % 20 == 0)
			assert_int_equal(
				fake_restart(&video_open_methods, &run.self, &run.params, &run.ctx),
				PKD_OK);
	}
	assert_int_equal(run.n_frames, 50);
	assert_int_equal(run.ctx.n_errors, 0);
	end(&run);
}

/* What had gone by in a pipe is lost, but no time is given twice. */
static void a_restart_in_a_pipe_goes_on_in_time(void **state)
{
	struct run run = {0};
	struct video_open_in in = {0};
	const char *path = fake_path("pipe");
	int64_t last_ns;

	(void)state;
	clip("pipe.ts", "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v mpeg2video");
	fake_run("mkfifo '%s'; cat '%s.ts' >'%s' 2>/dev/null &", path, path, path);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	struct video_open_out out = {run.frame};
	for (int i = 0; i < 20; i++)
		assert_int_equal(fake_fire(&video_open_methods, run.self, &in, &out, &run.ctx),
		                 PKD_OK);
	last_ns = run.ctx.set_time_ns;
	assert_int_equal(last_ns, 19 * PERIOD);
	video_open_methods.finish(run.self); /* its end of the pipe closes, as a death does */
	fake_run("cat '%s.ts' >'%s' 2>/dev/null &", path, path);
	assert_int_equal(fake_restart(&video_open_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_int_equal(fake_fire(&video_open_methods, run.self, &in, &out, &run.ctx), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, last_ns + PERIOD);
	end(&run);
}

static void a_loop_goes_on_in_time(void **state)
{
	struct run run = {.params.loop = true};
	const char *path = clip("loop.mkv", "-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v ffv1");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(run.ctx.n_expected, 0);
	for (int i = 0; i < 35; i++) {
		assert_int_equal(step(&run), PKD_OK);
		assert_int_equal(run.ctx.set_time_ns, i * PERIOD);
	}
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static int remove_files(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_is_bridged_by_one_period),
		cmocka_unit_test(a_pause_stays_where_the_clock_is_never_set_anew),
		cmocka_unit_test(a_jump_is_bridged_by_the_last_ordinary_step),
		cmocka_unit_test(small_steps_back_are_made_up_for),
		cmocka_unit_test(stamps_at_the_ends_of_their_type_do_not_wrap),
		cmocka_unit_test(a_long_frame_is_no_jump),
		cmocka_unit_test(joined_files_go_on_in_time),
		cmocka_unit_test(a_pause_stays_in_the_times),
		cmocka_unit_test(a_pause_does_not_widen_what_bridges_a_joint),
		cmocka_unit_test(many_jumps_are_counted_at_the_end),
		cmocka_unit_test(a_restart_goes_on_behind_the_last_frame),
		cmocka_unit_test(a_restart_in_a_pipe_goes_on_in_time),
		cmocka_unit_test(a_loop_goes_on_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
