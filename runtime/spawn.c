#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"
#include "process.h"
#include "schedule.h"

extern char **environ;

/* ---- Names ---- */

static char **copy_environment(void)
{
	size_t n = 0;
	char **copy;

	while (environ && environ[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = strdup(environ[i]);
		if (copy[i])
			continue;
		while (i > 0)
			free(copy[--i]);
		free(copy);
		return NULL;
	}
	return copy;
}

void pkdi_title_init(struct pkdi_title *title, int argc, char **argv)
{
	char *end;
	char **copy;

	*title = (struct pkdi_title){NULL, 0, 0};
	if (argc < 1)
		return;
	end = argv[0] + strlen(argv[0]) + 1;
	for (int i = 1; i < argc && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	title->start = argv[0];
	title->argv_size = (size_t)(end - argv[0]);
	title->size = title->argv_size;
	copy = copy_environment();
	if (!copy)
		return; /* no memory: short titles then */
	for (size_t i = 0; copy[i] && environ[i] == end; i++)
		end += strlen(environ[i]) + 1;
	title->size = (size_t)(end - argv[0]);
	environ = copy;
}

static void set_title(const struct pkdi_title *title, const char *program, const char *process)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s: %s", program, process);

	prctl(PR_SET_NAME, process);
	if (!title->size || n < 0)
		return;
	if ((size_t)n > sizeof(text) - 1)
		n = sizeof(text) - 1;
	if ((size_t)n > title->size - 1)
		n = (int)title->size - 1;
	text[n] = '\0';
	/* The kernel shows all of argv, and once its last byte is no NUL, everything up to the
	 * first NUL behind it. */
	memset(title->start, 0, title->argv_size);
	memcpy(title->start, text, (size_t)n + 1);
}

/* ---- The child ---- */

static void set_signals(const struct pkdi_spawner *spawner)
{
	/* Ctrl-C and a closed terminal reach the whole group; only the supervisor acts on them, so
	 * that the stop is an orderly one. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &spawner->signals, NULL);
}

static int prepare(struct pkdi_spawner *spawner, uint32_t index)
{
	struct pkdi_run *run = spawner->run;
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	/* The supervisor may have died before that call: then nobody would kill this process. */
	if (getppid() != run->supervisor)
		raise(SIGKILL);
	spawner->close_private(spawner->context);
	pkdi_schedule_apply(run, index);
	set_title(&spawner->title, run->program->name, run->processes[index].decl->name);
	r = pkdi_process_attach(run, index);
	if (r < 0)
		return r;
	/* What libraries expect: select() knows no descriptor above 1023. */
	if (run->files.rlim_max)
		setrlimit(RLIMIT_NOFILE, &run->files);
	return pkdi_guard_install(run, index);
}

static _Noreturn void be_child(struct pkdi_spawner *spawner, uint32_t index)
{
	struct pkdi_run *run = spawner->run;
	int status = 1;
	int r = prepare(spawner, index);

	if (r < 0) {
		pkdi_log(&run->log, "process '%s': cannot be set up: %s",
		         run->processes[index].decl->name, strerror(-r));
	} else {
		set_signals(spawner);
		status = pkdi_process_run(run, index);
	}
	/* Not exit: destructors of libraries whose threads still run are a source of crashes. */
	fflush(NULL);
	_exit(status);
}

/* ---- The supervisor ---- */

/* Every thread of a process is a directory of /proc/self/task, and each is a link of it. */
static bool has_one_thread(void)
{
	struct stat task;

	return stat("/proc/self/task", &task) < 0 || task.st_nlink == 3;
}

int pkdi_spawn(struct pkdi_spawner *spawner, uint32_t index, pid_t *ret_pid, int *ret_pidfd)
{
	pid_t pid;
	int pidfd, lent, r;

	if (!has_one_thread()) {
		pkdi_log(&spawner->run->log,
		         "a library started a thread before the first fork: threads may be started "
		         "in init and nowhere earlier");
		return -EBUSY;
	}
	/* What is still buffered would be written by the child once more. */
	fflush(NULL);
	r = pkdi_process_lend(spawner->run, index, true);
	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0)
		be_child(spawner, index);
	if (pid < 0)
		r = -errno;
	lent = pkdi_process_lend(spawner->run, index, false);
	if (pid < 0)
		return r;
	pidfd = lent < 0 ? -1 : pidfd_open(pid, 0);
	if (pidfd < 0) {
		r = lent < 0 ? lent : -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
