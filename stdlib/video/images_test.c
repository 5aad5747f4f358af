/* video.images: its files beside what ffmpeg reads in them, names, and what is there already. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <video/images.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods video_images_methods;

enum { W = 62, H = 48 };

struct run {
	struct pkd_ctx ctx;
	struct video_images_params params;
	void *self;
	struct pkd_image *frame;
	struct video_images_path *path;
	char folder[600];
};

static int begin(struct run *run)
{
	run->params.folder = run->folder;
	run->params.FORMAT = run->params.FORMAT ? run->params.FORMAT : PKD_BGR24;
	run->params.W = W;
	run->params.H = H;
	run->params.quality = run->params.quality ? run->params.quality : 90;
	run->self = fake_self(&video_images_methods);
	return video_images_methods.init(run->self, &run->params, &run->ctx);
}

/* In a directory of its own. */
static int start(struct run *run, const char *name, const char *pattern)
{
	if (!run->folder[0]) {
		snprintf(run->folder, sizeof(run->folder), "%s/", fake_path(name));
		mkdir(run->folder, 0777);
	}
	run->params.pattern = pattern;
	run->frame = fake_image(run->params.FORMAT ? run->params.FORMAT : PKD_BGR24, W, H);
	run->path = fake_slot(sizeof(*run->path));
	return begin(run);
}

static int step(struct run *run)
{
	struct video_images_in in = {run->frame};
	struct video_images_out out = {run->path};

	return fake_fire(&video_images_methods, run->self, &in, &out, &run->ctx);
}

static void end(struct run *run)
{
	video_images_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->path);
}

static bool is_there(const struct run *run, const char *name)
{
	char path[1200];

	snprintf(path, sizeof(path), "%s%s", run->folder, name);
	return access(path, F_OK) == 0;
}

/* A smooth picture, which a JPEG keeps. */
static void draw(struct pkd_image *image, int n)
{
	uint32_t size = pkd_pixel_size(image->format);

	for (uint32_t p = 0; p < pkd_planes(image->format); p++) {
		struct pkd_image_plane plane = pkd_plane(image, p);

		for (uint32_t y = 0; y < plane.height; y++)
			for (uint32_t x = 0; x < plane.width * size; x++)
				plane.data[y * plane.stride + x] =
					(uint8_t)(p ? 128 : 40 + 2 * (x / size) + y + (uint32_t)n);
	}
}

static unsigned difference(const struct pkd_image *a, const struct pkd_image *b)
{
	unsigned most = 0;

	for (uint32_t i = 0; i < a->stride * a->height; i++) {
		int d = abs(pkd_const_pixels(a)[i] - pkd_const_pixels(b)[i]);

		most = (unsigned)d > most ? (unsigned)d : most;
	}
	return most;
}

/* ---- Tests ---- */

static void ffmpeg_reads_what_was_drawn(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_GRAY8, PKD_I420, PKD_NV12};

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct run run = {.params.FORMAT = formats[i / 2]};
		bool is_png = i % 2;
		bool is_yuv = pkd_planes(formats[i / 2]) > 1;
		const char *name = is_png ? "a000.png" : "a000.JPG";
		struct pkd_image *seen = fake_image(formats[i / 2], W, H);

		run.params.existing = video_Numbering_replace;
		assert_int_equal(
			start(&run, is_png ? "png" : "jpeg", is_png ? "a%03d.png" : "a%03d.JPG"),
			PKD_OK);
		draw(run.frame, 0);
		assert_int_equal(step(&run), PKD_OK);
		assert_true(is_there(&run, name));
		picture_load(seen, run.path->text, "null", formats[i / 2], W, H);
		if (!is_yuv)
			assert_in_range(difference(run.frame, seen), 0, is_png ? 0 : 6);
		end(&run);
		fake_slot_free(seen);
	}
	fake_directory_remove();
}

static void each_frame_has_the_next_number(void **state)
{
	struct run run = {.params.first = 98};

	(void)state;
	assert_int_equal(start(&run, "numbers", "shot%02d.png"), PKD_OK);
	for (int n = 0; n < 3; n++) {
		draw(run.frame, n);
		assert_int_equal(step(&run), PKD_OK);
	}
	assert_true(is_there(&run, "shot98.png"));
	assert_true(is_there(&run, "shot99.png"));
	assert_true(is_there(&run, "shot100.png"));
	assert_false(is_there(&run, "shot101.png"));
	assert_false(is_there(&run, ".shot98.png.new"));
	end(&run);
	fake_directory_remove();
}

