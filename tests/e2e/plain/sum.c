#include "plain.pkd.h"

struct sum {
	char unused;
};

int sum_init(struct sum *self, const struct sum_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int sum_step(struct sum *self, const struct sum_in *in, struct sum_out *out, struct pkd_ctx *ctx)
{
	const uint8_t *pixels = pkd_const_pixels(in->frame);
	uint64_t sum = 0;

	(void)self, (void)ctx;
	for (size_t i = 0; i < (size_t)in->frame->stride * in->frame->height; i++)
		sum = sum * 31 + pixels[i];
	if (out->sum)
		*out->sum = sum;
	return PKD_OK;
}

void sum_finish(struct sum *self)
{
	(void)self;
}

PKD_NODE(sum);
