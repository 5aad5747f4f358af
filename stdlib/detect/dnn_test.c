/* detect.dnn with small networks that are written here, which hand the picture's bytes on as rows
 * of head plain; and, where `make models` has run, with coco.onnx by both engines. */
#define _GNU_SOURCE
#include <detect/dnn.pkd.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/onnx_file.h"

extern const struct pkd_methods detect_dnn_methods;

enum { W = 768, H = 576 };

struct run {
	struct pkd_ctx ctx;
	struct detect_dnn_params params;
	void *self;
	struct pkd_image *frame;
	struct detect_dnn_objects *objects;
};

/* ---- Networks ---- */

static const uint32_t picture[] = {1, 3, 4, 6}, rows[] = {1, 12, 6};

/* The sizes and the type that it claims of itself; what it does is another thing. */
static void write_network(const char *name, const uint32_t *in, uint32_t n_in, uint32_t type,
                          const char *operation)
{
	struct bytes graph = {0}, model;

	put_node(&graph, operation, "picture", "sizes", "rows");
	put_sizes(&graph, "sizes", (const int64_t[]){1, 12, 6}, 3);
	put_port(&graph, 11, "picture", type, in, n_in);
	put_port(&graph, 12, "rows", 1, rows, 3);
	make_model(&graph, &model);
	write_bytes(fake_path(name), model.at, model.n);
}

static void write_text(const char *name, const char *text)
{
	write_bytes(fake_path(name), text, strlen(text));
}

static const char *const sidecar = "input 6 4\nhead plain\noutputs rows\nlabels a, b\n";

static void write_both(void)
{
	write_network("rows.onnx", picture, 4, 1, "Reshape");
	write_text("rows.txt", sidecar);
}

/* Its folder; NULL where `make models` has not run. */
static const char *fetched(void)
{
	static char folder[1024];
	const char *clip = getenv("PKD_TEST_CLIP"), *slash = clip ? strrchr(clip, '/') : NULL;

	if (!slash)
		return NULL;
	snprintf(folder, sizeof(folder), "%.*s/../models/", (int)(slash - clip), clip);
	return access(fake_output("echo '%scoco.onnx'", folder), R_OK) == 0 ? folder : NULL;
}

static bool has_runtime(void)
{
	const char *folder = fetched();

	return folder &&
	       access(fake_output("echo '%sonnxruntime/libonnxruntime.so.1'", folder), R_OK) == 0;
}

/* ---- Runs ---- */

static int start(struct run *run, const char *folder, const char *model, uint32_t engine)
{
	static char path[1100];

	snprintf(path, sizeof(path), "%s",
	         folder ? folder : fake_output("echo '%s/'", fake_directory()));
	run->params = (struct detect_dnn_params){.model = model,
	                                         .folder = path,
	                                         .min_score = 0.4f,
	                                         .engine = engine,
	                                         .runtime = "",
	                                         .W = W,
	                                         .H = H};
	if (engine == detect_Engine_onnxruntime) {
		static char library[1200];

		snprintf(library, sizeof(library), "%sonnxruntime/libonnxruntime.so.1", fetched());
		run->params.runtime = library;
	}
	run->self = fake_self(&detect_dnn_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->objects = fake_slot(sizeof(*run->objects));
	return detect_dnn_methods.init(run->self, &run->params, &run->ctx);
}

static int step(struct run *run)
{
	struct detect_dnn_in in = {run->frame};
	struct detect_dnn_out out = {run->objects};

	return detect_dnn_methods.step(run->self, &in, &out, &run->ctx);
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->objects);
}

static void end(struct run *run)
{
	detect_dnn_methods.finish(run->self);
	release(run);
}

static void must_start(struct run *run, const char *folder, const char *model, uint32_t engine)
{
	if (start(run, folder, model, engine) != PKD_OK)
		fail_msg("%s", run->ctx.error);
}

