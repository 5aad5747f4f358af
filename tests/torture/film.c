#include "shot.h"

struct t_film {
	uint64_t frames;
	int64_t period_ns, due_ns;
};

int t_film_init(struct t_film *self, const struct t_film_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	*self = (struct t_film){params->frames, params->period, pkd_now()};
	return PKD_OK;
}

int t_film_step(struct t_film *self, const struct t_film_in *in, struct t_film_out *out,
                struct pkd_ctx *ctx)
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

void t_film_finish(struct t_film *self)
{
	(void)self;
}

PKD_NODE(t_film);
