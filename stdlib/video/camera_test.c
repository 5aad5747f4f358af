/* video.camera on a camera that the test plays (fake_camera.h), by a clock that the test sets. No
 * hardware has been seen. */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/camera.pkd.h>

#include <cmocka.h>

#include "../test/fake_camera.h"
#include "../test/fake_ctx.h"
#include "v4l2.h"

extern const struct pkd_methods video_camera_methods;

enum { MS = 1000000 };
static const int64_t BEGIN_NS = 5000 * (int64_t)MS;

/* ---- In place of v4l2.c ---- */

int camera_os_open(const char *path)
{
	return strcmp(path, "/dev/video0") == 0 ? fake_camera_open() : -ENOENT;
}

void camera_os_close(int fd)
{
	assert_int_equal(fd, fake_camera.fd);
	fake_camera_close();
}

int camera_os_ioctl(int fd, unsigned long request, void *argument)
{
	assert_int_equal(fd, fake_camera.fd);
	return fake_camera_ioctl(request, argument);
}

void *camera_os_map(int fd, size_t size, uint32_t offset)
{
	assert_int_equal(fd, fake_camera.fd);
	return fake_camera_map(size, offset);
}

void camera_os_unmap(void *data, size_t size)
{
	(void)data, (void)size;
	fake_camera_unmap();
}

short camera_os_poll(int fd)
{
	assert_int_equal(fd, fake_camera.fd);
	return fake_camera_poll();
}

bool camera_os_list(uint32_t index, size_t size, char *ret_path)
{
	if (fake_camera.is_away || index > 0)
		return false;
	snprintf(ret_path, size, "/dev/video0");
	return true;
}

/* ---- A run ---- */

struct camera_run {
	struct pkd_ctx ctx;
	struct video_camera_params params;
	void *self;
	struct pkd_image *frame;
	struct video_Link link;
	uint32_t sequence;
	bool has_frame;
};

