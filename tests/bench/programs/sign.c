#include "answer.h"

#include <string.h>

struct sign {
	char none;
};

int sign_init(struct sign *self, const struct sign_params *params, struct pkd_ctx *ctx)
{
	(void)self;
	(void)params;
	(void)ctx;
	return PKD_OK;
}

int sign_step(struct sign *self, const struct sign_in *in, struct sign_out *out,
              struct pkd_ctx *ctx)
{
	struct Answer *answer = out->answer;

	(void)self;
	answer->number = pkd_number(ctx);
	answer->objects.len = in->objects->len;
	memcpy(answer->objects.items, in->objects->items,
	       in->objects->len * sizeof(answer->objects.items[0]));
	answer->sum = answer_sum(answer);
	return PKD_OK;
}

void sign_finish(struct sign *self)
{
	(void)self;
}

PKD_NODE(sign);