static void assert_refused(const char *model, uint32_t engine, int error, const char *text)
{
	struct run run = {0};
	int result = start(&run, NULL, model, engine);

	if (result != -error || run.ctx.n_errors != 1 || !strstr(run.ctx.error, text) ||
	    strchr(run.ctx.error, '\n'))
		fail_msg("%d: '%s' does not say '%s'", result, run.ctx.error, text);
	release(&run);
}

/* Row `i` of the network's output is row i % 4 of one channel of a 6 x 4 frame, red first. */
static void paint(struct run *run, uint32_t i, const uint8_t values[6])
{
	for (uint32_t x = 0; x < 6; x++)
		pkd_pixels(run->frame)[i % 4 * run->frame->stride + x * 3 + (2 - i / 4)] =
			values[x];
}

static void assert_object(const struct detect_Object *object, float x, float y, float w, float h,
                          const char *label)
{
	assert_float_equal(object->box.x, x, 1e-5);
	assert_float_equal(object->box.y, y, 1e-5);
	assert_float_equal(object->box.w, w, 1e-5);
	assert_float_equal(object->box.h, h, 1e-5);
	assert_string_equal(object->label.text, label);
}

static uint32_t engines(uint32_t at)
{
	return at ? detect_Engine_onnxruntime : detect_Engine_opencv;
}

/* ---- Tests ---- */

static void both_engines_give_boxes_as_fractions_the_surest_first(void **state)
{
	(void)state;
	write_both();
	for (uint32_t e = 0; e < (has_runtime() ? 2u : 1u); e++) {
		struct run run = {0};

		must_start(&run, NULL, "rows", engines(e));
		pkd_image_set(run.frame, PKD_BGR24, 6, 4);
		memset(pkd_pixels(run.frame), 0, 6 * 4 * 3);
		paint(&run, 0, (const uint8_t[]){1, 1, 4, 3, 7, 0});
		paint(&run, 5, (const uint8_t[]){0, 2, 200, 200, 9, 1}); /* beyond the frame */
		paint(&run, 11, (const uint8_t[]){1, 1, 2, 2, 5, 2});    /* no such class */
		assert_int_equal(step(&run), PKD_OK);
		assert_int_equal(run.objects->len, 2);
		assert_object(&run.objects->items[0], 0, 0.5f, 1, 0.5f, "b");
		assert_object(&run.objects->items[1], 1 / 6.f, 0.25f, 0.5f, 0.5f, "a");
		assert_int_equal(run.objects->items[1].id, 2);
		run.params.min_score = 8; /* live */
		assert_int_equal(step(&run), PKD_OK);
		assert_int_equal(run.objects->len, 1);
		assert_int_equal(run.ctx.n_errors, 0);
		end(&run);
	}
}

static void bytes_become_what_the_sidecar_says(void **state)
{
	struct run run = {0};

	(void)state;
	write_both();
	/* Blue comes first then, each less 10 and halved. */
	write_text("rows.txt",
	           "input 6 4\nhead plain\ncolour bgr\nmean 10\nscale 0.5\nlabels a, b\n");
	must_start(&run, NULL, "rows", detect_Engine_opencv);
	pkd_image_set(run.frame, PKD_BGR24, 6, 4);
	memset(pkd_pixels(run.frame), 0, 6 * 4 * 3);
	paint(&run, 8, (const uint8_t[]){10, 10, 16, 18, 12, 12}); /* 0 0 3 4 1 1 */
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.objects->len, 1);
	assert_object(&run.objects->items[0], 0, 0, 0.5f, 1, "b");
	end(&run);
}

/* A frame twice as high as wide stands in the middle of the input, 2 of 6 columns wide. */
static void a_letterbox_is_taken_off_again(void **state)
{
	struct run run = {0};

	(void)state;
	write_both();
	write_text("rows.txt", "input 6 4\nfit letterbox\npad 3\nhead plain\nlabels a, b, c, d\n");
	must_start(&run, NULL, "rows", detect_Engine_opencv);
	pkd_image_set(run.frame, PKD_BGR24, 2, 4);
	/* Each row is then 3 3 x y 3 3: with x = 5 and y = 4 a box from 3 to 5, of which the frame
	 * has 3 to 4; so its right half, and the bottom quarter. */
	for (uint32_t i = 0; i < 4 * 2 * 3; i++)
		pkd_pixels(run.frame)[i] = i / 3 % 2 ? 4 : 5;
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(run.objects->len, 1);
	assert_object(&run.objects->items[0], 0.5f, 0.75f, 0.5f, 0.25f, "d");
	end(&run);
}

