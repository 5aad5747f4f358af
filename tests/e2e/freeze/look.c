#include "freeze.pkd.h"
#include <errno.h>

struct look {
	char unused;
};

int look_init(struct look *self, const struct look_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int look_step(struct look *self, const struct look_in *in, struct look_out *out,
              struct pkd_ctx *ctx)
{
	(void)self, (void)out;
	for (size_t i = 0; i < sizeof(in->block->words) / sizeof(in->block->words[0]); i++)
		if (in->block->words[i] != pkd_number(ctx))
			return pkd_error(ctx, EBADMSG, "the block is not whole");
	return *in->number == pkd_number(ctx) ? PKD_OK
	                                      : pkd_error(ctx, EBADMSG, "the number is changed");
}

void look_finish(struct look *self)
{
	(void)self;
}

PKD_NODE(look);
