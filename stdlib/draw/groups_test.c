/* draw.groups on frames in memory, without letters. */
#include <draw/groups.pkd.h>
#include <math.h>

#include "../test/objects.h"

extern const struct pkd_methods draw_groups_methods;

enum { W = 320, H = 200, N = 4 };

struct run {
	struct canvas canvas;
	struct draw_groups_params params;
	struct objects *objects;
	struct draw_groups_groups *groups;
};

static void start(struct run *run)
{
	run->params = (struct draw_groups_params){1, 3, 14, "group of ", W, H, N};
	assert_int_equal(setenv("PKD_FONT", "/nowhere.ttf", 1), 0);
	assert_int_equal(canvas_start(&run->canvas, &draw_groups_methods, &run->params, W, H),
	                 PKD_OK);
	unsetenv("PKD_FONT");
	run->objects = objects_create(N);
	run->groups = fake_slot((uint32_t)(sizeof(*run->groups) + N * sizeof(uint32_t)));
	run->groups->len = 0;
}

static void add(struct run *run, float x, float y, uint32_t group)
{
	objects_add(run->objects, x, y, 0.1f, 0.2f, "person", 0);
	run->groups->items[run->groups->len++] = group;
}

static void fire(struct run *run)
{
	struct draw_groups_in in = {run->canvas.frame, (const void *)run->objects, run->groups};
	struct draw_groups_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	fake_slot_free(run->objects);
	if (run->groups)
		fake_slot_free(run->groups);
}

/* ---- Tests ---- */

static void a_box_is_around_the_whole_group(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.1f, 0.1f, 2);
	add(&run, 0.7f, 0.1f, 1);
	add(&run, 0.4f, 0.4f, 2);
	fire(&run);
	/* From 32, 20 to 160, 120; an edge of one pixel. The one alone has none. */
	assert_int_equal(canvas_count(&run.canvas, 31, 19, 161, 121),
	                 canvas_count_all(&run.canvas));
	for (uint32_t x = 32; x < 160; x++)
		assert_true(canvas_drawn(&run.canvas, x, 20) && canvas_drawn(&run.canvas, x, 119));
	assert_int_equal(canvas_count(&run.canvas, 40, 30, 150, 110), 0);
	end(&run);
}

static void small_groups_are_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	add(&run, 0.1f, 0.1f, 1);
	add(&run, 0.4f, 0.4f, 1);
	run.params.more_than = 2;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	run.params.more_than = 0;
	fire(&run);
	assert_true(canvas_count_all(&run.canvas) > 0);
	end(&run);
}

static void how_many_they_are_stands_on_it(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	draw_groups_methods.finish(run.canvas.self);
	memset(run.canvas.self, 0, draw_groups_methods.self_size);
	assert_int_equal(draw_groups_methods.init(run.canvas.self, &run.params, &run.canvas.ctx),
	                 PKD_OK);
	add(&run, 0.1f, 0.4f, 1);
	add(&run, 0.4f, 0.4f, 1);
	fire(&run);
	assert_true(canvas_count(&run.canvas, 0, 0, W, 78) > 800);
	end(&run);
}

static void numbers_that_are_none_and_odd_boxes_are_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.more_than = 0;
	add(&run, 0.1f, 0.1f, 0);
	add(&run, 0.1f, 0.1f, N + 1);
	add(&run, 0.1f, 0.1f, 4000000000U);
	add(&run, NAN, 0.1f, 1);
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	run.objects->len = run.groups->len = 4000000000U; /* never read beyond N */
	fire(&run);
	run.groups->len = 0; /* fewer than objects */
	fire(&run);
	fake_slot_free(run.groups);
	run.groups = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
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
	start(&run);
	add(&run, 0.5f, 0.5f, 1);
	add(&run, 0.5f, 0.5f, 1);
	objects_try_boxes(&run.objects->items[0].box, fire_one, &run);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_is_around_the_whole_group),
		cmocka_unit_test(small_groups_are_left_out),
		cmocka_unit_test(how_many_they_are_stands_on_it),
		cmocka_unit_test(numbers_that_are_none_and_odd_boxes_are_left_out),
		cmocka_unit_test(any_box_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
