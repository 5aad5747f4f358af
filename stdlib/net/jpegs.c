/* See jpegs.h. */
#include "jpegs.h"

#include "../draw/card.h"
#include "../image/turbo.h"
#include "../video/scaler.h"

#include <libavutil/pixfmt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLANES = 3 };

/* A size and quality that somebody wants. */
struct wish {
	uint32_t width, height, quality; /* as asked for: 0 … */
	struct net_jpeg *jpeg;           /* the newest of it; NULL: none */
	uint64_t used;                   /* the higher, the later */
	struct SwsContext *scaler;
	struct media_side from, to; /* of the scaler */
};

struct net_jpegs {
	struct pkd_image *frame, *card;
	uint32_t card_width, card_height; /* at most */
	const struct pkd_image *picture;  /* one of these two; NULL: none yet */
	struct net_jpeg *given;           /* in place of a picture */
	uint32_t given_width, given_height;
	uint64_t number;
	bool has_frame; /* there was one */
	int64_t time_ns;
	struct letters *letters;
	tjhandle encoder;
	uint8_t *room;   /* for the worst JPEG that there can be */
	uint8_t *scaled; /* pixels of a picture of another size or kind */
	struct wish *wishes;
	uint32_t n_wishes;
	uint64_t n_uses, n_encoded;
	char reason[200];
};

/* ---- Start and end ---- */

struct net_jpegs *net_jpegs_create(uint32_t format, uint32_t width, uint32_t height,
                                   uint32_t n_wishes, struct pkd_ctx *ctx)
{
	struct net_jpegs *jpegs = calloc(1, sizeof(*jpegs));
	size_t pixels = (size_t)width * height * 3;

	if (!jpegs)
		goto no_memory;
	/* Whole pairs of rows of a plane of colours. */
	pixels += 4 * ((size_t)width + height + 4);
	jpegs->n_wishes = n_wishes;
	jpegs->frame = malloc(sizeof(*jpegs->frame) +
	                      pkd_image_bytes(format, width * pkd_pixel_size(format), height));
	jpegs->card = malloc(sizeof(*jpegs->card) + (size_t)width * height * 3);
	jpegs->room = malloc(tjBufSize((int)width, (int)height, TJSAMP_444));
	jpegs->scaled = malloc(pixels);
	jpegs->wishes = calloc(n_wishes, sizeof(*jpegs->wishes));
	jpegs->encoder = tjInitCompress();
	if (!jpegs->frame || !jpegs->card || !jpegs->room || !jpegs->scaled || !jpegs->wishes ||
	    !jpegs->encoder)
		goto no_memory;
	pkd_image_set(jpegs->card, PKD_BGR24, width, height);
	jpegs->card_width = width;
	jpegs->card_height = height;
	jpegs->letters = letters_create(ctx, "a card without a signal has no words");
	return jpegs;
no_memory:
	net_jpegs_destroy(jpegs);
	pkd_error(ctx, ENOMEM, "no memory for pictures of %u x %u", width, height);
	return NULL;
}

void net_jpeg_let_go(struct net_jpeg *jpeg)
{
	if (jpeg && --jpeg->n_users == 0)
		free(jpeg);
}

void net_jpegs_destroy(struct net_jpegs *jpegs)
{
	if (!jpegs)
		return;
	for (uint32_t i = 0; jpegs->wishes && i < jpegs->n_wishes; i++) {
		net_jpeg_let_go(jpegs->wishes[i].jpeg);
		sws_freeContext(jpegs->wishes[i].scaler);
	}
	net_jpeg_let_go(jpegs->given);
	letters_destroy(jpegs->letters);
	if (jpegs->encoder)
		tjDestroy(jpegs->encoder);
	free(jpegs->wishes);
	free(jpegs->scaled);
	free(jpegs->room);
	free(jpegs->card);
	free(jpegs->frame);
	free(jpegs);
}

/* ---- The picture ---- */

void net_jpegs_set(struct net_jpegs *jpegs, const struct pkd_image *frame, int64_t time_ns)
{
	*jpegs->frame = *frame;
	memcpy(pkd_pixels(jpegs->frame), pkd_const_pixels(frame),
	       pkd_image_bytes(frame->format, frame->stride, frame->height));
	jpegs->picture = jpegs->frame;
	jpegs->has_frame = true;
	jpegs->time_ns = time_ns;
	jpegs->number++;
}

bool net_jpegs_give(struct net_jpegs *jpegs, const struct net_given *given, int64_t time_ns)
{
	struct net_jpeg *jpeg = malloc(sizeof(*jpeg) + given->n);

	if (!jpeg)
		return false;
	*jpeg = (struct net_jpeg){
		.n_users = 1, .picture = jpegs->number + 1, .time_ns = time_ns, .n = given->n};
	memcpy(jpeg->data, given->data, given->n);
	net_jpeg_let_go(jpegs->given);
	jpegs->given = jpeg;
	jpegs->given_width = given->width;
	jpegs->given_height = given->height;
	jpegs->has_frame = true;
	jpegs->time_ns = time_ns;
	jpegs->number++;
	return true;
}

