/* draw.boxes on frames in memory. */
#include <draw/boxes.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods draw_boxes_methods;

enum { W = 320, H = 200, N = 4 };

struct run {
	struct pkd_ctx ctx;
	struct draw_boxes_params params;
	void *self;
	struct pkd_image *frame, *view;
	struct draw_boxes_objects *objects;
};

static void start(struct run *run)
{
	if (!run->params.W)
		run->params = (struct draw_boxes_params){2, 14, "", true, true, W, H, N};
	run->self = fake_self(&draw_boxes_methods);
	run->frame = fake_image(PKD_BGR24, run->params.W, run->params.H);
	run->view = fake_image(PKD_BGR24, run->params.W, run->params.H);
	run->objects =
		fake_slot((uint32_t)(sizeof(*run->objects) + N * sizeof(struct detect_Object)));
	run->objects->len = 0;
	memset(pkd_pixels(run->frame), 9, (size_t)run->frame->stride * run->frame->height);
	assert_int_equal(draw_boxes_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void step(struct run *run)
{
	struct draw_boxes_in in = {run->frame, run->objects};
	struct draw_boxes_out out = {run->view};

	memset(run->view, 0xa5, sizeof(*run->view));
	assert_int_equal(draw_boxes_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_int_equal(run->view->width, run->frame->width);
	assert_int_equal(run->view->height, run->frame->height);
}

static void end(struct run *run)
{
	draw_boxes_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->view);
	fake_slot_free(run->objects);
}

static void add(struct run *run, float x, float y, float w, float h, const char *label)
{
	struct detect_Object *object = &run->objects->items[run->objects->len++];

	memset(object, 0, sizeof(*object));
	object->box = (struct detect_Box){x, y, w, h};
	pkd_string_set(&object->label, label);
	object->score = 0.87f;
}

static bool drawn(const struct run *run, uint32_t x, uint32_t y)
{
	const uint8_t *pixel = pkd_const_pixels(run->view) + (size_t)y * run->view->stride + x * 3;

	return pixel[0] != 9 || pixel[1] != 9 || pixel[2] != 9;
}

static uint32_t n_drawn(const struct run *run, uint32_t x, uint32_t y, uint32_t x_end,
                        uint32_t y_end)
{
	uint32_t n = 0;

	for (uint32_t j = y; j < y_end; j++) {
		for (uint32_t i = x; i < x_end; i++)
			n += drawn(run, i, j);
	}
	return n;
}

/* Of the brightest of its three colours. */
static uint8_t brightness(const struct run *run, uint32_t x, uint32_t y)
{
	const uint8_t *pixel = pkd_const_pixels(run->view) + (size_t)y * run->view->stride + x * 3;
	uint8_t most = pixel[0] > pixel[1] ? pixel[0] : pixel[1];

	return most > pixel[2] ? most : pixel[2];
}

/* ---- Tests ---- */

static void without_objects_the_view_is_the_frame(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	fake_slot_free(run.objects);
	run.objects = NULL;
	step(&run);
	assert_int_equal(n_drawn(&run, 0, 0, W, H), 0);
	run.objects = fake_slot(16);
	run.objects->len = 0;
	step(&run);
	assert_int_equal(n_drawn(&run, 0, 0, W, H), 0);
	end(&run);
}

static void a_box_is_an_outline_of_the_given_thickness(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(setenv("PKD_FONT", "/nowhere.ttf", 1), 0);
	start(&run);
	unsetenv("PKD_FONT");
	add(&run, 0.25f, 0.25f, 0.5f, 0.5f, "person");
	step(&run);
	/* The line within the box, and an edge that is darker by one pixel on both sides. */
	assert_int_equal(n_drawn(&run, 0, 0, W, H), 162 * 102 - 154 * 94);
	for (uint32_t x = 80; x < 240; x++) {
		assert_true(brightness(&run, x, 50) > 200 && brightness(&run, x, 149) > 200);
		assert_true(brightness(&run, x, 49) < 9 && brightness(&run, x, 150) < 9);
	}
	assert_true(brightness(&run, 81, 100) > 200 && brightness(&run, 82, 100) < 9);
	assert_false(drawn(&run, 83, 53) || drawn(&run, 78, 50) || drawn(&run, 241, 149));
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "no usable font"));
	end(&run);
}

