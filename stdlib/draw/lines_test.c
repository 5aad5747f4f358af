/* draw.lines on frames in memory. */
#include <draw/lines.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods draw_lines_methods;

enum { W = 100, H = 60, N = 4 };

struct run {
	struct pkd_ctx ctx;
	struct draw_lines_params params;
	void *self;
	struct pkd_image *frame, *view;
	struct draw_lines_lines *lines;
};

static int start(struct run *run, const char *colour)
{
	run->params = (struct draw_lines_params){2, colour, W, H, N};
	run->self = fake_self(&draw_lines_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->view = fake_image(PKD_BGR24, W, H);
	run->lines = fake_slot((uint32_t)(sizeof(*run->lines) + N * sizeof(struct detect_Line)));
	run->lines->len = 0;
	memset(pkd_pixels(run->frame), 9, (size_t)W * H * 3);
	return draw_lines_methods.init(run->self, &run->params, &run->ctx);
}

static void step(struct run *run)
{
	struct draw_lines_in in = {run->frame, run->lines};
	struct draw_lines_out out = {run->view};

	assert_int_equal(draw_lines_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_int_equal(run->view->width, W);
	assert_int_equal(run->view->height, H);
}

static void end(struct run *run)
{
	draw_lines_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->view);
	if (run->lines)
		fake_slot_free(run->lines);
}

static void add(struct run *run, float x, float y, float to_x, float to_y)
{
	run->lines->items[run->lines->len++] = (struct detect_Line){{x, y}, {to_x, to_y}};
}

static const uint8_t *pixel(const struct run *run, uint32_t x, uint32_t y)
{
	return pkd_const_pixels(run->view) + y * run->view->stride + x * 3;
}

static uint32_t n_drawn(const struct run *run)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < W * H; i++)
		n += pixel(run, i % W, i / W)[0] != 9 || pixel(run, i % W, i / W)[2] != 9;
	return n;
}

static void a_line_goes_from_end_to_end(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "#102030"), PKD_OK);
	add(&run, 0.2f, 0.5f, 0.8f, 0.5f);
	step(&run);
	for (uint32_t x = 22; x < 78; x++) {
		assert_int_equal(pixel(&run, x, 29)[0], 0x30);
		assert_int_equal(pixel(&run, x, 29)[1], 0x20);
		assert_int_equal(pixel(&run, x, 29)[2], 0x10);
	}
	assert_in_range(n_drawn(&run), 2 * 58, 5 * 66);
	assert_int_equal(pixel(&run, 10, 29)[0], 9);
	assert_int_equal(pixel(&run, 90, 29)[0], 9);
	end(&run);
}

static void what_is_outside_or_no_number_is_left_out(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "red"), PKD_OK);
	add(&run, NAN, 0.5f, 0.8f, 0.5f);
	add(&run, 0.1f, 0.5f, 0.8f, INFINITY);
	add(&run, 2, 2, 3, 2.5f);
	add(&run, -1e30f, -5, 1e30f, -4.9f);
	step(&run);
	assert_int_equal(n_drawn(&run), 0);
	run.lines->len = 0;
	add(&run, -1e30f, 0.5f, 1e30f, 0.5f);
	step(&run);
	for (uint32_t x = 0; x < W; x++)
		assert_int_equal(pixel(&run, x, 29)[2], 255);
	end(&run);
}

static void without_lines_the_view_is_the_frame(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "blue"), PKD_OK);
	step(&run);
	assert_int_equal(n_drawn(&run), 0);
	fake_slot_free(run.lines);
	run.lines = NULL;
	step(&run);
	assert_int_equal(n_drawn(&run), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	static const char *const wrong[] = {"",         "reddish", "#12345",
	                                    "#1234567", "#12345g", "ff8800"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct run run = {0};

		assert_int_equal(start(&run, wrong[i]), -EINVAL);
		assert_non_null(strstr(run.ctx.error, "or as in \"#ff8800\""));
		free(run.self);
		fake_slot_free(run.frame);
		fake_slot_free(run.view);
		fake_slot_free(run.lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_goes_from_end_to_end),
		cmocka_unit_test(what_is_outside_or_no_number_is_left_out),
		cmocka_unit_test(without_lines_the_view_is_the_frame),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
