/* The supervisor's table: for each event in each state, what is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>

#include "supervisor/core.h"
#include "supervisor/lifecycle.h"

enum { N = 3 };

static const struct pkd_process stops = {.name = "stops", .end = PKD_FAIL_STOP};
static const struct pkd_process absent = {.name = "absent", .end = PKD_FAIL_ABSENT};
static const struct pkd_process restarts = {
	.name = "restarts",
	.n_restarts = 2,
	.restart_per_ns = 1000,
	.backoff_ns = 10,
	.end = PKD_FAIL_STOP,
};
static const struct pkd_process at_once = {
	.name = "at_once",
	.n_restarts = 1,
	.end = PKD_FAIL_ABSENT,
};

static const struct pkd_process many = {
	.name = "many",
	.n_restarts = 5,
	.restart_per_ns = 1,
};
static const struct pkd_process patient = {
	.name = "patient",
	.n_restarts = 5,
	.backoff_ns = PKDI_LAST_BACKOFF_NS + 1,
};

struct fixture {
	struct pkdi_lifecycle cycle;
	struct pkdi_life lives[N];
	int64_t restarts_ns[N][8];
	struct pkdi_action actions[3 * N + 4];
	char text[512];
};

static void set_up(struct fixture *f, const struct pkd_process *first)
{
	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < N; i++) {
		f->lives[i].decl = i ? &stops : first;
		f->lives[i].restarts_ns = f->restarts_ns[i];
	}
	pkdi_lifecycle_init(&f->cycle, f->lives, N, f->actions);
}

static const char *const action_names[] = {
	[PKDI_ACTION_START] = "start",
	[PKDI_ACTION_GIVE_UP] = "give-up",
	[PKDI_ACTION_SIGNAL] = "signal",
	[PKDI_ACTION_PHASE] = "phase",
	[PKDI_ACTION_SAY_RESTART] = "say-restart",
	[PKDI_ACTION_SAY_ABSENT] = "say-absent",
	[PKDI_ACTION_SAY_FORCED] = "say-forced",
	[PKDI_ACTION_SAY_DIED] = "say-died",
	[PKDI_ACTION_SAY_STUCK] = "say-stuck",
	[PKDI_ACTION_SAY_LEFT] = "say-left",
	[PKDI_ACTION_LEAVE] = "leave",
};

/* Feeds an event; returns the actions as text: "phase 1, signal 0 15". */
static const char *feed(struct fixture *f, enum pkdi_event_kind kind, uint32_t process, int value,
                        int64_t now_ns)
{
	struct pkdi_event event = {
		.kind = kind, .process = process, .value = value, .now_ns = now_ns};
	size_t n = 0;

	pkdi_lifecycle_handle(&f->cycle, &event);
	assert_true(f->cycle.n_actions <= pkdi_lifecycle_max_actions(N));
	f->text[0] = '\0';
	for (uint32_t i = 0; i < f->cycle.n_actions; i++) {
		const struct pkdi_action *a = &f->actions[i];
		const char *name = action_names[a->kind];
		const char *comma = i ? ", " : "";

		if (a->kind == PKDI_ACTION_PHASE || a->kind == PKDI_ACTION_LEAVE)
			n += (size_t)snprintf(f->text + n, sizeof(f->text) - n, "%s%s %d", comma,
			                      name, a->value);
		else if (a->kind == PKDI_ACTION_SIGNAL)
			n += (size_t)snprintf(f->text + n, sizeof(f->text) - n, "%s%s %u %d", comma,
			                      name, a->process, a->value);
		else
			n += (size_t)snprintf(f->text + n, sizeof(f->text) - n, "%s%s %u", comma,
			                      name, a->process);
	}
	return f->text;
}

#define FINISHED(process) feed(&f, PKDI_EVENT_FINISHED, process, 0, 0)
#define KILLED(process, signal, now) feed(&f, PKDI_EVENT_KILLED, process, signal, now)
#define EXITED(process, status, now) feed(&f, PKDI_EVENT_EXITED, process, status, now)
#define NOT_STARTED(process, now) feed(&f, PKDI_EVENT_NOT_STARTED, process, 11, now)
#define STOP(now) feed(&f, PKDI_EVENT_STOP, 0, 0, now)
#define TIME(now) feed(&f, PKDI_EVENT_TIME, 0, 0, now)

static void all_finish_and_the_status_is_zero(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(FINISHED(1), "");
	assert_string_equal(FINISHED(0), "");
	assert_string_equal(FINISHED(2), "leave 0");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), 0);
}

