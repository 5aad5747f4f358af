/* clock.delay: counted from the time of publication, as capture times may be those of a file. */
#include "../base/value.h"

#include <clock/delay.pkd.h>

struct clock_delay {
	const struct clock_delay_params *params;
};

int clock_delay_init(struct clock_delay *self, const struct clock_delay_params *params,
                     struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

int clock_delay_step(struct clock_delay *self, const struct clock_delay_in *in,
                     struct clock_delay_out *out, struct pkd_ctx *ctx)
{
	int64_t due;

	/* The time of its publication is its writer's word. */
	if (__builtin_add_overflow(pkd_frame_of(in->value)->publish_ns, self->params->t, &due))
		due = 0;
	if (due > pkd_now() && !pkd_stopping(ctx))
		return pkd_later(ctx, due);
	value_copy(self->params->T, out->delayed, in->value);
	return PKD_OK;
}

void clock_delay_finish(struct clock_delay *self)
{
	(void)self;
}

PKD_NODE(clock_delay);
