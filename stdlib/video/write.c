/* video.write: H.264 by libx264, in fragments of MP4 with one frame each.
 *
 * A fragment goes to the file within its firing, behind the last committed one, and the persistent
 * state says where that ends: what a killed firing has written is cut off at the restart. That needs
 * an encoder that gives each frame back at once, so there are no B-frames and no look-ahead. A new
 * incarnation has a new encoder, which begins with a key frame; its parameters being the same, the
 * header of the file holds for it too. */
#include "log.h"
#include "mp4.h"

#include "../base/sink_file.h"

#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/intreadwrite.h>
#ifdef PKD_HAS_LIBYUV
#include <libyuv.h>
#else
#include <libswscale/swscale.h>
#endif
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/write.pkd.h>

enum {
	TICKS_PER_SECOND = 90000, /* time base of encoder and file */
	KEY_TICKS = TICKS_PER_SECOND,
	MAX_KEY_FRAMES = 120, /* frames between key frames, where capture times stand still */
	LONE_FRAME_TICKS = TICKS_PER_SECOND / 25, /* how long a video of one frame lasts */
	NOMINAL_RATE = 30, /* what x264 plans for; the true one is unknown at the first frame */
	MIN_THREADS = 2,   /* of the encoder … */
	MAX_THREADS = 8,
	THREAD_PIXELS = 1 << 20, /* … which are one for so many pixels */
	PROBE_STACK_SIZE = 128 * 1024,
	NS_PER_SECOND = 1000000000,
	MAX_SIDE = 16384, /* x264's limit, in pixels */
	MAX_ASPECT = 65535,
};

static const int64_t MAX_STEP = UINT32_MAX; /* ticks that a frame can last in the file: 13 hours */

/* Why a frame is not where its capture time says. */
enum bridge { STOOD_STILL, WENT_BACK, LEAPT, N_BRIDGES };

struct video_write {
	const struct video_write_params *params;
	struct pkd_ctx *ctx;
	struct sink_file file;
	struct video_write_state now; /* as the last firing left it; without the mark of `file` */
	struct mp4_index index;
	AVCodecContext *encoder;
#ifndef PKD_HAS_LIBYUV
	struct SwsContext *scaler;
#endif
	AVFrame *frame; /* yuv420p, the encoder's input */
	AVPacket *packet;
	int64_t key_ticks; /* time of the last key frame of this encoder, where it has one */
	bool has_key, has_failed, has_no_index;
	bool has_said[N_BRIDGES];
	AVRational pixel_aspect; /* 0:1 = as the frames say */
};

/* x264's own words are in the log, but for those about memory, which go to stderr. */
static const char *error_text(int error, char text[static MEDIA_TEXT_SIZE])
{
	if (error == AVERROR_EXTERNAL)
		return media_log_take(text) ? text : "x264 failed, most likely for want of memory";
	return error > -4096 ? sink_file_error(-error) : media_error_text(error, text);
}

/* Says it once. */
static int failed(struct video_write *self, int error)
{
	char text[MEDIA_TEXT_SIZE];
	int code = media_errno(error);

	if (self->has_failed)
		return -code;
	self->has_failed = true;
	return pkd_error(self->ctx, code, "cannot write '%s': %s", self->params->path,
	                 error_text(error, text));
}

/* ---- Opening ---- */

/* The muxer's header wants start codes where the encoder has been told to write lengths. */
static void put_start_codes(uint8_t *data, int size)
{
	int n;

	for (int at = 0; at + 4 < size; at += 4 + n) {
		n = (int)AV_RB32(data + at);
		if (n < 0 || n > size - at - 4)
			return; /* in another form already */
		AV_WB32(data + at, 1);
	}
}

/* By the size alone: each thread makes a slice of its own, and a film should not depend on the
 * machine. */
static int threads_for(int width, int height)
{
	int64_t n = ((int64_t)width * height + THREAD_PIXELS / 2) / THREAD_PIXELS;

	return (int)av_clip64(n, MIN_THREADS, MAX_THREADS);
}

