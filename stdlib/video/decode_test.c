/* video.decode on the packets of clips that the ffmpeg program makes, beside video.open. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <video/decode.pkd.h>

#include <cmocka.h>

#include "../test/packet_run.h"
#include "../test/video_run.h"

extern const struct pkd_methods video_decode_methods;

enum { W = 192, H = 192, MAX_FRAMES = 200, FUZZ_ROUNDS = 40 };

/* What comes out: sums of the frames, and their times. */
struct frames {
	uint64_t sums[MAX_FRAMES];
	int64_t times[MAX_FRAMES];
	uint32_t n;
};

struct decoding {
	struct pkd_ctx ctx;
	struct video_decode_params params;
	void *self;
	struct pkd_image *frame;
	struct video_Packet *slot;
	struct frames frames;
	uint32_t n_absent;
};

static uint64_t sum_of(const struct pkd_image *image)
{
	const uint8_t *bytes = pkd_const_pixels(image);
	size_t n = pkd_image_bytes(image->format, image->stride, image->height);
	uint64_t sum = image->width + 31 * (uint64_t)image->height;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(1099511628211);
	return sum;
}

static void add(struct frames *frames, const struct pkd_image *image, int64_t time_ns)
{
	assert_true(frames->n < MAX_FRAMES);
	frames->sums[frames->n] = sum_of(image);
	frames->times[frames->n++] = time_ns;
}

static int decode_start(struct decoding *run, uint32_t width, uint32_t height)
{
	if (!run->params.FORMAT)
		run->params.FORMAT = PKD_BGR24;
	run->params.W = width;
	run->params.H = height;
	run->self = fake_self(&video_decode_methods);
	run->frame = fake_image(run->params.FORMAT, width, height);
	run->slot = fake_slot(sizeof(struct video_Packet));
	return video_decode_methods.init(run->self, &run->params, &run->ctx);
}

/* One firing; what it returned. Times never go back. */
static int decode_fire(struct decoding *run, const struct video_Packet *packet)
{
	struct video_decode_in in = {packet};
	struct video_decode_out out = {run->frame};
	int64_t before = run->ctx.set_time_ns;
	bool is_first = run->ctx.n_set_times == 0;
	int result;

	run->ctx.absent = 0;
	run->ctx.fired = packet ? 0 : UINT32_MAX;
	memset(run->frame, 0, sizeof(*run->frame));
	result = fake_fire(&video_decode_methods, run->self, &in, &out, &run->ctx);
	if (result < 0 || result == PKD_SKIP)
		return result;
	assert_true(is_first || run->ctx.set_time_ns >= before);
	if (run->ctx.absent)
		run->n_absent++;
	else
		add(&run->frames, run->frame, run->ctx.set_time_ns);
	return result;
}

/* All that comes of a packet. */
static int decode_take(struct decoding *run, const struct video_Packet *packet)
{
	int result;

	memcpy(run->slot, packet, packet_size(packet));
	do {
		result = decode_fire(run, run->slot);
	} while (result == PKD_MORE);
	return result;
}

static void decode_flush(struct decoding *run)
{
	int result;

	do {
		result = decode_fire(run, NULL);
	} while (result == PKD_OK);
	assert_true(result == PKD_END || result == PKD_SKIP);
}

static void decode_release(struct decoding *run)
{
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->slot);
}

static void decode_end(struct decoding *run)
{
	video_decode_methods.finish(run->self);
	decode_release(run);
}

static const char *kept_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", fake_directory(), name);
	return path;
}

/* ---- Beside video.open ---- */

static void read_open(struct frames *frames, const char *path, uint32_t format)
{
	struct run run = {.params = {.rotate = true, .FORMAT = format}};

	if (start(&run, path, W, H) != PKD_OK)
		fail_msg("%s", run.ctx.error);
	while (step(&run) == PKD_OK)
		add(frames, run.frame, run.ctx.set_time_ns);
	end(&run);
}

