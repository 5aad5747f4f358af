/* detect.blobs on painted frames, and on a picture of smarties (OpenCV's documentation). */
#include <detect/blobs.pkd.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods detect_blobs_methods;

enum { W = 413, H = 356 };

struct run {
	struct pkd_ctx ctx;
	struct detect_blobs_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_blobs_blobs *blobs;
	struct detect_blobs_objects *objects;
};

static int start(struct run *run, uint32_t format)
{
	run->params.min_area = 0;
	run->params.max_area = 1;
	run->params.FORMAT = format;
	run->params.W = W;
	run->params.H = H;
	run->self = fake_self(&detect_blobs_methods);
	run->frame = fake_image(format, W, H);
	run->blobs = fake_slot(sizeof(*run->blobs));
	run->objects = fake_slot(sizeof(*run->objects));
	return detect_blobs_methods.init(run->self, &run->params, &run->ctx);
}

static void step(struct run *run)
{
	struct detect_blobs_in in = {run->frame};
	struct detect_blobs_out out = {run->blobs, run->objects};

	assert_int_equal(detect_blobs_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->blobs->len, 0, 256);
	assert_int_equal(run->objects->len, run->blobs->len < 64 ? run->blobs->len : 64);
	for (uint32_t i = 0; i < run->blobs->len; i++) {
		const struct detect_Blob *blob = &run->blobs->items[i];

		assert_int_equal(blob->id, i + 1);
		assert_true(i == 0 || blob->area <= blob[-1].area);
		assert_true(blob->area > 0 && blob->area <= 1);
		assert_true(blob->centre.x >= blob->box.x);
		assert_true(blob->centre.x <= blob->box.x + blob->box.w);
		assert_true(blob->centre.y >= blob->box.y);
		assert_true(blob->centre.y <= blob->box.y + blob->box.h);
		if (i < run->objects->len) {
			const struct detect_Object *object = &run->objects->items[i];

			assert_memory_equal(&object->box, &blob->box, sizeof(blob->box));
			assert_string_equal(object->label.text, "blob");
			assert_true(object->score > 0 && object->score <= 1);
			assert_int_equal(object->id, blob->id);
		}
	}
}

static void end(struct run *run)
{
	detect_blobs_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->blobs);
	fake_slot_free(run->objects);
}

/* A rectangle of one brightness, in a gray8 frame. */
static void paint(struct run *run, uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t value)
{
	for (uint32_t row = y; row < y + h; row++)
		memset(pkd_pixels(run->frame) + row * run->frame->stride + x, value, w);
}

/* ---- Tests ---- */

static void places_and_areas_are_exact(void **state)
{
	struct run run = {0};
	const struct detect_Blob *blob;

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8), PKD_OK);
	pkd_image_set(run.frame, PKD_GRAY8, 100, 50);
	paint(&run, 0, 0, 100, 50, 20);
	paint(&run, 10, 5, 20, 10, 200);
	paint(&run, 60, 20, 40, 30, 100); /* up to the corner */
	paint(&run, 70, 30, 10, 10, 20);  /* and with a hole */
	run.params.threshold = 50;
	step(&run);
	assert_int_equal(run.blobs->len, 2);
	blob = &run.blobs->items[0];
	assert_float_equal(blob->box.x, 0.6f, 1e-6);
	assert_float_equal(blob->box.y, 0.4f, 1e-6);
	assert_float_equal(blob->box.w, 0.4f, 1e-6);
	assert_float_equal(blob->box.h, 0.6f, 1e-6);
	assert_float_equal(blob->area, 1100 / 5000.f, 1e-6);
	assert_float_equal(run.objects->items[0].score, 11 / 12.f, 1e-6);
	blob = &run.blobs->items[1];
	assert_float_equal(blob->centre.x, 0.2f, 1e-6);
	assert_float_equal(blob->centre.y, 0.2f, 1e-6);
	assert_float_equal(blob->area, 200 / 5000.f, 1e-6);
	assert_float_equal(run.objects->items[1].score, 1, 1e-6);
	/* Live: brighter only, darker only, not so small, not so large. */
	run.params.threshold = 150;
	step(&run);
	assert_int_equal(run.blobs->len, 1);
	run.params.threshold = 50;
	run.params.dark = true;
	step(&run);
	assert_int_equal(run.blobs->len, 2);
	assert_float_equal(run.blobs->items[1].area, 100 / 5000.f, 1e-6);
	run.params.min_area = 0.1f;
	step(&run);
	assert_int_equal(run.blobs->len, 1);
	run.params.max_area = 0.5f;
	step(&run);
	assert_int_equal(run.blobs->len, 0);
	end(&run);
}

