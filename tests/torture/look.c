#include "shot.h"

struct nodes_look {
	uint64_t most;
};

int nodes_look_init(struct nodes_look *self, const struct nodes_look_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->most = params->most;
	return PKD_OK;
}

int nodes_look_step(struct nodes_look *self, const struct nodes_look_in *in,
                    struct nodes_look_out *out, struct pkd_ctx *ctx)
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

void nodes_look_finish(struct nodes_look *self)
{
	(void)self;
}

PKD_NODE(nodes_look);
