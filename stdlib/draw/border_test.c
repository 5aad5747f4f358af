/* draw.border on frames in memory. */
#include <draw/border.pkd.h>
#include <errno.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_border_methods;

enum { W = 320, H = 200 };

static void fire(struct canvas *canvas, const uint8_t *on)
{
	struct draw_border_in in = {canvas->frame, on};
	struct draw_border_out out = {canvas->view};

	canvas_fire(canvas, &in, &out);
}

static void it_is_as_thick_as_told_and_red(void **state)
{
	struct draw_border_params params = {5, "red", W, H};
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_border_methods, &params, W, H), PKD_OK);
	fire(&canvas, NULL);
	assert_int_equal(canvas_count_all(&canvas), W * H - (W - 10) * (H - 10));
	assert_memory_equal(canvas_pixel(&canvas, 4, 4), "\0\0\xff", 3);
	assert_false(canvas_drawn(&canvas, 5, 5) || canvas_drawn(&canvas, W - 6, H - 6));
	params.thickness = 0; /* by the frame's size */
	fire(&canvas, NULL);
	assert_int_equal(canvas_count_all(&canvas), W * H - (W - 8) * (H - 8));
	params.thickness = 500; /* all of it */
	fire(&canvas, NULL);
	assert_int_equal(canvas_count_all(&canvas), W * H);
	canvas_end(&canvas);
}

static void it_is_there_while_on_is_not_false(void **state)
{
	struct draw_border_params params = {5, "#102030", W, H};
	const uint8_t yes = 1, no = 0;
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_border_methods, &params, W, H), PKD_OK);
	fire(&canvas, &no);
	assert_int_equal(canvas_count_all(&canvas), 0);
	fire(&canvas, &yes);
	assert_true(canvas_count_all(&canvas) > 0);
	fire(&canvas, &no);
	assert_int_equal(canvas_count_all(&canvas), 0);
	canvas_end(&canvas);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct draw_border_params params = {5, "#12345", W, H};
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_border_methods, &params, W, H), -EINVAL);
	assert_non_null(strstr(canvas.ctx.error, "`colour` is '#12345'"));
	canvas_drop(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_thick_as_told_and_red),
		cmocka_unit_test(it_is_there_while_on_is_not_false),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
