#include "shot.h"

struct nodes_film {
	uint64_t frames;
	int64_t period_ns, due_ns;
};

int nodes_film_init(struct nodes_film *self, const struct nodes_film_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	*self = (struct nodes_film){params->frames, params->period, pkd_now()};
	return PKD_OK;
}

int nodes_film_step(struct nodes_film *self, const struct nodes_film_in *in,
                    struct nodes_film_out *out, struct pkd_ctx *ctx)
{
	uint64_t number = pkd_number(ctx);

	(void)in;
	if (number > self->frames)
		return PKD_SKIP;
	if (pkd_now() < self->due_ns)
		return pkd_later(ctx, self->due_ns);
	self->due_ns += self->period_ns;
	if (out->shot)
		paint_shot(out->shot, number);
	if (out->id)
		*out->id = number;
	return PKD_OK;
}

void nodes_film_finish(struct nodes_film *self)
{
	(void)self;
}

PKD_NODE(nodes_film);
