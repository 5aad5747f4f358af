/* track.follow on pictures that are made here: a patch of noise that moves before other noise. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <track/follow.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods track_follow_methods;

enum { W = 320, H = 240, N = 4, SIDE = 48, PICTURES = 8 };

struct run {
	struct pkd_ctx ctx;
	struct track_follow_params params;
	void *self;
	struct pkd_image *frame;
	struct track_follow_objects *objects;
	struct track_follow_followed *followed;
};

static void start(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct track_follow_params){PICTURES, 480, W, H, N};
	run->self = fake_self(&track_follow_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->objects =
		fake_slot((uint32_t)(sizeof(*run->objects) + N * sizeof(struct detect_Object)));
	run->followed =
		fake_slot((uint32_t)(sizeof(*run->followed) + N * sizeof(struct detect_Object)));
	run->objects->len = 0;
	assert_int_equal(track_follow_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	track_follow_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->objects);
	fake_slot_free(run->followed);
}

/* 0 to 255 at the points of a raster, by a hash. */
static int noise(int x, int y, uint32_t of)
{
	uint32_t hash = ((uint32_t)x * 73856093U ^ (uint32_t)y * 19349663U ^ of) * 2654435761U;

	return (int)((hash ^ hash >> 15) * 2246822519U >> 24);
}

/* The same in between: noise of patches of `size` pixels. */
static int patches(int x, int y, int size, uint32_t of)
{
	int i = (x + 4096) / size, k = (y + 4096) / size;
	int right = (x + 4096) % size, down = (y + 4096) % size;
	int above = noise(i, k, of) * (size - right) + noise(i + 1, k, of) * right;
	int below = noise(i, k + 1, of) * (size - right) + noise(i + 1, k + 1, of) * right;

	return (above * (size - down) + below * down) / (size * size);
}

/* As in pictures of the world, the coarser the stronger. */
static uint8_t texture(int x, int y, uint32_t of)
{
	return (uint8_t)((5 * patches(x, y, 32, of) + 3 * patches(x, y, 16, of) +
	                  2 * patches(x, y, 8, of)) /
	                 10);
}

/* The patch's corner is at (x, y); what is behind has moved by `pan`. */
static void paint(struct run *run, int x, int y, int pan)
{
	struct pkd_image *frame = run->frame;

	for (int j = 0; j < (int)frame->height; j++) {
		for (int i = 0; i < (int)frame->width; i++) {
			bool in = i >= x && i < x + SIDE && j >= y && j < y + SIDE;
			uint8_t value = in ? texture(i - x, j - y, 1) : texture(i - pan, j, 2);

			memset(pkd_pixels(frame) + (size_t)j * frame->stride + (size_t)i * 3, value,
			       3);
		}
	}
}

static int step(struct run *run, bool has_objects)
{
	struct track_follow_in in = {run->frame, has_objects ? run->objects : NULL};
	struct track_follow_out out = {run->followed};
	int result;

	run->ctx.number++;
	run->followed->len = 0;
	result = track_follow_methods.step(run->self, &in, &out, &run->ctx);
	assert_in_range(run->followed->len, 0, N);
	return result;
}

/* The patch with a margin around it, which shows what is behind. */
static void find(struct run *run, int x, int y, uint64_t number)
{
	struct detect_Object *object = &run->objects->items[0];

	run->objects->len = 1;
	memset(object, 0, sizeof(*object));
	object->box = (struct detect_Box){(float)(x - 8) / W, (float)(y - 8) / H,
	                                  (float)(SIDE + 16) / W, (float)(SIDE + 16) / H};
	object->id = 7;
	fake_header(run->objects)->number = number;
}

static void assert_at(const struct run *run, int x, int y)
{
	const struct detect_Box *box = &run->followed->items[0].box;

	assert_int_equal(run->followed->len, 1);
	assert_int_equal(run->followed->items[0].id, 7);
	if (fabsf(box->x * W - (float)(x - 8)) > 1 || fabsf(box->y * H - (float)(y - 8)) > 1)
		fail_msg("at %.1f %.1f, not at %d %d", (double)(box->x * W), (double)(box->y * H),
		         x - 8, y - 8);
	assert_true(fabsf(box->w * W - SIDE - 16) < 0.01f && fabsf(box->h * H - SIDE - 16) < 0.01f);
}

/* ---- Tests ---- */

static void boxes_are_where_their_object_is_now(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int n = 1; n <= 16; n++) {
		paint(&run, 20 + 7 * n, 60 + 2 * n, 0);
		if (n == 6) /* found in frame 2, and not known before */
			find(&run, 20 + 7 * 2, 60 + 2 * 2, 2);
		if (n == 12)
			find(&run, 20 + 7 * 9, 60 + 2 * 9, 9);
		assert_int_equal(step(&run, n >= 6), PKD_OK);
		if (n >= 6)
			assert_at(&run, 20 + 7 * n, 60 + 2 * n);
		else
			assert_int_equal(run.followed->len, 0);
	}
	end(&run);
}

/* The object fills the lesser part of its box: most of the points say what the camera does. */
static void a_camera_that_turns_is_told_from_what_moves(void **state)
{
	static const int speeds[][2] = {{6, 3}, {-4, 3}, {3, 3}, {0, 5}};
	struct run run;

	(void)state;
	for (int i = 0; i < 4; i++) {
		start(&run);
		for (int n = 0; n < 8; n++) {
			paint(&run, 120 + speeds[i][0] * n, 90, speeds[i][1] * n);
			find(&run, 120, 90, 1);
			run.objects->items[0].box.w = (float)(SIDE + 60) / W;
			assert_int_equal(step(&run, true), PKD_OK);
			run.followed->items[0].box.w = (float)(SIDE + 16) / W;
			assert_at(&run, 120 + speeds[i][0] * n, 90);
		}
		end(&run);
	}
}

