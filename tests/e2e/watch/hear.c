#include "watch.pkd.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

struct hear {
	int fd;
	char text[64]; /* begun, not yet ended by a newline */
	size_t length;
};

int hear_init(struct hear *self, const struct hear_params *params, struct pkd_ctx *ctx)
{
	/* Also for writing: the pipe then stays open when a writer leaves. */
	self->fd = open(params->pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (self->fd < 0)
		return pkd_error(ctx, errno, "cannot open %s", params->pipe);
	return pkd_watch(ctx, self->fd, POLLIN);
}

/* The step does the reading. */
int hear_ready(struct hear *self, struct pkd_ctx *ctx)
{
	(void)self, (void)ctx;
	return PKD_OK;
}

int hear_step(struct hear *self, const struct hear_in *in, struct hear_out *out,
              struct pkd_ctx *ctx)
{
	(void)in;
	while (self->length < sizeof(self->text) - 1) {
		char *c = &self->text[self->length];

		if (read(self->fd, c, 1) != 1)
			return PKD_LATER; /* until the descriptor is ready */
		if (*c == '\n')
			break;
		self->length++;
	}
	self->text[self->length] = '\0';
	self->length = 0;
	pkd_string_set(out->line, self->text);
	return strcmp(self->text, "end") == 0 ? PKD_END : PKD_OK;
}

void hear_finish(struct hear *self)
{
	close(self->fd);
}

PKD_WATCHING_NODE(hear);
