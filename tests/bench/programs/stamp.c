#include "peekingduck.pkd.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST = 100000 };

struct stamp {
	uint32_t n;
	int64_t at_ns[MOST];
	uint64_t number[MOST];
};

int stamp_init(struct stamp *self, const struct stamp_params *params, struct pkd_ctx *ctx)
{
	(void)self;
	(void)params;
	(void)ctx;
	return PKD_OK;
}

int stamp_step(struct stamp *self, const struct stamp_in *in, struct stamp_out *out,
               struct pkd_ctx *ctx)
{
	(void)in;
	(void)out;
	if (self->n < MOST) {
		self->at_ns[self->n] = pkd_now();
		self->number[self->n++] = pkd_number(ctx);
	}
	return PKD_OK;
}

void stamp_finish(struct stamp *self)
{
	for (uint32_t i = 0; i < self->n; i++)
		printf("camera %" PRIu64 " %" PRId64 "\n", self->number[i], self->at_ns[i]);
	fflush(stdout);
}

PKD_NODE(stamp);
