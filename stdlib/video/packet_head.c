/* See packet_head.h. */
#include "packet_head.h"

#include "nal.h"
#include "packet_colours.h"

#include <string.h>

enum { MAX_SETUP = sizeof(((struct video_Packet *)0)->setup.data) };

static const struct {
	enum AVCodecID id;
	enum video_Codec codec;
	const char *filter;
} codecs[] = {
	{AV_CODEC_ID_H264, video_Codec_h264, "h264_mp4toannexb"},
	{AV_CODEC_ID_HEVC, video_Codec_hevc, "hevc_mp4toannexb"},
	{AV_CODEC_ID_AV1, video_Codec_av1, "null"},
	{AV_CODEC_ID_MJPEG, video_Codec_mjpeg, "null"},
	{AV_CODEC_ID_MPEG4, video_Codec_mpeg4, "null"},
};

int media_packet_filter(const AVStream *stream, AVBSFContext **ret_filter, uint32_t *ret_codec)
{
	size_t i = 0, n = sizeof(codecs) / sizeof(codecs[0]);
	int error;

	while (i < n && codecs[i].id != stream->codecpar->codec_id)
		i++;
	if (i == n)
		return AVERROR_BSF_NOT_FOUND;
	*ret_codec = codecs[i].codec;
	error = av_bsf_alloc(av_bsf_get_by_name(codecs[i].filter), ret_filter);
	if (error >= 0)
		error = avcodec_parameters_copy((*ret_filter)->par_in, stream->codecpar);
	if (error < 0)
		return error;
	(*ret_filter)->time_base_in = stream->time_base;
	return av_bsf_init(*ret_filter);
}

void media_packet_head(const struct media_source *source, AVStream *stream,
                       const AVBSFContext *filter, struct video_Packet *head)
{
	const AVCodecParameters *parameters = filter->par_out;
	AVRational pixel = av_guess_sample_aspect_ratio(source->format, stream, NULL);
	size_t size = 0;
	const uint8_t *turn = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);

	head->width = (uint32_t)FFMAX(parameters->width, 0);
	head->height = (uint32_t)FFMAX(parameters->height, 0);
	head->pixel_width = pixel.num > 0 && pixel.den > 0 ? (uint32_t)pixel.num : 0;
	head->pixel_height = head->pixel_width ? (uint32_t)pixel.den : 0;
	head->matrix = media_packet_matrix(parameters->color_space);
	head->range = media_packet_range(parameters->color_range);
	if (turn && size >= sizeof(head->turn))
		memcpy(head->turn, turn, sizeof(head->turn));
	/* One that is longer is in the data, too, before key frames. */
	head->setup.len = 0;
	if (parameters->extradata_size > 0 && parameters->extradata_size <= MAX_SETUP) {
		head->setup.len = (uint32_t)parameters->extradata_size;
		memcpy(head->setup.data, parameters->extradata, head->setup.len);
	}
}

static bool lacks_sets(const struct video_Packet *to, const AVPacket *from)
{
	enum media_nal_codec codec = to->codec == video_Codec_hevc ? MEDIA_NAL_HEVC
	                                                           : MEDIA_NAL_H264;
	const uint8_t *at = from->data, *end = from->data + from->size;
	struct media_nal nal;

	if (!to->key || (to->codec != video_Codec_h264 && to->codec != video_Codec_hevc))
		return false;
	while (media_nal_next(&at, end, &nal)) {
		if (media_nal_is_set(codec, &nal))
			return false;
	}
	return true;
}

void media_packet_put(const AVPacket *from, struct video_Packet *to)
{
	uint32_t n_sets = lacks_sets(to, from) ? to->setup.len : 0, n = (uint32_t)from->size;

	if (n_sets > sizeof(to->data.data) - n)
		n_sets = 0;
	memcpy(to->data.data, to->setup.data, n_sets);
	memcpy(to->data.data + n_sets, from->data, n);
	to->data.len = n_sets + n;
}
