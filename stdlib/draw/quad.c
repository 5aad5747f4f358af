/* See quad.h. */
#include "quad.h"

#include "stroke.h"
#include "tag.h"

#include <math.h>

/* Below it where there is room, else at the frame's lower edge; not for places that are no
 * numbers. */
static void draw_label(struct pkd_image *view, const struct detect_Point corners[4],
                       const struct quad_way *way, const char *text, uint32_t n)
{
	float left = 1, bottom = 0;

	for (int i = 0; i < 4; i++) {
		left = fminf(left, corners[i].x);
		bottom = fmaxf(bottom, corners[i].y);
	}
	tag_draw(way->letters, view, (int32_t)(fmaxf(left, 0) * (float)view->width),
	         (int32_t)(fminf(bottom, 1) * (float)view->height) + way->thickness, way->colour,
	         text, n);
}

int quad_begin(struct quad_way *way, struct pkd_image *view, const struct pkd_image *frame,
               int32_t thickness, int32_t text_size, struct pkd_ctx *ctx)
{
	draw_view_copy(view, frame);
	way->thickness = paint_line_width(view, thickness);
	return draw_view_letters(way->letters, view, text_size, ctx) ? PKD_OK : -ENOMEM;
}

int quad_end(bool is_drawn, struct pkd_ctx *ctx)
{
	return is_drawn ? PKD_OK : pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
}

bool quad_draw(struct pkd_image *view, const struct detect_Point corners[4],
               const struct quad_way *way, const char *text, uint32_t n)
{
	struct draw_place places[4];

	for (int i = 0; i < 4; i++)
		places[i] = (struct draw_place){corners[i].x, corners[i].y};
	if (!draw_stroke_edged(view, places, 4, true, way->thickness, way->colour))
		return false;
	if (way->letters)
		draw_label(view, corners, way, text, n);
	return true;
}
