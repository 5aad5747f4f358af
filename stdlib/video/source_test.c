/* What video.open opens, by which names, and what it says about what it cannot read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/video_run.h"

static const char clip_of_a_second[] = "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2 "
				       "-pix_fmt yuv420p";

static void reads(struct run *run, const char *source, uint32_t n_frames)
{
	if (start(run, source, 64, 48) != PKD_OK)
		fail_msg("%s", run->ctx.error);
	if (read_all(run) != PKD_SKIP)
		fail_msg("%s", run->ctx.error);
	assert_int_equal(run->n_frames, n_frames);
	end(run);
}

/* At the first frame, or at the end. */
static void fails(struct run *run, const char *source, const char *text)
{
	int error = start(run, source, 64, 48);
	bool has_begun = error == PKD_OK;

	if (has_begun)
		error = read_all(run);
	assert_true(error < 0);
	assert_int_equal(run->ctx.n_errors, 1);
	if (!strstr(run->ctx.error, text))
		fail_msg("'%s' does not say '%s'", run->ctx.error, text);
	if (has_begun)
		video_open_methods.finish(run->self);
	release(run);
}

/* ---- Names ---- */

static void with_stdin(const char *path, struct run *run, uint32_t n_frames)
{
	int old = dup(STDIN_FILENO), fd = open(path, O_RDONLY);

	assert_true(old >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	reads(run, "-", n_frames);
	assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_CUR), 0);
	assert_int_equal(dup2(old, STDIN_FILENO), STDIN_FILENO);
	close(old);
	close(fd);
}

static void a_dash_is_standard_input(void **state)
{
	struct run run = {0};

	(void)state;
	with_stdin(clip("index_last.mp4", clip_of_a_second), &run, 25);
}

static void a_file_is_a_file_whatever_its_name(void **state)
{
	const char *path = clip("index_last.mp4", clip_of_a_second);
	char source[256], folder[] = "/tmp/pkd-rtsp-XXXXXX", scheme[64], odd[96];
	struct run run = {0}, again = {0};

	(void)state;
	snprintf(source, sizeof(source), "file://%s", path);
	reads(&run, source, 25);
	assert_non_null(mkdtemp(folder));
	snprintf(scheme, sizeof(scheme), "%s/rtsp:", folder);
	snprintf(odd, sizeof(odd), "%s//clip.mp4", scheme);
	assert_int_equal(mkdir(scheme, 0700), 0);
	assert_int_equal(symlink(path, odd), 0);
	reads(&again, odd, 25);
	unlink(odd);
	rmdir(scheme);
	rmdir(folder);
}

static void pictures_are_numbered_from_any_number(void **state)
{
	struct run run = {.params.start = -1}, later = {.params.start = 105};
	struct run missing = {.params.start = 3};
	char pattern[256];

	(void)state;
	fake_run("cd '%s' && ffmpeg -v error -y -f lavfi -i testsrc=s=64x48:r=25:d=0.4 "
	         "-start_number 100 j%%d.png",
	         fake_directory());
	snprintf(pattern, sizeof(pattern), "%s/j%%d.png", fake_directory());
	reads(&run, pattern, 10);
	reads(&later, pattern, 5);
	fails(&missing, pattern, "has no number 3: write start: 100");
	snprintf(pattern, sizeof(pattern), "%s/k%%d.png", fake_directory());
	fails(&(struct run){.params.start = -1}, pattern, "no file has a name like");
}

static void a_hole_in_the_numbers_is_said(void **state)
{
	struct run run = {.params.start = -1};
	char pattern[256];

	(void)state;
	fake_run("cd '%s' && ffmpeg -v error -y -f lavfi -i testsrc=s=64x48:r=25:d=0.4 h%%03d.png "
	         "&& rm h006.png",
	         fake_directory());
	snprintf(pattern, sizeof(pattern), "%s/h%%03d.png", fake_directory());
	reads(&run, pattern, 5);
	assert_non_null(strstr(run.ctx.note, "has no number 6 and ends there, though it has 10"));
}

static void a_percent_in_a_name_may_be_a_percent(void **state)
{
	struct run run = {0};
	char path[256];

	(void)state;
	fake_run("cd '%s' && ffmpeg -v error -y -f lavfi -i testsrc=s=64x48:r=25:d=0.04 p.png && "
	         "mv p.png p%%d.png",
	         fake_directory());
	snprintf(path, sizeof(path), "%s/p%%d.png", fake_directory());
	reads(&run, path, 1);
}

static void a_track_is_chosen_by_number(void **state)
{
	struct run first = {.params.track = 1}, second = {.params.track = 2};
	struct run third = {.params.track = 3};
	const char *path = clip("two.mkv", "-f lavfi -i testsrc=s=64x48:r=25:d=1 "
	                                   "-f lavfi -i testsrc=s=32x24:r=25:d=0.4 "
	                                   "-map 0 -map 1 -c:v ffv1");

	(void)state;
	reads(&first, path, 25);
	reads(&second, path, 10);
	fails(&third, path, "has no video track 3, it has 2");
}

