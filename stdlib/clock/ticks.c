/* clock.ticks: tick n is due n - 1 periods after the first, whatever the ones before took. */
#include <clock/ticks.pkd.h>

struct clock_ticks {
	const struct clock_ticks_params *params;
};

int clock_ticks_init(struct clock_ticks *self, const struct clock_ticks_params *params,
                     struct pkd_ctx *ctx)
{
	const struct clock_ticks_state *state = clock_ticks_get_state(ctx);

	self->params = params;
	pkd_expect_frames(ctx, params->count > state->n ? params->count - state->n : 0);
	return PKD_OK;
}

int clock_ticks_step(struct clock_ticks *self, const struct clock_ticks_in *in,
                     struct clock_ticks_out *out, struct pkd_ctx *ctx)
{
	struct clock_ticks_state *state = clock_ticks_get_state(ctx);
	int64_t now = pkd_now(), period = self->params->period;
	int64_t n_periods = 1;

	(void)in;
	if (self->params->count && state->n >= self->params->count)
		return PKD_SKIP;
	if (state->n == 0)
		state->due = now - period;
	else if (now < state->due + period)
		return pkd_later(ctx, state->due + period);
	else
		n_periods = (now - state->due) / period;
	state->n += (uint64_t)n_periods;
	state->missed += (uint64_t)n_periods - 1;
	state->due += n_periods * period;
	pkd_set_time(ctx, state->due);
	*out->tick = (struct clock_Tick){state->n, state->missed, now - state->due};
	return self->params->count && state->n >= self->params->count ? PKD_END : PKD_OK;
}

void clock_ticks_finish(struct clock_ticks *self)
{
	(void)self;
}

PKD_NODE(clock_ticks);
