#include "watch.pkd.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct answer {
	int questions, answers;
	unsigned n_frames;
};

int answer_init(struct answer *self, const struct answer_params *params, struct pkd_ctx *ctx)
{
	self->questions = open(params->questions, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	self->answers = open(params->answers, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (self->questions < 0 || self->answers < 0)
		return pkd_error(ctx, errno, "cannot open the pipes");
	return pkd_watch(ctx, self->questions, POLLIN);
}

int answer_ready(struct answer *self, struct pkd_ctx *ctx)
{
	char text[64];
	ssize_t n = read(self->questions, text, sizeof(text) - 1);

	if (n < 0)
		return errno == EAGAIN ? PKD_OK : pkd_error(ctx, errno, "cannot read");
	text[n] = '\0';
	if (strncmp(text, "fail", 4) == 0)
		return pkd_error(ctx, EINVAL, "does not answer that");
	n = snprintf(text, sizeof(text), "%u\n", self->n_frames);
	return write(self->answers, text, (size_t)n) == n ? PKD_OK
	                                                  : pkd_error(ctx, errno, "cannot write");
}

int answer_step(struct answer *self, const struct answer_in *in, struct answer_out *out,
                struct pkd_ctx *ctx)
{
	(void)in, (void)out, (void)ctx;
	self->n_frames++;
	return PKD_OK;
}

void answer_finish(struct answer *self)
{
	close(self->questions);
	close(self->answers);
}

PKD_WATCHING_NODE(answer);