static void prepare(struct camera_run *run, uint32_t W, uint32_t H)
{
	*run = (struct camera_run){.params = {.device = "/dev/video0",
	                                      .rate = 30,
	                                      .stalled_after = 500 * MS,
	                                      .frozen_after = 1000 * MS,
	                                      .required = true,
	                                      .reopen = true,
	                                      .FORMAT = PKD_BGR24,
	                                      .W = W,
	                                      .H = H}};
	fake_camera_reset();
	fake_now_ns = BEGIN_NS;
	run->self = fake_self(&video_camera_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
}

static void set_controls(struct camera_run *run, const char *text)
{
	pkd_string_set(&run->params.controls, text);
}

static int init(struct camera_run *run)
{
	return video_camera_methods.init(run->self, &run->params, &run->ctx);
}

static int fire_at(struct camera_run *run, int64_t ms)
{
	struct video_camera_in in = {0};
	struct video_camera_out out = {run->frame, &run->link};
	int r;

	fake_now_ns = BEGIN_NS + ms * MS;
	run->ctx.absent = 0;
	r = fake_fire(&video_camera_methods, run->self, &in, &out, &run->ctx);
	run->has_frame = r == PKD_OK && !run->ctx.absent;
	return r;
}

/* What it has fired at that time: the state, with a frame or without. */
static void is_link(struct camera_run *run, int64_t ms, enum video_LinkState state, bool has_frame)
{
	assert_int_equal(fire_at(run, ms), PKD_OK);
	assert_int_equal(run->link.state, state);
	assert_int_equal(run->has_frame, has_frame);
}

static void is_nothing(struct camera_run *run, int64_t ms)
{
	assert_int_equal(fire_at(run, ms), PKD_LATER);
	assert_true(run->ctx.due_ns > fake_now_ns); /* else it would spin */
}

static void start(struct camera_run *run, uint32_t W, uint32_t H)
{
	prepare(run, W, H);
	assert_int_equal(init(run), PKD_OK);
	is_link(run, 0, video_LinkState_connecting, false);
}

static void end(struct camera_run *run)
{
	video_camera_methods.finish(run->self);
	assert_int_equal(fake_camera.n_open, 0);
	assert_int_equal(fake_camera.n_mapped, 0);
	free(run->self);
	fake_slot_free(run->frame);
	fake_now_ns = 0;
}

/* An init that fails leaves nothing open. */
static void is_refused(struct camera_run *run, int error, const char *text)
{
	assert_int_equal(init(run), -error);
	if (!strstr(run->ctx.error, text))
		fail_msg("'%s' does not say '%s'", run->ctx.error, text);
	assert_int_equal(run->ctx.n_errors, 1);
	assert_int_equal(fake_camera.n_open, 0);
	assert_int_equal(fake_camera.n_mapped, 0);
	free(run->self);
	fake_slot_free(run->frame);
	fake_now_ns = 0;
}

static void has_noted(const struct camera_run *run, const char *text)
{
	if (!strstr(run->ctx.note, text))
		fail_msg("'%s' does not say '%s'", run->ctx.note, text);
}

/* ---- Pictures ---- */

/* A YUYV picture of one colour, in limited range. */
static bool give_yuyv(struct camera_run *run, uint8_t y, uint8_t u, uint8_t v, uint32_t flags)
{
	size_t size = (size_t)fake_camera.format.bytesperline * fake_camera.format.height;
	uint8_t *data = malloc(size);
	bool is_given;

	for (size_t i = 0; i + 3 < size; i += 4) {
		data[i] = data[i + 2] = y;
		data[i + 1] = u;
		data[i + 3] = v;
	}
	is_given = fake_camera_give(data, size, flags, run->sequence++, fake_now_ns);
	free(data);
	return is_given;
}

/* Each another one. */
static bool give(struct camera_run *run)
{
	return give_yuyv(run, (uint8_t)(40 + run->sequence % 100), 128, 128, 0);
}

static void is_colour(const struct pkd_image *image, int blue, int green, int red)
{
	const int want[3] = {blue, green, red};

	for (uint32_t y = 0; y < image->height; y += image->height / 4) {
		for (uint32_t x = 0; x < image->width; x += image->width / 4) {
			const uint8_t *pixel = pkd_const_pixels(image) + y * image->stride + x * 3;

			for (int i = 0; i < 3; i++)
				assert_in_range(pixel[i] + 2, want[i] < 0 ? 0 : want[i],
				                want[i] + 4);
		}
	}
}

/* A JPEG of one gray, or of noise up to it, by libavcodec. Returns its size. */
static size_t make_jpeg(int width, int height, uint8_t gray, bool is_noise, uint8_t *buffer,
                        size_t capacity)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	AVCodecContext *encoder = avcodec_alloc_context3(codec);
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	size_t size;

	encoder->width = frame->width = width;
	encoder->height = frame->height = height;
	encoder->pix_fmt = AV_PIX_FMT_YUVJ422P;
	encoder->time_base = (AVRational){1, 25};
	frame->format = AV_PIX_FMT_YUVJ422P;
	assert_int_equal(avcodec_open2(encoder, codec, NULL), 0);
	assert_int_equal(av_frame_get_buffer(frame, 0), 0);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++)
			frame->data[0][y * frame->linesize[0] + x] =
				is_noise ? (uint8_t)(rand() % gray) : gray;
		memset(frame->data[1] + y * frame->linesize[1], 128, (size_t)width / 2);
		memset(frame->data[2] + y * frame->linesize[2], 128, (size_t)width / 2);
	}
	assert_int_equal(avcodec_send_frame(encoder, frame), 0);
	assert_int_equal(avcodec_receive_packet(encoder, packet), 0);
	size = (size_t)packet->size;
	assert_true(size <= capacity);
	memcpy(buffer, packet->data, size);
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&encoder);
	return size;
}

static void frames_come_with_their_time(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_YUYV);
	assert_int_equal(fake_camera.period.denominator / fake_camera.period.numerator, 30);
	is_nothing(&run, 1);
	fake_now_ns = BEGIN_NS + 90 * MS;
	assert_true(give_yuyv(&run, 81, 90, 240, 0)); /* red */
	is_link(&run, 100, video_LinkState_online, true);
	assert_int_equal(run.ctx.set_time_ns, BEGIN_NS + 90 * MS);
	assert_int_equal(run.link.since, BEGIN_NS + 100 * MS);
	assert_int_equal(run.link.n_reconnects, 0);
	assert_int_equal(run.frame->width, 640);
	assert_int_equal(run.frame->height, 480);
	is_colour(run.frame, 0, 0, 255);
	is_nothing(&run, 101);
	assert_true(give_yuyv(&run, 145, 54, 34, 0)); /* green */
	is_link(&run, 133, video_LinkState_online, true);
	assert_int_equal(run.link.since, BEGIN_NS + 100 * MS);
	is_colour(run.frame, 0, 255, 0);
	end(&run);
}

