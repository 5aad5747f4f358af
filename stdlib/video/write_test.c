/* video.write, with ffprobe and ffmpeg as judges of its files. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <video/write.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods video_write_methods;

struct run {
	struct pkd_ctx ctx;
	struct video_write_params params;
	void *self;
	struct pkd_image *frame;
	const char *aspect;
	uint32_t format; /* 0: bgr24 */
};

static int start(struct run *run, const char *path, uint32_t W, uint32_t H)
{
	run->params = (struct video_write_params){.path = path,
	                                          .quality = 23,
	                                          .pixel_aspect = run->aspect ? run->aspect
	                                                                      : "auto",
	                                          .FORMAT = run->format ? run->format : PKD_BGR24,
	                                          .W = W,
	                                          .H = H};
	run->self = fake_self(&video_write_methods);
	run->frame = fake_image(run->params.FORMAT, W, H);
	return video_write_methods.init(run->self, &run->params, &run->ctx);
}

static int restart(struct run *run)
{
	return fake_restart(&video_write_methods, &run->self, &run->params, &run->ctx);
}

/* A small block moves, so that frames differ, but not enough for a key frame of its own. */
static void draw(struct run *run, int64_t time_ns)
{
	uint8_t *pixels = pkd_pixels(run->frame);

	run->ctx.number++;
	run->ctx.time_ns = time_ns;
	memset(pixels, 90, (size_t)run->frame->stride * run->frame->height);
	for (uint32_t y = 0; y < run->frame->height / 4; y++)
		memset(pixels + (size_t)y * run->frame->stride + run->ctx.number % 16 * 3, 200, 3);
}

static int step(struct run *run, int64_t time_ns)
{
	struct video_write_in in = {run->frame};
	struct video_write_out out = {0};

	draw(run, time_ns);
	return fake_fire(&video_write_methods, run->self, &in, &out, &run->ctx);
}

/* Killed between step and commit: the firing will be done again. */
static void uncommitted_step(struct run *run, int64_t time_ns)
{
	struct video_write_in in = {run->frame};
	struct video_write_out out = {0};

	draw(run, time_ns);
	assert_int_equal(video_write_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	run->ctx.number--;
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
}

static void end(struct run *run)
{
	video_write_methods.finish(run->self);
	release(run);
}

static void write_frames(const char *path, uint32_t W, uint32_t H, int n, int64_t period_ns)
{
	struct run run = {0};

	assert_int_equal(start(&run, path, W, H), PKD_OK);
	for (int i = 0; i < n; i++)
		assert_int_equal(step(&run, 7000000000 + i * period_ns), PKD_OK);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 0);
}

static const char *probe(const char *entry, const char *path)
{
	return fake_output("ffprobe -v error -count_frames -select_streams v:0 "
	                   "-show_entries stream=%s -of csv=p=0 '%s'",
	                   entry, path);
}

/* Frames that decode without a complaint. */
static int n_frames(const char *path)
{
	return atoi(probe("nb_read_frames", path));
}

static void assert_decodes(const char *path)
{
	assert_string_equal(fake_output("ffmpeg -v warning -i '%s' -f null - 2>&1", path), "");
}

/* Each packet's time and duration, made one number. */
static const char *times(const char *path)
{
	return fake_output("ffprobe -v error -show_entries packet=pts,dts,duration -of csv=p=0 "
	                   "'%s' | cksum",
	                   path);
}

/* ---- Tests ---- */

static void as_many_frames_come_back_as_went_in(void **state)
{
	const char *path = fake_path("count.mp4");

	(void)state;
	write_frames(path, 128, 96, 100, 40000000);
	assert_int_equal(n_frames(path), 100);
	assert_string_equal(probe("codec_name,width,height,pix_fmt", path), "h264,128,96,yuv420p");
	assert_string_equal(probe("duration", path), "4.000000");
	assert_string_equal(probe("avg_frame_rate", path), "25/1");
	assert_true(atoi(probe("level", path)) <= 31);
	assert_decodes(path);
}

