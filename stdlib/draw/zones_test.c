/* draw.zones on frames in memory. */
#include <draw/zones.pkd.h>
#include <errno.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_zones_methods;

enum { W = 320, H = 200, M = 2 };

#define ZONES "left: 0.1,0.1 0.4,0.1 0.4,0.9 0.1,0.9; 192,20 288,20 288,180 192,180"

struct run {
	struct canvas canvas;
	struct draw_zones_params params;
	struct draw_zones_counts *counts;
};

static void start(struct run *run, bool names, float opacity)
{
	run->params = (struct draw_zones_params){ZONES, "320x200", names, opacity, 2, 14, W, H, M};
	assert_int_equal(canvas_start(&run->canvas, &draw_zones_methods, &run->params, W, H),
	                 PKD_OK);
	run->counts = NULL;
}

static void fire(struct run *run)
{
	struct draw_zones_in in = {run->canvas.frame, run->counts};
	struct draw_zones_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->counts)
		fake_slot_free(run->counts);
}

/* ---- Tests ---- */

static void outlines_go_where_the_text_says(void **state)
{
	struct run run;

	(void)state;
	start(&run, false, 0);
	fire(&run);
	for (uint32_t y = 24; y < 176; y++) {
		assert_true(canvas_drawn(&run.canvas, 32, y) && canvas_drawn(&run.canvas, 127, y));
		assert_true(canvas_drawn(&run.canvas, 192, y) && canvas_drawn(&run.canvas, 287, y));
	}
	assert_int_equal(canvas_count(&run.canvas, 37, 25, 123, 175), 0);
	assert_int_equal(canvas_count(&run.canvas, 0, 0, 28, H), 0);
	/* Each has a colour of its own. */
	assert_memory_not_equal(canvas_pixel(&run.canvas, 32, 100),
	                        canvas_pixel(&run.canvas, 192, 100), 3);
	end(&run);
}

static void the_area_is_tinted_by_the_opacity(void **state)
{
	struct run run;
	int before = 0;

	(void)state;
	start(&run, false, 0);
	for (int i = 0; i <= 4; i++) {
		int change;

		run.params.opacity = (float)i / 4;
		fire(&run);
		change = abs(canvas_pixel(&run.canvas, 60, 100)[2] - CANVAS_GRAY);
		assert_true(i == 0 ? change == 0 : change > before);
		before = change;
		assert_false(canvas_drawn(&run.canvas, 160, 100)); /* between them */
	}
	end(&run);
}

static void a_zone_has_its_name_and_number_in_it(void **state)
{
	uint32_t n_names, n_second;
	struct run run;

	(void)state;
	start(&run, true, 0);
	fire(&run);
	n_names = canvas_count(&run.canvas, 40, 60, 120, 140);
	n_second = canvas_count(&run.canvas, 200, 60, 280, 140);
	assert_true(n_names > 100 && n_second > n_names); /* "left", "zone 2" */
	run.counts = fake_slot((uint32_t)(sizeof(*run.counts) + M * sizeof(struct count_Zone)));
	memset(run.counts, 0, sizeof(*run.counts) + M * sizeof(struct count_Zone));
	run.counts->len = 1;
	run.counts->items[0].n = 12;
	fire(&run);
	assert_true(canvas_count(&run.canvas, 40, 60, 120, 140) > n_names + 100);
	assert_int_equal(canvas_count(&run.canvas, 200, 60, 280, 140), n_second);
	run.counts->len = 4000000000U; /* never read beyond M */
	fire(&run);
	run.params.names = false; /* the number alone */
	fire(&run);
	assert_in_range(canvas_count(&run.canvas, 40, 60, 120, 140), 100, n_names + 100);
	end(&run);
}

static void texts_that_are_no_zones_are_told(void **state)
{
	static const char *const wrong[][2] = {
		{"", "there is no zone"},
		{"0,0 1,1", "has 2 points, not 3 to 16"},
		{"a: 0,0 9,9 0,9", "pixels need `resolution`"},
		{"a: 0,0 x,1 1,1", "point 2 of 'a' is 'x,1'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct draw_zones_params params = {wrong[i][0], "", true, 0, 2, 14, W, H, M};
		struct canvas canvas;

		assert_int_equal(canvas_start(&canvas, &draw_zones_methods, &params, W, H),
		                 -EINVAL);
		assert_non_null(strstr(canvas.ctx.error, "`zones`: "));
		assert_non_null(strstr(canvas.ctx.error, wrong[i][1]));
		canvas_drop(&canvas);
	}
}

static void any_size_of_frame_will_do(void **state)
{
	struct run run;

	(void)state;
	start(&run, true, 0.5f);
	for (uint32_t side = 1; side < 40; side++) {
		pkd_image_set(run.canvas.frame, PKD_BGR24, side, 40 - side);
		fire(&run);
	}
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outlines_go_where_the_text_says),
		cmocka_unit_test(the_area_is_tinted_by_the_opacity),
		cmocka_unit_test(a_zone_has_its_name_and_number_in_it),
		cmocka_unit_test(texts_that_are_no_zones_are_told),
		cmocka_unit_test(any_size_of_frame_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