static void a_death_stops_the_rest(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(KILLED(0, SIGSEGV, 100), "give-up 0, phase 1");
	assert_true(f.cycle.failed);
	assert_int_equal(f.cycle.culprit, 0);
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), 100 + PKDI_DRAIN_NS);
	assert_string_equal(FINISHED(1), "");
	assert_string_equal(FINISHED(2), "leave 139");
}

static void a_failure_gives_status_one(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(EXITED(1, 7, 0), "give-up 1, phase 1");
	FINISHED(0);
	assert_string_equal(FINISHED(2), "leave 1");
}

static void an_exit_before_the_end_is_a_failure(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(EXITED(1, 0, 0), "give-up 1, phase 1");
}

static void the_first_death_decides_the_status(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	KILLED(0, SIGABRT, 0);
	assert_string_equal(KILLED(1, SIGSEGV, 0), "give-up 1, say-died 1");
	assert_string_equal(FINISHED(2), "leave 134");
}

static void an_absent_process_stops_nobody(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &absent);
	assert_string_equal(KILLED(0, SIGKILL, 0), "give-up 0, say-absent 0");
	assert_false(f.cycle.failed);
	FINISHED(1);
	assert_string_equal(FINISHED(2), "leave 3");
}

static void a_failure_counts_for_more_than_an_absence(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &absent);
	KILLED(0, SIGKILL, 0);
	EXITED(1, 1, 0);
	assert_string_equal(FINISHED(2), "leave 1");
}

static void a_restart_waits_for_its_backoff(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	assert_string_equal(KILLED(0, SIGKILL, 100), "say-restart 0");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), 110);
	assert_string_equal(TIME(109), "");
	assert_string_equal(TIME(110), "start 0");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), 0);
}

static void a_restart_without_backoff_is_at_once(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &at_once);
	assert_string_equal(EXITED(0, 1, 5), "say-restart 0, start 0");
	assert_string_equal(EXITED(0, 1, INT64_C(1) << 60), "give-up 0, say-absent 0");
}

static void too_many_restarts_in_the_window_end_it(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	assert_string_equal(KILLED(0, SIGKILL, 100), "say-restart 0");
	TIME(110);
	assert_string_equal(KILLED(0, SIGKILL, 600), "say-restart 0");
	TIME(610);
	assert_string_equal(KILLED(0, SIGKILL, 1099), "give-up 0, phase 1");
}

static void restarts_outside_the_window_do_not_count(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	for (int64_t now = 100; now < 100000; now += 500) {
		assert_string_equal(KILLED(0, SIGKILL, now), "say-restart 0");
		assert_string_equal(TIME(now + 10), "start 0");
	}
}

static void a_start_that_fails_uses_up_restarts(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &at_once);
	assert_string_equal(NOT_STARTED(0, 0), "say-restart 0");
	assert_string_equal(TIME(PKDI_FIRST_BACKOFF_NS), "start 0");
	assert_string_equal(NOT_STARTED(0, PKDI_FIRST_BACKOFF_NS), "give-up 0, say-absent 0");
	set_up(&f, &stops);
	assert_string_equal(NOT_STARTED(1, 0), "give-up 1, phase 1");
	assert_int_equal(f.cycle.status, 1);
}

static void starts_that_fail_wait_longer_each_time(void **state)
{
	int64_t now = 0, wait = PKDI_FIRST_BACKOFF_NS;
	struct fixture f;

	(void)state;
	set_up(&f, &many);
	for (int i = 0; i < 100; i++) {
		assert_string_equal(NOT_STARTED(0, now), "say-restart 0");
		assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), now + wait);
		now += wait;
		assert_string_equal(TIME(now), "start 0");
		wait = wait * 2 < PKDI_LAST_BACKOFF_NS ? wait * 2 : PKDI_LAST_BACKOFF_NS;
	}
	assert_int_equal(wait, PKDI_LAST_BACKOFF_NS);
	/* One that succeeded: what comes next is a death as any other. */
	assert_string_equal(KILLED(0, SIGSEGV, now), "say-restart 0, start 0");
	assert_string_equal(NOT_STARTED(0, now), "say-restart 0");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), now + PKDI_FIRST_BACKOFF_NS);
}

static void a_longer_backoff_stays(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &patient);
	NOT_STARTED(0, 0);
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), PKDI_LAST_BACKOFF_NS + 1);
}

