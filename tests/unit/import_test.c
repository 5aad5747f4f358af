/* What is read from YAML, and what becomes of pipelines of PeekingDuck: places, values, damage. */
#include "base/file.h"
#include "front/front.h"
#include "import/peekingduck.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct arena *arena;
	struct notes notes;
	struct duck duck;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->arena = arena_create();
	f->notes.arena = f->arena;
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	arena_destroy(f->arena);
	free(f);
	return 0;
}

static const struct doc *read_text(struct fixture *f, const char *text)
{
	if (!document_is_known())
		skip();
	return document_read(&f->notes, text, strlen(text));
}

/* "line:column text" of a note. */
static void expect_note(struct fixture *f, size_t i, unsigned line, unsigned column,
                        const char *text)
{
	assert_true(i < f->notes.list.n);
	const struct note *note = &f->notes.list.items[i];
	if (!strstr(note->text, text))
		fail_msg("'%s' is not in '%s'", text, note->text);
	assert_int_equal(note->line, line);
	assert_int_equal(note->column, column);
}

static const char *import_text(struct fixture *f, const char *text, bool exact)
{
	if (!document_is_known())
		skip();
	struct duck d = {.arena = f->arena,
	                 .notes = &f->notes,
	                 .file = "a.yml",
	                 .directory = ".",
	                 .text = text,
	                 .length = strlen(text),
	                 .name = "a",
	                 .header = "a.pkd",
	                 .wants_exact = exact};
	buf_init(&d.out);
	bool made = peekingduck_import(&d);
	const char *copy = made ? arena_strndup(f->arena, d.out.text, d.out.length) : NULL;
	buf_finish(&d.out);
	f->duck = d;
	return copy;
}

static void expect_line(const char *program, const char *line)
{
	if (!program || !strstr(program, line))
		fail_msg("no '%s' in\n%s", line, program ? program : "(nothing)");
}

static void expect_none(const char *program, const char *line)
{
	if (!program || strstr(program, line))
		fail_msg("'%s' in\n%s", line, program ? program : "(nothing)");
}

/* ---- YAML ---- */

static void places_count_characters_from_one(void **state)
{
	const struct doc *doc = read_text(*state, "\n\"\xc3\xa4\xc3\xb6\": [a,\n  b]\n");

	assert_non_null(doc);
	assert_int_equal(doc->line, 2);
	const struct doc *list = doc->items.items[1];
	assert_int_equal(list->line, 2);
	assert_int_equal(list->column, 7);
	assert_int_equal(list->items.items[1]->line, 3);
	assert_int_equal(list->items.items[1]->column, 3);
	assert_int_equal(list->end_line, 3);
}

static void scalars_are_what_yaml_says(void **state)
{
	const struct doc *doc =
		read_text(*state, "[1.5, -3, 0x1F, 1e3, .5, \"7\", .inf, nan, True, off, ~, 1_0, "
	                          "99999999999999999999, '', 1e999]");
	double number;
	int64_t whole;
	bool truth;

	assert_non_null(doc);
	const struct doc *const *x = doc->items.items;
	assert_true(doc_number(x[0], &number) && number == 1.5 && !doc_whole(x[0], &whole));
	assert_true(doc_whole(x[1], &whole) && whole == -3);
	assert_true(doc_whole(x[2], &whole) && whole == 31);
	assert_true(doc_number(x[3], &number) && number == 1000);
	assert_true(doc_number(x[4], &number) && number == 0.5);
	assert_false(doc_number(x[5], &number) || doc_whole(x[5], &whole));
	assert_false(doc_number(x[6], &number) || doc_number(x[7], &number));
	assert_true(doc_bool(x[8], &truth) && truth);
	assert_true(doc_bool(x[9], &truth) && !truth);
	assert_true(doc_is_null(x[10]) && !doc_is_null(x[13]));
	assert_false(doc_number(x[11], &number));
	assert_false(doc_whole(x[12], &whole));
	assert_false(doc_number(x[14], &number));
}

