/* The colours of a video.Packet and those of FFmpeg. */
#ifndef PKD_VIDEO_PACKET_COLOURS_H
#define PKD_VIDEO_PACKET_COLOURS_H

#include <libavutil/pixfmt.h>
#include <video/packet.pkd.h>

static inline enum video_Matrix media_packet_matrix(enum AVColorSpace matrix)
{
	if (matrix == AVCOL_SPC_BT470BG || matrix == AVCOL_SPC_SMPTE170M)
		return video_Matrix_bt601;
	if (matrix == AVCOL_SPC_BT2020_NCL || matrix == AVCOL_SPC_BT2020_CL)
		return video_Matrix_bt2020;
	return matrix == AVCOL_SPC_BT709 ? video_Matrix_bt709 : video_Matrix_unknown;
}

static inline enum video_Range media_packet_range(enum AVColorRange range)
{
	if (range == AVCOL_RANGE_JPEG)
		return video_Range_full;
	return range == AVCOL_RANGE_MPEG ? video_Range_limited : video_Range_unknown;
}

static inline enum AVColorSpace media_packet_av_matrix(uint32_t matrix)
{
	switch (matrix) {
	case video_Matrix_bt601:
		return AVCOL_SPC_SMPTE170M;
	case video_Matrix_bt709:
		return AVCOL_SPC_BT709;
	case video_Matrix_bt2020:
		return AVCOL_SPC_BT2020_NCL;
	default:
		return AVCOL_SPC_UNSPECIFIED;
	}
}

static inline enum AVColorRange media_packet_av_range(uint32_t range)
{
	if (range == video_Range_full)
		return AVCOL_RANGE_JPEG;
	return range == video_Range_limited ? AVCOL_RANGE_MPEG : AVCOL_RANGE_UNSPECIFIED;
}

#endif
