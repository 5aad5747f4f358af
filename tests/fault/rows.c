#include <errno.h>
#include <stdio.h>

#include "fault.pkd.h"

struct rows {
	int fd;
};

int rows_init(struct rows *self, const struct rows_params *params, struct pkd_ctx *ctx)
{
	(void)params;
	/* dprintf: no fault is meant for a node. */
	self->fd = pkd_output_file(ctx, "./rows");
	return self->fd < 0 ? self->fd : PKD_OK;
}

int rows_step(struct rows *self, const struct rows_in *in, struct rows_out *out,
              struct pkd_ctx *ctx)
{
	(void)out, (void)ctx;
	return dprintf(self->fd, "%llu\n", (unsigned long long)*in->value) < 0 ? -EIO : PKD_OK;
}

void rows_finish(struct rows *self)
{
	(void)self;
}

PKD_NODE(rows);
