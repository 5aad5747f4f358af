/* flow.throttle: by capture time, so that a file gives the same values at any speed. */
#include "../base/value.h"

#include <flow/throttle.pkd.h>

struct flow_throttle {
	const struct flow_throttle_params *params;
};

int flow_throttle_init(struct flow_throttle *self, const struct flow_throttle_params *params,
                       struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int flow_throttle_step(struct flow_throttle *self, const struct flow_throttle_in *in,
                       struct flow_throttle_out *out, struct pkd_ctx *ctx)
{
	struct flow_throttle_state *state = flow_throttle_get_state(ctx);
	int64_t now = pkd_time(ctx), gap;

	if (state->begun && now >= state->last && !__builtin_sub_overflow(now, state->last, &gap) &&
	    gap < self->params->period) {
		flow_throttle_absent_passed(ctx);
		return PKD_OK;
	}
	state->begun = true;
	state->last = now;
	value_copy(self->params->T, out->passed, in->value);
	return PKD_OK;
}

void flow_throttle_finish(struct flow_throttle *self)
{
	(void)self;
}

PKD_NODE(flow_throttle);
