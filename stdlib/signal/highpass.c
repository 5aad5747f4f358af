/* signal.highpass: see filter.h. */
#include "filter.h"

#include <signal/highpass.pkd.h>

struct signal_highpass {
	struct filter filter;
};

static struct design design_of(const struct signal_highpass_params *params)
{
	return (struct design){PASS_HIGH, params->order, params->rate, params->cutoff, 0};
}

int signal_highpass_init(struct signal_highpass *self, const struct signal_highpass_params *params,
                         struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	self->filter.states = signal_highpass_get_states(ctx);
	self->filter.begin = params->begin;
	self->filter.gap_ns = params->gap;
	return filter_init(&self->filter, &design, params->T, ctx);
}

int signal_highpass_changed(struct signal_highpass *self,
                            const struct signal_highpass_params *params, struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	filter_change(&self->filter, &design, ctx);
	return PKD_OK;
}

int signal_highpass_step(struct signal_highpass *self, const struct signal_highpass_in *in,
                         struct signal_highpass_out *out, struct pkd_ctx *ctx)
{
	return filter_step(&self->filter, &signal_highpass_get_state(ctx)->course, in->value,
	                   out->filtered, ctx);
}

void signal_highpass_finish(struct signal_highpass *self)
{
	channels_free(&self->filter.channels);
}

PKD_LIVE_NODE(signal_highpass);
