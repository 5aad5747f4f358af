/* video.open: a file's frames as bgr24, with the file's own time stamps. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <video/open.pkd.h>

enum {
	DECODER_THREADS = 2,
	MAX_BROKEN_AT_END = 64, /* errors while draining, until the decoder is given up */
	DEFAULT_FRAME_NS = 40000000,
	ERROR_SIZE = 128,
	SAFE_WIDTH = 32, /* pixels; see bounce_stride */
	PIPE_BUFFER_SIZE = 32 * 1024,
	PIPE_LOOK_MS = 50, /* how soon a stop is seen while a pipe is silent */
};

/* What a scaler was made for; another picture needs another one. */
struct picture {
	int width, height, format, colorspace, range;
};

struct video_open {
	const struct video_open_params *params;
	struct pkd_ctx *ctx; /* of the call in progress, for the interrupt callback */
	AVFormatContext *format;
	AVIOContext *pipe; /* NULL for all that libavformat opens itself */
	int pipe_fd;
	bool pipe_has_begun;
	AVCodecContext *decoder;
	struct SwsContext *scaler;
	struct picture scaler_picture;
	uint8_t *bounce; /* NULL when the scaler may write into the slot */
	int bounce_stride;
	AVPacket *packet;
	AVFrame *frame; /* decoded and not yet delivered, when has_frame */
	int stream;
	bool has_frame, draining, has_base;
	int64_t base;     /* time stamp that is capture time 0, in the stream's units */
	int64_t frame_ns; /* capture time of `frame`, or of the last one */
	int64_t first_ns; /* capture time and clock of the first delivered frame */
	int64_t first_clock_ns;
	uint64_t n_frames, n_broken;
	uint64_t n_indexed; /* frames by the file's index; 0 = it has none */
};

static const char *ffmpeg_text(int error, char text[static ERROR_SIZE])
{
	if (av_strerror(error, text, ERROR_SIZE) < 0)
		snprintf(text, ERROR_SIZE, "FFmpeg error %d", error);
	return text;
}

/* FFmpeg's codes are -errno or its own tags, far below any errno. */
static int errno_of(int error)
{
	return error > -4096 ? -error : EIO;
}

static int interrupted(void *opaque)
{
	const struct video_open *self = opaque;

	return pkd_stopping(self->ctx);
}

/* ---- Pipes ---- */

/* libavformat would open and read a pipe without asking for a stop, and its open waits for a writer.
 * Here, until the first byte, a pipe without a writer is one whose writer is still to come; from then
 * on it has ended. */
static int read_pipe(void *opaque, uint8_t *buffer, int size)
{
	struct video_open *self = opaque;
	struct pollfd pipe = {.fd = self->pipe_fd, .events = POLLIN};

	while (!pkd_stopping(self->ctx)) {
		ssize_t n;

		if (poll(&pipe, 1, PIPE_LOOK_MS) <= 0 && !self->pipe_has_begun)
			continue;
		n = read(self->pipe_fd, buffer, (size_t)size);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		self->pipe_has_begun = true;
		if (n < 0)
			return AVERROR(errno);
		return n > 0 ? (int)n : AVERROR_EOF;
	}
	return AVERROR_EXIT;
}

static bool is_pipe(const char *source)
{
	struct stat file;

	return stat(source, &file) == 0 && S_ISFIFO(file.st_mode);
}

