#include "muxer.h"

#include "packet.h"
#include "packet_colours.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TICKS_PER_SECOND = 90000,
	NS_PER_SECOND = 1000000000,
	LONE_TICKS = TICKS_PER_SECOND / 25, /* how long a video of one packet lasts */
	MAX_SETUP = sizeof(((struct video_Packet *)0)->setup.data),
	MAX_DATA = sizeof(((struct video_Packet *)0)->data.data),
};

static const int64_t MAX_STEP = UINT32_MAX; /* ticks that a frame can last in the file: 13 hours */

/* ---- The header ---- */

static const struct {
	enum AVCodecID id;
	uint32_t tag; /* 0: the muxer's */
} codecs[] = {
	[video_Codec_h264] = {AV_CODEC_ID_H264, 0},
	[video_Codec_hevc] = {AV_CODEC_ID_HEVC, MKTAG('h', 'v', 'c', '1')},
	[video_Codec_av1] = {AV_CODEC_ID_AV1, 0},
	[video_Codec_mjpeg] = {AV_CODEC_ID_MJPEG, 0},
	[video_Codec_mpeg4] = {AV_CODEC_ID_MPEG4, 0},
};

static int take_setup(AVCodecParameters *parameters, const struct video_Packet *packet)
{
	size_t n = pkd_length(&packet->setup.len, MAX_SETUP);

	parameters->extradata = av_mallocz(MAX_SETUP + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!parameters->extradata)
		return AVERROR(ENOMEM);
	if (n > 0)
		memcpy(parameters->extradata, packet->setup.data, n);
	else
		n = media_sample_setup(packet, parameters->extradata, MAX_SETUP);
	parameters->extradata_size = (int)n;
	return 0;
}

static bool is_turned(const struct video_Packet *packet)
{
	for (int i = 0; i < 9; i++)
		if (packet->turn[i] != 0)
			return true;
	return false;
}

static int describe(AVStream *stream, const struct video_Packet *packet)
{
	AVCodecParameters *parameters = stream->codecpar;
	const uint32_t codec = packet->codec; /* once: its writer may be faulty */
	uint8_t *turn;

	if (codec >= sizeof(codecs) / sizeof(codecs[0]))
		return AVERROR_INVALIDDATA;
	stream->time_base = (AVRational){1, TICKS_PER_SECOND};
	parameters->codec_type = AVMEDIA_TYPE_VIDEO;
	parameters->codec_id = codecs[codec].id;
	parameters->codec_tag = codecs[codec].tag;
	parameters->width = (int)packet->width;
	parameters->height = (int)packet->height;
	parameters->color_space = media_packet_av_matrix(packet->matrix);
	parameters->color_range = media_packet_av_range(packet->range);
	if (packet->pixel_width > 0 && packet->pixel_width <= INT16_MAX &&
	    packet->pixel_height > 0 && packet->pixel_height <= INT16_MAX)
		stream->sample_aspect_ratio = parameters->sample_aspect_ratio =
			(AVRational){(int)packet->pixel_width, (int)packet->pixel_height};
	if (is_turned(packet)) {
		turn = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX,
		                               sizeof(packet->turn));
		if (!turn)
			return AVERROR(ENOMEM);
		memcpy(turn, packet->turn, sizeof(packet->turn));
	}
	return take_setup(parameters, packet);
}

static void date(AVFormatContext *format, int64_t created_ns)
{
	const time_t seconds = created_ns / 1000000000;
	char text[sizeof("2026-11-30T14:03:05Z")];
	struct tm at;

	if (created_ns > 0 && gmtime_r(&seconds, &at) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &at))
		av_dict_set(&format->metadata, "creation_time", text, 0);
}

