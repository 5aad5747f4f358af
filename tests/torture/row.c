#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "shot.h"

struct nodes_row {
	int fd;
	uint64_t from;
};

int nodes_row_init(struct nodes_row *self, const struct nodes_row_params *params,
                   struct pkd_ctx *ctx)
{
	self->from = params->from;
	self->fd = open(params->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return self->fd < 0 ? pkd_error(ctx, errno, "cannot write '%s'", params->path) : PKD_OK;
}

int nodes_row_step(struct nodes_row *self, const struct nodes_row_in *in, struct nodes_row_out *out,
                   struct pkd_ctx *ctx)
{
	char line[128];

	(void)out;
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t number = pkd_number(ctx) + i - self->from;
		bool begun = pkd_number(ctx) + i > self->from;
		int n;

		if (begun ? in->shots[i] && is_whole(in->shots[i], number) : !in->shots[i])
			continue;
		n = snprintf(line, sizeof(line), "firing %" PRIu64 ": %s at place %u\n",
		             pkd_number(ctx), in->shots[i] ? "another shot" : "no shot", i);
		if (write(self->fd, line, (size_t)n) != n)
			return pkd_error(ctx, EIO, "a line could not be written");
	}
	return PKD_OK;
}

void nodes_row_finish(struct nodes_row *self)
{
	close(self->fd);
}

PKD_NODE(nodes_row);
