#define _GNU_SOURCE
#include "supervisor/supervise.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/say.h"
#include "os/backlog.h"
#include "os/closer.h"
#include "os/event.h"
#include "run/paths.h"
#include "supervisor/report.h"

#define LATE_NS INT64_C(200000000)

enum { MAX_EVENTS = 16, PROGRESS_NS = 200000000, BREAK_OFF_MS = 1000 };

/* How long the last lines wait for a reader. */
#define LAST_WORDS_NS INT64_C(1000000000)

/* What an epoll event is about: a child's index, or one of these. */
enum { TAG_SIGNAL = 1 << 30, TAG_STOP, TAG_NODES, TAG_ALARM, TAG_PROGRESS, TAG_BACKLOG };

/* ---- Words of orders ---- */

static void set_phase(struct pkdi_supervisor *supervisor, int phase)
{
	atomic_store(&supervisor->run->program_words->phase, (uint32_t)phase);
	pkdi_run_ring_all(supervisor->run);
}

static void give_up(struct pkdi_supervisor *supervisor, uint32_t process)
{
	const struct pkd_process *decl = supervisor->run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		atomic_store(&supervisor->run->orders[decl->nodes[i]].gone, 1);
	pkdi_run_ring_all(supervisor->run);
}

/* Remembers the frame that a node had in hand when it died of its own making; when that happens
 * with the same frame again, the next incarnation is told to settle it without a step. */
static void note_fatal_frame(struct pkdi_supervisor *supervisor, uint32_t process)
{
	const struct pkdi_run *run = supervisor->run;
	const struct pkdi_node *node = pkdi_run_calling(run, process);
	uint64_t number;

	if (!node)
		return;
	number = pkdi_read(&node->words->in_hand);
	if (number && supervisor->last_fatal[node->index] == number) {
		atomic_store(&run->orders[node->index].failed_number, number);
		pkdi_node_log(&run->log, node->decl,
		              "has died of frame %" PRIu64 " twice: it is left out", number);
	}
	supervisor->last_fatal[node->index] = number;
}

/* ---- Children ---- */

static int watch(struct pkdi_supervisor *supervisor, int fd, uint32_t tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};

	return epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static bool is_up(const struct pkdi_child *child)
{
	return child->spawned.pidfd >= 0;
}

static void forget(struct pkdi_child *child)
{
	if (child->spawned.pidfd >= 0)
		close(child->spawned.pidfd);
	if (child->spawned.lifeline >= 0)
		close(child->spawned.lifeline);
	child->spawned = (struct pkdi_spawned){0, -1, -1};
}

static int start(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_child *child = &supervisor->children[process];
	int r;

	/* What the last incarnation died in would be taken for a step of the next, and the frame it had in
	 * hand for one that was fatal twice, should the next one die before it has begun. */
	atomic_store(&supervisor->run->processes[process].words->step_since_ns, 0);
	atomic_store(&supervisor->run->processes[process].words->call, PKDI_CALL_STEP);
	atomic_store(&supervisor->run->processes[process].words->calling, 0);
	child->stall = PKDI_STALL_NONE;
	child->reported_slow = child->not_started = false;
	r = pkdi_spawn(&supervisor->spawner, process, &child->spawned);
	if (r < 0)
		return r;
	r = watch(supervisor, child->spawned.pidfd, process);
	if (r < 0) {
		kill(child->spawned.pid, SIGKILL);
		waitpid(child->spawned.pid, NULL, 0);
		forget(child);
	}
	return r;
}

static void start_again(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_run *run = supervisor->run;
	const struct pkd_process *decl = run->processes[process].decl;
	int r;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		atomic_fetch_add(&run->orders[decl->nodes[i]].incarnation, 1);
	r = start(supervisor, process);
	if (r < 0)
		supervisor->children[process].start_error = -r;
}

/* Has the node left, as pkdi_node_leave does it? Not only its state: were a stream not settled or a cursor
 * not given up, others would wait for ever for what nobody does any more. */
