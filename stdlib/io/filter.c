#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

int io_filter_start(struct io_filter *filter)
{
	int r = io_program_start(&filter->program, &filter->command, filter->command.words, true);

	filter->is_running = r == 0;
	filter->is_blocked = false;
	filter->n_sent = 0;
	filter->unread = -1;
	filter->owes_ns = 0;
	filter->n_frames = filter->frames.n_frames;
	if (r == 0)
		io_given_start(&filter->given, filter->program.in);
	filter->said = (struct io_said){.since_ns = 0};
	return r;
}

/* ---- Its pipes ---- */

static void close_one(struct io_watch *watch, int *fd, struct pkd_ctx *ctx)
{
	io_watch_set(watch, -1, 0, ctx);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void io_filter_close_in(struct io_filter *filter, struct pkd_ctx *ctx)
{
	if (filter->program.in >= 0)
		filter->unread = io_given_open(filter->program.in);
	close_one(&filter->in, &filter->program.in, ctx);
	filter->is_blocked = false;
}

static void read_out(struct io_filter *filter, struct pkd_ctx *ctx)
{
	char *to;
	size_t room = io_frames_room(&filter->frames, &to);
	ssize_t n;

	if (filter->program.out < 0 || room == 0)
		return;
	do
		n = read(filter->program.out, to, room);
	while (n < 0 && errno == EINTR);
	filter->looks = n > 0; /* there may be more */
	if (n > 0) {
		filter->owes_ns = 0;
		io_frames_add(&filter->frames, (size_t)n);
	} else if (n == 0 || errno != EAGAIN) {
		close_one(&filter->out, &filter->program.out, ctx);
	}
}

void io_filter_read(struct io_filter *filter, struct pkd_ctx *ctx)
{
	struct io_program *program = &filter->program;

	filter->looks = false;
	/* Before the pipes: what it wrote before its end is read by then. */
	if (io_program_look(program))
		io_watch_set(&filter->news, -1, 0, ctx);
	read_out(filter, ctx);
	if (program->err >= 0 && !io_said_read(&filter->said, program->err, ctx))
		close_one(&filter->err, &program->err, ctx);
}

bool io_filter_is_over(const struct io_filter *filter)
{
	return filter->program.has_ended && filter->program.out < 0;
}

static int write_value(struct io_filter *filter, const struct io_value *value)
{
	size_t n_before = filter->n_sent;
	int r = io_outgoing_write(filter->program.in, IO_FILE, &filter->frames.framing, value,
	                          &filter->n_sent);

	io_given_add(&filter->given, filter->n_sent - n_before, r > 0);
	return r;
}

int io_filter_write(struct io_filter *filter, const struct io_value *value, struct pkd_ctx *ctx)
{
	uint64_t n_before = filter->given.n_bytes;
	int r = 1;

	if (filter->program.in >= 0)
		r = io_given_write(&filter->given, filter->program.in);
	if (filter->program.in >= 0 && r > 0 && value)
		r = write_value(filter, value);
	if (filter->given.n_bytes != n_before && !filter->owes_ns)
		filter->owes_ns = pkd_now();
	filter->is_blocked = r == 0;
	if (r < 0)
		io_filter_close_in(filter, ctx);
	return r != 0;
}

int64_t io_filter_owes(struct io_filter *filter)
{
	int in = filter->program.in >= 0 ? filter->program.in : filter->unread, n = 0;

	/* What it has not even read is owed from now on. */
	if (!filter->owes_ns && in >= 0 && ioctl(in, FIONREAD, &n) == 0 && n > 0)
		filter->owes_ns = pkd_now();
	return filter->owes_ns;
}

/* ---- Watching ---- */

void io_filter_watch(struct io_filter *filter, struct pkd_ctx *ctx)
{
	const struct io_program *program = &filter->program;

	if (!filter->is_running)
		return;
	io_watch_set(&filter->in, program->in, filter->is_blocked ? POLLOUT : 0, ctx);
	io_watch_set(&filter->out, program->out, POLLIN, ctx);
	io_watch_set(&filter->err, program->err, POLLIN, ctx);
	io_watch_set(&filter->news, program->has_ended ? -1 : program->news, POLLIN, ctx);
}

void io_filter_unwatch(struct io_filter *filter, struct pkd_ctx *ctx)
{
	struct io_watch *const all[] = {&filter->in, &filter->out, &filter->err, &filter->news};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		io_watch_set(all[i], -1, 0, ctx);
}

struct io_unread io_filter_end(struct io_filter *filter, struct pkd_ctx *ctx)
{
	struct io_unread unread;

	io_filter_unwatch(filter, ctx);
	io_said_finish(&filter->said, ctx);
	if (filter->program.n_left)
		pkd_note(ctx, "it left %" PRIu32 " processes running: killed",
		         filter->program.n_left);
	io_filter_close_in(filter, ctx);
	unread = io_given_end(&filter->given, filter->unread);
	if (filter->unread >= 0)
		close(filter->unread);
	filter->unread = -1;
	filter->n_frames = filter->frames.n_frames - filter->n_frames;
	io_program_finish(&filter->program);
	filter->is_running = false;
	return unread;
}
