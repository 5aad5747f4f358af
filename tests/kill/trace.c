#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

void path_finish(struct path *path)
{
	free(path->at);
	free(path->memory);
	*path = (struct path){NULL, 0, 0, NULL};
}

void trace_me(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Stopped without a tracer it would stay so. */
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(1);
}

void trace_stop(void)
{
	syscall(SYS_kill, getpid(), SIGSTOP);
}

/* The signal that it stopped with; 0 when it has ended. */
static int resume(pid_t child, int how, int *ret_status)
{
	int status;

	if (ptrace((enum __ptrace_request)how, child, NULL, NULL) < 0 ||
	    waitpid(child, &status, __WALL) < 0) {
		*ret_status = -errno;
		return 0;
	}
	*ret_status = status;
	return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
}

bool trace_go_on(pid_t child, int *ret_status)
{
	int signal = resume(child, PTRACE_CONT, ret_status);

	/* Anything else than our own stop is a fault: it dies of it. */
	if (signal && signal != SIGSTOP) {
		trace_kill(child);
		*ret_status = signal;
	}
	return signal == SIGSTOP;
}

void trace_kill(pid_t child)
{
	int status;

	kill(child, SIGKILL);
	while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status))
		;
}

#ifdef __x86_64__

static uint64_t address_of(pid_t child)
{
	struct user_regs_struct registers;

	return ptrace(PTRACE_GETREGS, child, NULL, &registers) < 0 ? 0 : registers.rip;
}

static uint64_t new_address(const struct path *path, uint64_t address)
{
	for (uint32_t i = 0; i < path->n; i++)
		if (path->at[i] == address)
			return 0;
	return address;
}

/* Runs to the last instruction up to number n that is met there for the first time, with a
 * breakpoint. Returns its number, 0 where that does not help: from there every instruction is a
 * step. */
static uint32_t run_ahead(pid_t child, uint32_t n, const struct path *path)
{
	uint32_t i = n < path->n ? n : 0;
	struct user_regs_struct registers;
	void *address;
	long text;
	int status;

	while (i > 0 && !path->at[i])
		i--;
	if (!i)
		return 0;
	address = (void *)(uintptr_t)path->at[i];
	errno = 0;
	text = ptrace(PTRACE_PEEKTEXT, child, address, NULL);
	if (errno || ptrace(PTRACE_POKETEXT, child, address, (void *)((text & ~0xffL) | 0xcc)) < 0)
		return 0;
	if (resume(child, PTRACE_CONT, &status) != SIGTRAP ||
	    ptrace(PTRACE_GETREGS, child, NULL, &registers) < 0)
		return TRACE_MISSED;
	registers.rip--;
	ptrace(PTRACE_SETREGS, child, NULL, &registers);
	ptrace(PTRACE_POKETEXT, child, address, (void *)text);
	return i;
}

#else

static uint64_t address_of(pid_t child)
{
	(void)child;
	return 0;
}

static uint64_t new_address(const struct path *path, uint64_t address)
{
	(void)path;
	return address;
}

static uint32_t run_ahead(pid_t child, uint32_t n, const struct path *path)
{
	(void)child, (void)n, (void)path;
	return 0;
}

#endif

static void learn(struct path *path, uint64_t address)
{
	address = new_address(path, address);
	if (path->n == path->capacity) {
		path->capacity = path->capacity * 2 + 1024;
		path->at = realloc(path->at, path->capacity * sizeof(*path->at));
		path->memory = realloc(path->memory, path->capacity * sizeof(*path->memory));
		if (!path->at || !path->memory)
			abort();
	}
	path->memory[path->n] = world_hash();
	path->at[path->n++] = address;
}

uint32_t trace_step(pid_t child, uint32_t n, struct path *path)
{
	bool learns = path && !path->n;
	uint32_t done = path ? run_ahead(child, n, path) : 0;
	int status;

	if (learns)
		learn(path, address_of(child));
	for (; done < n; done++) {
		int signal = resume(child, PTRACE_SINGLESTEP, &status);

		if (signal != SIGTRAP)
			return signal == SIGSTOP ? done : TRACE_DIED;
		if (learns)
			learn(path, address_of(child));
	}
	return done;
}
