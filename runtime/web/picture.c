#include "web/picture.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <pkd/node.h>
#include <stdlib.h>
#include <turbojpeg.h>

enum {
	PLANES = 3,
	LEAST_SIDE = 16, /* pixels; x264 takes no less */
	MAX_GOP = 120,   /* frames between key frames; a newcomer has one at once */
	NOMINAL_RATE = 30,
	MANY_PIXELS = 1920 * 1088, /* beyond, two threads */
	BITS_PER_PIXEL = 6,        /* in a second, at most: 5.5 Mbit/s for 720p */
};

/* What a conversion is made for. */
struct side {
	int width, height, pixels, matrix;
	bool is_full;
};

struct pkdw_picture {
	struct pkdw_picture_wish wish;
	struct SwsContext *scaler;
	struct side from, to; /* of the scaler */
	struct side coded;    /* what `codec` is open for */
	AVFrame *frame;       /* what is encoded, where it is not the image itself */
	tjhandle jpeg;
	unsigned char *room; /* of the last JPEG */
	unsigned long n_room;
	AVCodecContext *codec;
	AVPacket *packet;
	int64_t n_encoded;
};

/* ---- Formats ---- */

static enum AVPixelFormat pixels_of(uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
		return AV_PIX_FMT_GRAY8;
	case PKD_BGR24:
		return AV_PIX_FMT_BGR24;
	case PKD_RGB24:
		return AV_PIX_FMT_RGB24;
	case PKD_BGRA32:
		return AV_PIX_FMT_BGR0;
	case PKD_RGBA32:
		return AV_PIX_FMT_RGB0;
	case PKD_GRAY16:
		return AV_PIX_FMT_GRAY16;
	case PKD_GRAYF32:
		return AV_PIX_FMT_GRAYF32;
	case PKD_I420:
		return AV_PIX_FMT_YUV420P;
	case PKD_NV12:
		return AV_PIX_FMT_NV12;
	default:
		return AV_PIX_FMT_NONE;
	}
}

/* TurboJPEG takes these as they are; -1: not so. */
static int turbo_of(uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
		return TJPF_GRAY;
	case PKD_BGR24:
		return TJPF_BGR;
	case PKD_RGB24:
		return TJPF_RGB;
	case PKD_BGRA32:
		return TJPF_BGRX;
	case PKD_RGBA32:
		return TJPF_RGBX;
	default:
		return -1;
	}
}

static int matrix_of(enum pkd_matrix matrix)
{
	if (matrix == PKD_BT709)
		return AVCOL_SPC_BT709;
	return matrix == PKD_BT2020 ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_SMPTE170M;
}

static struct side side_of(const struct pkd_image *image)
{
	bool has_planes = pkd_planes(image->format) > 1;

	return (struct side){(int)image->width, (int)image->height, pixels_of(image->format),
	                     has_planes ? matrix_of(pkd_image_matrix(image)) : AVCOL_SPC_SMPTE170M,
	                     pkd_image_is_full(image)};
}

static bool is_same(const struct side *a, const struct side *b)
{
	return a->width == b->width && a->height == b->height && a->pixels == b->pixels &&
	       a->matrix == b->matrix && a->is_full == b->is_full;
}

/* ---- Size ---- */

static int fit_side(double side)
{
	int whole = (int)(side + 0.5);

	return whole < LEAST_SIDE ? LEAST_SIDE : whole;
}

/* JPEG has its own colours, and video those of what it comes from. */
static struct side wanted(const struct pkdw_picture_wish *wish, const struct side *from)
{
	double width = wish->width ? (double)wish->width / from->width : 1;
	double height = wish->height ? (double)wish->height / from->height : 1;
	double by = width < height ? width : height;
	struct side to = *from;

	if (by < 1) {
		to.width = fit_side(from->width * by);
		to.height = fit_side(from->height * by);
	}
	to.pixels = AV_PIX_FMT_YUV420P;
	if (wish->codec == PKDW_JPEG) {
		to.matrix = AVCOL_SPC_SMPTE170M;
		to.is_full = true;
		return to;
	}
	to.width = to.width < LEAST_SIDE ? LEAST_SIDE : to.width & ~1;
	to.height = to.height < LEAST_SIDE ? LEAST_SIDE : to.height & ~1;
	if (from->pixels != AV_PIX_FMT_YUV420P && from->pixels != AV_PIX_FMT_NV12)
		to.is_full = false;
	return to;
}

/* ---- Converting ---- */

