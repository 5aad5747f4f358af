/* video.packets on clips that the ffmpeg program makes, beside what ffprobe says of them. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../test/packet_run.h"

static const char *clip(const char *name, const char *arguments)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", fake_directory(), name);
	fake_run("ffmpeg -v error -y %s '%s'", arguments, path);
	return path;
}

static bool begins_with_start_code(const struct video_Packet *packet)
{
	static const uint8_t code[] = {0, 0, 1};
	const uint8_t *data = packet->data.data;

	return packet->data.len > 4 && (!memcmp(data, code, 3) || !memcmp(data + 1, code, 3));
}

/* ---- What a packet is ---- */

static void packets_are_those_of_the_file(void **state)
{
	static struct packets run;
	const char *path = clip("b.mp4", "-f lavfi -i testsrc=s=64x48:r=25:d=2 -c:v libx264 -bf 2 "
	                                 "-g 10 -pix_fmt yuv420p -colorspace bt709");
	FILE *probe;
	char command[512], flags[16];

	(void)state;
	packets_read(&run, path);
	assert_int_equal(run.ctx.n_expected, 50);
	assert_int_equal(run.n, 50);
	snprintf(command, sizeof(command),
	         "ffprobe -v error -show_entries packet=pts,dts,flags -of csv=p=0 '%s'", path);
	probe = popen(command, "r");
	assert_non_null(probe);
	for (uint32_t i = 0; i < run.n; i++) {
		const struct video_Packet *packet = run.kept[i];
		int64_t pts = 0, dts = 0;

		/* In ticks of 1/12800 s. */
		assert_int_equal(fscanf(probe, "%" SCNd64 ",%" SCNd64 ",%15s", &pts, &dts, flags),
		                 3);
		assert_int_equal(packet->pts, pts * 78125);
		assert_int_equal(packet->dts, dts * 78125);
		assert_int_equal(packet->key, flags[0] == 'K');
		assert_int_equal(packet->number, i + 1);
		assert_int_equal(packet->duration, 40000000);
		assert_int_equal(packet->width, 64);
		assert_int_equal(packet->height, 48);
		assert_int_equal(packet->codec, video_Codec_h264);
		assert_int_equal(packet->matrix, video_Matrix_bt709);
		assert_int_not_equal(packet->range, video_Range_full);
		assert_false(packet->discontinuity);
		assert_int_equal(packet->session, 0);
		assert_true(begins_with_start_code(packet));
	}
	assert_true(run.kept[0]->setup.len > 4);
	pclose(probe);
	packets_end(&run);
}

