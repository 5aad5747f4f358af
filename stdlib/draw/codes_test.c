/* draw.codes on frames in memory. */
#include <draw/codes.pkd.h>
#include <errno.h>
#include <math.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_codes_methods;

enum { W = 320, H = 200, N = 2 };

struct run {
	struct canvas canvas;
	struct draw_codes_params params;
	struct draw_codes_codes *codes;
};

static int start(struct run *run, const char *colour)
{
	run->params = (struct draw_codes_params){3, 16, colour, W, H, N};
	run->codes = fake_slot((uint32_t)(sizeof(*run->codes) + N * sizeof(struct detect_Code)));
	run->codes->len = 0;
	return canvas_start(&run->canvas, &draw_codes_methods, &run->params, W, H);
}

static void step(struct run *run)
{
	struct draw_codes_in in = {run->canvas.frame, run->codes};
	struct draw_codes_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	fake_slot_free(run->codes);
}

static struct detect_Code *add(struct run *run, float x, float y, float size, const char *text)
{
	struct detect_Code *code = &run->codes->items[run->codes->len++];

	memset(code, 0, sizeof(*code));
	pkd_string_set(&code->text, text);
	code->corners[0] = (struct detect_Point){x, y};
	code->corners[1] = (struct detect_Point){x + size, y};
	code->corners[2] = (struct detect_Point){x + size, y + size};
	code->corners[3] = (struct detect_Point){x, y + size};
	return code;
}

static uint32_t n_drawn(const struct run *run, uint32_t y, uint32_t y_end)
{
	return canvas_count(&run->canvas, 0, y, W, y_end);
}

static void a_code_gets_an_outline_and_its_text_below(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "magenta"), PKD_OK);
	add(&run, 0.25f, 0.25f, 0.25f, "pkd");
	step(&run);
	/* Rows 50 to 100, columns 80 to 160, three pixels wide and smooth: not filled. */
	assert_in_range(n_drawn(&run, 0, 100), 2 * 3 * 46 + 3 * 80, 2 * 8 * 54 + 2 * 8 * 80);
	assert_true(n_drawn(&run, 104, 120) > 100);
	assert_int_equal(n_drawn(&run, 140, H), 0);
	end(&run);
}

static void the_text_stays_in_the_frame(void **state)
{
	char text[1025];
	struct run run = {0};

	(void)state;
	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "a\nb\x01", 4);
	assert_int_equal(start(&run, "white"), PKD_OK);
	add(&run, 0.75f, 0.75f, 0.25f, text);
	add(&run, -2, -3, 9, "grün");
	step(&run);
	assert_true(n_drawn(&run, H - 20, H) > 1000);
	end(&run);
}

static void corners_that_are_no_numbers_do_no_harm(void **state)
{
	struct run run = {0};
	struct detect_Code *code;

	(void)state;
	assert_int_equal(start(&run, "#00ff00"), PKD_OK);
	code = add(&run, 0.2f, 0.2f, 0.2f, "x");
	for (int i = 0; i < 4; i++)
		code->corners[i] = (struct detect_Point){NAN, INFINITY};
	add(&run, 1e30f, -1e30f, 1e30f, "y");
	step(&run);
	end(&run);
}

static void without_codes_the_view_is_the_frame(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "red"), PKD_OK);
	step(&run);
	assert_int_equal(n_drawn(&run, 0, H), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "pinkish"), -EINVAL);
	assert_non_null(strstr(run.canvas.ctx.error, "`colour` is 'pinkish'"));
	canvas_drop(&run.canvas);
	fake_slot_free(run.codes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_gets_an_outline_and_its_text_below),
		cmocka_unit_test(the_text_stays_in_the_frame),
		cmocka_unit_test(corners_that_are_no_numbers_do_no_harm),
		cmocka_unit_test(without_codes_the_view_is_the_frame),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