static void assert_as_open(const char *name, uint32_t format)
{
	static struct frames opened;
	static struct packets packets;
	static struct decoding decoding;
	const char *path = kept_path(name);

	memset(&opened, 0, sizeof(opened));
	memset(&packets, 0, sizeof(packets));
	memset(&decoding, 0, sizeof(decoding));
	decoding.params.rotate = true;
	decoding.params.FORMAT = format;
	read_open(&opened, path, format);
	packets_read(&packets, path);
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 0; i < packets.n; i++) {
		if (decode_take(&decoding, packets.kept[i]) != PKD_OK)
			fail_msg("%s: %s", name, decoding.ctx.error);
	}
	decode_flush(&decoding);
	if (decoding.frames.n != opened.n)
		fail_msg("%s: %u frames, not %u", name, decoding.frames.n, opened.n);
	for (uint32_t i = 0; i < opened.n; i++) {
		if (decoding.frames.sums[i] != opened.sums[i])
			fail_msg("%s: frame %u is another one", name, i);
		if (decoding.frames.times[i] != opened.times[i])
			fail_msg("%s: frame %u is at %lld, not %lld", name, i,
			         (long long)decoding.frames.times[i], (long long)opened.times[i]);
	}
	decode_end(&decoding);
	packets_end(&packets);
}

static void frames_and_times_are_those_of_open(void **state)
{
	static const char input[] = "-f lavfi -i testsrc2=s=176x144:r=25:d=2";
	static const struct {
		const char *name, *coder;
	} clips[] = {
		{"b.mp4", "-c:v libx264 -bf 3 -g 12"},
		{"b.mkv", "-c:v libx264 -bf 3 -g 12"},
		{"b.ts", "-c:v libx264 -bf 3 -g 12"},
		{"open_gop.mp4", "-c:v libx264 -bf 2 -g 12 -x264-params open-gop=1"},
		{"raw.h264", "-c:v libx264 -bf 0 -g 12"},
		{"709.mp4", "-c:v libx264 -colorspace bt709 -color_range pc"},
		{"hevc.mp4", "-c:v libx265 -x265-params log-level=none -g 12"},
		{"hevc.mkv", "-c:v libx265 -x265-params log-level=none -g 12"},
		{"mpeg4.mp4", "-c:v mpeg4 -bf 2 -g 12"},
		{"mpeg4.avi", "-c:v mpeg4 -g 12"},
		{"jpeg.avi", "-c:v mjpeg"},
		{"jpeg.mkv", "-c:v mjpeg -pix_fmt yuvj422p"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
		fake_run("ffmpeg -v error -y %s %s '%s'", input, clips[i].coder,
		         kept_path(clips[i].name));
		assert_as_open(clips[i].name, PKD_BGR24);
	}
	assert_as_open("b.mp4", PKD_I420);
	assert_as_open("709.mp4", PKD_NV12);
	assert_as_open("b.mkv", PKD_GRAY8);
	fake_run("cd '%s' && ffmpeg -v error -y -i b.mp4 -c copy -metadata:s:v rotate=90 "
	         "turned.mp4 && ffmpeg -v error -y %s -vf setsar=4/3 -c:v libx264 aspect.mp4",
	         fake_directory(), input);
	assert_as_open("turned.mp4", PKD_RGB24);
	assert_as_open("aspect.mp4", PKD_BGR24);
}

static void av1_is_decoded_too(void **state)
{
	(void)state;
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc2=s=176x144:r=10:d=0.5 -c:v libaom-av1 "
	         "-cpu-used 8 '%s'",
	         kept_path("av1.mp4"));
	assert_as_open("av1.mp4", PKD_BGR24);
}

/* ---- Where packets are missing ---- */

/* 48 frames with a key frame each twelfth. */
static void read_groups(struct packets *packets)
{
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc2=s=176x144:r=25:d=1.92 -c:v libx264 -bf 2 "
	         "-g 12 -x264-params scenecut=0 '%s'",
	         kept_path("groups.mp4"));
	packets_read(packets, kept_path("groups.mp4"));
	assert_int_equal(packets->n, 48);
	for (uint32_t i = 0; i < 48; i++)
		assert_int_equal(packets->kept[i]->key, i % 12 == 0);
}