static void a_stop_goes_through_its_phases(void **state)
{
	struct fixture f;
	int64_t phase_2 = 50 + PKDI_DRAIN_NS;
	int64_t term = phase_2 + PKDI_TERM_NS;
	int64_t kill = term + PKDI_KILL_NS;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(STOP(50), "phase 1");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), phase_2);
	FINISHED(1);
	assert_string_equal(TIME(phase_2 - 1), "");
	assert_string_equal(TIME(phase_2), "phase 2");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), term);
	assert_string_equal(TIME(term), "signal 0 15, signal 2 15");
	assert_string_equal(KILLED(0, SIGTERM, term), "give-up 0, say-forced 0");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), kill);
	assert_string_equal(TIME(kill), "signal 2 9");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), kill + PKDI_STUCK_NS);
	assert_string_equal(KILLED(2, SIGKILL, kill), "give-up 2, say-forced 2, leave 143");
	assert_true(kill - 50 < INT64_C(2000000000));
}

/* To where SIGKILL has been sent and process 2 does not end; returns when that was. */
static int64_t kill_in_vain(struct fixture *fixture, int64_t grace_ns)
{
	int64_t kill = PKDI_DRAIN_NS + PKDI_TERM_NS + PKDI_KILL_NS;

	set_up(fixture, &stops);
	fixture->cycle.grace_ns = grace_ns;
	feed(fixture, PKDI_EVENT_STOP, 0, 0, 0);
	feed(fixture, PKDI_EVENT_FINISHED, 0, 0, 0);
	feed(fixture, PKDI_EVENT_FINISHED, 1, 0, 0);
	feed(fixture, PKDI_EVENT_TIME, 0, 0, PKDI_DRAIN_NS);
	feed(fixture, PKDI_EVENT_TIME, 0, 0, PKDI_DRAIN_NS + PKDI_TERM_NS);
	assert_string_equal(feed(fixture, PKDI_EVENT_TIME, 0, 0, kill), "signal 2 9");
	return kill;
}

static void who_cannot_be_ended_is_said_and_left(void **state)
{
	struct fixture f;
	int64_t kill = kill_in_vain(&f, 5 * PKDI_STUCK_NS);

	(void)state;
	assert_string_equal(TIME(kill + PKDI_STUCK_NS - 1), "");
	assert_string_equal(TIME(kill + PKDI_STUCK_NS), "say-stuck 2");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), kill + 5 * PKDI_STUCK_NS);
	assert_string_equal(TIME(kill + 5 * PKDI_STUCK_NS), "give-up 2, say-left 2, leave 137");
	/* It may end after all, as long as the program is there. */
	kill = kill_in_vain(&f, 5 * PKDI_STUCK_NS);
	TIME(kill + PKDI_STUCK_NS);
	assert_string_equal(KILLED(2, SIGKILL, kill + 2 * PKDI_STUCK_NS),
	                    "give-up 2, say-forced 2, leave 137");
}

static void a_short_grace_is_kept(void **state)
{
	struct fixture f;
	int64_t kill = kill_in_vain(&f, 1);

	(void)state;
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), kill + 1);
	assert_string_equal(TIME(kill + 1), "say-stuck 2");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), kill + 1);
	assert_string_equal(TIME(kill + 1), "give-up 2, say-left 2, leave 137");
}

static void a_signal_leaves_who_cannot_be_ended(void **state)
{
	struct fixture f;
	int64_t kill = kill_in_vain(&f, INT64_MAX);

	(void)state;
	assert_string_equal(STOP(kill), "");
	TIME(kill + PKDI_STUCK_NS);
	assert_string_equal(STOP(kill + PKDI_STUCK_NS), "give-up 2, say-left 2, leave 137");
}

static void a_clean_stop_has_status_zero(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	STOP(0);
	FINISHED(0);
	FINISHED(1);
	assert_string_equal(FINISHED(2), "leave 0");
}

static void a_second_stop_ends_the_draining(void **state)
{
	int64_t second = PKDI_SAME_STOP_NS;
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	STOP(0);
	assert_string_equal(STOP(second - 1), "");
	assert_string_equal(STOP(second), "phase 2");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), second + PKDI_TERM_NS);
	assert_string_equal(STOP(second + 1), "");
	assert_int_equal(pkdi_lifecycle_alarm(&f.cycle), second + PKDI_TERM_NS);
}

static void a_stop_cancels_restarts(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	KILLED(0, SIGKILL, 100);
	assert_string_equal(STOP(105), "phase 1, give-up 0");
	assert_string_equal(TIME(110), "");
	FINISHED(1);
	assert_string_equal(FINISHED(2), "leave 0");
}

