/* pose.draw on frames in memory. */
#include <math.h>
#include <pose/draw.pkd.h>

#include "../test/canvas.h"

extern const struct pkd_methods pose_draw_methods;

enum { W = 320, H = 200, N = 2 };

struct run {
	struct canvas canvas;
	struct pose_draw_params params;
	struct pose_draw_people *people;
};

/* Somebody who is seen from the front, so their left is on the right side. */
static const struct pose_Keypoint somebody[] = {
	{0.50f, 0.10f, 0.9f}, {0.53f, 0.07f, 0.9f}, {0.47f, 0.07f, 0.9f}, {0.57f, 0.09f, 0.9f},
	{0.43f, 0.09f, 0.9f}, {0.62f, 0.25f, 0.9f}, {0.38f, 0.25f, 0.9f}, {0.70f, 0.40f, 0.9f},
	{0.30f, 0.40f, 0.9f}, {0.78f, 0.52f, 0.9f}, {0.22f, 0.52f, 0.9f}, {0.57f, 0.55f, 0.9f},
	{0.43f, 0.55f, 0.9f}, {0.60f, 0.75f, 0.9f}, {0.40f, 0.75f, 0.9f}, {0.62f, 0.95f, 0.9f},
	{0.38f, 0.95f, 0.9f},
};

static void start(struct run *run)
{
	run->params = (struct pose_draw_params){0.3f, 3, W, H, N};
	assert_int_equal(canvas_start(&run->canvas, &pose_draw_methods, &run->params, W, H),
	                 PKD_OK);
	run->people = fake_slot((uint32_t)(sizeof(*run->people) + N * sizeof(struct pose_Person)));
	run->people->len = 1;
	memset(&run->people->items[0], 0, sizeof(struct pose_Person));
	memcpy(run->people->items[0].points, somebody, sizeof(somebody));
}

static void fire(struct run *run)
{
	struct pose_draw_in in = {run->canvas.frame, run->people};
	struct pose_draw_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	if (run->people)
		fake_slot_free(run->people);
}

/* Pixels of one half that are blue (channel 0), or orange (2). */
static uint32_t n_of(const struct run *run, int channel, uint32_t x)
{
	uint32_t n = 0;

	for (uint32_t y = 0; y < H; y++) {
		for (uint32_t column = x; column < x + W / 2; column++) {
			const uint8_t *pixel = canvas_pixel(&run->canvas, column, y);

			n += pixel[channel] > 200 && pixel[2 - channel] < 90;
		}
	}
	return n;
}

static void the_left_is_blue_and_the_right_orange(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire(&run);
	assert_true(n_of(&run, 0, W / 2) > 500 && n_of(&run, 0, 0) == 0);
	assert_true(n_of(&run, 2, 0) > 500 && n_of(&run, 2, W / 2) == 0);
	/* Both sides are alike. */
	assert_in_range(n_of(&run, 0, W / 2), n_of(&run, 2, 0) - 80, n_of(&run, 2, 0) + 80);
	end(&run);
}

/* The middle of the forearm, 0.74, 0.46. */
static void points_that_are_not_sure_and_their_lines_are_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	fire(&run);
	assert_true(canvas_drawn(&run.canvas, 237, 92));
	assert_true(canvas_drawn(&run.canvas, 250, 104)); /* the wrist */
	run.people->items[0].points[9].score = 0.29f;
	fire(&run);
	assert_false(canvas_drawn(&run.canvas, 237, 92) || canvas_drawn(&run.canvas, 250, 104));
	run.params.min_score = 0.2f;
	fire(&run);
	assert_true(canvas_drawn(&run.canvas, 237, 92));
	run.people->items[0].points[9].score = NAN;
	fire(&run);
	assert_false(canvas_drawn(&run.canvas, 237, 92));
	for (int i = 0; i < 17; i++)
		run.people->items[0].points[i].score = 0;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

static void all_bones_are_joined(void **state)
{
	/* The middles of COCO's connections. */
	static const uint8_t bones[][2] = {
		{5, 6},   {5, 7},   {7, 9},   {6, 8},   {8, 10}, {5, 11}, {6, 12}, {11, 12},
		{11, 13}, {13, 15}, {12, 14}, {14, 16}, {0, 1},  {0, 2},  {1, 3},  {2, 4}};
	struct run run;

	(void)state;
	start(&run);
	fire(&run);
	for (size_t i = 0; i < sizeof(bones) / sizeof(bones[0]); i++) {
		const struct pose_Keypoint *a = &somebody[bones[i][0]], *b = &somebody[bones[i][1]];

		assert_true(canvas_drawn(&run.canvas, (uint32_t)((a->x + b->x) / 2 * W),
		                         (uint32_t)((a->y + b->y) / 2 * H)));
	}
	assert_false(canvas_drawn(&run.canvas, W / 2, 80)); /* nothing within the body */
	end(&run);
}

static void places_that_are_none_and_long_lists_are_no_harm(void **state)
{
	static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, -0.5f, 1.5f};
	struct run run;

	(void)state;
	start(&run);
	for (int i = 0; i < 7 * 17; i++) {
		run.people->items[0].points[i % 17].x = odd[i / 17];
		run.people->items[0].points[(i + 5) % 17].y = odd[(i / 17 + 3) % 7];
		fire(&run);
	}
	memcpy(&run.people->items[1], &run.people->items[0], sizeof(struct pose_Person));
	run.people->len = 4000000000U; /* never read beyond N */
	fire(&run);
	run.people->len = 0;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	fake_slot_free(run.people);
	run.people = NULL;
	fire(&run);
	assert_int_equal(canvas_count_all(&run.canvas), 0);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_left_is_blue_and_the_right_orange),
		cmocka_unit_test(points_that_are_not_sure_and_their_lines_are_left_out),
		cmocka_unit_test(all_bones_are_joined),
		cmocka_unit_test(places_that_are_none_and_long_lists_are_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