static void a_network_that_does_not_fit_is_told_with_both_shapes(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"input 4 6\nhead plain\nlabels a\n",
	         "takes 1x3x4x6, and its .txt file says 1x3x6x4"},
		{"input 6 4\nlayout nhwc\nhead plain\nlabels a\n",
	         "takes 1x3x4x6, and its .txt file says 1x4x6x3"},
		{"input 6 4\nhead yolov5\nlabels a, b, c\n",
	         "gives 1x12x6 as output 1, and head yolov5 with 3 labels"},
		{"input 6 4\nhead yolov5\nlabels a, b\n", "wants 1xNx7"},
		{"input 6 4\nhead centernet\nlabels a, b\n", "wants 1x2xHxW"},
		{"input 6 4\nhead plain\noutputs boxes\nlabels a\n",
	         "no output 'boxes', which its .txt file names; "
	         "its first one is 'rows'"},
		{"input 6 4\nhead movenet\nlabels a\n", "has head movenet, which is for pose.dnn"},
		{"input 6 4\nhead plain\nlabel a\n", "rows.txt', line 3 begins with none of"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_both();
		write_text("rows.txt", cases[i].text);
		assert_refused("rows", detect_Engine_opencv, EINVAL, cases[i].says);
	}
}

static void what_is_not_there_is_told_with_the_way_out(void **state)
{
	struct run run = {0};

	(void)state;
	assert_refused("none", detect_Engine_opencv, ENOENT, "make models");
	write_network("alone.onnx", picture, 4, 1, "Reshape");
	assert_refused("alone", detect_Engine_opencv, ENOENT, "alone.txt' is not there");
	assert_refused("a/b", detect_Engine_opencv, EINVAL, "must be a name without /");
	assert_refused("", detect_Engine_opencv, EINVAL, "must be a name without /");
	assert_int_equal(start(&run, "build/models", "rows", detect_Engine_opencv), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "must end with /"));
	release(&run);
	fake_run("mkdir '%s/folder.onnx'", fake_directory());
	assert_refused("folder", detect_Engine_opencv, EISDIR, "Is a directory");
	fake_run("mkfifo '%s/pipe.onnx'", fake_directory());
	assert_refused("pipe", detect_Engine_opencv, EINVAL, "cannot read");
}

static void networks_that_cannot_run_are_one_line(void **state)
{
	const uint32_t unknown[] = {0, 3, 0, 0};

	(void)state;
	for (uint32_t e = 0; e < (has_runtime() ? 2u : 1u); e++) {
		struct run run = {0};

		write_both();
		write_network("rows.onnx", picture, 4, 1, "Frobnicate");
		assert_refused("rows", engines(e), EINVAL, "cannot load '");
		write_network("rows.onnx", picture, 4, 10, "Reshape");
		assert_refused("rows", engines(e), EINVAL,
		               "takes no 32-bit floats (its type is number 10");
		write_text("rows.onnx", "#!/bin/sh\n");
		assert_refused("rows", engines(e), EINVAL, "is damaged, or no ONNX file");
		write_text("rows.onnx", "");
		assert_refused("rows", engines(e), EINVAL, "is damaged, or no ONNX file");
		/* What it leaves open, the sidecar says. */
		write_network("rows.onnx", unknown, 4, 1, "Reshape");
		if (start(&run, NULL, "rows", engines(e)) == PKD_OK)
			end(&run);
		else
			release(&run);
	}
}

