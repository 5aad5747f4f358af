#include <errno.h>

#include "bench.pkd.h"
#include "samples.h"

enum { MAX_GAPS = 100000 };

struct watch {
	struct samples gaps;
	int64_t first_ns, before_ns;
	uint64_t n;
};

int watch_init(struct watch *self, const struct watch_params *params, struct pkd_ctx *ctx)
{
	(void)params;
	return samples_init(&self->gaps, MAX_GAPS) < 0 ? pkd_error(ctx, ENOMEM, "no memory")
	                                               : PKD_OK;
}

int watch_step(struct watch *self, const struct watch_in *in, struct watch_out *out,
               struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();

	(void)in;
	(void)out;
	(void)ctx;
	if (self->before_ns)
		samples_add(&self->gaps, (double)(now_ns - self->before_ns));
	else
		self->first_ns = now_ns;
	self->before_ns = now_ns;
	self->n++;
	return PKD_OK;
}

void watch_finish(struct watch *self)
{
	samples_print(&self->gaps, "gap");
	if (self->n > 1)
		printf("mean=%.0f\n",
		       (double)(self->before_ns - self->first_ns) / (double)(self->n - 1));
	fflush(stdout);
	samples_finish(&self->gaps);
}

PKD_NODE(watch);
