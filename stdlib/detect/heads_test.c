/* Heads on tensors that are made here, the files beside networks, and what ONNX files say of
 * themselves. */
#include "heads.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/onnx_file.h"

static struct detect_sidecar sidecar_of(const char *text)
{
	struct detect_sidecar sidecar;
	const char *wrong;
	uint32_t line = detect_sidecar_read(text, strlen(text), &sidecar, &wrong);

	if (line)
		fail_msg("line %u %s", line, wrong);
	return sidecar;
}

static struct detect_tensor tensor_of(const float *data, uint32_t a, uint32_t b, uint32_t c,
                                      uint32_t d)
{
	return (struct detect_tensor){data, {4, {a, b, c, d}}};
}

/* The boxes of the head, after it was found that the shapes fit. */
static struct detect_finder *find(const struct detect_sidecar *sidecar,
                                  const struct detect_tensor *outputs, uint32_t n, float min_score)
{
	struct detect_finder *finder = detect_finder_create(sidecar, outputs);
	char wanted[DETECT_SHAPE_SIZE];
	uint32_t i;

	assert_non_null(finder);
	assert_true(detect_head_fits(sidecar, outputs, n, &i, wanted));
	detect_find(finder, sidecar, outputs, min_score, 64);
	return finder;
}

static void assert_found(const struct detect_found *found, float left, float top, float right,
                         float bottom, float score, uint32_t label)
{
	assert_float_equal(found->left, left, 1e-4);
	assert_float_equal(found->top, top, 1e-4);
	assert_float_equal(found->right, right, 1e-4);
	assert_float_equal(found->bottom, bottom, 1e-4);
	assert_float_equal(found->score, score, 1e-6);
	assert_int_equal(found->label, label);
}

/* ---- Heads ---- */

static void centernet_finds_the_peaks_of_each_class(void **state)
{
	struct detect_sidecar sidecar = sidecar_of("input 32 16\nhead centernet\nlabels a, b\n");
	float heat[2][4][8] = {0}, edges[4][4][8] = {0};
	struct detect_tensor outputs[] = {tensor_of(heat[0][0], 1, 2, 4, 8),
	                                  tensor_of(edges[0][0], 1, 4, 4, 8)};
	struct detect_finder *finder;

	(void)state;
	heat[0][0][0] = 0.6f; /* in the corner */
	heat[0][2][5] = 0.9f;
	heat[0][2][6] = 0.8f; /* on its slope */
	heat[0][3][4] = 0.7f;
	heat[1][2][6] = 0.5f; /* another class */
	heat[1][0][7] = 0.29f;
	for (int i = 0; i < 4; i++) {
		edges[i][0][0] = (float)i;
		edges[i][2][5] = (float)(i + 1);
		edges[i][2][6] = 3;
	}
	finder = find(&sidecar, outputs, 2, 0.3f);
	assert_int_equal(finder->n, 3);
	assert_found(&finder->found[0], 20 - 1, 8 - 2, 20 + 3, 8 + 4, 0.9f, 0);
	assert_found(&finder->found[1], 0, -1, 2, 3, 0.6f, 0);
	assert_found(&finder->found[2], 21, 5, 27, 11, 0.5f, 1);
	detect_finder_destroy(finder);
}

static void yolov5_multiplies_and_keeps_one_box_of_each_object(void **state)
{
	struct detect_sidecar sidecar =
		sidecar_of("input 64 64\nhead yolov5\noverlap 0.4\nlabels a, b\n");
	const float rows[][7] = {
		{10, 10, 8, 6, 0.9f, 0.2f, 0.8f},
		{11, 10, 8, 6, 0.9f, 0.1f, 0.9f}, /* the same, surer */
		{11, 10, 8, 6, 0.8f, 0.9f, 0.1f},
		{40, 40, 8, 6, 0.3f, 1, 0}, /* is nothing */
		{40, 40, 8, 6, 0.8f, 0.4f, 0.45f},
		{50, 20, 0, 6, 1, 1, 0}, /* too low; has no area */
	};
	struct detect_tensor output = tensor_of(rows[0], 1, 1, 6, 7);
	struct detect_finder *finder;

	(void)state;
	finder = find(&sidecar, &output, 1, 0.4f);
	assert_int_equal(finder->n, 2);
	assert_found(&finder->found[0], 7, 7, 15, 13, 0.81f, 1);
	assert_found(&finder->found[1], 7, 7, 15, 13, 0.72f, 0);
	detect_finder_destroy(finder);
}

