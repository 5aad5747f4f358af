/* draw.density on frames in memory. */
#include <draw/density.pkd.h>
#include <math.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_density_methods;

enum { W = 160, H = 120, MW = 16, MH = 12 };

struct run {
	struct canvas canvas;
	struct draw_density_params params;
	struct pkd_image *map;
};

static void start(struct run *run)
{
	run->params = (struct draw_density_params){0, 1, W, H, MW, MH};
	assert_int_equal(canvas_start(&run->canvas, &draw_density_methods, &run->params, W, H),
	                 PKD_OK);
	run->map = fake_image(PKD_GRAYF32, MW, MH);
	memset(pkd_pixels(run->map), 0, MW * MH * sizeof(float));
}

static void put(struct run *run, uint32_t x, uint32_t y, float number)
{
	memcpy(pkd_pixels(run->map) + y * run->map->stride + x * sizeof(float), &number,
	       sizeof(number));
}

static void fire(struct run *run)
{
	struct draw_density_in in = {run->canvas.frame, run->map};
	struct draw_density_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->map)
		fake_slot_free(run->map);
}

static void the_largest_number_is_red(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	put(&run, 3, 2, 5);
	put(&run, 12, 9, 2.5f);
	put(&run, 3, 9, -5);
	fire(&run);
	assert_true(canvas_pixel(&run.canvas, 35, 25)[2] > 100);
	assert_true(canvas_pixel(&run.canvas, 35, 25)[1] < 80);
	assert_true(canvas_pixel(&run.canvas, 125, 95)[1] > 180); /* half of it is green */
	assert_int_equal(canvas_count(&run.canvas, 0, 70, 60, H), 0);
	end(&run);
}

static void a_number_may_be_said_to_be_red(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.most = 10;
	put(&run, 3, 2, 5);
	fire(&run);
	assert_true(canvas_pixel(&run.canvas, 35, 25)[1] > 180);
	run.params.opacity = 0.5f;
	fire(&run);
	assert_in_range(canvas_pixel(&run.canvas, 35, 25)[1], 140, 179);
	end(&run);
}

static void numbers_that_are_none_and_other_sizes_are_no_harm(void **state)
{
	static const float odd[] = {NAN, INFINITY, -INFINITY, 1e38f, 1e-42f};
	struct run run;

	(void)state;
	start(&run);
	put(&run, 3, 2, NAN);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	for (int i = 0; i < 5; i++) {
		for (uint32_t cell = 0; cell < MW * MH; cell++)
			put(&run, cell % MW, cell / MW, odd[(cell + (uint32_t)i) % 5]);
		fire(&run);
	}
	for (uint32_t side = 1; side < 12; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 12 - side);
		pkd_image_set(run.map, PKD_GRAYF32, 13 - side, side);
		fire(&run);
	}
	fake_slot_free(run.map);
	run.map = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_number_is_red),
		cmocka_unit_test(a_number_may_be_said_to_be_red),
		cmocka_unit_test(numbers_that_are_none_and_other_sizes_are_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
