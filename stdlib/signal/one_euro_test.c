/* signal.one_euro: beside the paper's algorithm in Python (tests/signal), and through kills. */
#include <signal/one_euro.pkd.h>

#include "test_run.h"

extern const struct pkd_methods signal_one_euro_methods;

static const int64_t MS = 1000000, S = 1000000000;

static void it_is_the_papers(void **state)
{
	const struct figures *wanted = read_figures("one_euro");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		const double *p = wanted->params[i];
		struct signal_one_euro_params params = {.min_cutoff = p[0],
		                                        .beta = p[1],
		                                        .d_cutoff = p[2],
		                                        .gap = S,
		                                        .T = &f64_type};
		struct run run;

		run_start(&run, &signal_one_euro_methods, &params, 8, 8);
		assert_column(&run, wanted, i, 1e-9);
		run_end(&run);
	}
}

static void its_rules(void **state)
{
	struct signal_one_euro_params params = {
		.min_cutoff = 1, .beta = 0, .d_cutoff = 1, .gap = S, .T = &f64_type};
	struct run run;
	double y;

	(void)state;
	run_start(&run, &signal_one_euro_methods, &params, 8, 8);
	assert_true(isnan(run_number(&run, 0, NAN)));
	assert_true(run_number(&run, 10 * MS, 4) == 4);
	y = run_number(&run, 20 * MS, 5);
	assert_true(y > 4 && y < 4.1);
	assert_true(run_number(&run, 20 * MS, 100) == y); /* at the same time */
	assert_true(isnan(run_number(&run, 30 * MS, INFINITY)));
	assert_true(run_number(&run, 40 * MS, y) == y);
	assert_true(run_number(&run, 2 * S, 7) == 7);
	assert_true(run_number(&run, 1 * S, 8) == 8);
	assert_true(run_number(&run, 1 * S + 1, 9) < 8.1);
	run_end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_papers),
		cmocka_unit_test(its_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
