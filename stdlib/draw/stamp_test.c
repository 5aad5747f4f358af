/* draw.stamp on frames in memory. */
#include <draw/stamp.pkd.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_stamp_methods;

enum { W = 320, H = 200 };

struct run {
	struct canvas canvas;
	struct draw_stamp_params params;
};

static void start(struct run *run, bool number, bool time, bool wall_clock)
{
	run->params = (struct draw_stamp_params){number, time, wall_clock, draw_Corner_bottom_right,
	                                         14,     0.5f, W,          H};
	assert_int_equal(canvas_start(&run->canvas, &draw_stamp_methods, &run->params, W, H),
	                 PKD_OK);
}

static void fire(struct run *run)
{
	struct draw_stamp_in in = {run->canvas.frame};
	struct draw_stamp_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

/* How wide what is drawn is. */
static uint32_t width_of(const struct run *run)
{
	uint32_t n = 0;

	for (uint32_t x = 0; x < W; x++)
		n += canvas_count(&run->canvas, x, 0, x + 1, H) > 0;
	return n;
}

/* ---- Tests ---- */

static void each_part_makes_it_longer(void **state)
{
	uint32_t before = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct run run;

		start(&run, i > 0, i > 1, i > 2);
		fire(&run);
		assert_true(i == 0 ? width_of(&run) == 0 : width_of(&run) > before + 10);
		assert_int_equal(canvas_count(&run.canvas, 0, 0, W, H / 2), 0);
		before = width_of(&run);
		canvas_end(&run.canvas);
	}
}

static void number_and_time_are_those_of_the_frame(void **state)
{
	static uint8_t before[W * H * 3];
	struct run run;

	(void)state;
	for (int part = 0; part < 2; part++) {
		start(&run, part == 0, part == 1, false);
		run.canvas.ctx.time_ns = 32480000000;
		fire(&run);
		memcpy(before, pkd_const_pixels(run.canvas.view), sizeof(before));
		run.canvas.ctx.number--;
		fire(&run); /* the same frame looks the same */
		assert_memory_equal(before, pkd_const_pixels(run.canvas.view), sizeof(before));
		run.canvas.ctx.time_ns += 1000000;
		fire(&run);
		assert_memory_not_equal(before, pkd_const_pixels(run.canvas.view), sizeof(before));
		canvas_end(&run.canvas);
	}
}

static void any_time_number_and_frame_will_do(void **state)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, INT64_MAX};
	struct run run;

	(void)state;
	start(&run, true, true, true);
	for (int i = 0; i < 4; i++) {
		run.canvas.ctx.time_ns = times[i];
		run.canvas.ctx.number = UINT64_MAX - 9;
		fire(&run);
	}
	for (uint32_t side = 1; side < 40; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 40 - side);
		fire(&run);
	}
	canvas_end(&run.canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_makes_it_longer),
		cmocka_unit_test(number_and_time_are_those_of_the_frame),
		cmocka_unit_test(any_time_number_and_frame_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
