/* video.open on clips that the ffmpeg program makes, and on PKD_TEST_CLIP (vtest.avi). */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <video/open.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/video_run.h"

static const char *test_clip(void)
{
	const char *path = getenv("PKD_TEST_CLIP");

	if (!path)
		fail_msg("set PKD_TEST_CLIP to the path of vtest.avi (package opencv-doc)");
	return path;
}

/* ---- Tests ---- */

static void every_frame_of_the_test_clip_comes_out(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, test_clip(), 768, 576), PKD_OK);
	assert_int_equal(run.ctx.n_expected, 795);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 795);
	assert_int_equal(run.times[0], 0);
	assert_int_equal(run.times[794], 79400000000);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void time_stamps_are_the_files_own(void **state)
{
	struct run run = {0};
	const char *path = clip("odd.mkv", "-f lavfi -i testsrc=s=64x48:r=1000000/66667:d=4 "
	                                   "-c:v libx264 -bf 3 -video_track_timescale 90000");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 60);
	for (uint32_t i = 0; i < run.n_frames; i++) {
		int64_t expected = (int64_t)i * 66667000;

		assert_in_range(run.times[i] + 1000000, expected, expected + 2000000);
	}
	end(&run);
}

static void b_frames_in_mp4_come_in_order_to_the_last(void **state)
{
	struct run run = {0};
	const char *path = clip("b.mp4", "-f lavfi -i testsrc=s=64x48:r=25:d=2 -c:v libx264 -bf 3");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(run.ctx.n_expected, 50);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 50);
	for (uint32_t i = 0; i < 50; i++)
		assert_int_equal(run.times[i], (int64_t)i * 40000000);
	end(&run);
}

static void a_raw_stream_without_time_stamps_goes_by_its_rate(void **state)
{
	struct run run = {0};
	const char *path = clip("raw.h264", "-f lavfi -i testsrc=s=64x48:r=20:d=1 -c:v libx264 "
	                                    "-bf 0 -f h264");

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 20);
	for (uint32_t i = 1; i < 20; i++)
		assert_true(run.times[i] > run.times[i - 1]);
	end(&run);
}

static void frames_are_due_as_recorded(void **state)
{
	struct run run = {.params.speed = 2};
	const char *path = clip("due.mkv", "-f lavfi -i testsrc=s=64x48:r=10:d=1 -c:v ffv1");

	(void)state;
	fake_now_ns = 5000000000;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	fake_now_ns += 300000000; /* the time that opening takes does not count */
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 5350000000);
	fake_now_ns = 5349999999;
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.n_set_times, 1);
	fake_now_ns = 5350000000;
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, 100000000);
	fake_now_ns = 9000000000; /* late: the rest comes at once */
	assert_int_equal(read_all(&run), PKD_SKIP);
	fake_now_ns = 0;
	end(&run);
}

/* Red, of any width: each pixel is written, none beside the image (guards of the slot). */
static void assert_red(uint32_t width, uint32_t height)
{
	struct run run = {0};
	const uint8_t *pixel;
	char arguments[160];

	snprintf(arguments, sizeof(arguments),
	         "-f lavfi -i color=red:s=128x128:r=10:d=0.2,format=rgb24,"
	         "crop=%u:%u:0:0:exact=1,format=yuv420p -c:v ffv1",
	         width, height);
	assert_int_equal(start(&run, clip("red.mkv", arguments), width, height), PKD_OK);
	memset(pkd_pixels(run.frame), 77, (size_t)width * height * 3);
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.frame->width, width);
	assert_int_equal(run.frame->stride, width * 3);
	pixel = pkd_const_pixels(run.frame);
	for (uint32_t i = 0; i < width * height; i++, pixel += 3) {
		if (pixel[0] > 12 || pixel[1] > 12 || pixel[2] < 243)
			fail_msg("%ux%u: pixel %u is %d %d %d", width, height, i, pixel[0],
			         pixel[1], pixel[2]);
	}
	end(&run);
}

static void every_width_is_converted_whole_and_no_further(void **state)
{
	static const uint32_t widths[] = {1,  2,  3,  7,  8,  9,  13, 15, 16, 17, 23,
	                                  31, 33, 47, 50, 62, 63, 65, 66, 98, 127};

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		assert_red(widths[i], 2 + (uint32_t)i % 3);
}

