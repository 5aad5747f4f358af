#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "shot.h"

struct nodes_watch {
	int fd;
};

int nodes_watch_init(struct nodes_watch *self, const struct nodes_watch_params *params,
                     struct pkd_ctx *ctx)
{
	self->fd = open(params->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return self->fd < 0 ? pkd_error(ctx, errno, "cannot write '%s'", params->path) : PKD_OK;
}

static void write_down(const struct nodes_watch *self, const char *what, uint64_t firing,
                       uint64_t shot)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "firing %" PRIu64 ", shot %" PRIu64 ": %s\n", firing,
	                 shot, what);

	if (write(self->fd, line, (size_t)n) != n)
		return;
}

static void look_at(const struct nodes_watch *self, const struct nodes_Shot *shot, uint64_t firing,
                    bool joined)
{
	uint64_t number;

	if (!shot)
		return;
	number = pkd_frame_of(shot)->number;
	if (!is_whole(shot, number))
		write_down(self, "torn", firing, number);
	if (joined && number != firing)
		write_down(self, "a join of different frames", firing, number);
}

/* All is looked at twice, so that what changes under its hands is seen. */
int nodes_watch_step(struct nodes_watch *self, const struct nodes_watch_in *in,
                     struct nodes_watch_out *out, struct pkd_ctx *ctx)
{
	struct nodes_watch_state *state = nodes_watch_get_state(ctx);
	uint64_t firing = pkd_number(ctx);

	(void)out;
	for (int i = 0; i < 2; i++) {
		look_at(self, in->shot, firing, true);
		look_at(self, in->other, firing, true);
		look_at(self, in->sampled, firing, false);
	}
	if (firing <= state->last)
		write_down(self, "numbers do not increase", firing, state->last);
	state->last = firing;
	if (in->sampled) {
		uint64_t number = pkd_frame_of(in->sampled)->number;

		if (number < state->last_sampled)
			write_down(self, "samples go back", firing, number);
		state->last_sampled = number;
	}
	return PKD_OK;
}

void nodes_watch_finish(struct nodes_watch *self)
{
	close(self->fd);
}

PKD_NODE(nodes_watch);
