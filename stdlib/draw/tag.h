/* A text on a ground of one colour, at an object. */
#ifndef PKD_DRAW_TAG_H
#define PKD_DRAW_TAG_H

#include "letters.h"
#include "paint.h"

/* How large it is with the ground around it; at most as wide as the image. */
void tag_size(struct letters *letters, const struct pkd_image *image, const char *text, size_t n,
              int32_t *ret_width, int32_t *ret_height);

/* Draws it with its upper left corner at x, y, or where it is within the image. The text is black
 * or white. */
void tag_draw(struct letters *letters, struct pkd_image *image, int32_t x, int32_t y,
              struct colour ground, const char *text, size_t n);

/* The tags of a picture so far, as many as are kept. */
struct tags {
	uint32_t n;
	struct paint_area areas[64];
};

/* Stands on the box, its left edge on the box's, or in it where there is no room above. Where it
 * would hide one of `others` it is above that, if there is room; then it is one of them. */
void tag_draw_above(struct letters *letters, struct pkd_image *image, struct tags *others,
                    struct paint_area box, struct colour ground, const char *text, size_t n);

/* The object that comes after the one of index `before`, from left to right, or n. The first comes
 * after n. Tags in this order stay where they are when detectors change theirs. */
uint32_t tag_next(const struct detect_Object *objects, uint32_t n, uint32_t before);

#endif
