#include "shot.h"

struct t_shoot {
	uint64_t frames;
};

int t_shoot_init(struct t_shoot *self, const struct t_shoot_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->frames = params->frames;
	return PKD_OK;
}

int t_shoot_step(struct t_shoot *self, const struct t_shoot_in *in, struct t_shoot_out *out,
                 struct pkd_ctx *ctx)
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

void t_shoot_finish(struct t_shoot *self)
{
	(void)self;
}

PKD_NODE(t_shoot);
