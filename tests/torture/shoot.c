#include "shot.h"

struct nodes_shoot {
	uint64_t frames;
};

int nodes_shoot_init(struct nodes_shoot *self, const struct nodes_shoot_params *params,
                     struct pkd_ctx *ctx)
{
	(void)ctx;
	self->frames = params->frames;
	return PKD_OK;
}

int nodes_shoot_step(struct nodes_shoot *self, const struct nodes_shoot_in *in,
                     struct nodes_shoot_out *out, struct pkd_ctx *ctx)
{
	uint64_t number = pkd_number(ctx);

	(void)in;
	if (number > self->frames)
		return PKD_SKIP;
	if (out->shot)
		paint_shot(out->shot, number);
	if (out->id)
		*out->id = number;
	return PKD_OK;
}

void nodes_shoot_finish(struct nodes_shoot *self)
{
	(void)self;
}

PKD_NODE(nodes_shoot);
