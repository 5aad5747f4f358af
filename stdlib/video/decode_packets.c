/* video.decode: the frames of packets.
 *
 * Where packets are missing, and where a session begins, the decoder first gives what it has kept;
 * all of that, and what comes of the packet itself, are parts of one input. */
#include "log.h"
#include "packet.h"
#include "packet_colours.h"
#include "picture.h"
#include "source.h"
#include "tally.h"
#include "timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <libavcodec/avcodec.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <string.h>
#include <video/decode.pkd.h>

enum { MAX_THREADS = 4, MAX_BROKEN_AT_END = 64 };

static const int64_t DEFAULT_PERIOD_NS = 40000000;

struct video_decode {
	const struct video_decode_params *params;
	struct pkd_ctx *ctx;          /* of the call in progress */
	struct media_options options; /* what a picture is to become, as video.open has it */
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame, *next; /* to be given; decoded behind it */
	bool has_frame, has_next;
	bool is_draining;                 /* nothing more is sent before all has come out */
	bool must_send;                   /* the packet at hand, once it is drained */
	bool is_sent;                     /* it has been taken, and its parts are given */
	bool is_resumed;                  /* what was given before the restart comes no more */
	const struct video_Packet *given; /* the packet at hand */
	struct video_Packet *head;        /* of the decoder's packets: setup and shape, no data */
	struct media_gate gate;
	struct media_timeline times;
	struct media_picture picture;
	uint64_t n_packets, n_broken, n_corrupt, n_missing;
	struct media_tally broken, corrupt, missing;
	int n_errors_at_end;
	int refused_width, refused_height; /* of the last picture that was too large */
	bool has_noted_pixel;
};

/* ---- The decoder ---- */

static enum AVCodecID codec_of(uint32_t codec)
{
	switch (codec) {
	case video_Codec_h264:
		return AV_CODEC_ID_H264;
	case video_Codec_hevc:
		return AV_CODEC_ID_HEVC;
	case video_Codec_av1:
		return AV_CODEC_ID_AV1;
	case video_Codec_mjpeg:
		return AV_CODEC_ID_MJPEG;
	default:
		return AV_CODEC_ID_MPEG4;
	}
}

/* One thread more than CPUs, as video.open has it; with low_delay those that add no frame of
 * delay. */
static void choose_threads(const struct video_decode *self)
{
	int n_cpus = av_cpu_count();

	self->decoder->thread_count = n_cpus == 1 ? 1 : FFMIN(n_cpus + 1, MAX_THREADS);
	if (self->params->low_delay) {
		self->decoder->thread_type = FF_THREAD_SLICE;
		self->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
	}
}

static int set_decoder(struct video_decode *self, const struct video_Packet *packet)
{
	AVCodecContext *decoder = self->decoder;
	uint32_t n_setup = pkd_length(&packet->setup.len, sizeof(packet->setup.data));

	decoder->width = (int)packet->width;
	decoder->height = (int)packet->height;
	decoder->colorspace = media_packet_av_matrix(packet->matrix);
	decoder->color_range = media_packet_av_range(packet->range);
	decoder->sample_aspect_ratio = (AVRational){(int)packet->pixel_width,
	                                            FFMAX((int)packet->pixel_height, 1)};
	decoder->pkt_timebase = (AVRational){1, 1000000000};
	decoder->max_pixels = media_max_pixels(&self->options);
	choose_threads(self);
	if (n_setup == 0)
		return 0;
	decoder->extradata = av_mallocz((size_t)n_setup + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!decoder->extradata)
		return AVERROR(ENOMEM);
	memcpy(decoder->extradata, packet->setup.data, n_setup);
	decoder->extradata_size = (int)n_setup;
	return 0;
}

static int open_decoder(struct video_decode *self, const struct video_Packet *packet)
{
	const AVCodec *codec = avcodec_find_decoder(codec_of(packet->codec));
	char text[MEDIA_TEXT_SIZE];
	int error;

	avcodec_free_context(&self->decoder);
	if (!codec)
		return pkd_error(self->ctx, ENOTSUP, "this FFmpeg has no decoder for %s",
		                 avcodec_get_name(codec_of(packet->codec)));
	self->decoder = avcodec_alloc_context3(codec);
	if (!self->decoder)
		return pkd_error(self->ctx, ENOMEM, "out of memory");
	error = set_decoder(self, packet);
	if (error >= 0)
		error = avcodec_open2(self->decoder, codec, NULL);
	if (error < 0)
		return pkd_error(self->ctx, media_errno(error), "cannot decode %s: %s", codec->name,
		                 media_error_text(error, text));
	memcpy(self->head, packet, offsetof(struct video_Packet, data));
	return PKD_OK;
}