static void a_single_frame_is_a_video(void **state)
{
	const char *path = fake_path("single.mp4");

	(void)state;
	write_frames(path, 64, 64, 1, 0);
	assert_int_equal(n_frames(path), 1);
	assert_string_equal(probe("duration", path), "0.040000");
}

static void each_frame_lasts_until_the_next(void **state)
{
	const char *path = fake_path("lasts.mp4");

	(void)state;
	write_frames(path, 64, 64, 10, 100000000);
	assert_string_equal(probe("avg_frame_rate", path), "10/1");
	assert_string_equal(probe("duration", path), "1.000000");
}

static void odd_rates_keep_their_times(void **state)
{
	const char *path = fake_path("odd.mp4");
	const char *last;

	(void)state;
	write_frames(path, 64, 64, 61, 66667000);
	assert_int_equal(n_frames(path), 61);
	last = fake_output("ffprobe -v error -show_entries packet=pts_time -of csv=p=0 '%s' | "
	                   "tail -n 1",
	                   path);
	assert_in_range((int)(atof(last) * 100000 + 0.5), 400000, 400004); /* 60 x 66.667 ms */
}

/* Of each colour the file has what BT.601 says, within 2 levels, in the middle of a flat frame. */
static void colours_are_exact_within_two_levels(void **state)
{
	static const uint8_t colours[][3] = {{0, 0, 0},    {255, 255, 255}, {255, 0, 0},
	                                     {0, 255, 0},  {0, 0, 255},     {30, 130, 230},
	                                     {200, 90, 10}};

	(void)state;
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		double b = colours[i][0] / 255.0, g = colours[i][1] / 255.0,
		       r = colours[i][2] / 255.0;
		const double expected[3] = {16 + 65.481 * r + 128.553 * g + 24.966 * b,
		                            128 - 37.797 * r - 74.203 * g + 112 * b,
		                            128 + 112 * r - 93.786 * g - 18.214 * b};
		const char *path = fake_path("colour.mp4");
		struct run run = {0};
		struct video_write_in in;
		struct video_write_out out = {0};
		int found[3];

		assert_int_equal(start(&run, path, 64, 48), PKD_OK);
		in.frame = run.frame;
		for (size_t j = 0; j < 64 * 48; j++)
			memcpy(pkd_pixels(run.frame) + j * 3, colours[i], 3);
		assert_int_equal(fake_fire(&video_write_methods, run.self, &in, &out, &run.ctx),
		                 PKD_OK);
		end(&run);
		assert_int_equal(
			sscanf(fake_output("ffmpeg -v error -i '%s' -pix_fmt yuv420p -f rawvideo "
		                           "- | od -An -v -tu1 -w1 | "
		                           "awk 'NR == 1569 || NR == 3473 || NR == 4241 "
		                           "{ printf \"%%s \", $1 }'",
		                           path),
		               "%d %d %d", &found[0], &found[1], &found[2]),
			3);
		for (int j = 0; j < 3; j++)
			assert_true(fabs(found[j] - expected[j]) <= 2);
	}
}

