#define _GNU_SOURCE
#include "supervisor/children.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/say.h"
#include "run/traces.h"
#include "supervisor/descriptors.h"

/* For those who look from outside. */
static void set_down(const struct pkdi_run *run, uint32_t process, bool is_down)
{
	const struct pkd_process *decl = run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		atomic_store(&run->orders[decl->nodes[i]].down, is_down);
}

static void trace(const struct pkdi_supervisor *supervisor, enum pkdi_trace_kind kind,
                  uint32_t process, uint64_t n)
{
	struct pkdi_trace_event event = {.start_ns = pkd_now(),
	                                 .node = PKD_NONE,
	                                 .kind = (uint8_t)kind,
	                                 .n_links = 2,
	                                 .links = {process, n}};

	pkdi_traces_note(supervisor->run, &event);
}

/* From the beginning of the call that it died in, as far as that is known. */
static void trace_death(const struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_run *run = supervisor->run;
	const struct pkdi_node *node = pkdi_run_calling(run, process);
	int64_t now_ns = pkd_now();
	int64_t since_ns = atomic_load(&run->processes[process].words->step_since_ns);
	struct pkdi_trace_event event = {.start_ns = now_ns,
	                                 .node = PKD_NONE,
	                                 .kind = PKDI_TRACE_DIED,
	                                 .n_links = 1,
	                                 .links = {process}};

	if (node) {
		event.node = node->index;
		event.frame = pkdi_read(&node->words->in_hand);
	}
	if (node && since_ns > run->start_ns && since_ns < now_ns) {
		event.start_ns = since_ns;
		event.duration_ns = now_ns - since_ns;
	}
	pkdi_traces_note(run, &event);
}

/* ---- Starting ---- */

bool pkdi_child_is_up(const struct pkdi_child *child)
{
	return child->spawned.pidfd >= 0;
}

static int spawn(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_child *child = &supervisor->children[process];
	int r = pkdi_spawn(&supervisor->spawner, process, &child->spawned);

	if (r < 0)
		return r;
	r = pkdi_descriptors_watch(supervisor, child->spawned.pidfd, process);
	if (r < 0) {
		kill(child->spawned.pid, SIGKILL);
		waitpid(child->spawned.pid, NULL, 0);
		pkdi_spawn_forget(&child->spawned);
	}
	return r;
}

int pkdi_child_start(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_child *child = &supervisor->children[process];
	int r;

	/* What the last incarnation died in would be taken for a step of the next, and the frame
	 * it had in hand for one that was fatal twice, should the next one die before it has
	 * begun. */
	atomic_store(&supervisor->run->processes[process].words->step_since_ns, 0);
	atomic_store(&supervisor->run->processes[process].words->call, PKDI_CALL_STEP);
	atomic_store(&supervisor->run->processes[process].words->calling, 0);
	atomic_store(&supervisor->run->processes[process].words->pid, 0);
	child->stall = PKDI_STALL_NONE;
	child->reported_slow = child->not_started = false;
	child->say_last_ns = 0;
	r = pkdi_capture_open(supervisor, process);
	if (r == 0) {
		r = spawn(supervisor, process);
		pkdi_capture_started(supervisor);
	}
	set_down(supervisor->run, process, r < 0);
	return r;
}

void pkdi_child_start_again(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_run *run = supervisor->run;
	const struct pkd_process *decl = run->processes[process].decl;
	const struct pkdi_orders *orders = pkdi_run_orders(run, process);
	int r;

	/* Who waits for the next incarnation takes the number of no other one for its. */
	atomic_store(&run->processes[process].words->pid, 0);
	for (uint32_t i = 0; i < decl->n_nodes; i++)
		atomic_fetch_add(&run->orders[decl->nodes[i]].incarnation, 1);
	trace(supervisor, PKDI_TRACE_RESTART, process,
	      orders ? atomic_load(&orders->incarnation) : 0);
	r = pkdi_child_start(supervisor, process);
	if (r < 0)
		supervisor->children[process].start_error = -r;
}

void pkdi_child_give_up(struct pkdi_supervisor *supervisor, uint32_t process)
{
	const struct pkd_process *decl = supervisor->run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes; i++)
		atomic_store(&supervisor->run->orders[decl->nodes[i]].gone, 1);
	trace(supervisor, PKDI_TRACE_GONE, process, 0);
	pkdi_run_ring_all(supervisor->run);
}

/* ---- Reaping ---- */

/* Has the node left, as pkdi_node_leave does it? Not only its state: were a stream not settled
 * or a cursor not given up, others would wait for ever for what nobody does any more. */
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

/* A SIGKILL counts as coming from outside, unless this supervisor has sent it for what the
 * process did. */
static bool is_own_making(const struct pkdi_event *event)
{
	if (event->kind == PKDI_EVENT_KILLED)
		return event->value != SIGKILL;
	return event->kind != PKDI_EVENT_FINISHED && event->kind != PKDI_EVENT_RESTART;
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
		              "died twice on frame %" PRIu64 ", which is now skipped", number);
	}
	supervisor->last_fatal[node->index] = number;
}

/* A process then ends with all that its nodes still had to do. */
static bool is_suspended(const struct pkdi_run *run)
{
	return atomic_load(&run->program_words->phase) == PKDI_PHASE_SUSPEND;
}

