/* image.unjpeg beside tjDecompress2, and on JPEGs that are cut off, changed or none at all. */
#include <errno.h>
#include <image/unjpeg.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods image_unjpeg_methods;

enum { ROOM = 300000 };

static const struct {
	uint32_t format;
	int turbo;
} formats[] = {
	{PKD_GRAY8, TJPF_GRAY},  {PKD_BGR24, TJPF_BGR},   {PKD_RGB24, TJPF_RGB},
	{PKD_BGRA32, TJPF_BGRA}, {PKD_RGBA32, TJPF_RGBA},
};

struct run {
	struct pkd_ctx ctx;
	struct image_unjpeg_params params;
	void *self;
	struct pkd_image *frame;
	uint8_t damaged;
};

static int start(struct run *run, uint32_t format, uint32_t W, uint32_t H)
{
	run->params.FORMAT = format;
	run->params.W = W;
	run->params.H = H;
	run->params.N = ROOM;
	run->self = fake_self(&image_unjpeg_methods);
	run->frame = fake_image(format, W, H);
	return image_unjpeg_methods.init(run->self, &run->params, &run->ctx);
}

static void end(struct run *run)
{
	image_unjpeg_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
}

/* The bytes end where their memory does. */
static int step(struct run *run, const void *bytes, size_t n)
{
	struct image_unjpeg_data *data = malloc(sizeof(*data) + n);
	struct image_unjpeg_in in = {data};
	struct image_unjpeg_out out = {run->frame, &run->damaged};
	int result;

	assert_non_null(data);
	data->len = (uint32_t)n;
	if (n)
		memcpy(data->data, bytes, n);
	run->ctx.absent = 0;
	run->damaged = 2;
	result = fake_fire(&image_unjpeg_methods, run->self, &in, &out, &run->ctx);
	free(data);
	if (result == PKD_OK) {
		assert_in_range(run->damaged, 0, 1);
		assert_true(run->damaged || !run->ctx.absent);
	}
	return result;
}

struct jpeg {
	unsigned char *bytes;
	unsigned long n;
};

static struct jpeg make(uint32_t width, uint32_t height, int subsampling, int flags)
{
	tjhandle bare = tjInitCompress();
	struct pkd_image *image = fake_image(PKD_BGR24, width, height);
	struct jpeg made = {0};

	assert_non_null(bare);
	assert_int_equal(tjCompress2(bare, pkd_const_pixels(image), (int)width, 0, (int)height,
	                             TJPF_BGR, &made.bytes, &made.n, subsampling, 75, flags),
	                 0);
	fake_slot_free(image);
	tjDestroy(bare);
	return made;
}

static void assert_is_bare(const struct run *run, struct jpeg jpeg, int turbo)
{
	size_t n = (size_t)run->frame->stride * run->frame->height;
	tjhandle bare = tjInitDecompress();
	uint8_t *pixels = malloc(n);

	assert_non_null(bare);
	assert_non_null(pixels);
	assert_int_equal(tjDecompress2(bare, jpeg.bytes, jpeg.n, pixels, (int)run->frame->width, 0,
	                               (int)run->frame->height, turbo, 0),
	                 0);
	assert_memory_equal(pkd_const_pixels(run->frame), pixels, n);
	free(pixels);
	tjDestroy(bare);
}

/* ---- Tests ---- */

static void the_pixels_are_those_of_turbojpeg(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {33, 17}, {160, 121}};
	static const int subsamplings[] = {TJSAMP_444,  TJSAMP_422, TJSAMP_420,
	                                   TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};

	(void)state;
	for (uint32_t f = 0; f < 5; f++) {
		struct run run = {0};

		assert_int_equal(start(&run, formats[f].format, 160, 121), PKD_OK);
		for (uint32_t i = 0; i < 60; i++) {
			uint32_t width = sizes[i % 5][0], height = sizes[i % 5][1];
			struct jpeg jpeg = make(width, height, subsamplings[i / 5 % 6],
			                        i < 30 ? 0 : TJFLAG_PROGRESSIVE);

			assert_int_equal(step(&run, jpeg.bytes, jpeg.n), PKD_OK);
			assert_false(run.damaged);
			assert_int_equal(run.frame->width, width);
			assert_int_equal(run.frame->height, height);
			assert_int_equal(run.frame->format, formats[f].format);
			assert_is_bare(&run, jpeg, formats[f].turbo);
			tjFree(jpeg.bytes);
		}
		assert_int_equal(run.ctx.n_notes, 0);
		end(&run);
	}
}

