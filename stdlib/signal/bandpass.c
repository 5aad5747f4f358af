/* signal.bandpass: see filter.h. */
#include "filter.h"

#include <signal/bandpass.pkd.h>

struct signal_bandpass {
	struct filter filter;
};

static struct design design_of(const struct signal_bandpass_params *params)
{
	return (struct design){PASS_BAND, params->order, params->rate, params->low, params->high};
}

int signal_bandpass_init(struct signal_bandpass *self, const struct signal_bandpass_params *params,
                         struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	self->filter.states = signal_bandpass_get_states(ctx);
	self->filter.begin = params->begin;
	self->filter.gap_ns = params->gap;
	return filter_init(&self->filter, &design, params->T, ctx);
}

int signal_bandpass_changed(struct signal_bandpass *self,
                            const struct signal_bandpass_params *params, struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	filter_change(&self->filter, &design, ctx);
	return PKD_OK;
}

int signal_bandpass_step(struct signal_bandpass *self, const struct signal_bandpass_in *in,
                         struct signal_bandpass_out *out, struct pkd_ctx *ctx)
{
	return filter_step(&self->filter, &signal_bandpass_get_state(ctx)->course, in->value,
	                   out->filtered, ctx);
}

void signal_bandpass_finish(struct signal_bandpass *self)
{
	channels_free(&self->filter.channels);
}

PKD_LIVE_NODE(signal_bandpass);
