/* signal.resample and signal.decimate: beside NumPy's and SciPy's figures (tests/signal), and
 * through kills. */
#include <signal/decimate.pkd.h>
#include <signal/resample.pkd.h>

#include "test_run.h"

extern const struct pkd_methods signal_resample_methods, signal_decimate_methods;

static const int64_t MS = 1000000, S = 1000000000;

/* What a node that `fires any` made of a value or of the end. */
struct made {
	int n;
	double values[64];
	int64_t times_ns[64];
};

static void give(struct run *run, int64_t time_ns, double number, bool flushes, struct made *made)
{
	int result;

	memcpy(run->in, &number, sizeof(number));
	made->n = 0;
	do {
		int64_t before = run->ctx.set_time_ns;

		result = run_fire(run, time_ns, flushes);
		if (result == PKD_SKIP)
			return;
		assert_true(run->ctx.set_time_ns >= before || made->n == 0);
		if (run->ctx.absent)
			continue;
		memcpy(&made->values[made->n], run->out[0], sizeof(double));
		made->times_ns[made->n++] = run->ctx.set_time_ns;
	} while (result == PKD_MORE || (flushes && result == PKD_OK));
	assert_int_equal(result, PKD_OK);
}

static void resample_is_numpys(void **state)
{
	const struct figures *wanted = read_figures("resample"), *input = read_figures("input");
	struct signal_resample_params params = {.rate = 37, .gap = S, .T = &f64_type};
	struct made made;
	struct run run;
	int n = 0;

	(void)state;
	run_start(&run, &signal_resample_methods, &params, 8, 8);
	for (int i = 0; i < input->n_rows; i++) {
		give(&run, input_time(input, i), input->rows[i][1], false, &made);
		for (int k = 0; k < made.n; k++, n++) {
			assert_true(n < wanted->n_rows);
			assert_near(made.values[k], wanted->rows[n][0], 1e-6, n);
			assert_int_equal(made.times_ns[k],
			                 input_time(input, 0) + llround(n * 1e9 / 37));
		}
	}
	assert_int_equal(n, wanted->n_rows);
	run_end(&run);
}

static void resample_makes_more_of_few(void **state)
{
	struct signal_resample_params params = {.rate = 1000, .gap = S, .T = &f64_type};
	struct made made;
	struct run run;

	(void)state;
	run_start(&run, &signal_resample_methods, &params, 8, 8);
	give(&run, 5 * MS, 1, false, &made);
	assert_int_equal(made.n, 1);
	give(&run, 9 * MS + MS / 2, 10, false, &made);
	assert_int_equal(made.n, 4);
	assert_near(made.values[3], 9, 1e-12, 3);
	give(&run, 10 * MS, NAN, false, &made); /* on the grid: it itself */
	assert_true(made.n == 1 && isnan(made.values[0]));
	give(&run, 11 * MS, 3, false, &made);
	assert_true(made.n == 1 && made.values[0] == 3);
	give(&run, 11 * MS, 4, false, &made);
	assert_int_equal(made.n, 0);
	assert_non_null(strstr(run.ctx.note, "is left out"));
	give(&run, 2 * S, 5, false, &made); /* across a gap there is nothing */
	assert_true(made.n == 1 && made.values[0] == 5 && made.times_ns[0] == 2 * S);
	give(&run, 4 * S + MS / 4, 5, false, &made);
	assert_int_equal(made.n, 0);
	give(&run, 4 * S + 2 * MS, 6, false, &made);
	assert_true(made.n == 2 && made.times_ns[0] == 4 * S + MS);
	run_end(&run);
}

static void resample_may_hold(void **state)
{
	struct signal_resample_params params = {
		.rate = 1000, .between = signal_Between_hold, .T = &f64_type};
	struct made made;
	struct run run;

	(void)state;
	run_start(&run, &signal_resample_methods, &params, 8, 8);
	give(&run, 0, 1, false, &made);
	give(&run, 2 * MS, 7, false, &made);
	assert_true(made.n == 2 && made.values[0] == 1 && made.values[1] == 7);
	run_end(&run);
}

static void compare_decimated(uint32_t BY)
{
	struct signal_decimate_params params = {.gap = S, .T = &f64_type, .BY = BY};
	const struct figures *wanted, *input = read_figures("input");
	struct made made;
	struct run run;
	char name[32];
	int n = 0;

	snprintf(name, sizeof(name), "decimate_%u", BY);
	wanted = read_figures(name);
	run_start(&run, &signal_decimate_methods, &params, 8, 8);
	for (int i = 0; i <= input->n_rows; i++) {
		bool ends = i == input->n_rows;

		give(&run, ends ? 0 : input_time(input, i), ends ? 0 : input->rows[i][1], ends,
		     &made);
		assert_true(ends || made.n <= 1);
		for (int k = 0; k < made.n; k++, n++) {
			assert_true(n < wanted->n_rows);
			assert_near(made.values[k], wanted->rows[n][0], 1e-11, n);
			assert_int_equal(made.times_ns[k], input_time(input, n * (int)BY));
		}
	}
	assert_int_equal(n, wanted->n_rows);
	run_end(&run);
}

static void decimate_is_scipys(void **state)
{
	(void)state;
	compare_decimated(2);
	compare_decimated(5);
	compare_decimated(12);
}

static void a_gap_gives_the_rest_and_begins_anew(void **state)
{
	struct signal_decimate_params params = {.gap = S, .T = &f64_type, .BY = 2};
	struct made made;
	struct run run;

	(void)state;
	run_start(&run, &signal_decimate_methods, &params, 8, 8);
	for (int i = 0; i < 5; i++) {
		give(&run, i * MS, 3, false, &made);
		assert_int_equal(made.n, 0);
	}
	give(&run, 4 * MS, 9, false, &made);
	assert_int_equal(made.n, 0);
	assert_non_null(strstr(run.ctx.note, "is left out"));
	give(&run, 3 * S, 8, false, &made);
	assert_int_equal(made.n, 3);
	for (int k = 0; k < 3; k++) {
		assert_near(made.values[k], 3, 1e-12, k);
		assert_int_equal(made.times_ns[k], 2 * k * MS);
	}
	give(&run, 0, 0, true, &made);
	assert_true(made.n == 1 && made.times_ns[0] == 3 * S);
	assert_near(made.values[0], 8, 1e-12, 0);
	run_end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resample_is_numpys),
		cmocka_unit_test(resample_makes_more_of_few),
		cmocka_unit_test(resample_may_hold),
		cmocka_unit_test(decimate_is_scipys),
		cmocka_unit_test(a_gap_gives_the_rest_and_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
