/* draw.points: the frame with dots on it. */
#include "stroke.h"
#include "view.h"

#include <draw/points.pkd.h>

struct draw_points {
	const struct draw_points_params *params;
	struct colour colour;
};

int draw_points_init(struct draw_points *self, const struct draw_points_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	return paint_read_colour(params->colour, ctx, &self->colour, NULL);
}

int draw_points_step(struct draw_points *self, const struct draw_points_in *in,
                     struct draw_points_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = in->points ? pkd_length(&in->points->len, self->params->N) : 0;
	int32_t size = self->params->size;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (size == 0)
		size = 4 * paint_line_width(out->view, 0);
	for (uint32_t i = 0; i < n; i++) {
		struct draw_place place = {in->points->items[i].x, in->points->items[i].y};

		if (!draw_dot(out->view, place, size, self->colour))
			return pkd_error(ctx, ENOMEM, "OpenCV cannot draw a dot");
	}
	return PKD_OK;
}

void draw_points_finish(struct draw_points *self)
{
	(void)self;
}

PKD_NODE(draw_points);