static bool has_left(const struct pkdi_run *run, const struct pkdi_node *node)
{
	if (atomic_load(&node->words->state) != PKDI_LEFT)
		return false;
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (node->outputs[i].stream &&
		    pkdi_read(&run->streams[node->outputs[i].index].words->settled) != PKDI_ENDED)
			return false;
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].stream &&
		    pkdi_read(&node->inputs[i].words->cursor) != PKDI_ENDED)
			return false;
	return true;
}

static bool all_left(const struct pkdi_run *run, uint32_t process)
{
	const struct pkd_process *decl = run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		if (!has_left(run, &run->nodes[decl->nodes[i]]))
			return false;
	return true;
}

/* A SIGKILL counts as coming from outside, unless this supervisor has sent it for what the process did. */
static bool is_own_making(const struct pkdi_event *event)
{
	if (event->kind == PKDI_EVENT_KILLED)
		return event->value != SIGKILL;
	return event->kind != PKDI_EVENT_FINISHED;
}

/* Reaps the child, if it has ended; its address space is gone then, so that no store of it can come any
 * more. False where it has not, or where its tracer has yet to let it go: then SIGCHLD comes again. */
static bool reap(struct pkdi_supervisor *supervisor, uint32_t process, struct pkdi_event *ret_event)
{
	struct pkdi_child *child = &supervisor->children[process];
	struct pkdi_event event = {
		.kind = PKDI_EVENT_EXITED, .process = process, .now_ns = pkd_now()};
	siginfo_t info = {0};

	if (!is_up(child))
		return false;
	if (waitid(P_PIDFD, (id_t)child->spawned.pidfd, &info, WEXITED | WNOHANG) < 0)
		info.si_status = 1;
	/* Closing it would not do: a child may have inherited it a moment before. And one that is not to be
	 * reaped yet would be reported again and again. */
	epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_DEL, child->spawned.pidfd, NULL);
	child->is_held = !info.si_pid && !info.si_status;
	if (child->is_held)
		return false;
	forget(child);
	event.value = info.si_status;
	event.pid = info.si_pid;
	event.dumped = info.si_code == CLD_DUMPED;
	if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED)
		event.kind = PKDI_EVENT_KILLED;
	else if (info.si_status == 0 && all_left(supervisor->run, process))
		event.kind = PKDI_EVENT_FINISHED;
	if (event.kind == PKDI_EVENT_KILLED && event.value == SIGKILL && child->stall)
		event.kind = child->stall == PKDI_STALL_DAMAGED ? PKDI_EVENT_DAMAGED
		                                                : PKDI_EVENT_STALLED;
	if (event.kind == PKDI_EVENT_KILLED && event.value == SIGKILL &&
	    !supervisor->lives[process].forced && pkdi_cgroup_has_killed(&supervisor->run->cgroup))
		event.kind = PKDI_EVENT_NO_MEMORY;
	if (is_own_making(&event))
		note_fatal_frame(supervisor, process);
	*ret_event = event;
	return true;
}

