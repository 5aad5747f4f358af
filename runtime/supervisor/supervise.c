#define _GNU_SOURCE
#include "supervisor/supervise.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/account_json.h"
#include "node/say.h"
#include "os/backlog.h"
#include "os/event.h"
#include "run/outputs.h"
#include "run/traces.h"
#include "supervisor/children.h"
#include "supervisor/descriptors.h"
#include "supervisor/report.h"
#include "supervisor/watchdog.h"

enum { MAX_EVENTS = 16, BREAK_OFF_MS = 1000 };

/* How long the last lines wait for a reader. */
#define LAST_WORDS_NS INT64_C(1000000000)

/* A run that can be gone on with is not drained: that would end its sources for good. */
static void set_phase(struct pkdi_supervisor *supervisor, int phase)
{
	int now = supervisor->run->store.directory >= 0 ? PKDI_PHASE_SUSPEND : phase;
	struct pkdi_trace_event event = {.start_ns = pkd_now(),
	                                 .node = PKD_NONE,
	                                 .kind = PKDI_TRACE_PHASE,
	                                 .what = (uint16_t)now};

	atomic_store(&supervisor->run->program_words->phase, (uint32_t)now);
	pkdi_traces_note(supervisor->run, &event);
	pkdi_run_ring_all(supervisor->run);
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
		pkdi_descriptors_drain(supervisor->signal_fd);
		pkdi_strays_reap(&supervisor->strays);
	}
	return true;
}

/* ---- Events ---- */

static void carry_out(struct pkdi_supervisor *supervisor, const struct pkdi_action *action,
                      const struct pkdi_event *event)
{
	struct pkdi_child *child = &supervisor->children[action->process];

	switch (action->kind) {
	case PKDI_ACTION_START:
		pkdi_child_start_again(supervisor, action->process);
		break;
	case PKDI_ACTION_GIVE_UP:
		/* Of a run that is suspended it is tried again in the next one. */
		if (supervisor->run->store.directory < 0 ||
		    supervisor->cycle.phase == PKDI_PHASE_RUN)
			pkdi_child_give_up(supervisor, action->process);
		break;
	case PKDI_ACTION_SIGNAL:
		pkdi_child_signal(child, action->value);
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

/* Without its alarm or its events a supervisor is none: it ends all it has started, and says
 * why. */
static void break_off(struct pkdi_supervisor *supervisor, const char *call, int error)
{
	pkdi_log(&supervisor->run->log,
	         "the supervisor cannot continue: %s: %s; all processes were killed", call,
	         strerror(error));
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++)
		pkdi_child_signal(&supervisor->children[i], SIGKILL);
	pkdi_helper_end(supervisor, 1);
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		const struct pkdi_child *child = &supervisor->children[i];
		struct pollfd end = {child->spawned.pidfd, POLLIN, 0};

		/* One that cannot be ended is not waited for. */
		if (pkdi_child_is_up(child) && poll(&end, 1, BREAK_OFF_MS) > 0)
			waitpid(child->spawned.pid, NULL, WNOHANG);
	}
	supervisor->done = true;
	supervisor->cycle.failed = false;
	supervisor->status = 1;
}