/* Now, as its place in the stream is the writer's again once it is given up. */
static void note_item(const struct pkdi_run *run, struct pkdi_event *event)
{
	const struct pkd_process *process = run->processes[event->process].decl;
	const struct pkdi_node *node = pkdi_run_calling(run, event->process);
	uint32_t call = atomic_load(&run->processes[event->process].words->call);

	/* It may wait with what it has, by pkd_later. */
	if (!node && process->n_nodes == 1)
		node = &run->nodes[process->nodes[0]];
	if (!node || call != PKDI_CALL_STEP || !pkdi_item_show(run, node, event->item))
		event->item[0] = '\0';
}

bool pkdi_child_reap(struct pkdi_supervisor *supervisor, uint32_t process,
                     struct pkdi_event *ret_event)
{
	struct pkdi_child *child = &supervisor->children[process];
	struct pkdi_event event = {
		.kind = PKDI_EVENT_EXITED, .process = process, .now_ns = pkd_now()};
	siginfo_t info = {0};

	if (!pkdi_child_is_up(child))
		return false;
	if (waitid(P_PIDFD, (id_t)child->spawned.pidfd, &info, WEXITED | WNOHANG) < 0)
		info.si_status = 1;
	/* Closing it would not do: a child may have inherited it a moment before. And one that
	 * is not to be reaped yet would be reported again and again. */
	epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_DEL, child->spawned.pidfd, NULL);
	child->is_held = !info.si_pid && !info.si_status;
	if (child->is_held)
		return false;
	pkdi_spawn_forget(&child->spawned);
	set_down(supervisor->run, process, true);
	pkdi_capture_drain(supervisor, process);
	event.value = info.si_status;
	event.pid = info.si_pid;
	event.limit_ns = child->limit_ns;
	event.dumped = info.si_code == CLD_DUMPED;
	if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED)
		event.kind = PKDI_EVENT_KILLED;
	else if (info.si_status == 0 &&
	         (is_suspended(supervisor->run) || all_left(supervisor->run, process)))
		event.kind = PKDI_EVENT_FINISHED;
	if (event.kind == PKDI_EVENT_KILLED && event.value == SIGKILL && child->stall)
		event.kind = child->stall == PKDI_STALL_DAMAGED   ? PKDI_EVENT_DAMAGED
		             : child->stall == PKDI_STALL_RESTART ? PKDI_EVENT_RESTART
		                                                  : PKDI_EVENT_STALLED;
	if (event.kind == PKDI_EVENT_KILLED && event.value == SIGKILL &&
	    !supervisor->lives[process].forced && pkdi_cgroup_has_killed(&supervisor->run->cgroup))
		event.kind = PKDI_EVENT_NO_MEMORY;
	if (event.kind != PKDI_EVENT_FINISHED) {
		trace_death(supervisor, process);
		note_item(supervisor->run, &event);
	}
	if (is_own_making(&event))
		note_fatal_frame(supervisor, process);
	*ret_event = event;
	return true;
}

/* ---- Ending ---- */

void pkdi_child_signal(const struct pkdi_child *child, int signal)
{
	if (pkdi_child_is_up(child))
		syscall(SYS_pidfd_send_signal, child->spawned.pidfd, signal, NULL, 0);
}

void pkdi_child_end_as_told(const struct pkdi_supervisor *supervisor, uint32_t process)
{
	const struct pkdi_child *child = &supervisor->children[process];
	uint32_t told = atomic_load(&supervisor->run->processes[process].words->told_to_end);

	if (told && told == (uint32_t)child->spawned.pid)
		pkdi_child_signal(child, SIGTERM);
}

void pkdi_child_kill_for(struct pkdi_child *child, enum pkdi_stall stall)
{
	child->stall = stall;
	child->killed_ns = pkd_now();
	pkdi_child_signal(child, SIGKILL);
}

bool pkdi_child_is_asked_for(struct pkdi_supervisor *supervisor, uint32_t process)
{
	struct pkdi_child *child = &supervisor->children[process];
	uint32_t asked = atomic_load(&supervisor->run->restarts[process]);

	if (asked == child->n_restarts_asked)
		return false;
	child->n_restarts_asked = asked;
	/* What the console may say, and a node behind it, is said by the deploy. */
	return supervisor->run->processes[process].decl->n_restarts;
}

bool pkdi_child_is_own(const void *context, pid_t pid)
{
	const struct pkdi_supervisor *supervisor = context;

	if (supervisor->helper.spawned.pid == pid)
		return true;
	for (uint32_t i = 0; i < supervisor->run->n_processes; i++)
		if (supervisor->children[i].spawned.pid == pid)
			return true;
	return false;
}

void pkdi_child_end_strays(struct pkdi_supervisor *supervisor, uint32_t process)
{
	uint32_t n = pkdi_strays_signal(&supervisor->strays, SIGKILL);

	if (n)
		pkdi_log_at(&supervisor->run->log, PKD_LOG_WARNING,
		            "process '%s' left %u process%s running that it had started: killed",
		            supervisor->run->processes[process].decl->name, n, n == 1 ? "" : "es");
}
