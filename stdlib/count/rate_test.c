/* count.rate: small counts, and random ones beside a sum over all that came. */
#include <count/rate.pkd.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_rate_methods;

static const int64_t MS = 1000000;

struct run {
	struct pkd_ctx ctx;
	struct count_rate_params params;
	void *self;
	double *rate;
};

static void start(struct run *run, int64_t window_ms)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_rate_params){window_ms * MS};
	run->self = fake_self(&count_rate_methods);
	run->rate = fake_slot(sizeof(*run->rate));
	assert_int_equal(count_rate_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	count_rate_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->rate);
}

/* The rate, or -1 where there is none. */
static double give(struct run *run, int64_t time_ns, const double *events)
{
	struct count_rate_in in = {events};
	struct count_rate_out out = {run->rate};

	run->ctx.absent = 0;
	run->ctx.time_ns = time_ns;
	assert_int_equal(fake_fire(&count_rate_methods, run->self, &in, &out, &run->ctx), PKD_OK);
	return run->ctx.absent ? -1 : *run->rate;
}

static double at(struct run *run, int64_t ms, double events)
{
	return give(run, ms * MS, &events);
}

static void is(double a, double b)
{
	if (!(fabs(a - b) <= 1e-9))
		fail_msg("%.17g, and not %.17g", a, b);
}

static void events_count_for_a_window(void **state)
{
	struct run run;

	(void)state;
	start(&run, 1000);
	is(at(&run, 5000, 3), -1);
	is(at(&run, 5250, 1), 4); /* one in the first quarter of a second */
	is(at(&run, 5500, 0), 2);
	is(at(&run, 6000, 2), 3);
	is(give(&run, 6249 * MS, NULL), 3);
	is(at(&run, 6250, 0), 2); /* (5.25 s, 6.25 s] */
	is(at(&run, 6999, NAN), 2);
	is(at(&run, 7000, INFINITY), 0);
	is(at(&run, 99000, 0), 0);
	end(&run);
}

static void where_time_goes_back_it_begins_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run, 1000);
	at(&run, 5000, 0);
	is(at(&run, 5500, 1), 2);
	is(at(&run, 100, 5), -1);
	is(at(&run, 100, 0), -1);
	is(at(&run, 600, 1), 2);
	is(give(&run, INT64_MIN, NULL), -1);
	is(give(&run, INT64_MAX, NULL), -1);
	end(&run);
}

/* Frames 20 ms apart and oftener: within a thousandth of the window of the sum over all. */
static void random_events_are_as_many_as_their_sum(void **state)
{
	enum { N_FRAMES = 6000 };
	static double n[N_FRAMES];
	static int64_t times[N_FRAMES];
	const int64_t windows[] = {1000 * MS, 10000 * MS, 60000 * MS};
	struct run run;

	(void)state;
	srand(9);
	for (int w = 0; w < 3; w++) {
		const int64_t part = windows[w] / 1024;

		start(&run, windows[w] / MS);
		for (int k = 0; k < N_FRAMES; k++) {
			int64_t passed;
			double rate, least = 0, most = 0;

			n[k] = rand() % 3 ? 0 : rand() % 4;
			times[k] = k ? times[k - 1] + rand() % 40 * MS : 7 * MS;
			rate = give(&run, times[k], &n[k]);
			passed = times[k] - times[0];
			passed = passed < windows[w] ? passed : windows[w];
			/* One that was taken together with one before may have left sooner. */
			for (int i = 1; i <= k; i++) {
				most += times[k] - times[i] < windows[w] ? n[i] : 0;
				least += times[k] - times[i] < windows[w] - part ? n[i] : 0;
			}
			if (passed == 0) {
				is(rate, -1);
				continue;
			}
			rate *= (double)passed / 1e9;
			assert_true(rate > least - 1e-6 && rate < most + 1e-6);
			if (k % 1000 == 500)
				assert_int_equal(fake_restart(&count_rate_methods, &run.self,
				                              &run.params, &run.ctx),
				                 PKD_OK);
		}
		end(&run);
	}
}

static void a_window_may_shrink_and_grow(void **state)
{
	struct run run;

	(void)state;
	start(&run, 1000);
	at(&run, 0, 0);
	at(&run, 500, 1);
	at(&run, 1000, 1);
	run.params.window = 250 * MS;
	is(at(&run, 1100, 0), 4);
	run.params.window = 2000 * MS;
	is(at(&run, 1200, 9), -1);
	is(at(&run, 1700, 1), 2);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_count_for_a_window),
		cmocka_unit_test(where_time_goes_back_it_begins_anew),
		cmocka_unit_test(random_events_are_as_many_as_their_sum),
		cmocka_unit_test(a_window_may_shrink_and_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
