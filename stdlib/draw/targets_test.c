/* draw.targets on frames in memory. */
#include <draw/targets.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods draw_targets_methods;

enum { W = 320, H = 200, N = 3 };

struct run {
	struct pkd_ctx ctx;
	struct draw_targets_params params;
	void *self;
	struct pkd_image *frame, *view;
	struct draw_targets_targets *targets;
};

static int start(struct run *run, const char *colour, const char *others, const char *crosshair)
{
	run->params = (struct draw_targets_params){.thickness = 1,
	                                           .text_size = 12,
	                                           .colour = colour,
	                                           .others = others,
	                                           .crosshair = crosshair,
	                                           .W = W,
	                                           .H = H,
	                                           .N = N};
	run->self = fake_self(&draw_targets_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->view = fake_image(PKD_BGR24, W, H);
	run->targets =
		fake_slot((uint32_t)(sizeof(*run->targets) + N * sizeof(struct target_Target)));
	run->targets->len = 0;
	memset(pkd_pixels(run->frame), 9, (size_t)W * H * 3);
	return draw_targets_methods.init(run->self, &run->params, &run->ctx);
}

static void step(struct run *run)
{
	struct draw_targets_in in = {run->frame, run->targets};
	struct draw_targets_out out = {run->view};

	assert_int_equal(draw_targets_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	draw_targets_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->view);
	if (run->targets)
		fake_slot_free(run->targets);
}

/* A square whose middle is there, 40 pixels wide. */
static struct target_Target *add(struct run *run, float x, float y)
{
	const float w = 20.0F / W, h = 20.0F / H;
	struct target_Target *target = &run->targets->items[run->targets->len++];

	memset(target, 0, sizeof(*target));
	target->corners[0] = (struct detect_Point){x / W - w, y / H + h};
	target->corners[1] = (struct detect_Point){x / W + w, y / H + h};
	target->corners[2] = (struct detect_Point){x / W + w, y / H - h};
	target->corners[3] = (struct detect_Point){x / W - w, y / H - h};
	target->distance = -1;
	return target;
}

/* Whether a pixel near there has more of one colour than of the others. */
static bool is_near(const struct run *run, int x, int y, int channel)
{
	for (int row = y - 1; row <= y + 1; row++) {
		for (int column = x - 1; column <= x + 1; column++) {
			const uint8_t *pixel = pkd_const_pixels(run->view) + (row * W + column) * 3;

			if (pixel[channel] > pixel[(channel + 1) % 3] + 60 &&
			    pixel[channel] > pixel[(channel + 2) % 3] + 60)
				return true;
		}
	}
	return false;
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

static void each_gets_an_outline_and_a_cross(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "red", "blue", "green"), PKD_OK);
	add(&run, 100, 60);
	add(&run, 240, 60);
	step(&run);
	assert_true(is_near(&run, 80, 50, 2)); /* left edge of the first */
	assert_true(is_near(&run, 100, 40, 2));
	assert_true(is_near(&run, 100, 60, 2));
	assert_true(is_near(&run, 220, 50, 0));
	assert_true(is_near(&run, 240, 60, 0));
	assert_false(is_near(&run, 90, 50, 2)); /* not filled */
	/* Where the camera looks: with a gap. */
	assert_true(is_near(&run, 160, 92, 1));
	assert_true(is_near(&run, 168, 100, 1));
	assert_false(is_near(&run, 160, 100, 1));
	/* The first one's angle, below it. */
	assert_true(n_drawn(&run, 83, 88) > 100);
	assert_int_equal(n_drawn(&run, 120, H), 0);
	end(&run);
}

static void without_targets_there_is_the_crosshair_or_nothing(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "yellow", "gray", "white"), PKD_OK);
	step(&run);
	assert_in_range(n_drawn(&run, 0, H), 20, 400);
	end(&run);
	memset(&run, 0, sizeof(run));
	assert_int_equal(start(&run, "yellow", "gray", ""), PKD_OK);
	step(&run);
	assert_int_equal(n_drawn(&run, 0, H), 0);
	fake_slot_free(run.targets);
	run.targets = NULL; /* absent */
	step(&run);
	assert_int_equal(n_drawn(&run, 0, H), 0);
	end(&run);
}

static void a_known_distance_makes_the_label_longer(void **state)
{
	struct run run = {0};
	uint32_t without;

	(void)state;
	assert_int_equal(start(&run, "yellow", "gray", ""), PKD_OK);
	add(&run, 100, 60)->yaw = -12.25F;
	step(&run);
	without = n_drawn(&run, 84, H);
	run.targets->items[0].distance = 2.5F;
	step(&run);
	assert_true(n_drawn(&run, 84, H) > without + 100);
	end(&run);
}

static void places_that_are_no_numbers_do_no_harm(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "yellow", "gray", "white"), PKD_OK);
	add(&run, NAN, 3)->yaw = NAN;
	add(&run, 1e30F, -1e30F)->distance = INFINITY;
	add(&run, -2000, 100);
	step(&run);
	run.targets->items[0] = run.targets->items[1];
	step(&run);
	assert_int_equal(run.ctx.n_errors, 0);
	run.targets->len = 1000; /* more than there is room for */
	step(&run);
	end(&run);
}

static void colours_that_are_none_are_refused(void **state)
{
	static const char *const colours[][3] = {
		{"reddish", "gray", "white"}, {"red", "", "white"}, {"red", "gray", "x"}};
	static const char *const said[] = {"`colour` is 'reddish'", "`others` is ''",
	                                   "`crosshair` is 'x'"};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct run run = {0};

		assert_int_equal(start(&run, colours[i][0], colours[i][1], colours[i][2]), -EINVAL);
		assert_non_null(strstr(run.ctx.error, said[i]));
		free(run.self);
		fake_slot_free(run.frame);
		fake_slot_free(run.view);
		fake_slot_free(run.targets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gets_an_outline_and_a_cross),
		cmocka_unit_test(without_targets_there_is_the_crosshair_or_nothing),
		cmocka_unit_test(a_known_distance_makes_the_label_longer),
		cmocka_unit_test(places_that_are_no_numbers_do_no_harm),
		cmocka_unit_test(colours_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