/* Whether the open decoder would read the packet as one of its own. */
static bool is_for(const struct video_Packet *head, const struct video_Packet *packet)
{
	uint32_t n = pkd_length(&packet->setup.len, sizeof(packet->setup.data));

	return packet->codec == head->codec && packet->width == head->width &&
	       packet->height == head->height && packet->matrix == head->matrix &&
	       packet->range == head->range && packet->pixel_width == head->pixel_width &&
	       packet->pixel_height == head->pixel_height && n == head->setup.len &&
	       !memcmp(packet->setup.data, head->setup.data, n);
}

/* ---- Size and shape ---- */

static struct media_view view_of(const struct video_decode *self, const struct video_Packet *head,
                                 const AVFrame *frame)
{
	static const int32_t upright[9];
	AVRational pixel = {(int)head->pixel_width, FFMAX((int)head->pixel_height, 1)};
	const AVFrameSideData *side = NULL;
	const int32_t *matrix = memcmp(head->turn, upright, sizeof(upright)) ? head->turn : NULL;

	if (frame) {
		side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
		if (pixel.num == 0)
			pixel = frame->sample_aspect_ratio;
	}
	if (side)
		matrix = (const int32_t *)(const void *)side->data;
	return media_view_of(&self->options, frame ? frame->width : (int)head->width,
	                     frame ? frame->height : (int)head->height, pixel, matrix);
}

static int report_size(struct video_decode *self, int width, int height)
{
	return pkd_error(self->ctx, EMSGSIZE,
	                 "the video is %dx%d, more than %" PRIu32 "x%" PRIu32
	                 ": write W: %d, H: %d",
	                 width, height, self->params->W, self->params->H, width, height);
}

static int check_size(struct video_decode *self, const struct media_view *view)
{
	if (view->width <= 0 || view->height <= 0 ||
	    ((uint32_t)view->width <= self->params->W && (uint32_t)view->height <= self->params->H))
		return PKD_OK;
	return report_size(self, view->width, view->height);
}

/* A picture refused for its size may be damaged; two of the same size are no accident. */
static int check_refused(struct video_decode *self)
{
	int width, height;
	bool is_same;

	if (!media_log_take_size(&width, &height))
		return PKD_OK;
	is_same = width == self->refused_width && height == self->refused_height;
	self->refused_width = width;
	self->refused_height = height;
	return is_same ? report_size(self, width, height) : PKD_OK;
}

/* ---- Decoding ---- */

static int broken(struct video_decode *self, int error)
{
	char text[MEDIA_TEXT_SIZE];

	self->n_broken++;
	if (media_tally_is_due(&self->broken, self->n_broken, pkd_now()))
		pkd_note(self->ctx,
		         "packet %" PRIu64 " is broken (%s), %" PRIu64 " so far; going on",
		         self->gate.number, media_error_text(error, text), self->n_broken);
	return check_refused(self);
}

/* FFmpeg copies the data, with the padding that it wants. */
static int send(struct video_decode *self)
{
	const struct video_Packet *given = self->given;
	int size = (int)pkd_length(&given->data.len, sizeof(given->data.data));
	int error;

	self->must_send = false;
	if (size == 0)
		return broken(self, AVERROR_INVALIDDATA); /* to a decoder that is the end */
	error = av_new_packet(self->packet, size);
	if (error < 0)
		return pkd_error(self->ctx, ENOMEM, "out of memory");
	memcpy(self->packet->data, given->data.data, (size_t)size);
	self->packet->pts = given->pts;
	self->packet->dts = given->dts;
	self->packet->duration = given->duration;
	self->packet->flags = given->key ? AV_PKT_FLAG_KEY : 0;
	self->n_packets++;
	error = avcodec_send_packet(self->decoder, self->packet);
	av_packet_unref(self->packet);
	return error < 0 && error != AVERROR(EAGAIN) ? broken(self, error) : PKD_OK;
}

/* Behind the last of what was kept: the decoder for what comes now. */
static int begin(struct video_decode *self)
{
	self->is_draining = false;
	self->n_errors_at_end = 0;
	if (!self->must_send)
		return PKD_OK;
	if (!self->decoder || !is_for(self->head, self->given)) {
		int error = open_decoder(self, self->given);

		return error ? error : send(self);
	}
	avcodec_flush_buffers(self->decoder);
	return send(self);
}

