#include "supervisor/lifecycle.h"

#include <signal.h>

static void act(struct pkdi_lifecycle *cycle, enum pkdi_action_kind kind, uint32_t process,
                int value)
{
	cycle->actions[cycle->n_actions++] = (struct pkdi_action){kind, process, value};
}

int64_t pkdi_time_after(int64_t now_ns, int64_t ns)
{
	return now_ns > INT64_MAX - ns ? INT64_MAX : now_ns + ns;
}

static void set_phase(struct pkdi_lifecycle *cycle, enum pkdi_phase phase, int64_t deadline_ns)
{
	cycle->phase = phase;
	cycle->deadline_ns = deadline_ns;
	act(cycle, PKDI_ACTION_PHASE, 0, (int)phase);
}

static void give_up(struct pkdi_lifecycle *cycle, uint32_t process)
{
	cycle->lives[process].state = PKDI_LIFE_DOWN;
	act(cycle, PKDI_ACTION_GIVE_UP, process, 0);
}

/* ---- Stopping ---- */

static void begin_stop(struct pkdi_lifecycle *cycle, int64_t now_ns)
{
	set_phase(cycle, PKDI_PHASE_DRAIN, now_ns + PKDI_DRAIN_NS);
	/* A stop is no time for a restart. */
	for (uint32_t i = 0; i < cycle->n; i++)
		if (cycle->lives[i].state == PKDI_LIFE_WAITING)
			give_up(cycle, i);
}

static void signal_the_rest(struct pkdi_lifecycle *cycle, int signal)
{
	for (uint32_t i = 0; i < cycle->n; i++) {
		if (cycle->lives[i].state != PKDI_LIFE_UP)
			continue;
		cycle->lives[i].forced = signal;
		act(cycle, PKDI_ACTION_SIGNAL, i, signal);
	}
}

/* Whoever does not end even of SIGKILL waits in the kernel, for what may never come. */
static void leave_the_rest(struct pkdi_lifecycle *cycle)
{
	for (uint32_t i = 0; i < cycle->n; i++) {
		if (cycle->lives[i].state != PKDI_LIFE_UP)
			continue;
		if (!cycle->status)
			cycle->status = 128 + SIGKILL;
		give_up(cycle, i);
		act(cycle, PKDI_ACTION_SAY_LEFT, i, 0);
	}
}

/* The next step against those that do not end by themselves. */
static void force(struct pkdi_lifecycle *cycle)
{
	int64_t now_ns = cycle->deadline_ns;

	switch (cycle->force) {
	case PKDI_FORCE_NONE:
		cycle->force = PKDI_FORCE_TERM;
		signal_the_rest(cycle, SIGTERM);
		cycle->deadline_ns = now_ns + PKDI_KILL_NS;
		break;
	case PKDI_FORCE_TERM:
		cycle->force = PKDI_FORCE_KILL;
		signal_the_rest(cycle, SIGKILL);
		cycle->leave_ns = pkdi_time_after(now_ns, cycle->grace_ns);
		cycle->deadline_ns = now_ns + PKDI_STUCK_NS;
		if (cycle->leave_ns < cycle->deadline_ns)
			cycle->deadline_ns = cycle->leave_ns;
		break;
	case PKDI_FORCE_KILL:
		cycle->force = PKDI_FORCE_SAID;
		for (uint32_t i = 0; i < cycle->n; i++)
			if (cycle->lives[i].state == PKDI_LIFE_UP)
				act(cycle, PKDI_ACTION_SAY_STUCK, i, 0);
		cycle->deadline_ns = cycle->leave_ns;
		break;
	case PKDI_FORCE_SAID:
		leave_the_rest(cycle);
		cycle->deadline_ns = 0;
		break;
	}
}

static void on_stop(struct pkdi_lifecycle *cycle, int64_t now_ns)
{
	switch (cycle->phase) {
	case PKDI_PHASE_RUN:
		begin_stop(cycle, now_ns);
		break;
	case PKDI_PHASE_DRAIN:
		if (now_ns >= cycle->deadline_ns - PKDI_DRAIN_NS + PKDI_SAME_STOP_NS)
			set_phase(cycle, PKDI_PHASE_STOP, now_ns + PKDI_TERM_NS);
		break;
	case PKDI_PHASE_STOP:
		/* Who has been told what cannot be ended need not wait for it. */
		if (cycle->force == PKDI_FORCE_SAID)
			force(cycle);
		break;
	case PKDI_PHASE_SUSPEND:
		break;
	}
}