static void rows_may_be_padded(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 320, 240);
	fake_camera.padding = 64;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	assert_true(give_yuyv(&run, 41, 240, 110, 0)); /* blue */
	is_link(&run, 10, video_LinkState_online, true);
	assert_int_equal(run.frame->width, 320);
	is_colour(run.frame, 255, 0, 0);
	end(&run);
}

/* A gray of limited range, or a colour where there is no luma, in the formats of other cameras. */
static void other_formats_are_read(void **data)
{
	static const struct other {
		uint32_t fourcc;
		uint8_t first[4]; /* repeated over the first plane */
		uint8_t rest;     /* of the others */
		int blue, green, red;
	} others[] = {
		{V4L2_PIX_FMT_UYVY, {90, 81, 240, 81}, 0, 0, 0, 255},
		{V4L2_PIX_FMT_NV12, {126, 126, 126, 126}, 128, 128, 128, 128},
		{V4L2_PIX_FMT_YUV420, {126, 126, 126, 126}, 128, 128, 128, 128},
		{V4L2_PIX_FMT_BGR24, {77, 77, 77, 77}, 77, 77, 77, 77},
		{V4L2_PIX_FMT_RGB24, {33, 33, 33, 33}, 33, 33, 33, 33},
		{V4L2_PIX_FMT_GREY, {200, 200, 200, 200}, 200, 200, 200, 200},
	};

	(void)data;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct camera_run run;
		size_t first, size = 320 * 240 * 3;
		uint8_t *bytes = malloc(size);

		prepare(&run, 320, 240);
		fake_camera.formats[0].fourcc = others[i].fourcc;
		fake_camera.formats[1].fourcc = 0;
		assert_int_equal(init(&run), PKD_OK);
		is_link(&run, 0, video_LinkState_connecting, false);
		first = (size_t)fake_camera.format.bytesperline * 240;
		memset(bytes, others[i].rest, size);
		for (size_t at = 0; at < first; at++)
			bytes[at] = others[i].first[at % 4];
		assert_true(fake_camera_give(bytes, size, 0, 0, fake_now_ns));
		is_link(&run, 10, video_LinkState_online, true);
		is_colour(run.frame, others[i].blue, others[i].green, others[i].red);
		free(bytes);
		end(&run);
	}
}

static void jpegs_are_decoded_and_broken_ones_left_out(void **data)
{
	static uint8_t jpeg[1 << 19];
	struct camera_run run;
	size_t size;

	(void)data;
	prepare(&run, 640, 480);
	run.params.format = video_CameraFormat_mjpg;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_MJPEG);

	size = make_jpeg(640, 480, 100, false, jpeg, sizeof(jpeg) - 100);
	assert_true(fake_camera_give(jpeg, size + 50, 0, 0, BEGIN_NS)); /* zeros behind the end */
	is_link(&run, 10, video_LinkState_online, true);
	is_colour(run.frame, 100, 100, 100);

	size = make_jpeg(640, 480, 150, true, jpeg, sizeof(jpeg));
	assert_true(size > 50000);
	assert_true(fake_camera_give(jpeg, size * 9 / 10, 0, 1, BEGIN_NS + 1)); /* cut off */
	is_nothing(&run, 20);
	has_noted(&run, "and 1 damaged");
	size = size * 95 / 100;
	memset(jpeg + size / 2, 0xff, size / 2); /* spoilt */
	assert_true(fake_camera_give(jpeg, size, 0, 1, BEGIN_NS + 1));
	is_nothing(&run, 25);
	memset(jpeg, 0x55, 300); /* no JPEG */
	assert_true(fake_camera_give(jpeg, 300, 0, 2, BEGIN_NS + 2));
	is_nothing(&run, 30);

	/* Larger than what there is room for: whatever the format said. */
	size = make_jpeg(1280, 720, 100, false, jpeg, sizeof(jpeg));
	assert_true(fake_camera_give(jpeg, size, 0, 3, BEGIN_NS + 3));
	is_nothing(&run, 40);

	size = make_jpeg(640, 480, 200, false, jpeg, sizeof(jpeg));
	assert_true(fake_camera_give(jpeg, size, 0, 4, BEGIN_NS + 45 * MS));
	is_link(&run, 50, video_LinkState_online, true);
	is_colour(run.frame, 200, 200, 200);
	end(&run);
}