/* Takes what is readable from a descriptor, so that it does not fire again. */
static void drain(int fd)
{
	char buffer[sizeof(struct signalfd_siginfo)];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

/* ---- What nodes have started and left ---- */

static bool is_own(const void *context, pid_t pid)
{
	const struct pkdi_supervisor *supervisor = context;

	for (uint32_t i = 0; i < supervisor->run->n_processes; i++)
		if (supervisor->children[i].spawned.pid == pid)
			return true;
	return false;
}

/* What a process leaves must not be there beside its next incarnation, on the same files and devices. */
static void end_strays_of(struct pkdi_supervisor *supervisor, uint32_t process)
{
	uint32_t n = pkdi_strays_signal(&supervisor->strays, SIGKILL);

	if (n)
		pkdi_log(&supervisor->run->log,
		         "process '%s' has left %u processes that it had started; they were killed",
		         supervisor->run->processes[process].decl->name, n);
}

/* What was killed may have left others. */
static void reap_strays(struct pkdi_supervisor *supervisor)
{
	if (pkdi_strays_reap(&supervisor->strays))
		pkdi_strays_signal(&supervisor->strays, SIGKILL);
}

/* Sends all that is left a signal, and waits until nothing is, or for that long. */
static bool end_strays(struct pkdi_supervisor *supervisor, int signal, int64_t patience_ns)
{
	int64_t until_ns = pkd_now() + patience_ns;

	pkdi_strays_reap(&supervisor->strays);
	while (pkdi_strays_signal(&supervisor->strays, signal)) {
		struct pollfd end = {supervisor->signal_fd, POLLIN, 0};
		int64_t left_ns = until_ns - pkd_now();

		if (left_ns <= 0)
			return false;
		poll(&end, 1, (int)(left_ns / 1000000) + 1);
		drain(supervisor->signal_fd);
		pkdi_strays_reap(&supervisor->strays);
	}
	return true;
}

static void send_signal(const struct pkdi_child *child, int signal)
{
	if (is_up(child))
		syscall(SYS_pidfd_send_signal, child->spawned.pidfd, signal, NULL, 0);
}

static void kill_for(struct pkdi_child *child, enum pkdi_stall stall)
{
	child->stall = stall;
	child->killed_ns = pkd_now();
	send_signal(child, SIGKILL);
}

/* Kills processes whose step takes too long; returns when to look again, 0 = never. */
static int64_t end_stalls(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_run *run = supervisor->run;
	int64_t next_ns = 0;

	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_child *child = &supervisor->children[i];
		int64_t stall_ns = run->processes[i].decl->stall_ns;
		int64_t since_ns, look_ns = 0;
		enum pkdi_stall stall;

		if (stall_ns <= 0 || !is_up(child) || child->stall)
			continue;
		since_ns = atomic_load(&run->processes[i].words->step_since_ns);
		if (since_ns > 0 && since_ns < supervisor->woke_ns)
			since_ns = supervisor->woke_ns;
		stall = pkdi_stall_look(since_ns, stall_ns, pkd_now(), &look_ns);
		if (stall)
			kill_for(child, stall);
		else if (!next_ns || look_ns < next_ns)
			next_ns = look_ns;
	}
	return next_ns;
}

/* ---- Events ---- */

static void carry_out(struct pkdi_supervisor *supervisor, const struct pkdi_action *action,
                      const struct pkdi_event *event)
{
	struct pkdi_child *child = &supervisor->children[action->process];

	switch (action->kind) {
	case PKDI_ACTION_START:
		start_again(supervisor, action->process);
		break;
	case PKDI_ACTION_GIVE_UP:
		give_up(supervisor, action->process);
		break;
	case PKDI_ACTION_SIGNAL:
		send_signal(child, action->value);
		break;
	case PKDI_ACTION_PHASE:
		set_phase(supervisor, action->value);
		break;
	case PKDI_ACTION_SAY_RESTART:
	case PKDI_ACTION_SAY_ABSENT:
	case PKDI_ACTION_SAY_FORCED:
	case PKDI_ACTION_SAY_DIED:
	case PKDI_ACTION_SAY_STUCK:
	case PKDI_ACTION_SAY_LEFT:
		/* One line for the start that failed is enough. */
		if (child->not_started)
			break;
		pkdi_report(supervisor->run, action, &supervisor->lives[action->process], event);
		break;
	case PKDI_ACTION_LEAVE:
		supervisor->done = true;
		supervisor->status = action->value;
		break;
	}
}

