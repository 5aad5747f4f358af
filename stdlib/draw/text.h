/* Printable ASCII, rendered once by FreeType, then drawn without allocating. */
#ifndef PKD_DRAW_TEXT_H
#define PKD_DRAW_TEXT_H

#include <pkd/frame.h>

enum { DRAW_TEXT_FIRST = 32, DRAW_TEXT_COUNT = 95 };

/* Coverage, 0 to 255 a pixel, rows without gaps. `left` and `top` place the corner from the pen:
 * to the right, and above the base line. */
struct draw_glyph {
	uint32_t width, height;
	int32_t left, top;
	int32_t advance;
	size_t offset; /* into the coverage of all glyphs */
};

struct draw_text {
	struct draw_glyph glyphs[DRAW_TEXT_COUNT];
	uint8_t *coverage;
	int32_t ascent, descent; /* pixels above and below the base line, both positive */
};

struct draw_color {
	uint8_t blue, green, red;
};

/* Finds a font (PKD_FONT in the environment, else where systems keep DejaVu Sans) and renders it
 * `size` pixels high. -ENOENT without a font, -EINVAL for one that FreeType cannot read. */
int draw_text_init(struct draw_text *text, int32_t size);
void draw_text_finish(struct draw_text *text);

/* Pixels from the pen's start to its end. A byte that is not printable ASCII counts as '?', those
 * after the first of a UTF-8 character as nothing. */
int32_t draw_text_width(const struct draw_text *text, const char *string);

/* Draws on a bgr24 image with the pen starting at `x` on base line `y`; what is outside is cut. */
void draw_text(const struct draw_text *text, struct pkd_image *image, int32_t x, int32_t y,
               struct draw_color color, const char *string);

#endif
