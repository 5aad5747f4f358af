/* See letters.h. */
#include "letters.h"

#include <ft2build.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/utf8.h"

#include FT_FREETYPE_H

enum {
	N_GLYPHS = 1024, /* places of the table, which is never full */
	MOST_GLYPHS = N_GLYPHS * 3 / 4,
	LARGEST_ROOM = 4 << 20, /* bytes of coverage */
	REPLACEMENT = 0xfffd,
	DOTS = 0x2026,
};

/* Coverage, 0 to 255 a pixel, rows without gaps. `left` and `top` place the corner from the pen: to
 * the right, and above the base line. */
struct glyph {
	uint32_t code; /* 0: the place is free */
	uint32_t width, height;
	int32_t left, top;
	int32_t advance;
	size_t offset; /* into the coverage of all glyphs */
};

struct letters {
	FT_Library library;
	FT_Face face;
	int32_t size, ascent, descent;
	struct glyph glyphs[N_GLYPHS];
	uint32_t n_glyphs;
	uint8_t *coverage;
	size_t room, used;
};

/* ---- The font ---- */

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

/* A font of outlines, which can be had in any size. */
static bool open_font(struct letters *letters)
{
	const char *path = find_font();

	return path && !FT_Init_FreeType(&letters->library) &&
	       !FT_New_Face(letters->library, path, 0, &letters->face) &&
	       FT_IS_SCALABLE(letters->face);
}

struct letters *letters_create(struct pkd_ctx *ctx, const char *texts)
{
	struct letters *letters = calloc(1, sizeof(*letters));

	if (letters && open_font(letters))
		return letters;
	letters_destroy(letters);
	pkd_note(ctx, "no usable font: %s (install DejaVu Sans, or name a font file in PKD_FONT)",
	         texts);
	return NULL;
}

void letters_destroy(struct letters *letters)
{
	if (!letters)
		return;
	if (letters->face)
		FT_Done_Face(letters->face);
	if (letters->library)
		FT_Done_FreeType(letters->library);
	free(letters->coverage);
	free(letters);
}

static void forget_glyphs(struct letters *letters)
{
	memset(letters->glyphs, 0, sizeof(letters->glyphs));
	letters->n_glyphs = 0;
	letters->used = 0;
}

bool letters_set_size(struct letters *letters, int32_t size)
{
	size_t room = (size_t)size * (size_t)size * 256;

	if (size == letters->size)
		return true;
	room = room < LARGEST_ROOM ? room : LARGEST_ROOM;
	if (room > letters->room) {
		uint8_t *grown = realloc(letters->coverage, room);

		if (!grown)
			return false;
		letters->coverage = grown;
		letters->room = room;
	}
	if (FT_Set_Pixel_Sizes(letters->face, 0, (FT_UInt)size))
		return false;
	letters->size = size;
	letters->ascent = (int32_t)((letters->face->size->metrics.ascender + 63) >> 6);
	letters->descent = (int32_t)((63 - letters->face->size->metrics.descender) >> 6);
	forget_glyphs(letters);
	return true;
}

int32_t letters_ascent(const struct letters *letters)
{
	return letters->ascent;
}

int32_t letters_descent(const struct letters *letters)
{
	return letters->descent;
}

/* ---- Glyphs ---- */

/* Keeps the bitmap in the face's slot, if there is room for it. */
static bool keep_bitmap(struct letters *letters, struct glyph *glyph)
{
	const FT_Bitmap *bitmap = &letters->face->glyph->bitmap;
	size_t n = (size_t)bitmap->width * bitmap->rows;

	if (n && (bitmap->pixel_mode != FT_PIXEL_MODE_GRAY || n > letters->room - letters->used))
		return false;
	for (uint32_t y = 0; y < bitmap->rows; y++)
		memcpy(letters->coverage + letters->used + (size_t)y * bitmap->width,
		       bitmap->buffer + (ptrdiff_t)y * bitmap->pitch, bitmap->width);
	glyph->width = bitmap->width;
	glyph->height = bitmap->rows;
	glyph->left = letters->face->glyph->bitmap_left;
	glyph->top = letters->face->glyph->bitmap_top;
	glyph->offset = letters->used;
	letters->used += n;
	return true;
}