static void what_leaves_the_frame_is_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int n = 0; n < 8; n++) {
		paint(&run, 240 + 10 * n, 90, 0);
		find(&run, 240, 90, 1);
		assert_int_equal(step(&run, true), PKD_OK);
		if (n < 5)
			assert_at(&run, 240 + 10 * n, 90);
	}
	assert_int_equal(run.followed->len, 0);
	end(&run);
}

static void objects_of_a_frame_that_is_not_kept_are_left_out(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int n = 1; n <= 12; n++) {
		paint(&run, 100, 90, 0);
		if (n == 12)
			find(&run, 100, 90, 4);
		assert_int_equal(step(&run, n == 12), PKD_OK);
	}
	assert_int_equal(run.followed->len, 0);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "objects of frame 4 at frame 12 are left out: only 8 "
	                                     "pictures are kept; write pictures: 16"));
	find(&run, 100, 90, 5);
	assert_int_equal(step(&run, true), PKD_OK); /* frame 13 keeps 6 to 13 */
	assert_int_equal(run.followed->len, 0);
	assert_int_equal(run.ctx.n_notes, 1);
	find(&run, 100, 90, 7);
	assert_int_equal(step(&run, true), PKD_OK);
	assert_at(&run, 100, 90);
	end(&run);
}

/* As by a delay of the frames: boxes are not put, unmoved, onto an earlier frame. */
static void objects_of_a_later_frame_count_from_it_on(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int n = 1; n <= 12; n++) {
		paint(&run, 20 + 7 * n, 60 + 2 * n, 0);
		if (n == 3)
			find(&run, 20 + 7 * 5, 60 + 2 * 5, 5);
		if (n == 7)
			find(&run, 20 + 7 * 10, 60 + 2 * 10, 10);
		assert_int_equal(step(&run, n >= 3), PKD_OK);
		if (n >= 5)
			assert_at(&run, 20 + 7 * n, 60 + 2 * n);
		else
			assert_int_equal(run.followed->len, 0);
	}
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "objects of frame 5 are left out at frame 3"));
	end(&run);
}

/* Where `latest` has left out the frame itself. */
static void the_next_picture_stands_for_one_that_is_missing(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int n = 1; n <= 20; n += 4) {
		run.ctx.number = (uint64_t)n - 1;
		paint(&run, 60 + 2 * n, 90, 0);
		find(&run, 60 + 2 * 9, 90, 10);
		assert_int_equal(step(&run, n > 9), PKD_OK);
		if (n > 9)
			assert_at(&run, 60 + 2 * n, 90);
	}
	end(&run);
}

static void a_frame_of_another_size_begins_anew(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	find(&run, 100, 90, 1);
	paint(&run, 100, 90, 0);
	assert_int_equal(step(&run, true), PKD_OK);
	assert_at(&run, 100, 90);
	pkd_image_set(run.frame, PKD_BGR24, W / 2, H / 2);
	paint(&run, 50, 45, 0);
	assert_int_equal(step(&run, true), PKD_OK);
	assert_int_equal(run.followed->len, 0);
	fake_header(run.objects)->number = 2;
	assert_int_equal(step(&run, true), PKD_OK);
	assert_at(&run, 100, 90);
	end(&run);
}

static void the_smallest_frames_work(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 240}, {7, 5}, {320, 2}};
	struct run run;

	(void)state;
	start(&run);
	find(&run, 100, 90, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		for (int n = 0; n < 3; n++) {
			fake_header(run.objects)->number = run.ctx.number + 1;
			assert_int_equal(step(&run, true), PKD_OK);
			assert_int_equal(run.followed->len, 1);
		}
	}
	end(&run);
}

static void boxes_that_are_none_are_left_out(void **state)
{
	static const struct detect_Box bad[N - 1] = {
		{NAN, 0, 0.1f, 0.1f}, {0.1f, 0.1f, 1e30f, 1}, {3e9f, 0.5f, 0.1f, 0.1f}};
	struct run run;

	(void)state;
	start(&run);
	paint(&run, 100, 90, 0);
	find(&run, 100, 90, 1);
	run.objects->items[N - 1] = run.objects->items[0];
	run.objects->len = N;
	for (int i = 0; i < N - 1; i++)
		run.objects->items[i].box = bad[i];
	assert_int_equal(step(&run, true), PKD_OK);
	assert_at(&run, 100, 90);
	end(&run);
}

static void objects_of_another_source_are_refused(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	paint(&run, 100, 90, 0);
	find(&run, 100, 90, 1);
	fake_header(run.objects)->origin = 3;
	assert_int_equal(step(&run, true), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "another source"));
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_are_where_their_object_is_now),
		cmocka_unit_test(a_camera_that_turns_is_told_from_what_moves),
		cmocka_unit_test(what_leaves_the_frame_is_left_out),
		cmocka_unit_test(objects_of_a_frame_that_is_not_kept_are_left_out),
		cmocka_unit_test(objects_of_a_later_frame_count_from_it_on),
		cmocka_unit_test(the_next_picture_stands_for_one_that_is_missing),
		cmocka_unit_test(a_frame_of_another_size_begins_anew),
		cmocka_unit_test(the_smallest_frames_work),
		cmocka_unit_test(boxes_that_are_none_are_left_out),
		cmocka_unit_test(objects_of_another_source_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
