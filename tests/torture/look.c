#include "shot.h"

struct t_look {
	uint64_t most;
};

int t_look_init(struct t_look *self, const struct t_look_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->most = params->most;
	return PKD_OK;
}

int t_look_step(struct t_look *self, const struct t_look_in *in, struct t_look_out *out,
                struct pkd_ctx *ctx)
{
	int64_t now = pkd_now();
	int64_t until = now + (now >> 5) % ((int64_t)self->most * 1000 + 1);

	(void)ctx;
	while (pkd_now() < until)
		;
	if (out->seen)
		*out->seen = *in->shot;
	return PKD_OK;
}

void t_look_finish(struct t_look *self)
{
	(void)self;
}

PKD_NODE(t_look);