static int open_encoder(struct video_write *self)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
	AVDictionary *options = NULL;
	AVCodecContext *encoder;
	int error;

	if (!codec)
		return AVERROR_ENCODER_NOT_FOUND;
	encoder = self->encoder = avcodec_alloc_context3(codec);
	if (!encoder)
		return AVERROR(ENOMEM);
	encoder->width = (int)self->now.width & ~1;
	encoder->height = (int)self->now.height & ~1;
	encoder->pix_fmt = AV_PIX_FMT_YUV420P;
	encoder->colorspace = AVCOL_SPC_SMPTE170M; /* what convert makes */
	encoder->color_range = AVCOL_RANGE_MPEG;
	encoder->sample_aspect_ratio = self->pixel_aspect;
	encoder->time_base = (AVRational){1, TICKS_PER_SECOND};
	encoder->framerate = (AVRational){NOMINAL_RATE, 1};
	encoder->gop_size = MAX_KEY_FRAMES;
	encoder->max_b_frames = 0;
	encoder->thread_count = threads_for(encoder->width, encoder->height);
	encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_dict_set(&options, "preset", "veryfast", 0);
	av_dict_set(&options, "tune", "zerolatency", 0);
	av_dict_set(&options, "forced-idr", "1", 0);
	av_dict_set(&options, "x264-params", "annexb=0", 0); /* lengths, as MP4 wants them */
	av_dict_set_int(&options, "crf", self->params->quality, 0);
	error = avcodec_open2(encoder, codec, &options);
	av_dict_free(&options);
	if (error >= 0)
		put_start_codes(encoder->extradata, encoder->extradata_size);
	return error;
}

static int open_picture(struct video_write *self)
{
	self->packet = av_packet_alloc();
	self->frame = av_frame_alloc();
	if (!self->packet || !self->frame)
		return AVERROR(ENOMEM);
	self->frame->format = AV_PIX_FMT_YUV420P;
	self->frame->width = self->encoder->width;
	self->frame->height = self->encoder->height;
	return av_frame_get_buffer(self->frame, 0);
}

/* Makes ftyp and moov in memory, which the caller frees; returns how many bytes. */
static int mux_header(struct video_write *self, AVFormatContext *format, uint8_t **ret_header)
{
	AVStream *stream = avformat_new_stream(format, NULL);
	AVDictionary *options = NULL;
	int error, size;

	if (!stream)
		return AVERROR(ENOMEM);
	stream->time_base = self->encoder->time_base;
	stream->sample_aspect_ratio = self->encoder->sample_aspect_ratio;
	error = avcodec_parameters_from_context(stream->codecpar, self->encoder);
	if (error >= 0)
		error = avio_open_dyn_buf(&format->pb);
	if (error < 0)
		return error;
	av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
	error = avformat_write_header(format, &options);
	av_dict_free(&options);
	if (error >= 0 && stream->time_base.den != TICKS_PER_SECOND)
		error = AVERROR_BUG;
	size = avio_close_dyn_buf(format->pb, ret_header);
	format->pb = NULL;
	return error < 0 ? error : size;
}

static int write_header(struct video_write *self)
{
	AVFormatContext *format = NULL;
	uint8_t *header = NULL;
	int error = avformat_alloc_output_context2(&format, NULL, "mp4", NULL);

	if (error >= 0)
		error = mux_header(self, format, &header);
	if (error >= 0)
		error = sink_file_append(&self->file, header, (size_t)error);
	av_free(header);
	avformat_free_context(format);
	return error;
}

/* Says what is wrong with a first frame. */
static int check_first(struct video_write *self, uint32_t width, uint32_t height)
{
	const char *wrong = NULL;

	if (width < 2 || height < 2)
		wrong = "small for H.264: 2x2 is the least";
	else if (width > MAX_SIDE + 1 || height > MAX_SIDE + 1)
		wrong = "large for H.264: x264 takes up to 16384 pixels a side";
	else if (av_image_check_size(width & ~1U, height & ~1U, 0, NULL) < 0)
		wrong = "large for H.264: FFmpeg takes up to 2^28 pixels";
	if (!wrong)
		return PKD_OK;
	self->has_failed = true;
	return pkd_error(self->ctx, EINVAL, "a frame of %" PRIu32 "x%" PRIu32 " is too %s", width,
	                 height, wrong);
}

static int take_first(struct video_write *self, const struct pkd_image *image)
{
	int error = check_first(self, image->width, image->height);

	if (error)
		return error;
	self->now.width = image->width;
	self->now.height = image->height;
	if ((image->width | image->height) & 1)
		pkd_note(self->ctx,
		         "H.264 needs even sizes: %" PRIu32 "x%" PRIu32 " is cut to %" PRIu32
		         "x%" PRIu32,
		         image->width, image->height, image->width & ~1U, image->height & ~1U);
	return PKD_OK;
}

static int check_size(struct video_write *self, const struct pkd_image *image)
{
	if (image->width == self->now.width && image->height == self->now.height)
		return PKD_OK;
	self->has_failed = true;
	return pkd_error(self->ctx, EINVAL,
	                 "the frame is %" PRIu32 "x%" PRIu32 ", the video in '%s' %" PRIu32
	                 "x%" PRIu32 ": its size cannot change",
	                 image->width, image->height, self->params->path, self->now.width,
	                 self->now.height);
}