static void the_newest_picture_wins_and_all_buffers_go_back(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 320, 240);
	for (int round = 1; round <= 20; round++) {
		for (int i = 0; i < FAKE_BUFFERS; i++) {
			fake_now_ns = BEGIN_NS + (round * 10 + i) * (int64_t)MS;
			assert_true(give(&run));
		}
		assert_false(give(&run)); /* no buffer is left */
		run.sequence--;
		is_link(&run, round * 10 + 9, video_LinkState_online, true);
		assert_int_equal(run.ctx.set_time_ns, BEGIN_NS + (round * 10 + 3) * (int64_t)MS);
		is_nothing(&run, round * 10 + 9);
	}
	end(&run);
}

static void damaged_and_lost_pictures_are_counted(void **data)
{
	struct camera_run run;
	uint32_t n_notes;

	(void)data;
	start(&run, 320, 240);
	assert_true(give(&run));
	is_link(&run, 10, video_LinkState_online, true);
	n_notes = run.ctx.n_notes;
	assert_true(give_yuyv(&run, 60, 128, 128, V4L2_BUF_FLAG_ERROR));
	is_nothing(&run, 20);
	has_noted(&run, "0 frames of the camera '/dev/video0' were lost on the way, and 1 damaged");
	assert_int_equal(run.ctx.n_notes, n_notes + 1);

	assert_true(fake_camera_give("", 0, 0, run.sequence++, fake_now_ns));   /* empty */
	assert_true(fake_camera_give("ab", 2, 0, run.sequence++, fake_now_ns)); /* too short */
	is_nothing(&run, 30);
	run.sequence += 5;
	assert_true(give(&run));
	is_link(&run, 40, video_LinkState_online, true);
	is_nothing(&run, 50);
	assert_int_equal(run.ctx.n_notes, n_notes + 1); /* not more than one in ten seconds */
	for (int64_t ms = 450; ms < 11000; ms += 400) {
		fake_now_ns = BEGIN_NS + ms * MS;
		assert_true(give(&run));
		is_link(&run, ms, video_LinkState_online, true);
		is_nothing(&run, ms);
	}
	assert_int_equal(run.ctx.n_notes, n_notes + 2);
	has_noted(&run, "5 frames of the camera '/dev/video0' were lost on the way, and 2 damaged");
	/* A driver that counts anew has lost nothing. */
	run.sequence = 0;
	assert_true(give(&run));
	is_link(&run, 11000, video_LinkState_online, true);
	run.ctx.stopping = true;
	is_nothing(&run, 11010);
	assert_int_equal(run.ctx.n_notes, n_notes + 2);
	end(&run);
}

/* ---- Time stamps ---- */

static void a_stamp_without_a_clock_is_replaced(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 320, 240);
	fake_camera.buffer_flags = V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	assert_true(give(&run));
	is_link(&run, 70, video_LinkState_online, true);
	assert_int_equal(run.ctx.set_time_ns, BEGIN_NS + 70 * MS);
	has_noted(&run, "no usable time stamps");
	end(&run);
}

static void a_stamp_at_the_end_is_told_and_set_back(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 320, 240);
	fake_camera.buffer_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_EOF;
	run.params.stamp_delay = 30 * MS;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	fake_now_ns = BEGIN_NS + 60 * MS;
	assert_true(give(&run));
	is_link(&run, 70, video_LinkState_online, true);
	assert_int_equal(run.ctx.set_time_ns, BEGIN_NS + 30 * MS);
	has_noted(&run, "stamps a frame when it is complete");
	end(&run);
}

static void time_does_not_go_back(void **data)
{
	struct camera_run run;
	int64_t before;

	(void)data;
	start(&run, 320, 240);
	assert_true(give(&run));
	is_link(&run, 50, video_LinkState_online, true);
	before = run.ctx.set_time_ns;
	for (int i = 1; i <= 3; i++) { /* in the future, long past, and just before the last one */
		fake_now_ns = BEGIN_NS + (i == 1 ? 4000000 : i == 2 ? -4000 : -1) * (int64_t)MS;
		assert_true(give(&run));
		is_link(&run, 50 + i, video_LinkState_online, true);
		assert_true(run.ctx.set_time_ns > before);
		assert_true(run.ctx.set_time_ns <= BEGIN_NS + 60 * MS);
		before = run.ctx.set_time_ns;
	}
	end(&run);
}

/* ---- Sizes, formats, rates ---- */

