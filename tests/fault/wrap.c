#define _GNU_SOURCE
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fault *fault;
static uint32_t process; /* this one */
static uint32_t n_forks;

/* By bare system calls: open and mmap are among those that are wrapped. */
__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("FAULT");
	long fd, address;

	if (!path)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
	address = syscall(SYS_mmap, NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	                  0);
	syscall(SYS_close, fd);
	if (address > 0)
		fault = (struct fault *)address;
}

/* F_GETFD asks whether a descriptor is open: that it is not is no fault. And a parent may always
 * signal its children. */
static bool cannot_fail(enum call call, long first, long second)
{
	return (call == CALL_fcntl && second == F_GETFD) ||
	       (call == CALL_syscall && first == SYS_pidfd_send_signal);
}

static bool must_fail(enum call call, int error, long first, long second)
{
	uint32_t n;

	if (!fault || cannot_fail(call, first, second) || process >= MAX_PROCESSES)
		return false;
	n = ++fault->counts[process][call];
	if (fault->process != process || fault->call != call || n < fault->from || n > fault->to)
		return false;
	fault->n_failed++;
	errno = error;
	return true;
}

/* All of them take and return integers or pointers, so that one shape serves for all. */
#define CALL(name, failed, error)                                                     \
	long __real_##name(long a, long b, long c, long d, long e, long f);           \
	long __wrap_##name(long a, long b, long c, long d, long e, long f);           \
	long __wrap_##name(long a, long b, long c, long d, long e, long f)            \
	{                                                                             \
		long r;                                                               \
                                                                                      \
		if (CALL_##name != CALL_close && must_fail(CALL_##name, error, a, b)) \
			return failed;                                                \
		n_forks += CALL_##name == CALL_fork;                                  \
		r = __real_##name(a, b, c, d, e, f);                                  \
		/* A close that fails has closed nevertheless. */                     \
		if (CALL_##name == CALL_close && must_fail(CALL_##name, error, a, b)) \
			return failed;                                                \
		if (CALL_##name == CALL_fork && (int)r == 0)                          \
			process = n_forks;                                            \
		return r;                                                             \
	}
#define NO_FAULT(name, reason)
#include "calls.def"