static void a_frame_may_be_smaller_than_the_bound(void **state)
{
	struct run run = {0};
	const char *path = clip("small.mkv", "-f lavfi -i testsrc=s=64x48:r=10:d=0.5 -c:v ffv1");

	(void)state;
	assert_int_equal(start(&run, path, 100, 100), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 5);
	assert_int_equal(run.frame->width, 64);
	assert_int_equal(run.frame->height, 48);
	end(&run);
}

static void a_frame_above_the_bound_says_what_to_write(void **state)
{
	(void)state;
	assert_refused(clip("big.mkv", "-f lavfi -i testsrc=s=128x72:r=10:d=0.5 -c:v ffv1"),
	               EMSGSIZE, "the video is 128x72, more than 64x48: write W: 128, H: 72");
}

static void a_size_that_grows_in_the_middle_is_an_error(void **state)
{
	struct run run = {0};
	const char *small = clip("one.ts", "-f lavfi -i testsrc=s=64x48:r=10:d=1 -c:v mpeg2video");
	const char *large = clip("two.ts", "-f lavfi -i testsrc=s=96x48:r=10:d=1 -c:v mpeg2video");
	const char *both = fake_path("both.ts");

	(void)state;
	fake_run("cat '%s' '%s' > '%s'", small, large, both);
	assert_int_equal(start(&run, both, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), -EMSGSIZE);
	assert_in_range(run.n_frames, 9, 10);
	assert_non_null(strstr(run.ctx.error, "96x48, more than 64x48: write W: 96, H: 48"));
	end(&run);
}

static void what_is_no_video_is_refused(void **state)
{
	const char *text = fake_path("text.avi"), *empty = fake_path("empty.mp4");

	(void)state;
	assert_refused("/nowhere/a.avi", ENOENT, "cannot open '/nowhere/a.avi': No such file");
	assert_refused("nowhere:clip.avi", ENOENT, "cannot open 'nowhere:clip.avi': No such file");
	assert_refused("/tmp", EISDIR, "cannot open '/tmp'");
	fake_run("echo no video > '%s'; : > '%s'", text, empty);
	assert_refused(text, EINVAL, "is not a video");
	assert_refused(empty, EINVAL, "is not a video");
	assert_refused(clip("sound.mka", "-f lavfi -i sine=d=1 -c:a pcm_s16le"), EINVAL,
	               "has no video in it");
}

static void a_file_that_is_cut_off_gives_what_is_there(void **state)
{
	struct run run = {0};
	const char *cut = fake_path("cut.avi"), *whole;

	(void)state;
	fake_run("head -c 3000000 '%s' > '%s'", test_clip(), cut);
	assert_int_equal(start(&run, cut, 768, 576), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_in_range(run.n_frames, 100, 790);
	assert_int_equal(run.ctx.n_errors, 0);
	assert_non_null(strstr(run.ctx.note, " of 79.5 s, after frame "));
	assert_non_null(strstr(run.ctx.note, ": it seems to be cut off"));
	end(&run);
	whole = clip("whole.mp4", "-f lavfi -i testsrc=s=64x48:r=25:d=2 -c:v libx264");
	fake_run("head -c $(($(stat -c %%s '%s') / 2)) '%s' > '%s'", whole, whole, cut);
	assert_refused(cut, EINVAL, "is not a video that FFmpeg can read, or is cut off");
}

/* As with --single-process. */
static void of_two_sources_the_one_that_is_cut_off_is_named(void **state)
{
	const char *whole = clip("two.mkv", "-f lavfi -i testsrc=s=64x48:r=25:d=2 -c:v mpeg4");
	const char *cut = fake_path("cut.mkv");
	struct run short_run = {0}, whole_run = {0};

	(void)state;
	fake_run("head -c $(($(stat -c %%s '%s') / 2)) '%s' > '%s'", whole, whole, cut);
	assert_int_equal(start(&short_run, cut, 64, 48), PKD_OK);
	assert_int_equal(start(&whole_run, whole, 64, 48), PKD_OK);
	assert_int_equal(read_all(&short_run), PKD_SKIP);
	assert_non_null(strstr(short_run.ctx.note, ": it seems to be cut off"));
	assert_int_equal(read_all(&whole_run), PKD_SKIP);
	assert_int_equal(whole_run.n_frames, 50);
	if (whole_run.ctx.n_notes)
		fail_msg("%s", whole_run.ctx.note);
	end(&short_run);
	end(&whole_run);
}

static void assert_whole(const char *path, uint32_t n_frames)
{
	struct run run = {0};

	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, n_frames);
	if (run.ctx.n_notes)
		fail_msg("'%s': %s", path, run.ctx.note);
	end(&run);
}