/* The middle of a flat frame as it is in the file, and how it is tagged. */
static void assert_stored(uint32_t format, const uint8_t colour[3], const int stored[3],
                          uint32_t matrix, uint32_t range, const char *tags)
{
	const char *path = fake_path("stored.mp4");
	struct run run = {.format = format};
	struct video_write_in in;
	struct video_write_out out = {0};
	int found[3];

	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	in.frame = run.frame;
	run.frame->matrix = matrix;
	run.frame->range = range;
	for (uint32_t i = 0; i < pkd_planes(format); i++) {
		struct pkd_image_plane plane = pkd_plane(run.frame, i);
		uint32_t sample = plane.stride / plane.width;

		for (uint32_t k = 0; k < plane.stride * plane.height; k++)
			plane.data[k] = colour[i + k % sample];
	}
	assert_int_equal(fake_fire(&video_write_methods, run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
	assert_string_equal(fake_output("ffprobe -v error -show_entries "
	                                "stream=color_range,color_space -of csv=p=0 '%s'",
	                                path),
	                    tags);
	assert_int_equal(
		sscanf(fake_output("ffmpeg -v error -i '%s' -f rawvideo - | od -An -v -tu1 "
	                           "-w1 | awk 'NR == 1569 || NR == 3473 || NR == 4241 "
	                           "{ printf \"%%s \", $1 }'",
	                           path),
	               "%d %d %d", &found[0], &found[1], &found[2]),
		3);
	for (int i = 0; i < 3; i++) {
		if (abs(found[i] - stored[i]) > 2)
			fail_msg("format %u: %d %d %d", format, found[0], found[1], found[2]);
	}
}

static void yuv_is_stored_as_it_comes_and_gray_and_rgb_are_converted(void **state)
{
	static const uint8_t yuv[] = {90, 110, 170}, gray[3] = {200}, red[] = {255, 0, 0};
	static const int same[] = {90, 110, 170}, limited[] = {188, 128, 128},
			 of_red[] = {81, 90, 240};

	(void)state;
	assert_stored(PKD_I420, yuv, same, PKD_BT709, PKD_LIMITED, "tv,bt709");
	assert_stored(PKD_I420, yuv, same, PKD_BT601, PKD_FULL, "pc,smpte170m");
	assert_stored(PKD_NV12, yuv, same, PKD_MATRIX_UNKNOWN, PKD_RANGE_UNKNOWN, "tv,smpte170m");
	assert_stored(PKD_GRAY8, gray, limited, 0, 0, "tv,smpte170m");
	assert_stored(PKD_RGB24, red, of_red, 0, 0, "tv,smpte170m");
}

static void other_pixels_are_refused(void **state)
{
	struct run run = {.format = PKD_BGRA32};

	(void)state;
	assert_int_equal(start(&run, fake_path("none.mp4"), 64, 48), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "they may be bgr24, rgb24, gray8, i420 or nv12"));
	release(&run);
}

/* ---- Capture times that are no times of a file ---- */

/* Writes frames of these capture times, in ms, restarted before frame `restarted`, and returns
 * their times in the file, in ms. */
static const char *written_times(const int64_t *times, int n, int restarted, struct run *run)
{
	const char *path = fake_path("times.mp4");

	assert_int_equal(start(run, path, 64, 64), PKD_OK);
	for (int i = 0; i < n; i++) {
		if (i == restarted)
			assert_int_equal(restart(run), PKD_OK);
		assert_int_equal(step(run, times[i] * 1000000), PKD_OK);
	}
	end(run);
	assert_int_equal(n_frames(path), n);
	return fake_output("ffprobe -v error -show_entries packet=pts -of csv=p=0 '%s' | "
	                   "awk '{ printf \"%%s%%.0f\", NR == 1 ? \"\" : \" \", $1 / 90 }'",
	                   path);
}

#define TIMES(...) (const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / 8

static void times_that_go_back_go_on_by_a_period(void **state)
{
	struct run run = {0}, restarted = {0};

	(void)state;
	/* An origin that was started again. */
	assert_string_equal(written_times(TIMES(500, 540, 580, 0, 40, 80), -1, &run),
	                    "0 40 80 120 160 200");
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "capture times go backwards, from 0.580000 s to "
	                                     "0.000000 s: '"));
	assert_non_null(strstr(run.ctx.note, "continues by one frame's period"));
	/* The sink was, too. */
	assert_string_equal(written_times(TIMES(500, 540, 580, 0, 40, 80), 4, &restarted),
	                    "0 40 80 120 160 200");
}

static void equal_times_are_a_period_apart(void **state)
{
	struct run run = {0};

	(void)state;
	assert_string_equal(written_times(TIMES(0, 20, 20, 20, 20, 40, 60), -1, &run),
	                    "0 20 40 60 80 100 120");
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "two frames have the same capture time"));
}

static void one_frame_out_of_order_moves_no_other(void **state)
{
	struct run run = {0};

	(void)state;
	assert_string_equal(written_times(TIMES(0, 40, 35, 120, 160), -1, &run), "0 40 80 120 160");
	assert_int_equal(run.ctx.n_notes, 1);
}