static bool make_scaler(struct pkdw_picture *picture, const struct side *from,
                        const struct side *to)
{
	struct SwsContext *scaler = sws_alloc_context();

	sws_freeContext(picture->scaler);
	picture->scaler = scaler;
	if (!scaler)
		return false;
	/* Both ranges must be known before a function is chosen. */
	av_opt_set_int(scaler, "srcw", from->width, 0);
	av_opt_set_int(scaler, "srch", from->height, 0);
	av_opt_set_int(scaler, "src_format", from->pixels, 0);
	av_opt_set_int(scaler, "src_range", from->is_full, 0);
	av_opt_set_int(scaler, "dstw", to->width, 0);
	av_opt_set_int(scaler, "dsth", to->height, 0);
	av_opt_set_int(scaler, "dst_format", to->pixels, 0);
	av_opt_set_int(scaler, "dst_range", to->is_full, 0);
	av_opt_set_int(scaler, "sws_flags", SWS_FAST_BILINEAR, 0);
	if (sws_init_context(scaler, NULL, NULL) < 0) {
		sws_freeContext(scaler);
		picture->scaler = NULL;
		return false;
	}
	/* Fails for pixels that need no matrix. */
	sws_setColorspaceDetails(scaler, sws_getCoefficients(from->matrix), from->is_full,
	                         sws_getCoefficients(to->matrix), to->is_full, 0, 1 << 16, 1 << 16);
	return true;
}

static bool make_frame(struct pkdw_picture *picture, const struct side *to)
{
	AVFrame *frame = picture->frame;

	av_frame_unref(frame);
	frame->format = to->pixels;
	frame->width = to->width;
	frame->height = to->height;
	frame->colorspace = (enum AVColorSpace)to->matrix;
	frame->color_range = to->is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	return av_frame_get_buffer(frame, 0) >= 0;
}

/* Into picture->frame. */
static bool convert(struct pkdw_picture *picture, const struct pkd_image *image,
                    const struct side *from, const struct side *to)
{
	const uint8_t *lines[PLANES + 1] = {NULL};
	int strides[PLANES + 1] = {0};

	if (!picture->scaler || !is_same(&picture->from, from) || !is_same(&picture->to, to)) {
		if (!make_scaler(picture, from, to) || !make_frame(picture, to)) {
			sws_freeContext(picture->scaler);
			picture->scaler = NULL; /* made anew with the next image */
			return false;
		}
		picture->from = *from;
		picture->to = *to;
	}
	if (av_frame_make_writable(picture->frame) < 0)
		return false;
	for (uint32_t i = 0; i < pkd_planes(image->format); i++) {
		struct pkd_const_image_plane plane = pkd_const_plane(image, i);

		lines[i] = plane.data;
		strides[i] = (int)plane.stride;
	}
	return sws_scale(picture->scaler, lines, strides, 0, from->height, picture->frame->data,
	                 picture->frame->linesize) > 0;
}

/* ---- JPEG ---- */

static bool make_room(struct pkdw_picture *picture, const struct side *to)
{
	unsigned long n = tjBufSize(to->width, to->height, TJSAMP_420);
	unsigned char *room;

	if (n == (unsigned long)-1)
		return false;
	if (n <= picture->n_room)
		return true;
	room = realloc(picture->room, n);
	if (!room)
		return false;
	picture->room = room;
	picture->n_room = n;
	return true;
}

static bool encode_jpeg(struct pkdw_picture *picture, const struct pkd_image *image,
                        const struct side *from, const struct side *to, size_t *ret_n)
{
	int format = turbo_of(image->format), quality = (int)picture->wish.quality, r;
	const AVFrame *frame = picture->frame;
	unsigned char *room;
	unsigned long n;

	if (!make_room(picture, to))
		return false;
	room = picture->room;
	n = picture->n_room;
	if (format >= 0 && from->width == to->width && from->height == to->height) {
		r = tjCompress2(picture->jpeg, pkd_const_pixels(image), from->width,
		                (int)image->stride, from->height, format, &room, &n,
		                format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_420, quality,
		                TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
	} else {
		if (!convert(picture, image, from, to))
			return false;
		r = tjCompressFromYUVPlanes(
			picture->jpeg,
			(const unsigned char *[]){frame->data[0], frame->data[1], frame->data[2]},
			to->width, frame->linesize, to->height, TJSAMP_420, &room, &n, quality,
			TJFLAG_NOREALLOC | TJFLAG_FASTDCT);
	}
	*ret_n = n;
	return r == 0;
}

/* ---- H.264 ---- */

static const AVCodec *find_codec(void)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");

	return codec ? codec : avcodec_find_encoder_by_name("libopenh264");
}