static void a_smaller_picture_is_taken_and_told(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 700, 500);
	assert_int_equal(init(&run), PKD_OK);
	has_noted(&run, "the camera gives 640x480, not 700x500; it has 320x240, 640x480, 1280x720");
	is_link(&run, 0, video_LinkState_connecting, false);
	assert_true(give(&run));
	is_link(&run, 50, video_LinkState_online, true);
	assert_int_equal(run.frame->width, 640);
	end(&run);
}

static void a_larger_picture_is_an_error_that_says_what_to_write(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 160, 120);
	is_refused(&run, EMSGSIZE,
	           "the pictures of '/dev/video0' are 320x240, more than 160x120: write W: 320, "
	           "H: 240; it has 320x240, 640x480, 1280x720");
	prepare(&run, 1000, 600); /* nearer to 1280x720 than to 640x480 */
	is_refused(&run, EMSGSIZE, "write W: 1280, H: 720");
}

static void the_format_that_keeps_the_rate_is_taken(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 1280, 720); /* YUYV has but 10 a second there */
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_MJPEG);
	end(&run);
	prepare(&run, 1280, 720);
	run.params.rate = 10;
	assert_int_equal(init(&run), PKD_OK);
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_YUYV);
	end(&run);
	prepare(&run, 1280, 720);
	run.params.format = video_CameraFormat_yuyv;
	fake_camera.ignores_rate = true;
	assert_int_equal(init(&run), PKD_OK);
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_YUYV);
	has_noted(&run, "the camera gives 15 frames in a second, not 30");
	end(&run);
}

static void a_format_that_is_not_there_is_an_error(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	fake_camera.formats[0].fourcc = V4L2_PIX_FMT_H264;
	run.params.format = video_CameraFormat_yuyv;
	is_refused(&run, ENOTSUP, "none of the formats that are asked for; it has H264, MJPG");
}

/* ---- What else the system says ---- */

static void a_full_bus_is_told_or_another_format_taken(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	fake_camera.no_room_for = V4L2_PIX_FMT_YUYV;
	run.params.format = video_CameraFormat_yuyv;
	is_refused(&run, ENOSPC,
	           "the USB bus has no room for '/dev/video0' beside its other "
	           "cameras: write format: mjpg");
	prepare(&run, 640, 480);
	fake_camera.no_room_for = V4L2_PIX_FMT_YUYV;
	assert_int_equal(init(&run), PKD_OK);
	assert_int_equal(fake_camera.format.pixelformat, V4L2_PIX_FMT_MJPEG);
	has_noted(&run, "the USB bus has room for this camera as MJPG only");
	end(&run);
}

static void busy_denied_missing_and_other_devices_are_told_apart(void **data)
{
	static const unsigned long requests[] = {VIDIOC_S_FMT, VIDIOC_REQBUFS, VIDIOC_STREAMON};
	struct camera_run run;

	(void)data;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		prepare(&run, 640, 480);
		fake_camera.refused = requests[i];
		fake_camera.refused_error = EBUSY;
		is_refused(&run, EBUSY, "another program has the camera '/dev/video0'");
	}
	prepare(&run, 640, 480);
	fake_camera.open_error = EACCES;
	is_refused(&run, EPERM, "cameras belong to the group video");
	prepare(&run, 640, 480);
	fake_camera.is_away = true;
	is_refused(&run, ENODEV,
	           "there is no camera '/dev/video0'; no camera is connected; "
	           "required: false waits for it");
	prepare(&run, 640, 480);
	run.params.reopen = false; /* so it may not look for others */
	fake_camera.is_away = true;
	is_refused(&run, ENODEV, "there is no camera '/dev/video0'; required: false");
	prepare(&run, 640, 480);
	run.params.device = "/dev/video7";
	is_refused(&run, ENODEV, "there is no camera '/dev/video7'; there are /dev/video0");
	prepare(&run, 640, 480);
	fake_camera.refused = VIDIOC_QUERYCAP;
	fake_camera.refused_error = ENOTTY;
	is_refused(&run, EINVAL, "'/dev/video0' is no camera");
	prepare(&run, 640, 480);
	fake_camera.capabilities = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
	is_refused(&run, EINVAL, "a camera's second device");
}

/* ---- Controls ---- */

