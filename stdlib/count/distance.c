/* count.distance */
#include "pinhole.h"

#include <count/distance.pkd.h>

struct count_distance {
	const struct count_distance_params *params;
};

int count_distance_init(struct count_distance *self, const struct count_distance_params *params,
                        struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int count_distance_step(struct count_distance *self, const struct count_distance_in *in,
                        struct count_distance_out *out, struct pkd_ctx *ctx)
{
	const struct count_distance_params *params = self->params;
	struct pinhole camera = {params->focal_length, params->height, params->aspect};
	uint32_t n = pkd_length(&in->objects->len, params->N);

	(void)ctx;
	out->places->len = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_Box *box = &in->objects->items[i].box;

		out->places->items[i] = pinhole_place(camera, box->x + (double)box->w / 2,
		                                      box->y + (double)box->h / 2, box->h);
	}
	return PKD_OK;
}

void count_distance_finish(struct count_distance *self)
{
	(void)self;
}

PKD_NODE(count_distance);
