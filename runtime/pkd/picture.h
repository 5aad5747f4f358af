/* An image as the console shows it: a line that says what it is, and its pixels in pieces. */
#ifndef PKD_PICTURE_H
#define PKD_PICTURE_H

#include <pkd/frame.h>

#include "console/json.h"

struct picture {
	struct pkd_image image; /* without its pixels */
	uint64_t frame;
	uint8_t *pixels; /* its planes one behind the other: n_bytes, of which n_have have come */
	uint64_t n_bytes, n_have;
};

/* Takes the next line, the members of `object`. False: that is no image, or no piece of it. */
bool picture_take(struct picture *picture, const struct pkdi_json *json, uint32_t object);

/* Whether all its pixels have come. */
bool picture_is_whole(const struct picture *picture);

void picture_finish(struct picture *picture);

#endif
