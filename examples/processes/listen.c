/* A node that waits for a descriptor and for frames at once: `ready` is called for the one, `step` for the
 * other, both by the process's own loop. */
#include "processes.pkd.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

struct listen {
	int fd;
	uint64_t n, last;
};

int listen_init(struct listen *self, const struct listen_params *params, struct pkd_ctx *ctx)
{
	self->fd = -1;
	if (!*params->pipe)
		return PKD_OK;
	/* Also for writing: the pipe then stays open when a writer leaves. */
	self->fd = open(params->pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (self->fd < 0)
		return pkd_error(ctx, errno, "cannot open %s", params->pipe);
	return pkd_watch(ctx, self->fd, POLLIN);
}

int listen_ready(struct listen *self, struct pkd_ctx *ctx)
{
	char text[256];
	ssize_t n = read(self->fd, text, sizeof(text));

	if (n < 0 && errno != EAGAIN)
		return pkd_error(ctx, errno, "cannot read");
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			pkd_note(ctx, "%" PRIu64 " sums so far, the last one %" PRIu64, self->n,
			         self->last);
	return PKD_OK;
}

int listen_step(struct listen *self, const struct listen_in *in, struct listen_out *out,
                struct pkd_ctx *ctx)
{
	(void)out, (void)ctx;
	self->n++;
	self->last = *in->sum;
	return PKD_OK;
}

void listen_finish(struct listen *self)
{
	if (self->fd >= 0)
		close(self->fd);
}

PKD_WATCHING_NODE(listen);