static void a_length_is_counted_from_the_first_frame(void **state)
{
	static const char *const names[] = {"off.mkv", "off.mp4", "off.mov", "off.flv",
	                                    "off.nut", "off.asf", "off.ts"};
	const char *path, *cut = fake_path("cut.mkv");
	struct run run = {0}, looped = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_whole(clip(names[i], "-f lavfi -i testsrc2=s=64x48:r=25:d=4 -g 5 "
		                            "-c:v libx264 -output_ts_offset 3600"),
		             100);
	path = clip("late.mkv", "-f lavfi -i sine=d=6 -itsoffset 4 "
	                        "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v ffv1 -c:a pcm_s16le");
	assert_whole(path, 50);
	path = clip("off.mkv", "-f lavfi -i testsrc2=s=64x48:r=25:d=4 -c:v ffv1 "
	                       "-output_ts_offset 3600");
	looped.params.loop = true;
	assert_int_equal(start(&looped, path, 64, 48), PKD_OK);
	for (int i = 0; i <= 200; i++)
		assert_int_equal(step(&looped), PKD_OK);
	assert_int_equal(looped.ctx.n_notes, 0);
	end(&looped);
	fake_run("head -c $(($(stat -c %%s '%s') / 2)) '%s' > '%s'", path, path, cut);
	assert_int_equal(start(&run, cut, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, " of 4.0 s, after frame "));
	end(&run);
}

static void one_broken_part_is_one(void **state)
{
	struct run run = {0};
	const char *path = clip("once.mkv", "-f lavfi -i testsrc2=s=64x48:r=10:d=4 -c:v png");

	(void)state;
	fake_run("at=$(grep -abo IDAT '%s' | sed -n '20s/:.*//p'); head -c 99 /dev/zero | "
	         "dd of='%s' bs=1 seek=$((at + 50)) conv=notrunc status=none",
	         path, path);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 2);
	assert_non_null(strstr(run.ctx.note, "had 1 broken part; "));
	end(&run);
}

static void broken_packets_are_noted_once_and_counted_at_the_end(void **state)
{
	struct run run = {0};
	const char *path = clip("hurt.mkv", "-f lavfi -i testsrc2=s=64x48:r=10:d=4 -c:v png");

	(void)state;
	fake_run("n=$(stat -c %%s '%s'); for at in 3 4 5; do head -c 3000 /dev/zero | "
	         "dd of='%s' bs=1 seek=$((n * at / 10)) conv=notrunc status=none; done",
	         path, path);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_in_range(run.n_frames, 10, 39);
	assert_int_equal(run.ctx.n_errors, 0);
	assert_int_equal(run.ctx.n_notes, 2);
	assert_non_null(strstr(run.ctx.note, " broken part"));
	end(&run);
}

static void a_stop_ends_reading(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, test_clip(), 768, 576), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	run.ctx.stopping = true;
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static struct pkd_ctx *stopped_ctx;

static void stop(int number)
{
	(void)number;
	stopped_ctx->stopping = true;
}

/* A server that says nothing: only the interrupt callback gets out of opening. */
static void a_stop_ends_a_blocked_open(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct itimerval soon = {.it_value = {0, 100000}};
	socklen_t size = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	struct run run = {0};
	char source[64];

	(void)state;
	assert_int_equal(bind(server, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&address, &size), 0);
	snprintf(source, sizeof(source), "tcp://127.0.0.1:%d", ntohs(address.sin_port));
	stopped_ctx = &run.ctx;
	signal(SIGALRM, stop);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(start(&run, source, 64, 48), PKD_END);
	assert_int_equal(run.ctx.n_errors, 0);
	release(&run);
	close(server);
}

