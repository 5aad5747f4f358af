#include <time.h>

#include "line.pkd.h"

struct slow {
	struct timespec takes;
};

int slow_init(struct slow *self, const struct slow_params *params, struct pkd_ctx *ctx)
{
	(void)ctx;
	self->takes = (struct timespec){params->takes / 1000000000, params->takes % 1000000000};
	return PKD_OK;
}

int slow_step(struct slow *self, const struct slow_in *in, struct slow_out *out,
              struct pkd_ctx *ctx)
{
	(void)ctx;
	nanosleep(&self->takes, NULL);
	if (out->same)
		*out->same = *in->value;
	return PKD_OK;
}

void slow_finish(struct slow *self)
{
	(void)self;
}

PKD_NODE(slow);
