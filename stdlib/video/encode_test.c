/* video.encode: its packets are read by the ffmpeg program. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/encode.pkd.h>
#include <video/packet.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods video_encode_methods;

enum { W = 160, H = 120, MAX_PACKETS = 200, PERIOD_NS = 40000000, MIN_PSNR = 34 };

struct run {
	struct pkd_ctx ctx;
	struct video_encode_params params;
	void *self;
	struct pkd_image *frame;
	struct video_Packet *packet;
	FILE *raw; /* the packets' data, one behind the other */
	uint32_t n, n_keys, n_absent;
	int64_t pts[MAX_PACKETS], dts[MAX_PACKETS];
	bool keys[MAX_PACKETS];
	uint64_t bytes;
};

static int start(struct run *run)
{
	struct video_encode_params *params = &run->params;

	params->W = W;
	params->H = H;
	if (!params->FORMAT)
		params->FORMAT = PKD_BGR24;
	if (!params->preset)
		params->preset = "veryfast";
	if (!params->key_every)
		params->key_every = 1000000000;
	run->self = fake_self(&video_encode_methods);
	run->frame = fake_image(params->FORMAT, W, H);
	run->packet = fake_slot(sizeof(struct video_Packet));
	run->raw = fopen(fake_path("packets.raw"), "w");
	return video_encode_methods.init(run->self, params, &run->ctx);
}

static void release(struct run *run)
{
	fclose(run->raw);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->packet);
}

static void end(struct run *run)
{
	video_encode_methods.finish(run->self);
	release(run);
}

/* A ramp that moves, in each format: what is equal in all planes is gray. */
static uint8_t level(uint32_t x, uint32_t y, uint32_t n)
{
	return (uint8_t)(40 + (x + 2 * n) % 100 + y);
}

static void draw(struct run *run, uint32_t n)
{
	struct pkd_image *image = run->frame;
	uint32_t size = pkd_pixel_size(image->format);
	struct pkd_image_plane u;

	pkd_image_set(image, run->params.FORMAT, W, H);
	for (uint32_t y = 0; y < H; y++) {
		for (uint32_t x = 0; x < W; x++)
			memset(pkd_pixels(image) + (size_t)y * image->stride + (size_t)x * size,
			       level(x, y, n), size);
	}
	u = pkd_plane(image, 1);
	if (u.data)
		memset(u.data, 128, (size_t)(W / 2) * (H / 2) * 2);
}

static int fire(struct run *run, bool flushes)
{
	struct video_encode_in in = {flushes ? NULL : run->frame};
	struct video_encode_out out = {run->packet};
	int64_t before = run->ctx.set_time_ns;
	uint32_t n_times = run->ctx.n_set_times;
	int result;

	run->ctx.absent = 0;
	run->ctx.fired = flushes ? UINT32_MAX : 0;
	memset(run->packet, 0, offsetof(struct video_Packet, setup));
	run->packet->setup.len = run->packet->data.len = 0;
	result = fake_fire(&video_encode_methods, run->self, &in, &out, &run->ctx);
	if (result != PKD_OK)
		return result;
	assert_true(n_times == 0 || run->ctx.set_time_ns >= before);
	if (run->ctx.absent) {
		run->n_absent++;
		return result;
	}
	assert_true(run->n < MAX_PACKETS);
	assert_int_equal(run->packet->number, run->n + 1);
	assert_true(run->packet->dts <= run->packet->pts);
	run->keys[run->n] = run->packet->key;
	run->pts[run->n] = run->packet->pts;
	run->dts[run->n++] = run->packet->dts;
	run->n_keys += run->packet->key;
	run->bytes += run->packet->data.len;
	fwrite(run->packet->data.data, 1, run->packet->data.len, run->raw);
	return result;
}

static int step(struct run *run, uint32_t n)
{
	draw(run, n);
	run->ctx.time_ns = n * (int64_t)PERIOD_NS;
	return fire(run, false);
}

static void flush(struct run *run)
{
	while (fire(run, true) == PKD_OK)
		;
	fflush(run->raw);
}

/* Of what ffmpeg decodes, as gray in full range, against what was drawn. */
static void assert_looks_alike(const char *as, uint32_t n_frames, const char *what)
{
	static uint8_t decoded[W * H];
	double error = 0, psnr;
	FILE *file;

	fake_run("cd '%s' && ffmpeg -v error -y -f %s -i packets.raw -fps_mode passthrough "
	         "-vf scale=out_range=pc,format=gray -f rawvideo decoded.gray",
	         fake_directory(), as);
	file = fopen(fake_path("decoded.gray"), "r");
	for (uint32_t n = 0; n < n_frames; n++) {
		if (fread(decoded, 1, sizeof(decoded), file) != sizeof(decoded))
			fail_msg("%s: %u frames, not %u", what, n, n_frames);
		for (uint32_t i = 0; i < W * H; i++)
			error += pow(decoded[i] - level(i % W, i / W, n), 2);
	}
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
	psnr = 10 * log10(255 * 255 / (error / ((double)n_frames * W * H)));
	if (psnr < MIN_PSNR)
		fail_msg("%s: %.1f dB", what, psnr);
}

