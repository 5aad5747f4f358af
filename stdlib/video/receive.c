/* See receive.h. */
#include "receive.h"

#include "log.h"
#include "packet_head.h"

#include <libavcodec/avcodec.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST = 256,            /* packets that wait … */
	MOST_BYTES = 16 << 20, /* … and their bytes */
	MAX_DATA = sizeof(((struct video_Packet *)0)->data.data),
};

static const AVRational NANOSECONDS = {1, 1000000000};

struct media_receive {
	/* Of the thread. */
	AVBSFContext *filter;
	AVCodecParserContext *parser;
	AVCodecContext *codec; /* the parser's; no decoder is opened */
	AVPacket *packet;
	AVRational base;
	struct video_Packet *head; /* without its data */
	uint32_t connection;
	bool waits;   /* for a key frame, … */
	bool has_gap; /* … as what came before is missing */

	/* Of both. */
	pthread_mutex_t lock;
	struct media_received *first, *last;
	uint32_t n;
	uint64_t n_bytes, n_lost;
};

static int begin(void *of, const struct media_source *input, AVStream *stream)
{
	struct media_receive *self = of;
	char text[MEDIA_TEXT_SIZE];
	int error;

	memset(self->head, 0, MEDIA_HEAD_SIZE);
	error = media_packet_filter(stream, &self->filter, &self->head->codec);
	if (error == AVERROR_BSF_NOT_FOUND)
		return media_fail(input, ENOTSUP, "'%s' is coded as %s, which no packet has",
		                  input->name, avcodec_get_name(stream->codecpar->codec_id));
	if (error < 0)
		return media_fail(input, media_errno(error), "cannot read the packets of '%s': %s",
		                  input->name, media_error_text(error, text));
	media_packet_head(input, stream, self->filter, self->head);
	self->parser = av_parser_init((int)stream->codecpar->codec_id);
	self->codec = avcodec_alloc_context3(NULL);
	if (self->codec)
		avcodec_parameters_to_context(self->codec, self->filter->par_out);
	if (self->parser)
		self->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
	self->base = stream->time_base;
	self->connection++;
	self->waits = self->has_gap = true;
	return 0;
}

static void end(void *of)
{
	struct media_receive *self = of;

	av_bsf_free(&self->filter);
	av_parser_close(self->parser);
	avcodec_free_context(&self->codec);
	self->parser = NULL;
}

/* A key frame says the size: what libavformat has looked at may have ended before it knew, and a
 * camera may be set to another one. */
static void take_size(struct media_receive *self)
{
	uint8_t *data;
	int n;

	if (!self->parser || !self->codec)
		return;
	av_parser_parse2(self->parser, self->codec, &data, &n, self->packet->data,
	                 self->packet->size, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
	if (self->parser->width <= 0 || self->parser->height <= 0)
		return;
	self->head->width = (uint32_t)self->parser->width;
	self->head->height = (uint32_t)self->parser->height;
}

/* Nobody has taken what waits: it is too old, and what follows cannot be decoded without it. */
static void lose_all(struct media_receive *self)
{
	while (self->first) {
		struct media_received *next = self->first->next;

		media_received_free(self->first);
		self->first = next;
	}
	self->n_lost += self->n;
	self->last = NULL;
	self->n = 0;
	self->n_bytes = 0;
}

static void add(struct media_receive *self, struct media_received *received)
{
	size_t n = (size_t)received->packet->size;

	pthread_mutex_lock(&self->lock);
	if (self->n >= MOST || self->n_bytes + n > MOST_BYTES) {
		lose_all(self);
		self->has_gap = received->has_gap = true;
		self->waits = !(received->packet->flags & AV_PKT_FLAG_KEY);
	}
	if (self->waits) {
		self->n_lost++;
	} else {
		if (self->last)
			self->last->next = received;
		else
			self->first = received;
		self->last = received;
		self->n++;
		self->n_bytes += n;
		self->has_gap = false;
		received = NULL;
	}
	pthread_mutex_unlock(&self->lock);
	media_received_free(received);
}

/* What self->packet has. False: it is left out. */
static bool take_one(struct media_receive *self)
{
	bool is_key = self->packet->flags & AV_PKT_FLAG_KEY;
	struct media_received *received;

	if (self->packet->size > MAX_DATA)
		self->waits = self->has_gap = true;
	else if (is_key)
		self->waits = false;
	if (self->waits)
		return false;
	if (is_key)
		take_size(self);
	received = calloc(1, sizeof(*received));
	if (received) {
		received->packet = av_packet_alloc();
		received->head = malloc(MEDIA_HEAD_SIZE);
	}
	if (!received || !received->packet || !received->head) {
		media_received_free(received);
		self->waits = self->has_gap = true;
		return false;
	}
	av_packet_move_ref(received->packet, self->packet);
	received->arrived_ns = pkd_now();
	received->connection = self->connection;
	received->has_gap = self->has_gap;
	received->has_pts = received->packet->pts != AV_NOPTS_VALUE;
	received->has_dts = received->packet->dts != AV_NOPTS_VALUE;
	received->pts_ns = av_rescale_q(received->packet->pts, self->base, NANOSECONDS);
	received->dts_ns = av_rescale_q(received->packet->dts, self->base, NANOSECONDS);
	memcpy(received->head, self->head, MEDIA_HEAD_SIZE);
	add(self, received);
	return true;
}

static int take(void *of, const struct media_source *input, AVPacket *packet)
{
	struct media_receive *self = of;
	bool has_some = false;

	(void)input;
	if (!packet) {
		self->waits = self->has_gap = true;
		return 0;
	}
	if (av_bsf_send_packet(self->filter, packet) < 0) {
		self->waits = self->has_gap = true;
		return 0;
	}
	while (av_bsf_receive_packet(self->filter, self->packet) == 0) {
		has_some |= take_one(self);
		av_packet_unref(self->packet);
	}
	return has_some;
}

static void release(void *of)
{
	struct media_receive *self = of;

	lose_all(self);
	pthread_mutex_destroy(&self->lock);
	av_packet_free(&self->packet);
	free(self->head);
	free(self);
}

struct media_receive *media_receive_create(void)
{
	struct media_receive *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	pthread_mutex_init(&self->lock, NULL);
	self->packet = av_packet_alloc();
	self->head = calloc(1, sizeof(*self->head));
	if (self->packet && self->head)
		return self;
	release(self);
	return NULL;
}

struct media_taker media_receive_taker(struct media_receive *self)
{
	return (struct media_taker){begin, take, end, release, self};
}

struct media_received *media_receive_next(struct media_receive *self)
{
	struct media_received *received;

	pthread_mutex_lock(&self->lock);
	received = self->first;
	if (received) {
		self->first = received->next;
		if (!self->first)
			self->last = NULL;
		self->n--;
		self->n_bytes -= (uint64_t)received->packet->size;
	}
	pthread_mutex_unlock(&self->lock);
	return received;
}

void media_received_free(struct media_received *received)
{
	if (!received)
		return;
	av_packet_free(&received->packet);
	free(received->head);
	free(received);
}

uint32_t media_receive_n(struct media_receive *self)
{
	uint32_t n;

	pthread_mutex_lock(&self->lock);
	n = self->n;
	pthread_mutex_unlock(&self->lock);
	return n;
}

uint64_t media_receive_lost(struct media_receive *self)
{
	uint64_t n;

	pthread_mutex_lock(&self->lock);
	n = self->n_lost;
	self->n_lost = 0;
	pthread_mutex_unlock(&self->lock);
	return n;
}
