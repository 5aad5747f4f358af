/* image.jpeg beside tjCompress2, and what it makes read by ffmpeg. */
#include <errno.h>
#include <image/jpeg.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods image_jpeg_methods;

enum { CAPACITY = 200000 };

static const struct {
	uint32_t format;
	int turbo;
} formats[] = {
	{PKD_GRAY8, TJPF_GRAY},  {PKD_BGR24, TJPF_BGR},   {PKD_RGB24, TJPF_RGB},
	{PKD_BGRA32, TJPF_BGRA}, {PKD_RGBA32, TJPF_RGBA},
};

enum { N_FORMATS = sizeof(formats) / sizeof(formats[0]) };

struct run {
	struct pkd_ctx ctx;
	struct image_jpeg_params params;
	void *self;
	struct pkd_image *frame;
	struct image_jpeg_data *data;
};

/* The frame's rows have five pixels more than it is wide. */
static int start(struct run *run, uint32_t format, uint32_t W, uint32_t H)
{
	if (run->params.quality == 0)
		run->params.quality = 80;
	if (run->params.N == 0)
		run->params.N = CAPACITY;
	run->params.FORMAT = format;
	run->params.W = W;
	run->params.H = H;
	run->self = fake_self(&image_jpeg_methods);
	run->frame = fake_image(format, W + 5, H);
	run->frame->width = W;
	run->data = fake_slot((uint32_t)sizeof(*run->data) + run->params.N);
	return image_jpeg_methods.init(run->self, &run->params, &run->ctx);
}

static int step(struct run *run)
{
	struct image_jpeg_in in = {run->frame};
	struct image_jpeg_out out = {run->data};

	run->data->len = 0;
	return fake_fire(&image_jpeg_methods, run->self, &in, &out, &run->ctx);
}

static void end(struct run *run)
{
	image_jpeg_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->data);
}

static void assert_is_bare(const struct run *run, int turbo, int subsampling)
{
	tjhandle bare = tjInitCompress();
	unsigned char *bytes = NULL;
	unsigned long size = 0;

	assert_non_null(bare);
	assert_int_equal(tjCompress2(bare, pkd_const_pixels(run->frame), (int)run->frame->width,
	                             (int)run->frame->stride, (int)run->frame->height, turbo,
	                             &bytes, &size, subsampling, run->params.quality, 0),
	                 0);
	assert_int_equal(run->data->len, size);
	assert_memory_equal(run->data->data, bytes, size);
	tjFree(bytes);
	tjDestroy(bare);
}

/* ---- Tests ---- */

static void the_bytes_are_those_of_turbojpeg(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {33, 17}, {160, 121}};
	static const int subsamplings[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_GRAY};
	static const int qualities[] = {1, 50, 80, 100};

	(void)state;
	for (uint32_t f = 0; f < N_FORMATS; f++) {
		for (uint32_t s = 0; s < 5; s++) {
			struct run run = {0};

			assert_int_equal(start(&run, formats[f].format, sizes[s][0], sizes[s][1]),
			                 PKD_OK);
			for (uint32_t i = 0; i < 16; i++) {
				int subsampling = subsamplings[i % 4];

				run.params.subsampling = i % 4; /* live */
				run.params.quality = qualities[i / 4];
				assert_int_equal(step(&run), PKD_OK);
				if (formats[f].format == PKD_GRAY8)
					subsampling = TJSAMP_GRAY;
				assert_is_bare(&run, formats[f].turbo, subsampling);
			}
			end(&run);
		}
	}
}

static void ffmpeg_reads_it(void **state)
{
	struct run run = {0};
	const char *path = fake_path("a.jpg");
	FILE *file;

	(void)state;
	run.params.subsampling = image_Subsampling_s420;
	assert_int_equal(start(&run, PKD_BGR24, 320, 200), PKD_OK);
	picture_load(run.frame, picture_path("messi5.jpg"), "null", PKD_BGR24, 320, 200);
	assert_int_equal(step(&run), PKD_OK);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(run.data->data, 1, run.data->len, file), run.data->len);
	fclose(file);
	assert_string_equal(fake_output("ffprobe -v error -show_entries "
	                                "stream=codec_name,width,height,pix_fmt -of csv=p=0 '%s'",
	                                path),
	                    "mjpeg,320,200,yuvj420p");
	end(&run);
	fake_directory_remove();
}

/* The size that the message says is enough, and the next lower one is not asked for. */
static void what_has_no_room_is_an_error_that_says_how_much_has(void **state)
{
	struct run run = {0}, enough = {0};
	const char *said;
	unsigned n;

	(void)state;
	run.params.N = 2000;
	run.params.quality = 100;
	assert_int_equal(start(&run, PKD_BGR24, 160, 120), PKD_OK);
	assert_int_equal(step(&run), -EMSGSIZE);
	assert_int_equal(run.data->len, 0);
	print_message("%s\n", run.ctx.error);
	said = strstr(run.ctx.error, "write N: ");
	assert_non_null(said);
	assert_int_equal(sscanf(said, "write N: %u", &n), 1);
	assert_non_null(strstr(run.ctx.error, "`quality`"));
	enough.params.N = n;
	enough.params.quality = 100;
	assert_int_equal(start(&enough, PKD_BGR24, 160, 120), PKD_OK);
	assert_int_equal(step(&enough), PKD_OK);
	assert_in_range(enough.data->len, 2001, n);
	end(&enough);
	/* It goes on with what has room. */
	memset(pkd_pixels(run.frame), 90, (size_t)run.frame->stride * run.frame->height);
	assert_int_equal(step(&run), PKD_OK);
	assert_in_range(run.data->len, 100, 2000);
	end(&run);
}

static void a_size_that_is_just_enough(void **state)
{
	struct run run = {0}, just = {0}, less = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_RGB24, 64, 48), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	just.params.N = run.data->len;
	assert_int_equal(start(&just, PKD_RGB24, 64, 48), PKD_OK);
	assert_int_equal(step(&just), PKD_OK);
	less.params.N = run.data->len - 1;
	assert_int_equal(start(&less, PKD_RGB24, 64, 48), PKD_OK);
	assert_int_equal(step(&less), -EMSGSIZE);
	end(&run);
	end(&just);
	end(&less);
}

static void frames_may_be_smaller_than_their_room(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 160, 120), PKD_OK);
	run.frame->width = 31;
	run.frame->height = 7;
	assert_int_equal(step(&run), PKD_OK);
	assert_is_bare(&run, TJPF_BGR, TJSAMP_444);
	end(&run);
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

static void nothing_is_made_for_nobody(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, PKD_BGR24, 16, 16), PKD_OK);
	run.ctx.unread = 1;
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.data->len, 0);
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_turbojpeg),
		cmocka_unit_test(ffmpeg_reads_it),
		cmocka_unit_test(what_has_no_room_is_an_error_that_says_how_much_has),
		cmocka_unit_test(a_size_that_is_just_enough),
		cmocka_unit_test(frames_may_be_smaller_than_their_room),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(nothing_is_made_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
