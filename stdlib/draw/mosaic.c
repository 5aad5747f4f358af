/* draw.mosaic: the frame with objects covered; see cover.h for which places are. */
#include "cover.h"
#include "obscure.h"

#include <draw/mosaic.pkd.h>

struct draw_mosaic {
	const struct draw_mosaic_params *params;
	struct paint_area areas[COVER_MOST];
};

int draw_mosaic_init(struct draw_mosaic *self, const struct draw_mosaic_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	cover_warn(ctx, params->max_age);
	return PKD_OK;
}

int draw_mosaic_step(struct draw_mosaic *self, const struct draw_mosaic_in *in,
                     struct draw_mosaic_out *out, struct pkd_ctx *ctx)
{
	const struct draw_mosaic_params *params = self->params;
	struct cover_task task = {
		.covered = &draw_mosaic_get_state(ctx)->covered,
		.rules = {params->grow, params->hold, params->max_age},
		.frame = in->frame,
		.view = out->view,
		.areas = self->areas,
		.obscure = obscure_mosaic,
		.cells = params->cells,
	};

	if (in->objects)
		task.objects = (struct cover_objects){
			.items = in->objects->items,
			.n = pkd_length(&in->objects->len, params->N),
			.capacity = params->N,
			.age = pkd_age(ctx, in->objects),
		};
	return cover_step(&task, ctx);
}

void draw_mosaic_finish(struct draw_mosaic *self)
{
	(void)self;
}

PKD_NODE(draw_mosaic);