static void on_deadline(struct pkdi_lifecycle *cycle)
{
	switch (cycle->phase) {
	case PKDI_PHASE_RUN:
	case PKDI_PHASE_SUSPEND:
		break;
	case PKDI_PHASE_DRAIN:
		set_phase(cycle, PKDI_PHASE_STOP, cycle->deadline_ns + PKDI_TERM_NS);
		break;
	case PKDI_PHASE_STOP:
		force(cycle);
		break;
	}
}

/* ---- Deaths ---- */

static int status_of(const struct pkdi_event *event)
{
	switch (event->kind) {
	case PKDI_EVENT_KILLED:
	case PKDI_EVENT_NO_MEMORY:
	case PKDI_EVENT_STALLED:
	case PKDI_EVENT_DAMAGED:
		return 128 + event->value;
	case PKDI_EVENT_FINISHED:
	case PKDI_EVENT_EXITED:
	case PKDI_EVENT_RESTART:
	case PKDI_EVENT_NOT_STARTED:
	case PKDI_EVENT_STOP:
	case PKDI_EVENT_TIME:
		break;
	}
	return 1;
}

/* The first failure decides the exit status. */
static void blame(struct pkdi_lifecycle *cycle, const struct pkdi_event *event)
{
	if (!cycle->status)
		cycle->status = status_of(event);
}

static bool may_restart(const struct pkdi_life *life, int64_t now_ns)
{
	uint32_t max = life->decl->n_restarts;

	/* One that has left by itself may still be found to have done damage. */
	if (!max || life->state == PKDI_LIFE_DOWN)
		return false;
	if (life->n_restarts < max)
		return true;
	/* The oldest of the last `max` restarts must be out of the window. */
	return life->decl->restart_per_ns > 0 &&
	       now_ns - life->restarts_ns[life->n_restarts % max] >= life->decl->restart_per_ns;
}

/* What the system refuses now it refuses a moment later, too: each start that fails in a row
 * waits twice as long as the one before, whatever the policy says. */
static int64_t choose_backoff_ns(const struct pkdi_life *life)
{
	int64_t backoff_ns = PKDI_FIRST_BACKOFF_NS;

	if (!life->n_not_started)
		return life->decl->backoff_ns;
	for (uint32_t i = 1; i < life->n_not_started && backoff_ns < PKDI_LAST_BACKOFF_NS; i++)
		backoff_ns *= 2;
	if (backoff_ns > PKDI_LAST_BACKOFF_NS)
		backoff_ns = PKDI_LAST_BACKOFF_NS;
	return backoff_ns > life->decl->backoff_ns ? backoff_ns : life->decl->backoff_ns;
}

static void restart(struct pkdi_lifecycle *cycle, uint32_t process, int64_t now_ns)
{
	struct pkdi_life *life = &cycle->lives[process];
	int64_t backoff_ns = choose_backoff_ns(life);

	life->restarts_ns[life->n_restarts % life->decl->n_restarts] = now_ns;
	life->n_restarts++;
	act(cycle, PKDI_ACTION_SAY_RESTART, process, 0);
	if (backoff_ns > 0) {
		life->state = PKDI_LIFE_WAITING;
		life->restart_ns = pkdi_time_after(now_ns, backoff_ns);
	} else {
		act(cycle, PKDI_ACTION_START, process, 0);
	}
}

static void on_death(struct pkdi_lifecycle *cycle, const struct pkdi_event *event)
{
	struct pkdi_life *life = &cycle->lives[event->process];

	life->n_not_started = event->kind == PKDI_EVENT_NOT_STARTED ? life->n_not_started + 1 : 0;
	if (life->forced && event->kind == PKDI_EVENT_KILLED) {
		blame(cycle, event);
		give_up(cycle, event->process);
		act(cycle, PKDI_ACTION_SAY_FORCED, event->process, event->value);
	} else if (cycle->phase != PKDI_PHASE_RUN) {
		blame(cycle, event);
		give_up(cycle, event->process);
		act(cycle, PKDI_ACTION_SAY_DIED, event->process, 0);
	} else if (may_restart(life, event->now_ns)) {
		life->state = PKDI_LIFE_UP;
		restart(cycle, event->process, event->now_ns);
	} else if (life->decl->end == PKD_FAIL_ABSENT) {
		give_up(cycle, event->process);
		cycle->incomplete = true;
		act(cycle, PKDI_ACTION_SAY_ABSENT, event->process, 0);
	} else {
		blame(cycle, event);
		cycle->failed = true;
		cycle->culprit = event->process;
		cycle->failure = *event;
		give_up(cycle, event->process);
		begin_stop(cycle, event->now_ns);
	}
}