static void every_truncated_network_is_refused(void **state)
{
	uint8_t whole[1024];
	FILE *file;
	size_t n;

	(void)state;
	write_both();
	file = fopen(fake_path("rows.onnx"), "rb");
	assert_non_null(file);
	n = fread(whole, 1, sizeof(whole), file);
	fclose(file);
	/* Without its last field, the operations' version, it is still a network. */
	for (size_t size = 0; size + 7 < n; size += 3) {
		write_bytes(fake_path("rows.onnx"), whole, size);
		assert_refused("rows", detect_Engine_opencv, EINVAL, "rows.onnx'");
	}
}

static void a_library_that_is_another_is_refused(void **state)
{
	(void)state;
	write_both();
	setenv("PKD_ONNXRUNTIME", "libm.so.6", 1);
	assert_refused("rows", detect_Engine_best, ENOENT, "PKD_ONNXRUNTIME names no ONNX Runtime");
	setenv("PKD_ONNXRUNTIME", "/none/libonnxruntime.so", 1);
	assert_refused("rows", detect_Engine_best, ENOENT, "cannot open shared object file");
	unsetenv("PKD_ONNXRUNTIME");
}

/* A library that is found, and offers nothing that the node could use. */
static void the_best_engine_is_opencv_where_the_other_cannot_read_it(void **state)
{
	struct run run = {0};

	(void)state;
	write_both();
	write_text("ort.c",
	           "struct base { const void *(*api)(unsigned); const char *(*version)(void); };\n"
	           "static const void *api(unsigned n) { return (void)n, (void *)0; }\n"
	           "static const char *version(void) { return \"0\"; }\n"
	           "const struct base *OrtGetApiBase(void);\n"
	           "const struct base *OrtGetApiBase(void)\n"
	           "{ static const struct base base = {api, version}; return &base; }\n");
	fake_run("cc -shared -fPIC -o '%s' '%s'", fake_path("ort.so"), fake_path("ort.c"));
	setenv("PKD_ONNXRUNTIME", fake_path("ort.so"), 1);
	must_start(&run, NULL, "rows", detect_Engine_best);
	assert_int_equal(run.ctx.n_notes, 2);
	assert_non_null(strstr(run.ctx.note, "OpenCV"));
	assert_int_equal(step(&run), PKD_OK);
	end(&run);
	/* Where neither can, both are named, and it is one line. */
	write_network("rows.onnx", picture, 4, 1, "Frobnicate");
	assert_refused("rows", detect_Engine_best, EINVAL,
	               "neither ONNX Runtime nor OpenCV can load '");
	write_both();
	memset(&run, 0, sizeof(run));
	{
		struct detect_dnn_params params = {
			.model = "rows",
			.folder = fake_output("echo '%s/'", fake_directory()),
			.engine = detect_Engine_onnxruntime,
			.runtime = "",
			.W = W,
			.H = H};
		void *self = fake_self(&detect_dnn_methods);

		assert_int_equal(detect_dnn_methods.init(self, &params, &run.ctx), -EINVAL);
		assert_non_null(strstr(run.ctx.error, "ONNX Runtime cannot load '"));
		free(self);
	}
	unsetenv("PKD_ONNXRUNTIME");
}

