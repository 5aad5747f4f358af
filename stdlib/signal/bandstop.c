/* signal.bandstop: see filter.h. */
#include "filter.h"

#include <signal/bandstop.pkd.h>

struct signal_bandstop {
	struct filter filter;
};

static struct design design_of(const struct signal_bandstop_params *params)
{
	return (struct design){STOP_BAND, params->order, params->rate, params->low, params->high};
}

int signal_bandstop_init(struct signal_bandstop *self, const struct signal_bandstop_params *params,
                         struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	self->filter.states = signal_bandstop_get_states(ctx);
	self->filter.begin = params->begin;
	self->filter.gap_ns = params->gap;
	return filter_init(&self->filter, &design, params->T, ctx);
}

int signal_bandstop_changed(struct signal_bandstop *self,
                            const struct signal_bandstop_params *params, struct pkd_ctx *ctx)
{
	struct design design = design_of(params);

	filter_change(&self->filter, &design, ctx);
	return PKD_OK;
}

int signal_bandstop_step(struct signal_bandstop *self, const struct signal_bandstop_in *in,
                         struct signal_bandstop_out *out, struct pkd_ctx *ctx)
{
	return filter_step(&self->filter, &signal_bandstop_get_state(ctx)->course, in->value,
	                   out->filtered, ctx);
}

void signal_bandstop_finish(struct signal_bandstop *self)
{
	channels_free(&self->filter.channels);
}

PKD_LIVE_NODE(signal_bandstop);
