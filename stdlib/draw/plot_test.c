/* draw.plot on gray frames; what is drawn is green. */
#include <draw/plot.pkd.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods draw_plot_methods;

enum { W = 512, H = 200, GRAY = 100, DIMMED = 40, TOP = 100, LOW = H - 6 };

struct run {
	struct pkd_ctx ctx;
	struct draw_plot_params params;
	void *self;
	struct pkd_image *frame, *view;
};

/* 512 columns of a tenth of a second, in the lower half. */
static void start(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct draw_plot_params){51200000000, 0.5f, "", 14, W, H};
	assert_int_equal(setenv("PKD_FONT", "/nowhere.ttf", 1), 0);
	run->self = fake_self(&draw_plot_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->view = fake_image(PKD_BGR24, W, H);
	memset(pkd_pixels(run->frame), GRAY, (size_t)W * H * 3);
	assert_int_equal(draw_plot_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	draw_plot_methods.finish(run->self);
	unsetenv("PKD_FONT");
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->view);
}

static void step(struct run *run, int64_t tenths, const double *value)
{
	struct draw_plot_in in = {run->frame, value};
	struct draw_plot_out out = {run->view};

	run->ctx.number++;
	run->ctx.time_ns = tenths * 100000000;
	assert_int_equal(fake_fire(&draw_plot_methods, run->self, &in, &out, &run->ctx), PKD_OK);
}

static void steps(struct run *run, int64_t from, int64_t until, double value)
{
	for (int64_t i = from; i < until; i++)
		step(run, i, &value);
}

static bool is_green(const struct run *run, uint32_t x, uint32_t y)
{
	const uint8_t *pixel = pkd_const_pixels(run->view) + (size_t)y * run->view->stride + x * 3;

	return pixel[1] > pixel[0];
}

/* The topmost row of the line in column `x`, 0 without one. */
static uint32_t line_at(const struct run *run, uint32_t x)
{
	for (uint32_t y = 0; y < run->view->height; y++) {
		if (is_green(run, x, y))
			return y;
	}
	return 0;
}

/* ---- Tests ---- */

static void the_line_is_as_high_as_the_number(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	steps(&run, 0, 100, 10);
	steps(&run, 100, 200, 5);
	steps(&run, 200, 300, 0);
	assert_int_equal(line_at(&run, W - 1), LOW);
	assert_int_equal(line_at(&run, W - 50), LOW);
	assert_int_equal(line_at(&run, W - 150), LOW - (LOW - TOP - 4) / 2);
	assert_int_equal(line_at(&run, W - 250), TOP + 4);
	assert_int_equal(line_at(&run, W - 301), 0); /* before the first frame */
	end(&run);
}

static void only_its_part_of_the_frame_becomes_darker(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	step(&run, 0, NULL);
	for (uint32_t y = 0; y < H; y++) {
		for (uint32_t i = 0; i < W * 3; i++)
			assert_int_equal(pkd_const_pixels(run.view)[y * W * 3 + i],
			                 y < TOP ? GRAY : DIMMED);
	}
	end(&run);
}

static void what_is_absent_is_a_gap(void **state)
{
	double nan = NAN;
	struct run run;

	(void)state;
	start(&run);
	steps(&run, 0, 20, 3);
	for (int i = 20; i < 40; i++)
		step(&run, i, i % 2 ? NULL : &nan);
	steps(&run, 40, 60, 3);
	assert_true(line_at(&run, W - 10) && line_at(&run, W - 50));
	assert_int_equal(line_at(&run, W - 30), 0);
	end(&run);
}

static void a_number_counts_until_the_next_frame(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int i = 0; i < 100; i += 7)
		steps(&run, i, i + 1, i < 50 ? 4 : 2);
	for (uint32_t x = W - 98; x < W; x++)
		assert_true(line_at(&run, x));
	assert_true(line_at(&run, W - 98 + 52) < line_at(&run, W - 98 + 60));
	end(&run);
}

static void what_is_older_than_the_span_is_gone(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	steps(&run, 0, 10, 100);
	steps(&run, 10, 600, 2); /* scaled by 2 again */
	for (uint32_t x = 0; x < W; x++)
		assert_int_equal(line_at(&run, x), TOP + 4);
	steps(&run, 100000, 100001, 1);
	assert_int_equal(line_at(&run, 0), TOP + 4);
	assert_true(is_green(&run, W - 1, LOW - (LOW - TOP - 4) / 2));
	end(&run);
}

/* As of a camera whose clock is set: it does not stand still until the old time has come again. */
static void a_clock_that_is_put_back_begins_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	steps(&run, 100000, 100050, 100);
	steps(&run, 0, 20, 2);
	assert_int_equal(line_at(&run, W - 1), TOP + 4);
	assert_int_equal(line_at(&run, W - 20), TOP + 4);
	assert_int_equal(line_at(&run, W - 22), 0);
	end(&run);
}

static void a_restart_forgets_nothing(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	steps(&run, 0, 50, 4);
	assert_int_equal(fake_restart(&draw_plot_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	steps(&run, 50, 60, 2);
	assert_int_equal(line_at(&run, W - 30), TOP + 4);
	end(&run);
}

static void odd_numbers_times_and_frames_are_no_harm(void **state)
{
	static const double odd[] = {-1e300, 1e300, -5, INFINITY, -INFINITY, 1e-300};
	struct run run;

	(void)state;
	start(&run);
	for (int i = 0; i < 6; i++)
		step(&run, i, &odd[i]);
	step(&run, -1000, &odd[2]);
	step(&run, 4, &odd[2]);
	for (uint32_t side = 1; side < 12; side++) {
		pkd_image_set(run.frame, PKD_BGR24, side, 12 - side);
		step(&run, 10 + side, &odd[2]);
	}
	end(&run);
}

static void its_name_is_written_into_it(void **state)
{
	struct run run;
	uint32_t n = 0;

	(void)state;
	start(&run);
	draw_plot_methods.finish(run.self);
	unsetenv("PKD_FONT");
	run.params.name = "people";
	assert_int_equal(draw_plot_methods.init(run.self, &run.params, &run.ctx), PKD_OK);
	steps(&run, 0, 1, 3);
	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		n += pkd_const_pixels(run.view)[i] > 200;
	assert_true(n > 300);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_is_as_high_as_the_number),
		cmocka_unit_test(only_its_part_of_the_frame_becomes_darker),
		cmocka_unit_test(what_is_absent_is_a_gap),
		cmocka_unit_test(a_number_counts_until_the_next_frame),
		cmocka_unit_test(what_is_older_than_the_span_is_gone),
		cmocka_unit_test(a_clock_that_is_put_back_begins_anew),
		cmocka_unit_test(a_restart_forgets_nothing),
		cmocka_unit_test(odd_numbers_times_and_frames_are_no_harm),
		cmocka_unit_test(its_name_is_written_into_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
