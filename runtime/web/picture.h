/* One image after the other as JPEG, or as H.264 (Annex B, without delay), within a size that is
 * wanted. */
#ifndef PKDW_PICTURE_H
#define PKDW_PICTURE_H

#include <pkd/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pkdw_codec {
	PKDW_JPEG,
	PKDW_H264,
};

struct pkdw_picture_wish {
	enum pkdw_codec codec;
	uint32_t width, height; /* at most; 0 = any. The shape stays. */
	uint32_t quality;       /* 1 … 100 */
};

struct pkdw_picture;

/* Whether this machine has an encoder. */
bool pkdw_picture_can(enum pkdw_codec codec);

/* NULL: no memory. */
struct pkdw_picture *pkdw_picture_create(const struct pkdw_picture_wish *wish);
void pkdw_picture_destroy(struct pkdw_picture *picture);

/* Encodes an image that is valid for its type, `wants_key` so that it needs none before it. The
 * bytes are there until the next call. False: it cannot. */
bool pkdw_picture_encode(struct pkdw_picture *picture, const struct pkd_image *image,
                         bool wants_key, const uint8_t **ret_data, size_t *ret_n, bool *ret_is_key);

#endif
