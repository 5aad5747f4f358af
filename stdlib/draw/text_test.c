/* draw.text on frames in memory. */
#include <draw/text.pkd.h>
#include <errno.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_text_methods;

enum { W = 320, H = 200, N = 600 };

struct run {
	struct canvas canvas;
	struct draw_text_params params;
	struct draw_text_text *text;
};

static void start(struct run *run, float x, float y, float ground)
{
	run->params = (struct draw_text_params){x, y, 14, "#ff0000", ground, W, H, N};
	assert_int_equal(canvas_start(&run->canvas, &draw_text_methods, &run->params, W, H),
	                 PKD_OK);
	run->text = fake_slot(sizeof(*run->text) + N + 1);
}

static void fire(struct run *run, const char *text)
{
	struct draw_text_in in = {run->canvas.frame, text ? run->text : NULL};
	struct draw_text_out out = {run->canvas.view};

	if (text) {
		run->text->len = (uint32_t)strlen(text);
		memcpy(run->text->text, text, strlen(text) + 1);
	}
	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	fake_slot_free(run->text);
}

/* Pixels that are as red as the text. */
static uint32_t n_red(const struct run *run)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->canvas.view->width * run->canvas.view->height; i++)
		n += pkd_const_pixels(run->canvas.view)[i * 3 + 2] > 200 &&
		     pkd_const_pixels(run->canvas.view)[i * 3] < 30;
	return n;
}

/* The rows that are drawn on. */
static uint32_t n_rows(const struct run *run)
{
	uint32_t n = 0;

	for (uint32_t y = 0; y < H; y++)
		n += canvas_count(&run->canvas, 0, y, W, y + 1) > 0;
	return n;
}

/* ---- Tests ---- */

static void a_text_stands_where_it_is_told_on_a_dark_ground(void **state)
{
	struct run run;

	(void)state;
	start(&run, 0.25f, 0.5f, 0.5f);
	fire(&run, "mmm");
	assert_true(n_red(&run) > 20);
	assert_true(canvas_drawn(&run.canvas, 80, 100));
	assert_int_equal(canvas_pixel(&run.canvas, 80, 100)[0], CANVAS_GRAY / 2);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, 80, H), 0);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, W, 100), 0);
	assert_int_equal(canvas_count(&run.canvas, 160, 0, W, H), 0);
	end(&run);
}

static void without_a_ground_it_has_an_edge(void **state)
{
	uint32_t n_white = 0;
	struct run run;

	(void)state;
	start(&run, 0.25f, 0.5f, 0);
	fire(&run, "mmm");
	assert_true(n_red(&run) > 20);
	assert_false(canvas_drawn(&run.canvas, 80, 100));
	for (uint32_t i = 0; i < W * H; i++)
		n_white += pkd_const_pixels(run.canvas.view)[i * 3] > 200;
	assert_true(n_white > 20); /* red is dark: its edge is bright */
	end(&run);
}

static void a_line_feed_begins_a_line(void **state)
{
	uint32_t n_one;
	struct run run;

	(void)state;
	start(&run, 0, 0, 0.5f);
	fire(&run, "one");
	n_one = n_rows(&run);
	fire(&run, "one\ntwo\n\nfour");
	assert_in_range(n_rows(&run), 3 * n_one, 4 * n_one);
	end(&run);
}

static void what_is_empty_or_absent_draws_nothing(void **state)
{
	struct run run;

	(void)state;
	start(&run, 0, 0, 0.5f);
	fire(&run, "");
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	fire(&run, NULL);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void any_text_stays_in_the_frame(void **state)
{
	char text[N + 1];
	struct run run;

	(void)state;
	start(&run, 1, 1, 0.5f);
	memset(text, 'w', N);
	text[N] = '\0';
	fire(&run, text);
	assert_true(canvas_count(&run.canvas, 0, 0, 24, H) > 50);
	assert_true(n_red(&run) > 200);
	memset(text, '\n', N);
	fire(&run, text);
	for (int i = 0; i < N; i++)
		text[i] = (char)(1 + i % 255);
	fire(&run, text);
	run.text->len = 4000000000U;
	fire(&run, NULL);
	for (uint32_t side = 1; side < 40; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 40 - side);
		fire(&run, "W\nü\xff");
	}
	end(&run);
}

static void it_may_change_its_size_and_place_as_it_runs(void **state)
{
	uint32_t n_small;
	struct run run;

	(void)state;
	start(&run, 0, 0, 0.5f);
	fire(&run, "mmm");
	n_small = n_red(&run);
	run.params.text_size = 42;
	run.params.y = 0.5f;
	fire(&run, "mmm");
	assert_true(n_red(&run) > 5 * n_small);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, W, 100), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct draw_text_params params = {0, 0, 14, "", 0.5f, W, H, N};
	struct canvas canvas;

	(void)state;
	assert_int_equal(canvas_start(&canvas, &draw_text_methods, &params, W, H), -EINVAL);
	assert_non_null(strstr(canvas.ctx.error, "`colour` is ''"));
	canvas_drop(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_stands_where_it_is_told_on_a_dark_ground),
		cmocka_unit_test(without_a_ground_it_has_an_edge),
		cmocka_unit_test(a_line_feed_begins_a_line),
		cmocka_unit_test(what_is_empty_or_absent_draws_nothing),
		cmocka_unit_test(any_text_stays_in_the_frame),
		cmocka_unit_test(it_may_change_its_size_and_place_as_it_runs),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