static void an_address_of_another_kind_is_refused(void **state)
{
	(void)state;
	fails(&(struct run){0}, "gopher://example/1", "video.open reads files and the addresses");
}

static void a_password_is_not_shown(void **state)
{
	struct run run = {0};

	(void)state;
	assert_true(start(&run, "http://me:secret@127.0.0.1:1/a.mp4", 64, 48) < 0);
	assert_non_null(strstr(run.ctx.error, "http://…@127.0.0.1:1/a.mp4"));
	assert_null(strstr(run.ctx.error, "secret"));
	release(&run);
}

/* ---- Contents that open other files ---- */

static void a_playlist_is_read_only_when_asked_for(void **state)
{
	static const char *const lists[] = {"hls.avi", "list.avi"};
	char path[256];

	(void)state;
	clip("part.ts", clip_of_a_second);
	fake_run("cd '%s' && ffmpeg -v error -y -i part.ts -c copy -hls_time 10 hls.m3u8 && "
	         "mv hls.m3u8 hls.avi && printf 'ffconcat version 1.0\\nfile part.ts\\n' >list.avi",
	         fake_directory());
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct run run = {.params.playlists = true};

		snprintf(path, sizeof(path), "%s/%s", fake_directory(), lists[i]);
		fails(&(struct run){0}, path, "write playlists: true");
		reads(&run, path, 25);
	}
}

/* Two of a second each, and one that is not there between or behind them. */
static void what_a_playlist_lists_must_be_there(void **state)
{
	static const char *const lists[] = {
		"ffconcat version 1.0\\nfile part.ts\\nfile none.ts\\n",
		"#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:1.0,\\npart.ts\\n#EXTINF:1.0,\\n"
		"none.ts\\n#EXTINF:1.0,\\npart.ts\\n#EXT-X-ENDLIST\\n"};
	char path[256];

	(void)state;
	clip("part.ts", clip_of_a_second);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct run run = {.params.playlists = true};

		snprintf(path, sizeof(path), "%s/gap%zu", fake_directory(), i);
		fake_run("printf '%%b' '%s' >'%s'", lists[i], path);
		fails(&run, path, "lists a file that cannot be opened");
		assert_non_null(strstr(run.ctx.error, "No such file or directory; what it names"));
	}
}

/* Each begins again at its own time, as those of another encoder. */
static void a_discontinuity_of_a_playlist_is_bridged(void **state)
{
	struct run run = {.params.playlists = true};
	char path[256];

	(void)state;
	clip("part.ts", clip_of_a_second);
	clip("later.ts", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 -bf 2 "
	                 "-pix_fmt yuv420p -output_ts_offset 3600");
	snprintf(path, sizeof(path), "%s/jumps.m3u8", fake_directory());
	fake_run("printf '#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:1.0,\\npart.ts\\n"
	         "#EXT-X-DISCONTINUITY\\n#EXTINF:1.0,\\npart.ts\\n"
	         "#EXT-X-DISCONTINUITY\\n#EXTINF:1.0,\\nlater.ts\\n#EXT-X-ENDLIST\\n' >'%s'",
	         path);
	assert_int_equal(start(&run, path, 64, 48), PKD_OK);
	assert_int_equal(read_all(&run), PKD_SKIP);
	assert_int_equal(run.n_frames, 75);
	for (int64_t i = 0; i < 75; i++)
		assert_true(llabs(run.times[i] - i * 40000000) < 1000);
	assert_int_equal(run.ctx.n_notes, 2);
	end(&run);
}

static void a_description_of_a_session_is_never_followed(void **state)
{
	struct run run = {.params.playlists = true};
	const char *path = fake_path("session.avi");

	(void)state;
	fake_run("printf 'v=0\\no=- 0 0 IN IP4 127.0.0.1\\ns=x\\nc=IN IP4 127.0.0.1\\nt=0 0\\n"
	         "m=video 5000 RTP/AVP 96\\na=rtpmap:96 H264/90000\\n' >'%s'",
	         path);
	fails(&run, path, "describes other sources");
}

static void a_huge_picture_is_refused_by_its_header(void **state)
{
	(void)state;
	fails(&(struct run){0},
	      clip("huge.png", "-f lavfi -i color=red:s=8000x6000 -frames:v 1 -update 1"),
	      "the video is 8000x6000, more than 64x48: write W: 8000, H: 6000");
}

/* ---- What is broken ---- */

static void no_frame_at_all_is_an_error(void **state)
{
	const char *source;
	char pipe[256];

	(void)state;
	clip("last.mp4",
	     "-f lavfi -i testsrc2=s=64x48:r=25:d=8,noise=alls=60:allf=t -c:v libx264 -qp 10");
	fake_run("cd '%s' && mkfifo pipe && cat last.mp4 >pipe 2>/dev/null &", fake_directory());
	snprintf(pipe, sizeof(pipe), "%s/pipe", fake_directory());
	fake_run("while [ ! -p '%s' ]; do :; done", pipe);
	fails(&(struct run){0}, pipe, "it is an MP4 with its index at the end");
	source = clip("locked.mp4", "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 "
	                            "-encryption_scheme cenc-aes-ctr "
	                            "-encryption_key 76a6c65c5ea762046bd749a2e632ccbb "
	                            "-encryption_kid a7e61c373e219033c21091fa607bf3b8");
	fails(&(struct run){0}, source, "is encrypted");
}

