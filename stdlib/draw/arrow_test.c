/* draw.arrow on frames in memory. */
#include <draw/arrow.pkd.h>
#include <errno.h>
#include <math.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_arrow_methods;

enum { W = 320, H = 200, N = 4 };

struct run {
	struct canvas canvas;
	struct draw_arrow_params params;
	struct draw_arrow_lines *lines;
};

static void start(struct run *run)
{
	run->params = (struct draw_arrow_params){3, 0.5f, "#ffff00", W, H, N};
	assert_int_equal(canvas_start(&run->canvas, &draw_arrow_methods, &run->params, W, H),
	                 PKD_OK);
	run->lines = fake_slot((uint32_t)(sizeof(*run->lines) + N * sizeof(struct detect_Line)));
	run->lines->len = 0;
}

static void add(struct run *run, float x, float y, float to_x, float to_y)
{
	run->lines->items[run->lines->len++] = (struct detect_Line){{x, y}, {to_x, to_y}};
}

static void fire(struct run *run)
{
	struct draw_arrow_in in = {run->canvas.frame, run->lines};
	struct draw_arrow_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->lines)
		fake_slot_free(run->lines);
}

/* How many rows of a column are drawn on. */
static uint32_t height_at(const struct run *run, uint32_t x)
{
	return canvas_count(&run->canvas, x, 0, x + 1, H);
}

/* ---- Tests ---- */

static void the_head_is_at_the_end_of_the_line(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.25f, 0.5f, 0.75f, 0.5f);
	fire(&run);
	assert_memory_equal(canvas_pixel(&run.canvas, 100, 99), "\0\xff\xff", 3);
	assert_in_range(height_at(&run, 100), 5, 10); /* the shaft with its edge */
	/* 24 pixels long, at 25 degrees: 20 pixels high where it begins. */
	assert_in_range(canvas_count(&run.canvas, 216, 88, 222, 112), 40, 143);
	assert_true(canvas_drawn(&run.canvas, 219, 90) && canvas_drawn(&run.canvas, 219, 109));
	assert_int_equal(canvas_count(&run.canvas, 0, 0, 74, H), 0);
	assert_int_equal(canvas_count(&run.canvas, 246, 0, W, H), 0);
	end(&run);
}

/* Both sides of the head are alike, as pixels go, in whatever direction. */
static void a_head_is_as_long_upwards_as_sideways(void **state)
{
	uint32_t n;
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.5f, 0.5f, 0.5f + 80.0f / W, 0.5f);
	fire(&run);
	n = canvas_count_all(&run.canvas);
	run.lines->len = 0;
	add(&run, 0.5f, 0.5f, 0.5f, 0.5f + 80.0f / H);
	fire(&run);
	assert_in_range(canvas_count_all(&run.canvas), n - 30, n + 30);
	end(&run);
}

static void what_has_no_direction_or_place_is_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.5f, 0.5f, 0.5f, 0.5f);
	add(&run, NAN, 0.5f, 0.8f, 0.5f);
	add(&run, 0.1f, 0.5f, INFINITY, 0.5f);
	add(&run, -5, -5, -6, -6);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	run.lines->len = 0;
	add(&run, -1e30f, 0.5f, 1e30f, 0.5f);
	add(&run, 1e38f, 1e38f, -1e38f, -1e38f);
	fire(&run);
	run.lines->len = 4000000000U; /* never read beyond N */
	fire(&run);
	fake_slot_free(run.lines);
	run.lines = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct draw_arrow_params params = {3, 0.5f, "yellowish", W, H, N};
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_arrow_methods, &params, W, H), -EINVAL);
	assert_non_null(strstr(canvas.ctx.error, "`colour` is 'yellowish'"));
	canvas_drop(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_is_at_the_end_of_the_line),
		cmocka_unit_test(a_head_is_as_long_upwards_as_sideways),
		cmocka_unit_test(what_has_no_direction_or_place_is_left_out),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
