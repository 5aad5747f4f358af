/* draw.tags on frames in memory. */
#include <draw/tags.pkd.h>
#include <errno.h>
#include <math.h>

#include "../test/objects.h"

extern const struct pkd_methods draw_tags_methods;

enum { W = 320, H = 200, N = 4, L = 40, ITEM = (L + 5 + 3) / 4 * 4 };

struct run {
	struct canvas canvas;
	struct draw_tags_params params;
	struct objects *objects;
	uint8_t *texts; /* list<string<L>, N>; NULL: not connected */
};

static void start(struct run *run, enum draw_Anchor at, bool has_texts)
{
	run->params = (struct draw_tags_params){(uint32_t)at, 14, "", W, H, N, N, L};
	assert_int_equal(canvas_start(&run->canvas, &draw_tags_methods, &run->params, W, H),
	                 PKD_OK);
	run->objects = objects_create(N);
	run->texts = has_texts ? fake_slot(4 + N * ITEM) : NULL;
	if (has_texts)
		memset(run->texts, 0, 4);
}

static void add_text(struct run *run, const char *text)
{
	uint32_t n = 0, len = (uint32_t)strlen(text);
	uint8_t *item;

	memcpy(&n, run->texts, 4);
	item = run->texts + 4 + n * ITEM;
	memcpy(item, &len, 4);
	memcpy(item + 4, text, len + 1);
	n++;
	memcpy(run->texts, &n, 4);
}

static void fire(struct run *run)
{
	struct draw_tags_in in = {run->canvas.frame, (const void *)run->objects, run->texts};
	struct draw_tags_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->objects)
		fake_slot_free(run->objects);
	if (run->texts)
		fake_slot_free(run->texts);
}

/* ---- Tests ---- */

static void a_tag_stands_where_it_is_told(void **state)
{
	/* Rows between which it is, for a box of the rows 80 to 160. */
	static const uint32_t rows[][2] = {{40, 80}, {160, 200}, {80, 110}, {105, 135}, {130, 160}};

	(void)state;
	for (uint32_t at = 0; at <= draw_Anchor_bottom; at++) {
		struct run run;

		start(&run, (enum draw_Anchor)at, false);
		objects_add(run.objects, 0.25f, 0.4f, 0.5f, 0.4f, "person", 7);
		fire(&run);
		assert_true(canvas_count_all(&run.canvas) > 150);
		assert_int_equal(canvas_count(&run.canvas, 80, rows[at][0], 240, rows[at][1]),
		                 canvas_count_all(&run.canvas));
		end(&run);
	}
}

static void without_texts_it_is_the_id_or_the_label(void **state)
{
	uint32_t n_id, n_label;
	struct run run;

	(void)state;
	start(&run, draw_Anchor_above, false);
	objects_add(run.objects, 0.25f, 0.5f, 0.5f, 0.4f, "somebody", 7);
	fire(&run);
	n_id = canvas_count_all(&run.canvas);
	run.objects->items[0].id = 0;
	fire(&run);
	n_label = canvas_count_all(&run.canvas);
	assert_true(n_label > 3 * n_id);
	run.objects->items[0].label.len = 0;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	fake_slot_free(run.objects);
	run.objects = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void texts_go_with_objects_in_order(void **state)
{
	struct run run;

	(void)state;
	start(&run, draw_Anchor_above, true);
	for (uint32_t i = 0; i < 3; i++)
		objects_add(run.objects, 0.1f + 0.3f * (float)i, 0.5f, 0.2f, 0.4f, "x", i + 1);
	add_text(&run, "");
	add_text(&run, "CLOSE");
	fire(&run);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, 126, H), 0);
	assert_true(canvas_count(&run.canvas, 128, 0, 192, 100) > 400);
	assert_int_equal(canvas_count(&run.canvas, 224, 0, W, H), 0); /* it has no text */
	add_text(&run, "a");
	add_text(&run, "b"); /* … and this text no object */
	fire(&run);
	assert_true(canvas_count(&run.canvas, 224, 0, W, H) > 50);
	end(&run);
}

static void an_id_keeps_its_colour(void **state)
{
	uint8_t first[3];
	struct run run;

	(void)state;
	start(&run, draw_Anchor_top, false);
	objects_add(run.objects, 0.1f, 0.1f, 0.2f, 0.4f, "x", 5);
	fire(&run);
	memcpy(first, canvas_pixel(&run.canvas, 57, 22), 3);
	assert_true(canvas_drawn(&run.canvas, 57, 22));
	run.objects->items[0].id = 6;
	fire(&run);
	assert_memory_not_equal(first, canvas_pixel(&run.canvas, 57, 22), 3);
	run.objects->items[0].id = 5;
	fire(&run);
	assert_memory_equal(first, canvas_pixel(&run.canvas, 57, 22), 3);
	end(&run);
}

static void any_text_is_drawn_safely(void **state)
{
	static const char *const texts[] = {"Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
	                                    "\xff\xfe\xc3", "\x01\n\t", "Ω ж ü"};
	uint32_t many = 4000000000U;
	struct run run;

	(void)state;
	start(&run, draw_Anchor_below, true);
	for (int i = 0; i < N; i++) {
		objects_add(run.objects, 0.9f, 0.9f, 0.3f, 0.3f, "x", 1);
		add_text(&run, texts[i]);
	}
	fire(&run);
	/* Lengths that are none are never read beyond the capacity. */
	memcpy(run.texts + 4, &many, 4);
	memcpy(run.texts, &many, 4);
	run.objects->len = many;
	fire(&run);
	assert_true(canvas_count_all(&run.canvas) > 1000);
	end(&run);
}

static void fire_one(void *with)
{
	struct run *run = with;

	fire(run);
}

static void any_box_is_no_harm(void **state)
{
	struct run run;

	(void)state;
	start(&run, draw_Anchor_middle, false);
	objects_add(run.objects, 0, 0, 0, 0, "W", 0);
	objects_try_boxes(&run.objects->items[0].box, fire_one, &run);
	run.objects->items[0].box = (struct detect_Box){NAN, 0.1f, 0.5f, 0.5f};
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct run run = {.params = {0, 14, "reddish", W, H, N, N, L}};

	(void)state;
	assert_int_equal(canvas_start(&run.canvas, &draw_tags_methods, &run.params, W, H), -EINVAL);
	assert_non_null(strstr(run.canvas.ctx.error, "`colour` is 'reddish'"));
	canvas_drop(&run.canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_stands_where_it_is_told),
		cmocka_unit_test(without_texts_it_is_the_id_or_the_label),
		cmocka_unit_test(texts_go_with_objects_in_order),
		cmocka_unit_test(an_id_keeps_its_colour),
		cmocka_unit_test(any_text_is_drawn_safely),
		cmocka_unit_test(any_box_is_no_harm),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