/* As large as the JPEGs before it, or a half, a quarter … where those are larger than it can be. */
static void fit_card(const struct net_jpegs *jpegs, uint32_t *width, uint32_t *height)
{
	while (*width > jpegs->card_width || *height > jpegs->card_height) {
		*width = (*width + 1) / 2;
		*height = (*height + 1) / 2;
	}
}

void net_jpegs_set_card(struct net_jpegs *jpegs, const char *name, int64_t silent_ns,
                        int64_t time_ns)
{
	uint32_t width = jpegs->card->width, height = jpegs->card->height;

	if (jpegs->number)
		net_jpegs_size(jpegs, &width, &height);
	fit_card(jpegs, &width, &height);
	net_jpeg_let_go(jpegs->given);
	jpegs->given = NULL;
	pkd_image_set(jpegs->card, PKD_BGR24, width, height);
	draw_card(jpegs->card, jpegs->letters,
	          &(struct draw_card){.name = name,
	                              .state = jpegs->has_frame ? "no new pictures"
	                                                        : "no pictures yet",
	                              .for_ns = silent_ns});
	jpegs->picture = jpegs->card;
	jpegs->time_ns = time_ns;
	jpegs->number++;
}

uint64_t net_jpegs_number(const struct net_jpegs *jpegs)
{
	return jpegs->number;
}

uint64_t net_jpegs_encoded(const struct net_jpegs *jpegs)
{
	return jpegs->n_encoded;
}

const char *net_jpegs_reason(const struct net_jpegs *jpegs)
{
	return jpegs->reason;
}

void net_jpegs_size(const struct net_jpegs *jpegs, uint32_t *ret_width, uint32_t *ret_height)
{
	const struct pkd_image *picture = jpegs->picture ? jpegs->picture : jpegs->card;

	*ret_width = jpegs->given ? jpegs->given_width : picture->width;
	*ret_height = jpegs->given ? jpegs->given_height : picture->height;
}

/* ---- A JPEG ---- */

/* JPEGs have the matrix of BT.601 and the full range. */
static struct media_side side_of(const struct pkd_image *picture)
{
	bool has_planes = pkd_planes(picture->format) > 1;
	int matrix = has_planes ? media_matrix(pkd_image_matrix(picture)) : AVCOL_SPC_SMPTE170M;

	return (struct media_side){(int)picture->width, (int)picture->height,
	                           media_pixels(picture->format), matrix,
	                           pkd_image_is_full(picture)};
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Another size than the picture's, where one is asked for. */
static void fit(const struct pkd_image *picture, uint32_t width, uint32_t height,
                struct media_side *ret_to)
{
	double shape = (double)picture->width / picture->height;