/* A clock that was set, or one frame with a time out of nowhere. */
static void leaps_beyond_what_a_frame_may_last_are_bridged(void **state)
{
	struct run run = {0}, odd = {0}, longest = {0};

	(void)state;
	assert_string_equal(written_times(TIMES(0, 40, 1700000000000, 1700000000040), -1, &run),
	                    "0 40 80 120");
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "capture times jump by more than a frame can last"));
	assert_string_equal(written_times(TIMES(0, 40, 1700000000000, 120, 160), -1, &odd),
	                    "0 40 80 120 160");
	assert_string_equal(
		written_times(TIMES(-9223372036854, 9223372036854, 9223372036854, -9223372036854),
	                      -1, &longest),
		"0 40 80 120");
	assert_int_equal(longest.ctx.n_notes, 3);
}

static void a_pause_is_kept_and_does_not_make_a_long_period(void **state)
{
	struct run run = {0};

	(void)state;
	assert_string_equal(written_times(TIMES(0, 40, 3600000, 3600040, 0, 40), -1, &run),
	                    "0 40 3600000 3600040 3600080 3600120");
	assert_int_equal(run.ctx.n_notes, 1);
}

static void repeated_and_backward_times_still_increase(void **state)
{
	struct run run = {0};
	const char *path = fake_path("repeat.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 64), PKD_OK);
	for (int i = 0; i < 120; i++)
		assert_int_equal(step(&run, 1000000000 - i / 40 * 1000), PKD_OK);
	end(&run);
	assert_int_equal(n_frames(path), 120);
	assert_string_equal(probe("duration", path), "4.800000");
	fake_run("ffprobe -v error -show_entries packet=pts -of csv=p=0 '%s' | sort -nuc", path);
}

static void very_slow_frames_are_fine(void **state)
{
	const char *path = fake_path("slow.mp4");

	(void)state;
	write_frames(path, 64, 64, 5, 3600000000000);
	assert_int_equal(n_frames(path), 5);
}

static void an_odd_size_is_cut_to_even_and_said_once(void **state)
{
	struct run run = {0};
	const char *path = fake_path("odd-size.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 65, 49), PKD_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(step(&run, i * 40000000), PKD_OK);
	end(&run);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_string_equal(run.ctx.note, "H.264 needs even dimensions: 65x49 is cropped to 64x48");
	assert_string_equal(probe("width,height", path), "64,48");
	assert_int_equal(n_frames(path), 3);
}

static void a_frame_too_small_is_an_error(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, fake_path("tiny.mp4"), 1, 8), PKD_OK);
	assert_int_equal(step(&run, 0), -EINVAL);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 1);
}

static void a_frame_too_large_is_an_error_with_the_limit(void **state)
{
	static const struct {
		uint32_t width, height;
		const char *said;
	} cases[] = {
		{16386, 16,
	         "a frame of 16386x16 is too large for H.264: x264 accepts up to 16384 "
	         "pixels a side"},
		{16, 20000,
	         "a frame of 16x20000 is too large for H.264: x264 accepts up to 16384 "
	         "pixels a side"},
		{16384, 16384,
	         "a frame of 16384x16384 is too large for H.264: FFmpeg accepts up to "
	         "2^28 pixels"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = {0};
		struct video_write_in in;
		struct video_write_out out = {0};

		assert_int_equal(start(&run, fake_path("huge.mp4"), 16, 16), PKD_OK);
		in.frame = run.frame;
		run.frame->width = cases[i].width;
		run.frame->height = cases[i].height;
		assert_int_equal(fake_fire(&video_write_methods, run.self, &in, &out, &run.ctx),
		                 -EINVAL);
		assert_string_equal(run.ctx.error, cases[i].said);
		end(&run);
		assert_int_equal(run.ctx.n_errors, 1);
	}
}

static void the_widest_frame_is_written(void **state)
{
	const char *path = fake_path("wide.mp4");

	(void)state;
	write_frames(path, 16384, 16, 2, 40000000);
	assert_string_equal(probe("width,height", path), "16384,16");
	assert_int_equal(n_frames(path), 2);
}

/* root may start as many as it likes. */
static bool forbid_threads(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_NPROC, &none) == 0 && (geteuid() != 0 || setuid(65534) == 0);
}

