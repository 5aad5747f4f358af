#include <string.h>

#include "plain.pkd.h"

struct thin {
	char unused;
};

int thin_init(struct thin *self, const struct thin_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int thin_step(struct thin *self, const struct thin_in *in, struct thin_out *out,
              struct pkd_ctx *ctx)
{
	(void)self;
	if (pkd_number(ctx) % 3 == 0)
		thin_absent_kept(ctx);
	else if (out->kept)
		memcpy(out->kept, in->frame,
		       sizeof(*in->frame) + (size_t)in->frame->stride * in->frame->height);
	return PKD_OK;
}

void thin_finish(struct thin *self)
{
	(void)self;
}

PKD_NODE(thin);
