/* flow.switch: all inputs fire it, and one of them is given on. */
#include "../base/value.h"

#include <flow/switch.pkd.h>

struct flow_switch {
	const struct flow_switch_params *params;
};

int flow_switch_init(struct flow_switch *self, const struct flow_switch_params *params,
                     struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int flow_switch_step(struct flow_switch *self, const struct flow_switch_in *in,
                     struct flow_switch_out *out, struct pkd_ctx *ctx)
{
	uint32_t fired = pkd_fired(ctx);
	int64_t which = in->which ? *in->which : (int64_t)self->params->chosen;

	if (fired >= self->params->N || which != (int64_t)fired)
		flow_switch_absent_value(ctx);
	else
		value_copy(self->params->T, out->value, in->values[fired]);
	return PKD_OK;
}

void flow_switch_finish(struct flow_switch *self)
{
	(void)self;
}

PKD_NODE(flow_switch);
