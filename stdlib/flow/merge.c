/* flow.merge: the runtime chooses which value comes next; here it is only handed on. */
#include "../base/value.h"

#include <flow/merge.pkd.h>

struct flow_merge {
	const struct flow_merge_params *params;
};

int flow_merge_init(struct flow_merge *self, const struct flow_merge_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int flow_merge_step(struct flow_merge *self, const struct flow_merge_in *in,
                    struct flow_merge_out *out, struct pkd_ctx *ctx)
{
	value_copy(self->params->T, out->value, in->values[pkd_fired(ctx)]);
	return PKD_OK;
}

void flow_merge_finish(struct flow_merge *self)
{
	(void)self;
}

PKD_NODE(flow_merge);
