#define _GNU_SOURCE
#include "supervisor/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/console.h"
#include "console/web_open.h"
#include "process/process.h"
#include "process/sandbox.h"
#include "supervisor/descriptors.h"
#include "supervisor/supervise.h"

/* Between two starts, doubled as long as it dies soon. */
#define FIRST_BACKOFF_NS INT64_C(20000000)
#define LAST_BACKOFF_NS INT64_C(5000000000)
#define SOON_NS INT64_C(1000000000)

/* How long the last line to clients may take. */
enum { END_MS = 100 };

/* ---- The process ---- */

/* What it opens, it opens before it is confined. The first one says what there is not. */
static int prepare(struct pkdi_supervisor *supervisor, const struct pkdi_serve *serve,
                   struct pkdi_web_part *part)
{
	struct pkdi_run *run = supervisor->run;
	int r;

	pkdi_title_set(&supervisor->spawner.title, run->program->name, "console");
	if (serve->socket >= 0)
		pkdi_web_open(part);
	if (*part->why && !supervisor->helper.backoff_ns)
		pkdi_log_at(&run->log, PKD_LOG_WARNING, "--serve: %s", part->why);
	r = pkdi_process_attach(run, PKD_NONE);
	if (r == 0 && run->sandbox)
		r = pkdi_sandbox_enter_helper(run);
	return r;
}

static _Noreturn void be_console(struct pkdi_supervisor *supervisor, int lifeline)
{
	struct pkdi_helper *helper = &supervisor->helper;
	int listener = helper->place.socket, end_fd = helper->end_fd[0], status = 1;
	struct pkdi_serve serve = helper->serve;
	struct pkdi_web_part part = {.library = NULL};

	/* A stop is the supervisor's to act on, which ends this one last. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (pkdi_spawn_bind(supervisor->run, lifeline) == 0) {
		/* Before the others are closed. */
		helper->place.socket = helper->end_fd[0] = helper->serve.socket = -1;
		supervisor->spawner.close_private(supervisor);
		sigprocmask(SIG_SETMASK, &supervisor->spawner.signals, NULL);
		if (prepare(supervisor, &serve, &part) == 0)
			status = pkdi_console_run(supervisor->run, listener, end_fd, helper->group,
			                          &serve, &part);
	}
	_exit(status);
}

/* ---- The supervisor ---- */