static void of_a_key_that_stands_twice_the_last_counts(void **state)
{
	const struct doc *doc = read_text(*state, "a: 1\nb: 2\na: 3\n");

	assert_non_null(doc);
	assert_string_equal(doc_get(doc, "a")->text, "3");
	assert_int_equal(doc->items.n, 4);
	expect_note(*state, 0, 3, 1, "second time, after line 1");
}

static void what_is_merged_stands_behind_the_map_s_own(void **state)
{
	const struct doc *doc = read_text(
		*state, "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}\n");

	assert_non_null(doc);
	const struct doc *c = doc_get(doc, "c");
	assert_string_equal(doc_get(c, "x")->text, "5");
	assert_string_equal(doc_get(c, "y")->text, "2");
	assert_string_equal(doc_get(c, "z")->text, "4");
}

static void an_alias_has_its_own_place(void **state)
{
	const struct doc *doc = read_text(*state, "a: &a [1]\nb:\n  - *a\n");

	assert_non_null(doc);
	const struct doc *alias = doc_get(doc, "b")->items.items[0];
	assert_int_equal(alias->line, 3);
	assert_int_equal(alias->column, 5);
	assert_int_equal(alias->items.n, 1);
}

static void what_holds_itself_is_refused(void **state)
{
	assert_null(read_text(*state, "a: &a\n  b: *a\n"));
	expect_note(*state, 0, 2, 6, "no finished value");
}

/* ---- Pipelines ---- */

#define SOURCE "nodes:\n- input.visual: {source: a.mp4}\n"
#define CAMERA "nodes:\n- input.visual: {source: 2}\n"
#define SCREEN "- output.screen\n"

static void classes_are_counted_with_gaps_by_efficientdet_alone(void **state)
{
	const char *yolo = import_text(
		*state, SOURCE "- model.yolo: {detect: [79, 11]}\n- draw.bbox\n" SCREEN, false);
	expect_line(yolo, "it.label == \"toothbrush\" or it.label == \"stop sign\"");
	const char *efficient = import_text(
		*state, SOURCE "- model.efficientdet: {detect: [89, 12]}\n- draw.bbox\n" SCREEN,
		false);
	expect_line(efficient, "it.label == \"toothbrush\" or it.label == \"stop sign\"");
}

static void the_screen_does_not_wait_for_a_model_of_a_camera(void **state)
{
	static const char text[] = CAMERA "- model.yolo\n- draw.bbox\n" SCREEN;

	const char *apart = import_text(*state, text, false);
	expect_line(apart, "video.camera(device");
	expect_line(apart, "\"/dev/video2\"");
	expect_line(apart, "detect.dnn(latest cam.frame");
	expect_line(apart, "track.follow(cam.frame, sample objects)");
	expect_line(apart, "assert independent(show, found)");
	const char *exact = import_text(*state, text, true);
	expect_line(exact, "frame = latest cam.frame");
	expect_line(exact, "draw.boxes(frame, objects, ");
	expect_none(exact, "sample");
}

static void what_is_covered_is_of_the_same_frame(void **state)
{
	const char *program = import_text(
		*state, CAMERA "- model.mtcnn\n- dabble.tracking\n- draw.blur_bbox\n" SCREEN,
		false);

	/* What the tracker does not know yet is covered, too. */
	expect_line(program, "draw.blur(frame, found)");
	expect_none(program, "sample");
}

static void without_objects_all_is_covered(void **state)
{
	expect_line(
		import_text(*state, SOURCE "- model.csrnet\n- draw.mosaic_bbox\n" SCREEN, false),
		"draw.mosaic(cam)");
	expect_line(import_text(*state,
	                        SOURCE
	                        "- model.yolo: {detect: [nobody]}\n- draw.blur_bbox\n" SCREEN,
	                        false),
	            "draw.blur(cam)");
}

static void a_password_is_not_copied(void **state)
{
	const char *program = import_text(
		*state, "nodes:\n- input.visual: {source: 'rtsp://me:pa@ss@cam/live'}\n" SCREEN,
		false);

	expect_none(program, "ss@");
	program = import_text(
		*state,
		"nodes:\n- input.visual: {source: 'rtsp://me:hidden@cam/live?x=a@b'}\n" SCREEN,
		false);
	expect_line(program, "\"rtsp://cam/live?x=a@b\"");
	expect_line(program, "\"me\"");
	expect_none(program, "hidden");
}

