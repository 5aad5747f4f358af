/* detect.lines on painted frames, and on a picture of a house (OpenCV's documentation). */
#include <detect/lines.pkd.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods detect_lines_methods;

enum { W = 868, H = 600 };

struct run {
	struct pkd_ctx ctx;
	struct detect_lines_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_lines_lines *lines;
};

static int start(struct run *run, uint32_t format, uint32_t size)
{
	run->params.min_length = 0.05f;
	run->params.size = size;
	run->params.FORMAT = format;
	run->params.W = W;
	run->params.H = H;
	run->self = fake_self(&detect_lines_methods);
	run->frame = fake_image(format, W, H);
	run->lines = fake_slot(sizeof(*run->lines));
	return detect_lines_methods.init(run->self, &run->params, &run->ctx);
}

/* As a share of the longer side. */
static float length(const struct run *run, const struct detect_Line *line)
{
	float w = (float)run->frame->width, h = (float)run->frame->height;

	return hypotf((line->to.x - line->from.x) * w, (line->to.y - line->from.y) * h) /
	       fmaxf(w, h);
}

static void step(struct run *run)
{
	struct detect_lines_in in = {run->frame};
	struct detect_lines_out out = {run->lines};

	assert_int_equal(detect_lines_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->lines->len, 0, 256);
	for (uint32_t i = 0; i < run->lines->len; i++) {
		const struct detect_Line *line = &run->lines->items[i];

		assert_true(line->from.x >= 0 && line->from.x <= 1);
		assert_true(line->from.y >= 0 && line->from.y <= 1);
		assert_true(line->to.x >= 0 && line->to.x <= 1);
		assert_true(line->to.y >= 0 && line->to.y <= 1);
	}
}

static void end(struct run *run)
{
	detect_lines_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->lines);
}

/* A bright rectangle on a dark ground, in a gray8 frame. */
static void paint(struct run *run, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
	memset(pkd_pixels(run->frame), 30, run->frame->stride * run->frame->height);
	for (uint32_t row = y; row < y + h; row++)
		memset(pkd_pixels(run->frame) + row * run->frame->stride + x, 220, w);
}

/* Whether one goes from there to there, within two pixels. */
static bool has(const struct run *run, float x, float y, float to_x, float to_y)
{
	for (uint32_t i = 0; i < run->lines->len; i++) {
		const struct detect_Line *line = &run->lines->items[i];
		const float w = (float)run->frame->width, h = (float)run->frame->height;

		if (fabsf(line->from.x * w - x) < 2.5f && fabsf(line->from.y * h - y) < 2.5f &&
		    fabsf(line->to.x * w - to_x) < 2.5f && fabsf(line->to.y * h - to_y) < 2.5f)
			return true;
	}
	return false;
}

/* ---- Tests ---- */

static void the_edges_of_a_rectangle_go_round_it(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8, 4096), PKD_OK);
	pkd_image_set(run.frame, PKD_GRAY8, 400, 300);
	paint(&run, 100, 50, 200, 150);
	step(&run);
	assert_int_equal(run.lines->len, 4);
	/* The bright side lies on the left of each. */
	assert_true(has(&run, 300, 50, 100, 50));
	assert_true(has(&run, 100, 50, 100, 200));
	assert_true(has(&run, 100, 200, 300, 200));
	assert_true(has(&run, 300, 200, 300, 50));
	/* The longest first; the shorter ones are left out, live. */
	assert_true(length(&run, &run.lines->items[1]) > 0.49f);
	assert_true(length(&run, &run.lines->items[2]) < 0.39f);
	run.params.min_length = 0.45f;
	step(&run);
	assert_int_equal(run.lines->len, 2);
	run.params.min_length = 0.6f;
	step(&run);
	assert_int_equal(run.lines->len, 0);
	end(&run);
}

static void what_is_looked_at_smaller_has_the_same_places(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8, 200), PKD_OK);
	pkd_image_set(run.frame, PKD_GRAY8, 800, 600);
	paint(&run, 200, 100, 400, 300);
	step(&run);
	assert_int_equal(run.lines->len, 4);
	assert_float_equal(length(&run, &run.lines->items[0]), 0.5f, 0.02f);
	assert_float_equal(length(&run, &run.lines->items[3]), 0.375f, 0.02f);
	end(&run);
}

static void a_house_has_lines_in_each_format(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32,
	                                   PKD_GRAY8, PKD_I420,  PKD_NV12};
	uint32_t n_of_first = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct run run = {0};

		assert_int_equal(start(&run, formats[i], 4096), PKD_OK);
		picture_load(run.frame, picture_path("building.jpg"), "null", formats[i], W, H);
		run.params.min_length = 0.08f;
		step(&run);
		if (i == 0)
			n_of_first = run.lines->len;
		print_message("%u lines\n", run.lines->len);
		assert_true(run.lines->len >= 20);
		assert_in_range(run.lines->len, n_of_first * 8 / 10, n_of_first * 12 / 10);
		end(&run);
	}
}

static void more_than_have_room_are_cut_the_longest_stay(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 4096), PKD_OK);
	picture_load(run.frame, picture_path("building.jpg"), "null", PKD_BGR24, W, H);
	run.params.min_length = 0;
	step(&run);
	assert_int_equal(run.lines->len, 256);
	/* But for what the borders cut. */
	for (uint32_t i = 1; i < 256; i++)
		assert_true(length(&run, &run.lines->items[i]) <=
		            length(&run, &run.lines->items[i - 1]) + 2e-3f);
	end(&run);
}

static void any_frame_is_looked_at(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {1, H},  {W, 1},  {2, 2},   {7, 8},
	                                    {8, 8}, {9, 11}, {W, 10}, {10, 600}};
	struct run run = {0};
	uint32_t random = 1;

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 64), PKD_OK);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		step(&run);
	}
	pkd_image_set(run.frame, PKD_BGR24, W, H);
	memset(pkd_pixels(run.frame), 128, (size_t)W * H * 3);
	step(&run);
	assert_int_equal(run.lines->len, 0);
	end(&run);
	assert_int_equal(start(&run, PKD_BGR24, 4096), PKD_OK);
	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		pkd_pixels(run.frame)[i] = (uint8_t)((random = random * 1664525 + 1013904223) >>
		                                     24);
	run.params.min_length = 0;
	step(&run);
	end(&run);
}

static void lines_that_nobody_reads_are_no_work(void **state)
{
	struct detect_lines_out out = {NULL};
	struct detect_lines_in in;
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 640), PKD_OK);
	run.ctx.unread = 1;
	in = (struct detect_lines_in){run.frame};
	assert_int_equal(detect_lines_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_edges_of_a_rectangle_go_round_it),
		cmocka_unit_test(what_is_looked_at_smaller_has_the_same_places),
		cmocka_unit_test(a_house_has_lines_in_each_format),
		cmocka_unit_test(more_than_have_room_are_cut_the_longest_stay),
		cmocka_unit_test(any_frame_is_looked_at),
		cmocka_unit_test(lines_that_nobody_reads_are_no_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
