/* See test_card.h. */
#include "test_card.h"

#include "qr.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	N_BARS = 8,
	GHOSTS = 6, /* of the ball, one of each frame before */
	TICKS = 12, /* of the dial */
	SECOND_NS = 1000000000
};

struct color {
	uint8_t blue, green, red;
};

struct point {
	double x, y;
};

static const struct color WHITE = {255, 255, 255}, DARK = {30, 22, 17}, LINE = {92, 76, 64},
			  ACCENT = {64, 170, 255}, SOFT = {190, 178, 168};

/* Lines of each glyph: points of two letters, across from a to i and down from a to m. */
static const struct glyph {
	char name;
	const char *lines;
} glyphs[TEST_CARD_GLYPHS] = {
	{'0', "cagaicikgmcmakacca"},
	{'1', "bdeaem bmhm"},
	{'2', "accagaicieamim"},
	{'3', "accagaicieggdg ggiiikgmcmak"},
	{'4', "gmgaaiii"},
	{'5', "iaaaafgfihikgmcmak"},
	{'6', "icgacaacakcmgmikiiggcgai"},
	{'7', "aaiadm"},
	{'8', "cagaicieggcgaeacca ggiiikgmcmakaicg"},
	{'9', "akcmgmikicgacaacaecgggie"},
	{':', "bebe bkbk"},
	{'.', "bmbm"},
	{'x', "bfhm hfbm"},
};
static const double THICKNESS = 0.85; /* of their lines, from the middle, in units */

/* ---- Drawing ---- */

static void blend(uint8_t *pixel, struct color color, double share)
{
	pixel[0] = (uint8_t)(pixel[0] + (color.blue - pixel[0]) * share + 0.5);
	pixel[1] = (uint8_t)(pixel[1] + (color.green - pixel[1]) * share + 0.5);
	pixel[2] = (uint8_t)(pixel[2] + (color.red - pixel[2]) * share + 0.5);
}

static uint8_t *pixel_at(const struct test_card *card, uint8_t *pixels, int32_t x, int32_t y)
{
	return pixels + ((size_t)y * (size_t)card->width + (size_t)x) * 3;
}

/* A colour as a number between 0 and 1. */
static double within(double value)
{
	return value < 0 ? 0 : value > 1 ? 1 : value;
}