static void texts_are_quoted(void **state)
{
	const char *program = import_text(
		*state, SOURCE "- output.screen: {window_name: \"a\\\"b\\\\c\\nd\\x07\"}\n", false);

	expect_line(program, "title: \"a\\\"b\\\\c\\nd \"");
}

static void contrast_is_about_black(void **state)
{
	/* 2 x - 0: image.adjust has 2 (x + b - 0.5) + 0.5. */
	expect_line(import_text(*state, SOURCE "- augment.contrast: {alpha: 2}\n" SCREEN, false),
	            "brightness: 0.25, contrast: 2.0");
}

static void zones_stay_as_they_are(void **state)
{
	const char *program = import_text(
		*state,
		SOURCE "- model.yolo\n- dabble.zone_count:\n    resolution: [640, 480]\n"
		       "    zones: [[[0, 0.333333333], [1, 0], [1, 1.0]], "
		       "[[0, 0], [640, 0], [640, 480]]]\n- draw.legend\n" SCREEN,
		false);

	expect_line(program, "\"0,0.33333 1,0 1,1; 0,0 640,0 640,480\"");
	expect_line(program, "zones: ZONES, resolution: \"640x480\"");
}

static void statistics_are_expressions(void **state)
{
	static const struct {
		const char *statistics, *value;
	} rows[] = {
		{"identity: count", "count.stats(n)"},
		{"length: bboxes", "value = len(objects)"},
		{"length: \"obj_attrs['ids']\"", "value = len(tracked)"},
		{"maximum: obj_attrs[\"ids\"]", "value = max(tracked, it.id)"},
		{"minimum: bbox_scores", "value = min(tracked, it.score)"},
		{"cond_count: 'bbox_labels == \"car\"'",
	         "value = len(tracked where it.label == \"car\")"},
		{"cond_count: bbox_scores>=0.5", "value = len(tracked where it.score >= 0.5)"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture *f = *state;
		const char *track = strstr(rows[i].value, "tracked") ? "- dabble.tracking\n" : "";
		expect_line(
			import_text(f,
		                    arena_printf(f->arena,
		                                 SOURCE "- model.yolo\n%s- dabble.bbox_count\n"
		                                        "- dabble.statistics:\n    %s\n"
		                                        "- draw.legend: {show: [cum_max]}\n" SCREEN,
		                                 track, rows[i].statistics),
		                    false),
			rows[i].value);
	}
}

static void mistakes_have_places(void **state)
{
	import_text(
		*state,
		SOURCE
		"- model.yolo:\n    scor_threshold: 1\n    detect: [person, dgo]\n- draw.bx\n" SCREEN,
		false);
	expect_note(*state, 0, 5, 22, "did you mean 'dog'?");
	expect_note(*state, 1, 4, 5, "did you mean 'score_threshold'?");
	expect_note(*state, 2, 6, 3, "did you mean 'draw.bbox'?");
}

static void nodes_of_one_s_own_become_stubs(void **state)
{
	struct fixture *f = *state;
	const char *program = import_text(
		f, SOURCE "- model.yolo\n- custom.draw.my-dots: {size: 2, a: [1]}\n" SCREEN, false);

	expect_line(
		program,
		"node draw_my_dots<W, H, N>(frame: image<bgr24, W, H>, objects: list<detect.Object, N>)");
	expect_line(program, "param size: i64 = 2");
	expect_line(program, "draw_my_dots(cam, objects)");
	assert_int_equal(f->duck.stubs.n, 1);
	assert_string_equal(f->duck.stubs.items[0].name, "draw_my_dots.c");
	assert_non_null(strstr(f->duck.stubs.items[0].text, "#include \"a.pkd.h\""));
}

/* They stand in comments of the program and of its C. */
static void names_that_end_a_comment_are_no_nodes(void **state)
{
	struct fixture *f = *state;
	const char *program = import_text(f,
	                                  SOURCE "- 'mine.draw.a*/ int evil; /*'\n"
	                                         "- \"mine\\nconst EVIL = 1\\n//.draw.b\"\n" SCREEN,
	                                  false);

	assert_int_equal(f->duck.stubs.n, 0);
	assert_null(strstr(program, "\nconst EVIL"));
	expect_note(f, 0, 3, 3, "one of your own is FOLDER.TYPE.NAME");
	expect_note(f, 1, 4, 3, "one of your own is FOLDER.TYPE.NAME");
}

static void a_source_that_is_no_text_is_left_open(void **state)
{
	struct fixture *f = *state;
	const char *program = import_text(f, "nodes:\n- input.visual: {source: [a, b]}\n" SCREEN,
	                                  false);

	expect_line(program, "    param source: string,    /// a file, or an address\n");
	expect_note(f, 0, 2, 26, "no source is given");
}

/* ---- Damage ---- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void expect_program(struct fixture *f, const char *program)
{
	struct sources sources;
	struct diags diags;
	uint32_t source;

	sources_init(&sources, f->arena);
	diags_init(&diags, f->arena, &sources);
	sources_add_text(&sources, "a.pkd", "", program, strlen(program), &source);
	parse(f->arena, &diags, &sources, source);
	if (diags.n_errors)
		fail_msg("this cannot be parsed:\n%s", program);
}

static void what_is_damaged_is_refused_or_still_a_program(void **state)
{
	static const char text[] = SOURCE
		"- model.yolo: {detect: [car, 3], score_threshold: 0.3}\n- dabble.tracking: {max_lost: 9}\n"
		"- dabble.statistics: {maximum: 'obj_attrs[\"ids\"]'}\n- custom.dabble.wave: {x: 1}\n"
		"- dabble.zone_count: {zones: [[[0, 0], [1, 0], [1, 1]]]}\n- draw.zones\n- draw.tag: {show: [ids]}\n"
		"- draw.legend: {show: [cum_max, zone_count]}\n- output.csv_writer: {stats_to_track: [ids]}\n" SCREEN;
	uint32_t seed = 7;
	unsigned n_programs = 0;
	(void)state;

	for (int round = 0; round < 1500; round++) {
		void *fixture;
		char copy[sizeof text];

		memcpy(copy, text, sizeof text);
		for (uint32_t n = 1 + next_random(&seed) % 6; n > 0; n--)
			copy[next_random(&seed) % (sizeof text - 1)] =
				"[]{},:-\n '\"&*.0a#\xc3"[next_random(&seed) % 18];
		begin(&fixture);
		struct fixture *f = fixture;
		const char *program = import_text(f, copy, round % 2);
		assert_int_equal(program == NULL, f->notes.n_of[NOTE_ERROR] > 0);
		if (program)
			expect_program(f, program);
		n_programs += program != NULL;
		end(&fixture);
	}
	/* Else only the reader was tried. */
	assert_true(n_programs > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(places_count_characters_from_one),
		TEST(scalars_are_what_yaml_says),
		TEST(of_a_key_that_stands_twice_the_last_counts),
		TEST(what_is_merged_stands_behind_the_map_s_own),
		TEST(an_alias_has_its_own_place),
		TEST(what_holds_itself_is_refused),
		TEST(classes_are_counted_with_gaps_by_efficientdet_alone),
		TEST(the_screen_does_not_wait_for_a_model_of_a_camera),
		TEST(what_is_covered_is_of_the_same_frame),
		TEST(without_objects_all_is_covered),
		TEST(a_password_is_not_copied),
		TEST(texts_are_quoted),
		TEST(contrast_is_about_black),
		TEST(zones_stay_as_they_are),
		TEST(statistics_are_expressions),
		TEST(mistakes_have_places),
		TEST(nodes_of_one_s_own_become_stubs),
		TEST(names_that_end_a_comment_are_no_nodes),
		TEST(a_source_that_is_no_text_is_left_open),
		TEST(what_is_damaged_is_refused_or_still_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