static void a_photograph_is_as_ffmpeg_reads_it(void **state)
{
	const char *path = picture_path("messi5.jpg");
	static uint8_t bytes[ROOM];
	struct pkd_image *other = fake_image(PKD_BGR24, 548, 342);
	FILE *file = fopen(path, "rb");
	struct run run = {0};
	double difference = 0;
	size_t n;

	(void)state;
	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(start(&run, PKD_BGR24, 548, 342), PKD_OK);
	assert_int_equal(step(&run, bytes, n), PKD_OK);
	assert_false(run.damaged);
	assert_int_equal(run.frame->width, 548);
	assert_int_equal(run.frame->height, 342);
	picture_load(other, path, "null", PKD_BGR24, 548, 342);
	for (uint32_t i = 0; i < 548 * 342 * 3; i++)
		difference += abs(pkd_pixels(other)[i] - pkd_pixels(run.frame)[i]);
	print_message("%.2f levels apart\n", difference / (548 * 342 * 3));
	assert_true(difference / (548 * 342 * 3) < 2);
	fake_slot_free(other);
	end(&run);
}

static void one_that_is_cut_off_is_absent_kept_or_an_error(void **state)
{
	struct jpeg jpeg = make(160, 121, TJSAMP_420, 0);
	uint32_t n_kept = 0;

	(void)state;
	for (uint32_t corrupt = 0; corrupt < 3; corrupt++) {
		struct run run = {.params.corrupt = corrupt};

		assert_int_equal(start(&run, PKD_BGR24, 160, 121), PKD_OK);
		/* Without its last bytes, which say that it ends, a picture is whole. */
		for (size_t n = 0; n < jpeg.n - 8; n += n < 700 ? 1 : 37) {
			int result = step(&run, jpeg.bytes, n);

			if (corrupt == image_Corrupt_fail) {
				assert_int_equal(result, -EBADMSG);
				assert_non_null(strstr(run.ctx.error, "a damaged JPEG: "));
			} else {
				assert_int_equal(result, PKD_OK);
				assert_true(run.damaged);
				n_kept += run.ctx.absent == 0;
			}
			if (corrupt == image_Corrupt_drop)
				assert_int_equal(run.ctx.absent, 1);
			/* And the next whole one is whole. */
			assert_int_equal(step(&run, jpeg.bytes, jpeg.n), PKD_OK);
			assert_false(run.damaged);
			assert_is_bare(&run, jpeg, TJPF_BGR);
		}
		end(&run);
	}
	assert_true(n_kept > 20);
	tjFree(jpeg.bytes);
}

/* The upper half of a picture of which the lower is missing. */
static void what_is_kept_has_what_there_is(void **state)
{
	struct jpeg jpeg = make(160, 120, TJSAMP_444, 0);
	struct run whole = {.params.corrupt = image_Corrupt_keep};
	struct run half = {.params.corrupt = image_Corrupt_keep};

	(void)state;
	assert_int_equal(start(&whole, PKD_GRAY8, 160, 120), PKD_OK);
	assert_int_equal(start(&half, PKD_GRAY8, 160, 120), PKD_OK);
	assert_int_equal(step(&whole, jpeg.bytes, jpeg.n), PKD_OK);
	assert_int_equal(step(&half, jpeg.bytes, jpeg.n / 2), PKD_OK);
	assert_true(half.damaged);
	assert_int_equal(half.ctx.absent, 0);
	assert_memory_equal(pkd_pixels(half.frame), pkd_pixels(whole.frame), 160 * 40);
	assert_memory_not_equal(pkd_pixels(half.frame) + 160 * 80,
	                        pkd_pixels(whole.frame) + 160 * 80, 160 * 40);
	assert_int_equal(half.ctx.n_notes, 1);
	assert_non_null(strstr(half.ctx.note, "Premature end"));
	end(&whole);
	end(&half);
	tjFree(jpeg.bytes);
}

