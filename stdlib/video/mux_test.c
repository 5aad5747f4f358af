/* video.mux: packets of clips that the ffmpeg program makes, in a file that it reads as the
 * clip. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../test/packet_run.h"
#include <video/mux.pkd.h>

extern const struct pkd_methods video_mux_methods;

struct mux {
	struct pkd_ctx ctx;
	struct video_mux_params params;
	void *self;
	struct video_Packet *packet;
};

static const char *clip(const char *name, const char *arguments)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", fake_directory(), name);
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc=s=64x48:r=25:d=2 %s '%s'", arguments,
	         path);
	return path;
}

static int start(struct mux *mux, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", fake_directory(), name);
	mux->params.path = path;
	mux->ctx.keeps_file = true;
	mux->self = fake_self(&video_mux_methods);
	mux->packet = fake_slot(sizeof(struct video_Packet));
	return video_mux_methods.init(mux->self, &mux->params, &mux->ctx);
}

static int add(struct mux *mux, const struct video_Packet *packet)
{
	struct video_mux_in in = {mux->packet};
	struct video_mux_out out = {0};

	memcpy(mux->packet, packet, packet_size(packet));
	return fake_fire(&video_mux_methods, mux->self, &in, &out, &mux->ctx);
}

static void end(struct mux *mux)
{
	video_mux_methods.finish(mux->self);
	free(mux->self);
	fake_slot_free(mux->packet);
}

/* Every frame of both, decoded, and when it is shown. */
static void assert_same_film(const char *name, const char *source)
{
	static const char sums[] =
		"ffmpeg -v error -i '%s/%s' -copyts -start_at_zero -f framemd5 - | "
		"grep -v '^#' | awk -F, '{ print $6 }' | md5sum";
	char first[64];

	snprintf(first, sizeof(first), "%s", fake_output(sums, fake_directory(), source));
	assert_string_equal(fake_output(sums, fake_directory(), name), first);
	assert_int_equal(atoi(fake_output("ffprobe -v error -count_frames -show_entries "
	                                  "stream=nb_read_frames -of csv=p=0 '%s/%s'",
	                                  fake_directory(), name)),
	                 50);
	assert_string_equal(fake_output("ffmpeg -v error -xerror -i '%s/%s' -f null - 2>&1 | wc -l",
	                                fake_directory(), name),
	                    "0");
}

