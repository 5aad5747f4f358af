/* video.camera: the newest picture of a camera as bgr24, and what is known of the connection. */
#include "capture.h"
#include "link.h"
#include "log.h"
#include "picture.h"
#include "v4l2.h"

#include <errno.h>
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/camera.pkd.h>

enum {
	BLOCK = 64,     /* pixels; decoders check whole blocks */
	MIN_PERIODS = 2 /* without a picture, before it is called stalled */
};

static const int64_t SECOND_NS = 1000000000;
static const int64_t RETRY_NS = 250000000;    /* from one look for a camera to the next */
static const int64_t SILENCE_NS = 3000000000; /* then it is opened anew */
static const int64_t REPORT_NS = 10000000000; /* from one line about losses to the next */
static const int64_t OLD_NS = 10000000000;    /* a time stamp older than that is none */

/* A firing may be refused where a reader has no room, and a state that lasts is told only once. */
static const int64_t REPEAT_NS = 1000000000;

struct video_camera {
	const struct video_camera_params *params;
	struct camera camera;
	struct media_picture picture;
	AVCodecContext *decoder; /* of JPEG, NULL until it is needed */
	AVPacket *packet;
	AVFrame *frame, *raw;
	uint8_t *bytes, *bytes_before; /* of the last two pictures, with room for what libraries */
	uint32_t n_bytes, n_bytes_before; /* read behind them */
	uint32_t capacity;
	enum video_LinkState state;
	enum video_LinkReason reason; /* of its being offline */
	int64_t since_ns;
	bool has_told;               /* of the state, … */
	int64_t told_ns;             /* … when, the last time */
	int64_t picture_ns;          /* when the last picture came, or the camera was opened */
	int64_t new_ns;              /* when it was another than the one before */
	int64_t retry_ns;            /* when to look for the camera */
	char told[CAMERA_TEXT_SIZE]; /* why it could not be opened, the last time */
	uint64_t n_undecodable;
	uint64_t n_lost_told, n_damaged_told; /* of this camera, since it was opened */
	int64_t report_ns;
	bool has_told_stamps;
};

/* ---- Opening ---- */

static struct camera_wish wish_of(const struct video_camera *self, bool is_again)
{
	const struct video_camera_params *params = self->params;

	return (struct camera_wish){
		.device = params->device,
		.width = params->W,
		.height = params->H,
		.rate = (double)params->rate,
		.takes_jpeg = params->format != video_CameraFormat_yuyv,
		.takes_raw = params->format != video_CameraFormat_mjpg,
		.controls = params->controls.text,
		.sees_others = params->reopen,
		.is_again = is_again,
	};
}

static void become(struct video_camera *self, enum video_LinkState state, int64_t now)
{
	if (self->state == state)
		return;
	self->state = state;
	self->since_ns = now;
	self->has_told = false;
}

/* With room for the largest picture, twice: to compare each with the one before. */
static int allocate(struct video_camera *self)
{
	uint32_t room = self->camera.layout.size;

	for (uint32_t i = 0; i < self->camera.n_buffers; i++) {
		if (self->camera.buffers[i].size > room)
			room = (uint32_t)self->camera.buffers[i].size;
	}
	self->n_bytes = self->n_bytes_before = 0;
	if (room <= self->capacity)
		return 0;
	free(self->bytes);
	free(self->bytes_before);
	self->bytes = calloc(1, (size_t)room + AV_INPUT_BUFFER_PADDING_SIZE);
	self->bytes_before = calloc(1, (size_t)room + AV_INPUT_BUFFER_PADDING_SIZE);
	self->capacity = self->bytes && self->bytes_before ? room : 0;
	return self->capacity ? 0 : -ENOMEM;
}

