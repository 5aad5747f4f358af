#include <errno.h>
#include <inttypes.h>

#include "bench.pkd.h"
#include "samples.h"

/* As in harness.c: more messages than any queue holds. */
enum { WINDOW = 8192, MAX_AGES = 100000, MAX_GAPS = 4096 };

struct end {
	struct samples ages, gaps;
	int64_t window_ns, first_ns, came_ns;
	uint64_t n;
};

int end_init(struct end *self, const struct end_params *params, struct pkd_ctx *ctx)
{
	(void)params;
	if (samples_init(&self->ages, MAX_AGES) < 0 || samples_init(&self->gaps, MAX_GAPS) < 0)
		return pkd_error(ctx, ENOMEM, "no memory");
	return PKD_OK;
}

/* A message without a stamp costs no look at the clock, but for one a window. */
int end_step(struct end *self, const struct end_in *in, struct end_out *out, struct pkd_ctx *ctx)
{
	int64_t stamp = in->message->stamp;
	bool begins = self->n++ % WINDOW == 0;
	int64_t now_ns;

	(void)out;
	(void)ctx;
	if (!stamp && !begins)
		return PKD_OK;
	now_ns = pkd_now();
	if (stamp)
		samples_add(&self->ages, (double)(now_ns - stamp));
	if (self->n == 1) {
		self->first_ns = stamp;
		self->came_ns = now_ns;
	}
	if (!begins)
		return PKD_OK;
	if (self->n > 1)
		samples_add(&self->gaps, (double)(now_ns - self->window_ns) / WINDOW);
	self->window_ns = now_ns;
	return PKD_OK;
}

void end_finish(struct end *self)
{
	samples_print(&self->ages, "oneway");
	samples_print(&self->gaps, "gap");
	printf("first=%" PRId64 " came=%" PRId64 "\n", self->first_ns, self->came_ns);
	fflush(stdout);
	samples_finish(&self->ages);
	samples_finish(&self->gaps);
}

PKD_NODE(end);
