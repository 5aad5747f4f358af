/* signal.lowpass, highpass, bandpass and bandstop: beside SciPy's figures (tests/signal), through
 * kills, and over values with many channels. */
#include <signal/bandpass.pkd.h>
#include <signal/bandstop.pkd.h>
#include <signal/highpass.pkd.h>
#include <signal/lowpass.pkd.h>

#include "butterworth.h"
#include "test_run.h"

extern const struct pkd_methods signal_lowpass_methods, signal_highpass_methods,
	signal_bandpass_methods, signal_bandstop_methods;

static const int64_t MS = 1000000, S = 1000000000;
static const double TOLERANCE = 1e-9;

#define PARAMS(FIGURES, COLUMN)                                                               \
	.rate = 100, .order = (uint32_t)(FIGURES)->params[COLUMN][0],                         \
	.begin = (FIGURES)->params[COLUMN][3] != 0 ? signal_Begin_steady : signal_Begin_zero, \
	.gap = S, .T = &f64_type

static void compare(const struct pkd_methods *methods, const void *params,
                    const struct figures *wanted, int column)
{
	struct run run;

	run_start(&run, methods, params, 8, 8);
	assert_column(&run, wanted, column, TOLERANCE);
	run_end(&run);
}

static void lowpass_is_scipys(void **state)
{
	const struct figures *wanted = read_figures("lowpass");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_lowpass_params params = {PARAMS(wanted, i)};

		params.cutoff = wanted->params[i][1];
		compare(&signal_lowpass_methods, &params, wanted, i);
	}
}

static void highpass_is_scipys(void **state)
{
	const struct figures *wanted = read_figures("highpass");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_highpass_params params = {PARAMS(wanted, i)};

		params.cutoff = wanted->params[i][1];
		compare(&signal_highpass_methods, &params, wanted, i);
	}
}

static void bandpass_is_scipys(void **state)
{
	const struct figures *wanted = read_figures("bandpass");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_bandpass_params params = {PARAMS(wanted, i)};

		params.low = wanted->params[i][1];
		params.high = wanted->params[i][2];
		compare(&signal_bandpass_methods, &params, wanted, i);
	}
}

static void bandstop_is_scipys(void **state)
{
	const struct figures *wanted = read_figures("bandstop");

	(void)state;
	for (int i = 0; i < wanted->n_columns; i++) {
		struct signal_bandstop_params params = {PARAMS(wanted, i)};

		params.low = wanted->params[i][1];
		params.high = wanted->params[i][2];
		compare(&signal_bandstop_methods, &params, wanted, i);
	}
}

/* ---- Its rules ---- */

static struct signal_lowpass_params plain = {.cutoff = 10,
                                             .rate = 100,
                                             .order = 3,
                                             .begin = signal_Begin_steady,
                                             .gap = S,
                                             .T = &f64_type};

static void a_steady_value_stays(void **state)
{
	struct run run;

	(void)state;
	run_start(&run, &signal_lowpass_methods, &plain, 8, 8);
	for (int i = 0; i < 50; i++)
		assert_near(run_number(&run, 10 * i * MS, 9.81), 9.81, 1e-12, i);
	run_end(&run);
}

static void what_is_no_number_leaves_the_filter_as_it_was(void **state)
{
	struct run with, without;

	(void)state;
	run_start(&with, &signal_lowpass_methods, &plain, 8, 8);
	run_start(&without, &signal_lowpass_methods, &plain, 8, 8);
	assert_true(isnan(run_number(&with, 0, NAN)));
	for (int i = 1; i < 20; i++) {
		double x = i % 5;

		assert_true(run_number(&with, 10 * i * MS, x) ==
		            run_number(&without, 10 * i * MS, x));
		assert_true(isnan(run_number(&with, (10 * i + 5) * MS, i % 2 ? NAN : INFINITY)));
	}
	run_end(&with);
	run_end(&without);
}

static void a_gap_and_a_clock_put_back_begin_anew(void **state)
{
	struct run run;

	(void)state;
	run_start(&run, &signal_lowpass_methods, &plain, 8, 8);
	run_number(&run, 5 * S, 1);
	assert_true(run_number(&run, 6 * S, 2) < 1.5);
	assert_near(run_number(&run, 7 * S + 1, 3), 3, 1e-12, 0);
	assert_near(run_number(&run, 1 * S, 4), 4, 1e-12, 0);
	assert_true(run_number(&run, 1 * S, 9) < 6);
	run_end(&run);
}