/* The next frame that the decoder has; PKD_SKIP when it wants a packet, or has ended. */
static int receive(struct video_decode *self, AVFrame *frame)
{
	while (self->decoder) {
		int failed, error = avcodec_receive_frame(self->decoder, frame);
		bool has_ended = error == AVERROR_EOF || error == AVERROR(EAGAIN);

		if (error == 0)
			return PKD_OK;
		if (self->is_draining && !has_ended)
			has_ended = ++self->n_errors_at_end > MAX_BROKEN_AT_END;
		if (has_ended && !self->must_send)
			return PKD_SKIP;
		failed = has_ended ? begin(self) : broken(self, error);
		if (failed)
			return failed;
	}
	return PKD_SKIP;
}

static bool is_corrupt(const AVFrame *frame)
{
	return (frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags;
}

static bool is_dropped(struct video_decode *self, const AVFrame *frame)
{
	const struct video_decode_state *state = pkd_state(self->ctx);
	int64_t stamp = frame->best_effort_timestamp;

	if (self->is_resumed && stamp != AV_NOPTS_VALUE && stamp <= state->last)
		return true;
	self->is_resumed = false;
	if (!is_corrupt(frame))
		return false;
	self->n_corrupt++;
	if (media_tally_is_due(&self->corrupt, self->n_corrupt, pkd_now()))
		pkd_note(self->ctx,
		         "a frame of packet %" PRIu64 " or before is damaged, %" PRIu64 " so far",
		         self->gate.number, self->n_corrupt);
	return self->params->corrupt == video_Corrupt_drop;
}

/* The next frame that is to be given. */
static int find(struct video_decode *self, AVFrame *frame)
{
	int result = receive(self, frame);

	while (result == PKD_OK && is_dropped(self, frame)) {
		av_frame_unref(frame);
		result = receive(self, frame);
	}
	return result;
}

/* ---- Packets ---- */

static void note_missing(struct video_decode *self)
{
	if (self->gate.n_dropped == 0)
		return;
	self->n_missing += self->gate.n_dropped;
	if (media_tally_is_due(&self->missing, self->n_missing, pkd_now()))
		pkd_note(self->ctx,
		         "goes on with the key frame of packet %" PRIu64 "; %" PRIu64
		         " before it could not be used",
		         self->gate.number, self->gate.n_dropped);
	self->gate.n_dropped = 0;
}

/* Decides what becomes of the packet at hand. */
static int take(struct video_decode *self)
{
	enum media_passage passage = media_gate_take(&self->gate, self->given);
	struct media_view view;
	int error;

	if (passage == MEDIA_FOLLOWS && self->given->key && !is_for(self->head, self->given))
		passage = MEDIA_BEGINS;
	self->is_sent = true;
	self->must_send = passage != MEDIA_DROPPED;
	/* What was decoded up to the gap comes out now, and not with the next key frame. */
	if (passage == MEDIA_DROPPED && (self->gate.n_dropped > 1 || !self->decoder))
		return PKD_OK;
	if (passage == MEDIA_FOLLOWS)
		return send(self);
	if (passage == MEDIA_BEGINS) {
		note_missing(self);
		view = view_of(self, self->given, NULL);
		error = check_size(self, &view);
		if (error)
			return error;
		self->times.period_ns = self->given->duration > 0 ? self->given->duration
		                                                  : DEFAULT_PERIOD_NS;
	}
	if (!self->decoder)
		return begin(self);
	if (!self->is_draining)
		avcodec_send_packet(self->decoder, NULL);
	self->is_draining = true;
	return PKD_OK;
}

/* ---- Frames ---- */

static void set_time(struct video_decode *self, const AVFrame *frame)
{
	struct video_decode_state *state = pkd_state(self->ctx);
	int64_t stamp = frame->best_effort_timestamp;

	if (!self->times.has_frame && stamp == AV_NOPTS_VALUE)
		stamp = state->last;
	if (!self->times.has_frame)
		media_timeline_start(&self->times, stamp, FFMAX(stamp, state->last));
	else if (stamp == AV_NOPTS_VALUE)
		media_timeline_guess(&self->times);
	else
		media_timeline_next(&self->times, stamp);
	self->times.held_ns = FFMAX(frame->pkt_duration, 0);
	state->last = FFMAX(state->last, self->times.time_ns);
}

static int convert(struct video_decode *self, AVFrame *frame, struct pkd_image *image)
{
	struct media_view view = view_of(self, self->head, frame);
	int error = check_size(self, &view);

	if (view.pixel.num && !self->has_noted_pixel) {
		self->has_noted_pixel = true;
		pkd_note(
			self->ctx,
			"the pixels are %d:%d, and the frames are as stored; square: true stretches "
			"them",
			view.pixel.num, view.pixel.den);
	}
	if (error || !image)
		return error;
	return media_picture_convert(&self->picture, frame, self->decoder->codec_id, &view,
	                             self->params->FORMAT, image, self->ctx);
}

/* The frame at hand, and a look for one behind it. */
static int give(struct video_decode *self, struct video_decode_out *out)
{
	struct video_decode_state *state = pkd_state(self->ctx);
	int error = convert(self, self->frame, pkd_wanted(self->ctx, 0) ? out->frame : NULL);
	AVFrame *given = self->frame;

	if (!error) {
		set_time(self, self->frame);
		pkd_set_time(self->ctx, state->last);
		state->n_frames++;
		error = find(self, self->next);
	}
	av_frame_unref(given);
	self->has_frame = error == PKD_OK;
	self->frame = self->next;
	self->next = given;
	if (error < 0)
		return error;
	return self->has_frame ? PKD_MORE : PKD_OK;
}

static void note_end(struct video_decode *self)
{
	if (self->n_broken)
		pkd_note(self->ctx, "%" PRIu64 " of %" PRIu64 " packets were broken",
		         self->n_broken, self->n_packets);
	if (self->n_corrupt)
		pkd_note(self->ctx, "%" PRIu64 " frame%s damaged", self->n_corrupt,
		         self->n_corrupt == 1 ? " was" : "s were");
	if (self->n_missing + self->gate.n_dropped)
		pkd_note(self->ctx,
		         "%" PRIu64 " packets could not be used without those before them",
		         self->n_missing + self->gate.n_dropped);
	self->n_broken = self->n_corrupt = self->n_missing = self->gate.n_dropped = 0;
}

static int flush(struct video_decode *self, struct video_decode_out *out)
{
	int result = PKD_OK;

	self->must_send = false;
	if (self->decoder && !self->is_draining)
		avcodec_send_packet(self->decoder, NULL);
	self->is_draining = true;
	if (!self->has_frame)
		result = find(self, self->frame);
	self->has_frame |= result == PKD_OK;
	if (result == PKD_OK)
		result = give(self, out);
	if (result == PKD_MORE)
		return PKD_OK;
	if (result < 0)
		return result;
	note_end(self);
	return result == PKD_SKIP ? PKD_SKIP : PKD_END;
}

/* ---- The node ---- */

static void release(struct video_decode *self)
{
	media_picture_free(&self->picture);
	avcodec_free_context(&self->decoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
	av_frame_free(&self->next);
	av_freep(&self->head);
}

int video_decode_init(struct video_decode *self, const struct video_decode_params *params,
                      struct pkd_ctx *ctx)
{
	const struct video_decode_state *state = pkd_state(ctx);
	int error;

	self->params = params;
	self->ctx = ctx;
	error = media_picture_check(params->FORMAT, "video.decode", ctx);
	if (error)
		return error;
	self->options = (struct media_options){.node = "video.decode",
	                                       .max_width = params->W,
	                                       .max_height = params->H,
	                                       .rotate = params->rotate,
	                                       .square = params->square};
	media_log_begin(false);
	self->packet = av_packet_alloc();
	self->frame = av_frame_alloc();
	self->next = av_frame_alloc();
	self->head = av_mallocz(sizeof(*self->head));
	if (!self->packet || !self->frame || !self->next || !self->head) {
		release(self);
		return pkd_error(ctx, ENOMEM, "out of memory");
	}
	self->is_resumed = state->has_begun;
	if (self->is_resumed)
		pkd_note(ctx, "has been started again, and goes on with the next key frame");
	return PKD_OK;
}

int video_decode_step(struct video_decode *self, const struct video_decode_in *in,
                      struct video_decode_out *out, struct pkd_ctx *ctx)
{
	struct video_decode_state *state = pkd_state(ctx);
	int result = PKD_OK;

	self->ctx = ctx;
	self->given = in->packet;
	if (pkd_flushing(ctx))
		return flush(self, out);
	if (!state->has_begun) {
		state->has_begun = true;
		state->last = in->packet->pts;
	}
	if (!self->is_sent)
		result = take(self);
	if (result == PKD_OK && !self->has_frame) {
		result = find(self, self->frame);
		self->has_frame = result == PKD_OK;
	}
	if (result == PKD_OK) {
		result = give(self, out);
	} else if (result == PKD_SKIP) {
		video_decode_absent_frame(ctx);
		pkd_set_time(ctx, state->last);
		result = PKD_OK;
	}
	if (result == PKD_OK)
		self->is_sent = false;
	self->given = NULL;
	return result;
}

void video_decode_finish(struct video_decode *self)
{
	release(self);
}

PKD_NODE(video_decode);
