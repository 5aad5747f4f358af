#define _GNU_SOURCE
#include "connection.h"

#include "jpegs.h"

#include "address.h"
#include "decode.h"
#include "log.h"
#include "parts.h"

#include <errno.h>
#include <inttypes.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static const int64_t NS_PER_S = 1000000000;
static const int64_t RETRY_MIN_NS = 100000000;
static const int64_t LEAVE_NS = 300000000; /* FFmpeg asks for a stop every 100 ms */

enum { MAX_DAMAGED = 3 }; /* JPEGs in a row: the connection is out of step */

/* So long packets may come of which none is a whole picture, as from one key frame to the next. */
static const int64_t MAX_PUZZLE_NS = 15000000000;

struct media_connection {
	/* Of the thread, once it runs. */
	struct media_connect connect;
	struct media_thread thread;
	char *source;
	struct media_source input;
	struct media_decode decode;
	struct media_parts parts;
	int n_suspect;   /* so many of the next pictures may have lost something */
	bool waits;      /* for a key frame, as something was lost */
	AVFrame *before; /* the last frame: is the next one another picture? */
	int64_t changed_ns;
	int64_t pause_ns;
	uint32_t random;
	uint32_t n_connections;
	bool has_frame;     /* in this connection */
	unsigned n_damaged; /* pictures in a row */
	int refused_width, refused_height;
	char attempt[MEDIA_REASON_SIZE]; /* why it has failed, … */
	enum video_LinkReason why;       /* … in a word */

	/* Of both. */
	atomic_bool is_ending;
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t change; /* of is_ending and has_ended */
	struct media_news news;
	char reason[MEDIA_REASON_SIZE];
	AVFrame *newest; /* empty: there is none */
	enum AVCodecID codec;
	bool has_ended, is_left;
};

/* ---- What it tells ---- */

static void ring(struct media_connection *self)
{
	/* It fails where nobody has looked for 2^64 rings. */
	(void)!write(self->fd, &(uint64_t){1}, sizeof(uint64_t));
}

static bool is_ending(void *of)
{
	struct media_connection *self = of;

	return atomic_load_explicit(&self->is_ending, memory_order_relaxed);
}

/* The first reason of an attempt is the cause of those behind it. */
static void tell(void *of, int error, const char *text)
{
	struct media_connection *self = of;

	if (self->attempt[0])
		return;
	snprintf(self->attempt, sizeof(self->attempt), "%s", text);
	media_address_hide(self->source, self->attempt);
	self->why = self->input.reason ? self->input.reason : media_link_reason(error);
}

static void lose(struct media_connection *self)
{
	pthread_mutex_lock(&self->lock);
	memcpy(self->reason, self->attempt, sizeof(self->reason));
	if (self->news.phase != MEDIA_LOST)
		self->news.since_ns = pkd_now();
	self->news.phase = MEDIA_LOST;
	self->news.reason = self->why;
	pthread_mutex_unlock(&self->lock);
	ring(self);
}

/* ---- Frames ---- */

static bool is_same_picture(const AVFrame *a, const AVFrame *b)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get((enum AVPixelFormat)a->format);

	if (a->format != b->format || a->width != b->width || a->height != b->height)
		return false;
	for (int plane = 0; plane < 4 && a->data[plane] && b->data[plane]; plane++) {
		int size = av_image_get_linesize((enum AVPixelFormat)a->format, a->width, plane);
		bool is_chroma = plane == 1 || plane == 2;
		int height = a->height;

		if (is_chroma && description)
			height = AV_CEIL_RSHIFT(height, description->log2_chroma_h);
		for (int y = 0; y < height && size > 0; y++) {
			if (memcmp(a->data[plane] + (ptrdiff_t)y * a->linesize[plane],
			           b->data[plane] + (ptrdiff_t)y * b->linesize[plane],
			           (size_t)size))
				return false;
		}
	}
	return true;
}

static bool is_too_large(const struct media_connection *self, int width, int height)
{
	const struct media_options *media = &self->connect.media;

	return width > 0 && height > 0 &&
	       ((uint32_t)width > media->max_width || (uint32_t)height > media->max_height);
}

/* A picture has come. The lock is held. */
static void arrive(struct media_connection *self, int64_t arrived_ns)
{
	if (!self->has_frame)
		self->n_connections++;
	self->has_frame = true;
	self->pause_ns = RETRY_MIN_NS;
	if (self->news.phase != MEDIA_CONNECTED)
		self->news.since_ns = arrived_ns;
	self->news.phase = MEDIA_CONNECTED;
	self->news.arrived_ns = arrived_ns;
	self->news.changed_ns = self->changed_ns;
	self->news.n_connections = self->n_connections;
}

