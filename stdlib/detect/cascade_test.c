/* detect.cascade on a picture of a footballer (OpenCV's documentation), with Debian's cascades; and
 * cascades that are wrong, made from them. */
#include <detect/cascade.pkd.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/picture_file.h"

extern const struct pkd_methods detect_cascade_methods;

enum { W = 548, H = 342 };

#define HAAR "/usr/share/opencv4/haarcascades/"
#define LBP "/usr/share/opencv4/lbpcascades/"

struct run {
	struct pkd_ctx ctx;
	struct detect_cascade_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_cascade_objects *objects;
};

static void needs_cascades(void)
{
	if (access(HAAR "haarcascade_frontalface_default.xml", R_OK) == 0)
		return;
	print_message("no cascades: Debian's package opencv-data\n");
	skip();
}

static int start(struct run *run, const char *model, uint32_t format)
{
	run->params = (struct detect_cascade_params){.model = model,
	                                             .label = "",
	                                             .scale = 1.1f,
	                                             .neighbours = 4,
	                                             .FORMAT = format,
	                                             .W = W,
	                                             .H = H};
	run->self = fake_self(&detect_cascade_methods);
	run->frame = fake_image(format, W, H);
	run->objects = fake_slot(sizeof(*run->objects));
	run->objects->len = 0;
	return detect_cascade_methods.init(run->self, &run->params, &run->ctx);
}

static void must_start(struct run *run, const char *model, uint32_t format)
{
	if (start(run, model, format) != PKD_OK)
		fail_msg("%s", run->ctx.error);
}

static void step(struct run *run)
{
	struct detect_cascade_in in = {run->frame};
	struct detect_cascade_out out = {run->objects};

	assert_int_equal(detect_cascade_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->objects->len, 0, 64);
	for (uint32_t i = 0; i < run->objects->len; i++) {
		const struct detect_Object *object = &run->objects->items[i];

		assert_int_equal(object->id, i + 1);
		assert_true(object->score > 0 && object->score < 1);
		assert_true(i == 0 || object->score <= object[-1].score);
		assert_true(object->box.x >= 0 && object->box.x + object->box.w <= 1.0001f);
		assert_true(object->box.y >= 0 && object->box.y + object->box.h <= 1.0001f);
		assert_true(object->box.w > 0 && object->box.h > 0);
	}
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->objects);
}

static void end(struct run *run)
{
	detect_cascade_methods.finish(run->self);
	release(run);
}

static void assert_refused(const char *model, int error, const char *text)
{
	struct run run = {0};
	int result = start(&run, model, PKD_BGR24);

	if (result != -error || run.ctx.n_errors != 1 || !strstr(run.ctx.error, text) ||
	    strchr(run.ctx.error, '\n'))
		fail_msg("%d: '%s' does not say '%s'", result, run.ctx.error, text);
	release(&run);
}

/* ---- Tests ---- */

/* Formats that have their brightness by themselves, and those of which it is made. */
static void one_face_is_found_in_each_format(void **state)
{
	static const uint32_t formats[] = {PKD_BGR24, PKD_RGB24, PKD_BGRA32, PKD_RGBA32,
	                                   PKD_GRAY8, PKD_I420,  PKD_NV12};

	(void)state;
	needs_cascades();
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct run run = {0};
		const struct detect_Object *face;

		must_start(&run, "frontalface", formats[i]);
		picture_load(run.frame, picture_path("messi5.jpg"), "null", formats[i], W, H);
		step(&run);
		assert_int_equal(run.objects->len, 1);
		face = &run.objects->items[0];
		assert_string_equal(face->label.text, "frontalface");
		assert_true(face->box.x > 0.39f && face->box.x + face->box.w < 0.51f);
		assert_true(face->box.y > 0.25f && face->box.y + face->box.h < 0.41f);
		end(&run);
	}
}

static void live_parameters_leave_out_what_is_unsure_or_small(void **state)
{
	struct run run = {0};
	uint32_t n_few;

	(void)state;
	needs_cascades();
	must_start(&run, "frontalface", PKD_BGR24);
	picture_load(run.frame, picture_path("messi5.jpg"), "null", PKD_BGR24, W, H);
	run.params.neighbours = 1;
	step(&run);
	n_few = run.objects->len;
	assert_true(n_few > 1);
	run.params.neighbours = 1000;
	step(&run);
	assert_int_equal(run.objects->len, 0);
	run.params.neighbours = 4;
	run.params.min_size = 0.2f;
	step(&run);
	assert_int_equal(run.objects->len, 0);
	run.params.min_size = 1;
	step(&run);
	assert_int_equal(run.objects->len, 0);
	assert_int_equal(run.ctx.n_errors, 0);
	end(&run);
}

