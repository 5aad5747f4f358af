#include "freeze.pkd.h"

struct small {
	const struct small_params *params;
	uint64_t *before;
};

int small_init(struct small *self, const struct small_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int small_step(struct small *self, const struct small_in *in, struct small_out *out,
               struct pkd_ctx *ctx)
{
	(void)in;
	if (pkd_number(ctx) == 10 && self->params->fault != Fault_none)
		*self->before = 0;
	*out->number = pkd_number(ctx);
	self->before = out->number;
	return PKD_OK;
}

void small_finish(struct small *self)
{
	(void)self;
}

PKD_NODE(small);