static void a_label_stands_on_its_box(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	assert_int_equal(run.ctx.n_notes, 0);
	add(&run, 0.25f, 0.5f, 0.5f, 0.25f, "person");
	step(&run);
	assert_true(n_drawn(&run, 0, 0, W, 100) > 600);
	assert_int_equal(n_drawn(&run, 0, 0, 79, H), 0);
	end(&run);
}

static void a_label_and_a_score_can_be_left_out(void **state)
{
	uint32_t n[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct run run = {.params = {2, 14, "", i & 1, i & 2, W, H, N}};

		start(&run);
		add(&run, 0.25f, 0.5f, 0.5f, 0.25f, "person");
		step(&run);
		n[i] = n_drawn(&run, 0, 0, W, 98);
		end(&run);
	}
	assert_int_equal(n[0], 0);
	assert_true(n[1] > n[2] && n[2] > 200);
	assert_true(n[3] > n[1] + n[2] / 2);
}

static void a_label_keeps_its_colour(void **state)
{
	struct run run = {0};
	uint8_t first[3], second[3], other[3];

	(void)state;
	start(&run);
	add(&run, 0.0f, 0.5f, 0.2f, 0.4f, "person");
	add(&run, 0.3f, 0.5f, 0.2f, 0.4f, "dog");
	add(&run, 0.6f, 0.5f, 0.2f, 0.4f, "person");
	step(&run);
	memcpy(first, pkd_pixels(run.view) + 120 * run.view->stride, 3);
	memcpy(other, pkd_pixels(run.view) + 120 * run.view->stride + 96 * 3, 3);
	memcpy(second, pkd_pixels(run.view) + 120 * run.view->stride + 192 * 3, 3);
	assert_memory_equal(first, second, 3);
	assert_memory_not_equal(first, other, 3);
	end(&run);
}

/* The slots' guards catch what is drawn behind the image, the sanitizer the rest. */
static void any_box_is_cut_at_the_borders(void **state)
{
	static const float values[] = {-INFINITY, -1e30f, -2, -0.01f, 0,        0.5f, 0.999f,
	                               1,         1.01f,  3,  1e30f,  INFINITY, NAN};
	enum { COUNT = sizeof(values) / sizeof(values[0]) };
	struct run run = {0};

	(void)state;
	run.params = (struct draw_boxes_params){20, 72, "", true, true, 40, 30, N};
	start(&run);
	for (int i = 0; i < COUNT * COUNT * COUNT * COUNT; i++) {
		run.objects->len = 0;
		add(&run, values[i % COUNT], values[i / COUNT % COUNT],
		    values[i / COUNT / COUNT % COUNT], values[i / COUNT / COUNT / COUNT], "Wg");
		step(&run);
	}
	end(&run);
}

/* Of a frame that is nine times as large. */
static void lines_and_labels_are_sized_by_the_frame(void **state)
{
	uint32_t n[2], n_label[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t width = i ? 960 : 320, height = i ? 1440 : 480;
		struct run run = {.params = {0, 0, "red", true, true, width, height, N}};

		start(&run);
		add(&run, 0.25f, 0.5f, 0.5f, 0.25f, "person");
		step(&run);
		for (n[i] = 0; brightness(&run, width / 4 + n[i], height * 5 / 8) > 200;)
			n[i]++;
		n_label[i] = n_drawn(&run, 0, 0, width, height / 2 - 2);
		assert_true(
			pkd_pixels(run.view)[height / 2 * run.view->stride + width / 2 * 3 + 2] ==
			255);
		end(&run);
	}
	assert_int_equal(n[0], 1);
	assert_int_equal(n[1], 3);
	assert_in_range(n_label[1], 6 * n_label[0], 12 * n_label[0]);
}

/* Two rows of a label without letters, before and after a box whose line goes through them. */
static void labels_lie_above_the_lines_of_others(void **state)
{
	struct run run = {.params = {2, 14, "red", true, true, W, H, N}};
	uint8_t alone[2 * W * 3];

	(void)state;
	start(&run);
	add(&run, 0.25f, 0.5f, 0.5f, 0.25f, "person");
	step(&run);
	memcpy(alone, pkd_pixels(run.view) + 90 * W * 3, sizeof(alone));
	add(&run, 0.0f, 0.45f, 1.0f, 0.5f, "");
	run.objects->items[1].score = NAN;
	step(&run);
	assert_memory_equal(pkd_pixels(run.view) + 90 * W * 3 + 84 * 3, alone + 84 * 3, 60 * 3);
	assert_true(brightness(&run, 20, 90) > 200);
	end(&run);
}

