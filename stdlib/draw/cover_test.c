/* draw.blur and draw.mosaic on noise in memory: what differs from the frame is covered. Where the
 * objects are not known to be all that there are, everything is. */
#include "cover.h"

#include <draw/blur.pkd.h>
#include <draw/mosaic.pkd.h>
#include <math.h>

#include "../test/objects.h"

extern const struct pkd_methods draw_blur_methods, draw_mosaic_methods;

enum { W = 320, H = 200, N = 8 };

static const int64_t ms = 1000000;

/* Both nodes have the same ports and params. */
_Static_assert(sizeof(struct draw_blur_params) == sizeof(struct draw_mosaic_params), "");
_Static_assert(sizeof(struct draw_blur_in) == sizeof(struct draw_mosaic_in), "");

struct run {
	struct canvas canvas;
	struct draw_blur_params params;
	struct objects *objects;
};

/* Noise, of which a mean is far from nearly every pixel. */
static void start_with(struct run *run, const struct pkd_methods *methods)
{
	uint32_t random = 1;

	run->params = (struct draw_blur_params){0.2f, 500 * ms, 0, 8, W, H, N};
	assert_int_equal(canvas_start(&run->canvas, methods, &run->params, W, H), PKD_OK);
	for (uint32_t i = 0; i < W * H * 3; i++) {
		random = random * 1664525 + 1013904223;
		pkd_pixels(run->canvas.frame)[i] = random >> 31 ? 255 : 0;
	}
	run->objects = objects_create(N);
}

static void start(struct run *run)
{
	start_with(run, &draw_mosaic_methods);
}

static void fire_with(struct run *run, const struct objects *objects)
{
	struct draw_blur_in in = {run->canvas.frame, (const void *)objects};
	struct draw_blur_out out = {run->canvas.view};

	run->canvas.ctx.time_ns += 40 * ms;
	canvas_fire(&run->canvas, &in, &out);
}

static void fire(struct run *run)
{
	fire_with(run, run->objects);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	fake_slot_free(run->objects);
}

/* A mean is 0 or 255 nowhere. */
static bool all_is_covered(const struct run *run)
{
	return canvas_count_all(&run->canvas) == W * H;
}

static void add(struct run *run, float x, float y, float w, float h)
{
	objects_add(run->objects, x, y, w, h, "person", 0);
}

/* A box of 64 by 40 pixels. */
static void add_one(struct run *run)
{
	add(run, 0.25f, 0.25f, 0.2f, 0.2f);
}

/* ---- What is covered ---- */

static void a_box_is_covered_and_its_surroundings_a_little(void **state)
{
	const struct pkd_methods *both[] = {&draw_blur_methods, &draw_mosaic_methods};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct run run;

		start_with(&run, both[i]);
		add_one(&run);
		fire(&run);
		/* Columns 80 to 144 and 13 more at each side, rows 50 to 90 and 8 more. */
		assert_int_equal(canvas_count(&run.canvas, 68, 42, 156, 98), 88 * 56);
		assert_in_range(canvas_count_all(&run.canvas), 88 * 56, 92 * 60);
		run.params.grow = 0;
		run.objects->items[0].box.x += 0.4f;
		run.canvas.ctx.time_ns += 501 * ms;
		fire(&run);
		assert_in_range(canvas_count_all(&run.canvas), 64 * 40, 66 * 42);
		end(&run);
	}
}

