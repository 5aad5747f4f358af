/* detect.motion on made pictures: noise of a fixed seed, and a bright square that moves over it. */
#include <detect/motion.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods detect_motion_methods;

enum { W = 320, H = 240, SIDE = 40 };

struct run {
	struct pkd_ctx ctx;
	struct detect_motion_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_motion_objects *objects;
	uint32_t seed;
};

static void start(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct detect_motion_params){
		.min_area = 0.001f, .threshold = 16, .memory = 100, .shadows = true, .size = 480};
	run->seed = 7;
	run->self = fake_self(&detect_motion_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->objects = fake_slot(sizeof(*run->objects));
	assert_int_equal(detect_motion_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	detect_motion_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->objects);
}

static uint32_t noise(struct run *run)
{
	run->seed = run->seed * 1664525 + 1013904223;
	return run->seed >> 28;
}

/* A square at x, y; none where x is negative. */
static void step(struct run *run, int x, int y)
{
	struct detect_motion_in in = {run->frame};
	struct detect_motion_out out = {run->objects};
	const uint32_t height = run->frame->height;
	uint8_t *pixels = pkd_pixels(run->frame);

	for (size_t i = 0; i < (size_t)run->frame->stride * height; i++)
		pixels[i] = (uint8_t)(90 + noise(run));
	for (int row = y; x >= 0 && row < y + SIDE; row++)
		memset(pixels + (size_t)row * run->frame->stride + 3 * (size_t)x, 250, 3 * SIDE);
	memset(run->objects, 0, sizeof(*run->objects));
	assert_int_equal(detect_motion_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
}

static void learn(struct run *run)
{
	for (int i = 0; i < 60; i++)
		step(run, -1, 0);
}

static float least(float a, float b)
{
	return a < b ? a : b;
}

/* Of the first box, and the square at x, y. */
static float overlap(const struct run *run, int x, int y)
{
	const struct detect_Box *box = &run->objects->items[0].box;
	float left = (float)x / W, top = (float)y / H, w = (float)SIDE / W, h = (float)SIDE / H;
	float across = least(left + w, box->x + box->w) - (left > box->x ? left : box->x);
	float down = least(top + h, box->y + box->h) - (top > box->y ? top : box->y);
	float both = across > 0 && down > 0 ? across * down : 0;

	return both / (w * h + box->w * box->h - both);
}

static void noise_is_no_motion(void **state)
{
	struct run run;
	uint32_t n = 0;

	(void)state;
	start(&run);
	for (int i = 0; i < 60; i++) {
		step(&run, -1, 0);
		n += run.objects->len;
	}
	assert_int_equal(n, 0);
	end(&run);
}

static void what_moves_has_a_box(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	learn(&run);
	for (int i = 0; i < 20; i++) {
		const struct detect_Object *object = run.objects->items;

		step(&run, 20 + 10 * i, 100);
		assert_int_equal(run.objects->len, 1);
		assert_string_equal(object->label.text, "motion");
		assert_true(overlap(&run, 20 + 10 * i, 100) > 0.7f);
		assert_true(object->score > 0.8f && object->score <= 1);
		assert_int_equal(object->id, 1);
	}
	end(&run);
}

static void what_stands_becomes_background(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	learn(&run);
	step(&run, 100, 100);
	assert_int_equal(run.objects->len, 1);
	for (int i = 0; i < 300; i++)
		step(&run, 100, 100);
	assert_int_equal(run.objects->len, 0);
	/* What was hidden by it is seen as new. */
	step(&run, -1, 0);
	assert_int_equal(run.objects->len, 1);
	end(&run);
}

static void small_regions_are_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	learn(&run);
	run.params.min_area = 1.2f * SIDE * SIDE / (W * H);
	step(&run, 100, 100);
	assert_int_equal(run.objects->len, 0);
	run.params.min_area = 0.5f * SIDE * SIDE / (W * H);
	step(&run, 150, 100);
	assert_int_equal(run.objects->len, 1);
	end(&run);
}

static void the_threshold_counts_at_once(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	learn(&run);
	/* The noise deviates by some 5: a square 150 brighter by 30 deviations. */
	run.params.threshold = 100000;
	step(&run, 100, 100);
	assert_int_equal(run.objects->len, 0);
	run.params.threshold = 16;
	step(&run, 150, 100);
	assert_in_range(run.objects->len, 1, 64);
	end(&run);
}

static void another_size_is_learnt_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	learn(&run);
	pkd_image_set(run.frame, PKD_BGR24, W / 2, H / 2);
	step(&run, 20, 20);
	assert_int_equal(run.objects->len, 0);
	end(&run);
}

/* One pixel, and a line of them. */
static void tiny_pictures_are_taken(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {W, 1}, {1, H}, {2, 3}};
	struct run run;

	(void)state;
	start(&run);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		for (int k = 0; k < 3; k++)
			step(&run, -1, 0);
		assert_in_range(run.objects->len, 0, 64);
	}
	end(&run);
}

/* More regions than there is room for: the largest stay. */
static void too_many_are_cut(void **state)
{
	struct detect_motion_in in;
	struct run run;
	uint8_t *pixels;

	(void)state;
	start(&run);
	run.params.min_area = 0;
	learn(&run);
	step(&run, -1, 0);
	pixels = pkd_pixels(run.frame);
	for (int row = 0; row < 9; row++)
		for (int column = 0; column < 12; column++)
			for (int y = 0; y < 5 + (row == 4); y++)
				memset(pixels + (size_t)(row * 25 + y) * run.frame->stride +
				               3 * (size_t)(column * 26),
				       250, 15);
	in = (struct detect_motion_in){run.frame};
	struct detect_motion_out out = {run.objects};
	assert_int_equal(detect_motion_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	assert_int_equal(run.objects->len, 64);
	for (int i = 0; i < 63; i++)
		assert_true(run.objects->items[i].box.w * run.objects->items[i].box.h >=
		            run.objects->items[i + 1].box.w * run.objects->items[i + 1].box.h);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_no_motion),
		cmocka_unit_test(what_moves_has_a_box),
		cmocka_unit_test(what_stands_becomes_background),
		cmocka_unit_test(small_regions_are_left_out),
		cmocka_unit_test(the_threshold_counts_at_once),
		cmocka_unit_test(another_size_is_learnt_anew),
		cmocka_unit_test(tiny_pictures_are_taken),
		cmocka_unit_test(too_many_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