static void render(struct letters *letters, struct glyph *glyph)
{
	FT_UInt index = FT_Get_Char_Index(letters->face, glyph->code);
	const FT_Int32 how = FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT;

	glyph->advance = letters->size / 2; /* of what cannot be rendered */
	if (FT_Load_Glyph(letters->face, index, how) && FT_Load_Glyph(letters->face, 0, how))
		return;
	glyph->advance = (int32_t)(letters->face->glyph->advance.x >> 6);
	if (!keep_bitmap(letters, glyph))
		glyph->width = glyph->height = 0;
}

/* Valid until the next call. Where memory is full, all is forgotten. */
static const struct glyph *glyph_of(struct letters *letters, uint32_t code)
{
	uint32_t place = code * 2654435761U >> 22;

	while (letters->glyphs[place].code && letters->glyphs[place].code != code)
		place = (place + 1) % N_GLYPHS;
	if (letters->glyphs[place].code)
		return &letters->glyphs[place];
	if (letters->n_glyphs == MOST_GLYPHS || letters->room - letters->used < letters->room / 8) {
		forget_glyphs(letters);
		place = code * 2654435761U >> 22;
	}
	letters->n_glyphs++;
	letters->glyphs[place].code = code;
	render(letters, &letters->glyphs[place]);
	return &letters->glyphs[place];
}

/* The character at the start of n bytes, n not 0; *ret_n are its bytes. */
static uint32_t code_of(const char *text, size_t n, size_t *ret_n)
{
	static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t length = utf8_length(text, n);
	uint32_t code = (uint8_t)text[0] & masks[length];

	*ret_n = length ? length : 1;
	if (!length)
		return REPLACEMENT;
	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((uint8_t)text[i] & 0x3f);
	return code < ' ' || (code >= 0x7f && code < 0xa0) ? ' ' : code;
}

int32_t letters_width(struct letters *letters, const char *text, size_t n)
{
	int32_t width = 0;

	for (size_t i = 0, length; i < n; i += length)
		width += glyph_of(letters, code_of(text + i, n - i, &length))->advance;
	return width;
}

/* How many bytes are drawn in the room, and how wide they are without the dots. */
static size_t fitting(struct letters *letters, const char *text, size_t n, int32_t room,
                      int32_t *ret_width)
{
	int32_t dots = glyph_of(letters, DOTS)->advance, width = 0, cut_width = 0;
	size_t cut = 0;

	for (size_t i = 0, length; i < n; i += length) {
		width += glyph_of(letters, code_of(text + i, n - i, &length))->advance;
		if (width > room) {
			*ret_width = cut_width;
			return cut;
		}
		if (width + dots <= room) {
			cut = i + length;
			cut_width = width;
		}
	}
	*ret_width = width;
	return n;
}

int32_t letters_width_in(struct letters *letters, const char *text, size_t n, int32_t room)
{
	int32_t width;
	size_t n_fitting = fitting(letters, text, n, room, &width);

	return n_fitting < n ? width + glyph_of(letters, DOTS)->advance : width;
}

/* ---- Drawing ---- */

static uint8_t blend(uint8_t below, uint8_t above, uint8_t coverage)
{
	return (uint8_t)((below * (255 - coverage) + above * coverage + 127) / 255);
}

static void draw_glyph(struct pkd_image *image, int32_t left, int32_t top,
                       const struct glyph *glyph, const uint8_t *coverage, struct colour colour)
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

			pixel[0] = blend(pixel[0], colour.blue, cover);
			pixel[1] = blend(pixel[1], colour.green, cover);
			pixel[2] = blend(pixel[2], colour.red, cover);
		}
	}
}

static int32_t draw_code(struct letters *letters, struct pkd_image *image, int32_t x, int32_t y,
                         struct colour colour, uint32_t code)
{
	const struct glyph *glyph = glyph_of(letters, code);

	draw_glyph(image, x + glyph->left, y - glyph->top, glyph, letters->coverage + glyph->offset,
	           colour);
	return x + glyph->advance;
}

void letters_draw(struct letters *letters, struct pkd_image *image, int32_t x, int32_t y,
                  int32_t room, struct colour colour, const char *text, size_t n)
{
	int32_t width;
	size_t n_fitting = fitting(letters, text, n, room, &width);

	for (size_t i = 0, length; i < n_fitting; i += length)
		x = draw_code(letters, image, x, y, colour,
		              code_of(text + i, n_fitting - i, &length));
	if (n_fitting < n)
		draw_code(letters, image, x, y, colour, DOTS);
}