/* Somebody wants it: that is no failure, and does not count as one. While the rest is draining, it
 * is to drain, too. */
static void on_restart(struct pkdi_lifecycle *cycle, const struct pkdi_event *event)
{
	if (cycle->phase == PKDI_PHASE_STOP) {
		give_up(cycle, event->process);
		return;
	}
	cycle->lives[event->process].state = PKDI_LIFE_UP;
	act(cycle, PKDI_ACTION_SAY_RESTART, event->process, 0);
	act(cycle, PKDI_ACTION_START, event->process, 0);
}

/* ---- All events ---- */

static void on_time(struct pkdi_lifecycle *cycle, int64_t now_ns)
{
	for (uint32_t i = 0; i < cycle->n; i++) {
		struct pkdi_life *life = &cycle->lives[i];

		if (life->state == PKDI_LIFE_WAITING && life->restart_ns <= now_ns) {
			life->state = PKDI_LIFE_UP;
			act(cycle, PKDI_ACTION_START, i, 0);
		}
	}
	if (cycle->deadline_ns && cycle->deadline_ns <= now_ns)
		on_deadline(cycle);
}

void pkdi_lifecycle_init(struct pkdi_lifecycle *cycle, struct pkdi_life *lives, uint32_t n,
                         struct pkdi_action *actions)
{
	*cycle = (struct pkdi_lifecycle){
		.lives = lives, .n = n, .actions = actions, .grace_ns = PKDI_DEFAULT_GRACE_NS};
}

void pkdi_lifecycle_leave_out(struct pkdi_lifecycle *cycle, uint32_t process)
{
	cycle->lives[process].state = PKDI_LIFE_DOWN;
	cycle->incomplete = true;
}

void pkdi_lifecycle_handle(struct pkdi_lifecycle *cycle, const struct pkdi_event *event)
{
	bool alive = false;

	cycle->n_actions = 0;
	switch (event->kind) {
	case PKDI_EVENT_FINISHED:
		cycle->lives[event->process].state = PKDI_LIFE_DOWN;
		break;
	case PKDI_EVENT_EXITED:
	case PKDI_EVENT_KILLED:
	case PKDI_EVENT_NO_MEMORY:
	case PKDI_EVENT_STALLED:
	case PKDI_EVENT_DAMAGED:
	case PKDI_EVENT_NOT_STARTED:
		on_death(cycle, event);
		break;
	case PKDI_EVENT_RESTART:
		on_restart(cycle, event);
		break;
	case PKDI_EVENT_STOP:
		on_stop(cycle, event->now_ns);
		break;
	case PKDI_EVENT_TIME:
		on_time(cycle, event->now_ns);
		break;
	}
	for (uint32_t i = 0; i < cycle->n; i++)
		alive |= cycle->lives[i].state != PKDI_LIFE_DOWN;
	if (!alive && !cycle->status && cycle->incomplete)
		cycle->status = PKDI_STATUS_INCOMPLETE;
	if (!alive)
		act(cycle, PKDI_ACTION_LEAVE, 0, cycle->status);
}

int64_t pkdi_lifecycle_alarm(const struct pkdi_lifecycle *cycle)
{
	int64_t alarm_ns = cycle->deadline_ns;

	for (uint32_t i = 0; i < cycle->n; i++) {
		const struct pkdi_life *life = &cycle->lives[i];

		if (life->state == PKDI_LIFE_WAITING && (!alarm_ns || life->restart_ns < alarm_ns))
			alarm_ns = life->restart_ns;
	}
	return alarm_ns;
}

/* ---- Steps that take too long ---- */

enum pkdi_stall pkdi_stall_look(int64_t since_ns, int64_t stall_ns, int64_t now_ns,
                                int64_t *ret_look_ns)
{
	if (since_ns < 0 || since_ns > now_ns)
		return PKDI_STALL_DAMAGED;
	if (since_ns && now_ns - since_ns > stall_ns)
		return PKDI_STALL_TOO_LONG;
	*ret_look_ns = pkdi_time_after(since_ns ? since_ns + 1 : now_ns, stall_ns);
	return PKDI_STALL_NONE;
}

bool pkdi_is_slow(uint32_t call, int64_t since_ns, int64_t now_ns)
{
	return (call == PKDI_CALL_INIT || call == PKDI_CALL_FINISH) && since_ns > 0 &&
	       since_ns <= now_ns && now_ns - since_ns >= PKDI_SLOW_NS;
}
