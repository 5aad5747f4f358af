#include "encoder.h"

#include "write_times.h"

#include <libavutil/intreadwrite.h>
#include <pthread.h>

enum {
	MAX_KEY_FRAMES = 120, /* frames between key frames, where capture times stand still … */
	MAX_KEY_RATE = 120,   /* … and in a second, where key frames are rarer than one */
	MAX_QUALITY = 51,     /* of x264, as of MJPEG here, … */
	MAX_QUANTISER = 31,   /* … which has 1 to this */
	NOMINAL_RATE = 30,    /* what x264 plans for; the true one is unknown at the first frame */
	MIN_THREADS = 2,      /* of the encoder … */
	MAX_THREADS = 8,
	THREAD_PIXELS = 1 << 20, /* … which are one for so many pixels */
	PROBE_STACK_SIZE = 128 * 1024,
};

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

void media_film_colours(struct media_film *film, const struct pkd_image *image)
{
	bool is_yuv = pkd_planes(image->format) > 1 && !film->is_jpeg;

	film->matrix = is_yuv ? media_matrix(pkd_image_matrix(image)) : AVCOL_SPC_SMPTE170M;
	film->is_full = film->is_jpeg || (is_yuv && pkd_image_is_full(image));
}

static int gop_size(const struct media_film *film)
{
	int64_t n = av_rescale(film->key_ticks, MAX_KEY_RATE, MEDIA_TICKS_PER_SECOND);

	return (int)av_clip64(n, MAX_KEY_FRAMES, INT_MAX / 2);
}

static void set_x264(AVCodecContext *encoder, const struct media_film *film, AVDictionary **options)
{
	encoder->gop_size = gop_size(film);
	encoder->thread_count = threads_for(encoder->width, encoder->height);
	encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_dict_set(options, "preset", film->preset, 0);
	av_dict_set(options, "forced-idr", "1", 0);
	if (!film->has_delay) {
		encoder->max_b_frames = 0;
		av_dict_set(options, "tune", "zerolatency", 0);
	}
	if (!film->has_start_codes)
		av_dict_set(options, "x264-params", "annexb=0", 0); /* lengths, as MP4 wants them */
	if (film->bit_rate == 0)
		av_dict_set_int(options, "crf", film->quality, 0);
}

static void set_jpeg(AVCodecContext *encoder, const struct media_film *film)
{
	encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
	encoder->thread_count = 1;
	if (film->bit_rate > 0)
		return;
	encoder->flags |= AV_CODEC_FLAG_QSCALE;
	encoder->global_quality = FF_QP2LAMBDA *
	                          (1 + film->quality * (MAX_QUANTISER - 1) / MAX_QUALITY);
}

static int open_codec(struct media_encoder *self, const struct media_film *film)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(film->is_jpeg ? "mjpeg" : "libx264");
	AVDictionary *options = NULL;
	AVCodecContext *encoder;
	int error;

	if (!codec)
		return AVERROR_ENCODER_NOT_FOUND;
	encoder = self->codec = avcodec_alloc_context3(codec);
	if (!encoder)
		return AVERROR(ENOMEM);
	encoder->width = (int)film->width & ~1;
	encoder->height = (int)film->height & ~1;
	encoder->pix_fmt = AV_PIX_FMT_YUV420P;
	encoder->colorspace = (enum AVColorSpace)film->matrix;
	encoder->color_range = film->is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	encoder->sample_aspect_ratio = film->pixel_aspect;
	encoder->time_base = (AVRational){1, MEDIA_TICKS_PER_SECOND};
	encoder->framerate = (AVRational){NOMINAL_RATE, 1};
	encoder->bit_rate = film->bit_rate;
	if (film->is_jpeg)
		set_jpeg(encoder, film);
	else
		set_x264(encoder, film, &options);
	error = avcodec_open2(encoder, codec, &options);
	av_dict_free(&options);
	self->every_ticks = film->key_ticks;
	self->has_delay = film->has_delay;
	if (error >= 0 && !film->has_start_codes)
		put_start_codes(encoder->extradata, encoder->extradata_size);
	return error;
}

static int open_picture(struct media_encoder *self)
{
	self->packet = av_packet_alloc();
	self->frame = av_frame_alloc();
	if (!self->packet || !self->frame)
		return AVERROR(ENOMEM);
	self->frame->format = self->codec->pix_fmt;
	self->frame->colorspace = self->codec->colorspace;
	self->frame->color_range = self->codec->color_range;
	self->frame->width = self->codec->width;
	self->frame->height = self->codec->height;
	return av_frame_get_buffer(self->frame, 0);
}

bool media_encoder_is_there(void)
{
	return avcodec_find_encoder_by_name("libx264") != NULL;
}

int media_encoder_open(struct media_encoder *self, const struct media_film *film)
{
	int error = open_codec(self, film);

	return error < 0 ? error : open_picture(self);
}

void media_encoder_close(struct media_encoder *self)
{
	media_colours_free(&self->colours);
	avcodec_free_context(&self->codec);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
}

/* ---- Threads ---- */

static void *wait_for(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
	return NULL;
}

/* x264 does not say that it got too few threads: tries to start as many, all at once. Small
 * ones, for otherwise it may be the memory that they lack. */
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

int media_encoder_missing_threads(const struct media_encoder *self)
{
	int n = self->codec ? self->codec->thread_count : 0;

	return has_threads(n) ? 0 : n;
}

/* ---- Frames ---- */

int media_encoder_take(struct media_encoder *self, const struct pkd_image *image)
{
	return media_colours_convert(&self->colours, image, self->frame);
}

static void stamp(struct media_encoder *self, int64_t ticks)
{
	self->frame->pts = ticks;
	self->frame->pict_type = AV_PICTURE_TYPE_NONE;
	if (!self->has_key || ticks - self->key_ticks >= self->every_ticks) {
		self->frame->pict_type = AV_PICTURE_TYPE_I;
		self->key_ticks = ticks;
		self->has_key = true;
	}
}

int media_encoder_encode(struct media_encoder *self, int64_t ticks)
{
	int error;

	stamp(self, ticks);
	error = avcodec_send_frame(self->codec, self->frame);
	if (error >= 0)
		error = avcodec_receive_packet(self->codec, self->packet);
	return error == AVERROR(EAGAIN) && !self->has_delay ? AVERROR_BUG : error;
}

int media_encoder_drain(struct media_encoder *self)
{
	avcodec_send_frame(self->codec, NULL); /* an error where it knows already */
	return avcodec_receive_packet(self->codec, self->packet);
}