/* A new frame, with its arrival as pts; the decoder's, which is empty then. */
static void give(struct media_connection *self, AVFrame *frame)
{
	int64_t frozen_after_ns = self->connect.frozen_after_ns, arrived_ns = frame->pts;
	bool is_same = self->before->data[0] && is_same_picture(self->before, frame);
	bool is_frozen;

	if (!is_same)
		self->changed_ns = arrived_ns;
	is_frozen = frozen_after_ns > 0 && arrived_ns - self->changed_ns >= frozen_after_ns;
	if (frozen_after_ns > 0 && !is_same) {
		av_frame_unref(self->before);
		if (av_frame_ref(self->before, frame) < 0)
			av_frame_unref(self->before);
	}
	pthread_mutex_lock(&self->lock);
	arrive(self, arrived_ns);
	self->codec = self->decode.decoder->codec_id;
	av_frame_unref(self->newest);
	if (!is_frozen)
		av_frame_move_ref(self->newest, frame);
	pthread_mutex_unlock(&self->lock);
	av_frame_unref(frame);
	ring(self);
}

/* A picture that was refused for its size may be damaged; two of the same size are no accident. */
static int check_refused(struct media_connection *self, const AVPacket *packet)
{
	int width, height;
	bool is_again, is_known = media_log_take_size(&width, &height);

	/* What threads of the decoder say is not heard here. */
	if (!is_known && self->decode.decoder->codec_id == AV_CODEC_ID_MJPEG)
		is_known = media_jpeg_size(packet->data, (size_t)packet->size, &width, &height);
	if (!is_known || !is_too_large(self, width, height))
		return 0;
	is_again = width == self->refused_width && height == self->refused_height;
	self->refused_width = width;
	self->refused_height = height;
	return is_again ? media_report_size(&self->input, width, height) : 0;
}

static void count_damaged(struct media_connection *self)
{
	pthread_mutex_lock(&self->lock);
	self->news.n_damaged++;
	pthread_mutex_unlock(&self->lock);
	ring(self);
}

/* The time stamps of those who send are as good as their clocks. Those of the arrival take their
 * place, and go through the decoder with the pictures. */
static int decode(struct media_connection *self, AVPacket *packet, int64_t *last_ns)
{
	struct media_decode *decode = &self->decode;
	AVFrame *frame = decode->frame;
	bool is_damaged = true;
	int error;

	packet->pts = packet->dts = pkd_now();
	error = avcodec_send_packet(decode->decoder, packet);
	if (error < 0 && self->has_frame)
		count_damaged(self);
	while (avcodec_receive_frame(decode->decoder, frame) == 0) {
		bool is_corrupt = media_decode_is_corrupt(decode);

		if (is_too_large(self, frame->width, frame->height))
			return media_report_size(&self->input, frame->width, frame->height);
		if (is_corrupt || frame->pts == AV_NOPTS_VALUE) {
			if (is_corrupt)
				count_damaged(self);
			av_frame_unref(frame);
			continue;
		}
		*last_ns = pkd_now();
		is_damaged = false;
		give(self, frame);
	}
	error = is_damaged ? check_refused(self, packet) : 0;
	/* Each is a whole picture, other than in what depends on the one before. */
	self->n_damaged = is_damaged ? self->n_damaged + 1 : 0;
	if (error || decode->decoder->codec_id != AV_CODEC_ID_MJPEG ||
	    self->n_damaged < MAX_DAMAGED)
		return error;
	return media_fail(&self->input, EINVAL, "'%s' has sent %d damaged pictures in a row",
	                  self->input.name, MAX_DAMAGED);
}

/* Without a decoder. */
static int hand_on(struct media_connection *self, AVPacket *packet, int64_t *last_ns)
{
	const struct media_taker *taker = &self->connect.taker;
	int64_t now_ns = pkd_now();
	int result = taker->take(taker->of, &self->input, packet);

	if (result <= 0)
		return result;
	*last_ns = self->changed_ns = now_ns;
	pthread_mutex_lock(&self->lock);
	arrive(self, now_ns);
	pthread_mutex_unlock(&self->lock);
	ring(self);
	return 0;
}

static int report_end(struct media_connection *self, int error)
{
	char text[MEDIA_TEXT_SIZE];

	if (self->input.is_silent)
		return media_fail(&self->input, ETIMEDOUT,
		                  "'%s' has sent no whole picture for %g s", self->input.name,
		                  (double)self->connect.media.silence_ns / 1e9);
	if (error == AVERROR_EOF || error == AVERROR(EIO)) /* the second where more was promised */
		return media_fail(&self->input, ECONNRESET, "'%s' has ended the connection",
		                  self->input.name);
	return media_fail(&self->input, media_errno(error), "'%s' has broken off: %s",
	                  self->input.name, media_error_text(error, text));
}

