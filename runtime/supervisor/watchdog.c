#define _GNU_SOURCE
#include "supervisor/watchdog.h"

#include "supervisor/children.h"
#include "supervisor/report.h"

/* Woken so much later than the alarm was set for, it had been stopped. */
#define LATE_NS INT64_C(200000000)

/* What the call that the process is in may take, 0 = any time. A finish has as long as a stop waits
 * for what does not end, or the program would never end; in a stop, that has its own limits. */
static int64_t limit_of(const struct pkdi_supervisor *supervisor, uint32_t process)
{
	const struct pkdi_process *p = &supervisor->run->processes[process];
	int64_t stall_ns = p->decl->stall_ns > 0 ? p->decl->stall_ns : 0;
	int64_t grace_ns = supervisor->cycle.grace_ns;

	if (atomic_load(&p->words->call) != PKDI_CALL_FINISH ||
	    supervisor->cycle.phase != PKDI_PHASE_RUN)
		return stall_ns;
	return stall_ns && stall_ns < grace_ns ? stall_ns : grace_ns;
}

/* Kills processes whose call takes too long; returns when to look again, 0 = never. */
static int64_t end_stalls(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_run *run = supervisor->run;
	int64_t next_ns = 0;

	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_child *child = &supervisor->children[i];
		int64_t stall_ns = limit_of(supervisor, i);
		int64_t since_ns, look_ns = 0;
		enum pkdi_stall stall;

		if (stall_ns <= 0 || !pkdi_child_is_up(child) || child->stall)
			continue;
		since_ns = atomic_load(&run->processes[i].words->step_since_ns);
		if (since_ns > 0 && since_ns < supervisor->woke_ns)
			since_ns = supervisor->woke_ns;
		stall = pkdi_stall_look(since_ns, stall_ns, pkd_now(), &look_ns);
		child->limit_ns = stall_ns;
		if (stall)
			pkdi_child_kill_for(child, stall);
		else if (!next_ns || look_ns < next_ns)
			next_ns = look_ns;
	}
	return next_ns;
}

/* Has it been killed for a stall, and not ended? */
static bool is_stuck(const struct pkdi_child *child, int64_t now_ns)
{
	return child->stall && now_ns - child->killed_ns >= PKDI_STUCK_NS;
}

/* Says once for each start of a process that it stays in init or finish, or that SIGKILL does
 * not end it; returns when to look again. */
static int64_t note_slow(struct pkdi_supervisor *supervisor)
{
	int64_t next_ns = PKDI_SLOW_NS;

	for (uint32_t i = 0; i < supervisor->run->n_processes; i++) {
		struct pkdi_process_words *words = supervisor->run->processes[i].words;
		struct pkdi_child *child = &supervisor->children[i];
		int64_t since_ns = atomic_load(&words->step_since_ns);
		bool is_slow = pkdi_is_slow(atomic_load(&words->call), since_ns, pkd_now());

		if (!pkdi_child_is_up(child) || child->reported_slow)
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

/* How long the call that the process is in has run, in which nobody but its node can say for how
 * long still; 0: it is in none, or in one that note_slow looks after. */
static int64_t held_for(const struct pkdi_process_words *words, int64_t woke_ns, int64_t now_ns)
{
	int64_t since_ns = atomic_load(&words->step_since_ns);
	uint32_t call = atomic_load(&words->call);

	if (call == PKDI_CALL_INIT || call == PKDI_CALL_FINISH || since_ns <= 0 ||
	    since_ns > now_ns)
		return 0;
	return now_ns - (since_ns < woke_ns ? woke_ns : since_ns);
}

/* Says which processes the program waits for, where all others have ended by themselves and these
 * do not come back; returns when to look again, 0 = never. */
static int64_t note_last(struct pkdi_supervisor *supervisor)
{
	const struct pkdi_run *run = supervisor->run;
	int64_t now_ns = pkd_now();
	uint32_t n_up = 0, n_held = 0;

	for (uint32_t i = 0; i < run->n_processes; i++) {
		if (supervisor->lives[i].state == PKDI_LIFE_DOWN)
			continue;
		n_up++;
		n_held += held_for(run->processes[i].words, supervisor->woke_ns, now_ns) >=
		          PKDI_LAST_NS;
	}
	if (supervisor->cycle.phase != PKDI_PHASE_RUN || n_up == run->n_processes)
		return 0;
	for (uint32_t i = 0; i < run->n_processes && n_held == n_up; i++) {
		struct pkdi_child *child = &supervisor->children[i];

		if (!pkdi_child_is_up(child) || now_ns < child->say_last_ns)
			continue;
		child->say_last_ns = pkdi_time_after(now_ns, PKDI_LAST_AGAIN_NS);
		pkdi_report_last(run, i,
		                 held_for(run->processes[i].words, supervisor->woke_ns, now_ns),
		                 n_up - 1);
	}
	return pkdi_time_after(now_ns, PKDI_LAST_NS);
}

/* Who wakes much too late was stopped (Ctrl-Z), and so were its processes: that is no time that
 * their steps have taken. */
static void note_late(struct pkdi_supervisor *supervisor)
{
	int64_t now_ns = pkd_now();

	if (supervisor->alarm_ns && now_ns - supervisor->alarm_ns > LATE_NS)
		supervisor->woke_ns = now_ns;
	supervisor->alarm_ns = 0;
}

int64_t pkdi_watchdog_look(struct pkdi_supervisor *supervisor)
{
	int64_t stall_ns, next_ns, last_ns;

	note_late(supervisor);
	stall_ns = end_stalls(supervisor);
	next_ns = note_slow(supervisor);
	last_ns = note_last(supervisor);
	if (last_ns && last_ns < next_ns)
		next_ns = last_ns;
	return stall_ns && stall_ns < next_ns ? stall_ns : next_ns;
}
