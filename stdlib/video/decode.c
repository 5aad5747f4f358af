#include "decode.h"

#include "log.h"

#include <inttypes.h>
#include <libavutil/cpu.h>
#include <libavutil/parseutils.h>
#include <string.h>

enum {
	MAX_THREADS = 4,
	MAX_BROKEN_AT_END = 64, /* errors while draining, until the decoder is given up */
	MAX_JUMP_NOTES = 3,
	MAX_BROKEN_SHARE = 10,  /* per cent of the packets; a few do not count, … */
	FEW_BROKEN = 3,         /* … such as the last ones of a file that is cut off */
	MAX_CORRUPT_SHARE = 50, /* per cent of the frames */
};

static const int64_t NS_PER_S = 1000000000;
static const int64_t DEFAULT_PERIOD_NS = 40000000;
static const AVRational NANOSECONDS = {1, 1000000000};

static int out_of_memory(struct media_decode *self)
{
	return media_fail(self->source, ENOMEM, "out of memory");
}

static int report_size(struct media_decode *self)
{
	return media_report_size(self->source, self->refused_width, self->refused_height);
}

/* ---- Opening ---- */

static bool is_track(const AVStream *stream)
{
	return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
	       !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

static int choose_track(struct media_decode *self)
{
	AVFormatContext *format = self->source->format;
	uint32_t track = self->source->options->track, n = 0;
	int found = -1;

	if (track == 0) {
		found = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
		if (found < 0)
			return media_fail(self->source, EINVAL, "'%s' has no video in it",
			                  self->source->name);
	}
	for (unsigned i = 0; track > 0 && i < format->nb_streams; i++) {
		if (is_track(format->streams[i]) && ++n == track)
			found = (int)i;
	}
	if (found < 0)
		return media_fail(self->source, EINVAL,
		                  "'%s' has no video track %" PRIu32 ", it has %" PRIu32,
		                  self->source->name, track, n);
	self->stream = format->streams[found];
	for (unsigned i = 0; i < format->nb_streams; i++) {
		if ((int)i != found)
			format->streams[i]->discard = AVDISCARD_ALL;
	}
	return PKD_OK;
}

/* One thread more than CPUs: while this one converts a frame, the others decode the next ones. In a
 * live source each thread of that kind would be a frame of delay. */
static void choose_threads(struct media_decode *self)
{
	int n_cpus = av_cpu_count();

	self->decoder->thread_count = n_cpus == 1 ? 1 : FFMIN(n_cpus + 1, MAX_THREADS);
	if (self->source->is_live) {
		self->decoder->thread_type = FF_THREAD_SLICE;
		self->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
	}
}

int media_decode_start(struct media_decode *self)
{
	struct media_source *source = self->source;
	const AVCodecParameters *parameters = self->stream->codecpar;
	const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
	char text[MEDIA_TEXT_SIZE];
	int error;

	if (!codec)
		return media_fail(source, ENOTSUP, "this FFmpeg has no decoder for the %s in '%s'",
		                  avcodec_get_name(parameters->codec_id), source->name);
	self->decoder = avcodec_alloc_context3(codec);
	self->frame = av_frame_alloc();
	if (!self->decoder || !self->frame)
		return out_of_memory(self);
	error = avcodec_parameters_to_context(self->decoder, parameters);
	choose_threads(self);
	self->decoder->pkt_timebase = self->stream->time_base;
	self->decoder->max_pixels = media_max_pixels(source->options);
	if (error >= 0)
		error = avcodec_open2(self->decoder, codec, NULL);
	if (error < 0 && media_log_take_size(&self->refused_width, &self->refused_height))
		return report_size(self);
	if (error < 0)
		return media_fail(source, media_errno(error), "cannot decode '%s': %s",
		                  source->name, media_error_text(error, text));
	return PKD_OK;
}

static AVRational frame_rate(const struct media_decode *self)
{
	return av_guess_frame_rate(self->source->format, self->stream, NULL);
}

static int64_t period_of(const struct media_decode *self)
{
	AVRational rate = frame_rate(self);
	int64_t period_ns = 0;

	if (rate.num > 0 && rate.den > 0)
		period_ns = av_rescale(NS_PER_S, rate.den, rate.num);
	return period_ns > 0 ? period_ns : DEFAULT_PERIOD_NS;
}

int media_decode_open(struct media_decode *self, struct media_source *source)
{
	int error;

	*self = (struct media_decode){.source = source, .packet = av_packet_alloc()};
	if (!self->packet)
		return out_of_memory(self);
	error = choose_track(self);
	if (error)
		return error;
	self->times.period_ns = period_of(self);
	self->times.may_skip = (source->format->iformat->flags & AVFMT_TS_DISCONT) != 0;
	return PKD_OK;
}

void media_decode_close(struct media_decode *self)
{
	avcodec_free_context(&self->decoder);
	av_packet_free(&self->packet);
	av_frame_free(&self->frame);
}

/* ---- How long it should be ---- */

static int64_t to_ns(const struct media_decode *self, int64_t stamp)
{
	return av_rescale_q(stamp, self->stream->time_base, NANOSECONDS);
}

static bool is_format(const struct media_decode *self, const char *name)
{
	return strcmp(self->source->format->iformat->name, name) == 0;
}

/* "00:00:02.000000000", as Matroska keeps it for each track. */
static int64_t duration_of_tag(const struct media_decode *self)
{
	const AVDictionaryEntry *tag = av_dict_get(self->stream->metadata, "DURATION", NULL, 0);
	int64_t us = 0;

	if (!tag || av_parse_time(&us, tag->value, 1) < 0)
		return 0;
	return us * 1000;
}

/* An AVI has a chunk for each frame's time, an empty one where nothing changes; the duration that
 * FFmpeg gives is guessed from the file's size where the index is missing. */
static int64_t duration_of_chunks(const struct media_decode *self)
{
	if (!is_format(self, "avi"))
		return 0;
	return self->stream->nb_frames * self->times.period_ns;
}

/* From the track's first frame on, of a duration that is counted from time 0. */
static int64_t from_start(const struct media_decode *self, int64_t duration_ns)
{
	int64_t start_ns = self->start_ns;

	return start_ns > 0 && start_ns < duration_ns ? duration_ns - start_ns : duration_ns;
}

/* That of a track is counted from time 0 in Matroska, NUT and ASF. */
static int64_t track_duration(const struct media_decode *self)
{
	int64_t tag_ns = duration_of_tag(self), stream_ns = 0;

	if (tag_ns > 0)
		return from_start(self, tag_ns);
	if (self->stream->duration > 0)
		stream_ns = to_ns(self, self->stream->duration);
	if (is_format(self, "matroska,webm") || is_format(self, "nut") || is_format(self, "asf"))
		return from_start(self, stream_ns);
	return stream_ns;
}

/* That of the file is, too, and in MP4; not in FLV. */
static int64_t whole_duration(const struct media_decode *self)
{
	int64_t whole_ns = self->source->format->duration;

	if (whole_ns <= 0)
		return 0;
	whole_ns *= 1000;
	return is_format(self, "flv") ? whole_ns : from_start(self, whole_ns);
}

/* What the file says about this track, 0 when it does not: the file may be as long as its sound. */
static int64_t said_duration(const struct media_decode *self)
{
	const AVFormatContext *format = self->source->format;
	int64_t whole_ns = whole_duration(self), track_ns = track_duration(self);

	if (format->duration_estimation_method != AVFMT_DURATION_FROM_STREAM)
		return 0;
	if (duration_of_chunks(self) > 0)
		return duration_of_chunks(self);
	if (track_ns == 0)
		return format->nb_streams == 1 ? whole_ns : 0;
	return whole_ns > 0 && whole_ns < track_ns ? whole_ns : track_ns;
}

uint64_t media_decode_expected(const struct media_decode *self)
{
	AVRational rate = frame_rate(self);
	int64_t n = self->stream->nb_frames;

	if (n <= 0 && rate.num > 0 && rate.den > 0) {
		if (self->stream->duration > 0)
			n = av_rescale_q(self->stream->duration, self->stream->time_base,
			                 av_inv_q(rate));
		else if (self->source->format->duration > 0)
			n = av_rescale_q(self->source->format->duration, AV_TIME_BASE_Q,
			                 av_inv_q(rate));
	}
	return n > 0 ? (uint64_t)n : 0;
}

/* ---- Decoding ---- */

/* A picture refused for its size may be damaged; two of the same size are no accident. */
static int check_refused(struct media_decode *self)
{
	int width, height;
	bool is_same;

	if (!media_log_take_size(&width, &height))
		return PKD_OK;
	is_same = width == self->refused_width && height == self->refused_height;
	self->refused_width = width;
	self->refused_height = height;
	return is_same ? report_size(self) : PKD_OK;
}

static int broken(struct media_decode *self, int error)
{
	char text[MEDIA_TEXT_SIZE];

	if (self->n_broken++ == 0 && self->n_frames > 0)
		pkd_note(self->source->ctx,
		         "'%s' has a broken part after frame %" PRIu64 " (%s); going on",
		         self->source->name, self->n_frames, media_error_text(error, text));
	return check_refused(self);
}

static bool is_encrypted(const AVPacket *packet)
{
	return av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
}

static int send(struct media_decode *self)
{
	int error;

	if (is_encrypted(self->packet))
		return media_fail(self->source, EACCES,
		                  "'%s' is encrypted, and %s has no key for it", self->source->name,
		                  self->source->options->node);
	self->n_packets++;
	error = avcodec_send_packet(self->decoder, self->packet);
	return error < 0 && error != AVERROR(EAGAIN) ? broken(self, error) : PKD_OK;
}

/* Gives the decoder the next packet of the stream, or its end. */
static int feed(struct media_decode *self)
{
	int error = media_source_read(self->source, self->packet);

	if (self->source->is_refused)
		return error;
	if (error < 0) {
		self->is_draining = true;
		avcodec_send_packet(self->decoder, NULL);
		if (self->source->is_silent)
			return media_fail(self->source, ETIMEDOUT, "'%s' has fallen silent",
			                  self->source->name);
		if (error == AVERROR_EOF || error == AVERROR_EXIT || self->source->is_sequence)
			return PKD_OK; /* a number that is missing ends a sequence */
		return broken(self, error);
	}
	error = self->packet->stream_index == self->stream->index ? send(self) : PKD_OK;
	av_packet_unref(self->packet);
	return error;
}

/* A packet is fed only when the decoder asked for one: it cannot be full then. */
static int decode(struct media_decode *self)
{
	int n_errors_at_end = 0, failed = PKD_OK;

	while (!failed && !media_is_ending(self->source)) {
		int error = avcodec_receive_frame(self->decoder, self->frame);

		if (error == 0)
			return PKD_OK;
		if (error == AVERROR_EOF)
			return PKD_SKIP;
		if (error != AVERROR(EAGAIN))
			failed = broken(self, error);
		if (!failed && !self->is_draining)
			failed = feed(self);
		else if (++n_errors_at_end > MAX_BROKEN_AT_END)
			return PKD_SKIP;
	}
	return failed ? failed : PKD_SKIP;
}

static void note_jump(struct media_decode *self, int64_t jump_ns)
{
	double seconds = (double)jump_ns / 1e9;

	if (self->n_jumps++ < MAX_JUMP_NOTES)
		pkd_note(self->source->ctx,
		         "'%s': the time stamps jump %s by %.3f s after frame %" PRIu64
		         ", as in joined files; bridged by %.1f ms",
		         self->source->name, seconds < 0 ? "back" : "ahead",
		         seconds < 0 ? -seconds : seconds, self->n_frames,
		         (double)media_timeline_frame(&self->times) / 1e6);
}

static void find_start(struct media_decode *self, int64_t stamp_ns)
{
	int64_t start_ns = stamp_ns;

	if (self->stream->start_time != AV_NOPTS_VALUE)
		start_ns = to_ns(self, self->stream->start_time);
	if (start_ns > stamp_ns || stamp_ns - start_ns > MEDIA_GAP_S * NS_PER_S)
		start_ns = stamp_ns;
	self->start_ns = start_ns;
}

static void set_time(struct media_decode *self)
{
	int64_t stamp = self->frame->best_effort_timestamp, jump_ns;
	int64_t stamp_ns = stamp == AV_NOPTS_VALUE ? 0 : to_ns(self, stamp);

	if (self->n_frames == 0)
		find_start(self, stamp_ns);
	if (!self->times.has_frame) {
		media_timeline_start(&self->times, stamp_ns, stamp_ns - self->start_ns);
	} else if (stamp == AV_NOPTS_VALUE) {
		media_timeline_guess(&self->times);
	} else {
		jump_ns = media_timeline_next(&self->times, stamp_ns);
		if (jump_ns)
			note_jump(self, jump_ns);
	}
	self->times.held_ns = self->frame->pkt_duration > 0 ? to_ns(self, self->frame->pkt_duration)
	                                                    : 0;
}

bool media_decode_is_corrupt(const struct media_decode *self)
{
	return (self->frame->flags & AV_FRAME_FLAG_CORRUPT) || self->frame->decode_error_flags;
}

int media_decode_next(struct media_decode *self)
{
	int result = decode(self);

	if (result)
		return result;
	set_time(self);
	self->n_frames++;
	if (media_decode_is_corrupt(self) && self->n_corrupt++ == 0)
		pkd_note(self->source->ctx, "'%s': frame %" PRIu64 " is damaged; going on",
		         self->source->name, self->n_frames);
	return PKD_OK;
}

/* ---- The end ---- */

/* Where the last frame begins in this reading of the file: in a loop, times go on. */
static int64_t last_begin(const struct media_decode *self)
{
	return self->n_jumps ? self->times.time_ns : self->times.stamp_ns - self->start_ns;
}

static bool is_cut(const struct media_decode *self)
{
	int64_t said_ns = said_duration(self);
	int64_t end_ns = last_begin(self) + FFMAX(self->times.held_ns, self->times.period_ns);

	if (self->source->is_cut)
		return true;
	return self->n_jumps == 0 && said_ns > 0 &&
	       end_ns + 2 * self->times.period_ns + said_ns / 50 < said_ns;
}

static void note_cut(struct media_decode *self)
{
	int64_t said_ns = said_duration(self), begin_ns = last_begin(self);
	char of[40] = "";

	if (said_ns > begin_ns)
		snprintf(of, sizeof(of), " of %.1f s", (double)said_ns / 1e9);
	pkd_note(self->source->ctx,
	         "'%s' ends at %.1f s%s, after frame %" PRIu64 ": it seems to be cut off",
	         self->source->name, (double)(begin_ns + media_timeline_frame(&self->times)) / 1e9,
	         of, self->n_frames);
}

static void note_end(struct media_decode *self)
{
	struct pkd_ctx *ctx = self->source->ctx;
	const char *name = self->source->name;
	int64_t end = self->source->first_number + (int64_t)self->n_frames;
	bool has_hole = self->source->is_sequence && end <= self->source->last_number;

	if (self->n_broken)
		pkd_note(ctx, "'%s' had %" PRIu64 " broken part%s; %" PRIu64 " frame%s read", name,
		         self->n_broken, self->n_broken == 1 ? "" : "s", self->n_frames,
		         self->n_frames == 1 ? " was" : "s were");
	if (self->n_corrupt)
		pkd_note(ctx, "'%s': %" PRIu64 " of %" PRIu64 " frames %s damaged", name,
		         self->n_corrupt, self->n_frames, self->n_corrupt == 1 ? "is" : "are");
	if (self->n_jumps > MAX_JUMP_NOTES)
		pkd_note(ctx, "'%s': the time stamps jumped %" PRIu64 " times", name,
		         self->n_jumps);
	if (has_hole)
		pkd_note(ctx,
		         "'%s' has no number %" PRId64 " and ends there, though it has %" PRId64,
		         name, end, self->source->last_number);
	else if (is_cut(self))
		note_cut(self);
}

/* An MP4 whose index comes last is read to its end in a pipe, and has nothing to show for it. */
static int report_nothing(struct media_decode *self)
{
	const struct media_source *source = self->source;
	const AVIOContext *io = source->format->pb;
	char line[MEDIA_TEXT_SIZE];

	if (self->refused_width)
		return report_size(self);
	if (io && !io->seekable && strstr(source->format->iformat->name, "mp4"))
		return media_fail(
			source, ESPIPE,
			"no frame of '%s' could be read: it is an MP4 with its index at the "
			"end, and %s; write it with -movflags +faststart",
			source->name,
			source->is_address ? "its server sends no parts of it"
					   : "a pipe cannot be read from there");
	if (!media_log_take(line))
		snprintf(line, sizeof(line), "there are %" PRIu64 " packets of video in it",
		         self->n_packets);
	return media_fail(source, EINVAL, "no frame of '%s' could be read: %s", source->name, line);
}

int media_decode_verdict(struct media_decode *self, uint64_t n_before)
{
	struct pkd_ctx *ctx = self->source->ctx;
	const char *name = self->source->name;

	if (pkd_stopping(ctx))
		return PKD_SKIP;
	if (self->n_frames == 0 && n_before == 0)
		return report_nothing(self);
	if (self->n_broken > FEW_BROKEN &&
	    self->n_broken * 100 > self->n_packets * MAX_BROKEN_SHARE)
		return pkd_error(ctx, EIO,
		                 "%" PRIu64 " of the %" PRIu64
		                 " packets of '%s' could not be decoded",
		                 self->n_broken, self->n_packets, name);
	if (self->n_corrupt * 100 > self->n_frames * MAX_CORRUPT_SHARE)
		return pkd_error(ctx, EIO,
		                 "%" PRIu64 " of the %" PRIu64 " frames of '%s' are damaged",
		                 self->n_corrupt, self->n_frames, name);
	note_end(self);
	return PKD_SKIP;
}
