#define _GNU_SOURCE
#include <signal.h>

#include "meddle.h"
#include "run.h"

static pid_t pick(struct run *run)
{
	pid_t pids[MAX_CHILDREN];
	size_t n = victims_list(run->pid, pids);

	return n ? pids[below(run->campaign, n)] : 0;
}

static void kill_one(struct run *run, pid_t pid)
{
	int pidfd = pid ? victims_open(run->pid, pid) : -1;

	if (pidfd >= 0 && victims_signal(pidfd, SIGKILL))
		run->n_kills++;
}

static bool contains(const pid_t *pids, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Kills one and, shortly after it has been started, the one in its place. */
static void kill_twice(struct run *run)
{
	pid_t before[MAX_CHILDREN], after[MAX_CHILDREN];
	size_t n = victims_list(run->pid, before);
	int64_t until = now_ns() + 50 * MS;

	if (!n)
		return;
	kill_one(run, before[below(run->campaign, n)]);
	do {
		size_t n_after = victims_list(run->pid, after);

		for (size_t i = 0; i < n_after; i++) {
			if (contains(before, n, after[i]))
				continue;
			rest((int64_t)below(run->campaign, 2 * MS));
			kill_one(run, after[i]);
			return;
		}
		rest(MS / 10);
	} while (now_ns() < until && !run_has_ended(run));
}

/* Stops a process for a moment; some die of it. */
static void pause_one(struct run *run)
{
	pid_t pid = pick(run);
	int pidfd = pid ? victims_open(run->pid, pid) : -1;

	if (pidfd < 0)
		return;
	victims_signal(pidfd, SIGSTOP);
	rest((int64_t)below(run->campaign, 20 * MS));
	run->campaign->pauses++;
	if (below(run->campaign, 3) == 0)
		run->n_kills += victims_signal(pidfd, SIGKILL);
	else
		victims_signal(pidfd, SIGCONT);
}

/* While the supervisor is stopped, deaths wait for it. */
static void pause_supervisor(struct run *run)
{
	kill(run->pid, SIGSTOP);
	for (uint64_t n = below(run->campaign, 4); n-- > 0;) {
		kill_one(run, pick(run));
		rest((int64_t)below(run->campaign, 3 * MS));
	}
	kill(run->pid, SIGCONT);
	run->campaign->pauses++;
}

void disturb(struct run *run)
{
	struct campaign *campaign = run->campaign;
	static const int64_t longest_ns[] = {MS / 2, 5 * MS, 40 * MS, 40 * MS};

	rest((int64_t)below(campaign, (uint64_t)longest_ns[below(campaign, 4)]));
	if (run_has_ended(run))
		return;
	if (below(campaign, 4) == 0)
		meddle(run);
	switch (below(campaign, 16)) {
	case 0:
		pause_one(run);
		break;
	case 1:
		pause_supervisor(run);
		break;
	case 2:
	case 3:
	case 4:
		kill_twice(run);
		break;
	case 5:
	case 6:
		kill_one(run, pick(run));
		kill_one(run, pick(run));
		break;
	default:
		kill_one(run, pick(run));
		break;
	}
	if (!run->memories.n && run->pid)
		memories_note(&run->memories, run->pid);
}

void disturb_kill(struct run *run)
{
	kill_one(run, pick(run));
}