/* Without its alarm or its events a supervisor is none: it ends all it has started, and says why. */
static void break_off(struct pkdi_supervisor *supervisor, const char *call, int error)
{
	pkdi_log(&supervisor->run->log, "the supervisor cannot go on: %s: %s; all is ended", call,
	         strerror(error));
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++)
		send_signal(&supervisor->children[i], SIGKILL);
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		const struct pkdi_child *child = &supervisor->children[i];
		struct pollfd end = {child->spawned.pidfd, POLLIN, 0};

		/* One that cannot be ended is not waited for. */
		if (is_up(child) && poll(&end, 1, BREAK_OFF_MS) > 0)
			waitpid(child->spawned.pid, NULL, WNOHANG);
	}
	supervisor->done = true;
	supervisor->cycle.failed = false;
	supervisor->status = 1;
}

/* Has it been killed for a stall, and not ended? */
static bool is_stuck(const struct pkdi_child *child, int64_t now_ns)
{
	return child->stall && now_ns - child->killed_ns >= PKDI_STUCK_NS;
}

/* Says once for each start of a process that it stays in init or finish, or that SIGKILL does not end it;
 * returns when to look again. */
static int64_t note_slow(struct pkdi_supervisor *supervisor)
{
	int64_t next_ns = PKDI_SLOW_NS;

	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		struct pkdi_process_words *words = supervisor->run->processes[i].words;
		struct pkdi_child *child = &supervisor->children[i];
		int64_t since_ns = atomic_load(&words->step_since_ns);
		bool is_slow = pkdi_is_slow(atomic_load(&words->call), since_ns, pkd_now());

		if (!is_up(child) || child->reported_slow)
			continue;
		if (child->stall)
			next_ns = PKDI_STUCK_NS;
		child->reported_slow = child->stall ? is_stuck(child, pkd_now()) : is_slow;
		if (child->reported_slow && child->stall)
			pkdi_report(supervisor->run,
			            &(struct pkdi_action){PKDI_ACTION_SAY_STUCK, i, 0},
			            &supervisor->lives[i], NULL);
		else if (child->reported_slow)
			pkdi_report_slow(supervisor->run, i);
	}
	return pkdi_time_after(pkd_now(), next_ns);
}

static int64_t sooner(int64_t a_ns, int64_t b_ns)
{
	return !a_ns || (b_ns && b_ns < a_ns) ? b_ns : a_ns;
}

/* Who wakes much too late was stopped (Ctrl-Z), and so were its processes: that is no time that their steps have
 * taken. */
static void note_late(struct pkdi_supervisor *supervisor)
{
	int64_t now_ns = pkd_now();

	if (supervisor->alarm_ns && now_ns - supervisor->alarm_ns > LATE_NS)
		supervisor->woke_ns = now_ns;
	supervisor->alarm_ns = 0;
}

static void set_alarm(struct pkdi_supervisor *supervisor)
{
	int64_t ns = pkdi_lifecycle_alarm(&supervisor->cycle);
	struct itimerspec alarm;

	note_late(supervisor);
	ns = sooner(ns, end_stalls(supervisor));
	ns = sooner(ns, note_slow(supervisor));
	supervisor->alarm_ns = ns;
	alarm = (struct itimerspec){.it_value = {ns / 1000000000, ns % 1000000000}};
	if (timerfd_settime(supervisor->alarm_fd, TFD_TIMER_ABSTIME, &alarm, NULL) < 0)
		break_off(supervisor, "timerfd_settime", errno);
}

static void handle_one(struct pkdi_supervisor *supervisor, const struct pkdi_event *event)
{
	pkdi_lifecycle_handle(&supervisor->cycle, event);
	for (uint32_t i = 0; i < supervisor->cycle.n_actions; i++)
		carry_out(supervisor, &supervisor->cycle.actions[i], event);
}

/* Ends writers that readers complain of, see believe.h. One that has left by itself is given up: its readers go on
 * without what they do not believe. */