/* Pixels that touch at a corner are neighbours. */
static void a_mask_needs_no_threshold(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8), PKD_OK);
	pkd_image_set(run.frame, PKD_GRAY8, 8, 8);
	paint(&run, 0, 0, 8, 8, 0);
	paint(&run, 1, 1, 2, 2, 255);
	paint(&run, 3, 3, 1, 1, 255);
	paint(&run, 6, 6, 1, 1, 255);
	step(&run);
	assert_int_equal(run.blobs->len, 2);
	assert_float_equal(run.blobs->items[0].area, 5 / 64.f, 1e-6);
	assert_float_equal(run.blobs->items[1].area, 1 / 64.f, 1e-6);
	end(&run);
}

static void a_frame_of_one_brightness_has_none(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8), PKD_OK);
	for (int value = 0; value <= 255; value += 51) {
		memset(pkd_pixels(run.frame), value, (size_t)W * H);
		run.params.dark = value % 2;
		step(&run);
		assert_int_equal(run.blobs->len, 0);
	}
	pkd_image_set(run.frame, PKD_GRAY8, 1, 1);
	step(&run);
	assert_int_equal(run.blobs->len, 0);
	run.params.threshold = 254;
	run.params.dark = false;
	pkd_pixels(run.frame)[0] = 255;
	step(&run);
	assert_int_equal(run.blobs->len, 1);
	assert_float_equal(run.blobs->items[0].area, 1, 1e-6);
	end(&run);
}

static void more_than_have_room_are_cut_the_largest_stay(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAY8), PKD_OK);
	memset(pkd_pixels(run.frame), 0, (size_t)W * H);
	for (uint32_t i = 0; i < 30 * 40; i++)
		paint(&run, i % 40 * 10, i / 40 * 10, 1, 1, 255);
	paint(&run, 390, 290, 3, 3, 255); /* the last */
	step(&run);
	assert_int_equal(run.blobs->len, 256);
	assert_int_equal(run.objects->len, 64);
	assert_float_equal(run.blobs->items[0].area, 9 / (float)(W * H), 1e-9);
	end(&run);
}

static void noise_has_many_and_does_no_harm(void **state)
{
	struct run run = {0};
	uint32_t random = 1;

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24), PKD_OK);
	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		pkd_pixels(run.frame)[i] = (uint8_t)((random = random * 1664525 + 1013904223) >>
		                                     24);
	run.params.threshold = 160;
	step(&run);
	assert_int_equal(run.blobs->len, 256);
	end(&run);
}

static void smarties_are_counted_in_each_format(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32,
	                                   PKD_GRAY8, PKD_I420,  PKD_NV12};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct run run = {0};

		assert_int_equal(start(&run, formats[i]), PKD_OK);
		picture_load(run.frame, picture_path("smarties.png"), "null", formats[i], W, H);
		run.params.dark = true;
		run.params.threshold = 215;
		run.params.min_area = 0.002f;
		step(&run);
		/* Fourteen, of which two touch and two are cut by the border. */
		print_message("%u blobs\n", run.blobs->len);
		assert_in_range(run.blobs->len, 12, 15);
		end(&run);
	}
}

static void a_format_without_bytes_is_refused(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_GRAYF32), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "not of gray16 and grayf32"));
	free(run.self);
	fake_slot_free(run.frame);
	fake_slot_free(run.blobs);
	fake_slot_free(run.objects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_and_areas_are_exact),
		cmocka_unit_test(a_mask_needs_no_threshold),
		cmocka_unit_test(a_frame_of_one_brightness_has_none),
		cmocka_unit_test(more_than_have_room_are_cut_the_largest_stay),
		cmocka_unit_test(noise_has_many_and_does_no_harm),
		cmocka_unit_test(smarties_are_counted_in_each_format),
		cmocka_unit_test(a_format_without_bytes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
