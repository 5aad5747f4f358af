/* clock.ticks, pace and delay by a clock that the test sets. */
#include <clock/delay.pkd.h>
#include <clock/pace.pkd.h>
#include <clock/ticks.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods clock_ticks_methods, clock_pace_methods, clock_delay_methods;

enum { MS = 1000000 };

static const struct pkd_type type_i64 = {
	.kind = PKD_I64, .name = "i64", .size = 8, .align = 8, .plain = true, .flat = true};

/* ---- ticks ---- */

struct clock_run {
	struct pkd_ctx ctx;
	struct clock_ticks_params params;
	void *self;
	struct clock_Tick tick;
};

static void start(struct clock_run *run, uint64_t count)
{
	*run = (struct clock_run){.params = {100 * MS, count}};
	run->self = fake_self(&clock_ticks_methods);
	fake_now_ns = 5000 * (int64_t)MS;
	assert_int_equal(clock_ticks_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static int tick_at(struct clock_run *run, int64_t ms)
{
	struct clock_ticks_in in = {0};
	struct clock_ticks_out out = {&run->tick};

	fake_now_ns = (5000 + ms) * MS;
	return fake_fire(&clock_ticks_methods, run->self, &in, &out, &run->ctx);
}

static void is_tick(const struct clock_run *run, uint64_t n, uint64_t missed, int64_t late_ms)
{
	assert_int_equal(run->tick.n, n);
	assert_int_equal(run->tick.missed, missed);
	assert_int_equal(run->tick.late, late_ms * MS);
	assert_int_equal(run->ctx.set_time_ns, (5000 + 100 * ((int64_t)n - 1)) * MS);
}

static void stop(struct clock_run *run)
{
	clock_ticks_methods.finish(run->self);
	free(run->self);
	fake_now_ns = 0;
}

static void ticks_do_not_drift_by_being_late(void **state)
{
	struct clock_run run;

	(void)state;
	start(&run, 0);
	assert_int_equal(tick_at(&run, 0), PKD_OK);
	is_tick(&run, 1, 0, 0);
	assert_int_equal(tick_at(&run, 60), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 5100 * (int64_t)MS);
	assert_int_equal(tick_at(&run, 130), PKD_OK);
	is_tick(&run, 2, 0, 30);
	assert_int_equal(tick_at(&run, 200), PKD_OK);
	is_tick(&run, 3, 0, 0);
	stop(&run);
}

static void missed_ticks_are_left_out_and_counted(void **state)
{
	struct clock_run run;

	(void)state;
	start(&run, 0);
	tick_at(&run, 0);
	assert_int_equal(tick_at(&run, 420), PKD_OK);
	is_tick(&run, 5, 3, 20);
	assert_int_equal(tick_at(&run, 499), PKD_LATER);
	assert_int_equal(tick_at(&run, 500), PKD_OK);
	is_tick(&run, 6, 3, 0);
	stop(&run);
}

static void a_restart_keeps_the_beat(void **state)
{
	struct clock_run run;

	(void)state;
	start(&run, 0);
	tick_at(&run, 0);
	tick_at(&run, 100);
	assert_int_equal(fake_restart(&clock_ticks_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_int_equal(tick_at(&run, 350), PKD_OK);
	is_tick(&run, 4, 1, 50);
	stop(&run);
}

static void a_new_period_counts_from_the_last_tick(void **state)
{
	struct clock_run run;

	(void)state;
	start(&run, 0);
	tick_at(&run, 0);
	run.params.period = 10 * MS;
	assert_int_equal(tick_at(&run, 9), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 5010 * (int64_t)MS);
	stop(&run);
}

static void they_end_with_the_last_one(void **state)
{
	struct clock_run run;

	(void)state;
	start(&run, 3);
	assert_int_equal(run.ctx.n_expected, 3);
	tick_at(&run, 0);
	assert_int_equal(tick_at(&run, 100), PKD_OK);
	assert_int_equal(tick_at(&run, 900), PKD_END);
	assert_int_equal(tick_at(&run, 1000), PKD_SKIP);
	stop(&run);
}

/* ---- pace ---- */

struct pace_run {
	struct pkd_ctx ctx;
	struct clock_pace_params params;
	void *self;
	int64_t paced;
};

static void pace_start(struct pace_run *run, int64_t period_ms, float speed)
{
	*run = (struct pace_run){.params = {period_ms * MS, speed, 10000 * (int64_t)MS, &type_i64}};
	run->self = fake_self(&clock_pace_methods);
	assert_int_equal(clock_pace_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

/* A value of this capture time, at this time of the clock. */
static int pace_at(struct pace_run *run, int64_t capture_ms, int64_t ms)
{
	int64_t value = capture_ms;
	struct clock_pace_in in = {&value};
	struct clock_pace_out out = {&run->paced};

	run->paced = -1;
	run->ctx.time_ns = capture_ms * MS;
	fake_now_ns = (5000 + ms) * MS;
	return fake_fire(&clock_pace_methods, run->self, &in, &out, &run->ctx);
}

static void is_due(const struct pace_run *run, int result, int64_t ms)
{
	assert_int_equal(result, PKD_LATER);
	assert_int_equal(run->ctx.due_ns, (5000 + ms) * MS);
}

static void pace_stop(struct pace_run *run)
{
	clock_pace_methods.finish(run->self);
	free(run->self);
	fake_now_ns = 0;
}

static void values_are_due_as_their_capture_times_say(void **state)
{
	struct pace_run run;

	(void)state;
	pace_start(&run, 0, 2);
	assert_int_equal(pace_at(&run, 1000, 0), PKD_OK);
	assert_int_equal(run.paced, 1000);
	is_due(&run, pace_at(&run, 1100, 0), 50);
	assert_int_equal(pace_at(&run, 1100, 60), PKD_OK); /* late: the next is not */
	is_due(&run, pace_at(&run, 1200, 60), 100);
	pace_stop(&run);
}

static void at_a_rate_capture_times_do_not_matter(void **state)
{
	struct pace_run run;

	(void)state;
	pace_start(&run, 40, 1);
	assert_int_equal(pace_at(&run, 0, 0), PKD_OK);
	is_due(&run, pace_at(&run, 9000, 0), 40);
	assert_int_equal(pace_at(&run, 9000, 90), PKD_OK);
	assert_int_equal(pace_at(&run, 0, 90), PKD_OK); /* catches up */
	is_due(&run, pace_at(&run, 5, 90), 120);
	pace_stop(&run);
}

static void jumps_of_capture_time_are_bounded(void **state)
{
	struct pace_run run;

	(void)state;
	pace_start(&run, 0, 1);
	pace_at(&run, 1000, 0);
	is_due(&run, pace_at(&run, 90000000, 0), 10000);
	assert_int_equal(pace_at(&run, 500, 20), PKD_OK);
	pace_at(&run, INT64_MIN / MS + 1, 20);
	is_due(&run, pace_at(&run, INT64_MAX / MS - 1, 20), 10000);
	pace_stop(&run);
}

static void who_is_far_too_late_begins_anew(void **state)
{
	struct pace_run run;

	(void)state;
	pace_start(&run, 0, 1);
	pace_at(&run, 0, 0);
	assert_int_equal(pace_at(&run, 10, 3000), PKD_OK);
	is_due(&run, pace_at(&run, 20, 3000), 3010);
	pace_stop(&run);
}

static void a_stop_lets_through_what_waits(void **state)
{
	struct pace_run run;

	(void)state;
	pace_start(&run, 0, 1);
	pace_at(&run, 0, 0);
	run.ctx.stopping = true;
	assert_int_equal(pace_at(&run, 5000, 0), PKD_OK);
	assert_int_equal(run.paced, 5000);
	pace_stop(&run);
}

/* ---- delay ---- */

static void each_value_is_delayed_from_when_it_was_made(void **state)
{
	struct pkd_ctx ctx = {0};
	struct clock_delay_params params = {200 * MS, &type_i64};
	void *self = fake_self(&clock_delay_methods);
	int64_t *value = fake_slot(sizeof(*value)), delayed = 0;
	struct clock_delay_in in = {value};
	struct clock_delay_out out = {&delayed};

	(void)state;
	*value = 7;
	fake_header(value)->publish_ns = 5000 * (int64_t)MS;
	assert_int_equal(clock_delay_methods.init(self, &params, &ctx), PKD_OK);
	fake_now_ns = 5100 * (int64_t)MS;
	assert_int_equal(fake_fire(&clock_delay_methods, self, &in, &out, &ctx), PKD_LATER);
	assert_int_equal(ctx.due_ns, 5200 * (int64_t)MS);
	fake_now_ns = 5200 * (int64_t)MS;
	assert_int_equal(fake_fire(&clock_delay_methods, self, &in, &out, &ctx), PKD_OK);
	assert_int_equal(delayed, 7);
	fake_now_ns = 5000 * (int64_t)MS;
	ctx.stopping = true;
	assert_int_equal(fake_fire(&clock_delay_methods, self, &in, &out, &ctx), PKD_OK);
	clock_delay_methods.finish(self);
	free(self);
	fake_slot_free(value);
	fake_now_ns = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_do_not_drift_by_being_late),
		cmocka_unit_test(missed_ticks_are_left_out_and_counted),
		cmocka_unit_test(a_restart_keeps_the_beat),
		cmocka_unit_test(a_new_period_counts_from_the_last_tick),
		cmocka_unit_test(they_end_with_the_last_one),
		cmocka_unit_test(values_are_due_as_their_capture_times_say),
		cmocka_unit_test(at_a_rate_capture_times_do_not_matter),
		cmocka_unit_test(jumps_of_capture_time_are_bounded),
		cmocka_unit_test(who_is_far_too_late_begins_anew),
		cmocka_unit_test(a_stop_lets_through_what_waits),
		cmocka_unit_test(each_value_is_delayed_from_when_it_was_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
