#include <flow/verdict.pkd.h>
#include <inttypes.h>

struct flow_verdict {
	char unused;
};

int flow_verdict_init(struct flow_verdict *self, const struct flow_verdict_params *params,
                      struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int flow_verdict_step(struct flow_verdict *self, const struct flow_verdict_in *in,
                      struct flow_verdict_out *out, struct pkd_ctx *ctx)
{
	struct flow_verdict_state *state = flow_verdict_get_state(ctx);

	(void)self, (void)out;
	if (!pkd_flushing(ctx)) {
		state->n++;
		state->n_wrong += in->error && in->error->len > 0;
		return PKD_OK;
	}
	if (state->n_wrong == 0)
		return PKD_END;
	pkd_fail_at_end(ctx, "%" PRIu64 " of %" PRIu64 " could not be done", state->n_wrong,
	                state->n);
	return PKD_END;
}

void flow_verdict_finish(struct flow_verdict *self)
{
	(void)self;
}

PKD_NODE(flow_verdict);