static void too_many_broken_packets_are_an_error(void **state)
{
	const char *path = clip("wreck.mkv", "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v png "
	                                     "-bsf:v 'noise=amount=if(mod(n\\,3)\\,0\\,3)'");

	(void)state;
	fails(&(struct run){0}, path, "could not be decoded");
}

static uint32_t n_frames_of(const char *path, uint32_t corrupt, struct run *ret_run)
{
	*ret_run = (struct run){.params.corrupt = corrupt};
	assert_int_equal(start(ret_run, path, 320, 240), PKD_OK);
	assert_int_equal(read_all(ret_run), PKD_SKIP);
	end(ret_run);
	return ret_run->n_frames;
}

static void damaged_frames_are_counted_and_can_be_dropped(void **state)
{
	const char *path = clip("hurt.ts", "-f lavfi -i testsrc2=s=320x240:r=30:d=2 -c:v libx264 "
	                                   "-preset veryfast -g 20 -pix_fmt yuv420p");
	struct run run;
	unsigned n_damaged, n;

	(void)state;
	fake_run(
		"n=$(stat -c %%s '%s'); for at in 42 43 44; do printf '\\377\\0\\377\\0\\377\\377' | "
		"dd of='%s' bs=1 seek=$((n * at / 100)) conv=notrunc status=none; done",
		path, path);
	n = n_frames_of(path, video_Corrupt_keep, &run);
	assert_int_equal(run.ctx.n_notes, 2); /* when it is met, and how many they were */
	assert_non_null(strstr(run.ctx.note, " damaged"));
	assert_int_equal(sscanf(strrchr(run.ctx.note, '\'') + 2, "%u", &n_damaged), 1);
	assert_in_range(n_damaged, 1, n / 2);
	assert_in_range(n_frames_of(path, video_Corrupt_drop, &run), n / 2, n - 1);
}

static void a_file_that_is_cut_is_said_whatever_its_kind(void **state)
{
	static const char *const kinds[] = {"mkv", "mp4", "avi"};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct run run = {0};

		snprintf(path, sizeof(path), "%s/half.%s", fake_directory(), kinds[i]);
		fake_run("ffmpeg -v error -y -f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v mpeg4 "
		         "-movflags +faststart '%s' && "
		         "truncate -s $(($(stat -c %%s '%s') * 6 / 10)) '%s'",
		         path, path, path);
		assert_int_equal(start(&run, path, 64, 48), PKD_OK);
		assert_int_equal(read_all(&run), PKD_SKIP);
		assert_in_range(run.n_frames, 20, 40);
		if (!strstr(run.ctx.note, "of 2.0 s, after frame"))
			fail_msg("%s: '%s'", kinds[i], run.ctx.note);
		end(&run);
	}
}

static void an_avi_with_empty_frames_is_whole(void **state)
{
	struct run run = {0};
	const char *path = clip("empty.avi", "-f lavfi -i testsrc2=s=64x48:r=30:d=4 "
	                                     "-vf \"select='lt(n,30)+gt(n,80)'\" -c:v mjpeg");

	(void)state;
	reads(&run, path, 69);
	assert_int_equal(run.ctx.n_notes, 0);
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
		cmocka_unit_test(a_dash_is_standard_input),
		cmocka_unit_test(a_file_is_a_file_whatever_its_name),
		cmocka_unit_test(pictures_are_numbered_from_any_number),
		cmocka_unit_test(a_hole_in_the_numbers_is_said),
		cmocka_unit_test(a_percent_in_a_name_may_be_a_percent),
		cmocka_unit_test(a_track_is_chosen_by_number),
		cmocka_unit_test(an_address_of_another_kind_is_refused),
		cmocka_unit_test(a_password_is_not_shown),
		cmocka_unit_test(a_playlist_is_read_only_when_asked_for),
		cmocka_unit_test(what_a_playlist_lists_must_be_there),
		cmocka_unit_test(a_discontinuity_of_a_playlist_is_bridged),
		cmocka_unit_test(a_description_of_a_session_is_never_followed),
		cmocka_unit_test(a_huge_picture_is_refused_by_its_header),
		cmocka_unit_test(no_frame_at_all_is_an_error),
		cmocka_unit_test(too_many_broken_packets_are_an_error),
		cmocka_unit_test(damaged_frames_are_counted_and_can_be_dropped),
		cmocka_unit_test(a_file_that_is_cut_is_said_whatever_its_kind),
		cmocka_unit_test(an_avi_with_empty_frames_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