static void nobody_is_no_cover(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

/* How many colours there are in what is covered. */
static uint32_t n_colours(const struct run *run, uint32_t x, uint32_t y, uint32_t x_end,
                          uint32_t y_end)
{
	static uint32_t seen[W * H];
	uint32_t n = 0;

	for (uint32_t row = y; row < y_end; row++) {
		for (uint32_t column = x; column < x_end; column++) {
			uint32_t colour = 0, i = 0;

			memcpy(&colour, canvas_pixel(&run->canvas, column, row), 3);
			while (i < n && seen[i] != colour)
				i++;
			seen[i] = colour;
			n += i == n;
		}
	}
	return n;
}

static void few_means_are_left(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.grow = 0;
	add_one(&run);
	fire(&run);
	assert_in_range(n_colours(&run, 80, 50, 144, 90), 20, 8 * 5);
	run.params.cells = 1;
	fire(&run);
	assert_int_equal(n_colours(&run, 80, 50, 144, 90), 1);
	fire_with(&run, NULL);
	assert_int_equal(n_colours(&run, 0, 0, W, H), 1);
	end(&run);
}

/* 32 means would be all that there is in it. */
static void a_box_with_fewer_pixels_than_cells_is_covered(void **state)
{
	const struct pkd_methods *both[] = {&draw_blur_methods, &draw_mosaic_methods};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct run run;

		start_with(&run, both[i]);
		run.params.grow = 0;
		run.params.cells = 32;
		add(&run, 0.25f, 0.25f, 16.0f / W, 16.0f / H);
		fire(&run);
		assert_int_equal(canvas_count(&run.canvas, 80, 50, 96, 66), 16 * 16);
		end(&run);
	}
}

/* Noise of black and white becomes gray: no pixel is near either. */
static void a_blur_leaves_no_detail(void **state)
{
	struct run run;

	(void)state;
	start_with(&run, &draw_blur_methods);
	fire_with(&run, NULL);
	for (uint32_t i = 0; i < W * H * 3; i++)
		assert_in_range(pkd_const_pixels(run.canvas.view)[i], 100, 155);
	end(&run);
}

static void who_is_missed_stays_covered_for_a_while(void **state)
{
	uint32_t n_frames = 0;
	struct run run;

	(void)state;
	start(&run);
	add_one(&run);
	fire(&run);
	run.objects->len = 0;
	for (; canvas_count_all(&run.canvas) > 0 && n_frames < 100; n_frames++) {
		fire(&run);
		if (n_frames == 5) /* a restart forgets nothing */
			assert_int_equal(fake_restart(run.canvas.methods, &run.canvas.self,
			                              &run.params, &run.canvas.ctx),
			                 PKD_OK);
	}
	assert_int_equal(n_frames, 500 / 40 + 1);
	end(&run);
}

static void where_somebody_was_is_covered_with_where_they_are(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.grow = 0;
	add_one(&run);
	for (int i = 0; i < 10; i++) {
		fire(&run);
		run.objects->items[0].box.x += 0.02f;
	}
	for (uint32_t x = 80; x < 80 + 64 + 9 * 6; x++)
		assert_int_equal(canvas_count(&run.canvas, x, 50, x + 1, 90), 40);
	assert_int_equal(canvas_count(&run.canvas, 220, 0, W, H), 0);
	end(&run);
}

static void a_clock_that_is_put_back_uncovers_nobody(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.canvas.ctx.time_ns = 10000 * ms;
	add_one(&run);
	fire(&run);
	run.objects->len = 0;
	run.canvas.ctx.time_ns -= 300 * ms;
	fire(&run);
	assert_true(canvas_count_all(&run.canvas) > 0);
	run.canvas.ctx.time_ns = INT64_MIN;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

/* ---- What is not known ---- */

static void absent_objects_cover_everything(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire_with(&run, NULL);
	assert_true(all_is_covered(&run));
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void late_objects_cover_everything(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add_one(&run);
	run.canvas.ctx.age_ns = 1;
	fire(&run);
	assert_true(all_is_covered(&run));
	run.params.max_age = 100 * ms;
	run.canvas.ctx.age_ns = 100 * ms;
	fire(&run);
	assert_false(all_is_covered(&run));
	run.canvas.ctx.age_ns = 100 * ms + 1;
	fire(&run);
	assert_true(all_is_covered(&run));
	run.canvas.ctx.age_ns = -1; /* of a later frame */
	fire(&run);
	assert_true(all_is_covered(&run));
	end(&run);
}

static void a_full_list_covers_everything(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int i = 0; i < N; i++) {
		fire(&run);
		assert_false(all_is_covered(&run));
		add(&run, 0.1f * (float)i, 0.5f, 0.05f, 0.1f);
	}
	fire(&run);
	assert_true(all_is_covered(&run));
	run.objects->len = 4000000000U; /* never read beyond N */
	fire(&run);
	assert_true(all_is_covered(&run));
	end(&run);
}

static void a_box_that_is_no_place_covers_everything(void **state)
{
	static const struct detect_Box none[] = {
		{NAN, 0.1f, 0.2f, 0.2f},       {0.1f, 0.1f, INFINITY, 0.2f},
		{0.1f, -INFINITY, 0.2f, 0.2f}, {0.1f, 0.1f, 0, 0.2f},
		{0.1f, 0.1f, 0.2f, -0.2f},     {0.1f, 0.1f, 0.2f, NAN}};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct run run;

		start(&run);
		add_one(&run);
		objects_add(run.objects, 0, 0, 0, 0, "person", 0)->box = none[i];
		fire(&run);
		assert_true(all_is_covered(&run));
		end(&run);
	}
}