static void without_threads_the_reason_is_said(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct run run = {0};

		if (start(&run, fake_path("threads.mp4"), 640, 480) != PKD_OK || !forbid_threads())
			_exit(1);
		if (step(&run, 0) != -EAGAIN || run.ctx.n_errors != 1)
			_exit(2);
		_exit(strstr(run.ctx.error, "no more can be started") ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Sanitizers take terabytes. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static void limit_memory_to_what_is_used_and(rlim_t more)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	struct rlimit limit;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

static void without_memory_the_reason_is_said(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct run run = {0};

		if (start(&run, fake_path("memory.mp4"), 4096, 2160) != PKD_OK)
			_exit(1);
		limit_memory_to_what_is_used_and(20 << 20);
		if (step(&run, 0) >= 0 || run.ctx.n_errors != 1)
			_exit(2);
		_exit(strstr(run.ctx.error, "x264 failed, probably out of memory") ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif

/* ---- The shape of pixels ---- */

static void the_shape_of_pixels_is_kept(void **state)
{
	struct run said = {.aspect = "64:45"}, carried = {0}, square = {.aspect = "1:1"};
	struct run *runs[] = {&said, &carried, &square};
	static const char *const expected[] = {"64:45,16:9", "10:11,40:33", "1:1,4:3"};

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *path = fake_path("shape.mp4");

		assert_int_equal(start(runs[i], path, 64, 48), PKD_OK);
		if (i > 0) {
			runs[i]->frame->pixel_width = 20;
			runs[i]->frame->pixel_height = 22;
		} else {
			pkd_image_set(runs[i]->frame, PKD_BGR24, 60, 48);
		}
		assert_int_equal(step(runs[i], 0), PKD_OK);
		assert_int_equal(restart(runs[i]), PKD_OK);
		assert_int_equal(step(runs[i], 40000000), PKD_OK);
		end(runs[i]);
		assert_string_equal(probe("sample_aspect_ratio,display_aspect_ratio", path),
		                    expected[i]);
		assert_decodes(path);
	}
}

static void a_shape_that_is_none_is_an_error(void **state)
{
	static const char *const shapes[] = {
		"",      "1",       "1:",   ":1",    "0:1",   "1:0",           "-1:1",
		"1:1:1", "65536:1", "1 :1", "16/11", "1:1.5", "999999999999:1"};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct run run = {.aspect = shapes[i]};

		assert_int_equal(start(&run, fake_path("no-shape.mp4"), 64, 48), -EINVAL);
		assert_int_equal(run.ctx.n_errors, 1);
		assert_non_null(strstr(run.ctx.error, "write auto, or the width and height of a "
		                                      "pixel"));
		release(&run);
	}
}

static void a_change_of_size_is_an_error_and_the_file_stays_whole(void **state)
{
	struct run run = {0};
	const char *path = fake_path("change.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(step(&run, i * 40000000), PKD_OK);
	pkd_image_set(run.frame, PKD_BGR24, 32, 48);
	assert_int_equal(step(&run, 160000000), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "the frame is 32x48 but the video in "));
	end(&run);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_int_equal(n_frames(path), 4);
}

static void finish_without_a_frame_is_quiet(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, fake_path("none.mp4"), 64, 48), PKD_OK);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 0);
}

static void a_path_that_cannot_be_opened_is_one_error(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "/nowhere/a.mp4", 64, 48), -ENOENT);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_string_equal(run.ctx.error,
	                    "cannot write '/nowhere/a.mp4': No such file or directory");
	release(&run);
}

static void a_name_with_a_colon_is_a_file(void **state)
{
	char path[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/12:30.mp4", fake_directory());
	assert_int_equal(chdir(fake_directory()), 0);
	write_frames("12:30.mp4", 64, 48, 3, 40000000);
	assert_int_equal(n_frames(path), 3);
}

static void a_full_disk_is_one_error(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "/dev/full", 64, 48), PKD_OK);
	assert_int_equal(step(&run, 0), -ENOSPC);
	assert_true(step(&run, 40000000) < 0);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_string_equal(run.ctx.error, "cannot write '/dev/full': No space left on device");
}

