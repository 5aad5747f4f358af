/* draw.lines: the frame with lines on it. */
#include "stroke.h"
#include "view.h"

#include <draw/lines.pkd.h>

struct draw_lines {
	const struct draw_lines_params *params;
	struct colour colour;
};

int draw_lines_init(struct draw_lines *self, const struct draw_lines_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	return paint_read_colour(params->colour, ctx, &self->colour, NULL);
}

int draw_lines_step(struct draw_lines *self, const struct draw_lines_in *in,
                    struct draw_lines_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->lines ? pkd_length(&in->lines->len, self->params->N) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Line *line = &in->lines->items[i];
		const struct draw_place ends[] = {{line->from.x, line->from.y},
		                                  {line->to.x, line->to.y}};

		if (!draw_stroke(out->view, ends, 2, false,
		                 paint_line_width(out->view, self->params->thickness),
		                 self->colour))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a line");
	}
	return PKD_OK;
}

void draw_lines_finish(struct draw_lines *self)
{
	(void)self;
}

PKD_NODE(draw_lines);
