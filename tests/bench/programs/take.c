#include "answer.h"

#include <string.h>

struct take {
	char none;
};

int take_init(struct take *self, const struct take_params *params, struct pkd_ctx *ctx)
{
	(void)self;
	(void)params;
	(void)ctx;
	return PKD_OK;
}

int take_step(struct take *self, const struct take_in *in, struct take_out *out,
              struct pkd_ctx *ctx)
{
	const struct Answer *answer = in->answer;

	(void)self;
	(void)ctx;
	out->objects->len = 0;
	*out->of = 0;
	*out->torn = false;
	if (!answer)
		return PKD_OK;
	*out->of = answer->number;
	out->objects->len = answer->objects.len;
	memcpy(out->objects->items, answer->objects.items,
	       answer->objects.len * sizeof(answer->objects.items[0]));
	*out->torn = answer_sum(answer) != answer->sum ||
	             pkd_frame_of(answer)->number != answer->number;
	return PKD_OK;
}

void take_finish(struct take *self)
{
	(void)self;
}

PKD_NODE(take);