static void yolov8_lies_in_columns(void **state)
{
	struct detect_sidecar sidecar = sidecar_of("input 64 64\nhead yolov8\nlabels a, b, c\n");
	const float columns[7][4] = {
		{10, 20, 30, 40}, {11, 21, 31, 41}, {4, 4, 4, 4},           {2, 2, 2, 2},
		{0.1f, 0, 0, 0},  {0, 0.8f, 0, 0},  {0.7f, 0.2f, 0.39f, 0},
	};
	struct detect_tensor output = {columns[0], {3, {1, 7, 4}}};
	struct detect_finder *finder;

	(void)state;
	finder = find(&sidecar, &output, 1, 0.4f);
	assert_int_equal(finder->n, 2);
	assert_found(&finder->found[0], 18, 20, 22, 22, 0.8f, 1);
	assert_found(&finder->found[1], 8, 10, 12, 12, 0.7f, 2);
	detect_finder_destroy(finder);
}

static void ssd_has_fractions_and_rows_that_hold_nothing(void **state)
{
	struct detect_sidecar sidecar =
		sidecar_of("input 100 200\nhead ssd\nlabels background, a\n");
	const float rows[][7] = {
		{0, 1, 0.5f, 0.1f, 0.1f, 0.2f, 0.3f},  {-1, 1, 0.9f, 0.1f, 0.1f, 0.2f, 0.3f},
		{0, 2, 0.9f, 0.1f, 0.1f, 0.2f, 0.3f}, /* no such class */
		{0, -1, 0.9f, 0.1f, 0.1f, 0.2f, 0.3f}, {0, NAN, 0.9f, 0.1f, 0.1f, 0.2f, 0.3f},
	};
	struct detect_tensor output = tensor_of(rows[0], 1, 1, 5, 7);
	struct detect_finder *finder;

	(void)state;
	finder = find(&sidecar, &output, 1, 0.4f);
	assert_int_equal(finder->n, 1);
	assert_found(&finder->found[0], 10, 20, 20, 60, 0.5f, 1);
	detect_finder_destroy(finder);
}

static void plain_has_five_columns_where_there_is_one_class(void **state)
{
	struct detect_sidecar one = sidecar_of("input 9 9\nhead plain\nlabels a\n");
	struct detect_sidecar two = sidecar_of("input 9 9\nhead plain\nlabels a, b\n");
	const float rows[] = {1, 2, 3, 4, 0.5f, 1, 1, 2, 3, 4, 0.25f, 0};
	struct detect_tensor six = {rows, {2, {2, 6}}}, five = {rows, {3, {1, 1, 5}}};
	struct detect_finder *finder;
	char wanted[DETECT_SHAPE_SIZE];
	uint32_t i;

	(void)state;
	finder = find(&two, &six, 1, 0.1f);
	assert_int_equal(finder->n, 2);
	assert_found(&finder->found[0], 1, 2, 3, 4, 0.5f, 1);
	assert_found(&finder->found[1], 1, 2, 3, 4, 0.25f, 0);
	detect_finder_destroy(finder);
	finder = find(&one, &five, 1, 0.1f);
	assert_int_equal(finder->n, 1);
	detect_finder_destroy(finder);
	assert_false(detect_head_fits(&two, &five, 1, &i, wanted));
	assert_string_equal(wanted, "1xNx6");
}

static void numbers_that_are_none_are_no_boxes(void **state)
{
	struct detect_sidecar sidecar = sidecar_of("input 9 9\nhead plain\nlabels a\n");
	const float rows[][5] = {
		{NAN, 2, 3, 4, 1},       {1, NAN, 3, 4, 1}, {1, 2, INFINITY, 4, 1},
		{-INFINITY, 2, 3, 4, 1}, {1, 2, 3, 4, NAN}, {3, 2, 1, 4, 1},
		{1, 2, 1, 4, 1},
	};
	struct detect_tensor output = {rows[0], {3, {1, 7, 5}}};
	struct detect_finder *finder;

	(void)state;
	finder = find(&sidecar, &output, 1, 0);
	assert_int_equal(finder->n, 0);
	detect_finder_destroy(finder);
}