/* A limit on the size of files stands for a disk that fills up in the middle. */
static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_disk_that_fills_up_leaves_every_frame_that_was_done(void **state)
{
	struct run run = {0};
	const char *path = fake_path("fills.mp4");
	int n = 0;

	(void)state;
	assert_int_equal(start(&run, path, 128, 96), PKD_OK);
	limit_files(20000);
	while (n < 2000 && step(&run, n * INT64_C(40000000)) == PKD_OK)
		n++;
	limit_files(RLIM_INFINITY);
	end(&run);
	assert_in_range(n, 20, 1999);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_int_equal(run.ctx.n_notes, 0);
	assert_non_null(strstr(run.ctx.error, "File too large"));
	assert_int_equal(n_frames(path), n);
	assert_decodes(path);
	assert_string_equal(fake_output("tail -c 12 '%s' | head -c 4", path), "mfro");
}

static void without_room_for_the_index_all_frames_are_there(void **state)
{
	struct run run = {0};
	const char *path = fake_path("late.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 128, 96), PKD_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(step(&run, i * INT64_C(40000000)), PKD_OK);
	limit_files(1000);
	end(&run);
	limit_files(RLIM_INFINITY);
	assert_int_equal(run.ctx.n_errors, 0);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(n_frames(path), 5);
	assert_decodes(path);
}

/* ---- Restarts ---- */

static void a_killed_program_leaves_every_frame(void **state)
{
	const char *path = fake_path("killed.mp4");
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct run run = {0};

		if (start(&run, path, 128, 96) != PKD_OK)
			_exit(1);
		for (int i = 0; i < 100; i++) {
			if (step(&run, i * INT64_C(40000000)) != PKD_OK)
				_exit(1);
		}
		raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(n_frames(path), 100);
	assert_decodes(path);
}

/* Writes until the file would be larger than `limit`, of which the child dies: SIGXFSZ comes when a
 * part of the write has been done. Returns how many frames were done. */
static int n_done_before_dying(const char *path, rlim_t limit)
{
	int *n = mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, n_done;
	pid_t child = fork();

	assert_true(child >= 0 && n != MAP_FAILED);
	if (child == 0) {
		const struct rlimit no_core = {0, 0};
		struct run run = {0};

		if (start(&run, path, 128, 96) != PKD_OK)
			_exit(1);
		setrlimit(RLIMIT_CORE, &no_core);
		limit_files(limit);
		signal(SIGXFSZ, SIG_DFL);
		while (*n < 1000 && step(&run, *n * INT64_C(40000000)) == PKD_OK)
			++*n;
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	n_done = *n;
	munmap(n, sizeof(*n));
	return n_done;
}

static void a_death_within_a_write_leaves_a_file_that_plays(void **state)
{
	const char *path = fake_path("within.mp4");

	(void)state;
	for (rlim_t limit = 5000; limit < 5250; limit += 25) {
		int n = n_done_before_dying(path, limit);

		assert_true(n > 0);
		assert_int_equal(n_frames(path), n);
		assert_decodes(path);
	}
}

/* At uneven times, so that a wrong duration would show. */
static int64_t time_of(int i)
{
	return 7000000000 + i * INT64_C(40000000) + i % 7 * 1000000;
}

static void a_restarted_writer_goes_on_with_every_frame_once(void **state)
{
	struct run run = {0}, whole = {0};
	const char *path = fake_path("restarted.mp4"), *other = fake_path("whole.mp4");
	const char *key;
	char expected[64];

	(void)state;
	assert_int_equal(start(&run, path, 128, 96), PKD_OK);
	assert_int_equal(start(&whole, other, 128, 96), PKD_OK);
	for (int i = 0; i < 100; i++) {
		if (i % 10 == 0)
			uncommitted_step(&run, time_of(i));
		if (i % 10 == 0 || i % 10 == 5)
			assert_int_equal(restart(&run), PKD_OK);
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
		assert_int_equal(step(&whole, time_of(i)), PKD_OK);
	}
	end(&run);
	end(&whole);
	assert_int_equal(run.ctx.n_errors + run.ctx.n_notes, 0);
	assert_int_equal(n_frames(path), 100);
	assert_decodes(path);
	snprintf(expected, sizeof(expected), "%s", times(other));
	assert_string_equal(times(path), expected);
	key = fake_output("ffprobe -v error -show_entries packet=flags -of csv=p=0 '%s' | "
	                  "grep -c K",
	                  path);
	assert_int_equal(atoi(key), 20);
}

/* Then two key frames follow each other, of two encoders that do not know of one another. */
static void a_restart_at_each_frame_loses_none(void **state)
{
	struct run run = {0};
	const char *path = fake_path("each.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
		assert_int_equal(restart(&run), PKD_OK);
	}
	end(&run);
	assert_int_equal(n_frames(path), 30);
	assert_decodes(path);
}

static void half_a_fragment_is_cut_off(void **state)
{
	struct run run = {0};
	const char *path = fake_path("half.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
	fake_run("head -c 300 '%s' >> '%s.torn'; cat '%s.torn' >> '%s'", path, path, path, path);
	assert_int_equal(restart(&run), PKD_OK);
	for (int i = 5; i < 10; i++)
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
	end(&run);
	assert_int_equal(n_frames(path), 10);
	assert_decodes(path);
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* Also those from before a restart. The last four bytes of a file are the size of its index, whose
 * entries end it but for 16 bytes. */
static void the_index_points_at_every_key_frame(void **state)
{
	static uint8_t file[1 << 20];
	struct run run = {0};
	const char *path = fake_path("index.mp4");
	uint32_t size, n;
	size_t n_bytes;
	FILE *opened;

	(void)state;
	assert_int_equal(start(&run, path, 128, 96), PKD_OK);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(step(&run, i * INT64_C(40000000)), PKD_OK);
		if (i == 60)
			assert_int_equal(restart(&run), PKD_OK);
	}
	end(&run);
	opened = fopen(path, "r");
	assert_non_null(opened);
	n_bytes = fread(file, 1, sizeof(file), opened);
	fclose(opened);
	size = get32(file + n_bytes - 4);
	assert_memory_equal(file + n_bytes - size + 4, "mfra", 4);
	n = get32(file + n_bytes - size + 28);
	assert_int_equal(n, 5); /* 0, 25, 50, 61, 86 */
	assert_int_equal(size, 32 + 19 * n + 16);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *entry = file + n_bytes - size + 32 + (size_t)19 * i;
		const uint8_t *fragment = file + get32(entry + 12);

		assert_memory_equal(fragment + 4, "moof", 4);
		assert_memory_equal(fragment + 72, entry, 8); /* its time */
	}
}

static void a_change_of_size_after_a_restart_is_an_error(void **state)
{
	struct run run = {0};
	const char *path = fake_path("other-size.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(step(&run, 0), PKD_OK);
	assert_int_equal(restart(&run), PKD_OK);
	pkd_image_set(run.frame, PKD_BGR24, 32, 48);
	assert_int_equal(step(&run, 40000000), -EINVAL);
	end(&run);
	assert_int_equal(n_frames(path), 1);
}

static void a_name_that_promises_another_container_is_refused(void **state)
{
	static const char *const others[] = {"film.avi", "film.txt", "film.mp4.old"};
	struct run run = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(start(&run, fake_path(others[i]), 64, 48), -EINVAL);
		assert_non_null(strstr(run.ctx.error, "a file of H.264 in MP4 ends with .mp4"));
		release(&run);
		run = (struct run){0};
	}
	write_frames(fake_path("film.MOV"), 64, 48, 2, 40000000);
	write_frames(fake_path("film"), 64, 48, 2, 40000000);
	write_frames(fake_path("film.2024"), 64, 48, 2, 40000000);
}

static void another_run_replaces_the_file(void **state)
{
	const char *path = fake_path("again.mp4");

	(void)state;
	write_frames(path, 64, 48, 20, 40000000);
	write_frames(path, 64, 48, 3, 40000000);
	assert_int_equal(n_frames(path), 3);
}

static void a_file_that_is_removed_meanwhile_is_begun_anew(void **state)
{
	struct run run = {0};
	const char *path = fake_path("removed.mp4");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
	fake_run("mv '%s' '%s.old'", path, path);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	for (int i = 5; i < 8; i++)
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
	end(&run);
	assert_int_equal(n_frames(path), 3);
}

static void a_pipe_is_written_but_not_after_a_restart(void **state)
{
	struct run run = {0};
	const char *path = fake_path("pipe"), *copy = fake_path("pipe.mp4");

	(void)state;
	fake_run("mkfifo '%s'; cat '%s' > '%s' &", path, path, copy);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(step(&run, time_of(i)), PKD_OK);
	assert_int_equal(restart(&run), -ESPIPE);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_non_null(strstr(run.ctx.error, "its video cannot continue after a restart"));
	release(&run);
	fake_run("i=0; until [ \"$(ffprobe -v error -count_frames -show_entries "
	         "stream=nb_read_frames -of csv=p=0 '%s')\" = 5 ] || [ $i = 100 ]; do "
	         "sleep 0.02; i=$((i + 1)); done",
	         copy);
	assert_int_equal(n_frames(copy), 5);
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
		cmocka_unit_test(as_many_frames_come_back_as_went_in),
		cmocka_unit_test(a_single_frame_is_a_video),
		cmocka_unit_test(each_frame_lasts_until_the_next),
		cmocka_unit_test(odd_rates_keep_their_times),
		cmocka_unit_test(colours_are_exact_within_two_levels),
		cmocka_unit_test(yuv_is_stored_as_it_comes_and_gray_and_rgb_are_converted),
		cmocka_unit_test(other_pixels_are_refused),
		cmocka_unit_test(times_that_go_back_go_on_by_a_period),
		cmocka_unit_test(equal_times_are_a_period_apart),
		cmocka_unit_test(one_frame_out_of_order_moves_no_other),
		cmocka_unit_test(leaps_beyond_what_a_frame_may_last_are_bridged),
		cmocka_unit_test(a_pause_is_kept_and_does_not_make_a_long_period),
		cmocka_unit_test(repeated_and_backward_times_still_increase),
		cmocka_unit_test(very_slow_frames_are_fine),
		cmocka_unit_test(an_odd_size_is_cut_to_even_and_said_once),
		cmocka_unit_test(a_frame_too_small_is_an_error),
		cmocka_unit_test(a_frame_too_large_is_an_error_with_the_limit),
		cmocka_unit_test(the_widest_frame_is_written),
		cmocka_unit_test(without_threads_the_reason_is_said),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(without_memory_the_reason_is_said),
#endif
		cmocka_unit_test(the_shape_of_pixels_is_kept),
		cmocka_unit_test(a_shape_that_is_none_is_an_error),
		cmocka_unit_test(a_change_of_size_is_an_error_and_the_file_stays_whole),
		cmocka_unit_test(finish_without_a_frame_is_quiet),
		cmocka_unit_test(a_path_that_cannot_be_opened_is_one_error),
		cmocka_unit_test(a_name_with_a_colon_is_a_file),
		cmocka_unit_test(a_full_disk_is_one_error),
		cmocka_unit_test(a_disk_that_fills_up_leaves_every_frame_that_was_done),
		cmocka_unit_test(without_room_for_the_index_all_frames_are_there),
		cmocka_unit_test(a_killed_program_leaves_every_frame),
		cmocka_unit_test(a_death_within_a_write_leaves_a_file_that_plays),
		cmocka_unit_test(a_restarted_writer_goes_on_with_every_frame_once),
		cmocka_unit_test(a_restart_at_each_frame_loses_none),
		cmocka_unit_test(half_a_fragment_is_cut_off),
		cmocka_unit_test(the_index_points_at_every_key_frame),
		cmocka_unit_test(a_change_of_size_after_a_restart_is_an_error),
		cmocka_unit_test(a_name_that_promises_another_container_is_refused),
		cmocka_unit_test(another_run_replaces_the_file),
		cmocka_unit_test(a_file_that_is_removed_meanwhile_is_begun_anew),
		cmocka_unit_test(a_pipe_is_written_but_not_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