/* A loss on the way is noticed with what came behind it. Where libavformat puts pictures together,
 * that was the rest of the one at hand or the beginning of the next. */
static bool is_hit(struct media_connection *self, const AVPacket *packet)
{
	const AVCodecParserContext *parser = av_stream_get_parser(self->decode.stream);
	bool is_joined = parser && !(parser->flags & PARSER_FLAG_COMPLETE_FRAMES);
	uint64_t n_missed = media_log_take_missed();

	if (n_missed) {
		pthread_mutex_lock(&self->lock);
		self->news.n_missed += n_missed;
		pthread_mutex_unlock(&self->lock);
		ring(self);
	}
	if (n_missed && is_joined)
		self->n_suspect = 2;
	if (self->n_suspect > 0) {
		self->n_suspect--;
		return true;
	}
	return packet->flags & AV_PKT_FLAG_CORRUPT;
}

/* Of a picture that has lost something a decoder may show half, and say nothing; and so of all that
 * is drawn from it. */
static void lose_picture(struct media_connection *self)
{
	const struct media_taker *taker = &self->connect.taker;

	if (taker->take && !self->waits)
		taker->take(taker->of, &self->input, NULL);
	self->waits = true;
	count_damaged(self);
}

static int use(struct media_connection *self, AVPacket *packet, bool is_whole, int64_t *last_ns)
{
	if (is_whole && (packet->flags & AV_PKT_FLAG_KEY))
		self->waits = false;
	if (!is_whole || self->waits) {
		lose_picture(self);
		return 0;
	}
	return self->connect.taker.take ? hand_on(self, packet, last_ns)
	                                : decode(self, packet, last_ns);
}

static int use_pictures(struct media_connection *self, AVPacket *packet, int64_t *last_ns)
{
	bool is_whole = !is_hit(self, packet);
	bool is_good = media_parts_put(&self->parts, packet);
	int error = 0;

	while (!error && media_parts_next(&self->parts, packet)) {
		error = use(self, packet, is_whole, last_ns);
		av_packet_unref(packet);
	}
	if (!is_good)
		lose_picture(self);
	return error;
}

/* Until the connection is lost. */
static void read_all(struct media_connection *self)
{
	AVPacket *packet = self->decode.packet;
	int64_t last_ns = pkd_now();
	int error = 0;

	while (!error && !is_ending(self)) {
		error = media_source_read(&self->input, packet);
		if (error < 0)
			error = report_end(self, error);
		else if (packet->stream_index == self->decode.stream->index)
			error = use_pictures(self, packet, &last_ns);
		av_packet_unref(packet);
		if (!error && pkd_now() - last_ns > MAX_PUZZLE_NS)
			error = media_fail(&self->input, EINVAL,
			                   "no picture of '%s' could be decoded for %g s",
			                   self->input.name, (double)MAX_PUZZLE_NS / 1e9);
	}
}

/* ---- The thread ---- */

static void attempt(struct media_connection *self)
{
	int error = media_source_open(&self->input, &self->connect.media, NULL);
	const struct media_taker *taker = &self->connect.taker;
	const AVCodecParameters *parameters;

	if (!error)
		error = media_decode_open(&self->decode, &self->input);
	if (!error) {
		parameters = self->decode.stream->codecpar;
		if (is_too_large(self, parameters->width, parameters->height))
			error = media_report_size(&self->input, parameters->width,
			                          parameters->height);
	}
	if (!error && media_parts_begin(&self->parts, self->decode.stream))
		error = media_fail(&self->input, ENOMEM, "out of memory");
	if (!error && taker->take)
		error = taker->begin(taker->of, &self->input, self->decode.stream);
	else if (!error)
		error = media_decode_start(&self->decode);
	if (!error)
		read_all(self);
	if (taker->take)
		taker->end(taker->of);
	media_parts_finish(&self->parts);
	media_decode_close(&self->decode);
	media_source_close(&self->input);
}

/* xorshift: a number in [0, 1]. */
static double random_part(struct media_connection *self)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 17;
	self->random ^= self->random << 5;
	return (double)self->random / (double)UINT32_MAX;
}