/* The headers come with each key frame, so that whoever begins there needs nothing else. */
static bool open_codec(struct pkdw_picture *picture, const struct side *to)
{
	const AVCodec *codec = find_codec();
	AVDictionary *options = NULL;
	AVCodecContext *context;
	int64_t pixels = (int64_t)to->width * to->height;
	int r;

	avcodec_free_context(&picture->codec);
	context = picture->codec = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!context)
		return false;
	context->width = to->width;
	context->height = to->height;
	context->pix_fmt = AV_PIX_FMT_YUV420P;
	context->colorspace = (enum AVColorSpace)to->matrix;
	context->color_range = to->is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	context->time_base = (AVRational){1, NOMINAL_RATE};
	context->framerate = (AVRational){NOMINAL_RATE, 1};
	context->gop_size = MAX_GOP;
	context->max_b_frames = 0;
	context->thread_count = pixels > MANY_PIXELS ? 2 : 1;
	context->rc_max_rate = pixels * BITS_PER_PIXEL;
	context->rc_buffer_size = (int)(pixels * BITS_PER_PIXEL / 2);
	context->profile = FF_PROFILE_H264_CONSTRAINED_BASELINE;
	av_dict_set(&options, "preset", "superfast", 0);
	av_dict_set(&options, "tune", "zerolatency", 0);
	av_dict_set(&options, "profile", "baseline", 0);
	av_dict_set(&options, "forced-idr", "1", 0);
	/* 70 is 25, 100 is 16. */
	av_dict_set_int(&options, "crf", 46 - (int)picture->wish.quality * 3 / 10, 0);
	r = avcodec_open2(context, codec, &options);
	av_dict_free(&options);
	return r >= 0;
}

static bool encode_h264(struct pkdw_picture *picture, const struct pkd_image *image,
                        const struct side *from, const struct side *to, bool wants_key)
{
	bool is_new = !picture->codec || !is_same(&picture->coded, to);

	if (!convert(picture, image, from, to))
		return false;
	if (is_new && !open_codec(picture, to)) {
		avcodec_free_context(&picture->codec);
		return false;
	}
	picture->coded = *to;
	picture->frame->pts = picture->n_encoded++;
	picture->frame->pict_type = wants_key || is_new ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	av_packet_unref(picture->packet);
	return avcodec_send_frame(picture->codec, picture->frame) >= 0 &&
	       avcodec_receive_packet(picture->codec, picture->packet) >= 0;
}

/* ---- Both ---- */

bool pkdw_picture_can(enum pkdw_codec codec)
{
	return codec == PKDW_JPEG || find_codec();
}

struct pkdw_picture *pkdw_picture_create(const struct pkdw_picture_wish *wish)
{
	struct pkdw_picture *picture = calloc(1, sizeof(*picture));

	if (!picture)
		return NULL;
	picture->wish = *wish;
	picture->frame = av_frame_alloc();
	picture->packet = av_packet_alloc();
	picture->jpeg = wish->codec == PKDW_JPEG ? tjInitCompress() : NULL;
	if (picture->frame && picture->packet && (picture->jpeg || wish->codec != PKDW_JPEG))
		return picture;
	pkdw_picture_destroy(picture);
	return NULL;
}

void pkdw_picture_destroy(struct pkdw_picture *picture)
{
	if (!picture)
		return;
	sws_freeContext(picture->scaler);
	av_frame_free(&picture->frame);
	av_packet_free(&picture->packet);
	avcodec_free_context(&picture->codec);
	if (picture->jpeg)
		tjDestroy(picture->jpeg);
	free(picture->room);
	free(picture);
}

bool pkdw_picture_encode(struct pkdw_picture *picture, const struct pkd_image *image,
                         bool wants_key, const uint8_t **ret_data, size_t *ret_n, bool *ret_is_key)
{
	struct side from = side_of(image);
	struct side to = wanted(&picture->wish, &from);

	if (from.pixels == AV_PIX_FMT_NONE || from.width <= 0 || from.height <= 0)
		return false;
	if (picture->wish.codec == PKDW_JPEG) {
		*ret_is_key = true;
		if (!encode_jpeg(picture, image, &from, &to, ret_n))
			return false;
		*ret_data = picture->room;
		return true;
	}
	if (!encode_h264(picture, image, &from, &to, wants_key))
		return false;
	*ret_data = picture->packet->data;
	*ret_n = (size_t)picture->packet->size;
	*ret_is_key = picture->packet->flags & AV_PKT_FLAG_KEY;
	return true;
}