static void what_is_there_is_not_lost(void **state)
{
	struct run first = {.params.first = 1}, second = {.params.first = 1};
	struct run third = {.params.first = 1}, fourth = {.params.first = 1};

	(void)state;
	assert_int_equal(start(&first, "there", "%d.png"), PKD_OK);
	draw(first.frame, 0);
	assert_int_equal(step(&first), PKD_OK);
	end(&first);

	snprintf(second.folder, sizeof(second.folder), "%s", first.folder);
	assert_int_equal(start(&second, "", "%d.png"), PKD_OK);
	draw(second.frame, 7);
	assert_true(step(&second) < 0);
	assert_non_null(strstr(second.ctx.error, "`existing: append`"));
	end(&second);

	third.params.existing = video_Numbering_append;
	snprintf(third.folder, sizeof(third.folder), "%s", first.folder);
	assert_int_equal(start(&third, "", "%d.png"), PKD_OK);
	draw(third.frame, 7);
	assert_int_equal(step(&third), PKD_OK);
	assert_true(is_there(&third, "2.png"));
	end(&third);

	fourth.params.existing = video_Numbering_replace;
	snprintf(fourth.folder, sizeof(fourth.folder), "%s", first.folder);
	assert_int_equal(start(&fourth, "", "%d.png"), PKD_OK);
	draw(fourth.frame, 9);
	assert_int_equal(step(&fourth), PKD_OK);
	assert_false(is_there(&fourth, "3.png"));
	end(&fourth);
	fake_directory_remove();
}

/* It died between the rename and the commit: the picture is there, and counts once. */
static void firing_that_is_done_again_finds_its_own_picture(void **state)
{
	struct run run = {.params.first = 1};

	(void)state;
	assert_int_equal(start(&run, "again", "%d.jpg"), PKD_OK);
	draw(run.frame, 0);
	assert_int_equal(step(&run), PKD_OK);
	memset(run.ctx.committed_state, 0, sizeof(run.ctx.committed_state));
	video_images_methods.finish(run.self);
	free(run.self);
	assert_int_equal(begin(&run), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	assert_true(is_there(&run, "1.jpg"));
	assert_false(is_there(&run, "2.jpg"));
	end(&run);
	fake_directory_remove();
}

static void wrong_patterns_are_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"a.jpg", "one %d"},    {"%d%d.jpg", "one %d"},  {"%s.jpg", "one %d"},
		{"%4d.jpg", "one %d"},  {"%099d.jpg", "one %d"}, {"%n.jpg", "one %d"},
		{"%d", "ends with"},    {"%d.gif", "ends with"}, {".png%d", "ends with"},
		{"a/%d.jpg", "folder"}, {"%d.jpg%%", "one %d"},  {"", "one %d"},
		{"%0d.jpg", "one %d"},  {"%0-3d.jpg", "one %d"}, {"%d.jpg.png%", "one %d"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct run run = {.params.first = 1};

		assert_true(start(&run, "wrong", wrong[i][0]) < 0);
		if (!strstr(run.ctx.error, wrong[i][1]))
			fail_msg("'%s': %s", wrong[i][0], run.ctx.error);
		free(run.self);
		fake_slot_free(run.frame);
		fake_slot_free(run.path);
	}
	fake_directory_remove();
}

static void directory_that_cannot_be_written_is_told(void **state)
{
	struct run run = {.params.first = 1};

	(void)state;
	snprintf(run.folder, sizeof(run.folder), "/nonexistent/");
	assert_true(start(&run, "", "%d.png") < 0);
	assert_non_null(strstr(run.ctx.error, "cannot open the directory"));
	free(run.self);
	fake_slot_free(run.frame);
	fake_slot_free(run.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ffmpeg_reads_what_was_drawn),
		cmocka_unit_test(each_frame_has_the_next_number),
		cmocka_unit_test(what_is_there_is_not_lost),
		cmocka_unit_test(firing_that_is_done_again_finds_its_own_picture),
		cmocka_unit_test(wrong_patterns_are_refused),
		cmocka_unit_test(directory_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
