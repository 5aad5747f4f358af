/* Text in UTF-8 on bgr24 images, by FreeType: what the font has of any script, one character after
 * another from left to right. What it lacks is the font's box, a byte that is no part of UTF-8
 * U+FFFD, a control character a blank. Characters are rendered when they are met first and kept in
 * memory of a fixed size, which is taken when the size of the text is set. */
#ifndef PKD_DRAW_LETTERS_H
#define PKD_DRAW_LETTERS_H

#include <pkd/node.h>

#include "../base/colour.h"

#ifdef __cplusplus
extern "C" {
#endif

struct letters;

/* Finds a font (PKD_FONT in the environment, else where systems keep DejaVu Sans). NULL without
 * one, after a note that says what is drawn without its `texts`. */
struct letters *letters_create(struct pkd_ctx *ctx, const char *texts);
void letters_destroy(struct letters *letters); /* takes NULL */

/* Pixels from one line to the next; nothing is done where that is the size already. False where
 * memory fails: the size is as before. */
bool letters_set_size(struct letters *letters, int32_t size);

/* Pixels above and below the base line, both positive. */
int32_t letters_ascent(const struct letters *letters);
int32_t letters_descent(const struct letters *letters);

/* Pixels from the pen's start to its end, of n bytes: all, or what is drawn of them in `room`
 * pixels. */
int32_t letters_width(struct letters *letters, const char *text, size_t n);
int32_t letters_width_in(struct letters *letters, const char *text, size_t n, int32_t room);

/* Draws with the pen starting at `x` on base line `y`. What does not fit into `room` pixels is left
 * out, with three dots in its place, and what is outside of the image is cut. Coordinates are
 * expected within a few million pixels of the image. */
void letters_draw(struct letters *letters, struct pkd_image *image, int32_t x, int32_t y,
                  int32_t room, struct colour colour, const char *text, size_t n);

#ifdef __cplusplus
}
#endif

#endif