static void each_frame_gives_its_packet_at_once(void **state)
{
	static struct run run = {.params = {.zero_latency = true, .quality = 20}};

	(void)state;
	assert_int_equal(start(&run), PKD_OK);
	for (uint32_t i = 0; i < 60; i++) {
		assert_int_equal(step(&run, i), PKD_OK);
		assert_int_equal(run.n, i + 1);
		assert_int_equal(run.pts[i], i * (int64_t)PERIOD_NS);
		assert_int_equal(run.dts[i], run.pts[i]);
		assert_int_equal(run.ctx.set_time_ns, run.dts[i]);
		assert_true(run.keys[i] || i % 25 != 0);
		assert_false(run.packet->discontinuity);
	}
	assert_int_equal(run.packet->width, W);
	assert_int_equal(run.packet->height, H);
	assert_int_equal(run.packet->codec, video_Codec_h264);
	assert_int_equal(run.packet->matrix, video_Matrix_bt601);
	assert_int_equal(run.packet->range, video_Range_limited);
	assert_true(run.packet->setup.len > 4);
	assert_int_equal(fire(&run, true), PKD_SKIP);
	fflush(run.raw);
	assert_looks_alike("h264", 60, "at once");
	end(&run);
}

static void frames_come_later_and_none_is_lost(void **state)
{
	static struct run run = {.params = {.zero_latency = false, .quality = 20}};
	bool has_b_frames = false, seen[100] = {false};

	(void)state;
	assert_int_equal(start(&run), PKD_OK);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(step(&run, i), PKD_OK);
	assert_true(run.n_absent > 0);
	flush(&run);
	assert_int_equal(run.n, 100);
	for (uint32_t i = 0; i < 100; i++) {
		has_b_frames |= i > 0 && run.pts[i] < run.pts[i - 1];
		assert_true(i == 0 || run.dts[i] > run.dts[i - 1]);
		assert_int_equal(run.pts[i] % PERIOD_NS, 0);
		seen[run.pts[i] / PERIOD_NS] = true;
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_true(seen[i]);
	assert_true(has_b_frames);
	assert_looks_alike("h264", 100, "later");
	end(&run);
}

static void each_format_looks_alike(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_GRAY8};
	static const uint32_t codecs[] = {video_Codec_h264, video_Codec_mjpeg};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		static struct run run;
		char what[40];

		memset(&run, 0, sizeof(run));
		run.params.zero_latency = true;
		run.params.quality = 8;
		run.params.FORMAT = formats[i % 3];
		run.params.codec = codecs[i / 3];
		assert_int_equal(start(&run), PKD_OK);
		for (uint32_t n = 0; n < 10; n++)
			assert_int_equal(step(&run, n), PKD_OK);
		flush(&run);
		assert_int_equal(run.n_keys, i / 3 ? 10 : 1);
		snprintf(what, sizeof(what), "format %u, codec %u", formats[i % 3], codecs[i / 3]);
		assert_looks_alike(i / 3 ? "mjpeg" : "h264", 10, what);
		end(&run);
	}
}

/* YUV is stored as it comes, and tagged as it is. */
static void yuv_keeps_its_samples_and_colours(void **state)
{
	static const uint32_t formats[] = {PKD_I420, PKD_NV12};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static struct run run;
		static uint8_t decoded[W * H];
		double error = 0;
		FILE *file;

		memset(&run, 0, sizeof(run));
		run.params.zero_latency = true;
		run.params.quality = 8;
		run.params.FORMAT = formats[i];
		assert_int_equal(start(&run), PKD_OK);
		draw(&run, 0);
		run.frame->matrix = PKD_BT709;
		run.frame->range = PKD_FULL;
		assert_int_equal(fire(&run, false), PKD_OK);
		assert_int_equal(run.packet->matrix, video_Matrix_bt709);
		assert_int_equal(run.packet->range, video_Range_full);
		flush(&run);
		assert_string_equal(
			fake_output("ffprobe -v error -f h264 -show_entries "
		                    "stream=color_range,color_space -of csv=p=0 '%s/packets.raw'",
		                    fake_directory()),
			"pc,bt709");
		fake_run("cd '%s' && ffmpeg -v error -y -f h264 -i packets.raw -vf extractplanes=y "
		         "-f rawvideo decoded.y",
		         fake_directory());
		file = fopen(fake_path("decoded.y"), "r");
		assert_int_equal(fread(decoded, 1, sizeof(decoded), file), sizeof(decoded));
		fclose(file);
		for (uint32_t k = 0; k < W * H; k++)
			error += pow(decoded[k] - level(k % W, k / W, 0), 2);
		assert_true(error / (W * H) < 4);
		end(&run);
	}
}