/* More than are kept for comparison, and the surest last. */
static void the_surest_of_very_many_stay(void **state)
{
	enum { N = 3 * DETECT_MAX_FOUND };
	struct detect_sidecar sidecar = sidecar_of("input 4000 9\nhead plain\nlabels a\n");
	static float rows[N][5];
	struct detect_tensor output = {rows[0], {3, {1, N, 5}}};
	struct detect_finder *finder;

	(void)state;
	for (int i = 0; i < N; i++) {
		const float row[] = {(float)i, 0, (float)i + 1, 1, (float)((i * 7919) % N) / N};

		memcpy(rows[i], row, sizeof(row));
	}
	finder = find(&sidecar, &output, 1, 0);
	assert_int_equal(finder->n, 64);
	for (uint32_t i = 0; i < finder->n; i++)
		assert_float_equal(finder->found[i].score, (float)(N - 1 - i) / N, 1e-6);
	detect_finder_destroy(finder);
}

static void shapes_that_do_not_fit_are_told(void **state)
{
	static const struct {
		const char *head, *wanted;
		uint32_t n, output;
		struct detect_shape shapes[2];
	} cases[] = {
		{"centernet", "1x2xHxW", 2, 0, {{4, {1, 3, 4, 8}}, {4, {1, 4, 4, 8}}}},
		{"centernet",
	         "1x4xHxW, as large as the first",
	         2,
	         1,
	         {{4, {1, 2, 4, 8}}, {4, {1, 4, 4, 9}}}},
		{"centernet", "1x4xHxW, as large as the first", 1, 1, {{4, {1, 2, 4, 8}}}},
		{"centernet", "1x2xHxW", 2, 0, {{2, {4, 8}}, {4, {1, 4, 4, 8}}}},
		{"centernet", "1x2xHxW", 2, 0, {{4, {2, 2, 4, 8}}, {4, {1, 4, 4, 8}}}},
		{"yolov5", "1xNx7", 1, 0, {{3, {1, 9, 85}}}},
		{"yolov8", "1x6xN", 1, 0, {{3, {1, 84, 9}}}},
		{"ssd", "1x1xNx7", 1, 0, {{4, {1, 1, 9, 6}}}},
		{"plain", "1xNx6", 1, 0, {{1, {6}}}},
		{"movenet", "1x2xHxW", 1, 0, {{4, {1, 17, 4, 4}}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct detect_tensor outputs[2] = {{NULL, cases[i].shapes[0]},
		                                   {NULL, cases[i].shapes[1]}};
		char text[128], wanted[DETECT_SHAPE_SIZE];
		struct detect_sidecar sidecar;
		uint32_t output;

		snprintf(text, sizeof(text), "input 9 9\nhead %s\nlabels a, b\n", cases[i].head);
		sidecar = sidecar_of(text);
		assert_false(detect_head_fits(&sidecar, outputs, cases[i].n, &output, wanted));
		assert_string_equal(wanted, cases[i].wanted);
		assert_int_equal(output, cases[i].output);
	}
}

/* ---- Sidecars ---- */

static void a_sidecar_says_everything(void **state)
{
	struct detect_sidecar sidecar = sidecar_of(
		"# what it is\n\n"
		"input 640 480   # pixels\r\n"
		"layout nhwc\n\tcolour bgr\nfit letterbox\npad 114\n"
		"mean 1 2 3.5\nscale -1e-2\nhead yolov8\n"
		"outputs a b/c:0\noverlap 0.45\n"
		"labels person, traffic light\nlabels  cat ,dog");

	(void)state;
	assert_int_equal(sidecar.width, 640);
	assert_int_equal(sidecar.height, 480);
	assert_true(sidecar.nhwc && sidecar.bgr && sidecar.letterbox);
	assert_int_equal(sidecar.pad, 114);
	assert_float_equal(sidecar.mean[2], 3.5, 0);
	assert_float_equal(sidecar.scale[2], -0.01f, 0);
	assert_int_equal(sidecar.head, DETECT_YOLOV8);
	assert_int_equal(sidecar.n_outputs, 2);
	assert_string_equal(sidecar.outputs[1], "b/c:0");
	assert_float_equal(sidecar.overlap, 0.45f, 0);
	assert_int_equal(sidecar.n_labels, 4);
	assert_string_equal(sidecar.labels[1], "traffic light");
	assert_string_equal(sidecar.labels[2], "cat");
	assert_string_equal(sidecar.labels[3], "dog");
}

static void what_a_sidecar_leaves_out_has_a_default(void **state)
{
	struct detect_sidecar sidecar = sidecar_of("input 1 4096\nhead ssd\nlabels a\n");

	(void)state;
	assert_false(sidecar.nhwc || sidecar.bgr || sidecar.letterbox);
	assert_int_equal(sidecar.n_outputs, 0);
	assert_float_equal(sidecar.scale[0], 1, 0);
	assert_float_equal(sidecar.mean[0], 0, 0);
	assert_float_equal(sidecar.overlap, 0.5f, 0);
}

static void a_wrong_line_is_told_by_its_number(void **state)
{
	static const struct {
		const char *text, *says;
		uint32_t line;
	} cases[] = {
		{"", "size before it", 1},
		{"input 9 9\nhead ssd\n", "no labels", 2},
		{"input 9 9\nlabels a\n", "no head", 2},
		{"head ssd\nlabels a\n", "no size", 2},
		{"input 9\n", "width and height", 1},
		{"input 0 9\n", "width and height", 1},
		{"input 9 4097\n", "width and height", 1},
		{"input 9.5 9\n", "width and height", 1},
		{"input 9 9 9\n", "more than belongs", 1},
		{"input nan 9\n", "width and height", 1},
		{"\n#\nlayout chw\n", "layout nchw", 3},
		{"colour grey\n", "colour rgb", 1},
		{"fit\n", "fit stretch", 1},
		{"pad 256\n", "0 to 255", 1},
		{"mean 1 2\n", "nor three", 1},
		{"mean 1 2 3 4\n", "more than belongs", 1},
		{"scale x\n", "nor three", 1},
		{"scale 1e999\n", "nor three", 1},
		{"scale 0x10\n", "nor three", 1},
		{"head yolov4\n", "centernet", 1},
		{"overlap 1.5\n", "0 to 1", 1},
		{"outputs\n", "no names", 1},
		{"outputs a b c d e f g h i\n", "more than 8", 1},
		{"labels\n", "no labels", 1},
		{"labels a,,b\n", "empty or longer", 1},
		{"labels 12345678901234567890123456789012\n", "empty or longer", 1},
		{"inputs 9 9\n", "begins with none of", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct detect_sidecar sidecar;
		const char *wrong = NULL;
		uint32_t line = detect_sidecar_read(cases[i].text, strlen(cases[i].text), &sidecar,
		                                    &wrong);

		if (line != cases[i].line || !strstr(wrong, cases[i].says))
			fail_msg("'%s': line %u %s", cases[i].text, line,
			         wrong ? wrong : "is good");
	}
}

static void a_sidecar_of_any_bytes_is_only_wrong(void **state)
{
	static char text[20000];
	struct detect_sidecar sidecar;
	const char *wrong;
	uint32_t seed = 1;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(detect_sidecar_read(text, sizeof(text), &sidecar, &wrong), 1);
	assert_non_null(strstr(wrong, "longer than 4095"));
	assert_int_equal(detect_sidecar_read("a\0b", 3, &sidecar, &wrong), 1);
	for (int round = 0; round < 2000; round++) {
		static const char words[] =
			"input head labels outputs mean 9 9 , ,, # \n\n\t -1 ssd 1e9";

		for (size_t i = 0; i < 200; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = words[(seed >> 16) % (sizeof(words) - 1)];
		}
		detect_sidecar_read(text, 200, &sidecar, &wrong);
	}
	/* One label too many. */
	for (size_t i = 0; i < 1001; i++)
		memcpy(text + 9 * i, "labels a\n", 9);
	assert_int_equal(detect_sidecar_read(text, 9009, &sidecar, &wrong), 1001);
}

/* ---- ONNX files ---- */

static const uint32_t picture[] = {1, 3, 4, 6}, rows[] = {1, 0, 6};

static void an_onnx_file_says_what_goes_in_and_out(void **state)
{
	struct bytes graph = {0}, model;
	char text[DETECT_SHAPE_SIZE];
	struct detect_onnx onnx;

	(void)state;
	put_port(&graph, 11, "sizes", 7, (const uint32_t[]){3},
	         1); /* an input by name, but a constant */
	put_port(&graph, 11, "picture", 1, picture, 4);
	put_port(&graph, 12, "rows", 1, rows, 3);
	put_sizes(&graph, "sizes", (const int64_t[]){1, 12, 6}, 3);
	make_model(&graph, &model);
	assert_null(detect_onnx_read(model.at, model.n, &onnx));
	assert_int_equal(onnx.n_inputs, 1);
	assert_string_equal(onnx.input.name, "picture");
	assert_int_equal(onnx.input.type, DETECT_ONNX_FLOAT);
	assert_string_equal(detect_shape_text(&onnx.input.shape, text), "1x3x4x6");
	assert_int_equal(onnx.n_outputs, 1);
	assert_string_equal(onnx.outputs[0].name, "rows");
	assert_string_equal(detect_shape_text(&onnx.outputs[0].shape, text), "1x?x6");
}

static void each_prefix_and_each_changed_byte_is_read_without_harm(void **state)
{
	struct bytes graph = {0}, model;
	struct detect_onnx onnx;

	(void)state;
	put_port(&graph, 11, "picture", 1, picture, 4);
	put_port(&graph, 12, "rows", 1, rows, 3);
	make_model(&graph, &model);
	for (size_t n = 0; n < model.n; n++) {
		/* Of its own size, so that a sanitizer sees a byte too many. */
		uint8_t *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, model.at, n);
		detect_onnx_read(copy, n, &onnx);
		copy = realloc(copy, model.n);
		assert_non_null(copy);
		for (unsigned value = 0; value < 256; value++) {
			memcpy(copy, model.at, model.n);
			copy[n] = (uint8_t)value;
			detect_onnx_read(copy, model.n, &onnx);
		}
		free(copy);
	}
	assert_non_null(detect_onnx_read((const uint8_t *)"", 0, &onnx));
	assert_non_null(detect_onnx_read((const uint8_t *)"#!/bin/sh\n", 10, &onnx));
}

static void an_onnx_file_beyond_what_is_known_is_refused(void **state)
{
	const uint32_t seven[] = {1, 1, 1, 1, 1, 1, 1};
	struct bytes graph = {0}, model;
	struct detect_onnx onnx;
	char name[200];

	(void)state;
	make_model(&graph, &model);
	assert_non_null(strstr(detect_onnx_read(model.at, model.n, &onnx), "without an input"));
	put_port(&graph, 11, "picture", 1, seven, 7);
	make_model(&graph, &model);
	assert_non_null(strstr(detect_onnx_read(model.at, model.n, &onnx), "6 dimensions"));
	memset(name, 'n', sizeof(name));
	name[128] = '\0';
	graph.n = 0;
	put_port(&graph, 11, name, 1, picture, 4);
	make_model(&graph, &model);
	assert_non_null(strstr(detect_onnx_read(model.at, model.n, &onnx), "127 bytes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(centernet_finds_the_peaks_of_each_class),
		cmocka_unit_test(yolov5_multiplies_and_keeps_one_box_of_each_object),
		cmocka_unit_test(yolov8_lies_in_columns),
		cmocka_unit_test(ssd_has_fractions_and_rows_that_hold_nothing),
		cmocka_unit_test(plain_has_five_columns_where_there_is_one_class),
		cmocka_unit_test(numbers_that_are_none_are_no_boxes),
		cmocka_unit_test(the_surest_of_very_many_stay),
		cmocka_unit_test(shapes_that_do_not_fit_are_told),
		cmocka_unit_test(a_sidecar_says_everything),
		cmocka_unit_test(what_a_sidecar_leaves_out_has_a_default),
		cmocka_unit_test(a_wrong_line_is_told_by_its_number),
		cmocka_unit_test(a_sidecar_of_any_bytes_is_only_wrong),
		cmocka_unit_test(an_onnx_file_says_what_goes_in_and_out),
		cmocka_unit_test(each_prefix_and_each_changed_byte_is_read_without_harm),
		cmocka_unit_test(an_onnx_file_beyond_what_is_known_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
