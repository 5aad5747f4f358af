/* draw.fiducials on frames in memory. */
#include <draw/fiducials.pkd.h>
#include <errno.h>
#include <math.h>

#include "../test/canvas.h"

extern const struct pkd_methods draw_fiducials_methods;

enum { W = 320, H = 200, N = 2 };

struct run {
	struct canvas canvas;
	struct draw_fiducials_params params;
	struct draw_fiducials_tags *tags;
};

static int start(struct run *run, const char *colour)
{
	run->params = (struct draw_fiducials_params){3, 16, colour, W, H, N};
	run->tags = fake_slot((uint32_t)(sizeof(*run->tags) + N * sizeof(struct detect_Tag)));
	run->tags->len = 0;
	return canvas_start(&run->canvas, &draw_fiducials_methods, &run->params, W, H);
}

static void step(struct run *run)
{
	struct draw_fiducials_in in = {run->canvas.frame, run->tags};
	struct draw_fiducials_out out = {run->canvas.view};

	canvas_fire(&run->canvas, &in, &out);
}

static void end(struct run *run)
{
	canvas_end(&run->canvas);
	fake_slot_free(run->tags);
}

static struct detect_Tag *add(struct run *run, float x, float y, float size, uint32_t id)
{
	struct detect_Tag *tag = &run->tags->items[run->tags->len++];

	memset(tag, 0, sizeof(*tag));
	tag->id = id;
	tag->corners[0] = (struct detect_Point){x, y};
	tag->corners[1] = (struct detect_Point){x + size, y};
	tag->corners[2] = (struct detect_Point){x + size, y + size};
	tag->corners[3] = (struct detect_Point){x, y + size};
	return tag;
}

static uint32_t n_drawn(const struct run *run, uint32_t y, uint32_t y_end)
{
	return canvas_count(&run->canvas, 0, y, W, y_end);
}

static void a_tag_gets_an_outline_and_its_id_below(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "magenta"), PKD_OK);
	add(&run, 0.25f, 0.25f, 0.25f, 17);
	step(&run);
	/* Rows 50 to 100, columns 80 to 160, three pixels wide and smooth: not filled. */
	assert_in_range(n_drawn(&run, 0, 100), 2 * 3 * 46 + 3 * 80, 2 * 8 * 54 + 2 * 8 * 80);
	assert_true(n_drawn(&run, 104, 120) > 100);
	assert_int_equal(n_drawn(&run, 140, H), 0);
	end(&run);
}

/* The first corner has a dot, the others have none. */
static void the_first_corner_has_a_dot(void **state)
{
	uint32_t n[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct run run = {0};
		struct detect_Tag *tag;

		assert_int_equal(start(&run, "white"), PKD_OK);
		tag = add(&run, 0.25f, 0.25f, 0.25f, 1);
		if (i == 1) {
			tag->corners[0] = tag->corners[2];
			tag->corners[2] = (struct detect_Point){0.25f, 0.25f};
		}
		step(&run);
		n[i] = n_drawn(&run, 40, 50); /* above the outline's middle, at the first corner */
		end(&run);
	}
	assert_true(n[0] > n[1] + 20);
}

static void an_id_keeps_its_colour(void **state)
{
	uint8_t pixels[3][3];

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		struct run run = {0};

		assert_int_equal(start(&run, ""), PKD_OK);
		add(&run, 0.25f, 0.25f, 0.25f, i / 2);
		step(&run);
		memcpy(pixels[i], canvas_pixel(&run.canvas, 80, 75), 3);
		end(&run);
	}
	assert_memory_equal(pixels[0], pixels[1], 3);
	assert_memory_not_equal(pixels[1], pixels[2], 3);
}

static void the_text_stays_in_the_frame(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "white"), PKD_OK);
	add(&run, 0.75f, 0.75f, 0.25f, UINT32_MAX);
	add(&run, -2, -3, 9, 5);
	step(&run);
	assert_true(n_drawn(&run, H - 20, H) > 200);
	end(&run);
}

static void corners_that_are_no_numbers_do_no_harm(void **state)
{
	struct run run = {0};
	struct detect_Tag *tag;

	(void)state;
	assert_int_equal(start(&run, "#00ff00"), PKD_OK);
	tag = add(&run, 0.2f, 0.2f, 0.2f, 1);
	for (int i = 0; i < 4; i++)
		tag->corners[i] = (struct detect_Point){NAN, INFINITY};
	add(&run, 1e30f, -1e30f, 1e30f, 2);
	step(&run);
	end(&run);
}

static void without_tags_the_view_is_the_frame(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "red"), PKD_OK);
	step(&run);
	assert_int_equal(n_drawn(&run, 0, H), 0);
	end(&run);
}

static void a_colour_that_is_none_is_told(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "pinkish"), -EINVAL);
	assert_non_null(strstr(run.canvas.ctx.error, "`colour` is 'pinkish'"));
	canvas_drop(&run.canvas);
	fake_slot_free(run.tags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_gets_an_outline_and_its_id_below),
		cmocka_unit_test(the_first_corner_has_a_dot),
		cmocka_unit_test(an_id_keeps_its_colour),
		cmocka_unit_test(the_text_stays_in_the_frame),
		cmocka_unit_test(corners_that_are_no_numbers_do_no_harm),
		cmocka_unit_test(without_tags_the_view_is_the_frame),
		cmocka_unit_test(a_colour_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
