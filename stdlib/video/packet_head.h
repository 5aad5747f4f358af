/* What the packets of a track have in common, as libavformat tells it. */
#ifndef PKD_VIDEO_PACKET_HEAD_H
#define PKD_VIDEO_PACKET_HEAD_H

#include "source.h"

#include <libavcodec/bsf.h>
#include <video/packet.pkd.h>

/* The filter that makes packets of the track what they are in video.Packet. 0, a code of FFmpeg, or
 * AVERROR_BSF_NOT_FOUND for a codec that they have not. */
int media_packet_filter(const AVStream *stream, AVBSFContext **ret_filter, uint32_t *ret_codec);

/* All but codec, data and times. */
void media_packet_head(const struct media_source *source, AVStream *stream,
                       const AVBSFContext *filter, struct video_Packet *head);

/* The data of a packet: a key frame of H.264 or HEVC without parameter sets gets those of the setup
 * before it, where there is room: as a camera has them that says them in its session description
 * only. The caller has looked that the data itself fits. */
void media_packet_put(const AVPacket *from, struct video_Packet *to);

#endif
