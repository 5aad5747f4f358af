/* detect.people on frames of PKD_TEST_CLIP (vtest.avi: 768x576, people on a square). */
#include "hog.h"

#include <detect/people.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods detect_people_methods;

enum { W = 768, H = 576 };

struct run {
	struct pkd_ctx ctx;
	struct detect_people_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_people_objects *objects;
};

static void start(struct run *run)
{
	run->params = (struct detect_people_params){0.5f, 8, W, H};
	run->self = fake_self(&detect_people_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->objects = fake_slot(sizeof(*run->objects));
	assert_int_equal(detect_people_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void step(struct run *run)
{
	struct detect_people_in in = {run->frame};
	struct detect_people_out out = {run->objects};

	assert_int_equal(detect_people_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->objects->len, 0, 64);
}

static void end(struct run *run)
{
	detect_people_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->objects);
}

/* Frame `number`, counted from 1, of the test clip. */
static void load(struct run *run, int number)
{
	const char *clip = getenv("PKD_TEST_CLIP");
	char command[1024];
	size_t n;
	FILE *pipe;

	if (!clip)
		fail_msg("set PKD_TEST_CLIP to the path of vtest.avi (package opencv-doc)");
	snprintf(command, sizeof(command),
	         "ffmpeg -v error -i '%s' -vf 'select=eq(n\\,%d)' -frames:v 1 -pix_fmt bgr24 "
	         "-f rawvideo -",
	         clip, number - 1);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(pkd_pixels(run->frame), 1, (size_t)W * H * 3, pipe);
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(n, W * H * 3);
	pkd_image_set(run->frame, PKD_BGR24, W, H);
}

/* How many boxes hold the point, in fractions. */
static int n_at(const struct run *run, float x, float y)
{
	int n = 0;

	for (uint32_t i = 0; i < run->objects->len; i++) {
		const struct detect_Box *box = &run->objects->items[i].box;

		n += x >= box->x && x <= box->x + box->w && y >= box->y && y <= box->y + box->h;
	}
	return n;
}

static void assert_sound(const struct run *run)
{
	for (uint32_t i = 0; i < run->objects->len; i++) {
		const struct detect_Object *object = &run->objects->items[i];

		assert_string_equal(object->label.text, "person");
		assert_int_equal(object->label.len, 6);
		assert_int_equal(object->id, i + 1);
		assert_true(object->score >= run->params.min_score && object->score <= 1);
		assert_true(i == 0 || object->score <= object[-1].score);
		assert_true(object->box.x >= 0 && object->box.x + object->box.w <= 1.0001f);
		assert_true(object->box.y >= 0 && object->box.y + object->box.h <= 1.0001f);
		assert_true(object->box.w > 0.02f && object->box.h > 0.05f);
	}
}

/* ---- Tests ---- */

static void people_of_the_clip_get_one_box_each(void **state)
{
	struct run run = {0};
	int64_t start_ns;

	(void)state;
	start(&run);
	load(&run, 1); /* three walkers */
	start_ns = pkd_now();
	step(&run);
	print_message("%.0f ms for 768x576\n", (double)(pkd_now() - start_ns) / 1e6);
	assert_sound(&run);
	assert_in_range(run.objects->len, 2, 3);
	assert_int_equal(n_at(&run, 0.348f, 0.455f), 1);
	assert_int_equal(n_at(&run, 0.865f, 0.49f), 1);

	load(&run, 481); /* four, two of them close together */
	step(&run);
	assert_sound(&run);
	assert_in_range(run.objects->len, 3, 5);
	assert_int_equal(n_at(&run, 0.627f, 0.49f), 1);
	assert_true(n_at(&run, 0.815f, 0.53f) >= 1);
	end(&run);
}

static void the_lowest_score_may_change_between_steps(void **state)
{
	struct run run = {0};
	uint32_t n;

	(void)state;
	start(&run);
	load(&run, 721);
	run.params.min_score = 0;
	step(&run);
	assert_sound(&run);
	n = run.objects->len;
	run.params.min_score = 0.8f;
	step(&run);
	assert_sound(&run);
	assert_true(run.objects->len < n);
	run.params.min_score = 1;
	step(&run);
	assert_int_equal(run.objects->len, 0);
	end(&run);
}

static void a_plain_frame_has_nobody(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	memset(pkd_pixels(run.frame), 128, (size_t)W * H * 3);
	step(&run);
	assert_int_equal(run.objects->len, 0);
	end(&run);
}

static void a_frame_smaller_than_the_window_has_nobody(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {63, 128}, {64, 127}, {63, 127}};
	struct run run = {0};

	(void)state;
	start(&run);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		step(&run);
		assert_int_equal(run.objects->len, 0);
	}
	pkd_image_set(run.frame, PKD_BGR24, 64, 128);
	step(&run);
	assert_sound(&run);
	end(&run);
}

static void every_stride_works(void **state)
{
	struct run run = {0};

	(void)state;
	start(&run);
	pkd_image_set(run.frame, PKD_BGR24, 97, 151);
	for (run.params.stride = 4; run.params.stride <= 32; run.params.stride++) {
		step(&run);
		assert_sound(&run);
	}
	assert_int_equal(run.ctx.n_errors, 0);
	end(&run);
}

static void objects_that_nobody_reads_are_no_work(void **state)
{
	struct run run = {0};
	struct detect_people_out out = {NULL};
	struct detect_people_in in;

	(void)state;
	start(&run);
	run.ctx.unread = 1;
	in = (struct detect_people_in){run.frame};
	assert_int_equal(detect_people_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

/* Rows that are shorter than the pixels in them make OpenCV throw. */
static void no_exception_crosses_the_border(void **state)
{
	struct detect_hog *hog = detect_hog_create();
	static const uint8_t pixels[1024];
	struct detect_hog_window windows[1];
	uint32_t n = 77;

	(void)state;
	assert_non_null(hog);
	assert_true(detect_hog_find(hog, pixels, 128, 160, 5, 8, 0, 1, windows, &n) < 0);
	assert_int_equal(n, 77);
	detect_hog_destroy(hog);
	detect_hog_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_of_the_clip_get_one_box_each),
		cmocka_unit_test(the_lowest_score_may_change_between_steps),
		cmocka_unit_test(a_plain_frame_has_nobody),
		cmocka_unit_test(a_frame_smaller_than_the_window_has_nobody),
		cmocka_unit_test(every_stride_works),
		cmocka_unit_test(objects_that_nobody_reads_are_no_work),
		cmocka_unit_test(no_exception_crosses_the_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
