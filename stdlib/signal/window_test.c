/* signal.median, rms and derivative: beside NumPy's and SciPy's figures (tests/signal), and through
 * kills. */
#include <signal/derivative.pkd.h>
#include <signal/median.pkd.h>
#include <signal/rms.pkd.h>

#include "test_run.h"

extern const struct pkd_methods signal_median_methods, signal_rms_methods,
	signal_derivative_methods;

static const int64_t MS = 1000000, S = 1000000000;

static void median_is_numpys(void **state)
{
	const struct figures *wanted = read_figures("median");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_median_params params = {
			.gap = S, .N = (uint32_t)wanted->params[i][0], .T = &f64_type};
		struct run run;

		run_start(&run, &signal_median_methods, &params, 8, 8);
		assert_column(&run, wanted, i, 1e-12);
		run_end(&run);
	}
}

static void compare_rms(const char *name, bool centred)
{
	const struct figures *wanted = read_figures(name);

	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_rms_params params = {.centred = centred,
		                                   .gap = S,
		                                   .N = (uint32_t)wanted->params[i][0],
		                                   .T = &f64_type};
		struct run run;

		run_start(&run, &signal_rms_methods, &params, 8, 8);
		assert_column(&run, wanted, i, 1e-11);
		run_end(&run);
	}
}

static void rms_is_numpys(void **state)
{
	(void)state;
	compare_rms("rms", false);
	compare_rms("rms_centred", true);
}

static void what_is_no_number_does_not_count_in_a_window(void **state)
{
	struct signal_median_params params = {.gap = S, .N = 3, .T = &f64_type};
	struct signal_rms_params rms = {.gap = S, .N = 3, .T = &f64_type};
	struct run run;

	(void)state;
	run_start(&run, &signal_median_methods, &params, 8, 8);
	assert_true(isnan(run_number(&run, 0, NAN)));
	assert_true(run_number(&run, 1, 5) == 5);
	assert_true(run_number(&run, 2, INFINITY) == 5);
	assert_true(run_number(&run, 3, 9) == 7);
	assert_true(run_number(&run, 4, 8) == 8.5);
	assert_true(run_number(&run, 2, 1) == 1); /* the clock was put back */
	assert_true(run_number(&run, 3 * S, 2) == 2);
	run_end(&run);
	run_start(&run, &signal_rms_methods, &rms, 8, 8);
	assert_true(isnan(run_number(&run, 0, NAN)));
	assert_true(run_number(&run, 1, -5) == 5);
	assert_true(run_number(&run, 2, NAN) == 5);
	run_end(&run);
}

/* Whose squares no double can hold. */
static void rms_is_right_of_numbers_of_any_size(void **state)
{
	static const double sizes[] = {1, 1e-300, 5e-324, 1e308, 1.7e308};
	struct signal_rms_params rms = {.gap = S, .N = 2, .T = &f64_type};

	(void)state;
	for (int i = 0; i < 5; i++)
		for (int centred = 0; centred < 2; centred++) {
			double size = sizes[i];
			struct run run;

			rms.centred = centred;
			run_start(&run, &signal_rms_methods, &rms, 8, 8);
			assert_true(run_number(&run, 1, 0) == 0);
			run_number(&run, 2, size);
			assert_true(run_number(&run, 3, -size) == size);
			run_end(&run);
		}
}

/* Its selection, beside a sort. */
static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void median_is_right_of_any_numbers(void **state)
{
	(void)state;
	srand(3);
	for (uint32_t N = 1; N <= 40; N++) {
		struct signal_median_params params = {.gap = 0, .N = N, .T = &f64_type};
		double numbers[40], is = 0;
		struct run run;

		run_start(&run, &signal_median_methods, &params, 8, 8);
		for (uint32_t i = 0; i < N; i++) {
			numbers[i] = rand() % (N % 2 ? 5 : 1000);
			run.n_given = 0;
			is = run_number(&run, i * S, numbers[i]);
		}
		qsort(numbers, N, sizeof(numbers[0]), compare_numbers);
		assert_true(is == (numbers[(N - 1) / 2] + numbers[N / 2]) / 2);
		run_end(&run);
	}
}

static void derivative_is_that_of_the_best_polynomial(void **state)
{
	const struct figures *wanted = read_figures("derivative");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_derivative_params params = {.degree = (uint32_t)wanted->params[i][1],
		                                          .gap = S,
		                                          .N = (uint32_t)wanted->params[i][0],
		                                          .T = &f64_type};
		struct run run;

		run_start(&run, &signal_derivative_methods, &params, 8, 8);
		assert_column(&run, wanted, i, 1e-8);
		run_end(&run);
	}
}

/* Of values that are evenly apart, from the first window that is full on. */
static void derivative_is_that_of_savitzky_and_golay(void **state)
{
	const struct figures *wanted = read_figures("savgol"), *input = read_figures("input");

	(void)state;
	for (int c = 0; c < wanted->n_columns; c++) {
		struct signal_derivative_params params = {.degree = (uint32_t)wanted->params[c][1],
		                                          .gap = S,
		                                          .N = (uint32_t)wanted->params[c][0],
		                                          .T = &f64_type};
		struct run run;

		run_start(&run, &signal_derivative_methods, &params, 8, 8);
		for (int i = 0; i < input->n_rows; i++) {
			double is = run_number(&run, 10 * i * MS, input->rows[i][1]);

			if ((uint32_t)i + 1 >= params.N)
				assert_near(is, wanted->rows[i][c], 1e-9, i);
		}
		run_end(&run);
	}
}

static void derivative_needs_two_times(void **state)
{
	struct signal_derivative_params params = {.degree = 1, .gap = S, .N = 2, .T = &f64_type};
	struct run run;

	(void)state;
	run_start(&run, &signal_derivative_methods, &params, 8, 8);
	assert_true(isinf(run_number(&run, 7 * MS, 1)));
	assert_true(isinf(run_number(&run, 7 * MS, 5))); /* does not count */
	assert_near(run_number(&run, 9 * MS, 2), 500, 1e-12, 0);
	assert_true(isnan(run_number(&run, 10 * MS, NAN)));
	assert_true(isnan(run_number(&run, 11 * MS, 1)));
	assert_near(run_number(&run, 12 * MS, 2), 1000, 1e-12, 0);
	assert_true(isinf(run_number(&run, 5 * S, 2)));
	assert_true(isinf(run_number(&run, 4 * S, 2)));
	assert_near(run_number(&run, 4 * S + 1, 2), 0, 1e-12, 0);
	run_end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_is_numpys),
		cmocka_unit_test(rms_is_numpys),
		cmocka_unit_test(rms_is_right_of_numbers_of_any_size),
		cmocka_unit_test(what_is_no_number_does_not_count_in_a_window),
		cmocka_unit_test(median_is_right_of_any_numbers),
		cmocka_unit_test(derivative_is_that_of_the_best_polynomial),
		cmocka_unit_test(derivative_is_that_of_savitzky_and_golay),
		cmocka_unit_test(derivative_needs_two_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
