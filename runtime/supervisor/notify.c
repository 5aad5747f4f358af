#define _GNU_SOURCE
#include "supervisor/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/children.h"
#include "supervisor/supervise.h"

/* When it is tried again to say something, as the manager has not read; and when to look again
 * whether all are initialised, of which nobody tells the supervisor. */
#define AGAIN_NS INT64_C(100000000)
#define START_NS INT64_C(20000000)

/* A process that waits goes round once a second, see process.c. */
#define ROUND_NS INT64_C(2500000000)

/* ---- The socket ---- */

/* False: it does not read now. Where it has gone, nothing more is said. */
static bool say(struct pkdi_supervisor *supervisor, const char *text)
{
	struct pkdi_notify *notify = &supervisor->notify;

	if (sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
	           (const struct sockaddr *)&notify->address, notify->size) >= 0)
		return true;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return false;
	pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING,
	            "the service manager cannot be told anything: NOTIFY_SOCKET: %s",
	            strerror(errno));
	close(notify->fd);
	notify->fd = -1;
	return false;
}

/* A path, or '@' and a name that is in no directory. */
static int find_address(struct pkdi_notify *notify, const char *text)
{
	size_t length = strlen(text);

	if ((*text != '/' && *text != '@') || length < 2 ||
	    length >= sizeof(notify->address.sun_path))
		return -EINVAL;
	notify->address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(notify->address.sun_path, text, length);
	if (*text == '@')
		notify->address.sun_path[0] = '\0';
	notify->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return notify->fd < 0 ? -errno : 0;
}

/* It may be meant for another process. */
static int64_t find_watchdog(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t us = time ? strtoull(time, NULL, 10) : 0;

	if (pid && strtol(pid, NULL, 10) != getpid())
		return 0;
	return us < INT64_MAX / 1000 ? (int64_t)us * 1000 : 0;
}

int pkdi_notify_init(struct pkdi_supervisor *supervisor)
{
	struct pkdi_notify *notify = &supervisor->notify;
	const char *address = getenv("NOTIFY_SOCKET");
	int r = 0;

	notify->motions = calloc(supervisor->run->n_processes + 1, sizeof(*notify->motions));
	if (!notify->motions)
		return -ENOMEM;
	if (address && *address) {
		r = find_address(notify, address);
		notify->watchdog_ns = find_watchdog();
	}
	if (r < 0)
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING,
		            "the service manager cannot be told anything: NOTIFY_SOCKET=%s: %s",
		            address, strerror(-r));
	return 0;
}

void pkdi_notify_close(struct pkdi_supervisor *supervisor)
{
	if (supervisor->notify.fd >= 0)
		close(supervisor->notify.fd);
	supervisor->notify.fd = -1;
	if (getpid() == supervisor->run->supervisor)
		return;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void pkdi_notify_finish(struct pkdi_supervisor *supervisor)
{
	free(supervisor->notify.motions);
	supervisor->notify.motions = NULL;
}

/* ---- Signs of life ---- */

/* A number that changes whenever the process fires or goes round. */
static uint64_t count_moves(const struct pkdi_run *run, uint32_t process)
{
	const struct pkd_process *decl = run->processes[process].decl;
	uint64_t n = atomic_load(&run->processes[process].words->sleep);

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		n += pkdi_read(&run->nodes[decl->nodes[i]].words->n_firings);
	return n;
}

static bool is_stuck(const struct pkdi_supervisor *supervisor, uint32_t process, int64_t now_ns)
{
	int64_t half_ns = supervisor->notify.watchdog_ns / 2;
	int64_t since_ns = atomic_load(&supervisor->run->processes[process].words->step_since_ns);
	int64_t still_ns = now_ns - supervisor->notify.motions[process].moved_ns;

	if (since_ns && since_ns < supervisor->woke_ns)
		since_ns = supervisor->woke_ns;
	if (since_ns)
		return now_ns - since_ns > half_ns;
	return still_ns > (half_ns > ROUND_NS ? half_ns : ROUND_NS);
}

/* What waits to be started again is the supervisor's to do, which is alive. */
static bool all_move(struct pkdi_supervisor *supervisor, int64_t now_ns)
{
	bool all = true;

	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		struct pkdi_motion *motion = &supervisor->notify.motions[i];
		uint64_t count = count_moves(supervisor->run, i);
		bool moves = count != motion->count || !motion->moved_ns ||
		             !pkdi_child_is_up(&supervisor->children[i]);

		if (moves)
			*motion = (struct pkdi_motion){count, now_ns};
		else
			all &= !is_stuck(supervisor, i, now_ns);
	}
	return all;
}

/* With the state of things, for who asks the manager. */
static bool say_alive(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_node *origin = pkdi_run_origin(supervisor->run);
	char text[128];

	snprintf(text, sizeof(text), "WATCHDOG=1\nSTATUS=%s, frame %" PRIu64,
	         supervisor->notify.is_stopping ? "stopping" : "running",
	         origin ? pkdi_record_number(&origin->words->record) : 0);
	return say(supervisor, text);
}

static int64_t look_at_processes(struct pkdi_supervisor *supervisor, int64_t now_ns)
{
	struct pkdi_notify *notify = &supervisor->notify;

	if (now_ns < notify->look_ns)
		return notify->look_ns;
	/* Who is stuck may be so for a moment only. */
	if (all_move(supervisor, now_ns) && say_alive(supervisor))
		notify->look_ns = now_ns + notify->watchdog_ns / 2;
	else
		notify->look_ns = now_ns + notify->watchdog_ns / 16 + 1000000;
	return notify->look_ns;
}

/* ---- All of it ---- */

int64_t pkdi_notify_look(struct pkdi_supervisor *supervisor, int64_t now_ns)
{
	struct pkdi_notify *notify = &supervisor->notify;

	if (notify->fd < 0)
		return 0;
	if (!notify->is_stopping && supervisor->cycle.phase != PKDI_PHASE_RUN) {
		if (!say(supervisor, "STOPPING=1\nSTATUS=stopping"))
			return now_ns + AGAIN_NS;
		notify->is_stopping = true;
	}
	if (!notify->is_ready && !notify->is_stopping) {
		if (!pkdi_run_all_started(supervisor->run))
			return now_ns + START_NS;
		if (!say(supervisor, "READY=1\nSTATUS=running"))
			return now_ns + AGAIN_NS;
		notify->is_ready = true;
	}
	return notify->watchdog_ns ? look_at_processes(supervisor, now_ns) : 0;
}

void pkdi_notify_end(struct pkdi_supervisor *supervisor)
{
	if (supervisor->notify.fd >= 0 && !supervisor->notify.is_stopping)
		say(supervisor, "STOPPING=1\nSTATUS=stopping");
}
