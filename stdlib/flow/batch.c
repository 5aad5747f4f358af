/* flow.batch: values wait in memory of the node's own, a list that is laid out like the output. */
#include "../base/value.h"

#include <errno.h>
#include <flow/batch.pkd.h>
#include <stdlib.h>

struct flow_batch {
	const struct flow_batch_params *params;
	uint32_t *values;
};

int flow_batch_init(struct flow_batch *self, const struct flow_batch_params *params,
                    struct pkd_ctx *ctx)
{
	size_t size = value_items_offset(params->T) + (size_t)params->N * params->T->size;

	self->params = params;
	self->values = calloc(1, size);
	if (!self->values)
		return pkd_error(ctx, ENOMEM, "no memory for %zu bytes of values", size);
	return PKD_OK;
}

/* What has been gathered becomes the output. */
static void give(struct flow_batch *self, void *values)
{
	const struct pkd_type *type = self->params->T;

	memcpy(values, self->values, value_items_offset(type) + (size_t)*self->values * type->size);
	*self->values = 0;
}

int flow_batch_step(struct flow_batch *self, const struct flow_batch_in *in,
                    struct flow_batch_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_type *type = self->params->T;

	if (pkd_flushing(ctx)) {
		if (*self->values == 0)
			return PKD_SKIP;
		give(self, out->values);
		return PKD_END;
	}
	value_copy(type,
	           (char *)self->values + value_items_offset(type) +
	                   (size_t)*self->values * type->size,
	           in->value);
	if (++*self->values == self->params->N)
		give(self, out->values);
	else
		flow_batch_absent_values(ctx);
	return PKD_OK;
}

void flow_batch_finish(struct flow_batch *self)
{
	free(self->values);
}

PKD_NODE(flow_batch);