/* Makes ftyp and moov in memory, which the caller frees; returns how many bytes. */
static int mux_header(AVFormatContext *format, const struct video_Packet *packet,
                      int64_t created_ns, uint8_t **ret_header)
{
	AVStream *stream = avformat_new_stream(format, NULL);
	AVDictionary *options = NULL;
	int error, size;

	error = stream ? describe(stream, packet) : AVERROR(ENOMEM);
	if (error >= 0)
		error = avio_open_dyn_buf(&format->pb);
	if (error < 0)
		return error;
	date(format, created_ns);
	av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
	error = avformat_write_header(format, &options);
	av_dict_free(&options);
	if (error >= 0 && stream->time_base.den != TICKS_PER_SECOND)
		error = AVERROR_BUG;
	size = avio_close_dyn_buf(format->pb, ret_header);
	format->pb = NULL;
	return error < 0 ? error : size;
}

static int write_header(struct media_muxer *self, const struct video_Packet *packet)
{
	AVFormatContext *format = NULL;
	uint8_t *header = NULL;
	int error = avformat_alloc_output_context2(&format, NULL, "mp4", NULL);

	if (error >= 0)
		error = mux_header(format, packet, self->created_ns, &header);
	if (error >= 0)
		error = sink_file_append(&self->file, header, (size_t)error);
	av_free(header);
	avformat_free_context(format);
	return error;
}

/* ---- Times ---- */

static int64_t usual_step(const struct video_Muxed *now)
{
	int64_t n_before = (int64_t)now->n_packets - 1;
	int64_t average = n_before > 0 ? now->ticks / n_before : LONE_TICKS;

	average = average > 0 ? average : 1;
	return now->step > 0 && now->step < average ? now->step : average;
}

static bool ticks_between(int64_t from, int64_t to, int64_t *ret_ticks)
{
	int64_t ns;

	if (__builtin_sub_overflow(to, from, &ns))
		return false;
	*ret_ticks = av_rescale(ns, TICKS_PER_SECOND, NS_PER_SECOND);
	return true;
}

/* Where its time of decoding says. Where that is no place, as behind another session, it is as long
 * behind the packet before it as packets last; times that run on from there do so in the file. */
static void take_time(struct video_Muxed *now, const struct video_Packet *packet, bool is_joint)
{
	int64_t ticks;

	if (now->n_packets == 0) {
		now->base_time = packet->dts;
	} else {
		if (is_joint || !ticks_between(now->base_time, packet->dts, &ticks) ||
		    __builtin_add_overflow(ticks, now->base_ticks, &ticks) || ticks <= now->ticks ||
		    ticks - now->ticks > MAX_STEP) {
			ticks = now->ticks + usual_step(now);
			now->base_time = packet->dts;
			now->base_ticks = ticks;
		}
		now->step = ticks - now->ticks;
		now->ticks = ticks;
	}
	now->last_time = packet->dts;
	now->n_packets++;
}

static int32_t shift_of(const struct video_Packet *packet)
{
	int64_t ticks;

	if (!ticks_between(packet->dts, packet->pts, &ticks) || ticks < 0 ||
	    ticks > 60 * TICKS_PER_SECOND)
		return 0;
	return (int32_t)ticks;
}

/* ---- Fragments ---- */

static uint64_t duration_of(const struct video_Muxed *now, const struct video_Packet *packet)
{
	int64_t ticks = packet->duration > 0
	                        ? av_rescale(packet->duration, TICKS_PER_SECOND, NS_PER_SECOND)
	                        : 0;

	return (uint64_t)(ticks > 0 ? ticks : usual_step(now));
}

/* The head comes last: until it is there, players take its place for the end of the file. */
static int write_fragment(struct media_muxer *self, const struct video_Packet *packet)
{
	size_t n = media_sample(packet, self->sample);
	struct mp4_frame frame = {
		.number = (uint32_t)self->now.n_packets,
		.time = (uint64_t)self->now.ticks,
		.shift = shift_of(packet),
		.duration = duration_of(&self->now, packet),
		.size = (uint32_t)n,
		.is_key = packet->key,
	};
	uint64_t at = self->file.end;
	uint8_t head[MP4_HEAD_SIZE];
	int error = 0;

	mp4_put_head(head, &frame);
	if (!self->file.is_stream)
		error = sink_file_put(&self->file, at + sizeof(head), self->sample, n);
	if (!error)
		error = sink_file_put(&self->file, at, head, sizeof(head));
	if (!error && self->file.is_stream)
		error = sink_file_put(&self->file, 0, self->sample, n);
	self->now.last = at;
	self->file.end = at + sizeof(head) + n;
	return error;
}

