/* video.write: H.264 in fragmented MP4, by libx264.
 *
 * A fragment is written to the file when the key frame after it arrives, and key frames are
 * forced every KEY_TICKS of capture time, so that a killed program loses about a second of its
 * video at most. No B-frames and no look-ahead: a frame that went in has come out as a packet. */
#include <errno.h>
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
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
	ENCODER_THREADS = 2,
	ERROR_SIZE = 128,
};

struct video_write {
	const struct video_write_params *params;
	struct pkd_ctx *ctx;
	AVFormatContext *format;
	AVStream *stream;
	AVCodecContext *encoder;
	struct SwsContext *scaler;
	AVFrame *frame; /* yuv420p, the encoder's input */
	AVPacket *packet;
	uint32_t width, height; /* of the first frame, before it is made even */
	int64_t first_ns;       /* capture time of the first frame */
	int64_t pts, key_pts;   /* of the last frame and of the last key frame, ticks */
	int64_t n_frames;
	bool has_header, has_failed;
};

static const char *ffmpeg_text(int error, char text[static ERROR_SIZE])
{
	if (av_strerror(error, text, ERROR_SIZE) < 0)
		snprintf(text, ERROR_SIZE, "FFmpeg error %d", error);
	return text;
}

/* Says it once; FFmpeg's codes are -errno or its own tags, far below any errno. */
static int failed(struct video_write *self, int error)
{
	int code = error > -4096 ? -error : EIO;
	char text[ERROR_SIZE];

	if (self->has_failed)
		return -code;
	self->has_failed = true;
	return pkd_error(self->ctx, code, "cannot write '%s': %s", self->params->path,
	                 ffmpeg_text(error, text));
}

/* ---- Opening ---- */

static int open_file(struct video_write *self)
{
	const char *path = self->params->path;
	size_t n = strlen(path) + sizeof("file:");
	char *url = malloc(n); /* a name with a colon would be taken for a protocol */
	int error = AVERROR(ENOMEM);

	if (url) {
		snprintf(url, n, "file:%s", path);
		error = avformat_alloc_output_context2(&self->format, NULL, "mp4", url);
	}
	if (error >= 0)
		error = avio_open(&self->format->pb, url, AVIO_FLAG_WRITE);
	free(url);
	return error;
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
	encoder->width = (int)self->width & ~1;
	encoder->height = (int)self->height & ~1;
	encoder->pix_fmt = AV_PIX_FMT_YUV420P;
	encoder->colorspace = AVCOL_SPC_SMPTE170M; /* what the scaler makes */
	encoder->color_range = AVCOL_RANGE_MPEG;
	encoder->time_base = (AVRational){1, TICKS_PER_SECOND};
	encoder->framerate = (AVRational){NOMINAL_RATE, 1};
	encoder->gop_size = MAX_KEY_FRAMES;
	encoder->max_b_frames = 0;
	encoder->thread_count = ENCODER_THREADS;
	encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_dict_set(&options, "preset", "veryfast", 0);
	av_dict_set(&options, "tune", "zerolatency", 0);
	av_dict_set(&options, "forced-idr", "1", 0);
	av_dict_set_int(&options, "crf", self->params->quality, 0);
	error = avcodec_open2(encoder, codec, &options);
	av_dict_free(&options);
	return error;
}

static int open_picture(struct video_write *self)
{
	int width = self->encoder->width, height = self->encoder->height;

	self->packet = av_packet_alloc();
	self->frame = av_frame_alloc();
	if (!self->packet || !self->frame)
		return AVERROR(ENOMEM);
	self->frame->format = AV_PIX_FMT_YUV420P;
	self->frame->width = width;
	self->frame->height = height;
	self->scaler = sws_getContext(width, height, AV_PIX_FMT_BGR24, width, height,
	                              AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND, NULL,
	                              NULL, NULL);
	if (!self->scaler)
		return AVERROR(ENOMEM);
	return av_frame_get_buffer(self->frame, 0);
}