static void end_damage(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_run *run = supervisor->run;

	for (uint32_t i = 0; i < run->n_processes && !supervisor->done; i++) {
		struct pkdi_child *child = &supervisor->children[i];
		const struct pkdi_event event = {.kind = PKDI_EVENT_DAMAGED,
		                                 .process = i,
		                                 .value = SIGKILL,
		                                 .now_ns = pkd_now()};

		const struct pkdi_node *reporter = pkdi_run_reporter(run, i);

		if (!reporter)
			continue;
		if (supervisor->lives[i].state == PKDI_LIFE_DOWN)
			handle_one(supervisor, &event);
		if (is_up(child) && !child->stall) {
			pkdi_node_log(&run->log, reporter->decl, "complains of process '%s'",
			              run->processes[i].decl->name);
			kill_for(child, PKDI_STALL_DAMAGED);
		}
	}
}

static void handle(struct pkdi_supervisor *supervisor, const struct pkdi_event *event)
{
	handle_one(supervisor, event);
	/* Starts that failed on the way are events of their own. */
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		struct pkdi_child *child = &supervisor->children[i];

		while (child->start_error) {
			struct pkdi_event failed = {.kind = PKDI_EVENT_NOT_STARTED,
			                            .process = i,
			                            .value = child->start_error,
			                            .now_ns = pkd_now()};

			child->start_error = 0;
			handle_one(supervisor, &failed);
		}
	}
	end_damage(supervisor);
	set_alarm(supervisor);
}

/* An output that cannot get its name is a failure of the program, whatever the nodes say. */
static void name_outputs(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_event stop = {.kind = PKDI_EVENT_STOP, .now_ns = pkd_now()};

	if (pkdi_paths_name(supervisor->run) == 0)
		return;
	supervisor->lost_output = true;
	if (supervisor->cycle.phase == PKDI_PHASE_RUN && !supervisor->done)
		handle(supervisor, &stop);
}

static void take_death(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_event event;

	if (!reap(supervisor, process, &event))
		return;
	if (event.kind != PKDI_EVENT_FINISHED)
		end_strays_of(supervisor, process);
	/* It may have died before it could tell. */
	name_outputs(supervisor);
	handle(supervisor, &event);
	reap_strays(supervisor);
}

static void take_signals(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_event stop = {.kind = PKDI_EVENT_STOP, .now_ns = pkd_now()};
	struct signalfd_siginfo info;
	bool stops = false;

	while (read(supervisor->signal_fd, &info, sizeof(info)) == sizeof(info))
		stops |= info.ssi_signo != SIGCHLD;
	reap_strays(supervisor);
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++)
		if (supervisor->children[i].is_held)
			take_death(supervisor, i);
	if (stops)
		handle(supervisor, &stop);
}

static void dispatch(struct pkdi_supervisor *supervisor, uint32_t tag)
{
	struct pkdi_event event = {.now_ns = pkd_now()};

	switch (tag) {
	case TAG_SIGNAL:
		take_signals(supervisor);
		break;
	case TAG_STOP:
		pkdi_event_take(supervisor->run->stop_fd);
		/* A node that asks twice does not cut the draining short; a person does. */
		event.kind = PKDI_EVENT_STOP;
		if (supervisor->cycle.phase == PKDI_PHASE_RUN)
			handle(supervisor, &event);
		break;
	case TAG_NODES:
		pkdi_event_take(supervisor->run->supervisor_fd);
		name_outputs(supervisor);
		end_damage(supervisor);
		set_alarm(supervisor);
		break;
	case TAG_ALARM:
		drain(supervisor->alarm_fd);
		event.kind = PKDI_EVENT_TIME;
		handle(supervisor, &event);
		break;
	case TAG_PROGRESS:
		drain(supervisor->progress_fd);
		pkdi_progress_show(&supervisor->progress, supervisor->run, event.now_ns);
		break;
	case TAG_BACKLOG:
		pkdi_backlog_flush(supervisor->backlog);
		break;
	default:
		take_death(supervisor, tag);
		break;
	}
}

