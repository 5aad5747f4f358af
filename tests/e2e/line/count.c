#include "line.pkd.h"

/* Frame numbers are kept by the runtime, so that nothing is lost with the process. */
struct count {
	const struct count_params *params;
	int64_t due_ns;
};

int count_init(struct count *self, const struct count_params *params, struct pkd_ctx *ctx)
{
	self->params = params;
	pkd_expect_frames(ctx, params->frames);
	return PKD_OK;
}

int count_step(struct count *self, const struct count_in *in, struct count_out *out,
               struct pkd_ctx *ctx)
{
	uint64_t n = pkd_number(ctx);

	(void)in;
	if (self->params->frames && n > self->params->frames)
		return PKD_SKIP;
	if (pkd_now() < self->due_ns)
		return pkd_later(ctx, self->due_ns);
	self->due_ns = pkd_now() + self->params->period;
	/* Media time, as of a file at 10 frames a second. */
	pkd_set_time(ctx, (int64_t)n * 100000000);
	if (out->value)
		*out->value = n;
	return PKD_OK;
}

void count_finish(struct count *self)
{
	(void)self;
}

PKD_NODE(count);