static void controls_are_set_in_their_order(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	set_controls(&run, " gain=20 , auto_exposure=1, exposure_absolute=100,brightness=-0x10");
	assert_int_equal(init(&run), PKD_OK);
	assert_int_equal(fake_camera_control("Gain")->value, 20);
	assert_int_equal(fake_camera_control("Auto Exposure")->value, 1);
	assert_int_equal(fake_camera_control("Exposure Time, Absolute")->value, 100);
	assert_int_equal(fake_camera_control("Brightness")->value, -16);
	assert_int_equal(fake_camera.set_order[0], V4L2_CID_GAIN);
	assert_int_equal(fake_camera.set_order[1], V4L2_CID_EXPOSURE_AUTO);
	assert_int_equal(fake_camera.set_order[2], V4L2_CID_EXPOSURE_ABSOLUTE);
	/* The rate is kept in the dark, and that is said. */
	assert_int_equal(fake_camera_control("Exposure, Dynamic Framerate")->value, 0);
	has_noted(&run, "exposure_dynamic_framerate is set to 0");
	end(&run);

	prepare(&run, 640, 480);
	set_controls(&run, "exposure_auto_priority=1");
	assert_int_equal(init(&run), PKD_OK);
	assert_int_equal(fake_camera_control("Exposure, Dynamic Framerate")->value, 1);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);

	prepare(&run, 640, 480);
	set_controls(&run, "exposure_time_absolute=100");
	assert_int_equal(init(&run), PKD_OK);
	has_noted(&run, "exposure_time_absolute has no effect");
	end(&run);
}

static void a_wrong_control_is_an_error_with_its_range(void **data)
{
	static const struct wrong {
		const char *text;
		int error;
		const char *says;
	} wrongs[] = {
		{"brightness", EINVAL, "'brightness' is not NAME=NUMBER"},
		{"gain=10,brightness=hell", EINVAL, "'brightness=hell' is not NAME=NUMBER"},
		{"gain=10 20", EINVAL, "'gain=10 20' is not NAME=NUMBER"},
		{"=5", EINVAL, "'=5' is not NAME=NUMBER"},
		{"gain=99999999999999999999", EINVAL, "is not NAME=NUMBER"},
		{"zoom=1", EINVAL,
	         "this camera has no zoom; it has brightness, "
	         "white_balance_automatic, gain, auto_exposure"},
		{"brightness=65", ERANGE, "brightness=65 is not one of -64 to 64"},
		{"gain=15", ERANGE, "gain=15 is not one of 0 to 100 in steps of 10"},
		{"auto_exposure=2", ERANGE,
	         "auto_exposure=2 is not one of 1 (Manual Mode), 3 (Aperture Priority Mode)"},
		{"privacy=1", EPERM, "privacy can only be read"},
	};

	(void)data;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct camera_run run;

		prepare(&run, 640, 480);
		set_controls(&run, wrongs[i].text);
		is_refused(&run, wrongs[i].error, wrongs[i].says);
	}
}

static void controls_change_while_it_runs_and_come_back_with_the_camera(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	set_controls(&run, "brightness=7,zoom=3,gain=30");
	assert_int_equal(video_camera_methods.changed(run.self, &run.params, &run.ctx), PKD_OK);
	assert_int_equal(fake_camera_control("Brightness")->value, 7);
	assert_int_equal(fake_camera_control("Gain")->value, 30);
	has_noted(&run, "this camera has no zoom");
	fake_camera.is_away = true;
	is_link(&run, 10, video_LinkState_offline, false);
	fake_camera.is_away = false;
	fake_camera.controls[0].value = 0;
	is_link(&run, 500, video_LinkState_connecting, false);
	assert_int_equal(fake_camera_control("Brightness")->value, 7);
	end(&run);
}

/* ---- The link ---- */

static void an_unplugged_camera_is_offline_and_comes_back(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	for (uint32_t round = 0; round < 3; round++) {
		int64_t ms = 1000 * round;

		fake_now_ns = BEGIN_NS + (ms + 90) * MS;
		assert_true(give(&run));
		is_link(&run, ms + 100, video_LinkState_online, true);
		assert_int_equal(run.link.n_reconnects, round);
		if (round == 1)
			fake_camera.has_poll_error = true; /* and EAGAIN, as some drivers do */
		else
			fake_camera.is_away = true;
		is_link(&run, ms + 150, video_LinkState_offline, false);
		assert_int_equal(fake_camera.n_open, 0);
		assert_int_equal(run.link.since, BEGIN_NS + (ms + 150) * MS);
		fake_camera.is_away = true;
		is_nothing(&run, ms + 160);
		is_nothing(&run, ms + 400); /* looked, and not there */
		is_nothing(&run, ms + 650);
		fake_camera.is_away = false;
		is_link(&run, ms + 900, video_LinkState_connecting, false);
		assert_int_equal(run.link.n_reconnects, round + 1);
		is_nothing(&run, ms + 901);
	}
	end(&run);
}