static void behind_a_gap_it_goes_on_with_a_key_frame(void **state)
{
	static struct packets packets;
	static struct decoding whole, gap;
	uint32_t n_before;

	(void)state;
	read_groups(&packets);
	assert_int_equal(decode_start(&whole, W, H), PKD_OK);
	assert_int_equal(decode_start(&gap, W, H), PKD_OK);
	for (uint32_t i = 0; i < 48; i++) {
		assert_int_equal(decode_take(&whole, packets.kept[i]), PKD_OK);
		if (i != 15)
			assert_int_equal(decode_take(&gap, packets.kept[i]), PKD_OK);
	}
	decode_flush(&whole);
	decode_flush(&gap);
	assert_int_equal(whole.frames.n, 48);
	/* All up to the gap, but not what is shown after what was missing; then all of 24 on. */
	n_before = gap.frames.n - 24;
	assert_in_range(n_before, 12, 15);
	for (uint32_t i = 0; i < gap.frames.n; i++) {
		uint32_t k = i < n_before ? i : i - n_before + 24;

		if (i < 12 || i >= n_before)
			assert_int_equal(gap.frames.sums[i], whole.frames.sums[k]);
		if (i < 12 || i >= n_before)
			assert_int_equal(gap.frames.times[i], whole.frames.times[k]);
	}
	assert_non_null(strstr(gap.ctx.note, "8 packets could not be used"));
	assert_int_equal(whole.ctx.n_notes, 0);
	decode_end(&whole);
	decode_end(&gap);
	packets_end(&packets);
}

static void a_stream_that_begins_in_the_middle_waits_too(void **state)
{
	static struct packets packets;
	static struct decoding decoding;

	(void)state;
	read_groups(&packets);
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 5; i < 48; i++)
		assert_int_equal(decode_take(&decoding, packets.kept[i]), PKD_OK);
	decode_flush(&decoding);
	assert_int_equal(decoding.frames.n, 36);
	assert_int_equal(decoding.frames.times[0], 480000000);
	decode_end(&decoding);
	packets_end(&packets);
}

static void a_discontinuity_and_a_session_are_gaps(void **state)
{
	static struct packets packets;
	static struct decoding decoding;

	(void)state;
	read_groups(&packets);
	packets.kept[6]->discontinuity = true;
	for (uint32_t i = 30; i < 48; i++)
		packets.kept[i]->session = 7;
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 0; i < 48; i++)
		assert_int_equal(decode_take(&decoding, packets.kept[i]), PKD_OK);
	decode_flush(&decoding);
	/* 0 to 5 with what is shown between them, 12 to 29, 36 to 47. */
	assert_int_equal(decoding.frames.n, 6 + 18 + 12);
	decode_end(&decoding);
	packets_end(&packets);
}

static void a_restart_goes_on_with_a_key_frame_and_gives_no_frame_twice(void **state)
{
	static struct packets packets;
	static struct decoding decoding;

	(void)state;
	read_groups(&packets);
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 0; i < 48; i++) {
		if (i == 17) {
			assert_int_equal(fake_restart(&video_decode_methods, &decoding.self,
			                              &decoding.params, &decoding.ctx),
			                 PKD_OK);
			assert_non_null(
				strstr(decoding.ctx.note, "goes on with the next key frame"));
		}
		assert_int_equal(decode_take(&decoding, packets.kept[i]), PKD_OK);
	}
	decode_flush(&decoding);
	assert_in_range(decoding.frames.n, 24 + 10, 24 + 17);
	for (uint32_t i = 1; i < decoding.frames.n; i++)
		assert_true(decoding.frames.times[i] > decoding.frames.times[i - 1]);
	assert_int_equal(decoding.frames.times[decoding.frames.n - 24], 24 * 40000000);
	decode_end(&decoding);
	packets_end(&packets);
}

/* Killed between two frames of one packet: each of them is there once. */
static void a_restart_between_parts_gives_no_frame_twice(void **state)
{
	static struct packets packets;
	static struct decoding decoding;
	bool was_killed = false;

	(void)state;
	read_groups(&packets);
	packets.kept[12]->discontinuity = true; /* what the decoder keeps comes at once */
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 0; i < 48; i++) {
		int result;

		memcpy(decoding.slot, packets.kept[i], packet_size(packets.kept[i]));
		do {
			result = decode_fire(&decoding, decoding.slot);
			if (result == PKD_MORE && i == 12 && !was_killed) {
				was_killed = true;
				assert_int_equal(fake_restart(&video_decode_methods, &decoding.self,
				                              &decoding.params, &decoding.ctx),
				                 PKD_OK);
			}
		} while (result == PKD_MORE);
		assert_int_equal(result, PKD_OK);
	}
	decode_flush(&decoding);
	assert_true(was_killed);
	for (uint32_t i = 1; i < decoding.frames.n; i++)
		assert_true(decoding.frames.times[i] > decoding.frames.times[i - 1]);
	assert_int_equal(decoding.frames.times[decoding.frames.n - 36], 12 * 40000000);
	decode_end(&decoding);
	packets_end(&packets);
}