static void ffmpeg_muxes_what_comes_out(void **state)
{
	static struct run run = {.params = {.zero_latency = true, .quality = 23}};

	(void)state;
	assert_int_equal(start(&run), PKD_OK);
	for (uint32_t i = 0; i < 50; i++)
		assert_int_equal(step(&run, i), PKD_OK);
	flush(&run);
	fake_run("cd '%s' && ffmpeg -v error -y -r 25 -f h264 -i packets.raw -c copy muxed.mp4 && "
	         "ffmpeg -v error -xerror -i muxed.mp4 -f null -",
	         fake_directory());
	assert_string_equal(fake_output("ffprobe -v error -count_frames -show_entries "
	                                "stream=nb_read_frames -of csv=p=0 '%s/muxed.mp4'",
	                                fake_directory()),
	                    "50");
	end(&run);
}

static void fewer_bits_can_be_asked_for(void **state)
{
	static struct run many = {.params = {.zero_latency = true, .quality = 10}},
			  few = {.params = {.zero_latency = true, .quality = 40}},
			  rate = {.params = {.zero_latency = true, .bit_rate = 100000}};

	(void)state;
	assert_int_equal(start(&many), PKD_OK);
	assert_int_equal(start(&few), PKD_OK);
	assert_int_equal(start(&rate), PKD_OK);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(step(&many, i), PKD_OK);
		assert_int_equal(step(&few, i), PKD_OK);
		assert_int_equal(step(&rate, i), PKD_OK);
	}
	assert_true(few.bytes * 2 < many.bytes);
	/* Four seconds of 100 kbit: by capture times, whatever the encoder takes for the rate. */
	assert_in_range(rate.bytes, 50000 / 2, 50000 * 2);
	end(&many);
	end(&few);
	end(&rate);
}

static void a_restart_is_another_session_with_a_key_frame(void **state)
{
	static struct run run = {.params = {.zero_latency = true, .quality = 23}};

	(void)state;
	assert_int_equal(start(&run), PKD_OK);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(step(&run, i), PKD_OK);
	assert_int_equal(fake_restart(&video_encode_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_non_null(strstr(run.ctx.note, "goes on with a key frame"));
	assert_int_equal(step(&run, 10), PKD_OK);
	assert_true(run.packet->key);
	assert_true(run.packet->discontinuity);
	assert_int_equal(run.packet->session, 1);
	assert_int_equal(run.packet->number, 11);
	assert_int_equal(step(&run, 11), PKD_OK);
	assert_false(run.packet->discontinuity);
	assert_int_equal(run.packet->session, 1);
	end(&run);
}

static void times_that_stand_still_or_go_back_are_taken(void **state)
{
	static struct run run = {.params = {.zero_latency = true, .quality = 23}};

	(void)state;
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run, 5), PKD_OK);
	assert_int_equal(step(&run, 5), PKD_OK);
	assert_int_equal(step(&run, 3), PKD_OK);
	assert_int_equal(step(&run, 9), PKD_OK);
	assert_int_equal(run.n, 4);
	end(&run);
}

static void assert_refused(const struct video_encode_params *params, const char *text)
{
	static struct run run;

	memset(&run, 0, sizeof(run));
	run.params = *params;
	assert_true(start(&run) < 0);
	if (!strstr(run.ctx.error, text))
		fail_msg("'%s' does not say '%s'", run.ctx.error, text);
	release(&run);
}

static void what_cannot_be_made_is_refused(void **state)
{
	static struct run run = {.params = {.zero_latency = true}};

	(void)state;
	assert_refused(&(struct video_encode_params){.codec = video_Codec_hevc},
	               "video.encode makes h264 or mjpeg");
	assert_refused(&(struct video_encode_params){.preset = "quick"},
	               "preset is 'quick': write ultrafast");
	assert_refused(&(struct video_encode_params){.FORMAT = PKD_GRAY16},
	               "they may be bgr24, rgb24, gray8, i420 or nv12");
	assert_int_equal(start(&run), PKD_OK);
	assert_int_equal(step(&run, 0), PKD_OK);
	draw(&run, 1);
	run.frame->width = 80;
	assert_int_equal(fire(&run, false), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "the size of a stream of packets cannot change"));
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
		cmocka_unit_test(each_frame_gives_its_packet_at_once),
		cmocka_unit_test(frames_come_later_and_none_is_lost),
		cmocka_unit_test(each_format_looks_alike),
		cmocka_unit_test(yuv_keeps_its_samples_and_colours),
		cmocka_unit_test(ffmpeg_muxes_what_comes_out),
		cmocka_unit_test(fewer_bits_can_be_asked_for),
		cmocka_unit_test(a_restart_is_another_session_with_a_key_frame),
		cmocka_unit_test(times_that_stand_still_or_go_back_are_taken),
		cmocka_unit_test(what_cannot_be_made_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