/* Of the packet before this one, now that its end is known. Done again after a kill, it writes the
 * same. */
static int correct_duration(const struct media_muxer *self, uint64_t fragment)
{
	uint8_t duration[4];

	if (self->now.n_packets < 2 || self->file.is_stream)
		return 0;
	mp4_put_duration(duration, (uint64_t)self->now.step);
	return sink_file_put(&self->file, fragment + MP4_DURATION_AT, duration, sizeof(duration));
}

/* ---- The whole ---- */

int media_muxer_init(struct media_muxer *self)
{
	self->sample = malloc(media_sample_room(MAX_DATA));
	if (!self->sample)
		return -ENOMEM;
	if (self->now.n_packets > 0 && !self->file.is_stream)
		self->has_no_index = mp4_index_scan(&self->index, self->file.fd, self->file.end) <
		                     0;
	return 0;
}

static bool is_other(const struct video_Muxed *now, const struct video_Packet *packet)
{
	return now->n_packets > 0 && (packet->codec != now->codec || packet->width != now->width ||
	                              packet->height != now->height);
}

static int begin(struct media_muxer *self, const struct video_Packet *packet)
{
	int error = write_header(self, packet);

	self->now.codec = packet->codec;
	self->now.width = packet->width;
	self->now.height = packet->height;
	self->now.start = self->file.end;
	return error;
}

int media_muxer_add(struct media_muxer *self, const struct video_Packet *packet)
{
	struct video_Muxed before = self->now;
	struct media_gate gate = {.has_begun = before.has_begun,
	                          .waits = before.waits,
	                          .number = before.number,
	                          .session = before.session};
	uint64_t end = self->file.end;
	int error = 0;

	if (is_other(&before, packet))
		return MEDIA_OTHER;
	if (media_gate_take(&gate, packet) == MEDIA_DROPPED)
		error = MEDIA_WAITS;
	self->now.has_begun = gate.has_begun;
	self->now.waits = gate.waits;
	self->now.number = gate.number;
	self->now.session = gate.session;
	if (error)
		return error;
	if (before.n_packets == 0)
		error = begin(self, packet);
	take_time(&self->now, packet, before.session != packet->session);
	if (error >= 0)
		error = write_fragment(self, packet);
	if (error >= 0)
		error = correct_duration(self, before.last);
	if (error < 0) {
		sink_file_cut(&self->file, end);
		self->now = before;
		return error;
	}
	self->now.end = self->file.end;
	if (packet->key && !self->has_no_index)
		self->has_no_index = mp4_index_add(&self->index,
		                                   (struct mp4_key){(uint64_t)self->now.ticks,
		                                                    self->now.last}) < 0;
	return MEDIA_MUXED;
}

void media_muxer_go_back(struct media_muxer *self, const struct video_Muxed *then)
{
	struct mp4_index *index = &self->index;

	self->now = *then;
	sink_file_cut(&self->file, then->end);
	while (index->n > 0 && index->keys[index->n - 1].offset >= then->end)
		index->n--;
}

int media_muxer_end(struct media_muxer *self)
{
	uint64_t end = self->file.end;
	size_t size = 0;
	uint8_t *box = NULL;
	int error = 0;

	if (!self->has_no_index && self->index.n > 0)
		box = mp4_index_box(&self->index, &size);
	if (box)
		error = sink_file_append(&self->file, box, size);
	if (error)
		sink_file_cut(&self->file, end);
	free(box);
	return error;
}

void media_muxer_release(struct media_muxer *self)
{
	mp4_index_release(&self->index);
	free(self->sample);
	self->sample = NULL;
}