static void set_alarm(struct pkdi_supervisor *supervisor)
{
	int64_t ns = pkdi_lifecycle_alarm(&supervisor->cycle);
	int64_t look_ns = pkdi_watchdog_look(supervisor);
	int64_t helper_ns = supervisor->done ? 0 : pkdi_helper_look(supervisor, pkd_now());
	int64_t left_out_ns = pkdi_capture_look(supervisor, pkd_now(), false);
	int64_t notify_ns = supervisor->done ? 0 : pkdi_notify_look(supervisor, pkd_now());
	struct itimerspec alarm;

	if (!ns || look_ns < ns)
		ns = look_ns;
	if (helper_ns && helper_ns < ns)
		ns = helper_ns;
	if (left_out_ns && left_out_ns < ns)
		ns = left_out_ns;
	if (notify_ns && notify_ns < ns)
		ns = notify_ns;
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

/* Ends writers that readers complain of, see believe.h. One that has left by itself is given up:
 * its readers go on without what they do not believe. */
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
		if (pkdi_child_is_up(child) && !child->stall) {
			pkdi_node_log(&run->log, reporter->decl,
			              "has received damaged data from process '%s'",
			              run->processes[i].decl->name);
			pkdi_child_kill_for(child, PKDI_STALL_DAMAGED);
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

	if (pkdi_outputs_name(supervisor->run) == 0)
		return;
	supervisor->lost_output = true;
	if (supervisor->cycle.phase == PKDI_PHASE_RUN && !supervisor->done)
		handle(supervisor, &stop);
}

static void take_death(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_event event;

	if (!pkdi_child_reap(supervisor, process, &event))
		return;
	if (event.kind != PKDI_EVENT_FINISHED)
		pkdi_child_end_strays(supervisor, process);
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

/* Those that got a SIGTERM, unless the whole group did: the supervisor's own is taken first. */
static void end_as_told(struct pkdi_supervisor *supervisor)
{
	take_signals(supervisor);
	for (uint32_t i = 0; i < supervisor->run->n_processes && !supervisor->done; i++)
		if (supervisor->cycle.phase == PKDI_PHASE_RUN)
			pkdi_child_end_as_told(supervisor, i);
}

/* One that is up is killed for it; one that waits for its restart has it now. */
static void restart_asked(struct pkdi_supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->run->n_processes && !supervisor->done; i++) {
		struct pkdi_child *child = &supervisor->children[i];
		const struct pkdi_event event = {
			.kind = PKDI_EVENT_RESTART, .process = i, .now_ns = pkd_now()};

		if (!pkdi_child_is_asked_for(supervisor, i) ||
		    supervisor->cycle.phase != PKDI_PHASE_RUN)
			continue;
		if (supervisor->lives[i].state == PKDI_LIFE_WAITING)
			handle(supervisor, &event);
		else if (pkdi_child_is_up(child) && !child->stall)
			pkdi_child_kill_for(child, PKDI_STALL_RESTART);
	}
}

static void dispatch(struct pkdi_supervisor *supervisor, uint32_t tag)
{
	struct pkdi_event event = {.now_ns = pkd_now()};

	if (tag >= PKDI_TAG_CAPTURE && tag < PKDI_TAG_SIGNAL) {
		pkdi_capture_take(supervisor, tag - PKDI_TAG_CAPTURE);
		set_alarm(supervisor);
		return;
	}
	switch (tag) {
	case PKDI_TAG_SIGNAL:
		take_signals(supervisor);
		break;
	case PKDI_TAG_STOP:
		pkdi_event_take(supervisor->run->stop_fd);
		/* A node that asks twice does not cut the draining short; a person does. */
		event.kind = PKDI_EVENT_STOP;
		if (supervisor->cycle.phase == PKDI_PHASE_RUN)
			handle(supervisor, &event);
		break;
	case PKDI_TAG_LIFELINE:
		event.kind = PKDI_EVENT_STOP;
		if (pkdi_descriptors_lost_lifeline(supervisor) &&
		    supervisor->cycle.phase == PKDI_PHASE_RUN)
			handle(supervisor, &event);
		break;
	case PKDI_TAG_NODES:
		pkdi_event_take(supervisor->run->supervisor_fd);
		end_as_told(supervisor);
		name_outputs(supervisor);
		end_damage(supervisor);
		restart_asked(supervisor);
		set_alarm(supervisor);
		break;
	case PKDI_TAG_ALARM:
		pkdi_descriptors_drain(supervisor->alarm_fd);
		event.kind = PKDI_EVENT_TIME;
		handle(supervisor, &event);
		break;
	case PKDI_TAG_PROGRESS:
		pkdi_descriptors_drain(supervisor->progress_fd);
		pkdi_progress_show(&supervisor->progress, supervisor->run, event.now_ns);
		break;
	case PKDI_TAG_BACKLOG:
		pkdi_backlog_flush(supervisor->backlog);
		break;
	case PKDI_TAG_HELPER:
		pkdi_helper_reap(supervisor, event.now_ns);
		set_alarm(supervisor);
		break;
	default:
		take_death(supervisor, tag);
		break;
	}
}

/* ---- Start and end ---- */

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

/* At the start, so that nobody learns after hours that they have no place. */
static int open_reports(const struct pkdi_run *run, const struct pkdi_options *options,
                        struct pkdi_report_file *ret_trace, struct pkdi_report_file *ret_account)
{
	int r = pkdi_report_file_open(ret_trace, run, NULL, "--trace", options->trace);

	if (r == 0)
		r = pkdi_report_file_open(ret_account, run, ret_trace, "--account",
		                          options->account);
	if (r < 0)
		pkdi_report_file_finish(ret_trace);
	return r;
}

int pkdi_supervisor_init(struct pkdi_supervisor *supervisor, struct pkdi_run *run,
                         const struct pkdi_title *title, const struct pkdi_options *options)
{
	struct pkdi_report_file trace, account;
	int r = open_reports(run, options, &trace, &account);

	if (r < 0)
		return r;
	*supervisor = (struct pkdi_supervisor){
		.run = run,
		.spawner = {.run = run,
	                    .title = *title,
	                    .redirect = pkdi_capture_redirect,
	                    .close_private = pkdi_descriptors_close,
	                    .context = supervisor},
		.strays = {pkdi_child_is_own, supervisor},
		.epoll_fd = -1,
		.signal_fd = -1,
		.alarm_fd = -1,
		.progress_fd = -1,
		.lifeline_fd = options->lifeline ? options->lifeline : -1,
		.helper = {.place = {.directory = -1, .socket = -1},
	                   .serve = {.socket = -1},
	                   .spawned = {0, -1, -1},
	                   .end_fd = {-1, -1}},
		.notify = {.fd = -1},
		.trace = trace,
		.quiet = options->quiet,
		.account = account,
	};
	r = allocate(supervisor);
	if (r == 0)
		r = pkdi_captures_init(supervisor, options->log_rate);
	if (r == 0) {
		pkdi_backlog_init(supervisor->backlog, STDERR_FILENO, run->program->name, true);
		run->log.backlog = supervisor->backlog;
		run->log.keep = pkdi_journal_keep;
		run->log.context = run->journal;
		r = pkdi_descriptors_open(supervisor);
	}
	if (r == 0)
		r = pkdi_notify_init(supervisor);
	if (r < 0)
		pkdi_log(&run->log, "cannot set up the supervisor: %s", strerror(-r));
	else
		r = pkdi_helper_init(supervisor, options);
	if (r < 0)
		pkdi_supervisor_finish(supervisor);
	return r;
}

void pkdi_supervisor_finish(struct pkdi_supervisor *supervisor)
{
	pkdi_report_file_finish(&supervisor->trace);
	pkdi_report_file_finish(&supervisor->account);
	pkdi_helper_finish(supervisor);
	pkdi_descriptors_close(supervisor);
	pkdi_captures_finish(supervisor);
	pkdi_notify_finish(supervisor);
	free(supervisor->backlog);
	for (uint32_t i = 0; supervisor->lives && i < supervisor->run->n_processes; i++)
		free(supervisor->lives[i].restarts_ns);
	free(supervisor->cycle.actions);
	free(supervisor->lives);
	free(supervisor->children);
	free(supervisor->last_fatal);
}

static void write_account(struct pkdi_supervisor *supervisor)
{
	struct pkdi_report_file *file = &supervisor->account;
	int r;

	if (!file->path)
		return;
	r = pkdi_account_write(supervisor->run, file->file.fd, supervisor->status);
	r = pkdi_report_file_name(file, supervisor->run, r);
	pkdi_backlog_drain(supervisor->backlog);
	if (r < 0 && !supervisor->status)
		supervisor->status = 1;
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
		if (pkdi_run_is_given_up(run, i))
			pkdi_lifecycle_leave_out(&supervisor->cycle, i);
		else if (r == 0)
			r = pkdi_child_start(supervisor, i);
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
		pkdi_descriptors_watch_backlog(supervisor);
	}
	pkdi_notify_end(supervisor);
	if (!end_strays(supervisor, SIGTERM, PKDI_KILL_NS) &&
	    !end_strays(supervisor, SIGKILL, LAST_WORDS_NS))
		pkdi_log(&run->log, "a process started by a node cannot be killed");
	if (run->log.shares_line)
		pkdi_progress_clear(run);
	run->log.shares_line = false;
	name_outputs(supervisor);
	if (pkdi_outputs_check(run) < 0)
		supervisor->lost_output = true;
	if (pkdi_trace_file_write(&supervisor->trace, run) < 0)
		supervisor->lost_output = true;
	pkdi_backlog_allow_waiting(supervisor->backlog, LAST_WORDS_NS);
	for (uint32_t i = 0; i < run->n_processes; i++)
		pkdi_capture_drain(supervisor, i);
	pkdi_capture_look(supervisor, pkd_now(), true);
	if (!supervisor->quiet)
		pkdi_stats_table(run, supervisor->lives, pkd_now() - start_ns);
	else
		pkdi_stats_failed(run);
	if (supervisor->cycle.failed)
		pkdi_report(
			run, &(struct pkdi_action){PKDI_ACTION_LEAVE, supervisor->cycle.culprit, 0},
			&supervisor->lives[supervisor->cycle.culprit], &supervisor->cycle.failure);
	pkdi_backlog_drain(supervisor->backlog);
	if ((supervisor->lost_output || pkdi_run_fails_at_end(run)) && !supervisor->status)
		supervisor->status = 1;
	write_account(supervisor);
	pkdi_helper_end(supervisor, supervisor->status);
	pkdi_store_end(run);
	return supervisor->status;
}