/* Lines that wait are written as soon as somebody reads. */
static void watch_backlog(struct pkdi_supervisor *supervisor)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.u32 = TAG_BACKLOG};
	bool waits = pkdi_backlog_has_pending(supervisor->backlog);

	/* Where it cannot be watched, it is tried again with the next event. */
	if (waits != supervisor->watches_backlog &&
	    epoll_ctl(supervisor->epoll_fd, waits ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
	              supervisor->backlog->fd, &event) == 0)
		supervisor->watches_backlog = waits;
}

/* ---- Start and end ---- */

/* What a child has no business with. */
static void close_descriptors(void *context)
{
	struct pkdi_supervisor *supervisor = context;
	struct pkdi_closer closer = {0, 0};

	/* Who is not the supervisor writes for itself, and may wait for a reader. */
	if (supervisor->run->log.backlog)
		pkdi_backlog_finish(supervisor->run->log.backlog);
	supervisor->run->log.backlog = NULL;

	pkdi_closer_add(&closer, &supervisor->epoll_fd);
	pkdi_closer_add(&closer, &supervisor->signal_fd);
	pkdi_closer_add(&closer, &supervisor->alarm_fd);
	pkdi_closer_add(&closer, &supervisor->progress_fd);
	for (uint32_t i = 0; supervisor->children && i < supervisor->run->n_processes; i++) {
		pkdi_closer_add(&closer, &supervisor->children[i].spawned.pidfd);
		pkdi_closer_add(&closer, &supervisor->children[i].spawned.lifeline);
	}
	pkdi_closer_finish(&closer);
}

/* SIGCHLD, and the signals that ask for a stop, but those that this program was started to ignore, by nohup or as a
 * job in the background: blocked, even an ignored signal would be read from signal_fd. */
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

static int open_descriptors(struct pkdi_supervisor *supervisor)
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
	r = watch(supervisor, supervisor->signal_fd, TAG_SIGNAL);
	if (r == 0)
		r = watch(supervisor, supervisor->run->stop_fd, TAG_STOP);
	if (r == 0)
		r = watch(supervisor, supervisor->run->supervisor_fd, TAG_NODES);
	if (r == 0)
		r = watch(supervisor, supervisor->alarm_fd, TAG_ALARM);
	if (r == 0)
		r = watch(supervisor, supervisor->progress_fd, TAG_PROGRESS);
	if (r == 0 && !supervisor->quiet && isatty(STDERR_FILENO)) {
		supervisor->run->log.shares_line = true;
		timerfd_settime(supervisor->progress_fd, 0, &period, NULL);
	}
	return r;
}

static int allocate(struct pkdi_supervisor *supervisor)
{
	uint32_t n = supervisor->run->n_processes;
	struct pkdi_action *actions;

	supervisor->lives = calloc(n + 1, sizeof(*supervisor->lives));
	supervisor->children = calloc(n + 1, sizeof(*supervisor->children));
	supervisor->last_fatal = calloc(supervisor->run->program->n_nodes + 1,
	                                sizeof(*supervisor->last_fatal));
	actions = calloc(pkdi_lifecycle_max_actions(n), sizeof(*actions));
	supervisor->backlog = calloc(1, sizeof(*supervisor->backlog));
	/* Descriptors first, so that whatever fails, none is closed that isn't ours. */
	for (uint32_t i = 0; supervisor->children && i < n; i++)
		supervisor->children[i].spawned = (struct pkdi_spawned){0, -1, -1};
	if (!supervisor->lives || !supervisor->children || !supervisor->last_fatal ||
	    !supervisor->backlog || !actions) {
		free(actions);
		return -ENOMEM;
	}
	pkdi_lifecycle_init(&supervisor->cycle, supervisor->lives, n, actions);
	for (uint32_t i = 0; i < n; i++) {
		struct pkdi_life *life = &supervisor->lives[i];

		life->decl = supervisor->run->processes[i].decl;
		life->restarts_ns = calloc(life->decl->n_restarts + 1, sizeof(int64_t));
		if (!life->restarts_ns)
			return -ENOMEM;
	}
	return 0;
}

