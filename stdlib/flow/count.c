/* flow.count */
#include <flow/count.pkd.h>

struct flow_count {
	char none;
};

int flow_count_init(struct flow_count *self, const struct flow_count_params *params,
                    struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int flow_count_step(struct flow_count *self, const struct flow_count_in *in,
                    struct flow_count_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	*out->n = ++flow_count_get_state(ctx)->n;
	return PKD_OK;
}

int flow_count_reset(struct flow_count *self, const struct flow_count_reset_args *args,
                     struct pkd_ctx *ctx)
{
	(void)self;
	flow_count_get_state(ctx)->n = args->to;
	return PKD_OK;
}

void flow_count_finish(struct flow_count *self)
{
	(void)self;
}

PKD_NODE(flow_count);
