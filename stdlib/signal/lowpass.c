/* signal.lowpass: see filter.h. */
#include "filter.h"

#include <signal/lowpass.pkd.h>

struct signal_lowpass {
	struct filter filter;
};

static struct design design_of(const struct signal_lowpass_params *params)
{
	return (struct design){PASS_LOW, params->order, params->rate, params->cutoff, 0};
}

int signal_lowpass_init(struct signal_lowpass *self, const struct signal_lowpass_params *params,
                        struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	self->filter.states = signal_lowpass_get_states(ctx);
	self->filter.begin = params->begin;
	self->filter.gap_ns = params->gap;
	return filter_init(&self->filter, &design, params->T, ctx);
}

int signal_lowpass_changed(struct signal_lowpass *self, const struct signal_lowpass_params *params,
                           struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	filter_change(&self->filter, &design, ctx);
	return PKD_OK;
}

int signal_lowpass_step(struct signal_lowpass *self, const struct signal_lowpass_in *in,
                        struct signal_lowpass_out *out, struct pkd_ctx *ctx)
{
	return filter_step(&self->filter, &signal_lowpass_get_state(ctx)->course, in->value,
	                   out->filtered, ctx);
}

void signal_lowpass_finish(struct signal_lowpass *self)
{
	channels_free(&self->filter.channels);
}

PKD_LIVE_NODE(signal_lowpass);
