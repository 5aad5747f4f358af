/* clock.pace: each value is due so long after the one before was due, not after it was given on, so
 * that nothing adds up. */
#include "../base/value.h"

#include <clock/pace.pkd.h>

enum { SLACK_NS = 1000000000 }; /* who is later than that begins anew */

struct clock_pace {
	const struct clock_pace_params *params;
};

int clock_pace_init(struct clock_pace *self, const struct clock_pace_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

/* From the value before to the one at hand. Capture times may be anything. */
static int64_t wait_of(const struct clock_pace_params *params, int64_t before, int64_t at)
{
	int64_t gap;

	if (params->period)
		return params->period;
	if (at <= before)
		return 0;
	if (__builtin_sub_overflow(at, before, &gap) ||
	    (double)gap / (double)params->speed > (double)params->longest)
		return params->longest;
	return (int64_t)((double)gap / (double)params->speed);
}

int clock_pace_step(struct clock_pace *self, const struct clock_pace_in *in,
                    struct clock_pace_out *out, struct pkd_ctx *ctx)
{
	struct clock_pace_state *state = clock_pace_get_state(ctx);
	int64_t now = pkd_now(), due = now;

	if (state->n)
		due = state->due + wait_of(self->params, state->last, pkd_time(ctx));
	if (due > now && !pkd_stopping(ctx))
		return pkd_later(ctx, due);
	state->n++;
	state->last = pkd_time(ctx);
	state->due = now - due > SLACK_NS ? now : due;
	value_copy(self->params->T, out->paced, in->value);
	return PKD_OK;
}

void clock_pace_finish(struct clock_pace *self)
{
	(void)self;
}

PKD_NODE(clock_pace);