static void nothing_is_restarted_while_stopping(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	STOP(0);
	assert_string_equal(KILLED(0, SIGSEGV, 1), "give-up 0, say-died 0");
	FINISHED(1);
	assert_string_equal(FINISHED(2), "leave 139");
}

static void one_that_is_told_to_starts_at_once_and_it_counts_for_nothing(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &restarts);
	for (int64_t now = 1; now < 100; now++)
		assert_string_equal(feed(&f, PKDI_EVENT_RESTART, 0, SIGKILL, now),
		                    "say-restart 0, start 0");
	assert_string_equal(KILLED(0, SIGKILL, 100), "say-restart 0");
	TIME(110);
	/* What it has in hand while the rest drains is worked off, too. */
	STOP(200);
	assert_string_equal(feed(&f, PKDI_EVENT_RESTART, 0, SIGKILL, 210),
	                    "say-restart 0, start 0");
	TIME(PKDI_DRAIN_NS + 200);
	assert_string_equal(feed(&f, PKDI_EVENT_RESTART, 0, SIGKILL, PKDI_DRAIN_NS + 210),
	                    "give-up 0");
	FINISHED(1);
	assert_string_equal(FINISHED(2), "leave 0");
}

static void deadlines_mean_nothing_while_it_runs(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &stops);
	assert_string_equal(TIME(INT64_C(1) << 60), "");
}

static void a_stalled_process_died_of_its_own_making(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &at_once);
	assert_string_equal(feed(&f, PKDI_EVENT_STALLED, 0, SIGKILL, 0), "say-restart 0, start 0");
	assert_string_equal(feed(&f, PKDI_EVENT_STALLED, 0, SIGKILL, 0), "give-up 0, say-absent 0");
	assert_string_equal(feed(&f, PKDI_EVENT_STALLED, 1, SIGKILL, 0), "give-up 1, phase 1");
	assert_string_equal(FINISHED(2), "leave 137");
}

static void a_step_is_too_long_only_after_its_time(void **state)
{
	int64_t look_ns = 0;

	(void)state;
	/* None runs: one that begins now is too long in 50 at the earliest. */
	assert_int_equal(pkdi_stall_look(0, 50, 1000, &look_ns), PKDI_STALL_NONE);
	assert_int_equal(look_ns, 1050);
	assert_int_equal(pkdi_stall_look(1020, 50, 1050, &look_ns), PKDI_STALL_NONE);
	assert_int_equal(look_ns, 1071);
	assert_int_equal(pkdi_stall_look(1020, 50, 1070, &look_ns), PKDI_STALL_NONE);
	assert_int_equal(look_ns, 1071);
	assert_int_equal(pkdi_stall_look(1020, 50, 1071, &look_ns), PKDI_STALL_TOO_LONG);
}

/* The word is the process's own: whatever it says, the next look is at a time. */
static void a_step_that_began_at_no_time_is_damage(void **state)
{
	static const int64_t never[] = {INT64_MAX, 1001, -1, INT64_MIN};
	int64_t look_ns = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(pkdi_stall_look(never[i], 50, 1000, &look_ns), PKDI_STALL_DAMAGED);
	assert_int_equal(look_ns, 0);
	assert_int_equal(pkdi_stall_look(1000, 50, 1000, &look_ns), PKDI_STALL_NONE);
	assert_int_equal(pkdi_stall_look(1, INT64_MAX, 1000, &look_ns), PKDI_STALL_NONE);
	assert_true(look_ns == INT64_MAX);
	assert_int_equal(pkdi_stall_look(0, INT64_MAX, 1000, &look_ns), PKDI_STALL_NONE);
	assert_true(look_ns == INT64_MAX);
}

static void only_init_and_finish_are_said_to_take_long(void **state)
{
	int64_t now = 10 * PKDI_SLOW_NS;

	(void)state;
	assert_true(pkdi_is_slow(PKDI_CALL_INIT, now - PKDI_SLOW_NS, now));
	assert_true(pkdi_is_slow(PKDI_CALL_FINISH, 1, now));
	assert_false(pkdi_is_slow(PKDI_CALL_INIT, now - PKDI_SLOW_NS + 1, now));
	assert_false(pkdi_is_slow(PKDI_CALL_STEP, 1, now));
	assert_false(pkdi_is_slow(PKDI_CALL_READY, 1, now));
	assert_false(pkdi_is_slow(UINT32_MAX, 1, now));
	/* Nothing runs; and what a process may write there. */
	assert_false(pkdi_is_slow(PKDI_CALL_INIT, 0, now));
	assert_false(pkdi_is_slow(PKDI_CALL_INIT, now + 1, now));
	assert_false(pkdi_is_slow(PKDI_CALL_INIT, INT64_MIN, now));
}

