/* draw.points on frames in memory. */
#include <draw/points.pkd.h>
#include <errno.h>
#include <math.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_points_methods;

enum { W = 320, H = 200, N = 5 };

struct run {
	struct canvas canvas;
	struct draw_points_params params;
	struct draw_points_points *points;
};

static void start(struct run *run)
{
	run->params = (struct draw_points_params){20, "white", W, H, N};
	assert_int_equal(canvas_start(&run->canvas, &draw_points_methods, &run->params, W, H),
	                 PKD_OK);
	run->points = fake_slot((uint32_t)(sizeof(*run->points) + N * sizeof(struct detect_Point)));
	run->points->len = 0;
}

static void add(struct run *run, float x, float y)
{
	run->points->items[run->points->len++] = (struct detect_Point){x, y};
}

static void fire(struct run *run)
{
	struct draw_points_in in = {run->canvas.frame, run->points};
	struct draw_points_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->points)
		fake_slot_free(run->points);
}

static void a_dot_is_round_and_as_large_as_told(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.5f, 0.5f);
	fire(&run);
	/* 20 pixels across and an edge of two or three on each side. */
	assert_in_range(canvas_count_all(&run.canvas), 314, 640);
	assert_memory_equal(canvas_pixel(&run.canvas, 160, 100), "\xff\xff\xff", 3);
	assert_memory_equal(canvas_pixel(&run.canvas, 160, 92), "\xff\xff\xff", 3);
	assert_true(canvas_pixel(&run.canvas, 160, 88)[0] < CANVAS_GRAY); /* the edge */
	assert_false(canvas_drawn(&run.canvas, 148, 88)); /* the corner of its square */
	run.params.size = 0;                              /* by the frame's size */
	fire(&run);
	assert_in_range(canvas_count_all(&run.canvas), 4, 60);
	end(&run);
}

static void what_is_outside_or_no_number_is_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, NAN, 0.5f);
	add(&run, 0.5f, INFINITY);
	add(&run, -2, -3);
	add(&run, 1e30f, 0.5f);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	add(&run, 0, 0); /* a quarter of it */
	fire(&run);
	assert_in_range(canvas_count_all(&run.canvas), 60, 170);
	run.points->len = 4000000000U; /* never read beyond N */
	fire(&run);
	fake_slot_free(run.points);
	run.points = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct draw_points_params params = {20, "", W, H, N};
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_points_methods, &params, W, H), -EINVAL);
	assert_non_null(strstr(canvas.ctx.error, "`colour` is ''"));
	canvas_drop(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dot_is_round_and_as_large_as_told),
		cmocka_unit_test(what_is_outside_or_no_number_is_left_out),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