/* Without more threads: each would have a frame of its own, and keep it for as long. */
static int open_decoder(struct video_camera *self)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
	int64_t width = ((int64_t)self->params->W + BLOCK - 1) / BLOCK * BLOCK;
	int64_t height = ((int64_t)self->params->H + BLOCK - 1) / BLOCK * BLOCK;

	if (self->decoder)
		return 0;
	self->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!self->decoder)
		return -ENOMEM;
	self->decoder->thread_count = 1;
	self->decoder->err_recognition = AV_EF_EXPLODE;
	self->decoder->max_pixels = width * height;
	if (avcodec_open2(self->decoder, codec, NULL) == 0)
		return 0;
	avcodec_free_context(&self->decoder);
	return -ENOTSUP;
}

static int prepare(struct video_camera *self)
{
	int r = allocate(self);

	if (!self->packet)
		self->packet = av_packet_alloc();
	if (!self->frame)
		self->frame = av_frame_alloc();
	if (!self->raw)
		self->raw = av_frame_alloc();
	if (r < 0 || !self->packet || !self->frame || !self->raw)
		return -ENOMEM;
	return self->camera.layout.is_jpeg ? open_decoder(self) : 0;
}

static void close_camera(struct video_camera *self, struct pkd_ctx *ctx)
{
	if (self->camera.fd >= 0)
		pkd_watch(ctx, self->camera.fd, 0);
	camera_close(&self->camera);
}

/* 0, or -errno with *ret_failure and a closed camera. */
static int open_camera(struct video_camera *self, bool is_again, struct pkd_ctx *ctx,
                       struct camera_failure *ret_failure)
{
	const struct camera_wish wish = wish_of(self, is_again);
	int r = camera_open(&self->camera, &wish, ret_failure);

	if (r < 0)
		return r;
	r = prepare(self);
	if (r == 0)
		r = pkd_watch(ctx, self->camera.fd, POLLIN);
	if (r < 0) {
		close_camera(self, ctx);
		return camera_fail(ret_failure, -r, "'%s' cannot be used: %s", wish.device,
		                   strerror(-r));
	}
	if (*self->camera.said)
		pkd_note(ctx, "%s", self->camera.said);
	self->n_lost_told = self->n_damaged_told = self->n_undecodable = 0;
	self->picture_ns = self->new_ns = pkd_now();
	self->told[0] = '\0';
	return 0;
}

int video_camera_init(struct video_camera *self, const struct video_camera_params *params,
                      struct pkd_ctx *ctx)
{
	const struct video_camera_state *state = video_camera_get_state(ctx);
	struct camera_failure failure;
	int r;

	self->params = params;
	self->camera.fd = -1;
	self->since_ns = pkd_now();
	media_log_begin(false);
	r = media_picture_check(params->FORMAT, "video.camera", ctx);
	if (r)
		return r;
	if (!params->required && !params->reopen)
		return pkd_error(ctx, EINVAL,
		                 "required: false waits for a camera, which with reopen: false may "
		                 "not be opened later: leave one of them out");
	/* In parentheses: the text is the whole reason. */
	if (camera_controls_check(params->controls.text, &failure) < 0)
		return (pkd_error)(ctx, failure.error, "%s", failure.text);
	r = open_camera(self, state->begun, ctx, &failure);
	if (r == 0)
		return PKD_OK;
	if (r != -ENODEV || (params->required && !state->begun)) {
		video_camera_finish(self);
		return pkd_error(ctx, failure.error, "%s%s", failure.text,
		                 r == -ENODEV ? "; required: false waits for it" : "");
	}
	self->state = video_LinkState_offline;
	self->reason = media_link_reason(-r);
	snprintf(self->told, sizeof(self->told), "%s", failure.text);
	pkd_note(ctx, "%s: it is waited for", failure.text);
	return PKD_OK;
}

/* ---- A camera that has gone ---- */

static void go_offline(struct video_camera *self, enum video_LinkReason reason, const char *why,
                       int64_t now, struct pkd_ctx *ctx)
{
	self->reason = reason;
	pkd_note(ctx, "the camera '%s' %s", self->params->device, why);
	close_camera(self, ctx);
	self->retry_ns = now + RETRY_NS;
	become(self, video_LinkState_offline, now);
}

