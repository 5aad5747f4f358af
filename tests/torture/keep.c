#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "nodes.pkd.h"

struct nodes_keep {
	int fd;
};

int nodes_keep_init(struct nodes_keep *self, const struct nodes_keep_params *params,
                    struct pkd_ctx *ctx)
{
	uint64_t offset = nodes_keep_get_state(ctx)->offset;

	self->fd = open(params->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (self->fd < 0 || ftruncate(self->fd, (off_t)offset) < 0)
		return pkd_error(ctx, errno, "cannot write '%s'", params->path);
	return PKD_OK;
}

int nodes_keep_step(struct nodes_keep *self, const struct nodes_keep_in *in,
                    struct nodes_keep_out *out, struct pkd_ctx *ctx)
{
	struct nodes_keep_state *state = nodes_keep_get_state(ctx);
	char line[64];
	int n = snprintf(line, sizeof(line), "%" PRIu64 " %016" PRIx64 "\n", pkd_number(ctx),
	                 *in->x);

	(void)out;
	if (pwrite(self->fd, line, (size_t)n, (off_t)state->offset) != n)
		return pkd_error(ctx, EIO, "a line could not be written");
	state->offset += (uint64_t)n;
	return PKD_OK;
}

void nodes_keep_finish(struct nodes_keep *self)
{
	close(self->fd);
}

PKD_NODE(nodes_keep);
