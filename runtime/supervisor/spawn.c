#define _GNU_SOURCE
#include "supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/write.h"
#include "process/guard.h"
#include "process/process.h"
#include "process/sandbox.h"
#include "process/schedule.h"

/* ---- The child ---- */

static void set_signals(const struct pkdi_spawner *spawner)
{
	/* Ctrl-C and a closed terminal reach the whole group; only the supervisor acts on them, so
	 * that the stop is an orderly one. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &spawner->signals, NULL);
}

/* The kernel kills this process when the other end of the pipe is closed, by the death of the
 * supervisor, whatever the process does: no handler, no mask, no step that never returns keeps
 * that signal off. Where PR_SET_PDEATHSIG is undone by a change of credentials, this holds. A
 * process that closes all its descriptors still has the other; pkdi_process_run sets that again
 * after init. */
static int hold_on(int lifeline)
{
	if (fcntl(lifeline, F_SETOWN, getpid()) < 0 || fcntl(lifeline, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(lifeline, F_SETFL, O_RDONLY | O_NONBLOCK | O_ASYNC) < 0)
		return -errno;
	return 0;
}

int pkdi_spawn_bind(const struct pkdi_run *run, int lifeline)
{
	int r = hold_on(lifeline);

	if (r < 0)
		return r;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	/* The supervisor may have died before that call: then nobody would kill this process. */
	if (getppid() != run->supervisor)
		raise(SIGKILL);
	return 0;
}

/* Of what is allocated and of what is there already; with both limits, so that no node raises it
 * again. */
static int limit_memory(uint64_t bytes)
{
	const struct rlimit limit = {bytes, bytes};

	if (!bytes || setrlimit(RLIMIT_DATA, &limit) == 0)
		return 0;
	return -errno;
}

static int prepare(struct pkdi_spawner *spawner, uint32_t index, int lifeline)
{
	struct pkdi_run *run = spawner->run;
	int r = pkdi_spawn_bind(run, lifeline);

	if (r == 0)
		r = spawner->redirect(spawner->context, index);
	if (r < 0)
		return r;
	spawner->close_private(spawner->context);
	pkdi_schedule_apply(run, index);
	pkdi_title_set(&spawner->title, run->program->name, run->processes[index].decl->name);
	r = pkdi_process_attach(run, index);
	if (r < 0)
		return r;
	/* What libraries expect: select() knows no descriptor above 1023. */
	if (run->files.rlim_max)
		setrlimit(RLIMIT_NOFILE, &run->files);
	r = pkdi_guard_install(run, index);
	if (r == 0)
		r = limit_memory(run->processes[index].decl->memory_limit);
	return r < 0 ? r : pkdi_sandbox_enter(run, index);
}

static _Noreturn void be_child(struct pkdi_spawner *spawner, uint32_t index, int lifeline)
{
	struct pkdi_run *run = spawner->run;
	int status = 1;
	int r = prepare(spawner, index, lifeline);

	if (r < 0) {
		pkdi_log(&run->log, "process '%s' cannot be set up: %s",
		         run->processes[index].decl->name, strerror(-r));
	} else {
		set_signals(spawner);
		status = pkdi_process_run(run, index);
	}
	/* Not exit: destructors of libraries whose threads still run are a source of crashes.
	 * What is buffered may wait for a reader, and is watched as a step is. */
	atomic_store(&run->processes[index].words->call, PKDI_CALL_FLUSH);
	atomic_store(&run->processes[index].words->step_since_ns, pkd_now());
	r = pkdi_write_flush();
	if (r < 0 && status == 0) {
		pkdi_log(&run->log, "process '%s' cannot write to standard output: %s",
		         run->processes[index].decl->name, strerror(-r));
		status = 1;
	}
	_exit(status);
}

/* ---- The supervisor ---- */

/* Every thread of a process is a directory of /proc/self/task, and each is a link of it. */
static bool has_one_thread(void)
{
	struct stat task;

	return stat("/proc/self/task", &task) < 0 || task.st_nlink == 3;
}

/* Forks with the memory that only this process inherits. */
static int fork_child(struct pkdi_spawner *spawner, uint32_t index, int lifeline[2], pid_t *ret_pid)
{
	int withdrawn, r = pkdi_process_set_inherited(spawner->run, index, true);
	pid_t pid;

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		close(lifeline[1]);
		be_child(spawner, index, lifeline[0]);
	}
	if (pid < 0)
		r = -errno;
	*ret_pid = pid;
	withdrawn = pkdi_process_set_inherited(spawner->run, index, false);
	return r < 0 ? r : withdrawn;
}

void pkdi_spawn_forget(struct pkdi_spawned *spawned)
{
	if (spawned->pidfd >= 0)
		close(spawned->pidfd);
	if (spawned->lifeline >= 0)
		close(spawned->lifeline);
	*spawned = (struct pkdi_spawned){0, -1, -1};
}

int pkdi_spawn(struct pkdi_spawner *spawner, uint32_t index, struct pkdi_spawned *ret_spawned)
{
	int lifeline[2], pidfd = -1, r;
	pid_t pid = 0;

	if (!has_one_thread()) {
		pkdi_log(&spawner->run->log,
		         "a library started a thread before the first fork: start threads in init, "
		         "not earlier");
		return -EBUSY;
	}
	if (pipe2(lifeline, O_CLOEXEC) < 0)
		return -errno;
	r = fork_child(spawner, index, lifeline, &pid);
	close(lifeline[0]);
	if (r == 0) {
		pidfd = pidfd_open(pid, 0);
		r = pidfd < 0 ? -errno : 0;
	}
	if (r == 0) {
		*ret_spawned = (struct pkdi_spawned){pid, pidfd, lifeline[1]};
		return 0;
	}
	close(lifeline[1]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}
