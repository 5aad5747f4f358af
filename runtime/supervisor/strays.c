#define _GNU_SOURCE
#include "supervisor/strays.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void pkdi_strays_inherit(void)
{
	/* Before Linux 3.4 they would be left to init; nothing else depends on it. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

uint32_t pkdi_strays_reap(const struct pkdi_strays *strays)
{
	uint32_t n_killed = 0;

	for (;;) {
		siginfo_t info = {0};

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid ||
		    strays->is_own(strays->context, info.si_pid))
			return n_killed;
		n_killed += info.si_code == CLD_KILLED && info.si_status == SIGKILL;
		waitpid(info.si_pid, NULL, WNOHANG);
	}
}

static void signal_one(const struct pkdi_strays *strays, pid_t pid, int signal, uint32_t *n)
{
	/* A child that has not been reaped keeps its number. */
	if (pid <= 0 || strays->is_own(strays->context, pid))
		return;
	kill(pid, signal);
	++*n;
}

uint32_t pkdi_strays_signal(const struct pkdi_strays *strays, int signal)
{
	char name[64], text[512];
	uint32_t n_signalled = 0;
	pid_t pid = 0;
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "/proc/self/task/%d/children", (int)getpid());
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	/* Numbers, each with a space behind it. */
	while ((n = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = 10 * pid + (text[i] - '0');
				continue;
			}
			signal_one(strays, pid, signal, &n_signalled);
			pid = 0;
		}
	}
	close(fd);
	return n_signalled;
}
