/* See panel.h. */
#include "panel.h"

#include "paint.h"

/* Pixels. */
struct layout {
	int32_t margin, line, gap;      /* around all; from line to line; between name and value */
	int32_t names, values;          /* widths */
	int32_t width, height, n_lines; /* of all, at most the image's */
};

bool panel_add(struct panel *panel, struct panel_line line)
{
	if (panel->n_lines == PANEL_MOST_LINES)
		return false;
	panel->lines[panel->n_lines++] = line;
	return true;
}

static struct layout lay_out(const struct panel *panel, struct letters *letters,
                             const struct pkd_image *image)
{
	struct layout to = {.line = letters_ascent(letters) + letters_descent(letters)};
	int32_t room;

	to.margin = 1 + to.line / 3;
	to.n_lines = paint_least((int32_t)panel->n_lines,
	                         paint_most(((int32_t)image->height - to.margin) / to.line, 1));
	room = paint_most((int32_t)image->width - 2 * to.margin, 0);
	for (int32_t i = 0; i < to.n_lines; i++) {
		const struct panel_line *line = &panel->lines[i];

		to.names = paint_most(to.names,
		                      letters_width_in(letters, line->name, line->n_name, room));
		to.values = paint_most(to.values,
		                       letters_width_in(letters, line->value, line->n_value, room));
	}
	to.gap = to.names && to.values ? to.line * 2 / 3 : 0;
	to.width = paint_least(to.names + to.gap + to.values, room);
	to.names = paint_least(to.names, paint_most(to.width - to.gap - to.values, 0));
	to.width += 2 * to.margin;
	to.height = to.n_lines * to.line + to.margin / 2 * 2;
	return to;
}

static void write(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                  int32_t x, int32_t y, int32_t room, const char *text, size_t n)
{
	const int32_t edge = 1 + letters_ascent(letters) / 24;

	for (int i = 0; i < 9 && !(panel->ground > 0); i++) {
		if (i != 4)
			letters_draw(letters, image, x + (i % 3 - 1) * edge, y + (i / 3 - 1) * edge,
			             room, paint_contrast(panel->colour), text, n);
	}
	letters_draw(letters, image, x, y, room, panel->colour, text, n);
}

static void draw(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                 const struct layout *layout, int32_t x, int32_t y)
{
	const struct colour black = {0, 0, 0};
	int32_t base = y + layout->margin / 2 + letters_ascent(letters);

	paint_tint(image, (struct paint_area){x, y, x + layout->width, y + layout->height}, black,
	           panel->ground);
	for (int32_t i = 0; i < layout->n_lines; i++, base += layout->line) {
		const struct panel_line *line = &panel->lines[i];
		int32_t width = letters_width_in(letters, line->value, line->n_value,
		                                 layout->values);

		write(panel, letters, image, x + layout->margin, base, layout->names, line->name,
		      line->n_name);
		write(panel, letters, image, x + layout->width - layout->margin - width, base,
		      width, line->value, line->n_value);
	}
}

void panel_draw_at(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                   float x, float y)
{
	struct layout layout = lay_out(panel, letters, image);
	int32_t left = (int32_t)(x * (float)image->width);
	int32_t top = (int32_t)(y * (float)image->height);

	left = paint_least(left, (int32_t)image->width - layout.width);
	top = paint_least(top, (int32_t)image->height - layout.height);
	draw(panel, letters, image, &layout, paint_most(left, 0), paint_most(top, 0));
}

void panel_draw_in(const struct panel *panel, struct letters *letters, struct pkd_image *image,
                   enum draw_Corner corner)
{
	struct layout layout = lay_out(panel, letters, image);
	bool right = corner == draw_Corner_top_right || corner == draw_Corner_bottom_right;
	bool low = corner == draw_Corner_bottom_left || corner == draw_Corner_bottom_right;
	int32_t apart = layout.line / 2;
	int32_t x = right ? (int32_t)image->width - layout.width - apart : apart;
	int32_t y = low ? (int32_t)image->height - layout.height - apart : apart;

	x = paint_least(x, (int32_t)image->width - layout.width);
	y = paint_least(y, (int32_t)image->height - layout.height);
	draw(panel, letters, image, &layout, paint_most(x, 0), paint_most(y, 0));
}