/* Of neighbours whose boxes are narrower than their labels, in either order. */
static void labels_do_not_hide_each_other(void **state)
{
	uint32_t n_alone;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct run run = {0};
		uint8_t *first;

		start(&run);
		add(&run, i ? 0.3f : 0.25f, 0.5f, 0.04f, 0.25f, "person");
		step(&run);
		n_alone = n_drawn(&run, 0, 0, W, 98);
		add(&run, i ? 0.25f : 0.3f, 0.5f, 0.04f, 0.25f, "person");
		step(&run);
		assert_true(n_drawn(&run, 0, 0, W, 98) >= 2 * n_alone - 20);
		/* The left one stands on its box. */
		assert_true(drawn(&run, 82, 90));
		assert_true(drawn(&run, 98, 70));
		assert_false(drawn(&run, 82, 70));
		first = malloc((size_t)run.view->stride * H);
		assert_non_null(first);
		memcpy(first, pkd_pixels(run.view), (size_t)run.view->stride * H);
		struct detect_Object other = run.objects->items[0];
		run.objects->items[0] = run.objects->items[1];
		run.objects->items[1] = other;
		step(&run);
		assert_memory_equal(pkd_pixels(run.view), first, (size_t)run.view->stride * 98);
		free(first);
		end(&run);
	}
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct run run = {.params = {2, 14, "pinkish", true, true, W, H, N}};

	(void)state;
	run.self = fake_self(&draw_boxes_methods);
	assert_int_equal(draw_boxes_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "`colour` is 'pinkish'"));
	free(run.self);
}

static void a_box_with_nan_or_no_area_is_left_out(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	add(&run, NAN, 0.1f, 0.5f, 0.5f, "a");
	add(&run, 0.1f, 0.1f, NAN, 0.5f, "b");
	add(&run, 0.1f, 0.1f, 0.5f, 0, "c");
	add(&run, 0.1f, 0.1f, -0.5f, 0.5f, "d");
	step(&run);
	assert_int_equal(n_drawn(&run, 0, 0, W, H), 0);
	end(&run);
}

static void odd_labels_and_scores_are_drawn_safely(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	add(&run, 0.1f, 0.5f, 0.5f, 0.2f, "caf\xc3\xa9 \x01\xff");
	add(&run, 0.1f, 0.5f, 0.5f, 0.2f, "");
	add(&run, 0.1f, 0.5f, 0.5f, 0.2f, "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW");
	add(&run, 0.1f, 0.5f, 0.5f, 0.2f, "x");
	run.objects->items[1].score = NAN;
	run.objects->items[2].score = -INFINITY;
	run.objects->items[3].score = -12.3f;
	run.objects->items[3].label.len = 4000000000U;
	step(&run);
	assert_true(n_drawn(&run, 0, 0, W, H) > 0);
	run.objects->len = 4000000000U; /* never read beyond N */
	step(&run);
	end(&run);
}

static void a_view_that_nobody_reads_is_no_work(void **state)
{
	struct run run = {0};
	struct draw_boxes_out out = {NULL};
	struct draw_boxes_in in;

	(void)state;
	start(&run);
	run.ctx.unread = 1;
	in = (struct draw_boxes_in){run.frame, run.objects};
	assert_int_equal(draw_boxes_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_objects_the_view_is_the_frame),
		cmocka_unit_test(a_box_is_an_outline_of_the_given_thickness),
		cmocka_unit_test(a_label_stands_on_its_box),
		cmocka_unit_test(a_label_and_a_score_can_be_left_out),
		cmocka_unit_test(a_label_keeps_its_colour),
		cmocka_unit_test(any_box_is_cut_at_the_borders),
		cmocka_unit_test(lines_and_labels_are_sized_by_the_frame),
		cmocka_unit_test(labels_lie_above_the_lines_of_others),
		cmocka_unit_test(labels_do_not_hide_each_other),
		cmocka_unit_test(a_colour_that_is_none_is_told),
		cmocka_unit_test(a_box_with_nan_or_no_area_is_left_out),
		cmocka_unit_test(odd_labels_and_scores_are_drawn_safely),
		cmocka_unit_test(a_view_that_nobody_reads_is_no_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
