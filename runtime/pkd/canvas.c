#include "pkd/canvas.h"

#include <stdlib.h>
#include <string.h>

void canvas_begin(struct canvas *canvas, int rows, int columns, bool is_unicode)
{
	size_t n = (size_t)rows * (size_t)columns;

	*canvas = (struct canvas){.rows = rows, .columns = columns, .is_unicode = is_unicode};
	canvas->cells = calloc(n ? n : 1, sizeof(*canvas->cells));
	if (!canvas->cells)
		abort();
	for (size_t i = 0; i < n; i++)
		canvas->cells[i].character = ' ';
}

void canvas_finish(struct canvas *canvas)
{
	free(canvas->cells);
	canvas->cells = NULL;
}

static void put(struct canvas *canvas, int row, int column, enum look look, uint32_t character)
{
	if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
		return;
	canvas->cells[row * canvas->columns + column] = (struct cell){character, (uint8_t)look};
}

/* Whether it may take two columns, or none. */
static bool is_wide(uint32_t character)
{
	return (character >= 0x300 && character < 0x370) ||
	       (character >= 0x1100 && !(character >= 0x2010 && character < 0x2e80));
}

/* The next character; what is no UTF-8, steers, or cannot be shown is a question mark. */
static uint32_t next(const struct canvas *canvas, const char **at)
{
	const unsigned char *c = (const unsigned char *)*at;
	int more = c[0] < 0xc0 ? 0 : c[0] < 0xe0 ? 1 : c[0] < 0xf0 ? 2 : 3;
	uint32_t character = more ? c[0] & (0x3fU >> more) : c[0];
	int i = 1;

	for (; i <= more && (c[i] & 0xc0) == 0x80; i++)
		character = character << 6 | (c[i] & 0x3f);
	*at += i;
	if (i <= more || character < 0x20 || (c[0] >= 0x80 && c[0] < 0xc0) ||
	    (character >= 0x7f && (!canvas->is_unicode || character < 0xa0)) || is_wide(character))
		return '?';
	return character;
}

static int length_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

int canvas_text(struct canvas *canvas, int row, int column, int width, enum look look,
                const char *text)
{
	for (int i = 0; *text && i < width; i++)
		put(canvas, row, column++, look, next(canvas, &text));
	return column;
}

void canvas_right(struct canvas *canvas, int row, int column, int width, enum look look,
                  const char *text)
{
	int n = length_of(text);

	canvas_text(canvas, row, column + (n < width ? width - n : 0), width, look, text);
}

void canvas_bar(struct canvas *canvas, int row, int column, int width, enum look look, double share)
{
	/* Eighths of a block; in ASCII whole ones. */
	int parts = canvas->is_unicode ? 8 : 1;
	int filled;

	share = share < 0 ? 0 : share > 1 ? 1 : share;
	filled = (int)(share * width * parts + 0.5);
	if (filled == 0 && share >= 0.005)
		filled = 1;
	for (int i = 0; i < width; i++, filled -= parts) {
		uint32_t block = canvas->is_unicode ? 0x2588 : '|';

		if (filled > 0 && filled < parts)
			block = 0x2588 + (uint32_t)(8 - filled);
		put(canvas, row, column + i, filled > 0 ? look : LOOK_QUIET,
		    filled > 0           ? block
		    : canvas->is_unicode ? 0xb7
		                         : '.');
	}
}

void canvas_course(struct canvas *canvas, int row, int column, enum look look,
                   const double *numbers, int n)
{
	static const char ascii[] = "_.-=+*%#";
	double largest = 0;

	for (int i = 0; i < n; i++)
		largest = numbers[i] > largest ? numbers[i] : largest;
	for (int i = 0; i < n; i++) {
		int height = largest > 0 ? (int)(numbers[i] / largest * 7 + 0.5) : 0;

		put(canvas, row, column + i, numbers[i] > 0 ? look : LOOK_QUIET,
		    canvas->is_unicode ? 0x2581 + (uint32_t)height : (uint32_t)ascii[height]);
	}
}

void canvas_look(struct canvas *canvas, int row, int column, int width, enum look look)
{
	for (int i = column; i < column + width && i < canvas->columns; i++)
		if (row >= 0 && row < canvas->rows && i >= 0)
			canvas->cells[row * canvas->columns + i].look = (uint8_t)look;
}

static size_t encode(uint32_t c, char bytes[4])
{
	if (c < 0x80) {
		bytes[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | c >> 18);
	bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void canvas_row(const struct canvas *canvas, int row, char *ret_text, size_t size)
{
	const struct cell *cells = &canvas->cells[row * canvas->columns];
	int last = canvas->columns;
	size_t n = 0;

	while (last > 0 && cells[last - 1].character == ' ')
		last--;
	for (int i = 0; i < last && n + 4 < size; i++) {
		char bytes[4];
		size_t length = encode(cells[i].character, bytes);

		memcpy(ret_text + n, bytes, length);
		n += length;
	}
	ret_text[n] = '\0';
}