static void every_cascade_of_debian_is_taken_by_its_name(void **state)
{
	FILE *list;
	char path[512];
	int n = 0;

	(void)state;
	needs_cascades();
	list = popen("ls " HAAR "*.xml " LBP "*.xml", "r");
	assert_non_null(list);
	while (fgets(path, sizeof(path), list)) {
		struct run run = {0};
		char *name = strrchr(path, '/') + 1;

		path[strcspn(path, "\n")] = '\0';
		/* OpenCV 1's way of writing them; russian_plate_number finds the same. */
		if (strstr(name, "rus_16stages")) {
			assert_refused(path, EINVAL, "as opencv_traincascade writes them");
			continue;
		}
		*strstr(name, ".xml") = '\0';
		must_start(&run, name, PKD_GRAY8);
		step(&run);
		end(&run);
		memset(&run, 0, sizeof(run));
		/* And without what all of a kind begin with. */
		must_start(&run, strchr(name, '_') + 1, PKD_GRAY8);
		end(&run);
		n++;
	}
	assert_int_equal(pclose(list), 0);
	assert_true(n >= 20);
}

static void a_path_gives_the_label_its_name(void **state)
{
	struct run run = {0};

	(void)state;
	needs_cascades();
	fake_run("cp " HAAR "haarcascade_frontalface_default.xml '%s'", fake_path("heads.xml"));
	must_start(&run, fake_path("heads.xml"), PKD_BGR24);
	picture_load(run.frame, picture_path("messi5.jpg"), "null", PKD_BGR24, W, H);
	step(&run);
	assert_int_equal(run.objects->len, 1);
	assert_string_equal(run.objects->items[0].label.text, "heads");
	end(&run);
}

static void more_than_have_room_are_cut_the_surest_stay(void **state)
{
	struct run run = {0};

	(void)state;
	needs_cascades();
	must_start(&run, "frontalface", PKD_BGR24);
	picture_load(run.frame, picture_path("messi5.jpg"),
	             "crop=64:64:214:80,split=10[a][b][c][d][e][f][g][h][i][j];"
	             "[a][b][c][d][e][f][g][h][i][j]hstack=10,split=10"
	             "[a1][b1][c1][d1][e1][f1][g1][h1][i1][j1];"
	             "[a1][b1][c1][d1][e1][f1][g1][h1][i1][j1]vstack=10",
	             PKD_BGR24, 540, 340);
	run.params.neighbours = 1;
	step(&run);
	assert_int_equal(run.objects->len, 64);
	end(&run);
}

static void any_frame_is_looked_at(void **state)
{
	static const uint32_t sizes[][2] = {{1, 1}, {1, H}, {W, 1}, {23, 24}, {24, 24}, {25, 27}};
	struct run run = {0};
	uint32_t random = 1;

	(void)state;
	needs_cascades();
	must_start(&run, "frontalface", PKD_BGR24);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pkd_image_set(run.frame, PKD_BGR24, sizes[i][0], sizes[i][1]);
		step(&run);
		assert_int_equal(run.objects->len, 0);
	}
	pkd_image_set(run.frame, PKD_BGR24, W, H);
	memset(pkd_pixels(run.frame), 128, (size_t)W * H * 3);
	step(&run);
	assert_int_equal(run.objects->len, 0);
	for (size_t i = 0; i < (size_t)W * H * 3; i++)
		pkd_pixels(run.frame)[i] = (uint8_t)((random = random * 1664525 + 1013904223) >>
		                                     24);
	step(&run);
	assert_int_equal(run.ctx.n_errors, 0);
	end(&run);
}

