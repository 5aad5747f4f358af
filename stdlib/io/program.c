#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FINISH_MS = 500, LEAVE_MS = 200 };

/* ---- Start ---- */

struct pipes {
	int in[2], out[2], err[2], orders[2], news[2];
};

static int *pair(struct pipes *pipes, int i)
{
	int *const all[] = {pipes->in, pipes->out, pipes->err, pipes->orders, pipes->news};

	return all[i];
}

enum { N_PIPES = 5 };

static void close_pipes(struct pipes *pipes)
{
	for (int i = 0; i < N_PIPES; i++)
		for (int j = 0; j < 2; j++)
			if (pair(pipes, i)[j] >= 0)
				close(pair(pipes, i)[j]);
}

static int open_pipes(struct pipes *pipes, bool takes)
{
	memset(pipes, 0xff, sizeof(*pipes));
	for (int i = 0; i < N_PIPES; i++) {
		int r = i > 0 || takes ? pipe2(pair(pipes, i), O_CLOEXEC)
		                       : (pipes->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC));

		if (r < 0) {
			r = -errno;
			close_pipes(pipes);
			return r;
		}
	}
	return 0;
}

static void take(int *fd, int *ret)
{
	*ret = *fd;
	*fd = -1;
	if (*ret >= 0)
		fcntl(*ret, F_SETFL, fcntl(*ret, F_GETFL) | O_NONBLOCK);
}

int io_program_start(struct io_program *program, const struct io_command *command,
                     char *const *argv, bool takes)
{
	struct pipes pipes;
	struct io_keeper keeper;
	pid_t pid;
	int r = open_pipes(&pipes, takes);

	*program = (struct io_program){.in = -1, .out = -1, .err = -1, .orders = -1, .news = -1};
	if (r < 0)
		return r;
	keeper = (struct io_keeper){
		.path = command->path,
		.argv = argv,
		.envp = command->environment,
		.in = pipes.in[0],
		.out = pipes.out[1],
		.err = pipes.err[1],
		.orders = pipes.orders[0],
		.news = pipes.news[1],
	};
	pid = fork();
	if (pid == 0)
		io_keeper_run(&keeper);
	r = pid < 0 ? -errno : 0;
	if (r == 0) {
		program->keeper = pid;
		take(&pipes.in[1], &program->in);
		take(&pipes.out[0], &program->out);
		take(&pipes.err[0], &program->err);
		take(&pipes.orders[1], &program->orders);
		take(&pipes.news[0], &program->news);
	}
	close_pipes(&pipes);
	return r;
}

/* ---- End ---- */

bool io_program_look(struct io_program *program)
{
	struct io_news news;
	ssize_t n;

	if (program->has_ended || program->news < 0)
		return program->has_ended;
	n = read(program->news, &news, sizeof(news));
	if (n < 0)
		return false;
	program->has_ended = true;
	program->status = SIGKILL;
	if (n == (ssize_t)sizeof(news) && !news.is_started)
		program->error = news.value ? news.value : EIO;
	else if (n == (ssize_t)sizeof(news))
		program->status = news.value;
	program->n_left = n == (ssize_t)sizeof(news) ? news.n_left : 0;
	return true;
}

static void tell(const struct io_program *program, char order)
{
	/* Who is not there any more needs no order. */
	if (program->orders >= 0 && write(program->orders, &order, 1) < 0)
		return;
}

void io_program_terminate(const struct io_program *program)
{
	tell(program, IO_KEEPER_TERMINATE);
}

void io_program_kill(const struct io_program *program)
{
	tell(program, IO_KEEPER_KILL);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void io_program_close_in(struct io_program *program)
{
	close_one(&program->in);
}

void io_program_finish(struct io_program *program)
{
	struct pollfd end = {.fd = program->news};

	if (!program->keeper)
		return;
	close_one(&program->orders);
	close_one(&program->in);
	close_one(&program->out);
	close_one(&program->err);
	/* The keeper has the other end, and nobody else, as long as it is there. */
	while (poll(&end, 1, FINISH_MS) < 0 && errno == EINTR)
		continue;
	close_one(&program->news);
	/* One that is not gone by then is left to the supervisor. */
	for (int i = 0; i < FINISH_MS && waitpid(program->keeper, NULL, WNOHANG) == 0; i++)
		poll(NULL, 0, 1);
	program->keeper = 0;
}

static bool ends_within(struct io_program *program, int ms)
{
	struct pollfd end = {.fd = program->news, .events = POLLIN};

	if (!io_program_look(program))
		poll(&end, 1, ms);
	return io_program_look(program);
}

void io_program_leave(struct io_program *program)
{
	if (!program->keeper)
		return;
	io_program_close_in(program);
	if (!ends_within(program, LEAVE_MS)) {
		io_program_terminate(program);
		ends_within(program, LEAVE_MS);
	}
	io_program_finish(program);
}

/* ---- What is said of it ---- */

bool io_program_succeeded(const struct io_program *program)
{
	return !program->error && WIFEXITED(program->status) && WEXITSTATUS(program->status) == 0;
}

int32_t io_program_status(const struct io_program *program)
{
	if (program->error)
		return program->error == ENOENT ? 127 : 126;
	return WIFEXITED(program->status) ? WEXITSTATUS(program->status)
	                                  : 128 + WTERMSIG(program->status);
}

const char *io_program_reason(const struct io_program *program, char text[static IO_REASON_SIZE])
{
	if (program->error)
		snprintf(text, IO_REASON_SIZE, "it cannot be started: %s%s",
		         strerror(program->error),
		         program->error == EACCES
		                 ? " (a program that starts others needs shell: true)"
		                 : "");
	else if (WIFEXITED(program->status))
		snprintf(text, IO_REASON_SIZE, "exit status %d", WEXITSTATUS(program->status));
	else
		snprintf(text, IO_REASON_SIZE, "killed by signal %d (%s)",
		         WTERMSIG(program->status), strsignal(WTERMSIG(program->status)));
	return text;
}
