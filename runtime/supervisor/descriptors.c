#define _GNU_SOURCE
#include "supervisor/descriptors.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "os/backlog.h"
#include "os/closer.h"

enum { PROGRESS_NS = 200000000 };

int pkdi_descriptors_watch(struct pkdi_supervisor *supervisor, int fd, uint32_t tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};

	return epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void pkdi_descriptors_drain(int fd)
{
	char buffer[sizeof(struct signalfd_siginfo)];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

bool pkdi_descriptors_lost_lifeline(struct pkdi_supervisor *supervisor)
{
	char buffer[64];

	/* It is readable, so this does not wait. What is said there means nothing. */
	if (read(supervisor->lifeline_fd, buffer, sizeof(buffer)) != 0)
		return false;
	epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_DEL, supervisor->lifeline_fd, NULL);
	return true;
}

void pkdi_descriptors_watch_backlog(struct pkdi_supervisor *supervisor)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.u32 = PKDI_TAG_BACKLOG};
	bool waits = pkdi_backlog_has_pending(supervisor->backlog);

	/* Where it cannot be watched, it is tried again with the next event. */
	if (waits != supervisor->watches_backlog &&
	    epoll_ctl(supervisor->epoll_fd, waits ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
	              supervisor->backlog->fd, &event) == 0)
		supervisor->watches_backlog = waits;
}

/* SIGCHLD, and the signals that ask for a stop, but not those that this program was started to
 * ignore, by nohup or as a background job: blocked, even an ignored signal would be read from
 * signal_fd. */
static void choose_signals(sigset_t *ret_signals)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP};

	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGCHLD);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct sigaction now;

		if (sigaction(all[i], NULL, &now) < 0 || now.sa_handler != SIG_IGN)
			sigaddset(ret_signals, all[i]);
	}
}

int pkdi_descriptors_open(struct pkdi_supervisor *supervisor)
{
	struct itimerspec period = {{0, PROGRESS_NS}, {0, PROGRESS_NS}};
	sigset_t signals;
	int r;

	choose_signals(&signals);
	if (sigprocmask(SIG_BLOCK, &signals, &supervisor->spawner.signals) < 0)
		return -errno;
	supervisor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	supervisor->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	supervisor->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	supervisor->progress_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (supervisor->epoll_fd < 0 || supervisor->signal_fd < 0 || supervisor->alarm_fd < 0 ||
	    supervisor->progress_fd < 0)
		return -errno;
	r = pkdi_descriptors_watch(supervisor, supervisor->signal_fd, PKDI_TAG_SIGNAL);
	if (r == 0)
		r = pkdi_descriptors_watch(supervisor, supervisor->run->stop_fd, PKDI_TAG_STOP);
	if (r == 0)
		r = pkdi_descriptors_watch(supervisor, supervisor->run->supervisor_fd,
		                           PKDI_TAG_NODES);
	if (r == 0)
		r = pkdi_descriptors_watch(supervisor, supervisor->alarm_fd, PKDI_TAG_ALARM);
	if (r == 0)
		r = pkdi_descriptors_watch(supervisor, supervisor->progress_fd, PKDI_TAG_PROGRESS);
	if (r == 0 && supervisor->lifeline_fd >= 0)
		r = pkdi_descriptors_watch(supervisor, supervisor->lifeline_fd, PKDI_TAG_LIFELINE);
	if (r == 0 && !supervisor->quiet && !supervisor->run->log.format && isatty(STDERR_FILENO)) {
		supervisor->run->log.shares_line = true;
		timerfd_settime(supervisor->progress_fd, 0, &period, NULL);
	}
	return r;
}

void pkdi_descriptors_close(void *context)
{
	struct pkdi_supervisor *supervisor = context;
	struct pkdi_closer closer = {0, 0};

	/* Who is not the supervisor writes for itself, and may wait for a reader. */
	if (supervisor->run->log.backlog)
		pkdi_backlog_finish(supervisor->run->log.backlog);
	supervisor->run->log.backlog = NULL;
	supervisor->run->log.keep = NULL;

	pkdi_closer_add(&closer, &supervisor->epoll_fd);
	pkdi_closer_add(&closer, &supervisor->signal_fd);
	pkdi_closer_add(&closer, &supervisor->alarm_fd);
	pkdi_closer_add(&closer, &supervisor->progress_fd);
	pkdi_closer_add(&closer, &supervisor->lifeline_fd);
	pkdi_closer_add(&closer, &supervisor->trace.file.fd);
	pkdi_closer_add(&closer, &supervisor->trace.file.directory_fd);
	pkdi_closer_add(&closer, &supervisor->trace.file.old_fd);
	for (uint32_t i = 0; supervisor->children && i < supervisor->run->n_processes; i++) {
		pkdi_closer_add(&closer, &supervisor->children[i].spawned.pidfd);
		pkdi_closer_add(&closer, &supervisor->children[i].spawned.lifeline);
	}
	pkdi_closer_finish(&closer);
	pkdi_captures_close(supervisor);
	pkdi_notify_close(supervisor);
	pkdi_helper_close(supervisor);
}
