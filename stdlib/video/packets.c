/* video.packets: the coded pictures of a video, with its own time stamps. */
#include "decode.h"
#include "log.h"
#include "packet_head.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <video/packet.pkd.h>
#include <video/packets.pkd.h>

enum {
	PASSED_AT_ONCE = 64, /* packets that one step passes over after a restart */
	MAX_WIDTH = 7680,    /* pixels, of a picture that is decoded to look at it */
	MAX_HEIGHT = 4320,
	MAX_PACKET = sizeof(((struct video_Packet *)0)->data.data),
};

static const int64_t NS_PER_S = 1000000000;
static const AVRational NANOSECONDS = {1, 1000000000};

struct video_packets {
	const struct video_packets_params *params;
	struct media_options options;
	struct media_source source;
	struct media_decode track; /* without a decoder; its frames are packets */
	AVBSFContext *filter;
	AVPacket *packet;
	struct video_Packet head; /* what all packets have in common; without data */
	uint32_t session;
	bool has_packet; /* read and not yet given */
	bool has_ended;
	bool has_gap;     /* the next one says that some are missing */
	bool is_skipping; /* to the next key frame */
	bool has_noted_size, has_noted_jump;
	uint64_t n_to_pass; /* after a restart: packets that were read before it */
	int64_t offset_ns;  /* of its times from its stamps */
	int64_t last_shown_ns, last_shown_stamp_ns; /* of what is shown last so far */
	bool has_given;                             /* a packet, since init */
	int64_t first_ns;                           /* time and clock of that packet */
	int64_t first_clock_ns;
};

/* ---- Opening, and opening again ---- */

static int open_filter(struct video_packets *self, struct pkd_ctx *ctx)
{
	int error = media_packet_filter(self->track.stream, &self->filter, &self->head.codec);
	char text[MEDIA_TEXT_SIZE];

	if (error == AVERROR_BSF_NOT_FOUND)
		return pkd_error(ctx, ENOTSUP,
		                 "'%s' is coded as %s; video.packets passes h264, hevc, av1, mjpeg "
		                 "and mpeg4 on: read it with video.open",
		                 self->source.name,
		                 avcodec_get_name(self->track.stream->codecpar->codec_id));
	if (error < 0)
		return pkd_error(ctx, media_errno(error), "cannot read the packets of '%s': %s",
		                 self->source.name, media_error_text(error, text));
	return PKD_OK;
}

static void close_all(struct video_packets *self)
{
	av_bsf_free(&self->filter);
	media_decode_close(&self->track);
	media_source_close(&self->source);
}

static int open_all(struct video_packets *self, struct pkd_ctx *ctx)
{
	int error = media_source_open(&self->source, &self->options, ctx);

	if (!error)
		error = media_decode_open(&self->track, &self->source);
	if (!error)
		error = open_filter(self, ctx);
	if (error)
		return error;
	media_packet_head(&self->source, self->track.stream, self->filter, &self->head);
	self->has_ended = false;
	return PKD_OK;
}

/* A file is read again to the packet that was given last; in a pipe that one has gone by. */
static int go_on(struct video_packets *self, struct pkd_ctx *ctx)
{
	const struct video_packets_state *state = pkd_state(ctx);

	if (self->params->loop && !media_source_is_file(&self->source))
		return pkd_error(ctx, EINVAL,
		                 "'%s' is no file, so it cannot be read again: leave loop out",
		                 self->source.name);
	self->session = state->session;
	if (state->n_packets == 0)
		return PKD_OK;
	if (media_source_is_file(&self->source)) {
		self->n_to_pass = state->n_read;
	} else {
		self->session++;
		self->has_gap = true;
		media_timeline_join(&self->track.times, state->last);
	}
	return PKD_OK;
}

int video_packets_init(struct video_packets *self, const struct video_packets_params *params,
                       struct pkd_ctx *ctx)
{
	uint64_t n_expected;
	int error = PKD_OK;

	self->params = params;
	self->options = (struct media_options){.node = "video.packets",
	                                       .source = params->source,
	                                       .folder = params->folder,
	                                       .max_width = MAX_WIDTH,
	                                       .max_height = MAX_HEIGHT,
	                                       .track = params->track,
	                                       .start = -1,
	                                       .playlists = params->playlists,
	                                       .ca = params->ca,
	                                       .insecure = params->insecure,
	                                       .open_ns = MEDIA_SILENCE_NS,
	                                       .silence_ns = MEDIA_SILENCE_NS};
	self->packet = av_packet_alloc();
	if (!self->packet)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = open_all(self, ctx);
	if (!error)
		error = go_on(self, ctx);
	if (error) { /* finish would not undo it: it is called after a good init only */
		close_all(self);
		av_packet_free(&self->packet);
		return error;
	}
	n_expected = media_decode_expected(&self->track);
	if (n_expected && !params->loop)
		pkd_expect_frames(ctx, n_expected);
	return PKD_OK;
}

