/* A worker of a pool, which keeps what it has made of its parameters. */
#include "changed.pkd.h"

struct work {
	const struct work_params *params;
	int64_t kept, times;
};

int work_init(struct work *self, const struct work_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	self->kept = params->gain;
	return PKD_OK;
}

int work_changed(struct work *self, const struct work_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->kept = params->gain;
	self->times++;
	return PKD_OK;
}

int work_step(struct work *self, const struct work_in *in, struct work_out *out,
              struct pkd_ctx *ctx)
{
	(void)in;
	(void)ctx;
	*out->used = self->kept == self->params->gain ? self->kept : -1;
	*out->told = self->times;
	return PKD_OK;
}

void work_finish(struct work *self)
{
	(void)self;
}

PKD_LIVE_NODE(work);