/* The data alone is a stream that others read: without a container, from any key frame on. */
static void data_is_a_stream_of_its_own(void **state)
{
	static const struct {
		const char *name, *coder, *as;
	} clips[] = {
		{"own.mp4", "-c:v libx264 -bf 2 -g 10", "h264"},
		{"own.mkv", "-c:v libx265 -x265-params log-level=none:open-gop=0 -g 10", "hevc"},
		{"own.avi", "-c:v mjpeg", "mjpeg"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
		static struct packets run;
		char arguments[256];
		uint32_t first = 0;
		FILE *file;

		memset(&run, 0, sizeof(run));
		snprintf(arguments, sizeof(arguments), "-f lavfi -i testsrc=s=64x48:r=25:d=2 %s",
		         clips[i].coder);
		packets_read(&run, clip(clips[i].name, arguments));
		file = fopen(fake_path("own.raw"), "w");
		while (first < 5 || !run.kept[first]->key)
			first++;
		for (uint32_t k = first; k < run.n; k++)
			fwrite(run.kept[k]->data.data, 1, run.kept[k]->data.len, file);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(
			atoi(fake_output("ffprobe -v error -count_frames -f %s -show_entries "
		                         "stream=nb_read_frames -of csv=p=0 '%s/own.raw'",
		                         clips[i].as, fake_directory())),
			run.n - first);
		packets_end(&run);
	}
}

static void packets_are_due_as_recorded(void **state)
{
	static struct packets run = {.params.speed = 2};
	const char *path = clip("due.mp4",
	                        "-f lavfi -i testsrc=s=64x48:r=10:d=1 -c:v libx264 -bf 0");

	(void)state;
	fake_now_ns = 5000000000;
	assert_int_equal(packets_start(&run, path), PKD_OK);
	assert_int_equal(packets_step(&run), PKD_OK);
	assert_int_equal(packets_step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 5050000000);
	fake_now_ns = 5050000000;
	assert_int_equal(packets_step(&run), PKD_OK);
	fake_now_ns = 0;
	packets_end(&run);
}

/* ---- Beginning again ---- */

static void a_restart_goes_on_behind_the_last_packet_of_a_file(void **state)
{
	static struct packets whole, killed;
	const char *path = clip("restart.mkv", "-f lavfi -i testsrc=s=64x48:r=25:d=8 -c:v libx264 "
	                                       "-bf 2 -g 10");

	(void)state;
	packets_read(&whole, path);
	assert_int_equal(whole.n, 200);
	assert_int_equal(packets_start(&killed, path), PKD_OK);
	for (uint32_t i = 0; i < 200; i++) {
		if (i % 70 == 69)
			assert_int_equal(fake_restart(&video_packets_methods, &killed.self,
			                              &killed.params, &killed.ctx),
			                 PKD_OK);
		assert_int_equal(packets_step(&killed), PKD_OK);
		assert_int_equal(packet_size(killed.kept[i]), packet_size(whole.kept[i]));
		assert_memory_equal(killed.kept[i], whole.kept[i],
		                    offsetof(struct video_Packet, setup));
		assert_memory_equal(killed.kept[i]->data.data, whole.kept[i]->data.data,
		                    whole.kept[i]->data.len);
	}
	assert_int_equal(packets_step(&killed), PKD_SKIP);
	packets_end(&whole);
	packets_end(&killed);
}

static void a_loop_is_another_session_with_times_that_go_on(void **state)
{
	static struct packets run = {.params.loop = true};
	const char *path = clip("loop.mp4",
	                        "-f lavfi -i testsrc=s=64x48:r=25:d=0.4 -c:v libx264 -bf 2");

	(void)state;
	assert_int_equal(packets_start(&run, path), PKD_OK);
	for (uint32_t i = 0; i < 35; i++) {
		assert_int_equal(packets_step(&run), PKD_OK);
		assert_int_equal(run.kept[i]->session, i / 10);
		assert_int_equal(run.kept[i]->number, i + 1);
		assert_int_equal(run.kept[i]->key, i % 10 == 0);
		assert_true(run.kept[i]->pts >= run.kept[i]->dts);
		if (i > 0)
			assert_int_equal(run.kept[i]->dts - run.kept[i - 1]->dts, 40000000);
	}
	packets_end(&run);
}

/* A pipe has gone on meanwhile. */
static void a_restart_in_a_pipe_is_another_session(void **state)
{
	static struct packets run;
	char source[32];
	FILE *pipe;

	(void)state;
	clip("pipe.ts", "-f lavfi -i testsrc=s=64x48:r=25:d=20 -c:v libx264 -g 10");
	pipe = popen(fake_output("echo \"cat '%s/pipe.ts'\"", fake_directory()), "r");
	assert_non_null(pipe);
	snprintf(source, sizeof(source), "/dev/fd/%d", fileno(pipe));
	assert_int_equal(packets_start(&run, source), PKD_OK);
	for (int i = 0; i < 20; i++)
		assert_int_equal(packets_step(&run), PKD_OK);
	assert_int_equal(fake_restart(&video_packets_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_int_equal(packets_step(&run), PKD_OK);
	assert_true(run.kept[20]->discontinuity);
	assert_int_equal(run.kept[20]->session, 1);
	assert_int_equal(run.kept[20]->number, 21);
	assert_true(run.kept[20]->dts > run.kept[19]->dts);
	assert_int_equal(packets_step(&run), PKD_OK);
	assert_false(run.kept[21]->discontinuity);
	packets_end(&run);
	while (fgetc(pipe) != EOF) /* the killed one still holds its end */
		;
	pclose(pipe);
}

/* ---- What cannot be passed on ---- */

static void assert_refused(const char *path, int error, const char *text)
{
	static struct packets run;

	memset(&run, 0, sizeof(run));
	assert_int_equal(packets_start(&run, path), -error);
	assert_int_equal(run.ctx.n_errors, 1);
	if (!strstr(run.ctx.error, text))
		fail_msg("'%s' does not say '%s'", run.ctx.error, text);
	packets_release(&run);
}

static void other_codecs_and_what_is_no_video_are_refused(void **state)
{
	(void)state;
	assert_refused(
		clip("other.mkv", "-f lavfi -i testsrc=s=64x48:r=25:d=0.2 -c:v ffv1"), ENOTSUP,
		"is coded as ffv1; video.packets passes h264, hevc, av1, mjpeg and mpeg4 on: "
		"read it with video.open");
	assert_refused(clip("sound.wav", "-f lavfi -i sine=d=0.2"), EINVAL, "has no video in it");
	assert_refused("/nowhere/a.mp4", ENOENT, "cannot open '/nowhere/a.mp4'");
}

/* Two of six pictures are noise, of more than a packet has room for. */
static void a_picture_that_does_not_fit_is_left_out(void **state)
{
	static struct packets run;
	const char *path = clip(
		"large.mkv", "-f lavfi -i nullsrc=s=1280x1280:r=5:d=1.2 -vf "
			     "geq=lum='if(eq(mod(N\\,3)\\,1)\\,random(1)*255\\,N)':cb=128:cr=128 "
			     "-c:v libx264 -qp 1 -preset ultrafast -g 2 -bf 0 "
			     "-x264-params scenecut=0");

	(void)state;
	packets_read(&run, path);
	/* 0, 1 too large, 2 is a key frame, 3, 4 is one and too large, 5 needs it. */
	assert_int_equal(run.n, 3);
	assert_true(run.kept[1]->key);
	assert_true(run.kept[1]->discontinuity);
	assert_false(run.kept[2]->discontinuity);
	assert_int_equal(run.ctx.n_errors, 0);
	assert_int_equal(run.kept[1]->pts, 400000000);
	packets_end(&run);
}

static void a_file_that_is_cut_off_ends_with_a_note(void **state)
{
	static struct packets run;
	int result;

	(void)state;
	clip("whole.mp4", "-f lavfi -i testsrc=s=64x48:r=25:d=4 -c:v libx264 -bf 0 -g 10 -movflags "
	                  "+faststart");
	fake_run("cd '%s' && head -c $(($(stat -c %%s whole.mp4) / 2)) whole.mp4 >cut.mp4",
	         fake_directory());
	assert_int_equal(packets_start(&run, fake_path("cut.mp4")), PKD_OK);
	while ((result = packets_step(&run)) == PKD_OK)
		;
	assert_int_equal(result, PKD_SKIP);
	assert_in_range(run.n, 10, 99);
	assert_true(run.ctx.n_notes > 0);
	assert_non_null(strstr(run.ctx.note, "cut"));
	packets_end(&run);
}

/* Bytes of a file changed, with a fixed seed: it ends, and each packet is one. */
static void a_damaged_file_does_no_harm(void **state)
{
	static const char *const names[] = {"b.mp4", "restart.mkv", "own.avi", "pipe.ts"};
	static uint8_t bytes[1 << 20];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 24; round++) {
		static struct packets run;
		FILE *file = fopen(fake_path(names[round % 4]), "r");
		size_t n = fread(bytes, 1, sizeof(bytes), file);
		int result;

		fclose(file);
		for (int k = 0; k < 20; k++) {
			seed = seed * 1664525 + 1013904223;
			bytes[(seed >> 4) % n] = (uint8_t)(seed >> 24);
		}
		file = fopen(fake_path("damaged"), "w");
		assert_int_equal(fwrite(bytes, 1, n, file), n);
		fclose(file);
		memset(&run, 0, sizeof(run));
		result = packets_start(&run, fake_path("damaged"));
		if (result) {
			assert_int_equal(run.ctx.n_errors, 1);
			packets_release(&run);
			continue;
		}
		while (result == PKD_OK && run.n < MAX_PACKETS)
			result = packets_step(&run);
		for (uint32_t i = 1; i < run.n; i++)
			assert_true(run.kept[i]->dts >= run.kept[i - 1]->dts);
		packets_end(&run);
	}
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
		cmocka_unit_test(packets_are_those_of_the_file),
		cmocka_unit_test(data_is_a_stream_of_its_own),
		cmocka_unit_test(packets_are_due_as_recorded),
		cmocka_unit_test(a_restart_goes_on_behind_the_last_packet_of_a_file),
		cmocka_unit_test(a_loop_is_another_session_with_times_that_go_on),
		cmocka_unit_test(a_restart_in_a_pipe_is_another_session),
		cmocka_unit_test(other_codecs_and_what_is_no_video_are_refused),
		cmocka_unit_test(a_picture_that_does_not_fit_is_left_out),
		cmocka_unit_test(a_file_that_is_cut_off_ends_with_a_note),
		cmocka_unit_test(a_damaged_file_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