/* What media_decode says about its frames, of those that are shown. */
static int verdict(struct video_packets *self, uint64_t n_before)
{
	self->track.times.time_ns = self->last_shown_ns;
	self->track.times.stamp_ns = self->last_shown_stamp_ns;
	return media_decode_verdict(&self->track, n_before);
}

/* The file once more, behind the last packet. */
static int begin_again(struct video_packets *self, struct pkd_ctx *ctx)
{
	const struct video_packets_state *state = pkd_state(ctx);
	const struct media_timeline before = self->track.times;
	int error = verdict(self, 0);

	if (error != PKD_SKIP || pkd_stopping(ctx))
		return error;
	close_all(self);
	error = open_all(self, ctx);
	if (error)
		return error;
	memcpy(self->track.times.steps_ns, before.steps_ns, sizeof(before.steps_ns));
	media_timeline_join(&self->track.times, state->last);
	self->session++;
	self->n_to_pass = 0;
	self->is_skipping = false;
	return PKD_OK;
}

/* ---- Packets ---- */

static void note_broken(struct video_packets *self, int error)
{
	char text[MEDIA_TEXT_SIZE];

	self->has_gap = true;
	if (self->track.n_broken++ == 0 && self->track.n_frames > 0)
		pkd_note(self->source.ctx,
		         "'%s' has a broken part after packet %" PRIu64 " (%s); going on",
		         self->source.name, self->track.n_frames, media_error_text(error, text));
}

/* Gives the filter the next packet of the track, or its end. */
static int feed(struct video_packets *self)
{
	int error = media_source_read(&self->source, self->packet);

	if (self->source.is_refused)
		return error;
	if (error < 0) {
		self->has_ended = true;
		if (self->source.is_silent)
			return pkd_error(self->source.ctx, ETIMEDOUT, "'%s' has fallen silent",
			                 self->source.name);
		if (error != AVERROR_EOF && error != AVERROR_EXIT && !self->source.is_sequence)
			note_broken(self, error);
		return PKD_OK;
	}
	if (self->packet->stream_index != self->track.stream->index) {
		av_packet_unref(self->packet);
		return PKD_OK;
	}
	if (av_packet_get_side_data(self->packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL))
		return pkd_error(self->source.ctx, EACCES,
		                 "'%s' is encrypted, and video.packets has no key for it",
		                 self->source.name);
	self->track.n_packets++;
	error = av_bsf_send_packet(self->filter, self->packet);
	if (error < 0) {
		note_broken(self, error);
		av_packet_unref(self->packet);
	}
	return PKD_OK;
}

/* One packet of the track; PKD_SKIP at the end. The filters give one for each. */
static int read_packet(struct video_packets *self)
{
	while (!pkd_stopping(self->source.ctx)) {
		int error = av_bsf_receive_packet(self->filter, self->packet);

		if (error == 0)
			return PKD_OK;
		if (error != AVERROR(EAGAIN)) {
			av_packet_unref(self->packet);
			note_broken(self, error);
		}
		if (self->has_ended)
			return PKD_SKIP;
		error = feed(self);
		if (error)
			return error;
	}
	return PKD_SKIP;
}

static int64_t to_ns(const struct video_packets *self, int64_t stamp)
{
	return av_rescale_q(stamp, self->track.stream->time_base, NANOSECONDS);
}

static void note_jump(struct video_packets *self, int64_t jump_ns)
{
	self->track.n_jumps++;
	if (self->has_noted_jump)
		return;
	self->has_noted_jump = true;
	pkd_note(self->source.ctx,
	         "'%s': the time stamps jump %s by %.3f s after packet %" PRIu64
	         ", as in joined files; bridged",
	         self->source.name, jump_ns < 0 ? "back" : "ahead",
	         (double)(jump_ns < 0 ? -jump_ns : jump_ns) / 1e9, self->track.n_frames);
}

/* Time 0 is where the track's first picture is shown. */
static int64_t start_of(const struct video_packets *self, int64_t shown_ns)
{
	int64_t start_ns = shown_ns;

	if (self->track.stream->start_time != AV_NOPTS_VALUE)
		start_ns = to_ns(self, self->track.stream->start_time);
	if (start_ns > shown_ns || shown_ns - start_ns > MEDIA_GAP_S * NS_PER_S)
		start_ns = shown_ns;
	return start_ns;
}

/* A first packet that says only when it is shown is decoded so much earlier. */
static int64_t delay_of(const struct video_packets *self)
{
	return self->track.stream->codecpar->video_delay * self->track.times.period_ns;
}

