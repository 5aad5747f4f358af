#include "peekingduck.pkd.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST = 100000 };

struct shown {
	uint32_t n;
	struct {
		int64_t at_ns;
		uint64_t number, of;
		bool torn;
	} frames[MOST];
};

int shown_init(struct shown *self, const struct shown_params *params, struct pkd_ctx *ctx)
{
	(void)self;
	(void)params;
	(void)ctx;
	return PKD_OK;
}

int shown_step(struct shown *self, const struct shown_in *in, struct shown_out *out,
               struct pkd_ctx *ctx)
{
	(void)out;
	if (self->n < MOST) {
		self->frames[self->n].at_ns = pkd_now();
		self->frames[self->n].number = pkd_number(ctx);
		self->frames[self->n].of = *in->of;
		self->frames[self->n++].torn = *in->torn;
	}
	return PKD_OK;
}

void shown_finish(struct shown *self)
{
	for (uint32_t i = 0; i < self->n; i++)
		printf("shown %" PRId64 " %" PRIu64 " %" PRIu64 " %d\n", self->frames[i].at_ns,
		       self->frames[i].number, self->frames[i].of, self->frames[i].torn);
	fflush(stdout);
}

PKD_NODE(shown);
