#include "fault.pkd.h"

struct numbers {
	uint64_t frames;
};

int numbers_init(struct numbers *self, const struct numbers_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->frames = params->frames;
	return PKD_OK;
}

int numbers_step(struct numbers *self, const struct numbers_in *in, struct numbers_out *out,
                 struct pkd_ctx *ctx)
{
	(void)in;
	if (self->frames && pkd_number(ctx) > self->frames)
		return PKD_SKIP;
	*out->value = pkd_number(ctx);
	return PKD_OK;
}

void numbers_finish(struct numbers *self)
{
	(void)self;
}

PKD_NODE(numbers);