/* Flushed after every packet; between two fragments there is nothing to flush. */
static int write_header(struct video_write *self)
{
	AVDictionary *options = NULL;
	int error;

	self->stream = avformat_new_stream(self->format, NULL);
	if (!self->stream)
		return AVERROR(ENOMEM);
	self->stream->time_base = self->encoder->time_base;
	error = avcodec_parameters_from_context(self->stream->codecpar, self->encoder);
	if (error < 0)
		return error;
	self->format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
	av_dict_set(&options, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
	error = avformat_write_header(self->format, &options);
	av_dict_free(&options);
	if (error < 0)
		return error;
	self->has_header = true;
	avio_flush(self->format->pb);
	return self->format->pb->error;
}

static int open_video(struct video_write *self, const struct pkd_image *image)
{
	int error;

	self->width = image->width;
	self->height = image->height;
	if (image->width < 2 || image->height < 2) {
		self->has_failed = true;
		return pkd_error(self->ctx, EINVAL,
		                 "a frame of %" PRIu32 "x%" PRIu32 " is too small for H.264",
		                 image->width, image->height);
	}
	if ((image->width | image->height) & 1)
		pkd_note(self->ctx,
		         "H.264 needs even sizes: %" PRIu32 "x%" PRIu32 " is cut to %" PRIu32
		         "x%" PRIu32,
		         image->width, image->height, image->width & ~1U, image->height & ~1U);
	error = open_encoder(self);
	if (error >= 0)
		error = open_picture(self);
	if (error >= 0)
		error = write_header(self);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- Frames ---- */

/* The muxer takes each duration from the next packet but the last one, which lasts as long as
 * the frames before it on average. */
static int64_t usual_duration(const struct video_write *self)
{
	int64_t ticks = self->n_frames > 1 ? self->pts / (self->n_frames - 1) : LONE_FRAME_TICKS;

	return ticks > 0 ? ticks : 1;
}

/* Takes what the encoder has ready, after `frame` or, with NULL, its end. */
static int encode(struct video_write *self, const AVFrame *frame)
{
	int error = avcodec_send_frame(self->encoder, frame);

	while (error >= 0) {
		error = avcodec_receive_packet(self->encoder, self->packet);
		if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
			return 0;
		if (error < 0)
			break;
		self->packet->stream_index = self->stream->index;
		self->packet->duration = usual_duration(self);
		av_packet_rescale_ts(self->packet, self->encoder->time_base,
		                     self->stream->time_base);
		error = av_interleaved_write_frame(self->format, self->packet);
	}
	return error;
}

/* Strictly increasing, also where capture times repeat or go back. */
static void stamp(struct video_write *self)
{
	int64_t now_ns = pkd_time(self->ctx), pts;

	if (self->n_frames == 0)
		self->first_ns = now_ns;
	pts = av_rescale(now_ns - self->first_ns, TICKS_PER_SECOND, 1000000000);
	if (self->n_frames > 0 && pts <= self->pts)
		pts = self->pts + 1;
	self->pts = pts;
	self->frame->pts = pts;
	self->frame->pict_type = AV_PICTURE_TYPE_NONE;
	if (self->n_frames == 0 || pts - self->key_pts >= KEY_TICKS) {
		self->frame->pict_type = AV_PICTURE_TYPE_I;
		self->key_pts = pts;
	}
	self->n_frames++;
}

static int add(struct video_write *self, const struct pkd_image *image)
{
	const uint8_t *planes[4] = {pkd_const_pixels(image)};
	int strides[4] = {(int)image->stride};
	int error = av_frame_make_writable(self->frame);

	if (error < 0)
		return failed(self, error);
	sws_scale(self->scaler, planes, strides, 0, self->frame->height, self->frame->data,
	          self->frame->linesize);
	stamp(self);
	error = encode(self, self->frame);
	return error < 0 ? failed(self, error) : PKD_OK;
}

/* ---- The node ---- */

static int close_file(struct video_write *self)
{
	return self->format && self->format->pb ? avio_closep(&self->format->pb) : 0;
}

static void release(struct video_write *self)
{
	close_file(self);
	sws_freeContext(self->scaler);
	avcodec_free_context(&self->encoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
	avformat_free_context(self->format);
	self->format = NULL;
}

int video_write_init(struct video_write *self, const struct video_write_params *params,
                     struct pkd_ctx *ctx)
{
	int error;

	if (!getenv("PKD_FFMPEG_LOG"))
		av_log_set_level(AV_LOG_FATAL);
	self->params = params;
	self->ctx = ctx;
	if (!avcodec_find_encoder_by_name("libx264"))
		return pkd_error(ctx, ENOTSUP, "this FFmpeg was built without libx264");
	error = open_file(self);
	if (error < 0) {
		error = failed(self, error);
		release(self);
		return error;
	}
	return PKD_OK;
}

int video_write_step(struct video_write *self, const struct video_write_in *in,
                     struct video_write_out *out, struct pkd_ctx *ctx)
{
	int error;

	(void)out;
	self->ctx = ctx;
	if (self->has_failed)
		return -EIO;
	if (!self->encoder) {
		error = open_video(self, in->frame);
		if (error)
			return error;
	}
	if (in->frame->width != self->width || in->frame->height != self->height) {
		self->has_failed = true;
		return pkd_error(ctx, EINVAL,
		                 "the frame is %" PRIu32 "x%" PRIu32 ", the video in '%s' %" PRIu32
		                 "x%" PRIu32 ": its size cannot change",
		                 in->frame->width, in->frame->height, self->params->path,
		                 self->width, self->height);
	}
	return add(self, in->frame);
}

/* After a change of size the file is ended well, after a failed write it is left as it is. */
void video_write_finish(struct video_write *self)
{
	int error = 0;

	if (self->has_header && self->format->pb->error >= 0) {
		error = encode(self, NULL);
		if (error >= 0)
			error = av_write_trailer(self->format);
		if (error >= 0)
			error = close_file(self);
	}
	if (error < 0)
		failed(self, error);
	release(self);
}

PKD_NODE(video_write);
