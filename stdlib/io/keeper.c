#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLOEXEC_ONLY = 1 << 2 }; /* CLOSE_RANGE_CLOEXEC */

enum { FAILED = 127 }; /* the status of what could not be started, as of a shell */

static void default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* ---- The program ---- */

static bool set_standard(const struct io_keeper *keeper)
{
	return dup2(keeper->in, STDIN_FILENO) >= 0 && dup2(keeper->out, STDOUT_FILENO) >= 0 &&
	       dup2(keeper->err, STDERR_FILENO) >= 0 &&
	       syscall(SYS_close_range, 3U, ~0U, CLOEXEC_ONLY) == 0;
}

static _Noreturn void become_program(const struct io_keeper *keeper, pid_t parent)
{
	struct io_news news = {.is_started = 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before that. */
	if (getppid() != parent)
		_exit(FAILED);
	/* A group of its own, so that a signal reaches all of it and not the keeper. */
	setpgid(0, 0);
	default_signals();
	if (set_standard(keeper))
		execve(keeper->path, keeper->argv, keeper->envp);
	news.value = errno;
	if (write(keeper->news, &news, sizeof(news)) < 0)
		_exit(FAILED);
	_exit(FAILED);
}

/* ---- What is left of it ---- */

/* Sends a signal to each child; returns how many there are. */
static uint32_t signal_children(int signal)
{
	char text[512];
	uint32_t n_children = 0;
	pid_t pid = 0;
	ssize_t n;
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = 10 * pid + (text[i] - '0');
				continue;
			}
			/* Who has not been waited for keeps its number. */
			if (pid > 0 && kill(pid, signal) == 0)
				n_children++;
			pid = 0;
		}
	}
	if (fd >= 0)
		close(fd);
	return n_children;
}

/* What one that was killed has left comes next: a child of the keeper, too. */
static uint32_t kill_all(pid_t program)
{
	uint32_t n_killed = 0;

	if (program > 0)
		kill(-program, SIGKILL);
	for (;;) {
		siginfo_t info = {0};

		signal_children(SIGKILL);
		if (waitid(P_ALL, 0, &info, WEXITED) < 0 && errno != EINTR)
			return n_killed;
		n_killed += info.si_code == CLD_KILLED && info.si_pid != program;
	}
}

static bool reap(pid_t program, int *status)
{
	bool has_ended = false;
	pid_t pid;
	int its;

	while ((pid = waitpid(-1, &its, WNOHANG)) > 0) {
		if (pid != program)
			continue;
		*status = its;
		has_ended = true;
	}
	return has_ended;
}

/* ---- The keeper ---- */

struct kept {
	int orders, news, signals;
};

/* What stays open is what it needs: others see the end of a pipe when it was theirs alone. */
static bool keep_descriptors(struct kept *kept)
{
	int *all[] = {&kept->orders, &kept->news, &kept->signals};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3; i++) {
		*all[i] = fcntl(*all[i], F_DUPFD_CLOEXEC, 16);
		if (*all[i] < 0 || dup2(null, i) < 0)
			return false;
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(*all[i], 3 + i) < 0)
			return false;
		*all[i] = 3 + i;
	}
	return syscall(SYS_close_range, 6U, ~0U, 0U) == 0;
}

/* Before the program is there: no end of it is missed. */
static int open_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The node may have had threads: no handler of theirs, and no lock of the C library, is any
 * business of this one. */
static pid_t fork_alone(void)
{
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34)
	return _Fork();
#endif
#endif
	return fork();
}

/* Until the program has ended, or is to. */
static bool watch(pid_t program, int orders, int signals, int *status)
{
	struct pollfd fds[] = {{.fd = orders, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

	for (;;) {
		struct signalfd_siginfo info;
		char order = IO_KEEPER_KILL;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return false;
		while (read(signals, &info, sizeof(info)) > 0)
			continue;
		if (reap(program, status))
			return true;
		if (!fds[0].revents)
			continue;
		if (read(orders, &order, 1) < 0 && errno == EINTR)
			continue;
		if (order != IO_KEEPER_TERMINATE)
			return false;
		/* Its group may be none yet. */
		if (kill(-program, SIGTERM) < 0)
			kill(program, SIGTERM);
	}
}

_Noreturn void io_keeper_run(const struct io_keeper *keeper)
{
	struct io_news news = {.is_started = 1, .value = SIGKILL};
	struct kept kept = {keeper->orders, keeper->news, -1};
	pid_t self = getpid(), program;

	default_signals();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "pkd-keeper");
	/* Ctrl-C is the program's as a whole: the node ends what it has started, in order. */
	setsid();
	kept.signals = open_signals();
	program = fork_alone();
	if (program == 0)
		become_program(keeper, self);
	if (program < 0) {
		news = (struct io_news){.value = errno};
	} else if (!keep_descriptors(&kept)) {
		kill_all(program);
		news = (struct io_news){.value = EMFILE};
	} else if (!watch(program, kept.orders, kept.signals, &news.value)) {
		kill_all(program);
	} else {
		news.n_left = kill_all(-1);
	}
	if (write(kept.news, &news, sizeof(news)) < 0)
		_exit(1);
	_exit(0);
}
