/* draw.blur: the frame with objects covered; see cover.h for which places are. */
#include "cover.h"
#include "obscure.h"

#include <draw/blur.pkd.h>

struct draw_blur {
	const struct draw_blur_params *params;
	struct paint_area areas[COVER_MOST];
};

int draw_blur_init(struct draw_blur *self, const struct draw_blur_params *params,
                   struct pkd_ctx *ctx)
{
	self->params = params;
	cover_warn(ctx, params->max_age);
	return PKD_OK;
}

int draw_blur_step(struct draw_blur *self, const struct draw_blur_in *in, struct draw_blur_out *out,
                   struct pkd_ctx *ctx)
{
	const struct draw_blur_params *params = self->params;
	struct cover_task task = {
		.covered = &draw_blur_get_state(ctx)->covered,
		.rules = {params->grow, params->hold, params->max_age},
		.frame = in->frame,
		.view = out->view,
		.areas = self->areas,
		.obscure = obscure_blur,
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

void draw_blur_finish(struct draw_blur *self)
{
	(void)self;
}

PKD_NODE(draw_blur);