/* Nobody opens the other end, or one does and says nothing. */
static void a_stop_ends_a_silent_pipe(void **state)
{
	const struct itimerval soon = {.it_value = {0, 100000}};
	const char *path = fake_path("silent");

	(void)state;
	fake_run("mkfifo '%s'", path);
	for (int has_writer = 0; has_writer < 2; has_writer++) {
		struct run run = {0};
		int writer = has_writer ? open(path, O_RDWR) : -1;

		stopped_ctx = &run.ctx;
		signal(SIGALRM, stop);
		assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
		assert_int_equal(start(&run, path, 64, 48), PKD_END);
		assert_int_equal(run.ctx.n_errors, 0);
		release(&run);
		if (has_writer)
			close(writer);
	}
}

static void a_pipe_is_read_to_its_end(void **state)
{
	struct run run = {0};
	const char *path = fake_path("stream");

	(void)state;
	fake_run("mkfifo '%s'; { sleep 0.1; ffmpeg -v error -y -f lavfi "
	         "-i testsrc=s=64x48:r=10:d=2 -c:v ffv1 -f matroska '%s'; } >/dev/null 2>&1 &",
	         path, path);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 20);
	assert_int_equal(run.ctx.n_errors + run.ctx.n_notes, 0);
	end(&run);
}

static void a_pipe_whose_writer_is_gone_already_has_an_end(void **state)
{
	struct run run = {0};
	const char *path = clip("few.mkv", "-f lavfi -i testsrc=s=64x48:r=10:d=0.5 -c:v ffv1");
	char source[64], buffer[60000];
	FILE *file = fopen(path, "r");
	int ends[2];
	size_t n;

	(void)state;
	assert_non_null(file);
	n = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	assert_true(n < sizeof(buffer));
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], buffer, n), n);
	close(ends[1]);
	snprintf(source, sizeof(source), "/dev/fd/%d", ends[0]);
	assert_int_equal(start(&run, source, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 5);
	end(&run);
	close(ends[0]);
}

static void a_frame_that_nobody_reads_is_counted_all_the_same(void **state)
{
	struct run run = {0};
	struct video_open_in in = {0};
	struct video_open_out out = {NULL};
	const char *path = clip("quiet.mkv", "-f lavfi -i testsrc=s=64x48:r=10:d=0.3 -c:v ffv1");
	int n = 0;

	(void)state;
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	run.ctx.unread = 1;
	while (video_open_methods.step(run.self, &in, &out, &run.ctx) == PKD_OK)
		n++;
	assert_int_equal(n, 3);
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
		cmocka_unit_test(every_frame_of_the_test_clip_comes_out),
		cmocka_unit_test(time_stamps_are_the_files_own),
		cmocka_unit_test(b_frames_in_mp4_come_in_order_to_the_last),
		cmocka_unit_test(a_raw_stream_without_time_stamps_goes_by_its_rate),
		cmocka_unit_test(frames_are_due_as_recorded),
		cmocka_unit_test(every_width_is_converted_whole_and_no_further),
		cmocka_unit_test(a_frame_may_be_smaller_than_the_bound),
		cmocka_unit_test(a_frame_above_the_bound_says_what_to_write),
		cmocka_unit_test(a_size_that_grows_in_the_middle_is_an_error),
		cmocka_unit_test(what_is_no_video_is_refused),
		cmocka_unit_test(a_file_that_is_cut_off_gives_what_is_there),
		cmocka_unit_test(of_two_sources_the_one_that_is_cut_off_is_named),
		cmocka_unit_test(a_length_is_counted_from_the_first_frame),
		cmocka_unit_test(one_broken_part_is_one),
		cmocka_unit_test(broken_packets_are_noted_once_and_counted_at_the_end),
		cmocka_unit_test(a_stop_ends_reading),
		cmocka_unit_test(a_stop_ends_a_blocked_open),
		cmocka_unit_test(a_stop_ends_a_silent_pipe),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test(a_pipe_whose_writer_is_gone_already_has_an_end),
		cmocka_unit_test(a_frame_that_nobody_reads_is_counted_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