/* Until it works: another program may have it, or its rights come a moment after it. */
static void look_for(struct video_camera *self, int64_t now, struct pkd_ctx *ctx)
{
	struct video_camera_state *state = video_camera_get_state(ctx);
	struct camera_failure failure;
	int r = open_camera(self, state->begun, ctx, &failure);

	self->retry_ns = pkd_now() + RETRY_NS;
	if (r == 0) {
		state->n_reconnects += state->begun;
		become(self, video_LinkState_connecting, now);
		pkd_note(ctx, "the camera '%s' is there", self->params->device);
		return;
	}
	self->reason = media_link_reason(-r);
	if (r != -ENODEV && strcmp(self->told, failure.text) != 0) {
		snprintf(self->told, sizeof(self->told), "%s", failure.text);
		pkd_note(ctx, "%s", failure.text);
	}
}

/* ---- Pictures ---- */

/* Out of the camera's memory, which goes back to it at once. -errno when it has gone. */
static int copy_shot(struct video_camera *self, const struct camera_shot *shot)
{
	uint8_t *before = self->bytes_before;
	uint32_t size = shot->size < self->capacity ? shot->size : self->capacity;

	self->bytes_before = self->bytes;
	self->n_bytes_before = self->n_bytes;
	self->bytes = before;
	self->n_bytes = size;
	memcpy(self->bytes, shot->data, size);
	memset(self->bytes + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	return camera_give_back(&self->camera, shot);
}

static bool is_as_before(const struct video_camera *self)
{
	return self->n_bytes == self->n_bytes_before &&
	       memcmp(self->bytes, self->bytes_before, self->n_bytes) == 0;
}

/* NULL where it is damaged or cut off. */
static AVFrame *decode_jpeg(struct video_camera *self)
{
	int r;

	self->packet->data = self->bytes;
	self->packet->size = (int)self->n_bytes;
	r = avcodec_send_packet(self->decoder, self->packet);
	if (r == 0)
		r = avcodec_receive_frame(self->decoder, self->frame);
	if (r < 0) {
		avcodec_flush_buffers(self->decoder);
		return NULL;
	}
	if ((uint32_t)self->frame->width > self->params->W ||
	    (uint32_t)self->frame->height > self->params->H || self->frame->decode_error_flags ||
	    self->frame->flags & AV_FRAME_FLAG_CORRUPT)
		return NULL;
	return self->frame;
}

/* The bytes as they are, seen as a frame of libavutil. */
static AVFrame *frame_of_bytes(struct video_camera *self)
{
	const struct camera_layout *layout = &self->camera.layout;
	uint32_t first = layout->stride * layout->height;
	AVFrame *raw = self->raw;

	raw->width = (int)layout->width;
	raw->height = (int)layout->height;
	raw->format = layout->pixels;
	raw->colorspace = layout->matrix;
	raw->color_range = layout->range;
	raw->data[0] = self->bytes;
	raw->linesize[0] = (int)layout->stride;
	raw->data[1] = raw->data[2] = NULL;
	if (layout->pixels == AV_PIX_FMT_NV12) {
		raw->data[1] = self->bytes + first;
		raw->linesize[1] = (int)layout->stride;
	} else if (layout->pixels == AV_PIX_FMT_YUV420P) {
		raw->data[1] = self->bytes + first;
		raw->data[2] = raw->data[1] + first / 4;
		raw->linesize[1] = raw->linesize[2] = (int)layout->stride / 2;
	}
	return raw;
}

/* PKD_SKIP for a picture that cannot be decoded. */
static int convert(struct video_camera *self, struct pkd_image *image, struct pkd_ctx *ctx)
{
	bool is_jpeg = self->camera.layout.is_jpeg;
	AVFrame *frame = is_jpeg ? decode_jpeg(self) : frame_of_bytes(self);
	struct media_view view = {.pixel = {0, 1}};
	int r;

	if (!frame) {
		self->n_undecodable++;
		return PKD_SKIP;
	}
	view.width = view.scaled_width = frame->width;
	view.height = view.scaled_height = frame->height;
	r = media_picture_convert(&self->picture, frame,
	                          is_jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_RAWVIDEO, &view,
	                          self->params->FORMAT, image, ctx);
	if (is_jpeg)
		av_frame_unref(frame);
	return r;
}

/* ---- Times ---- */

/* When it was taken. Time stamps in the future or long past, which some cameras have, are none. */
static int64_t capture_time(struct video_camera *self, const struct camera_shot *shot, int64_t now,
                            struct pkd_ctx *ctx)
{
	bool is_good = shot->stamp_ns <= now && shot->stamp_ns > now - OLD_NS;

	if (!is_good && !self->has_told_stamps) {
		self->has_told_stamps = true;
		pkd_note(ctx,
		         "the camera '%s' has no usable time stamps: a frame's time is when it "
		         "came",
		         self->params->device);
	} else if (!shot->is_at_start && !self->has_told_stamps) {
		self->has_told_stamps = true;
		pkd_note(ctx,
		         "the camera '%s' stamps a frame when it is complete, later than its "
		         "exposure; stamp_delay: sets that back",
		         self->params->device);
	}
	return (is_good ? shot->stamp_ns : now) - self->params->stamp_delay;
}

/* Time does not go back. */
static void set_time(struct pkd_ctx *ctx, int64_t time)
{
	struct video_camera_state *state = video_camera_get_state(ctx);

	if (time <= state->last)
		time = state->last + 1;
	state->last = time;
	pkd_set_time(ctx, time);
}

/* ---- Firings ---- */

static void report_losses(struct video_camera *self, int64_t now, struct pkd_ctx *ctx)
{
	uint64_t lost = self->camera.n_lost - self->n_lost_told;
	uint64_t damaged = self->camera.n_damaged + self->n_undecodable - self->n_damaged_told;

	if ((lost == 0 && damaged == 0) || (now < self->report_ns && !pkd_stopping(ctx)))
		return;
	pkd_note(ctx,
	         "%" PRIu64 " frames of the camera '%s' were lost on the way, and %" PRIu64
	         " damaged ones left out",
	         lost, self->params->device, damaged);
	self->n_lost_told += lost;
	self->n_damaged_told += damaged;
	self->report_ns = now + REPORT_NS;
}

static void set_link(struct video_camera *self, struct video_Link *link, struct pkd_ctx *ctx)
{
	const struct video_camera_state *state = video_camera_get_state(ctx);

	*link = (struct video_Link){.state = self->state,
	                            .since = self->since_ns,
	                            .n_reconnects = state->n_reconnects,
	                            .reason = self->state == video_LinkState_offline
	                                              ? self->reason
	                                              : video_LinkReason_none};
	self->has_told = true;
	self->told_ns = pkd_now();
}

/* Whether a state is to be told without a frame: a new one, or one that has lasted. */
static bool is_to_be_told(const struct video_camera *self, int64_t now)
{
	return !self->has_told ||
	       (self->state != video_LinkState_online && now - self->told_ns >= REPEAT_NS);
}

/* A firing without a frame. */
static int tell(struct video_camera *self, struct video_camera_out *out, int64_t now,
                struct pkd_ctx *ctx)
{
	struct video_camera_state *state = video_camera_get_state(ctx);

	set_time(ctx, now);
	state->begun |= self->camera.fd >= 0;
	set_link(self, out->link, ctx);
	video_camera_absent_frame(ctx);
	return PKD_OK;
}

/* The newest picture: PKD_OK with a frame, PKD_SKIP without. */
static int take(struct video_camera *self, struct video_camera_out *out, int64_t now,
                struct pkd_ctx *ctx)
{
	struct video_camera_state *state = video_camera_get_state(ctx);
	int64_t frozen_ns = self->params->frozen_after;
	struct camera_shot shot;
	int r = camera_take(&self->camera, &shot);

	if (r == 0)
		return PKD_SKIP;
	if (r < 0 || copy_shot(self, &shot) < 0) {
		go_offline(self, video_LinkReason_unplugged,
		           "was unplugged, or its driver has failed", now, ctx);
		return PKD_SKIP;
	}
	if (!is_as_before(self))
		self->new_ns = now;
	if (frozen_ns && now - self->new_ns >= frozen_ns) {
		self->picture_ns = now;
		become(self, video_LinkState_frozen, now);
		return PKD_SKIP;
	}
	r = convert(self, out->frame, ctx);
	if (r != PKD_OK)
		return r;
	self->picture_ns = now;
	become(self, video_LinkState_online, now);
	set_time(ctx, capture_time(self, &shot, now, ctx));
	state->begun = true;
	set_link(self, out->link, ctx);
	return PKD_OK;
}

static int64_t patience_of(const struct video_camera *self)
{
	double rate = self->camera.rate > 0 ? self->camera.rate : (double)self->params->rate;
	int64_t periods = (int64_t)(MIN_PERIODS / rate * (double)SECOND_NS);

	return self->params->stalled_after > periods ? self->params->stalled_after : periods;
}

/* Silence: a camera that only begins has as long as one that is opened anew. */
static void look_at_silence(struct video_camera *self, int64_t now, struct pkd_ctx *ctx)
{
	int64_t silence = now - self->picture_ns, patience = patience_of(self);

	if (silence >= patience + SILENCE_NS)
		go_offline(self, video_LinkReason_silent, "gives nothing: it is opened anew", now,
		           ctx);
	else if (silence >= patience && self->state != video_LinkState_connecting)
		become(self, video_LinkState_stalled, now);
}

static int64_t due_of(const struct video_camera *self)
{
	int64_t due = self->picture_ns + patience_of(self);

	if (self->camera.fd < 0)
		due = self->retry_ns;
	else if (self->state == video_LinkState_stalled ||
	         self->state == video_LinkState_connecting)
		due += SILENCE_NS;
	if (self->state != video_LinkState_online && self->told_ns + REPEAT_NS < due)
		due = self->told_ns + REPEAT_NS;
	return due;
}

int video_camera_step(struct video_camera *self, const struct video_camera_in *in,
                      struct video_camera_out *out, struct pkd_ctx *ctx)
{
	int64_t now = pkd_now();
	int r = PKD_SKIP;

	(void)in;
	if (is_to_be_told(self, now))
		return tell(self, out, now, ctx);
	if (self->camera.fd < 0 && now >= self->retry_ns)
		look_for(self, now, ctx);
	else if (self->camera.fd >= 0)
		r = take(self, out, now, ctx);
	if (r != PKD_SKIP)
		return r;
	if (self->camera.fd >= 0)
		look_at_silence(self, now, ctx);
	report_losses(self, now, ctx);
	if (self->camera.fd < 0 && !self->params->reopen && video_camera_get_state(ctx)->begun)
		return pkd_error(ctx, ENODEV, "the camera '%s' has gone, and reopen is false",
		                 self->params->device);
	return self->has_told ? pkd_later(ctx, due_of(self)) : tell(self, out, now, ctx);
}

/* step takes what is there. */
int video_camera_ready(struct video_camera *self, struct pkd_ctx *ctx)
{
	(void)self, (void)ctx;
	return PKD_OK;
}

/* What the camera refuses is told, and the rest goes on. */
int video_camera_changed(struct video_camera *self, const struct video_camera_params *params,
                         struct pkd_ctx *ctx)
{
	char said[CAMERA_TEXT_SIZE] = "";
	struct camera_failure failure;
	int r = camera_controls_check(params->controls.text, &failure);

	if (r == 0 && self->camera.fd >= 0)
		r = camera_controls_set(self->camera.fd, params->controls.text, &failure, said);
	if (r < 0)
		pkd_note(ctx, "%s", failure.text);
	if (*said)
		pkd_note(ctx, "%s", said);
	return PKD_OK;
}

void video_camera_finish(struct video_camera *self)
{
	camera_close(&self->camera);
	media_picture_free(&self->picture);
	avcodec_free_context(&self->decoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
	av_frame_free(&self->raw);
	free(self->bytes);
	free(self->bytes_before);
}

PKD_WATCHING_LIVE_NODE(video_camera);
