/* draw.density: the frame with a map of numbers over it. */
#include "view.h"
#include "warm.h"

#include <draw/density.pkd.h>

struct draw_density {
	const struct draw_density_params *params;
	struct warm *warm;
};

int draw_density_init(struct draw_density *self, const struct draw_density_params *params,
                      struct pkd_ctx *ctx)
{
	self->params = params;
	self->warm = warm_create((size_t)params->W * params->H, (size_t)params->MW * params->MH);
	if (!self->warm)
		return pkd_error(ctx, ENOMEM, "there is no memory for a frame of %ux%u", params->W,
		                 params->H);
	return PKD_OK;
}

int draw_density_step(struct draw_density *self, const struct draw_density_in *in,
                      struct draw_density_out *out, struct pkd_ctx *ctx)
{
	struct warm_map map;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!in->map)
		return PKD_OK;
	map = (struct warm_map){pkd_const_pixels(in->map), in->map->width, in->map->height,
	                        in->map->stride};
	if (!warm_draw(self->warm, out->view, &map, self->params->most, self->params->opacity))
		return pkd_error(ctx, ENOMEM, "OpenCV cannot draw the map");
	return PKD_OK;
}

void draw_density_finish(struct draw_density *self)
{
	warm_destroy(self->warm);
}

PKD_NODE(draw_density);
