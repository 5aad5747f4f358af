#include "line.pkd.h"

struct tick {
	int64_t period_ns, due_ns;
};

int tick_init(struct tick *self, const struct tick_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->period_ns = params->period;
	self->due_ns = pkd_now();
	return PKD_OK;
}

int tick_step(struct tick *self, const struct tick_in *in, struct tick_out *out,
              struct pkd_ctx *ctx)
{
	(void)in;
	if (pkd_now() < self->due_ns)
		return pkd_later(ctx, self->due_ns);
	self->due_ns += self->period_ns;
	if (out->value)
		*out->value = pkd_number(ctx);
	return PKD_OK;
}

void tick_finish(struct tick *self)
{
	(void)self;
}

PKD_NODE(tick);
