/* draw.heat on frames in memory. */
#include <draw/heat.pkd.h>
#include <math.h>

#include "../test/objects.h"

extern const struct pkd_methods draw_heat_methods;

enum { W = 192, H = 108, N = 4 };

static const int64_t second = 1000000000;

struct run {
	struct canvas canvas;
	struct draw_heat_params params;
	struct objects *objects;
};

static void start(struct run *run)
{
	run->params = (struct draw_heat_params){10 * second, 1, false, W, H, N};
	assert_int_equal(canvas_start(&run->canvas, &draw_heat_methods, &run->params, W, H),
	                 PKD_OK);
	run->objects = objects_create(N);
}

static void fire(struct run *run, int64_t later)
{
	struct draw_heat_in in = {run->canvas.frame, (const void *)run->objects};
	struct draw_heat_out out = {run->canvas.view};

	run->canvas.ctx.time_ns += later;
	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->objects)
		fake_slot_free(run->objects);
}

/* What a cell is, by the state that is kept. */
static float warmth_at(const struct run *run, uint32_t column, uint32_t row)
{
	return ((const struct draw_heat_state *)(const void *)run->canvas.ctx.committed_state)
	        ->warmth[row * 96 + column];
}

/* ---- Tests ---- */

static void where_objects_are_it_is_red_and_beside_it_the_frame(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire(&run, 0);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	objects_add(run.objects, 0.2f, 0.4f, 0.1f, 0.2f, "x", 0);
	fire(&run, second / 10);
	/* Its middle is at 48, 54. */
	assert_true(canvas_pixel(&run.canvas, 48, 54)[2] > 100);
	assert_true(canvas_pixel(&run.canvas, 48, 54)[0] < 60);
	assert_int_equal(canvas_count(&run.canvas, 100, 0, W, H), 0);
	run.params.opacity = 0;
	fire(&run, second / 10);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void feet_are_the_middle_of_the_lower_edge(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.feet = true;
	objects_add(run.objects, 0.2f, 0.2f, 0.1f, 0.5f, "x", 0);
	fire(&run, second / 10);
	assert_true(canvas_drawn(&run.canvas, 48, 75));
	assert_int_equal(canvas_count(&run.canvas, 0, 0, W, 54), 0);
	end(&run);
}

static void it_cools_by_half_in_the_half_life(void **state)
{
	float warm;
	struct run run;

	(void)state;
	start(&run);
	objects_add(run.objects, 0.2f, 0.4f, 0.1f, 0.2f, "x", 0);
	fire(&run, second / 10);
	warm = warmth_at(&run, 24, 27);
	assert_true(warm > 0);
	run.objects->len = 0;
	fire(&run, 10 * second);
	assert_true(fabsf(warmth_at(&run, 24, 27) - warm / 2) < warm / 1000);
	fake_slot_free(run.objects);
	run.objects = NULL; /* absent */
	fire(&run, 10 * second);
	assert_true(fabsf(warmth_at(&run, 24, 27) - warm / 4) < warm / 1000);
	fire(&run, 24 * 3600 * second);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

/* Two that stand, one for three times as long. */
static void who_stands_longer_warms_more(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	objects_add(run.objects, 0.2f, 0.4f, 0.1f, 0.2f, "x", 0);
	objects_add(run.objects, 0.7f, 0.4f, 0.1f, 0.2f, "x", 0);
	fire(&run, 0);
	for (int i = 0; i < 9; i++) {
		run.objects->len = i < 3 ? 2 : 1;
		fire(&run, second / 25);
	}
	assert_true(warmth_at(&run, 24, 27) > 2.4f * warmth_at(&run, 72, 27));
	assert_true(warmth_at(&run, 24, 27) < 3.2f * warmth_at(&run, 72, 27));
	/* A pause counts for a second, not for all that nobody saw. */
	fire(&run, 5 * second);
	assert_true(warmth_at(&run, 24, 27) < 1.4f);
	end(&run);
}

static void a_restart_forgets_nothing(void **state)
{
	float warm;
	struct run run;

	(void)state;
	start(&run);
	objects_add(run.objects, 0.2f, 0.4f, 0.1f, 0.2f, "x", 0);
	fire(&run, second);
	warm = warmth_at(&run, 24, 27);
	assert_int_equal(
		fake_restart(run.canvas.methods, &run.canvas.self, &run.params, &run.canvas.ctx),
		PKD_OK);
	fire(&run, second / 10);
	assert_true(warmth_at(&run, 24, 27) > warm);
	end(&run);
}

static void fire_one(void *with)
{
	struct run *run = with;

	fire(run, second / 25);
}

static void any_box_time_and_frame_is_no_harm(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	pkd_image_set(run.canvas.frame, PKD_BGR24, 4, 3);
	objects_add(run.objects, 0, 0, 0, 0, "x", 0);
	objects_try_boxes(&run.objects->items[0].box, fire_one, &run);
	for (uint32_t i = 0; i < 96 * 54; i++)
		assert_true(isfinite(warmth_at(&run, i % 96, i / 96)));
	for (uint32_t side = 1; side < 40; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 40 - side);
		fire(&run, side % 2 ? INT64_MIN / 2 : second);
	}
	run.objects->len = 4000000000U; /* never read beyond N */
	memset(run.objects->items, 0, N * sizeof(struct detect_Object));
	fire(&run, second);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_objects_are_it_is_red_and_beside_it_the_frame),
		cmocka_unit_test(feet_are_the_middle_of_the_lower_edge),
		cmocka_unit_test(it_cools_by_half_in_the_half_life),
		cmocka_unit_test(who_stands_longer_warms_more),
		cmocka_unit_test(a_restart_forgets_nothing),
		cmocka_unit_test(any_box_time_and_frame_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
