/* flow.batch: values wait in persistent memory, of which the first `n` of the state count. */
#include "../base/value.h"

#include <flow/batch.pkd.h>

struct flow_batch {
	const struct flow_batch_params *params;
};

int flow_batch_init(struct flow_batch *self, const struct flow_batch_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

/* What waits becomes the output. */
static void give(struct flow_batch *self, void *values, struct pkd_ctx *ctx)
{
	const struct pkd_type *type = self->params->T;
	struct flow_batch_state *state = flow_batch_get_state(ctx);

	*(uint32_t *)values = state->n;
	memcpy((char *)values + value_items_offset(type), flow_batch_get_waiting(ctx),
	       (size_t)state->n * type->size);
	state->n = 0;
}

int flow_batch_step(struct flow_batch *self, const struct flow_batch_in *in,
                    struct flow_batch_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_type *type = self->params->T;
	struct flow_batch_state *state = flow_batch_get_state(ctx);

	if (pkd_flushing(ctx)) {
		if (state->n == 0)
			return PKD_SKIP;
		give(self, out->values, ctx);
		return PKD_END;
	}
	value_copy(type, (char *)flow_batch_get_waiting(ctx) + (size_t)state->n * type->size,
	           in->value);
	if (++state->n == self->params->N)
		give(self, out->values, ctx);
	else
		flow_batch_absent_values(ctx);
	return PKD_OK;
}

void flow_batch_finish(struct flow_batch *self)
{
	(void)self;
}

PKD_NODE(flow_batch);