static struct timespec clock_at(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

/* From half of it to all: cameras of one network are not all asked again at once. */
static void pause_before_next(struct media_connection *self)
{
	double part = 0.5 + random_part(self) / 2;
	struct timespec due = clock_at(pkd_now() + (int64_t)((double)self->pause_ns * part));
	int result = 0;

	pthread_mutex_lock(&self->lock);
	while (!is_ending(self) && result == 0)
		result = pthread_cond_clockwait(&self->change, &self->lock, CLOCK_MONOTONIC, &due);
	pthread_mutex_unlock(&self->lock);
	self->pause_ns = FFMIN(2 * self->pause_ns, self->connect.retry_max_ns);
}

static void release(struct media_connection *self)
{
	pthread_mutex_destroy(&self->lock);
	pthread_cond_destroy(&self->change);
	if (self->fd >= 0)
		close(self->fd);
	av_frame_free(&self->before);
	av_frame_free(&self->newest);
	if (self->connect.taker.release)
		self->connect.taker.release(self->connect.taker.of);
	free(self->source);
	free(self);
}

static void *run(void *of)
{
	struct media_connection *self = of;
	bool is_left;

	while (!is_ending(self)) {
		self->attempt[0] = '\0';
		self->why = video_LinkReason_failed;
		self->has_frame = false;
		self->n_damaged = 0;
		self->n_suspect = 0;
		self->waits = false;
		attempt(self);
		if (is_ending(self))
			break;
		lose(self);
		pause_before_next(self);
	}
	pthread_mutex_lock(&self->lock);
	self->has_ended = true;
	is_left = self->is_left;
	pthread_cond_broadcast(&self->change);
	pthread_mutex_unlock(&self->lock);
	if (is_left)
		release(self);
	return NULL;
}

/* Signals are for the thread of the node. */
static int start_thread(struct media_connection *self)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, run, self);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

int media_connection_start(const struct media_connect *connect,
                           struct media_connection **ret_connection)
{
	struct media_connection *self = calloc(1, sizeof(*self));
	int error = -ENOMEM;

	if (!self) {
		if (connect->taker.release)
			connect->taker.release(connect->taker.of);
		return error;
	}
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->change, NULL);
	self->connect = *connect;
	self->thread = (struct media_thread){tell, is_ending, self};
	self->source = strdup(connect->media.source);
	self->connect.media.source = self->source;
	self->connect.media.thread = &self->thread;
	self->news.since_ns = pkd_now();
	self->pause_ns = RETRY_MIN_NS;
	self->random = (uint32_t)self->news.since_ns | 1;
	self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	self->before = av_frame_alloc();
	self->newest = av_frame_alloc();
	if (self->fd < 0)
		error = -errno;
	else if (self->source && self->before && self->newest)
		error = start_thread(self);
	if (error) {
		release(self);
		return error;
	}
	*ret_connection = self;
	return 0;
}

/* ---- The node's side ---- */

int media_connection_fd(const struct media_connection *self)
{
	return self->fd;
}

void media_connection_hear(const struct media_connection *self)
{
	uint64_t n_rings;

	(void)!read(self->fd, &n_rings, sizeof(n_rings));
}

bool media_connection_look(struct media_connection *self, struct media_news *ret_news,
                           AVFrame *frame)
{
	bool has_frame;

	pthread_mutex_lock(&self->lock);
	*ret_news = self->news;
	has_frame = self->newest->data[0] != NULL;
	if (has_frame) {
		av_frame_unref(frame);
		av_frame_move_ref(frame, self->newest);
	}
	pthread_mutex_unlock(&self->lock);
	return has_frame;
}

enum AVCodecID media_connection_codec(struct media_connection *self)
{
	enum AVCodecID codec;

	pthread_mutex_lock(&self->lock);
	codec = self->codec;
	pthread_mutex_unlock(&self->lock);
	return codec;
}

void media_connection_reason(struct media_connection *self, char text[static MEDIA_REASON_SIZE])
{
	pthread_mutex_lock(&self->lock);
	memcpy(text, self->reason, MEDIA_REASON_SIZE);
	pthread_mutex_unlock(&self->lock);
}

void media_connection_leave(struct media_connection *self)
{
	struct timespec due;
	bool has_ended;
	int result = 0;

	if (!self)
		return;
	due = clock_at(pkd_now() + LEAVE_NS);
	pthread_mutex_lock(&self->lock);
	atomic_store_explicit(&self->is_ending, true, memory_order_relaxed);
	pthread_cond_broadcast(&self->change);
	while (!self->has_ended && result == 0)
		result = pthread_cond_clockwait(&self->change, &self->lock, CLOCK_MONOTONIC, &due);
	has_ended = self->has_ended;
	self->is_left = true;
	pthread_mutex_unlock(&self->lock);
	if (has_ended)
		release(self);
}