/* head.pts and head.dts, on a clock that begins with 0 and never goes back. */
static void set_times(struct video_packets *self)
{
	struct media_timeline *times = &self->track.times;
	const AVPacket *packet = self->packet;
	bool has_pts = packet->pts != AV_NOPTS_VALUE, has_dts = packet->dts != AV_NOPTS_VALUE;
	int64_t pts_ns = has_pts ? to_ns(self, packet->pts) : 0, jump_ns = 0;
	int64_t dts_ns = has_dts ? to_ns(self, packet->dts) : pts_ns - delay_of(self);

	if (self->track.n_frames == 0)
		self->track.start_ns = start_of(self, has_pts ? pts_ns : dts_ns);
	if (!times->has_frame)
		media_timeline_start(times, dts_ns, dts_ns - self->track.start_ns);
	else if (!has_dts)
		media_timeline_guess(times);
	else
		jump_ns = media_timeline_next(times, dts_ns);
	if (jump_ns)
		note_jump(self, jump_ns);
	if (has_dts || self->track.n_frames == 0)
		self->offset_ns = times->time_ns - dts_ns;
	times->held_ns = packet->duration > 0 ? to_ns(self, packet->duration) : 0;
	self->head.duration = times->held_ns;
	self->head.dts = times->time_ns;
	self->head.pts = has_pts ? FFMAX(pts_ns + self->offset_ns, self->head.dts) : self->head.dts;
	if (self->head.pts > self->last_shown_ns || self->track.n_frames == 0) {
		self->last_shown_ns = self->head.pts;
		self->last_shown_stamp_ns = has_pts ? pts_ns : dts_ns;
	}
}

/* One that does not fit is never cut: what needs it is left out as well. */
static bool is_left_out(struct video_packets *self)
{
	bool is_key = self->packet->flags & AV_PKT_FLAG_KEY;

	if (self->packet->size > MAX_PACKET) {
		if (!self->has_noted_size)
			pkd_note(self->source.ctx,
			         "a picture of '%s' has %d bytes, and a packet has room for %d: "
			         "going on with the next key frame",
			         self->source.name, self->packet->size, MAX_PACKET);
		self->has_noted_size = self->is_skipping = self->has_gap = true;
		self->track.n_broken++;
		return true;
	}
	if (is_key)
		self->is_skipping = false;
	return self->is_skipping;
}

/* Makes has_packet true, or says why not; PKD_LATER while there are packets to pass over. */
static int find_packet(struct video_packets *self, struct pkd_ctx *ctx)
{
	const struct video_packets_state *state = pkd_state(ctx);

	for (int n = 0; n < PASSED_AT_ONCE; n++) {
		int result = read_packet(self);
		bool is_out;

		if (result == PKD_SKIP && self->params->loop && !pkd_stopping(ctx))
			return begin_again(self, ctx);
		if (result == PKD_SKIP)
			return verdict(self, state->n_packets);
		if (result)
			return result;
		set_times(self);
		self->track.n_frames++;
		is_out = is_left_out(self);
		if (self->track.n_frames == self->n_to_pass) {
			self->track.times.time_ns = state->last;
			self->has_gap = false;
		}
		self->has_packet = self->track.n_frames > self->n_to_pass && !is_out;
		if (self->has_packet)
			return PKD_OK;
		av_packet_unref(self->packet);
	}
	return pkd_later(ctx, pkd_now());
}

/* When the packet at hand is due, by the clock. */
static int64_t due_time(const struct video_packets *self)
{
	double media_ns = (double)(self->head.dts - self->first_ns);

	return self->first_clock_ns + (int64_t)(media_ns / (double)self->params->speed);
}

static void fill(const struct video_packets *self, struct video_Packet *packet, uint64_t number)
{
	memcpy(packet, &self->head,
	       offsetof(struct video_Packet, setup.data) + self->head.setup.len);
	packet->key = self->packet->flags & AV_PKT_FLAG_KEY;
	packet->discontinuity = self->has_gap;
	packet->session = self->session;
	packet->number = number;
	media_packet_put(self->packet, packet);
}

int video_packets_step(struct video_packets *self, const struct video_packets_in *in,
                       struct video_packets_out *out, struct pkd_ctx *ctx)
{
	struct video_packets_state *state = pkd_state(ctx);
	int result;

	(void)in;
	self->source.ctx = ctx;
	while (!self->has_packet) {
		result = find_packet(self, ctx);
		if (result)
			return result;
	}
	if (!self->has_given) {
		self->first_ns = self->head.dts;
		self->first_clock_ns = pkd_now();
	} else if (self->params->speed > 0 && pkd_now() < due_time(self)) {
		return pkd_later(ctx, due_time(self));
	}
	state->n_packets++;
	state->session = self->session;
	fill(self, out->packet, state->n_packets);
	av_packet_unref(self->packet);
	self->has_packet = self->has_gap = false;
	self->has_given = true;
	state->n_read = self->track.n_frames;
	state->last = self->head.dts;
	pkd_set_time(ctx, state->last);
	return PKD_OK;
}

void video_packets_finish(struct video_packets *self)
{
	close_all(self);
	av_packet_free(&self->packet);
}

PKD_NODE(video_packets);