static void damaged_ones_are_counted_in_few_lines(void **state)
{
	struct run run = {.params.corrupt = image_Corrupt_drop};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 16, 16), PKD_OK);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(step(&run, "no JPEG", 7), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 4);
	assert_non_null(strstr(run.ctx.note, "1000 damaged JPEGs so far"));
	assert_int_equal(step(&run, NULL, 0), PKD_OK);
	assert_int_equal(run.ctx.absent, 1);
	end(&run);
}

static void one_that_is_too_large_says_what_to_write(void **state)
{
	struct jpeg jpeg = make(160, 121, TJSAMP_420, 0);
	struct run run = {.params.corrupt = image_Corrupt_keep};
	struct run strict = {.params.corrupt = image_Corrupt_fail};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 160, 120), PKD_OK);
	assert_int_equal(step(&run, jpeg.bytes, jpeg.n), PKD_OK);
	assert_int_equal(run.ctx.absent, 1);
	assert_non_null(
		strstr(run.ctx.note, "it is 160x121, more than 160x120: write W: 160, H: 121"));
	end(&run);
	assert_int_equal(start(&strict, PKD_BGR24, 159, 121), PKD_OK);
	assert_int_equal(step(&strict, jpeg.bytes, jpeg.n), -EBADMSG);
	assert_non_null(strstr(strict.ctx.error, "write W: 160, H: 121"));
	end(&strict);
	tjFree(jpeg.bytes);
}

/* Changed at random: nothing is written beyond the picture, whatever the node says of it. */
static void changed_bytes_do_no_harm(void **state)
{
	uint32_t random = 7, n_damaged = 0, n_kept = 0;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		static struct run run;
		struct jpeg jpeg = make(33, 17, (int)(i % 3), i % 2 ? TJFLAG_PROGRESSIVE : 0);

		memset(&run, 0, sizeof(run));
		run.params.corrupt = i % 4 < 2 ? image_Corrupt_keep : image_Corrupt_drop;
		assert_int_equal(start(&run, formats[i % 5].format, 40, 40), PKD_OK);
		for (uint32_t change = 0; change <= i % 5; change++) {
			random = random * 1664525 + 1013904223;
			jpeg.bytes[(random >> 8) % jpeg.n] ^= (uint8_t)(1 + (random >> 4) % 255);
		}
		assert_int_equal(step(&run, jpeg.bytes, jpeg.n), PKD_OK);
		n_damaged += run.damaged;
		n_kept += run.damaged && !run.ctx.absent;
		if (!run.ctx.absent) {
			assert_in_range(run.frame->width, 1, 40);
			assert_in_range(run.frame->height, 1, 40);
		}
		end(&run);
		tjFree(jpeg.bytes);
	}
	print_message("%u of 3000 damaged, %u of them kept\n", n_damaged, n_kept);
	assert_in_range(n_damaged, 500, 2999);
	assert_in_range(n_kept, 50, 2999);
}

static void other_formats_are_refused(void **state)
{
	static const uint32_t others[] = {PKD_I420, PKD_NV12, PKD_GRAY16, PKD_GRAYF32};

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct run run = {0};

		assert_int_equal(start(&run, others[i], 16, 16), -EINVAL);
		assert_non_null(strstr(run.ctx.error, "image.convert"));
		end(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pixels_are_those_of_turbojpeg),
		cmocka_unit_test(a_photograph_is_as_ffmpeg_reads_it),
		cmocka_unit_test(one_that_is_cut_off_is_absent_kept_or_an_error),
		cmocka_unit_test(what_is_kept_has_what_there_is),
		cmocka_unit_test(damaged_ones_are_counted_in_few_lines),
		cmocka_unit_test(one_that_is_too_large_says_what_to_write),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(other_formats_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