	if (width && !height)
		height = (uint32_t)(width / shape + 0.5);
	else if (height && !width)
		width = (uint32_t)(height * shape + 0.5);
	if (width > picture->width || height > picture->height || !width || !height) {
		/* Of another shape it stays. */
		width = width ? least(width, picture->width) : picture->width;
		height = height ? least(height, picture->height) : picture->height;
	}
	ret_to->width = (int)(width > 16 ? width : least(16, picture->width));
	ret_to->height = (int)(height > 16 ? height : least(16, picture->height));
}

static bool scale(struct net_jpegs *jpegs, struct wish *wish, const struct media_side *from,
                  const struct media_side *to, struct pkd_image *ret_scaled)
{
	uint8_t *data[PLANES] = {jpegs->scaled};
	const uint8_t *lines[PLANES] = {NULL};
	int strides[PLANES] = {0}, to_strides[PLANES] = {0};

	if (!wish->scaler || !media_side_is(&wish->from, from) || !media_side_is(&wish->to, to)) {
		sws_freeContext(wish->scaler);
		wish->from = *from;
		wish->to = *to;
		wish->scaler = media_scaler(from, to);
	}
	if (!wish->scaler)
		return false;
	for (uint32_t i = 0; i < PLANES; i++) {
		struct pkd_const_image_plane plane = pkd_const_plane(jpegs->picture, i);

		lines[i] = plane.data;
		strides[i] = (int)plane.stride;
	}
	/* Without a header before them: only the numbers of the image count. */
	pkd_image_set(ret_scaled,
	              to->pixels == AV_PIX_FMT_GRAY8     ? PKD_GRAY8
	              : to->pixels == AV_PIX_FMT_YUV420P ? PKD_I420
	                                                 : PKD_BGR24,
	              (uint32_t)to->width, (uint32_t)to->height);
	for (uint32_t i = 0; i < pkd_planes(ret_scaled->format); i++) {
		size_t half = (size_t)(ret_scaled->stride + 1) / 2 * ((ret_scaled->height + 1) / 2);

		if (i)
			data[i] = jpegs->scaled + (size_t)ret_scaled->stride * ret_scaled->height +
			          (i - 1) * half;
		to_strides[i] = (int)(i ? (ret_scaled->stride + 1) / 2 : ret_scaled->stride);
	}
	return sws_scale(wish->scaler, lines, strides, 0, from->height, data, to_strides) > 0;
}

static bool compress(struct net_jpegs *jpegs, const struct pkd_image *image, const uint8_t *pixels,
                     int quality, unsigned long *ret_n)
{
	uint8_t *room = jpegs->room;
	int width = (int)image->width, height = (int)image->height, stride = (int)image->stride;

	if (image->format == PKD_I420) {
		size_t half = (size_t)(stride + 1) / 2 * (size_t)((height + 1) / 2);
		const uint8_t *planes[PLANES] = {pixels, pixels + (size_t)stride * image->height,
		                                 pixels + (size_t)stride * image->height + half};
		int strides[PLANES] = {stride, (stride + 1) / 2, (stride + 1) / 2};

		return tjCompressFromYUVPlanes(jpegs->encoder, planes, width, strides, height,
		                               TJSAMP_420, &room, ret_n, quality,
		                               TJFLAG_NOREALLOC) == 0;
	}
	return tjCompress2(jpegs->encoder, pixels, width, stride, height,
	                   turbo_format(image->format), &room, ret_n,
	                   image->format == PKD_GRAY8 ? TJSAMP_GRAY : TJSAMP_420, quality,
	                   TJFLAG_NOREALLOC) == 0;
}

static struct net_jpeg *fail(struct net_jpegs *jpegs, const char *reason)
{
	snprintf(jpegs->reason, sizeof(jpegs->reason), "%s", reason);
	return NULL;
}

static struct net_jpeg *encode(struct net_jpegs *jpegs, struct wish *wish, uint32_t quality)
{
	const struct pkd_image *picture = jpegs->picture;
	struct media_side from = side_of(picture), to = from;
	const uint8_t *pixels = pkd_const_pixels(picture);
	struct pkd_image scaled = *picture;
	struct net_jpeg *jpeg;
	unsigned long n = 0;

	fit(picture, wish->width, wish->height, &to);
	if (pkd_planes(picture->format) > 1) {
		to.pixels = AV_PIX_FMT_YUV420P;
		to.matrix = AVCOL_SPC_SMPTE170M;
		to.is_full = true;
	}
	if (!media_side_is(&from, &to)) {
		if (to.pixels == AV_PIX_FMT_RGB24)
			to.pixels = AV_PIX_FMT_BGR24;
		if (!scale(jpegs, wish, &from, &to, &scaled))
			return fail(jpegs, "libswscale cannot scale it");
		pixels = jpegs->scaled;
	}
	if (!compress(jpegs, &scaled, pixels, (int)quality, &n))
		return fail(jpegs, tjGetErrorStr2(jpegs->encoder));
	jpeg = malloc(sizeof(*jpeg) + n);
	if (!jpeg)
		return fail(jpegs, "there is no memory");
	jpegs->n_encoded++;
	*jpeg = (struct net_jpeg){.n_users = 1,
	                          .quality = quality,
	                          .picture = jpegs->number,
	                          .time_ns = jpegs->time_ns,
	                          .n = n};
	memcpy(jpeg->data, jpegs->room, n);
	return jpeg;
}

static struct wish *find(struct net_jpegs *jpegs, uint32_t width, uint32_t height, uint32_t quality)
{
	struct wish *oldest = &jpegs->wishes[0];

	for (uint32_t i = 0; i < jpegs->n_wishes; i++) {
		struct wish *wish = &jpegs->wishes[i];

		if (wish->used && wish->width == width && wish->height == height &&
		    wish->quality == quality)
			return wish;
		if (wish->used < oldest->used)
			oldest = wish;
	}
	net_jpeg_let_go(oldest->jpeg);
	oldest->jpeg = NULL;
	oldest->width = width;
	oldest->height = height;
	oldest->quality = quality;
	return oldest;
}

struct net_jpeg *net_jpegs_get(struct net_jpegs *jpegs, uint32_t width, uint32_t height,
                               uint32_t asked, uint32_t quality)
{
	struct wish *wish;

	if (jpegs->given) {
		jpegs->given->n_users++;
		return jpegs->given;
	}
	if (!jpegs->picture)
		return NULL;
	wish = find(jpegs, width, height, asked);
	wish->used = ++jpegs->n_uses;
	if (!wish->jpeg || wish->jpeg->picture != jpegs->number) {
		net_jpeg_let_go(wish->jpeg);
		wish->jpeg = encode(jpegs, wish, quality);
	}
	if (wish->jpeg)
		wish->jpeg->n_users++;
	return wish->jpeg;
}