/* A reader without room refuses a firing, and is told again. */
static void a_state_that_lasts_is_told_every_second(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	fake_camera.is_away = true;
	is_link(&run, 10, video_LinkState_offline, false);
	is_nothing(&run, 900);
	assert_int_equal(run.ctx.due_ns, BEGIN_NS + 1010 * (int64_t)MS);
	for (int64_t ms = 1010; ms < 5000; ms += 1000) {
		is_link(&run, ms, video_LinkState_offline, false);
		assert_int_equal(run.link.since, BEGIN_NS + 10 * (int64_t)MS);
		is_nothing(&run, ms + 1); /* looked for */
	}
	fake_camera.is_away = false;
	is_link(&run, 5005, video_LinkState_connecting, false);
	end(&run);
}

static void what_hinders_the_return_is_told_once(void **data)
{
	struct camera_run run;
	uint32_t n_notes;

	(void)data;
	start(&run, 640, 480);
	fake_camera.is_away = true;
	is_link(&run, 10, video_LinkState_offline, false);
	fake_camera.is_away = false;
	fake_camera.open_error = EACCES; /* its rights come a moment later */
	n_notes = run.ctx.n_notes;
	is_nothing(&run, 300);
	is_nothing(&run, 600);
	assert_int_equal(run.ctx.n_notes, n_notes + 1);
	has_noted(&run, "may not be opened");
	fake_camera.open_error = 0;
	is_link(&run, 900, video_LinkState_connecting, false);
	end(&run);
}

static void silence_is_stalled_and_then_opened_anew(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	is_nothing(&run, 999);
	assert_int_equal(run.ctx.due_ns, BEGIN_NS + 1000 * (int64_t)MS);
	is_link(&run, 3499, video_LinkState_connecting, false); /* one that begins has longer */
	is_link(&run, 3500, video_LinkState_offline, false);
	is_link(&run, 3750, video_LinkState_connecting, false);
	fake_now_ns = BEGIN_NS + 3990 * (int64_t)MS;
	assert_true(give(&run));
	is_link(&run, 4000, video_LinkState_online, true);
	is_nothing(&run, 4499);
	assert_int_equal(run.ctx.due_ns, BEGIN_NS + 4500 * (int64_t)MS);
	is_link(&run, 4500, video_LinkState_stalled, false);
	is_nothing(&run, 4501);
	fake_now_ns = BEGIN_NS + 4990 * (int64_t)MS;
	assert_true(give(&run));
	is_link(&run, 5000, video_LinkState_online, true);
	is_link(&run, 5500, video_LinkState_stalled, false);
	is_link(&run, 8499, video_LinkState_stalled, false);
	is_link(&run, 8500, video_LinkState_offline, false);
	assert_int_equal(fake_camera.n_open, 0);
	is_link(&run, 8750, video_LinkState_connecting, false);
	assert_int_equal(fake_camera.n_opened, 3);
	assert_int_equal(run.link.n_reconnects, 2);
	end(&run);
}

/* At 2 frames in a second, half a second is no silence. */
static void a_slow_camera_is_not_stalled(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	run.params.rate = 2;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	assert_true(give(&run));
	is_link(&run, 100, video_LinkState_online, true);
	is_nothing(&run, 1099);
	is_link(&run, 1100, video_LinkState_stalled, false);
	end(&run);
}

static void the_same_bytes_for_a_second_are_frozen(void **data)
{
	struct camera_run run;

	(void)data;
	start(&run, 640, 480);
	for (int64_t ms = 100; ms < 1100; ms += 100) {
		fake_now_ns = BEGIN_NS + ms * MS;
		assert_true(give_yuyv(&run, 90, 128, 128, 0));
		is_link(&run, ms, video_LinkState_online, true);
	}
	assert_true(give_yuyv(&run, 90, 128, 128, 0));
	is_link(&run, 1100, video_LinkState_frozen, false);
	for (int64_t ms = 1200; ms < 6000; ms += 100) { /* neither a frame nor stalled */
		assert_true(give_yuyv(&run, 90, 128, 128, 0));
		if (ms % 1000 == 100)
			is_link(&run, ms, video_LinkState_frozen, false);
		is_nothing(&run, ms);
	}
	fake_now_ns = BEGIN_NS + 6000 * (int64_t)MS;
	assert_true(give_yuyv(&run, 91, 128, 128, 0));
	is_link(&run, 6000, video_LinkState_online, true);
	end(&run);

	prepare(&run, 640, 480);
	run.params.frozen_after = 0;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	for (int64_t ms = 100; ms < 5000; ms += 100) {
		fake_now_ns = BEGIN_NS + ms * MS;
		assert_true(give_yuyv(&run, 90, 128, 128, 0));
		is_link(&run, ms, video_LinkState_online, true);
	}
	end(&run);
}

