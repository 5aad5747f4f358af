/* See text.h. Coordinates are expected within a few million pixels of the image. */
#include "text.h"

#include <errno.h>
#include <ft2build.h>
#include <pkd/node.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include FT_FREETYPE_H

/* ---- Finding and rendering ---- */

static const char *find_font(void)
{
	static const char *const paths[] = {
		"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
		"/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
		"/usr/share/fonts/dejavu/DejaVuSans.ttf",
		"/usr/share/fonts/TTF/DejaVuSans.ttf",
		"/usr/share/fonts/ttf-dejavu/DejaVuSans.ttf",
		"/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
		"/run/current-system/sw/share/X11/fonts/DejaVuSans.ttf",
		"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
		"/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
	};
	const char *wanted = getenv("PKD_FONT");

	if (wanted && *wanted)
		return access(wanted, R_OK) == 0 ? wanted : NULL;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	}
	return NULL;
}

/* Appends the bitmap in the face's glyph slot to the coverage of all. */
static int keep_glyph(struct draw_text *text, struct draw_glyph *glyph, FT_GlyphSlot slot,
                      size_t *size)
{
	const FT_Bitmap *bitmap = &slot->bitmap;
	size_t n = (size_t)bitmap->width * bitmap->rows;
	uint8_t *grown = realloc(text->coverage, *size + n + 1);

	if (!grown)
		return -ENOMEM;
	text->coverage = grown;
	for (uint32_t y = 0; y < bitmap->rows; y++)
		memcpy(grown + *size + (size_t)y * bitmap->width,
		       bitmap->buffer + (ptrdiff_t)y * bitmap->pitch, bitmap->width);
	glyph->width = bitmap->width;
	glyph->height = bitmap->rows;
	glyph->left = slot->bitmap_left;
	glyph->top = slot->bitmap_top;
	glyph->advance = (int32_t)(slot->advance.x >> 6);
	glyph->offset = *size;
	*size += n;
	return 0;
}

static int render(struct draw_text *text, FT_Face face, int32_t size)
{
	size_t total = 0;

	if (FT_Set_Pixel_Sizes(face, 0, (FT_UInt)size))
		return -EINVAL;
	text->ascent = (int32_t)((face->size->metrics.ascender + 63) >> 6);
	text->descent = (int32_t)((63 - face->size->metrics.descender) >> 6);
	for (uint32_t i = 0; i < DRAW_TEXT_COUNT; i++) {
		int error;

		if (FT_Load_Char(face, DRAW_TEXT_FIRST + i, FT_LOAD_RENDER))
			return -EINVAL;
		if (face->glyph->bitmap.pixel_mode != FT_PIXEL_MODE_GRAY)
			return -EINVAL;
		error = keep_glyph(text, &text->glyphs[i], face->glyph, &total);
		if (error)
			return error;
	}
	return 0;
}

int draw_text_init(struct draw_text *text, int32_t size)
{
	const char *path = find_font();
	FT_Library library;
	FT_Face face;
	int error = -EINVAL;

	if (!path)
		return -ENOENT;
	if (FT_Init_FreeType(&library))
		return -ENOMEM;
	if (FT_New_Face(library, path, 0, &face))
		goto done_library;
	error = render(text, face, size);
	if (error)
		draw_text_finish(text);
	FT_Done_Face(face);
done_library:
	FT_Done_FreeType(library);
	return error;
}

void draw_text_finish(struct draw_text *text)
{
	free(text->coverage);
	text->coverage = NULL;
}

/* ---- Drawing ---- */

/* NULL for a byte that continues a UTF-8 character. */
static const struct draw_glyph *glyph_of(const struct draw_text *text, char byte)
{
	unsigned char code = (unsigned char)byte;

	if (code >= 0x80 && code < 0xc0)
		return NULL;
	if (code < DRAW_TEXT_FIRST || code >= DRAW_TEXT_FIRST + DRAW_TEXT_COUNT)
		code = '?';
	return &text->glyphs[code - DRAW_TEXT_FIRST];
}

int32_t draw_text_width(const struct draw_text *text, const char *string)
{
	int32_t width = 0;

	for (; *string; string++) {
		const struct draw_glyph *glyph = glyph_of(text, *string);

		width += glyph ? glyph->advance : 0;
	}
	return width;
}

static uint8_t blend(uint8_t below, uint8_t above, uint8_t coverage)
{
	return (uint8_t)((below * (255 - coverage) + above * coverage + 127) / 255);
}

static void draw_glyph(struct pkd_image *image, int32_t left, int32_t top,
                       const struct draw_glyph *glyph, const uint8_t *coverage,
                       struct draw_color color)
{
	int32_t x_first = left < 0 ? -left : 0, y_first = top < 0 ? -top : 0;
	int64_t x_end = (int64_t)image->width - left, y_end = (int64_t)image->height - top;

	x_end = x_end < glyph->width ? x_end : glyph->width;
	y_end = y_end < glyph->height ? y_end : glyph->height;
	for (int32_t y = y_first; y < y_end; y++) {
		uint8_t *row = pkd_pixels(image) + (size_t)(top + y) * image->stride;

		for (int32_t x = x_first; x < x_end; x++) {
			uint8_t *pixel = row + (size_t)(left + x) * 3;
			uint8_t cover = coverage[(size_t)y * glyph->width + (size_t)x];

			pixel[0] = blend(pixel[0], color.blue, cover);
			pixel[1] = blend(pixel[1], color.green, cover);
			pixel[2] = blend(pixel[2], color.red, cover);
		}
	}
}

void draw_text(const struct draw_text *text, struct pkd_image *image, int32_t x, int32_t y,
               struct draw_color color, const char *string)
{
	for (; *string; string++) {
		const struct draw_glyph *glyph = glyph_of(text, *string);

		if (!glyph)
			continue;
		draw_glyph(image, x + glyph->left, y - glyph->top, glyph,
		           text->coverage + glyph->offset, color);
		x += glyph->advance;
	}
}
