/* flow.gate */
#include "../base/value.h"

#include <flow/gate.pkd.h>

struct flow_gate {
	const struct flow_gate_params *params;
};

int flow_gate_init(struct flow_gate *self, const struct flow_gate_params *params,
                   struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int flow_gate_step(struct flow_gate *self, const struct flow_gate_in *in, struct flow_gate_out *out,
                   struct pkd_ctx *ctx)
{
	bool open = in->open ? *in->open != 0 : self->params->otherwise;

	if (open)
		value_copy(self->params->T, out->passed, in->value);
	else
		flow_gate_absent_passed(ctx);
	return PKD_OK;
}

void flow_gate_finish(struct flow_gate *self)
{
	(void)self;
}

PKD_NODE(flow_gate);
