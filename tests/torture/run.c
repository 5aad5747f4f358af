#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "meddle.h"

static const char *const end_names[] = {"by itself", "by SIGTERM", "by the supervisor's death"};

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void rest(int64_t ns)
{
	struct timespec time = {ns / 1000000000, ns % 1000000000};

	nanosleep(&time, NULL);
}

/* xorshift */
uint64_t below(struct campaign *campaign, uint64_t n)
{
	campaign->random ^= campaign->random << 13;
	campaign->random ^= campaign->random >> 7;
	campaign->random ^= campaign->random << 17;
	return campaign->random % n;
}

void run_complain(struct run *run, const char *format, ...)
{
	va_list arguments;

	run->wrong = true;
	printf("%s: run %" PRIu64 ", ended %s, after %" PRIu64 " kills: ", run->campaign->name,
	       run->campaign->runs, end_names[run->end], run->n_kills);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

static _Noreturn void be_program(const struct campaign *campaign, const char *folder)
{
	const struct rlimit none = {0, 0};
	int log;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("PKD_DIR", meddle_place(), 1);
	setrlimit(RLIMIT_CORE, &none);
	if (chdir(folder) < 0)
		_exit(126);
	log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(campaign->command[0], campaign->command);
	_exit(127);
}

void run_start(struct run *run, const char *folder)
{
	files_clear(folder);
	fflush(NULL);
	run->pid = fork();
	if (run->pid == 0)
		be_program(run->campaign, folder);
	if (run->pid < 0) {
		perror("fork");
		exit(2);
	}
}

bool run_has_ended(struct run *run)
{
	if (run->pid && waitpid(run->pid, &run->status, WNOHANG) == run->pid)
		run->pid = 0;
	return !run->pid;
}

bool run_ends_within(struct run *run, int64_t ns)
{
	int64_t until = now_ns() + ns;

	while (!run_has_ended(run)) {
		if (now_ns() >= until)
			return false;
		rest(MS / 2);
	}
	return true;
}

bool run_is_alone(int64_t ns)
{
	int64_t until = now_ns() + ns;

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return true;
		if (pid == 0 && now_ns() >= until)
			return false;
		if (pid == 0)
			rest(MS / 2);
	}
}

void run_write_states(const struct run *run)
{
	char command[512];

	snprintf(
		command, sizeof(command),
		"for p in %d $(cat /proc/%d/task/%d/children); do "
		"echo \"== $p $(cat /proc/$p/comm) $(cat /proc/$p/wchan)\"; "
		"grep -e State -e ctxt /proc/$p/status; cat /proc/$p/syscall; done >%s/states 2>&1",
		run->pid, run->pid, run->pid, run->campaign->folder);
	if (system(command) != 0)
		return;
}

void run_kill_all(struct run *run)
{
	pid_t pids[MAX_CHILDREN];

	if (run->pid) {
		kill(run->pid, SIGKILL);
		waitpid(run->pid, &run->status, 0);
		run->pid = 0;
	}
	/* Those that have become ours. */
	for (size_t n = victims_list(getpid(), pids); n-- > 0;)
		kill(pids[n], SIGKILL);
	if (!run_is_alone(ORPHAN_LIMIT_NS))
		printf("%s: processes that cannot be killed are left\n", run->campaign->name);
}
