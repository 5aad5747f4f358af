/* See card.h. */
#include "card.h"

#include "paint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct colour GROUND = {24, 28, 38}, EDGE = {200, 60, 50}, TITLE = {255, 255, 255},
			   WORDS = {190, 198, 210};

/* "for 4 s", "for 2:05 min", "for 3:04:05 h". */
static void write_time(char *to, size_t size, int64_t ns)
{
	int64_t s = ns > 0 ? ns / 1000000000 : 0;

	if (s < 60)
		snprintf(to, size, "for %" PRId64 " s", s);
	else if (s < 3600)
		snprintf(to, size, "for %" PRId64 ":%02" PRId64 " min", s / 60, s % 60);
	else
		snprintf(to, size, "for %" PRId64 ":%02" PRId64 ":%02" PRId64 " h", s / 3600,
		         s / 60 % 60, s % 60);
}

/* In the middle of the width. Returns where the next line begins. */
static int32_t write_line(struct pkd_image *image, struct letters *letters, int32_t size, int32_t y,
                          struct colour colour, const char *text)
{
	int32_t room = (int32_t)image->width - size, width;

	if (room < size || !letters_set_size(letters, size))
		return y;
	width = letters_width_in(letters, text, strlen(text), room);
	letters_draw(letters, image, ((int32_t)image->width - width) / 2,
	             y + letters_ascent(letters), room, colour, text, strlen(text));
	return y + (letters_ascent(letters) + letters_descent(letters)) * 5 / 4;
}

/* Two bars through it, from corner to corner. */
static void cross(struct pkd_image *image, int32_t thickness)
{
	const int32_t width = (int32_t)image->width, height = (int32_t)image->height;

	for (int32_t y = 0; y < height; y++) {
		int32_t x = (int32_t)((int64_t)y * width / height);
		int32_t half = thickness * width / height + 1;

		paint_fill(image, (struct paint_area){x - half, y, x + half, y + 1}, EDGE);
		paint_fill(image, (struct paint_area){width - x - half, y, width - x + half, y + 1},
		           EDGE);
	}
}

void draw_card(struct pkd_image *image, struct letters *letters, const struct draw_card *card)
{
	const struct paint_area all = {0, 0, (int32_t)image->width, (int32_t)image->height};
	int32_t side = paint_least(all.x_end, all.y_end), title = paint_most(side / 9, 10);
	int32_t words = paint_most(side / 16, 9), y;
	bool has_name = card->name && *card->name;
	char time[48];

	paint_fill(image, all, GROUND);
	paint_outline(image, all, paint_most(side / 40, 1), EDGE);
	if (!letters) {
		cross(image, paint_most(side / 80, 1));
		return;
	}
	write_time(time, sizeof(time), card->for_ns);
	y = (all.y_end - (title + words * (has_name ? 3 : 2)) * 3 / 2) / 2;
	y = write_line(image, letters, title, paint_most(y, 1), TITLE, "NO SIGNAL");
	if (has_name)
		y = write_line(image, letters, words, y, TITLE, card->name);
	y = write_line(image, letters, words, y, WORDS, card->state);
	write_line(image, letters, words, y, WORDS, time);
}
