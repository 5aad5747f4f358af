#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "nodes.pkd.h"

struct t_keep {
	int fd;
};

int t_keep_init(struct t_keep *self, const struct t_keep_params *params, struct pkd_ctx *ctx)
{
	uint64_t offset = t_keep_get_state(ctx)->offset;

	self->fd = open(params->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (self->fd < 0 || ftruncate(self->fd, (off_t)offset) < 0)
		return pkd_error(ctx, errno, "cannot write '%s'", params->path);
	return PKD_OK;
}

int t_keep_step(struct t_keep *self, const struct t_keep_in *in, struct t_keep_out *out,
                struct pkd_ctx *ctx)
{
	struct t_keep_state *state = t_keep_get_state(ctx);
	char line[64];
	int n = snprintf(line, sizeof(line), "%" PRIu64 " %016" PRIx64 "\n", pkd_number(ctx),
	                 *in->x);

	(void)out;
	if (pwrite(self->fd, line, (size_t)n, (off_t)state->offset) != n)
		return pkd_error(ctx, EIO, "a line could not be written");
	state->offset += (uint64_t)n;
	return PKD_OK;
}

void t_keep_finish(struct t_keep *self)
{
	close(self->fd);
}

PKD_NODE(t_keep);
