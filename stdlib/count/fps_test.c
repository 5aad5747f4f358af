/* count.fps by times that the test sets. */
#include <count/fps.pkd.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_fps_methods;

static const int64_t MS = 1000000;

struct run {
	struct pkd_ctx ctx;
	struct count_fps_params params;
	void *self;
	double *fps, *mean;
};

static void start(struct run *run, uint32_t by, uint32_t over)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_fps_params){by, over};
	run->self = fake_self(&count_fps_methods);
	run->fps = fake_slot(sizeof(*run->fps));
	run->mean = fake_slot(sizeof(*run->mean));
	assert_int_equal(count_fps_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	count_fps_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->fps);
	fake_slot_free(run->mean);
}

static void at(struct run *run, int64_t ms)
{
	struct count_fps_in in = {0};
	struct count_fps_out out = {run->fps, run->mean};

	run->ctx.absent = 0;
	run->ctx.time_ns = ms * MS;
	*run->fps = *run->mean = -1;
	assert_int_equal(fake_fire(&count_fps_methods, run->self, &in, &out, &run->ctx), PKD_OK);
}

static void is(const struct run *run, double fps, double mean)
{
	if (fabs(*run->fps - fps) > 1e-9 || fabs(*run->mean - mean) > 1e-9)
		fail_msg("%g and %g, and not %g and %g", *run->fps, *run->mean, fps, mean);
}

static void the_average_moves_and_the_total_gathers(void **state)
{
	struct run run;

	(void)state;
	start(&run, count_Clock_capture, 10);
	at(&run, 1000);
	assert_int_equal(run.ctx.absent, 3);
	for (int i = 1; i <= 20; i++)
		at(&run, 1000 + 100 * i);
	is(&run, 10, 10);
	for (int i = 1; i <= 10; i++)
		at(&run, 3000 + 20 * i);
	is(&run, 50, 30 / 2.2);
	at(&run, 3300); /* nine of 20 ms, one of 100 ms */
	is(&run, 10 / 0.28, 31 / 2.3);
	end(&run);
}

static void one_interval_is_the_rate_of_the_moment(void **state)
{
	struct run run;

	(void)state;
	start(&run, count_Clock_capture, 1);
	at(&run, 0);
	at(&run, 40);
	is(&run, 25, 25);
	at(&run, 140);
	is(&run, 10, 2 / 0.14);
	at(&run, 140);
	assert_int_equal(run.ctx.absent, 1); /* no time has passed: no rate, but a total */
	is(&run, -1, 3 / 0.14);
	end(&run);
}

static void where_time_goes_back_it_begins_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run, count_Clock_capture, 10);
	at(&run, 5000);
	at(&run, 5100);
	at(&run, 100);
	assert_int_equal(run.ctx.absent, 3);
	at(&run, 150);
	is(&run, 20, 20);
	end(&run);
}

static void arrival_is_by_the_clock_and_survives_a_restart(void **state)
{
	struct run run;

	(void)state;
	start(&run, count_Clock_arrival, 1000);
	for (int i = 0; i < 3000; i++) {
		fake_now_ns = 1000 * MS + (i < 1500 ? 10 : 5) * MS * i + (i < 1500 ? 0 : 7500 * MS);
		at(&run, 77);
		if (i % 100 == 99)
			assert_int_equal(
				fake_restart(&count_fps_methods, &run.self, &run.params, &run.ctx),
				PKD_OK);
	}
	/* 1500 intervals of 10 ms, 1499 of 5 ms. */
	is(&run, 200, 2999 / 22.495);
	fake_now_ns = 0;
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_average_moves_and_the_total_gathers),
		cmocka_unit_test(one_interval_is_the_rate_of_the_moment),
		cmocka_unit_test(where_time_goes_back_it_begins_anew),
		cmocka_unit_test(arrival_is_by_the_clock_and_survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
