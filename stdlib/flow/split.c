/* flow.split: a firing for each item. */
#include "../base/value.h"

#include <flow/split.pkd.h>

struct flow_split {
	const struct flow_split_params *params;
};

int flow_split_init(struct flow_split *self, const struct flow_split_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int flow_split_step(struct flow_split *self, const struct flow_split_in *in,
                    struct flow_split_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_type *type = self->params->T;
	uint32_t n = pkd_length((const uint32_t *)in->values, self->params->N);
	uint64_t i = pkd_part(ctx);

	if (i >= n) {
		flow_split_absent_value(ctx);
		return PKD_OK;
	}
	value_copy(type, out->value,
	           (const char *)in->values + value_items_offset(type) + i * type->size);
	return i + 1 < n ? PKD_MORE : PKD_OK;
}

void flow_split_finish(struct flow_split *self)
{
	(void)self;
}

PKD_NODE(flow_split);
