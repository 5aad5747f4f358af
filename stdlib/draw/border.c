/* draw.border: the frame with a border. */
#include "view.h"

#include <draw/border.pkd.h>

struct draw_border {
	const struct draw_border_params *params;
	struct colour colour;
};

int draw_border_init(struct draw_border *self, const struct draw_border_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	return paint_read_colour(params->colour, ctx, &self->colour, NULL);
}

int draw_border_step(struct draw_border *self, const struct draw_border_in *in,
                     struct draw_border_out *out, struct pkd_ctx *ctx)
{
	struct paint_area all = {.x_end = (int32_t)in->frame->width,
	                         .y_end = (int32_t)in->frame->height};
	int32_t thickness = self->params->thickness;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (thickness == 0)
		thickness = 4 * paint_line_width(out->view, 0);
	if (!in->on || *in->on)
		paint_outline(out->view, all, thickness, self->colour);
	return PKD_OK;
}

void draw_border_finish(struct draw_border *self)
{
	(void)self;
}

PKD_NODE(draw_border);