static void what_is_in_the_file_is_what_came(void **state)
{
	static const struct {
		const char *name, *coder;
	} clips[] = {
		{"h264.mp4", "-c:v libx264 -bf 2 -g 10 -pix_fmt yuv420p"},
		{"ts.ts", "-c:v libx264 -bf 2 -g 10 -pix_fmt yuv420p"}, /* setup in band */
		{"hevc.mkv", "-c:v libx265 -x265-params log-level=none:bframes=2 -g 10"},
		{"mjpeg.avi", "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p"},
		{"mpeg4.avi", "-c:v mpeg4 -bf 0 -g 10"},
		{"turned.mp4", "-c:v libx264 -pix_fmt yuv420p -metadata:s:v rotate=90"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
		static struct packets run;
		static struct mux mux;

		run = (struct packets){0};
		mux = (struct mux){0};
		packets_read(&run, clip(clips[i].name, clips[i].coder));
		assert_int_equal(start(&mux, "out.mp4"), PKD_OK);
		for (uint32_t k = 0; k < run.n; k++)
			assert_int_equal(add(&mux, run.kept[k]), PKD_OK);
		assert_int_equal(mux.ctx.n_errors, 0);
		end(&mux);
		packets_end(&run);
		assert_same_film("out.mp4", clips[i].name);
	}
}

static void times_are_those_of_the_packets(void **state)
{
	static struct packets run;
	static struct mux mux;
	const char *path = clip("b.mp4", "-c:v libx264 -bf 2 -g 10 -pix_fmt yuv420p");
	FILE *probe;
	char command[512];

	(void)state;
	packets_read(&run, path);
	assert_int_equal(start(&mux, "times.mp4"), PKD_OK);
	for (uint32_t k = 0; k < run.n; k++)
		assert_int_equal(add(&mux, run.kept[k]), PKD_OK);
	end(&mux);
	snprintf(command, sizeof(command),
	         "ffprobe -v error -show_entries packet=pts,dts,duration,flags -of csv=p=0 "
	         "'%s/times.mp4'",
	         fake_directory());
	probe = popen(command, "r");
	assert_non_null(probe);
	for (uint32_t k = 0; k < run.n; k++) {
		long pts, dts, duration;
		char flags[16];

		assert_int_equal(fscanf(probe, "%ld,%ld,%ld,%15s", &pts, &dts, &duration, flags),
		                 4);
		assert_int_equal(dts, (run.kept[k]->dts - run.kept[0]->dts) * 9 / 100000);
		assert_int_equal(pts - dts, (run.kept[k]->pts - run.kept[k]->dts) * 9 / 100000);
		assert_int_equal(duration, 3600);
		assert_int_equal(flags[0] == 'K', run.kept[k]->key);
	}
	pclose(probe);
	packets_end(&run);
}

static void a_killed_node_goes_on_in_the_file(void **state)
{
	static struct packets run;
	static struct mux mux, whole;

	(void)state;
	packets_read(&run, clip("k.mp4", "-c:v libx264 -bf 2 -g 10 -pix_fmt yuv420p"));
	assert_int_equal(start(&whole, "whole.mp4"), PKD_OK);
	for (uint32_t k = 0; k < run.n; k++)
		assert_int_equal(add(&whole, run.kept[k]), PKD_OK);
	end(&whole);
	assert_int_equal(start(&mux, "killed.mp4"), PKD_OK);
	for (uint32_t k = 0; k < run.n; k++) {
		struct video_mux_in in = {mux.packet};
		struct video_mux_out out = {0};

		memcpy(mux.packet, run.kept[k], packet_size(run.kept[k]));
		memcpy(mux.ctx.state, mux.ctx.committed_state, sizeof(mux.ctx.state));
		if (k % 3 == 1)
			video_mux_methods.step(mux.self, &in, &out, &mux.ctx);
		if (k % 3 == 1 || k % 7 == 0)
			assert_int_equal(
				fake_restart(&video_mux_methods, &mux.self, &mux.params, &mux.ctx),
				PKD_OK);
		assert_int_equal(add(&mux, run.kept[k]), PKD_OK);
	}
	end(&mux);
	fake_run("cmp '%s/whole.mp4' '%s/killed.mp4'", fake_directory(), fake_directory());
	packets_end(&run);
}

static void gaps_and_other_sizes(void **state)
{
	static struct packets run;
	static struct mux mux;

	(void)state;
	packets_read(&run, clip("g.mp4", "-c:v libx264 -bf 0 -g 10 -pix_fmt yuv420p"));
	assert_int_equal(start(&mux, "gaps.mp4"), PKD_OK);
	for (uint32_t k = 5; k < run.n; k++) {  /* it begins in the middle, and 24 is missing */
		run.kept[k]->session = k >= 40; /* with times that go on; the file has none less */
		if (k != 24)
			assert_int_equal(add(&mux, run.kept[k]), PKD_OK);
	}
	assert_non_null(strstr(mux.ctx.note, "missing before packet 6"));
	run.kept[40]->width = 128;
	run.kept[40]->number = 51;
	assert_int_equal(add(&mux, run.kept[40]), -EINVAL);
	assert_non_null(strstr(mux.ctx.error, "packet 51 is of a size of 128x48"));
	end(&mux);
	assert_int_equal(atoi(fake_output("ffprobe -v error -count_frames -show_entries "
	                                  "stream=nb_read_frames -of csv=p=0 '%s/gaps.mp4'",
	                                  fake_directory())),
	                 14 + 20); /* 10 to 23, 30 to 49 */
	packets_end(&run);
	mux = (struct mux){0};
	assert_int_equal(start(&mux, "film.avi"), -EINVAL);
	assert_non_null(strstr(mux.ctx.error, "film.mp4"));
	free(mux.self);
	fake_slot_free(mux.packet);
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_the_file_is_what_came),
		cmocka_unit_test(times_are_those_of_the_packets),
		cmocka_unit_test(a_killed_node_goes_on_in_the_file),
		cmocka_unit_test(gaps_and_other_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
