/* signal.fft: beside NumPy's figures (tests/signal), a sum of the definition, and through kills. */
#include <signal/fft.pkd.h>

#include "fourier.h"
#include "test_run.h"

extern const struct pkd_methods signal_fft_methods;

static const int64_t MS = 1000000, S = 1000000000;

static void magnitudes_are_numpys(void **state)
{
	const struct figures *wanted = read_figures("fft"), *input = read_figures("input");

	(void)state;
	for (int c = 0; c < wanted->n_columns; c++) {
		struct signal_fft_params params = {.hop = 16,
		                                   .window = (uint32_t)wanted->params[c][0],
		                                   .centred = true,
		                                   .gap = S,
		                                   .N = 64};
		struct run run;

		run_start(&run, &signal_fft_methods, &params, 8, 33 * 8);
		for (int i = 0; i < 80; i++) {
			run_number(&run, input_time(input, i), input->rows[i][1]);
			assert_int_equal(run.ctx.absent, i == 63 || i == 79 ? 0 : 3);
		}
		for (int k = 0; k <= 32; k++)
			assert_near(((double *)run.out[0])[k], wanted->rows[k][c], 1e-10, k);
		run_end(&run);
	}
}

/* Sizes of all kinds, beside the sum that a transform is. */
static void a_transform_is_its_sum(void **state)
{
	(void)state;
	srand(4);
	for (uint32_t N = 4; N <= 512; N *= 2) {
		double numbers[512];
		double complex bins[257];
		struct fourier fourier;

		assert_int_equal(fourier_init(&fourier, N), 0);
		for (uint32_t k = 0; k < N; k++)
			numbers[k] = rand() / (double)RAND_MAX - 0.5;
		fourier_run(&fourier, numbers, bins);
		for (uint32_t k = 0; k <= N / 2; k++) {
			double complex sum = 0;

			for (uint32_t i = 0; i < N; i++)
				sum += numbers[i] * cexp(-2 * M_PI * I * k * i / N);
			assert_true(cabs(sum - bins[k]) < 1e-12 * N);
		}
		fourier_free(&fourier);
	}
}

/* A sine between two bins: 12.3 Hz of 100 a second, measured or given. */
static void the_peak_is_between_the_bins(void **state)
{
	struct signal_fft_params params = {
		.window = signal_Window_hann, .centred = true, .gap = S, .N = 128};
	struct signal_Peak *peak;
	struct run run;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		params.rate = turn ? 200 : 0;
		run_start(&run, &signal_fft_methods, &params, 8, 65 * 8);
		for (int i = 0; i < 128; i++)
			run_number(&run, 10 * i * MS, 9.81 + 0.7 * sin(2 * M_PI * 12.3 * i / 100));
		assert_int_equal(run.ctx.absent, 0);
		peak = run.out[1];
		assert_near(peak->frequency, turn ? 24.6 : 12.3, 2e-3, turn);
		assert_near(peak->magnitude, 0.7, 0.02, turn);
		run_end(&run);
	}
}

static void what_is_no_number_has_no_spectrum(void **state)
{
	struct signal_fft_params params = {.hop = 1, .gap = S, .N = 4};
	struct run run;

	(void)state;
	run_start(&run, &signal_fft_methods, &params, 8, 3 * 8);
	for (int i = 0; i < 12; i++) {
		run_number(&run, i * MS, i == 5 ? NAN : 1);
		assert_int_equal(run.ctx.absent, i == 3 || i == 4 || i > 8 ? 0 : 3);
	}
	assert_near(*(double *)run.out[0], 1, 1e-12, 0); /* not centred: the mean */
	for (int i = 0; i < 5; i++) {                    /* anew */
		run_number(&run, 5 * S + i, 1);
		assert_int_equal(run.ctx.absent, i < 3 ? 3 : 0);
	}
	run_end(&run);
}

static void a_size_is_a_power_of_two(void **state)
{
	struct signal_fft_params params = {.gap = S, .N = 100};
	struct pkd_ctx ctx = {0};
	void *self = fake_self(&signal_fft_methods);

	(void)state;
	assert_true(signal_fft_methods.init(self, &params, &ctx) < 0);
	assert_non_null(strstr(ctx.error, "N is 100, and is to be a power of two"));
	free(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(magnitudes_are_numpys),
		cmocka_unit_test(a_transform_is_its_sum),
		cmocka_unit_test(the_peak_is_between_the_bins),
		cmocka_unit_test(what_is_no_number_has_no_spectrum),
		cmocka_unit_test(a_size_is_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
