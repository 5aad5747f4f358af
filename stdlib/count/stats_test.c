/* count.stats beside figures of NumPy. */
#include <count/stats.pkd.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods count_stats_methods;

enum { N = 10 };

struct run {
	struct pkd_ctx ctx;
	struct count_stats_params params;
	void *self;
	double memory[N + 1];
	struct count_Stats *all;
	struct count_Recent *recent;
};

static void start(struct run *run, double quantile)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct count_stats_params){quantile, N};
	run->ctx.memories[0] = run->memory;
	run->self = fake_self(&count_stats_methods);
	run->all = fake_slot(sizeof(*run->all));
	run->recent = fake_slot(sizeof(*run->recent));
	assert_int_equal(count_stats_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	count_stats_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->all);
	fake_slot_free(run->recent);
}

static void give(struct run *run, const double *value)
{
	struct count_stats_in in = {value};
	struct count_stats_out out = {run->all, run->recent};

	run->ctx.absent = 0;
	assert_int_equal(fake_fire(&count_stats_methods, run->self, &in, &out, &run->ctx), PKD_OK);
}

static void add(struct run *run, double value)
{
	give(run, &value);
}

static void restart(struct run *run)
{
	assert_int_equal(fake_restart(&count_stats_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
}

static void is(double a, double b)
{
	if (!(fabs(a - b) <= 1e-12 * fmax(1, fabs(b))))
		fail_msg("%.17g, and not %.17g", a, b);
}

/* min(), max(), mean() and std() of the first n numbers, the same of the last ten of these, their
 * median() and their quantile(0.9), by NumPy 1.24. */
static const struct figures {
	uint32_t n;
	double min, max, mean, deviation, least, most, recent_mean, recent_deviation, median,
		quantile;
} figures[] = {
	{1, -60, -60, -60, 0, -60, -60, -60, 0, -60, -60},
	{2, -60, 21, -19.5, 40.5, -60, 21, -19.5, 40.5, -19.5, 12.900000000000002},
	{3, -60, 21, -27.416666666666668, 34.911992527242305, -60, 21, -27.416666666666668,
         34.911992527242305, -43.25, 8.1500000000000021},
	{10, -60, 21, -13.5, 32.600996917272333, -60, 21, -13.5, 32.600996917272333, -2.75, 21},
	{11, -60, 21, -15.568181818181818, 31.764418864275228, -60, 21, -11.125, 29.878347092836311,
         -2.75, 21},
	{12, -60, 21, -17, 30.780641914467388, -60, 21, -16.5, 28.414564927163674, -17.75,
         17.849999999999998},
	{100, -60, 63, -1, 36.286791674106432, -31.5, 41.25, -1, 21.404146794488213, 2.375,
         15.82499999999999},
	{499, -60, 64.75, 2.4524048096192383, 35.981804356061588, -46.25, 43.75, -1.125,
         27.639928093249448, -3, 31.149999999999995},
	{500, -60, 64.75, 2.5, 35.961524578360134, -46.25, 43.75, -1, 27.760358427080874, -3,
         31.149999999999995},
};

static void all_and_the_last_ten_are_as_numpy_has_them(void **state)
{
	struct run run;

	(void)state;
	/* The second time with a death before each seventh number. */
	for (int dies = 0; dies < 2; dies++) {
		const struct figures *due = figures;

		start(&run, 0.9);
		for (uint32_t k = 0; k < 500; k++) {
			double number = (k * k * 7919 + k * 104729) % 1000 / 8.0 - 60;

			if (dies && k % 7 == 3)
				restart(&run);
			add(&run, number);
			assert_true(run.all->n == k + 1 && run.all->last == number);
			if (k + 1 != due->n)
				continue;
			is(run.all->min, due->min);
			is(run.all->max, due->max);
			is(run.all->mean, due->mean);
			is(run.all->deviation, due->deviation);
			assert_int_equal(run.recent->n, k + 1 < N ? k + 1 : N);
			is(run.recent->min, due->least);
			is(run.recent->max, due->most);
			is(run.recent->mean, due->recent_mean);
			is(run.recent->deviation, due->recent_deviation);
			is(run.recent->median, due->median);
			is(run.recent->quantile, due->quantile);
			due++;
		}
		assert_true(due == figures + sizeof(figures) / sizeof(figures[0]));
		end(&run);
	}
}

static void a_death_in_a_firing_leaves_no_number_behind(void **state)
{
	struct run run;

	(void)state;
	start(&run, 1);
	for (int k = 0; k < 2 * N; k++) {
		double lost = 1e6;
		struct count_stats_in in = {&lost};
		struct count_stats_out out = {run.all, run.recent};

		/* A step that does not count: what it wrote to the memory stays. */
		memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
		count_stats_methods.step(run.self, &in, &out, &run.ctx);
		restart(&run);
		add(&run, k);
		assert_int_equal(run.all->n, k + 1);
		is(run.recent->quantile, k);
		is(run.recent->min, k < N ? 0 : k - N + 1);
	}
	end(&run);
}

static void a_0_counts_and_what_is_absent_or_no_number_does_not(void **state)
{
	struct run run;

	(void)state;
	start(&run, 0.5);
	give(&run, NULL);
	assert_int_equal(run.ctx.absent, 3);
	add(&run, NAN);
	assert_int_equal(run.ctx.absent, 3);
	add(&run, 4);
	add(&run, 0);
	assert_int_equal(run.ctx.absent, 0);
	is(run.all->min, 0);
	is(run.all->mean, 2);
	add(&run, INFINITY);
	add(&run, -INFINITY);
	give(&run, NULL);
	assert_int_equal(run.ctx.absent, 0);
	assert_int_equal(run.all->n, 2);
	is(run.all->last, 0);
	is(run.recent->median, 2);
	end(&run);
}

static void large_numbers_lose_no_digits_and_the_largest_do_no_harm(void **state)
{
	struct run run;

	(void)state;
	start(&run, 0.5);
	for (int k = 0; k < 9; k++)
		add(&run, 1e9 + k % 3);
	is(run.all->mean, 1e9 + 1);
	assert_true(fabs(run.all->deviation - sqrt(2.0 / 3)) < 1e-8);
	add(&run, 1.7e308);
	add(&run, -1.7e308);
	add(&run, 5);
	assert_true(isfinite(run.all->mean));
	is(run.all->max, 1.7e308);
	end(&run);
}

static void reset_begins_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run, 0.5);
	for (int k = 0; k < 25; k++)
		add(&run, k);
	memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
	assert_int_equal(count_stats_reset(run.self, &run.ctx), PKD_OK);
	memcpy(run.ctx.committed_state, run.ctx.state, sizeof(run.ctx.state));
	give(&run, NULL);
	assert_int_equal(run.ctx.absent, 3);
	add(&run, -3);
	assert_int_equal(run.all->n, 1);
	is(run.all->max, -3);
	is(run.recent->max, -3);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_and_the_last_ten_are_as_numpy_has_them),
		cmocka_unit_test(a_death_in_a_firing_leaves_no_number_behind),
		cmocka_unit_test(a_0_counts_and_what_is_absent_or_no_number_does_not),
		cmocka_unit_test(large_numbers_lose_no_digits_and_the_largest_do_no_harm),
		cmocka_unit_test(reset_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