/* Boxes that never stand still, more than are remembered. */
static void more_boxes_than_are_kept_cover_everything(void **state)
{
	uint32_t n_frames = 0;
	struct run run;

	(void)state;
	start(&run);
	run.params.hold = 10000 * ms;
	for (int i = 0; i < N - 1; i++)
		add(&run, 0.5f, 0.5f, 0.1f, 0.1f);
	do {
		for (int i = 0; i < N - 1; i++)
			run.objects->items[i].box.w = 0.1f +
			                              (float)(n_frames * N + (uint32_t)i) / 1e5f;
		fire(&run);
		n_frames++;
	} while (!all_is_covered(&run) && n_frames < 1000);
	assert_int_equal(n_frames, COVER_MOST / (N - 1) + 1);
	/* … until the one that had no room would be forgotten. */
	run.objects->len = 0;
	fire(&run);
	assert_true(all_is_covered(&run));
	run.canvas.ctx.time_ns += 10000 * ms;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void fire_one(void *with)
{
	struct run *run = with;

	fire(run);
}

static void any_box_and_frame_is_no_harm(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.hold = 0;
	pkd_image_set(run.canvas.frame, PKD_BGR24, 40, 30);
	add_one(&run);
	objects_try_boxes(&run.objects->items[0].box, fire_one, &run);
	for (uint32_t side = 1; side < 40; side++) {
		run.params.cells = (int32_t)(side % 32 + 1);
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 40 - side);
		run.objects->items[0].box = (struct detect_Box){0.3f, -0.3f, 0.6f, 0.5f};
		fire(&run);
		fire_with(&run, NULL);
	}
	end(&run);
}

static void a_sample_is_told(void **state)
{
	const char *words[] = {"each frame that is not theirs is covered", "who moves may be seen"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct draw_blur_params params = {0.2f, 500 * ms, i * 100 * ms, 8, W, H, N};
		struct canvas canvas;
		void *self = fake_self(&draw_blur_methods);

		memset(&canvas, 0, sizeof(canvas));
		canvas.ctx.sampled[1] = true;
		assert_int_equal(draw_blur_methods.init(self, &params, &canvas.ctx), PKD_OK);
		assert_int_equal(canvas.ctx.n_notes, 1);
		assert_non_null(strstr(canvas.ctx.note, words[i]));
		draw_blur_methods.finish(self);
		free(self);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_is_covered_and_its_surroundings_a_little),
		cmocka_unit_test(nobody_is_no_cover),
		cmocka_unit_test(few_means_are_left),
		cmocka_unit_test(a_box_with_fewer_pixels_than_cells_is_covered),
		cmocka_unit_test(a_blur_leaves_no_detail),
		cmocka_unit_test(who_is_missed_stays_covered_for_a_while),
		cmocka_unit_test(where_somebody_was_is_covered_with_where_they_are),
		cmocka_unit_test(a_clock_that_is_put_back_uncovers_nobody),
		cmocka_unit_test(absent_objects_cover_everything),
		cmocka_unit_test(late_objects_cover_everything),
		cmocka_unit_test(a_full_list_covers_everything),
		cmocka_unit_test(a_box_that_is_no_place_covers_everything),
		cmocka_unit_test(more_boxes_than_are_kept_cover_everything),
		cmocka_unit_test(any_box_and_frame_is_no_harm),
		cmocka_unit_test(a_sample_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