int pkdi_supervisor_init(struct pkdi_supervisor *supervisor, struct pkdi_run *run,
                         const struct pkdi_title *title, bool quiet)
{
	int r;

	*supervisor = (struct pkdi_supervisor){
		.run = run,
		.spawner = {.run = run,
	                    .title = *title,
	                    .close_private = close_descriptors,
	                    .context = supervisor},
		.strays = {is_own, supervisor},
		.epoll_fd = -1,
		.signal_fd = -1,
		.alarm_fd = -1,
		.progress_fd = -1,
		.quiet = quiet,
	};
	r = allocate(supervisor);
	if (r == 0) {
		pkdi_backlog_init(supervisor->backlog, STDERR_FILENO, run->program->name, true);
		run->log.backlog = supervisor->backlog;
		r = open_descriptors(supervisor);
	}
	if (r < 0) {
		pkdi_log(&run->log, "the supervisor cannot be set up: %s", strerror(-r));
		pkdi_supervisor_finish(supervisor);
	}
	return r;
}

void pkdi_supervisor_finish(struct pkdi_supervisor *supervisor)
{
	close_descriptors(supervisor);
	free(supervisor->backlog);
	for (uint32_t i = 0; supervisor->lives && i < supervisor->run->n_processes; i++)
		free(supervisor->lives[i].restarts_ns);
	free(supervisor->cycle.actions);
	free(supervisor->lives);
	free(supervisor->children);
	free(supervisor->last_fatal);
}

int pkdi_supervisor_run(struct pkdi_supervisor *supervisor)
{
	struct pkdi_run *run = supervisor->run;
	int64_t start_ns = pkd_now();
	int r = 0;

	pkdi_strays_inherit();
	pkdi_progress_init(&supervisor->progress, start_ns);
	/* After one start that failed, the others are not worth trying. */
	for (uint32_t i = 0; i < run->n_processes; i++) {
		if (r == 0)
			r = start(supervisor, i);
		else
			supervisor->children[i].not_started = true;
		if (r < 0)
			supervisor->children[i].start_error = -r;
	}
	/* Takes in starts that failed, and is nothing otherwise. */
	handle(supervisor, &(struct pkdi_event){.kind = PKDI_EVENT_TIME, .now_ns = start_ns});
	while (!supervisor->done) {
		struct epoll_event events[MAX_EVENTS];
		int n = epoll_wait(supervisor->epoll_fd, events, MAX_EVENTS, -1);

		if (n < 0 && errno != EINTR)
			break_off(supervisor, "epoll_wait", errno);
		for (int i = 0; i < n && !supervisor->done; i++)
			dispatch(supervisor, events[i].data.u32);
		watch_backlog(supervisor);
	}
	if (!end_strays(supervisor, SIGTERM, PKDI_KILL_NS) &&
	    !end_strays(supervisor, SIGKILL, LAST_WORDS_NS))
		pkdi_log(&run->log, "a process that a node has started cannot be ended");
	if (run->log.shares_line)
		pkdi_progress_clear(run);
	run->log.shares_line = false;
	name_outputs(supervisor);
	if (pkdi_paths_check(run) < 0)
		supervisor->lost_output = true;
	pkdi_backlog_allow_waiting(supervisor->backlog, LAST_WORDS_NS);
	if (!supervisor->quiet)
		pkdi_stats_table(run, supervisor->lives, pkd_now() - start_ns);
	if (supervisor->cycle.failed)
		pkdi_report(
			run, &(struct pkdi_action){PKDI_ACTION_LEAVE, supervisor->cycle.culprit, 0},
			&supervisor->lives[supervisor->cycle.culprit], &supervisor->cycle.failure);
	pkdi_backlog_drain(supervisor->backlog);
	return supervisor->lost_output && !supervisor->status ? 1 : supervisor->status;
}