static int open_pipe(struct video_open *self)
{
	uint8_t *buffer;

	self->pipe_fd = open(self->params->source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (self->pipe_fd < 0)
		return AVERROR(errno);
	buffer = av_malloc(PIPE_BUFFER_SIZE);
	if (buffer)
		self->pipe = avio_alloc_context(buffer, PIPE_BUFFER_SIZE, 0, self, read_pipe, NULL,
		                                NULL);
	if (!self->pipe) {
		av_free(buffer);
		return AVERROR(ENOMEM);
	}
	self->format->pb = self->pipe;
	return 0;
}

static void close_pipe(struct video_open *self)
{
	if (self->pipe)
		av_freep(&self->pipe->buffer);
	avio_context_free(&self->pipe);
	if (self->pipe_fd >= 0)
		close(self->pipe_fd);
	self->pipe_fd = -1;
}

/* ---- Opening ---- */

/* A name with a colon in it would be taken for a protocol. */
static char *url_of(const char *source)
{
	size_t n = strlen(source) + sizeof("file:");
	char *url = malloc(n);

	if (url)
		snprintf(url, n, "%s%s", strstr(source, "://") ? "" : "file:", source);
	return url;
}

/* PKD_END when the program was stopped meanwhile. */
static int open_container(struct video_open *self)
{
	const char *source = self->params->source;
	char *url = url_of(source), text[ERROR_SIZE];
	int error = 0;

	self->format = avformat_alloc_context();
	if (!url || !self->format) {
		free(url);
		return pkd_error(self->ctx, ENOMEM, "out of memory");
	}
	self->format->interrupt_callback = (AVIOInterruptCB){interrupted, self};
	if (is_pipe(source))
		error = open_pipe(self);
	if (error >= 0)
		error = avformat_open_input(&self->format, url, NULL, NULL);
	free(url);
	if (error < 0 && pkd_stopping(self->ctx))
		return PKD_END;
	if (error == AVERROR_INVALIDDATA || error == AVERROR_EOF)
		return pkd_error(self->ctx, EINVAL,
		                 "'%s' is not a video that FFmpeg can read, or is cut off", source);
	if (error < 0)
		return pkd_error(self->ctx, errno_of(error), "cannot open '%s': %s", source,
		                 ffmpeg_text(error, text));
	error = avformat_find_stream_info(self->format, NULL);
	if (pkd_stopping(self->ctx))
		return PKD_END;
	if (error < 0)
		return pkd_error(self->ctx, errno_of(error), "cannot read '%s': %s", source,
		                 ffmpeg_text(error, text));
	return PKD_OK;
}

static int open_decoder(struct video_open *self)
{
	const AVCodec *codec = NULL;
	const AVCodecParameters *parameters;
	const char *source = self->params->source;
	char text[ERROR_SIZE];
	int error;

	self->stream = av_find_best_stream(self->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
	if (self->stream == AVERROR_DECODER_NOT_FOUND)
		return pkd_error(self->ctx, ENOTSUP, "this FFmpeg has no decoder for '%s'", source);
	if (self->stream < 0)
		return pkd_error(self->ctx, EINVAL, "'%s' has no video in it", source);
	parameters = self->format->streams[self->stream]->codecpar;
	for (unsigned i = 0; i < self->format->nb_streams; i++) {
		if ((int)i != self->stream)
			self->format->streams[i]->discard = AVDISCARD_ALL;
	}
	self->decoder = avcodec_alloc_context3(codec);
	self->packet = av_packet_alloc();
	self->frame = av_frame_alloc();
	if (!self->decoder || !self->packet || !self->frame)
		return pkd_error(self->ctx, ENOMEM, "out of memory");
	error = avcodec_parameters_to_context(self->decoder, parameters);
	self->decoder->thread_count = DECODER_THREADS;
	self->decoder->pkt_timebase = self->format->streams[self->stream]->time_base;
	if (error >= 0)
		error = avcodec_open2(self->decoder, codec, NULL);
	if (error < 0)
		return pkd_error(self->ctx, errno_of(error), "cannot decode '%s': %s", source,
		                 ffmpeg_text(error, text));
	return PKD_OK;
}

static int check_size(struct video_open *self, int width, int height)
{
	uint32_t W = self->params->W, H = self->params->H;

	if (width <= 0 || height <= 0)
		return PKD_OK; /* not known yet; asked again with each frame */
	if ((uint32_t)width <= W && (uint32_t)height <= H)
		return PKD_OK;
	return pkd_error(self->ctx, EMSGSIZE,
	                 "the video is %dx%d, more than %" PRIu32 "x%" PRIu32
	                 ": write W: %d, H: %d",
	                 width, height, W, H, width, height);
}

static AVRational frame_rate(const struct video_open *self)
{
	AVStream *stream = self->format->streams[self->stream];

	return av_guess_frame_rate(self->format, stream, NULL);
}

static void expect_frames(struct video_open *self)
{
	const AVStream *stream = self->format->streams[self->stream];
	AVRational rate = frame_rate(self);
	int64_t n = 0;

	if (stream->nb_frames > 0) {
		self->n_indexed = (uint64_t)stream->nb_frames;
		pkd_expect_frames(self->ctx, self->n_indexed);
		return;
	}
	if (rate.num <= 0 || rate.den <= 0)
		return;
	if (stream->duration > 0)
		n = av_rescale_q(stream->duration, stream->time_base, av_inv_q(rate));
	else if (self->format->duration > 0)
		n = av_rescale_q(self->format->duration, AV_TIME_BASE_Q, av_inv_q(rate));
	if (n > 0)
		pkd_expect_frames(self->ctx, (uint64_t)n);
}

/* ---- Decoding ---- */

static void broken(struct video_open *self, int error)
{
	char text[ERROR_SIZE];

	if (self->n_broken++ == 0)
		pkd_note(self->ctx, "'%s' has a broken part after frame %" PRIu64 " (%s); going on",
		         self->params->source, self->n_frames, ffmpeg_text(error, text));
}

/* Gives the decoder the next packet of the stream, or its end. */
static void feed(struct video_open *self)
{
	int error = av_read_frame(self->format, self->packet);

	if (error < 0) {
		if (error != AVERROR_EOF && error != AVERROR_EXIT)
			broken(self, error);
		self->draining = true;
		avcodec_send_packet(self->decoder, NULL);
		return;
	}
	if (self->packet->stream_index == self->stream) {
		error = avcodec_send_packet(self->decoder, self->packet);
		if (error < 0 && error != AVERROR(EAGAIN))
			broken(self, error);
	}
	av_packet_unref(self->packet);
}

/* PKD_OK with self->frame filled, or PKD_SKIP at the end. A packet is fed only when the decoder
 * asked for one, so that sending cannot meet a full decoder. */
static int decode(struct video_open *self)
{
	int n_errors_at_end = 0;

	while (!pkd_stopping(self->ctx)) {
		int error = avcodec_receive_frame(self->decoder, self->frame);

		if (error == 0)
			return PKD_OK;
		if (error == AVERROR_EOF)
			return PKD_SKIP;
		if (error != AVERROR(EAGAIN))
			broken(self, error);
		if (!self->draining)
			feed(self);
		else if (++n_errors_at_end > MAX_BROKEN_AT_END)
			return PKD_SKIP;
	}
	return PKD_SKIP;
}

static int64_t frame_period_ns(const struct video_open *self)
{
	AVRational rate = frame_rate(self);
	int64_t period_ns = 0;

	if (rate.num > 0 && rate.den > 0)
		period_ns = av_rescale(1000000000, rate.den, rate.num);
	return period_ns > 0 ? period_ns : DEFAULT_FRAME_NS;
}

/* Time stamps that are missing are guessed from the frame rate, those that go back are held. */
static int64_t capture_time(struct video_open *self, bool first)
{
	const AVStream *stream = self->format->streams[self->stream];
	int64_t stamp = self->frame->best_effort_timestamp, ns;

	if (stamp == AV_NOPTS_VALUE)
		return first ? 0 : self->frame_ns + frame_period_ns(self);
	if (!self->has_base) {
		self->base = stamp;
		if (stream->start_time != AV_NOPTS_VALUE && stream->start_time < stamp)
			self->base = stream->start_time;
		self->has_base = true;
	}
	ns = av_rescale_q(stamp - self->base, stream->time_base, (AVRational){1, 1000000000});
	return ns > self->frame_ns ? ns : self->frame_ns;
}

static void say_end(struct video_open *self)
{
	const char *source = self->params->source;

	if (pkd_stopping(self->ctx))
		return;
	if (self->n_broken)
		pkd_note(self->ctx,
		         "'%s' had %" PRIu64 " broken parts; %" PRIu64 " frames were read", source,
		         self->n_broken, self->n_frames);
	else if (self->n_frames + 1 + self->n_indexed / 50 < self->n_indexed)
		pkd_note(self->ctx,
		         "'%s' ends after frame %" PRIu64 " of %" PRIu64 ": it seems to be cut off",
		         source, self->n_frames, self->n_indexed);
}

/* ---- Converting ---- */

static bool same_picture(const struct picture *a, const struct picture *b)
{
	return a->width == b->width && a->height == b->height && a->format == b->format &&
	       a->colorspace == b->colorspace && a->range == b->range;
}

/* libswscale writes whole vectors, beyond the end of a row whose width is no multiple of theirs:
 * into the next row, and after the last one out of the slot. Such pictures are made in a buffer
 * with room after each row, and copied. */
static int prepare_bounce(struct video_open *self, int width, int height)
{
	av_freep(&self->bounce);
	if (width % SAFE_WIDTH == 0)
		return PKD_OK;
	self->bounce_stride = (width + 2 * SAFE_WIDTH) / SAFE_WIDTH * SAFE_WIDTH * 3;
	self->bounce = av_malloc((size_t)self->bounce_stride * (size_t)height);
	return self->bounce ? PKD_OK : pkd_error(self->ctx, ENOMEM, "out of memory");
}

static int prepare_scaler(struct video_open *self)
{
	const AVFrame *frame = self->frame;
	struct picture now = {
		.width = frame->width,
		.height = frame->height,
		.format = frame->format,
		.colorspace = (int)frame->colorspace,
		.range = frame->color_range == AVCOL_RANGE_JPEG,
	};
	const int *coefficients = sws_getCoefficients(now.colorspace);

	if (self->scaler && same_picture(&now, &self->scaler_picture))
		return PKD_OK;
	sws_freeContext(self->scaler);
	self->scaler = sws_getContext(now.width, now.height, (enum AVPixelFormat)now.format,
	                              now.width, now.height, AV_PIX_FMT_BGR24,
	                              SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL);
	if (!self->scaler)
		return pkd_error(self->ctx, ENOTSUP, "cannot convert the pixels of '%s'",
		                 self->params->source);
	/* Fails for pixels that need no matrix, which is fine. */
	sws_setColorspaceDetails(self->scaler, coefficients, now.range,
	                         sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
	self->scaler_picture = now;
	return prepare_bounce(self, now.width, now.height);
}

static int convert(struct video_open *self, struct pkd_image *image)
{
	const AVFrame *frame = self->frame;
	uint8_t *planes[4] = {NULL};
	int strides[4] = {0};
	int error = prepare_scaler(self);

	if (error)
		return error;
	pkd_image_set(image, PKD_BGR24, (uint32_t)frame->width, (uint32_t)frame->height);
	planes[0] = self->bounce ? self->bounce : pkd_pixels(image);
	strides[0] = self->bounce ? self->bounce_stride : (int)image->stride;
	sws_scale(self->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
	          frame->height, planes, strides);
	for (uint32_t y = 0; self->bounce && y < image->height; y++)
		memcpy(pkd_pixels(image) + (size_t)y * image->stride,
		       self->bounce + (size_t)y * (size_t)self->bounce_stride, image->stride);
	return PKD_OK;
}

/* ---- The node ---- */

/* What init did not finish, finish would not undo: it is called after a good init only. */
static void release(struct video_open *self)
{
	sws_freeContext(self->scaler);
	av_freep(&self->bounce);
	avcodec_free_context(&self->decoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
	avformat_close_input(&self->format);
	close_pipe(self);
}

int video_open_init(struct video_open *self, const struct video_open_params *params,
                    struct pkd_ctx *ctx)
{
	const AVCodecParameters *parameters;
	int error;

	if (!getenv("PKD_FFMPEG_LOG"))
		av_log_set_level(AV_LOG_FATAL);
	self->params = params;
	self->ctx = ctx;
	self->pipe_fd = -1;
	error = open_container(self);
	if (!error)
		error = open_decoder(self);
	if (!error) {
		parameters = self->format->streams[self->stream]->codecpar;
		error = check_size(self, parameters->width, parameters->height);
	}
	if (error)
		release(self);
	else
		expect_frames(self);
	return error;
}

/* When the frame at hand is due, by the clock. */
static int64_t due_time(struct video_open *self)
{
	double media_ns = (double)(self->frame_ns - self->first_ns);

	return self->first_clock_ns + (int64_t)(media_ns / (double)self->params->speed);
}

static int deliver(struct video_open *self, struct pkd_image *image)
{
	int error = check_size(self, self->frame->width, self->frame->height);

	if (!error && image)
		error = convert(self, image);
	av_frame_unref(self->frame);
	self->has_frame = false;
	if (error)
		return error;
	self->n_frames++;
	pkd_set_time(self->ctx, self->frame_ns);
	return PKD_OK;
}

int video_open_step(struct video_open *self, const struct video_open_in *in,
                    struct video_open_out *out, struct pkd_ctx *ctx)
{
	bool first = self->n_frames == 0;

	(void)in;
	self->ctx = ctx;
	if (!self->has_frame) {
		if (decode(self) == PKD_SKIP) {
			say_end(self);
			return PKD_SKIP;
		}
		self->frame_ns = capture_time(self, first);
		self->has_frame = true;
	}
	if (first) {
		self->first_ns = self->frame_ns;
		self->first_clock_ns = pkd_now();
	} else if (self->params->speed > 0 && pkd_now() < due_time(self)) {
		return pkd_later(ctx, due_time(self));
	}
	return deliver(self, pkd_wanted(ctx, 0) ? out->frame : NULL);
}

void video_open_finish(struct video_open *self)
{
	release(self);
}

PKD_NODE(video_open);