static void objects_that_nobody_reads_are_no_work(void **state)
{
	struct detect_cascade_out out = {NULL};
	struct detect_cascade_in in;
	struct run run = {0};

	(void)state;
	needs_cascades();
	must_start(&run, "eye", PKD_BGR24);
	run.ctx.unread = 1;
	in = (struct detect_cascade_in){run.frame};
	assert_int_equal(detect_cascade_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

static void what_is_not_there_is_told_with_the_way_out(void **state)
{
	struct run run = {0};

	(void)state;
	assert_refused("frontalfaces", ENOENT, "opencv-data");
	assert_refused("", ENOENT, "opencv-data");
	assert_refused("none/frontalface.xml", ENOENT, "cannot read 'none/frontalface.xml'");
	assert_refused("/tmp", EISDIR, "cannot read '/tmp'");
	assert_refused("/dev/zero", EINVAL, "cannot read '/dev/zero'");
	assert_int_equal(start(&run, "eye", PKD_GRAY16), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "not of gray16"));
	release(&run);
}

/* OpenCV reads beyond its tables, or goes round for ever, where a number in a cascade is wrong. */
static void a_cascade_with_a_wrong_number_is_refused(void **state)
{
	static const struct {
		const char *from, *change, *says;
	} cases[] = {
		{HAAR "haarcascade_frontalface_default.xml", "s/<width>24</<width>2</", "window"},
		{HAAR "haarcascade_frontalface_default.xml", "s/<width>24</<width>20</",
	         "rectangle"},
		{HAAR "haarcascade_frontalface_default.xml", "s/<height>24</<height>-1</",
	         "window"},
		{HAAR "haarcascade_frontalface_default.xml",
	         "s/<featureType>HAAR/<featureType>LBP/", "go together"},
		{HAAR "haarcascade_frontalface_default.xml", "s/BOOST/boost/", "no stages"},
		{HAAR "haarcascade_frontalface_default.xml", "s/0 -1 0 /0 -1 2913 /", "not there"},
		{HAAR "haarcascade_frontalface_default.xml", "s/0 -1 0 /0 -1 -1 /", "not there"},
		{HAAR "haarcascade_frontalface_default.xml", "s/0 -1 0 /0 -2 0 /", "not there"},
		{HAAR "haarcascade_frontalface_default.xml", "s/0 -1 0 /1 -1 0 /", "not there"},
		{HAAR "haarcascade_frontalface_default.xml", "s/0 -1 0 /.nan -1 0 /", "not there"},
		/* A circle: the second node leads to the first, or to itself. */
		{HAAR "haarcascade_frontalface_alt2.xml", "s/ 0 1 1 / 0 2 1 /;s/-1 -2 2/1 -2 2/",
	         "not there"},
		{HAAR "haarcascade_frontalface_default.xml", "s/6 4 12 9 -1/16 4 12 9 -1/",
	         "rectangle"},
		{HAAR "haarcascade_frontalface_default.xml",
	         "s/6 4 12 9 -1/2147483647 4 2147483647 9 -1/", "rectangle"},
		{LBP "lbpcascade_frontalface.xml", "s/0 -1 46 /0 -1 1000 /", "not there"},
		{LBP "lbpcascade_frontalface.xml", "s/256</0</", "go together"},
		{HAAR "haarcascade_frontalface_default.xml", "s/stages>/steps>/", "no stages"},
		{HAAR "haarcascade_frontalface_default.xml", "100q", "damaged"},
		{HAAR "haarcascade_frontalface_default.xml", "/_/d", "damaged"},
	};

	(void)state;
	needs_cascades();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_run("sed '%s' %s >'%s'", cases[i].change, cases[i].from,
		         fake_path("wrong.xml"));
		print_message("%s\n", cases[i].change);
		assert_refused(fake_path("wrong.xml"), EINVAL, cases[i].says);
	}
	fake_run(": >'%s'", fake_path("wrong.xml"));
	assert_refused(fake_path("wrong.xml"), EINVAL, "no cascade that OpenCV can use");
	fake_run("head -c 4096 /dev/urandom >'%s'", fake_path("wrong.xml"));
	assert_refused(fake_path("wrong.xml"), EINVAL, "no cascade that OpenCV can use");
	fake_run("truncate -s 17M '%s'", fake_path("wrong.xml"));
	assert_refused(fake_path("wrong.xml"), EFBIG, "cannot read");
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_face_is_found_in_each_format),
		cmocka_unit_test(live_parameters_leave_out_what_is_unsure_or_small),
		cmocka_unit_test(every_cascade_of_debian_is_taken_by_its_name),
		cmocka_unit_test(a_path_gives_the_label_its_name),
		cmocka_unit_test(more_than_have_room_are_cut_the_surest_stay),
		cmocka_unit_test(any_frame_is_looked_at),
		cmocka_unit_test(objects_that_nobody_reads_are_no_work),
		cmocka_unit_test(what_is_not_there_is_told_with_the_way_out),
		cmocka_unit_test(a_cascade_with_a_wrong_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
