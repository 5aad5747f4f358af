#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "fault.pkd.h"

struct rows {
	int fd;
};

int rows_init(struct rows *self, const struct rows_params *params, struct pkd_ctx *ctx)
{
	(void)params;
	/* creat and dprintf: no fault is meant for a node. */
	self->fd = creat("rows", 0600);
	return self->fd < 0 ? pkd_error(ctx, errno, "cannot open 'rows'") : PKD_OK;
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