static int start(struct pkdi_supervisor *supervisor)
{
	struct pkdi_helper *helper = &supervisor->helper;
	int lifeline[2], r;
	pid_t pid;

	if (pipe2(lifeline, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(lifeline[1]);
		be_console(supervisor, lifeline[0]);
	}
	r = pid < 0 ? -errno : 0;
	close(lifeline[0]);
	helper->spawned.lifeline = lifeline[1];
	if (r == 0) {
		helper->spawned.pid = pid;
		helper->spawned.pidfd = pidfd_open(pid, 0);
		r = helper->spawned.pidfd < 0
		            ? -errno
		            : pkdi_descriptors_watch(supervisor, helper->spawned.pidfd,
		                                     PKDI_TAG_HELPER);
	}
	if (r < 0 && pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (r < 0)
		pkdi_spawn_forget(&helper->spawned);
	return r;
}

/* Says where, and once only what the token is. One in a file is who knows the file's. */
static int open_serve(struct pkdi_supervisor *supervisor, const struct pkdi_options *options)
{
	const struct pkdi_log *log = &supervisor->run->log;
	struct pkdi_serve *serve = &supervisor->helper.serve;
	char why[PKDI_PLACE_PATH + 128], address[PKDI_ADDRESS_SIZE];
	int r = pkdi_serve_open(serve, &options->serve_address, options->serve_token_file, why,
	                        sizeof(why));
	bool is_any;

	if (r == 0 && options->serve_view_token_file)
		r = pkdi_serve_read_view_token(serve, options->serve_view_token_file, why,
		                               sizeof(why));
	if (r < 0) {
		pkdi_log(log, "%s", why);
		return r;
	}
	snprintf(serve->origins, sizeof(serve->origins), "%s",
	         options->serve_origins ? options->serve_origins : "");
	is_any = pkdi_address_name(&serve->address, address);
	if (options->serve_token_file)
		pkdi_log_at(log, PKD_LOG_INFO, "serving http://%s/%s with the token of %s", address,
		            is_any ? ", and on all other addresses of this machine," : "",
		            options->serve_token_file);
	else
		pkdi_log_at(log, PKD_LOG_INFO, "serving http://%s/?token=%s%s", address,
		            serve->token,
		            is_any ? ", and on all other addresses of this machine" : "");
	return 0;
}

int pkdi_helper_init(struct pkdi_supervisor *supervisor, const struct pkdi_options *options)
{
	struct pkdi_helper *helper = &supervisor->helper;
	char why[PKDI_PLACE_PATH + 64];
	int r;

	if (options->no_console)
		return 0;
	if (pipe2(helper->end_fd, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = -errno;
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING, "no console: %s", strerror(-r));
		return options->serves || options->has_group ? r : 0;
	}
	helper->group = options->has_group ? options->group : PKDI_NO_GROUP;
	r = pkdi_place_open(&helper->place, helper->group, why, sizeof(why));
	if (r < 0 && options->has_group) {
		pkdi_log(&supervisor->run->log,
		         "--console-group: %s; PKD_DIR names another directory for its socket",
		         why);
		return r;
	}
	if (r < 0) {
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING,
		            "%s: %s; PKD_DIR names another directory for its socket",
		            options->serves ? "pkd cannot reach this program" : "no console", why);
		if (!options->serves)
			return 0;
	}
	helper->restart_ns = 1; /* at once */
	return options->serves ? open_serve(supervisor, options) : 0;
}

int64_t pkdi_helper_look(struct pkdi_supervisor *supervisor, int64_t now_ns)
{
	struct pkdi_helper *helper = &supervisor->helper;

	if (!helper->restart_ns || helper->restart_ns > now_ns)
		return helper->restart_ns;
	helper->started_ns = now_ns;
	helper->restart_ns = 0;
	if (start(supervisor) == 0)
		return 0;
	helper->backoff_ns = LAST_BACKOFF_NS;
	helper->restart_ns = now_ns + LAST_BACKOFF_NS;
	return helper->restart_ns;
}

void pkdi_helper_reap(struct pkdi_supervisor *supervisor, int64_t now_ns)
{
	struct pkdi_helper *helper = &supervisor->helper;
	int status = 0;

	if (helper->spawned.pidfd < 0 || waitpid(helper->spawned.pid, &status, WNOHANG) == 0)
		return;
	/* Killed, it is back before anybody asks why; else somebody has to know. */
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING,
		            "the console was killed by SIG%s", sigabbrev_np(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0 && !helper->backoff_ns)
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING, "the console cannot be set up");
	epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_DEL, helper->spawned.pidfd, NULL);
	pkdi_spawn_forget(&helper->spawned);
	if (now_ns - helper->started_ns > SOON_NS || !helper->backoff_ns)
		helper->backoff_ns = FIRST_BACKOFF_NS;
	else if (helper->backoff_ns < LAST_BACKOFF_NS)
		helper->backoff_ns *= 2;
	helper->restart_ns = now_ns + helper->backoff_ns;
}

void pkdi_helper_end(struct pkdi_supervisor *supervisor, int status)
{
	struct pkdi_helper *helper = &supervisor->helper;
	struct pollfd end = {helper->spawned.pidfd, POLLIN, 0};

	helper->restart_ns = 0;
	if (helper->spawned.pidfd < 0)
		return;
	if (write(helper->end_fd[1], &status, sizeof(status)) != sizeof(status) ||
	    poll(&end, 1, END_MS) <= 0)
		kill(helper->spawned.pid, SIGKILL);
	waitpid(helper->spawned.pid, NULL, 0);
	pkdi_spawn_forget(&helper->spawned);
}

void pkdi_helper_close(struct pkdi_supervisor *supervisor)
{
	struct pkdi_helper *helper = &supervisor->helper;

	pkdi_spawn_forget(&helper->spawned);
	for (int i = 0; i < 2; i++)
		if (helper->end_fd[i] >= 0)
			close(helper->end_fd[i]);
	helper->end_fd[0] = helper->end_fd[1] = -1;
	pkdi_place_close(&helper->place);
	pkdi_serve_close(&helper->serve);
}

void pkdi_helper_finish(struct pkdi_supervisor *supervisor)
{
	pkdi_place_remove(&supervisor->helper.place);
	pkdi_helper_close(supervisor);
}
