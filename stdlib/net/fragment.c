/* See fragment.h. */
#include "fragment.h"

#include "../video/mp4.h"

#include <libavformat/avformat.h>
#include <string.h>

static const int64_t NS_PER_S = 1000000000;

enum {
	LEAST = MEDIA_FRAGMENT_TICKS / 100,
	MOST = MEDIA_FRAGMENT_TICKS * 2,
	USUAL = MEDIA_FRAGMENT_TICKS / 25,
};

/* ---- Times ---- */

static int64_t bounded(int64_t ticks)
{
	return ticks < LEAST ? LEAST : ticks > MOST ? MOST : ticks;
}

/* How long a picture is shown is known when the next has come, and it is not waited for. Twice the
 * time since the one before is said, and more than that does not go by: so there is no gap where a
 * picture is late. */
void media_fragment_tick(struct media_fragment_clock *self, const struct video_Packet *packet)
{
	int64_t ns = 0, ticks = USUAL;
	bool goes_on = self->has_begun && packet->session == self->session &&
	               !__builtin_sub_overflow(packet->dts, self->dts_ns, &ns) && ns > 0;

	if (goes_on) {
		ticks = ns > 60 * NS_PER_S ? MOST : av_rescale(ns, MEDIA_FRAGMENT_TICKS, NS_PER_S);
		self->step = ticks;
	} else if (self->has_begun) {
		ticks = self->step;
	} else if (packet->duration > 0 && packet->duration < NS_PER_S) {
		ticks = av_rescale(packet->duration, MEDIA_FRAGMENT_TICKS, NS_PER_S);
	}
	if (!self->has_begun)
		self->step = ticks;
	else
		self->time += (uint64_t)FFMAX(FFMIN(ticks, (int64_t)self->duration), 1);
	self->duration = (uint64_t)bounded(2 * bounded(self->step));
	self->has_begun = true;
	self->dts_ns = packet->dts;
	self->session = packet->session;
}

/* ---- What comes first ---- */

static int set_stream(AVStream *stream, const struct media_fragment_track *track)
{
	AVCodecParameters *codec = stream->codecpar;
	bool is_hevc = track->codec == MEDIA_NAL_HEVC;

	codec->codec_type = AVMEDIA_TYPE_VIDEO;
	codec->codec_id = is_hevc ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264;
	codec->codec_tag = is_hevc ? MKTAG('h', 'v', 'c', '1') : MKTAG('a', 'v', 'c', '1');
	codec->width = (int)track->width;
	codec->height = (int)track->height;
	codec->extradata = av_mallocz(track->n_sets + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!codec->extradata)
		return AVERROR(ENOMEM);
	memcpy(codec->extradata, track->sets, track->n_sets);
	codec->extradata_size = (int)track->n_sets;
	if (track->pixel_width && track->pixel_height)
		stream->sample_aspect_ratio = codec->sample_aspect_ratio =
			(AVRational){(int)track->pixel_width, (int)track->pixel_height};
	stream->time_base = (AVRational){1, MEDIA_FRAGMENT_TICKS};
	return 0;
}

static int write_first(AVFormatContext *format, const struct media_fragment_track *track,
                       uint8_t **ret_first)
{
	AVStream *stream = avformat_new_stream(format, NULL);
	AVDictionary *options = NULL;
	int error = stream ? set_stream(stream, track) : AVERROR(ENOMEM), size;

	if (error >= 0)
		error = avio_open_dyn_buf(&format->pb);
	if (error < 0)
		return error;
	av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
	error = avformat_write_header(format, &options);
	av_dict_free(&options);
	if (error >= 0 && stream->time_base.den != MEDIA_FRAGMENT_TICKS)
		error = AVERROR_BUG;
	size = avio_close_dyn_buf(format->pb, ret_first);
	format->pb = NULL;
	if (error < 0)
		av_freep(ret_first);
	return error < 0 ? error : size;
}

int media_fragment_first(const struct media_fragment_track *track, uint8_t **ret_first)
{
	AVFormatContext *format = NULL;
	int error;

	if (!track->width || !track->height || track->width > 65535 || track->height > 65535)
		return AVERROR(EINVAL);
	error = avformat_alloc_output_context2(&format, NULL, "mp4", NULL);
	if (error >= 0)
		error = write_first(format, track, ret_first);
	avformat_free_context(format);
	return error;
}

void media_fragment_free(uint8_t *first)
{
	av_free(first);
}

/* ---- A piece ---- */

/* A start code of three bytes becomes a length of four. */
size_t media_fragment_room(size_t n)
{
	return MP4_HEAD_SIZE + n + n / 3 + 4;
}

size_t media_fragment_put(const struct media_fragment *fragment, uint8_t *to)
{
	size_t n = media_nal_lengths(fragment->codec, fragment->data, fragment->n,
	                             to + MP4_HEAD_SIZE);
	struct mp4_frame frame = {.number = fragment->number,
	                          .time = fragment->time,
	                          .shift = fragment->later,
	                          .duration = fragment->duration,
	                          .size = (uint32_t)n,
	                          .is_key = fragment->is_key};

	mp4_put_head(to, &frame);
	return MP4_HEAD_SIZE + n;
}