static void another_rate_is_told_once(void **state)
{
	struct run run;

	(void)state;
	run_start(&run, &signal_lowpass_methods, &plain, 8, 8);
	for (int i = 0; i < 600; i++)
		run_number(&run, 10 * i * MS, 1);
	assert_int_equal(run.ctx.n_notes, 0);
	run.n_given = 1; /* kills would forget that it was told */
	run_end(&run);
	run_start(&run, &signal_lowpass_methods, &plain, 8, 8);
	for (int i = 0; i < 600; i++) {
		run.n_given = 0;
		run_number(&run, 20 * i * MS, 1);
	}
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "50 values come in a second of capture time, and rate "
	                                     "is 100: all frequencies are 0.5 times"));
	run_end(&run);
}

static void a_cutoff_is_below_half_the_rate(void **state)
{
	struct signal_lowpass_params params = plain;
	struct run run;
	void *self = fake_self(&signal_lowpass_methods);

	(void)state;
	memset(&run, 0, sizeof(run));
	run.ctx.memories[0] = &run;
	params.cutoff = 50;
	assert_true(signal_lowpass_methods.init(self, &params, &run.ctx) < 0);
	assert_non_null(strstr(run.ctx.error, "no frequency of 50 Hz or above"));
	params.cutoff = 0;
	assert_true(signal_lowpass_methods.init(self, &params, &run.ctx) < 0);
	assert_non_null(strstr(run.ctx.error, "cutoff is 0 Hz, and is to be above 0"));
	params.cutoff = 1e-300;
	assert_true(signal_lowpass_methods.init(self, &params, &run.ctx) < 0);
	assert_non_null(strstr(run.ctx.error, "cutoff is 1e-300 Hz, and at 100 values a second the "
	                                      "least that can be computed is 1e-05 Hz"));
	params.cutoff = 49.999999;
	assert_true(signal_lowpass_methods.init(self, &params, &run.ctx) < 0);
	assert_non_null(strstr(run.ctx.error, "the most that can be computed is 49.99999 Hz"));
	free(self);
}

/* A band that is far too wide or too narrow is refused, and one that is as wide as may be leaves
 * nothing behind that stays. */
static void a_band_that_was_changed_and_changed_back_is_what_it_was(void **state)
{
	static const double lows[] = {1e-300, 1e-5, 0, 9.9999999, NAN};
	struct signal_bandpass_params params = {.low = 1,
	                                        .high = 10,
	                                        .rate = 100,
	                                        .order = 4,
	                                        .begin = signal_Begin_zero,
	                                        .gap = S,
	                                        .T = &f64_type};
	struct run run, other;

	(void)state;
	run_start(&run, &signal_bandpass_methods, &params, 8, 8);
	run_start(&other, &signal_bandpass_methods, &params, 8, 8);
	for (int i = 0; i < 3000; i++) {
		double x = sin(i), y;

		params.low = i % 600 >= 300 ? 1 : lows[i / 600];
		assert_int_equal(signal_bandpass_methods.changed(run.self, &params, &run.ctx),
		                 PKD_OK);
		if (lows[i / 600] != 1e-5)
			params.low = 1; /* that was refused: a restart begins with it */
		y = run_number(&run, 10 * i * MS, x);
		assert_true(fabs(y) < 10);
		x = run_number(&other, 10 * i * MS, x);
		if (i % 600 > 590)
			assert_near(y, x, 1e-2, i);
	}
	run_end(&run);
	run_end(&other);
}

/* At both ends of what is taken. */
static void a_steady_value_stays_with_every_cutoff(void **state)
{
	static const double cutoffs[] = {1e-5, 1e-4, 49.9999, 49.99999};
	struct signal_lowpass_params params = plain;

	(void)state;
	for (int i = 0; i < 4; i++)
		for (params.order = 1; params.order <= MAX_ORDER; params.order++) {
			struct run run;

			params.cutoff = cutoffs[i];
			run_start(&run, &signal_lowpass_methods, &params, 8, 8);
			for (int k = 0; k < 100; k++)
				assert_near(run_number(&run, 10 * k * MS, 9.81), 9.81, 1e-6, k);
			run_end(&run);
		}
}

static void a_new_cutoff_counts_at_once(void **state)
{
	struct signal_lowpass_params params = plain;
	struct run run;

	(void)state;
	run_start(&run, &signal_lowpass_methods, &params, 8, 8);
	run_number(&run, 0, 0);
	params.cutoff = 49.9;
	assert_int_equal(signal_lowpass_methods.changed(run.self, &params, &run.ctx), PKD_OK);
	assert_true(run_number(&run, 10 * MS, 1) > 0.95);
	params.cutoff = 60;
	assert_int_equal(signal_lowpass_methods.changed(run.self, &params, &run.ctx), PKD_OK);
	assert_non_null(strstr(run.ctx.note, "the filter stays as it is"));
	run_end(&run);
}

/* ---- Channels ---- */

struct imu {
	float gyro[3];
	double accel[2];
	int32_t n;
	struct {
		uint32_t len;
		char text[5];
	} name;
};

