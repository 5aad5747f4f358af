/* What the nodes that draw share: areas of pixels on bgr24 images, sizes by the frame, colours.
 * Needs no library. */
#ifndef PKD_DRAW_PAINT_H
#define PKD_DRAW_PAINT_H

#include <detect/object.pkd.h>
#include <pkd/node.h>

#include "../base/colour.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixels, the end not included; may lie outside of the image, by which it is cut. */
struct paint_area {
	int32_t x, y, x_end, y_end;
};

static inline int32_t paint_least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static inline int32_t paint_most(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* What was asked for, or where that is 0 what suits the image. */
int32_t paint_line_width(const struct pkd_image *image, int32_t asked);
int32_t paint_text_size(const struct pkd_image *image, int32_t asked);

void paint_fill(struct pkd_image *image, struct paint_area area, struct colour colour);
/* So much of it becomes the colour: 0 … 1. */
void paint_tint(struct pkd_image *image, struct paint_area area, struct colour colour, float share);
/* Lines within the area. */
void paint_outline(struct pkd_image *image, struct paint_area area, int32_t thickness,
                   struct colour colour);
/* The same with a darker edge on both sides, which stands out on any ground. */
void paint_box(struct pkd_image *image, struct paint_area area, int32_t thickness,
               struct colour colour);

/* The pixels of a box. False where it has no area, with a NaN among the rest, or lies outside. */
bool paint_area_of(const struct detect_Box *box, const struct pkd_image *image,
                   struct paint_area *ret_area);

/* One of 24 hues, the same in every run. Numbers that follow each other have others. */
struct colour paint_colour_of_text(const char *text, size_t n);
struct colour paint_colour_of_number(uint32_t number);
/* Black or white, to be read on the ground. */
struct colour paint_contrast(struct colour ground);

/* For init: reads the colour of a param that is called `colour`, and says where it is none. "" is
 * one where *ret_given tells. */
int paint_read_colour(const char *text, struct pkd_ctx *ctx, struct colour *ret_colour,
                      bool *ret_given);

#ifdef __cplusplus
}
#endif

#endif