static void who_is_killed_for_memory_died_of_its_own_making(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &at_once);
	assert_string_equal(feed(&f, PKDI_EVENT_NO_MEMORY, 0, SIGKILL, 0),
	                    "say-restart 0, start 0");
	assert_string_equal(feed(&f, PKDI_EVENT_NO_MEMORY, 1, SIGKILL, 0), "give-up 1, phase 1");
	FINISHED(0);
	assert_string_equal(FINISHED(2), "leave 137");
}

static void who_damages_its_words_died_of_its_own_making(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, &at_once);
	assert_string_equal(feed(&f, PKDI_EVENT_DAMAGED, 0, SIGKILL, 0), "say-restart 0, start 0");
	assert_string_equal(feed(&f, PKDI_EVENT_DAMAGED, 1, SIGKILL, 0), "give-up 1, phase 1");
	FINISHED(0);
	assert_string_equal(FINISHED(2), "leave 137");
}

/* ---- Messages ---- */

static void where_a_core_dump_is(void **state)
{
	static const struct pkdi_dead dead = {123, SIGSEGV, "a_name_that_is_long"};
	static const struct {
		const char *pattern, *place;
		bool uses_pid;
	} rows[] = {
		{"core", "core", false},
		{"core", "core.123", true},
		{"/tmp/%e.%p.%s%%", "/tmp/a_name_that_is_.123.11%", true},
		{"core-%t-%P", "core-*-123", true},
		{"core%", "core", false},
		{"|/usr/lib/systemd/systemd-coredump %P %u",
	         "it was handed to "
	         "/usr/lib/systemd/systemd-coredump",
	         true},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pkdi_core_place(rows[i].pattern, rows[i].uses_pid, &dead, text, sizeof(text));
		assert_string_equal(text, rows[i].place);
	}
	pkdi_core_place("%e%e%e%e%e%e%e%e", true, &dead, text, 20);
	assert_string_equal(text, "a_name_that_is_a_na");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_finish_and_the_status_is_zero),
		cmocka_unit_test(a_death_stops_the_rest),
		cmocka_unit_test(a_failure_gives_status_one),
		cmocka_unit_test(an_exit_before_the_end_is_a_failure),
		cmocka_unit_test(the_first_death_decides_the_status),
		cmocka_unit_test(an_absent_process_stops_nobody),
		cmocka_unit_test(a_restart_waits_for_its_backoff),
		cmocka_unit_test(a_restart_without_backoff_is_at_once),
		cmocka_unit_test(too_many_restarts_in_the_window_end_it),
		cmocka_unit_test(restarts_outside_the_window_do_not_count),
		cmocka_unit_test(a_start_that_fails_uses_up_restarts),
		cmocka_unit_test(starts_that_fail_wait_longer_each_time),
		cmocka_unit_test(a_longer_backoff_stays),
		cmocka_unit_test(a_failure_counts_for_more_than_an_absence),
		cmocka_unit_test(a_stop_goes_through_its_phases),
		cmocka_unit_test(a_clean_stop_has_status_zero),
		cmocka_unit_test(who_cannot_be_ended_is_said_and_left),
		cmocka_unit_test(a_short_grace_is_kept),
		cmocka_unit_test(a_signal_leaves_who_cannot_be_ended),
		cmocka_unit_test(a_second_stop_ends_the_draining),
		cmocka_unit_test(a_stop_cancels_restarts),
		cmocka_unit_test(nothing_is_restarted_while_stopping),
		cmocka_unit_test(a_stalled_process_died_of_its_own_making),
		cmocka_unit_test(a_step_is_too_long_only_after_its_time),
		cmocka_unit_test(a_step_that_began_at_no_time_is_damage),
		cmocka_unit_test(only_init_and_finish_are_said_to_take_long),
		cmocka_unit_test(who_is_killed_for_memory_died_of_its_own_making),
		cmocka_unit_test(who_damages_its_words_died_of_its_own_making),
		cmocka_unit_test(where_a_core_dump_is),
		cmocka_unit_test(one_that_is_told_to_starts_at_once_and_it_counts_for_nothing),
		cmocka_unit_test(deadlines_mean_nothing_while_it_runs),
	};

	return cmocka_run_group_tests_name("runtime_lifecycle", tests, NULL, NULL);
}