static double distance(struct point p, struct point a, struct point b)
{
	double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
	double t = length > 0 ? within(((p.x - a.x) * dx + (p.y - a.y) * dy) / length) : 0;

	return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

static int32_t bounded(double value, int32_t limit)
{
	return value < 0 ? 0 : value > limit ? limit : (int32_t)value;
}

/* A line with round ends; a disc where both are one point. */
static void draw_line(const struct test_card *card, uint8_t *pixels, struct point a, struct point b,
                      double radius, struct color color, double share)
{
	int32_t left = bounded(fmin(a.x, b.x) - radius - 1, card->width);
	int32_t right = bounded(fmax(a.x, b.x) + radius + 2, card->width);
	int32_t top = bounded(fmin(a.y, b.y) - radius - 1, card->height);
	int32_t bottom = bounded(fmax(a.y, b.y) + radius + 2, card->height);

	for (int32_t y = top; y < bottom; y++) {
		for (int32_t x = left; x < right; x++) {
			struct point p = {x + 0.5, y + 0.5};
			double cover = within(radius + 0.5 - distance(p, a, b));

			if (cover > 0)
				blend(pixel_at(card, pixels, x, y), color, cover * share);
		}
	}
}

static void draw_ring(const struct test_card *card, uint8_t *pixels, struct point middle,
                      double radius, double thickness, struct color color)
{
	int32_t left = bounded(middle.x - radius - thickness - 1, card->width);
	int32_t right = bounded(middle.x + radius + thickness + 2, card->width);
	int32_t top = bounded(middle.y - radius - thickness - 1, card->height);
	int32_t bottom = bounded(middle.y + radius + thickness + 2, card->height);

	for (int32_t y = top; y < bottom; y++) {
		for (int32_t x = left; x < right; x++) {
			double off = hypot(x + 0.5 - middle.x, y + 0.5 - middle.y) - radius;

			blend(pixel_at(card, pixels, x, y), color,
			      within(thickness + 0.5 - fabs(off)));
		}
	}
}

/* Whole pixels, from the nearest ones. */
static void fill(const struct test_card *card, uint8_t *pixels, double x, double y, double width,
                 double height, struct color color)
{
	int32_t left = bounded(floor(x + 0.5), card->width);
	int32_t right = bounded(floor(x + width + 0.5), card->width);
	int32_t top = bounded(floor(y + 0.5), card->height);
	int32_t bottom = bounded(floor(y + height + 0.5), card->height);

	for (int32_t row = top; row < bottom; row++)
		for (int32_t column = left; column < right; column++)
			blend(pixel_at(card, pixels, column, row), color, 1);
}

/* ---- Digits ---- */

static double glyph_distance(const char *lines, struct point p)
{
	double nearest = INFINITY;

	while (lines[0] && lines[1]) {
		struct point a = {lines[0] - 'a', lines[1] - 'a'}, b = a;

		if (lines[2] && lines[2] != ' ')
			b = (struct point){lines[2] - 'a', lines[3] - 'a'};
		nearest = fmin(nearest, distance(p, a, b));
		lines += 2;
		if (*lines == ' ')
			lines++;
	}
	return nearest;
}

/* `height` in pixels, lines included. */
static int font_init(struct test_card_font *font, double height)
{
	uint8_t *pixel;

	font->unit = height / (12 + 2 * THICKNESS);
	font->width = (int32_t)ceil((8 + 2 * THICKNESS) * font->unit) + 2;
	font->height = (int32_t)ceil(height) + 2;
	pixel = malloc((size_t)font->width * (size_t)font->height * TEST_CARD_GLYPHS);
	font->coverage = pixel;
	if (!pixel)
		return -ENOMEM;
	for (int i = 0; i < TEST_CARD_GLYPHS; i++) {
		for (int32_t y = 0; y < font->height; y++) {
			for (int32_t x = 0; x < font->width; x++) {
				struct point p = {(x - 0.5) / font->unit - THICKNESS,
				                  (y - 0.5) / font->unit - THICKNESS};
				double off = THICKNESS - glyph_distance(glyphs[i].lines, p);

				*pixel++ = (uint8_t)(within(off * font->unit + 0.5) * 255);
			}
		}
	}
	return 0;
}

static int glyph_of(char name)
{
	for (int i = 0; i < TEST_CARD_GLYPHS; i++) {
		if (glyphs[i].name == name)
			return i;
	}
	return 0;
}

/* Pixels to the next one. */
static double advance_of(const struct test_card_font *font, char name)
{
	return (name == ':' || name == '.' ? 5 : 11) * font->unit;
}

/* Returns where it ends. */
static double draw_text(const struct test_card *card, uint8_t *pixels,
                        const struct test_card_font *font, double x, double y, struct color color,
                        const char *text)
{
	for (; *text; x += advance_of(font, *text), text++) {
		size_t size = (size_t)font->width * (size_t)font->height;
		const uint8_t *cover = font->coverage + (size_t)glyph_of(*text) * size;
		int32_t left = (int32_t)floor(x + 0.5) - 1, top = (int32_t)floor(y + 0.5) - 1;

		for (int32_t row = top; row < top + font->height; row++) {
			for (int32_t column = left; column < left + font->width; column++) {
				uint8_t share = *cover++;

				if (share && row >= 0 && row < card->height && column >= 0 &&
				    column < card->width)
					blend(pixel_at(card, pixels, column, row), color,
					      share / 255.0);
			}
		}
	}
	return x;
}

/* ---- What stands still ---- */

void test_bars_draw(uint8_t *pixels, int32_t width, int32_t height)
{
	enum { LEVEL = 191 };

	for (int32_t y = 0; y < height; y++) {
		for (int32_t x = 0; x < width; x++) {
			int32_t bar = (int32_t)((int64_t)x * N_BARS / width);

			*pixels++ = bar & 1 ? 0 : LEVEL;
			*pixels++ = bar & 4 ? 0 : LEVEL;
			*pixels++ = bar & 2 ? 0 : LEVEL;
		}
	}
}

static double panel_top(const struct test_card *card)
{
	return card->height - 138 * card->unit;
}

static double code_module(const struct test_card *card)
{
	return fmax(1, floor(4 * card->unit));
}

static double code_left(const struct test_card *card)
{
	return card->width - code_module(card) * (QR_SIZE + 2 * QR_QUIET) - 11 * card->unit;
}

static struct point dial_middle(const struct test_card *card)
{
	return (struct point){card->width / 2.0, (panel_top(card) - 22 * card->unit) / 2};
}

static double dial_radius(const struct test_card *card)
{
	return 88 * card->unit;
}

/* Gray, dark to light. */
static void draw_ramp(const struct test_card *card)
{
	double u = card->unit, left = 30 * u, width = code_left(card) - 18 * u - left;
	int32_t end = bounded(left + width, card->width);

	for (int32_t x = bounded(left, card->width); x < end; x++) {
		uint8_t gray = (uint8_t)(within((x - left) / (width - 1)) * 255 + 0.5);

		fill(card, card->ground, x, panel_top(card) + 13 * u, 1, 15 * u,
		     (struct color){gray, gray, gray});
	}
}

/* Where the ball runs, with a mark at each tenth. */
static void draw_lane(const struct test_card *card)
{
	double u = card->unit, y = panel_top(card) + 52 * u;
	double left = 39 * u, width = code_left(card) - 27 * u - left;

	draw_line(card, card->ground, (struct point){left, y}, (struct point){left + width, y}, u,
	          LINE, 1);
	for (int i = 0; i <= 10; i++) {
		double x = left + width * i / 10;

		draw_line(card, card->ground, (struct point){x, y - 5 * u},
		          (struct point){x, y + 5 * u}, 0.6 * u, LINE, 1);
	}
}

/* Corners and middles of the edges: a picture that is cut shows it. */
static void draw_marks(const struct test_card *card)
{
	double u = card->unit, off = 6 * u, length = 16 * u;

	for (int i = 0; i < 4; i++) {
		double x = i % 2 ? card->width - off : off, y = i / 2 ? card->height - off : off;
		struct point corner = {x, y};

		draw_line(card, card->ground, corner,
		          (struct point){x + (i % 2 ? -length : length), y}, 1.2 * u, WHITE, 1);
		draw_line(card, card->ground, corner,
		          (struct point){x, y + (i / 2 ? -length : length)}, 1.2 * u, WHITE, 1);
	}
}

static void draw_dial(const struct test_card *card)
{
	struct point middle = dial_middle(card);
	double u = card->unit, radius = dial_radius(card);

	draw_line(card, card->ground, middle, middle, radius, DARK, 1);
	for (int i = 0; i < TICKS; i++) {
		double angle = i * 2 * M_PI / TICKS, inner = radius - (i % 3 ? 9 : 14) * u;
		double outer = radius - 5 * u;

		draw_line(card, card->ground,
		          (struct point){middle.x + inner * sin(angle),
		                         middle.y - inner * cos(angle)},
		          (struct point){middle.x + outer * sin(angle),
		                         middle.y - outer * cos(angle)},
		          u, SOFT, 1);
	}
	draw_ring(card, card->ground, middle, radius, 1.5 * u, WHITE);
}

/* Below every other bar the one that has blue in common with it, as on the cards of television. */
static void draw_strip(const struct test_card *card)
{
	static const struct color colors[N_BARS] = {
		{191, 0, 0},   {0, 0, 0}, {191, 0, 191},   {0, 0, 0},
		{191, 191, 0}, {0, 0, 0}, {191, 191, 191}, {0, 0, 0},
	};
	double u = card->unit, width = (double)card->width / N_BARS;

	for (int i = 0; i < N_BARS; i++)
		fill(card, card->ground, i * width, panel_top(card) - 22 * u, width, 22 * u,
		     colors[i]);
}

static void draw_ground(const struct test_card *card)
{
	double u = card->unit;

	test_bars_draw(card->ground, card->width, card->height);
	draw_strip(card);
	fill(card, card->ground, 0, panel_top(card), card->width, 138 * u, DARK);
	draw_ramp(card);
	draw_lane(card);
	draw_marks(card);
	draw_dial(card);
}

/* Of the ring in which the hand runs. */
static double outer_radius(const struct test_card *card)
{
	return dial_radius(card) - 17 * card->unit;
}

static double inner_radius(const struct test_card *card)
{
	return dial_radius(card) - 45 * card->unit;
}

static int make_turns(struct test_card *card)
{
	struct point middle = dial_middle(card);
	double inner = inner_radius(card), outer = outer_radius(card);
	uint16_t *turn;

	card->dial_size = 2 * (int32_t)ceil(outer);
	card->dial_x = (int32_t)floor(middle.x) - card->dial_size / 2;
	card->dial_y = (int32_t)floor(middle.y) - card->dial_size / 2;
	turn = malloc((size_t)card->dial_size * (size_t)card->dial_size * sizeof(*turn) + 1);
	card->turns = turn;
	if (!turn)
		return -ENOMEM;
	for (int32_t y = 0; y < card->dial_size; y++) {
		for (int32_t x = 0; x < card->dial_size; x++) {
			double dx = card->dial_x + x + 0.5 - middle.x;
			double dy = card->dial_y + y + 0.5 - middle.y;
			double angle = atan2(dx, -dy) / (2 * M_PI), off = hypot(dx, dy);

			/* 0 outside of the ring */
			*turn++ = off < inner || off > outer
			                  ? 0
			                  : (uint16_t)(1 + (angle < 0 ? angle + 1 : angle) * 65534);
		}
	}
	return 0;
}

int test_card_init(struct test_card *card, uint32_t width, uint32_t height)
{
	double u = fmin(width / 640.0, height / 360.0);

	*card = (struct test_card){.width = (int32_t)width, .height = (int32_t)height, .unit = u};
	card->ground = malloc((size_t)width * height * 3);
	if (!card->ground || font_init(&card->large, 56 * u) < 0 ||
	    font_init(&card->medium, 44 * u) < 0 || font_init(&card->small, 18 * u) < 0)
		return -ENOMEM;
	draw_ground(card);
	return make_turns(card);
}

void test_card_finish(struct test_card *card)
{
	free(card->ground);
	free(card->turns);
	free(card->large.coverage);
	free(card->medium.coverage);
	free(card->small.coverage);
}

/* ---- What moves ---- */

/* A quarter of a turn behind the hand is lit, more and more. */
static void draw_hand(const struct test_card *card, uint8_t *pixels, int64_t time_ns)
{
	enum { TAIL = 65536 / 4 };
	struct point middle = dial_middle(card);
	double turn = (double)(time_ns % SECOND_NS) / SECOND_NS, angle = turn * 2 * M_PI;
	double inner = inner_radius(card), outer = outer_radius(card);
	uint16_t at = (uint16_t)(turn * 65535);
	const uint16_t *of = card->turns;

	for (int32_t y = card->dial_y; y < card->dial_y + card->dial_size; y++) {
		for (int32_t x = card->dial_x; x < card->dial_x + card->dial_size; x++, of++) {
			uint16_t behind = (uint16_t)(at - *of);

			if (*of && behind < TAIL && x >= 0 && y >= 0 && x < card->width &&
			    y < card->height)
				blend(pixel_at(card, pixels, x, y), ACCENT,
				      0.75 * (TAIL - behind) / TAIL);
		}
	}
	draw_line(card, pixels,
	          (struct point){middle.x + inner * sin(angle), middle.y - inner * cos(angle)},
	          (struct point){middle.x + outer * sin(angle), middle.y - outer * cos(angle)},
	          1.3 * card->unit, WHITE, 1);
}

/* Once across in two seconds, then back. */
static double ball_x(const struct test_card *card, int64_t time_ns)
{
	double u = card->unit, left = 39 * u, width = code_left(card) - 27 * u - left;
	double way = (double)(time_ns % (4 * (int64_t)SECOND_NS)) / (2.0 * SECOND_NS);

	return left + width * (way < 1 ? way : 2 - way);
}

static void draw_ball(const struct test_card *card, uint8_t *pixels, int64_t time_ns,
                      int64_t period_ns)
{
	double y = panel_top(card) + 52 * card->unit, radius = 8.5 * card->unit;

	for (int i = GHOSTS; i >= 0; i--) {
		int64_t then = time_ns - i * period_ns;
		struct point middle = {then < 0 ? 0 : ball_x(card, then), y};

		if (then >= 0)
			draw_line(card, pixels, middle, middle, radius * (1 - i * 0.07),
			          i ? ACCENT : WHITE, i ? 0.45 / i : 1);
	}
}

static void draw_numbers(const struct test_card *card, uint8_t *pixels, uint64_t number,
                         int64_t time_ns)
{
	double u = card->unit, x = 30 * u, y = panel_top(card) + 76 * u;
	int64_t seconds = time_ns / SECOND_NS;
	char text[48];

	snprintf(text, sizeof(text), "%06" PRIu64, number);
	x = draw_text(card, pixels, &card->medium, x, y, WHITE, text) + 14 * u;
	snprintf(text, sizeof(text), "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64,
	         seconds / 3600, seconds / 60 % 60, seconds % 60,
	         time_ns / (SECOND_NS / 1000) % 1000);
	draw_text(card, pixels, &card->small, x, y, ACCENT, text);
	snprintf(text, sizeof(text), "%dx%d", card->width, card->height);
	draw_text(card, pixels, &card->small, x, y + 26 * u, SOFT, text);

	snprintf(text, sizeof(text), "%" PRId64, seconds % 10);
	x = dial_middle(card).x - 4.85 * card->large.unit;
	draw_text(card, pixels, &card->large, x, dial_middle(card).y - 28 * u, WHITE, text);
}

static void draw_code(const struct test_card *card, uint8_t *pixels, uint64_t number)
{
	double module = code_module(card), size = module * (QR_SIZE + 2 * QR_QUIET);
	double left = floor(code_left(card)),
	       top = floor(panel_top(card) + (138 * card->unit - size) / 2);
	const struct color black = {0, 0, 0};
	bool dark[QR_SIZE][QR_SIZE];

	qr_number(number, dark);
	fill(card, pixels, left, top, size, size, WHITE);
	for (int y = 0; y < QR_SIZE; y++) {
		for (int x = 0; x < QR_SIZE; x++) {
			if (dark[y][x])
				fill(card, pixels, left + (x + QR_QUIET) * module,
				     top + (y + QR_QUIET) * module, module, module, black);
		}
	}
}

void test_card_draw(const struct test_card *card, struct pkd_image *image, uint64_t number,
                    int64_t time_ns, int64_t period_ns)
{
	uint8_t *pixels = (uint8_t *)(image + 1);

	memcpy(pixels, card->ground, (size_t)card->width * (size_t)card->height * 3);
	draw_hand(card, pixels, time_ns);
	draw_ball(card, pixels, time_ns, period_ns);
	draw_numbers(card, pixels, number, time_ns);
	draw_code(card, pixels, number);
}
