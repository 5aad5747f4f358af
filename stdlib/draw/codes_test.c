/* draw.codes on frames in memory. */
#include <draw/codes.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods draw_codes_methods;

enum { W = 320, H = 200, N = 2 };

struct run {
	struct pkd_ctx ctx;
	struct draw_codes_params params;
	void *self;
	struct pkd_image *frame, *view;
	struct draw_codes_codes *codes;
};

static int start(struct run *run, const char *colour)
{
	run->params = (struct draw_codes_params){3, 16, colour, W, H, N};
	run->self = fake_self(&draw_codes_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->view = fake_image(PKD_BGR24, W, H);
	run->codes = fake_slot((uint32_t)(sizeof(*run->codes) + N * sizeof(struct detect_Code)));
	run->codes->len = 0;
	memset(pkd_pixels(run->frame), 9, (size_t)W * H * 3);
	return draw_codes_methods.init(run->self, &run->params, &run->ctx);
}

static void step(struct run *run)
{
	struct draw_codes_in in = {run->frame, run->codes};
	struct draw_codes_out out = {run->view};

	assert_int_equal(draw_codes_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	draw_codes_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->view);
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
	uint32_t n = 0;

	for (uint32_t i = y * W; i < y_end * W; i++) {
		const uint8_t *pixel = pkd_const_pixels(run->view) + i * 3;

		n += pixel[0] != 9 || pixel[1] != 9 || pixel[2] != 9;
	}
	return n;
}

static void a_code_gets_an_outline_and_its_text_below(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "magenta"), PKD_OK);
	add(&run, 0.25f, 0.25f, 0.25f, "pkd");
	step(&run);
	/* Rows 50 to 100, columns 80 to 160, three pixels wide and smooth: not filled. */
	assert_in_range(n_drawn(&run, 0, 100), 2 * 3 * 46 + 3 * 80, 2 * 7 * 54 + 2 * 7 * 80);
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
	assert_int_equal(run.ctx.n_errors, 0);
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
	assert_non_null(strstr(run.ctx.error, "`colour` is 'pinkish'"));
	free(run.self);
	fake_slot_free(run.frame);
	fake_slot_free(run.view);
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