static void it_has_as_many_threads_as_cpus_were_given(void **state)
{
	struct run run = {0};
	cpu_set_t all, one;

	(void)state;
	write_both();
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	must_start(&run, NULL, "rows", detect_Engine_opencv);
	assert_non_null(strstr(run.ctx.note, "runs rows.onnx on 1 CPU"));
	end(&run);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

static void objects_that_nobody_reads_are_no_work(void **state)
{
	struct detect_dnn_out out = {NULL};
	struct detect_dnn_in in;
	struct run run = {0};

	(void)state;
	write_both();
	must_start(&run, NULL, "rows", detect_Engine_opencv);
	run.ctx.unread = 1;
	in = (struct detect_dnn_in){run.frame};
	assert_int_equal(detect_dnn_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	end(&run);
}

/* ---- With what `make models` has fetched ---- */

static void load(struct run *run, int number)
{
	char command[1024];
	FILE *pipe;
	size_t n;

	snprintf(
		command, sizeof(command),
		"ffmpeg -v error -i '%s' -vf 'select=eq(n\\,%d)' -frames:v 1 -pix_fmt bgr24 -f rawvideo -",
		getenv("PKD_TEST_CLIP"), number - 1);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(pkd_pixels(run->frame), 1, (size_t)W * H * 3, pipe);
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(n, W * H * 3);
}

static bool agree(const struct detect_Object *a, const struct detect_Object *b)
{
	return strcmp(a->label.text, b->label.text) == 0 && fabsf(a->score - b->score) <= 0.01f &&
	       fabsf(a->box.x - b->box.x) <= 0.002f && fabsf(a->box.y - b->box.y) <= 0.002f &&
	       fabsf(a->box.w - b->box.w) <= 0.004f && fabsf(a->box.h - b->box.h) <= 0.004f;
}

/* Each object of one is one of the other's, but for those that are as good as at the threshold. */
static void assert_in(const struct detect_dnn_objects *some, const struct detect_dnn_objects *all,
                      float min_score)
{
	for (uint32_t i = 0; i < some->len; i++) {
		const struct detect_Object *object = &some->items[i];
		bool found = object->score < min_score + 0.02f;

		for (uint32_t k = 0; k < all->len && !found; k++)
			found = agree(object, &all->items[k]);
		if (!found)
			fail_msg("only one engine has a %s of %.3f", object->label.text,
			         (double)object->score);
	}
}

static void both_engines_see_the_same_in_the_clip(void **state)
{
	struct run opencv = {0}, ort = {0};
	uint32_t n_people = 0;

	(void)state;
	if (!has_runtime()) {
		print_message("`make models` has not run\n");
		skip();
	}
	must_start(&opencv, fetched(), "coco", detect_Engine_opencv);
	must_start(&ort, fetched(), "coco", detect_Engine_onnxruntime);
	print_message("%s\n%s\n", opencv.ctx.note, ort.ctx.note);
	for (int number = 1; number <= 721; number += 240) {
		int64_t from = pkd_now();

		load(&opencv, number);
		memcpy(pkd_pixels(ort.frame), pkd_pixels(opencv.frame), (size_t)W * H * 3);
		from = pkd_now();
		assert_int_equal(step(&opencv), PKD_OK);
		print_message("OpenCV %.0f ms, ", (double)(pkd_now() - from) / 1e6);
		from = pkd_now();
		assert_int_equal(step(&ort), PKD_OK);
		print_message("ONNX Runtime %.0f ms, %u objects\n",
		              (double)(pkd_now() - from) / 1e6, ort.objects->len);
		assert_in(opencv.objects, ort.objects, opencv.params.min_score);
		assert_in(ort.objects, opencv.objects, opencv.params.min_score);
		for (uint32_t i = 0; i < ort.objects->len; i++)
			n_people += strcmp(ort.objects->items[i].label.text, "person") == 0;
	}
	/* Three to seven walk there. */
	assert_true(n_people >= 12);
	end(&opencv);
	end(&ort);
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
		cmocka_unit_test(both_engines_give_boxes_as_fractions_the_surest_first),
		cmocka_unit_test(bytes_become_what_the_sidecar_says),
		cmocka_unit_test(a_letterbox_is_taken_off_again),
		cmocka_unit_test(a_network_that_does_not_fit_is_told_with_both_shapes),
		cmocka_unit_test(what_is_not_there_is_told_with_the_way_out),
		cmocka_unit_test(networks_that_cannot_run_are_one_line),
		cmocka_unit_test(every_truncated_network_is_refused),
		cmocka_unit_test(a_library_that_is_another_is_refused),
		cmocka_unit_test(the_best_engine_is_opencv_where_the_other_cannot_read_it),
		cmocka_unit_test(it_has_as_many_threads_as_cpus_were_given),
		cmocka_unit_test(objects_that_nobody_reads_are_no_work),
		cmocka_unit_test(both_engines_see_the_same_in_the_clip),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
