/* What is sent keeps within the bandwidth, and the quality comes down to it and up again. */
#include "budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { BANDWIDTH = 4000000 };

/* Ten seconds of thirty pictures a second for each of n, whose size depends on the quality, of
 * which `full` is that at 100. Returns the bits sent in the last eight, per second. */
static double run(struct net_budget *budget, uint32_t n, double full, uint32_t *ret_quality)
{
	double sent = 0;
	int64_t now_ns = 1000000000;

	for (int i = 0; i < 300; i++, now_ns += 33333333) {
		uint32_t quality = net_budget_quality(budget, 80);
		double size = full * (0.1 + 0.9 * quality * quality / 1e4);

		net_budget_fill(budget, BANDWIDTH, now_ns);
		for (uint32_t k = 0; k < n; k++) {
			if (!net_budget_allows(budget, BANDWIDTH))
				continue;
			net_budget_take(budget, BANDWIDTH, (uint64_t)size);
			sent += i >= 60 ? size * 8 : 0;
		}
		net_budget_look(budget, BANDWIDTH, size * 8 * n * 30, now_ns);
		*ret_quality = quality;
	}
	return sent / 8;
}

static void what_fits_is_left_as_it_is(void **state)
{
	struct net_budget budget = {0};
	uint32_t quality;

	(void)state;
	run(&budget, 1, 10000, &quality);
	assert_int_equal(quality, 80);
	assert_true(net_budget_allows(&budget, BANDWIDTH));
}

static void quality_comes_down_before_pictures_are_left_out(void **state)
{
	struct net_budget budget = {0};
	uint32_t quality;
	double bits = run(&budget, 2, 20000, &quality);

	(void)state;
	assert_in_range(quality, 40, 79);
	assert_true(bits > 0.7 * BANDWIDTH && bits <= 1.02 * BANDWIDTH);
	/* … and goes up when one has gone. */
	budget.filled_ns = budget.looked_ns = 0;
	run(&budget, 1, 20000, &quality);
	assert_int_equal(quality, 80);
}

static void what_never_fits_is_kept_by_the_rate(void **state)
{
	struct net_budget budget = {0};
	uint32_t quality;
	double bits = run(&budget, 10, 200000, &quality);

	(void)state;
	assert_int_equal(quality, NET_LEAST_QUALITY);
	assert_true(bits > 0.8 * BANDWIDTH && bits <= 1.05 * BANDWIDTH);
	assert_int_equal(net_budget_quality(&budget, 5), 5);
}

static void a_picture_that_must_wait_is_due_when_it_may_go(void **state)
{
	struct net_budget budget = {0};
	int64_t due_ns;

	(void)state;
	net_budget_fill(&budget, BANDWIDTH, 1);
	net_budget_take(&budget, BANDWIDTH, 500000);
	assert_false(net_budget_allows(&budget, BANDWIDTH));
	assert_true(net_budget_allows(&budget, 0));
	due_ns = net_budget_due(&budget, BANDWIDTH, 1);
	assert_in_range(due_ns, 800000000, 1000000000);
	net_budget_fill(&budget, BANDWIDTH, due_ns);
	assert_true(net_budget_allows(&budget, BANDWIDTH));
}

/* What was sent under another limit is not waited for. */
static void a_new_limit_begins_anew(void **state)
{
	static const uint32_t before[] = {0, 4000000000};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct net_budget budget = {0};
		int64_t now_ns = 1000000000;

		for (int k = 0; k < 1000; k++, now_ns += 33333333) {
			net_budget_fill(&budget, before[i], now_ns);
			assert_true(net_budget_allows(&budget, before[i]));
			net_budget_take(&budget, before[i], 200000);
		}
		net_budget_fill(&budget, BANDWIDTH, now_ns);
		assert_true(net_budget_due(&budget, BANDWIDTH, now_ns) - now_ns < 500000000);
		net_budget_fill(&budget, BANDWIDTH, now_ns + 500000000);
		assert_true(net_budget_allows(&budget, BANDWIDTH));
		/* One that would take hours waits for seconds. */
		net_budget_take(&budget, 1000, 10000000);
		now_ns += 500000000;
		assert_true(net_budget_due(&budget, 1000, now_ns) - now_ns < 11000000000);
		net_budget_fill(&budget, 1000, now_ns + 11000000000);
		assert_true(net_budget_allows(&budget, 1000));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_left_as_it_is),
		cmocka_unit_test(quality_comes_down_before_pictures_are_left_out),
		cmocka_unit_test(what_never_fits_is_kept_by_the_rate),
		cmocka_unit_test(a_picture_that_must_wait_is_due_when_it_may_go),
		cmocka_unit_test(a_new_limit_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