/* ---- Damage ---- */

static void a_bad_packet_is_counted_and_not_fatal(void **state)
{
	static struct packets packets;
	static struct decoding decoding;

	(void)state;
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc2=s=176x144:r=25:d=1 -c:v mjpeg '%s'",
	         kept_path("bad.avi"));
	packets_read(&packets, kept_path("bad.avi"));
	memset(packets.kept[3]->data.data, 0, packets.kept[3]->data.len);
	packets.kept[9]->data.len = 0;
	assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
	for (uint32_t i = 0; i < packets.n; i++)
		assert_int_equal(decode_take(&decoding, packets.kept[i]), PKD_OK);
	decode_flush(&decoding);
	assert_int_equal(decoding.frames.n, 23);
	assert_int_equal(decoding.ctx.n_errors, 0);
	assert_int_equal(decoding.ctx.n_notes, 2);
	assert_non_null(strstr(decoding.ctx.note, "2 of 24 packets were broken"));
	decode_end(&decoding);
	packets_end(&packets);
}

/* Bytes changed, packets cut, with a fixed seed: it ends, with frames of the right size or with an
 * error that says how large they are. */
static void damaged_packets_do_no_harm(void **state)
{
	static const char *const names[] = {"b.mp4", "hevc.mp4", "mpeg4.mp4", "jpeg.avi"};
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		static struct packets packets;
		static struct decoding decoding;
		int result = PKD_OK;

		memset(&packets, 0, sizeof(packets));
		memset(&decoding, 0, sizeof(decoding));
		packets_read(&packets, kept_path(names[round % 4]));
		assert_int_equal(decode_start(&decoding, W, H), PKD_OK);
		for (uint32_t i = 0; i < packets.n && result == PKD_OK; i++) {
			struct video_Packet *packet = packets.kept[i];

			for (uint32_t k = 0; k < 3 && packet->data.len > 0; k++) {
				seed = seed * 1664525 + 1013904223;
				packet->data.data[(seed >> 8) % packet->data.len] =
					(uint8_t)(seed >> 24);
			}
			if (seed % 16 == 0)
				packet->data.len = (seed >> 8) % (packet->data.len + 1);
			if (seed % 64 == 1)
				packet->setup.len /= 2;
			result = decode_take(&decoding, packet);
		}
		if (result != PKD_OK && result != -EMSGSIZE)
			fail_msg("%s, round %d: %s", names[round % 4], round, decoding.ctx.error);
		if (result == PKD_OK)
			decode_flush(&decoding);
		decode_end(&decoding);
		packets_end(&packets);
	}
}

static void a_picture_that_is_too_large_says_what_to_write(void **state)
{
	static struct packets packets;
	static struct decoding decoding;

	(void)state;
	read_groups(&packets);
	assert_int_equal(decode_start(&decoding, 176, 100), PKD_OK);
	assert_int_equal(decode_take(&decoding, packets.kept[0]), -EMSGSIZE);
	assert_non_null(strstr(decoding.ctx.error,
	                       "the video is 176x144, more than 176x100: write W: 176, H: 144"));
	decode_end(&decoding);
	packets_end(&packets);
}

static void a_format_that_is_not_made_is_refused(void **state)
{
	struct decoding decoding = {.params.FORMAT = PKD_GRAYF32};

	(void)state;
	assert_int_equal(decode_start(&decoding, W, H), -EINVAL);
	assert_non_null(strstr(decoding.ctx.error, "FORMAT is one of"));
	decode_release(&decoding);
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
		cmocka_unit_test(frames_and_times_are_those_of_open),
		cmocka_unit_test(av1_is_decoded_too),
		cmocka_unit_test(behind_a_gap_it_goes_on_with_a_key_frame),
		cmocka_unit_test(a_stream_that_begins_in_the_middle_waits_too),
		cmocka_unit_test(a_discontinuity_and_a_session_are_gaps),
		cmocka_unit_test(a_restart_goes_on_with_a_key_frame_and_gives_no_frame_twice),
		cmocka_unit_test(a_restart_between_parts_gives_no_frame_twice),
		cmocka_unit_test(a_bad_packet_is_counted_and_not_fatal),
		cmocka_unit_test(damaged_packets_do_no_harm),
		cmocka_unit_test(a_picture_that_is_too_large_says_what_to_write),
		cmocka_unit_test(a_format_that_is_not_made_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