static void one_that_is_not_required_may_come_later(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	run.params.required = false;
	fake_camera.is_away = true;
	assert_int_equal(init(&run), PKD_OK);
	has_noted(&run, "it is waited for");
	is_link(&run, 0, video_LinkState_offline, false);
	is_nothing(&run, 300);
	fake_camera.is_away = false;
	is_link(&run, 600, video_LinkState_connecting, false);
	assert_true(give(&run));
	is_link(&run, 700, video_LinkState_online, true);
	assert_int_equal(run.link.n_reconnects, 0); /* it was not there before */
	end(&run);
}

static void without_reopen_a_lost_camera_is_an_error(void **data)
{
	struct camera_run run;

	(void)data;
	prepare(&run, 640, 480);
	run.params.reopen = run.params.required = false;
	is_refused(&run, EINVAL, "leave one of them out");
	prepare(&run, 640, 480);
	run.params.reopen = false;
	assert_int_equal(init(&run), PKD_OK);
	is_link(&run, 0, video_LinkState_connecting, false);
	fake_camera.is_away = true;
	assert_int_equal(fire_at(&run, 10), -ENODEV);
	end(&run);
}

/* A node that is started again must not fail because the camera is away just then. */
static void a_restart_while_it_is_away_waits(void **data)
{
	struct camera_run run;
	int64_t before;
	void *dead;

	(void)data;
	start(&run, 640, 480);
	assert_true(give(&run));
	is_link(&run, 10, video_LinkState_online, true);
	before = run.ctx.set_time_ns;
	fake_camera_close(); /* the process has died */
	fake_camera.n_mapped = 0;
	fake_camera.is_away = true;
	dead = run.self;
	assert_int_equal(fake_restart(&video_camera_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_ptr_not_equal(dead, run.self);
	is_link(&run, 20, video_LinkState_offline, false);
	fake_camera.is_away = false;
	is_link(&run, 300, video_LinkState_connecting, false);
	assert_int_equal(run.link.n_reconnects, 1);
	assert_true(run.ctx.set_time_ns > before);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_with_their_time),
		cmocka_unit_test(rows_may_be_padded),
		cmocka_unit_test(other_formats_are_read),
		cmocka_unit_test(jpegs_are_decoded_and_broken_ones_left_out),
		cmocka_unit_test(the_newest_picture_wins_and_all_buffers_go_back),
		cmocka_unit_test(damaged_and_lost_pictures_are_counted),
		cmocka_unit_test(a_stamp_without_a_clock_is_replaced),
		cmocka_unit_test(a_stamp_at_the_end_is_told_and_set_back),
		cmocka_unit_test(time_does_not_go_back),
		cmocka_unit_test(a_smaller_picture_is_taken_and_told),
		cmocka_unit_test(a_larger_picture_is_an_error_that_says_what_to_write),
		cmocka_unit_test(the_format_that_keeps_the_rate_is_taken),
		cmocka_unit_test(a_format_that_is_not_there_is_an_error),
		cmocka_unit_test(a_full_bus_is_told_or_another_format_taken),
		cmocka_unit_test(busy_denied_missing_and_other_devices_are_told_apart),
		cmocka_unit_test(controls_are_set_in_their_order),
		cmocka_unit_test(a_wrong_control_is_an_error_with_its_range),
		cmocka_unit_test(controls_change_while_it_runs_and_come_back_with_the_camera),
		cmocka_unit_test(an_unplugged_camera_is_offline_and_comes_back),
		cmocka_unit_test(a_state_that_lasts_is_told_every_second),
		cmocka_unit_test(what_hinders_the_return_is_told_once),
		cmocka_unit_test(silence_is_stalled_and_then_opened_anew),
		cmocka_unit_test(a_slow_camera_is_not_stalled),
		cmocka_unit_test(the_same_bytes_for_a_second_are_frozen),
		cmocka_unit_test(one_that_is_not_required_may_come_later),
		cmocka_unit_test(without_reopen_a_lost_camera_is_an_error),
		cmocka_unit_test(a_restart_while_it_is_away_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