static void *wait_for(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	return NULL;
}

/* x264 does not say that it got too few threads: tries to start as many, all at once. Small ones, for
 * otherwise it may be the memory that they lack. */
static bool has_threads(int n)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t threads[MAX_THREADS];
	pthread_attr_t small;
	int started = 0;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PROBE_STACK_SIZE);
	pthread_mutex_lock(&lock);
	while (started < n && !pthread_create(&threads[started], &small, wait_for, &lock))
		started++;
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_attr_destroy(&small);
	return started == n;
}

static int encoder_failed(struct video_write *self, int error)
{
	int n = self->encoder ? self->encoder->thread_count : 0;

	if (error != AVERROR_EXTERNAL || has_threads(n))
		return failed(self, error);
	self->has_failed = true;
	return pkd_error(self->ctx, EAGAIN,
	                 "cannot write '%s': no more threads can be started, x264 needs %d; see "
	                 "'ulimit -u' and the pids.max of the cgroup",
	                 self->params->path, n);
}

static int open_video(struct video_write *self, const struct pkd_image *image)
{
	AVRational *aspect = &self->pixel_aspect;
	char said[MEDIA_TEXT_SIZE];
	int error;

	if (aspect->num == 0 && image->pixel_width > 0 && image->pixel_height > 0)
		av_reduce(&aspect->num, &aspect->den, image->pixel_width, image->pixel_height,
		          MAX_ASPECT);
	media_log_take(said); /* by others */
	error = open_encoder(self);
	if (error < 0)
		return encoder_failed(self, error);
	error = open_picture(self);
	if (error >= 0 && self->now.n_frames == 0)
		error = write_header(self);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- Frames ---- */

/* As long as the frames before it on average, until the next one shows how long it is. */
static int64_t usual_duration(const struct video_write *self)
{
	int64_t n_before = (int64_t)self->now.n_frames - 1;
	int64_t ticks = n_before > 0 ? self->now.ticks / n_before : LONE_FRAME_TICKS;

	return ticks > 0 ? ticks : 1;
}

static int64_t since(int64_t from, int64_t to)
{
	int64_t ns;

	if (__builtin_sub_overflow(to, from, &ns))
		ns = to < from ? INT64_MIN : INT64_MAX;
	return av_rescale(ns, TICKS_PER_SECOND, NS_PER_SECOND);
}

/* Once for each way in which capture times can fail to serve as times in a file. */
static void say_bridged(struct video_write *self, enum bridge why, int64_t time)
{
	static const char *const whys[] = {
		[STOOD_STILL] = "two frames have one capture time",
		[WENT_BACK] = "capture times go back",
		[LEAPT] = "capture times leap by more than a frame can last in an MP4",
	};

	if (self->has_said[why])
		return;
	self->has_said[why] = true;
	pkd_note(self->ctx, "%s, from %.6f s to %.6f s: '%s' goes on by a frame's period",
	         whys[why], (double)self->now.last_time / NS_PER_SECOND,
	         (double)time / NS_PER_SECOND, self->params->path);
}

/* As long as frames last, which neither an odd one out nor a long pause should decide. */
static int64_t usual_step(const struct video_write *self)
{
	int64_t average = usual_duration(self), last = self->now.step;

	return last > 0 && last < average ? last : average;
}

/* Where a frame of that capture time stands in the file, behind the last one: where its capture time
 * says. Where that is no place (the origin was restarted, its clock was set), a frame's period
 * behind the last one; and where capture times run on from there, so does the file. */
static int64_t ticks_of(struct video_write *self, int64_t time)
{
	struct video_write_state *now = &self->now;
	int64_t ticks = now->base_ticks + since(now->base_time, time);
	int64_t step = since(now->last_time, time);

	if (ticks > now->ticks && ticks - now->ticks <= MAX_STEP)
		return ticks;
	if (step > 0 && step <= MAX_STEP) {
		now->base_time = time;
		return now->base_ticks = now->ticks + step;
	}
	say_bridged(self, step > MAX_STEP ? LEAPT : step < 0 ? WENT_BACK : STOOD_STILL, time);
	return now->ticks + usual_step(self);
}

static void take_time(struct video_write *self)
{
	struct video_write_state *now = &self->now;
	int64_t time = pkd_time(self->ctx);

	if (now->n_frames == 0) {
		now->base_time = time;
	} else {
		int64_t ticks = ticks_of(self, time);

		now->step = ticks - now->ticks;
		now->ticks = ticks;
	}
	now->last_time = time;
	now->n_frames++;
}

static void stamp(struct video_write *self)
{
	int64_t ticks;

	take_time(self);
	ticks = self->now.ticks;
	self->frame->pts = ticks;
	self->frame->pict_type = AV_PICTURE_TYPE_NONE;
	if (!self->has_key || ticks - self->key_ticks >= KEY_TICKS) {
		self->frame->pict_type = AV_PICTURE_TYPE_I;
		self->key_ticks = ticks;
		self->has_key = true;
	}
}

/* The packet of the frame that was sent. One that came later would be lost by a kill. */
static int encode(struct video_write *self)
{
	int error = avcodec_send_frame(self->encoder, self->frame);

	if (error >= 0)
		error = avcodec_receive_packet(self->encoder, self->packet);
	return error == AVERROR(EAGAIN) ? AVERROR_BUG : error;
}

/* Done again after a kill, it writes the same. */
static int correct_duration(const struct video_write *self, uint64_t fragment, int64_t ticks)
{
	uint8_t duration[4];

	mp4_put_duration(duration, (uint64_t)ticks);
	return sink_file_put(&self->file, fragment + MP4_DURATION_AT, duration, sizeof(duration));
}

static int write_fragment(struct video_write *self)
{
	struct mp4_frame frame = {
		.number = (uint32_t)self->now.n_frames,
		.time = (uint64_t)self->now.ticks,
		.duration = (uint64_t)usual_duration(self),
		.size = (uint32_t)self->packet->size,
		.is_key = self->packet->flags & AV_PKT_FLAG_KEY,
	};
	uint64_t at = self->file.end;
	uint8_t head[MP4_HEAD_SIZE];
	int error = 0;

	mp4_put_head(head, &frame);
	/* The head comes last: until it is there, players take its place for the end of the file. */
	if (!self->file.is_stream)
		error = sink_file_put(&self->file, at + sizeof(head), self->packet->data,
		                      frame.size);
	if (!error)
		error = sink_file_put(&self->file, at, head, sizeof(head));
	if (!error && self->file.is_stream)
		error = sink_file_put(&self->file, 0, self->packet->data, frame.size);
	self->now.last = at;
	self->file.end = at + sizeof(head) + frame.size;
	return error;
}

static void index_frame(struct video_write *self)
{
	struct mp4_key key = {(uint64_t)self->now.ticks, self->now.last};

	if (self->packet->flags & AV_PKT_FLAG_KEY && !self->has_no_index)
		self->has_no_index = mp4_index_add(&self->index, key) < 0;
}

/* ---- Colours: BT.601, 16 to 235 ---- */

/* libyuv is the nearer to the formula, and faster; libswscale overflows without its slow rounding. */

#ifdef PKD_HAS_LIBYUV

static int convert(struct video_write *self, const struct pkd_image *image)
{
	AVFrame *to = self->frame;
	int error = av_frame_make_writable(to);

	/* libyuv's RGB24 is BGR in memory. */
	return error < 0 ? error
	                 : RGB24ToI420(pkd_const_pixels(image), (int)image->stride, to->data[0],
	                               to->linesize[0], to->data[1], to->linesize[1], to->data[2],
	                               to->linesize[2], to->width, to->height);
}

static void release_scaler(struct video_write *self)
{
	(void)self;
}

#else

static int convert(struct video_write *self, const struct pkd_image *image)
{
	const uint8_t *planes[4] = {pkd_const_pixels(image)};
	int strides[4] = {(int)image->stride};
	AVFrame *to = self->frame;
	int error = av_frame_make_writable(to);

	if (error < 0)
		return error;
	if (!self->scaler)
		self->scaler = sws_getContext(to->width, to->height, AV_PIX_FMT_BGR24, to->width,
		                              to->height, AV_PIX_FMT_YUV420P,
		                              SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL);
	if (!self->scaler)
		return AVERROR(ENOMEM);
	sws_scale(self->scaler, planes, strides, 0, to->height, to->data, to->linesize);
	return 0;
}

static void release_scaler(struct video_write *self)
{
	sws_freeContext(self->scaler);
}

#endif

static int add(struct video_write *self, const struct pkd_image *image)
{
	uint64_t end = self->file.end, before = self->now.last;
	int error = convert(self, image);

	if (error < 0)
		return failed(self, error);
	stamp(self);
	error = encode(self);
	if (error >= 0)
		error = write_fragment(self);
	if (error >= 0 && self->now.n_frames > 1 && !self->file.is_stream)
		error = correct_duration(self, before, self->now.step);
	if (error >= 0)
		index_frame(self);
	else
		sink_file_cut(&self->file, end);
	av_packet_unref(self->packet);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- The node ---- */

static void release(struct video_write *self)
{
	sink_file_close(&self->file);
	mp4_index_release(&self->index);
	release_scaler(self);
	avcodec_free_context(&self->encoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
}

/* Key frames of earlier incarnations. Without them no index is better than one with gaps. */
static void scan(struct video_write *self)
{
	self->has_no_index = mp4_index_scan(&self->index, self->file.fd, self->file.end) < 0;
}

static int open_file(struct video_write *self)
{
	const struct video_write_state *state = video_write_get_state(self->ctx);
	int error;

	self->now = *state;
	self->file.device = state->device;
	self->file.inode = state->inode;
	self->file.end = state->end;
	error = sink_file_open(&self->file, self->ctx, self->params->path, false);
	if (error)
		return error;
	if (self->file.is_lost)
		self->now = (struct video_write_state){0};
	if (self->file.is_resumed && self->file.is_stream)
		return pkd_error(self->ctx, ESPIPE,
		                 "'%s' is no file: a video in it cannot go on after a restart",
		                 self->params->path);
	if (self->file.is_resumed)
		scan(self);
	return PKD_OK;
}

/* A number of 1 to 65535, as H.264 stores it; 0 for anything else. */
static int aspect_number(const char *text, const char *end)
{
	int number = 0;

	if (text == end || end - text > 5)
		return 0;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		number = number * 10 + *text - '0';
	}
	return number <= MAX_ASPECT ? number : 0;
}

static int take_pixel_aspect(struct video_write *self)
{
	const char *text = self->params->pixel_aspect, *colon = strchr(text, ':');
	AVRational aspect = {0, 1};

	if (strcmp(text, "auto") == 0)
		return PKD_OK;
	if (colon) {
		aspect.num = aspect_number(text, colon);
		aspect.den = aspect_number(colon + 1, text + strlen(text));
	}
	if (aspect.num == 0 || aspect.den == 0)
		return pkd_error(self->ctx, EINVAL,
		                 "pixel_aspect is '%s': write auto, or the width and height of a "
		                 "pixel (1 to 65535), such as 64:45",
		                 text);
	av_reduce(&self->pixel_aspect.num, &self->pixel_aspect.den, aspect.num, aspect.den,
	          MAX_ASPECT);
	return PKD_OK;
}

int video_write_init(struct video_write *self, const struct video_write_params *params,
                     struct pkd_ctx *ctx)
{
	int error;

	media_log_begin();
	self->params = params;
	self->ctx = ctx;
	self->file.fd = -1;
	if (!avcodec_find_encoder_by_name("libx264"))
		return pkd_error(ctx, ENOTSUP,
		                 "cannot write H.264: this FFmpeg was built without libx264");
	self->pixel_aspect.den = 1;
	error = take_pixel_aspect(self);
	if (!error)
		error = open_file(self);
	if (error)
		release(self);
	return error;
}

int video_write_step(struct video_write *self, const struct video_write_in *in,
                     struct video_write_out *out, struct pkd_ctx *ctx)
{
	struct video_write_state *state = video_write_get_state(ctx);
	int error;

	(void)out;
	self->ctx = ctx;
	if (self->has_failed)
		return -EIO;
	error = self->now.n_frames == 0 ? take_first(self, in->frame) : check_size(self, in->frame);
	if (!error && !self->encoder)
		error = open_video(self, in->frame);
	if (!error)
		error = add(self, in->frame);
	if (error)
		return error;
	*state = self->now;
	state->device = self->file.device;
	state->inode = self->file.inode;
	state->end = self->file.end;
	return PKD_OK;
}

/* A file without is whole too: players find the key frames by themselves. */
static void write_index(struct video_write *self)
{
	uint64_t end = self->file.end;
	size_t size = 0;
	uint8_t *box = NULL;

	if (!self->has_no_index && self->index.n > 0)
		box = mp4_index_box(&self->index, &size);
	if (box && sink_file_append(&self->file, box, size) < 0) {
		sink_file_cut(&self->file, end);
		if (!self->has_failed)
			pkd_note(self->ctx, "no room for the index of '%s': all frames are there",
			         self->params->path);
	}
	free(box);
}

/* After a change of size, too, the file is ended well. close reports what a network file system
 * kept. */
void video_write_finish(struct video_write *self)
{
	int error;

	write_index(self);
	error = sink_file_close(&self->file);
	if (error)
		failed(self, error);
	release(self);
}

PKD_NODE(video_write);
