#include <errno.h>
#include <unistd.h>

#include "outputs.pkd.h"

struct tick {
	const struct tick_params *params;
};

int tick_init(struct tick *self, const struct tick_params *params, struct pkd_ctx *ctx)
{
	self->params = params;
	if (params->fails_at == 0)
		return pkd_error(ctx, EIO, "fails in init");
	return access(params->source, R_OK) < 0 ? pkd_error(ctx, errno, "no source") : PKD_OK;
}

int tick_step(struct tick *self, const struct tick_in *in, struct tick_out *out,
              struct pkd_ctx *ctx)
{
	const struct tick_params *params = self->params;
	uint64_t number = pkd_number(ctx);

	(void)in;
	if ((int64_t)number == params->fails_at)
		return pkd_error(ctx, EIO, "fails at frame %llu", (unsigned long long)number);
	if (number > params->frames)
		return PKD_SKIP;
	if (number == params->frames && *params->waits_for && access(params->waits_for, F_OK) < 0)
		return pkd_later(ctx, pkd_now() + 10000000);
	*out->n = number;
	return PKD_OK;
}

void tick_finish(struct tick *self)
{
	(void)self;
}

PKD_NODE(tick);