static const struct pkd_type f32_type = {.kind = PKD_F32, .name = "f32", .size = 4, .align = 4};
static const struct pkd_type i32_type = {.kind = PKD_I32, .name = "i32", .size = 4, .align = 4};
static const struct pkd_type name_type = {
	.kind = PKD_STRING, .name = "string<4>", .size = 12, .n = 4};
static const struct pkd_type gyro_type = {.kind = PKD_ARRAY, .size = 12, .n = 3, .item = &f32_type};
static const struct pkd_type accel_type = {
	.kind = PKD_ARRAY, .size = 16, .n = 2, .item = &f64_type};
static const struct pkd_field imu_fields[] = {
	{"gyro", &gyro_type, offsetof(struct imu, gyro)},
	{"accel", &accel_type, offsetof(struct imu, accel)},
	{"n", &i32_type, offsetof(struct imu, n)},
	{"name", &name_type, offsetof(struct imu, name)},
};
static const struct pkd_type imu_type = {.kind = PKD_RECORD,
                                         .name = "Imu",
                                         .size = sizeof(struct imu),
                                         .align = 8,
                                         .n = 4,
                                         .fields = imu_fields};

static void each_fraction_of_a_record_is_a_channel(void **state)
{
	struct signal_lowpass_params params = plain;
	const struct figures *input = read_figures("input");
	struct run run, alone;

	(void)state;
	params.T = &imu_type;
	run_start(&run, &signal_lowpass_methods, &params, sizeof(struct imu), sizeof(struct imu));
	run_start(&alone, &signal_lowpass_methods, &plain, 8, 8);
	for (int i = 0; i < input->n_rows; i++) {
		double x = input->rows[i][1], y = run_number(&alone, 10 * i * MS, x);
		struct imu *in = run.in, *out = run.out[0];

		*in = (struct imu){.gyro = {0, NAN, 2}, .accel = {x, -2 * x}, .n = i};
		pkd_string_set(&in->name, "imu");
		assert_int_equal(run_fire(&run, 10 * i * MS, false), PKD_OK);
		assert_near(out->accel[0], y, 1e-14, i);
		assert_near(out->accel[1], -2 * y, 1e-14, i);
		assert_true(out->gyro[0] == 0 && isnan(out->gyro[1]) && out->n == i);
		assert_near((double)out->gyro[2], 2, 1e-6, i);
		assert_string_equal(out->name.text, "imu");
	}
	run_end(&run);
	run_end(&alone);
}

static void a_value_without_fractions_is_refused(void **state)
{
	struct signal_lowpass_params params = plain;
	struct pkd_ctx ctx = {0};
	void *self = fake_self(&signal_lowpass_methods);

	(void)state;
	ctx.memories[0] = &ctx;
	params.T = &i32_type;
	assert_true(signal_lowpass_methods.init(self, &params, &ctx) < 0);
	assert_non_null(strstr(ctx.error, "a value of the type i32 has no fraction"));
	free(self);
}

/* Of all orders, and near both ends of the band. */
static void every_filter_is_stable(void **state)
{
	static const double cutoffs[] = {1e-7, 2e-7, 1e-5, 0.01, 0.25, 0.49, 0.4999998, 0.4999999};

	(void)state;
	for (uint32_t order = 1; order <= MAX_ORDER; order++)
		for (int pass = PASS_LOW; pass <= STOP_BAND; pass++)
			for (int i = 0; i < 7; i++) {
				struct design design = {(enum pass)pass, order, 1, cutoffs[i],
				                        cutoffs[i + 1]};
				struct sections sections = butterworth(&design);
				bool is_band = pass == PASS_BAND || pass == STOP_BAND;

				assert_int_equal(sections.n, is_band ? order : (order + 1) / 2);
				for (uint32_t k = 0; k < sections.n; k++) {
					const struct section *s = &sections.at[k];

					assert_true(fabs(s->a2) < 1);
					assert_true(fabs(s->a1) < 1 + s->a2);
				}
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowpass_is_scipys),
		cmocka_unit_test(highpass_is_scipys),
		cmocka_unit_test(bandpass_is_scipys),
		cmocka_unit_test(bandstop_is_scipys),
		cmocka_unit_test(a_steady_value_stays),
		cmocka_unit_test(what_is_no_number_leaves_the_filter_as_it_was),
		cmocka_unit_test(a_gap_and_a_clock_put_back_begin_anew),
		cmocka_unit_test(another_rate_is_told_once),
		cmocka_unit_test(a_cutoff_is_below_half_the_rate),
		cmocka_unit_test(a_band_that_was_changed_and_changed_back_is_what_it_was),
		cmocka_unit_test(a_steady_value_stays_with_every_cutoff),
		cmocka_unit_test(a_new_cutoff_counts_at_once),
		cmocka_unit_test(each_fraction_of_a_record_is_a_channel),
		cmocka_unit_test(a_value_without_fractions_is_refused),
		cmocka_unit_test(every_filter_is_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
