/* table.csv against files on disk. */
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <table/csv.pkd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_types.h"

extern const struct pkd_methods table_csv_methods;

/* ---- Running the node ---- */

struct run {
	struct pkd_ctx ctx;
	struct table_csv_params params;
	void *self;
	uint64_t before;
	struct table_Mark made;
};

static int start(struct run *run, const char *path, const struct pkd_type *T)
{
	run->params.path = path;
	run->params.name = run->params.name ? run->params.name : "rows";
	run->params.T = T;
	run->ctx.memories[0] = &run->before;
	run->ctx.memories[1] = &run->made;
	run->self = fake_self(&table_csv_methods);
	return table_csv_methods.init(run->self, &run->params, &run->ctx);
}

static int row(struct run *run, const void *value)
{
	struct table_csv_in in = {value, NULL};
	struct table_csv_out out = {0};

	run->ctx.number++;
	return fake_fire(&table_csv_methods, run->self, &in, &out, &run->ctx);
}

/* Killed between step and commit: the firing will be done again. */
static void uncommitted_row(struct run *run, const void *value)
{
	struct table_csv_in in = {value, NULL};
	struct table_csv_out out = {0};

	run->ctx.number++;
	assert_int_equal(table_csv_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	run->ctx.number--;
}

static int restart(struct run *run)
{
	return fake_restart(&table_csv_methods, &run->self, &run->params, &run->ctx);
}

static void end(struct run *run)
{
	table_csv_methods.finish(run->self);
	free(run->self);
}

static void assert_file(const char *path, const char *expected)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

/* ---- Tests ---- */

static void rows_carry_frame_and_time_even_without_a_value(void **state)
{
	struct run run = {.ctx.time_ns = 1500000000};
	const char *path = fake_path("bare.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	run.ctx.time_ns = -1;
	assert_int_equal(row(&run, NULL), PKD_OK);
	run.ctx.time_ns = INT64_MIN;
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n1,1.500000000\n2,-0.000000001\n"
	                  "3,-9223372036.854775808\n");
}

static void the_time_of_day_has_a_column_on_demand(void **state)
{
	struct run run = {.ctx.time_ns = 1500000000};
	const char *path = fake_path("clock.csv");
	time_t before = time(NULL), said;

	(void)state;
	run.params.wall_clock = true;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	fake_run("[ \"$(head -n 1 '%s')\" = frame,time_s,wall_clock,value ]", path);
	fake_run("tail -n 1 '%s' | grep -Eq '^1,1\\.500000000,"
	         "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
	         "\\.[0-9]{3}Z,$'",
	         path);
	said = (time_t)atoll(fake_output("date +%%s -d \"$(tail -n 1 '%s' | cut -d, -f3)\"", path));
	assert_true(said >= before && said <= time(NULL));
}

static void a_list_is_a_count_and_json_items(void **state)
{
	struct run run = {0};
	const char *path = fake_path("list.csv");
	struct things things = three_things();

	(void)state;
	assert_int_equal(start(&run, path, &things_type), PKD_OK);
	assert_int_equal(row(&run, &things), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	things.len = 0;
	assert_int_equal(row(&run, &things), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s,count,items\n"
	                  "1,0.000000000,2,\"[{\"\"at\"\":{\"\"x\"\":0.1,\"\"y\"\":-2},"
	                  "\"\"label\"\":\"\"a \\\"\"b\\\"\",c\"\",\"\"mood\"\":\"\"calm\"\"},"
	                  "{\"\"at\"\":{\"\"x\"\":null,\"\"y\"\":10000000000},"
	                  "\"\"label\"\":\"\"x\\ny\\u0009\\\\\"\",\"\"mood\"\":\"\"cross\"\"}]\"\n"
	                  "2,0.000000000,,\n"
	                  "3,0.000000000,0,\"[]\"\n");
}

static void records_are_flattened_and_absent_rows_are_empty(void **state)
{
	struct run run = {0};
	const char *path = fake_path("all.csv");
	struct all all = {.yes = 1,
	                  .i8 = -128,
	                  .u64 = UINT64_MAX,
	                  .f64 = 0.1,
	                  .when = 2000000001,
	                  .raw = {3, {0, 0xab, 0xff}},
	                  .three = {1, -2, 3}};

	(void)state;
	pkd_string_set(&all.one.label, "a,\"b\"");
	all.one.mood = 7;
	assert_int_equal(start(&run, path, &all_type), PKD_OK);
	assert_int_equal(row(&run, &all), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s,yes,i8,u64,f64,when,raw,one.at.x,one.at.y,one.label,"
	                  "one.mood,many_count,many,three\n"
	                  "1,0.000000000,true,-128,18446744073709551615,0.1,2.000000001,00abff,0,0,"
	                  "\"a,\"\"b\"\"\",7,0,\"[]\",\"[1,-2,3]\"\n"
	                  "2,0.000000000,,,,,,,,,,,,,\n");
}

static void a_sampled_row_says_its_frame_and_age(void **state)
{
	struct run run = {.ctx.sampled = {true}, .ctx.age_ns = 40123999};
	const char *path = fake_path("sampled.csv");
	float *value = fake_slot(sizeof(float));

	(void)state;
	*value = 1.5f;
	fake_header(value)->number = 41;
	run.ctx.number = 41;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, value), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	fake_slot_free(value);
	assert_file(path, "frame,time_s,source_frame,age_ms,value\n"
	                  "42,0.000000000,41,40.123,1.5\n43,0.000000000,,,\n");
}

static void an_image_is_its_size(void **state)
{
	static const struct pkd_type type = {.kind = PKD_IMAGE};
	struct run run = {0};
	const char *path = fake_path("image.csv");
	struct pkd_image *image = fake_image(PKD_GRAY8, 6, 4);

	(void)state;
	assert_int_equal(start(&run, path, &type), PKD_OK);
	assert_int_equal(row(&run, image), PKD_OK);
	end(&run);
	fake_slot_free(image);
	assert_file(path, "frame,time_s,value\n1,0.000000000,6x4\n");
}

static void floats_read_back_as_the_same_number(void **state)
{
	static const float floats[] = {0.1f, 1e-45f, 3.4028235e38f, 16777217.0f, -0.0f, 1 / 3.0f};
	static const double doubles[] = {0.1, 5e-324, 1.7976931348623157e308, 1 / 3.0, 1e22};
	char text[TABLE_SCALAR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(floats); i++) {
		size_t n = table_scalar(&f32_type, &floats[i], text);

		assert_int_equal(n, strlen(text));
		assert_true(strtof(text, NULL) == floats[i]);
	}
	for (size_t i = 0; i < COUNT(doubles); i++) {
		table_scalar(&f64_type, &doubles[i], text);
		assert_true(strtod(text, NULL) == doubles[i]);
	}
	for (uint32_t bits = 0; bits < 0xff000000; bits += 999983) {
		float number;

		memcpy(&number, &bits, sizeof(number));
		table_scalar(&f32_type, &number, text);
		assert_true(isnan(number) || strtof(text, NULL) == number);
	}
	table_scalar(&f32_type, &floats[0], text);
	assert_string_equal(text, "0.1");
	table_scalar(&f64_type, &doubles[4], text);
	assert_string_equal(text, "1e+22");
}

static void floats_look_as_people_write_them(void **state)
{
	static const struct {
		double number;
		const char *f32, *f64;
	} cases[] = {
		{100, "100", "100"},
		{-1500, "-1500", "-1500"},
		{1280.5, "1280.5", "1280.5"},
		{16777216, "16777216", "16777216"},
		{0.001, "0.001", "0.001"},
		{0.00001, "0.00001", "0.00001"},
		{0.000001, "1e-06", "1e-06"},
		{0, "0", "0"},
		{-0.0, "-0", "-0"},
		{1e9, "1000000000", "1000000000"},
		{1e16, "1e+16", "1e+16"},
		{9007199254740992.0, "9007199000000000", "9007199254740992"},
	};
	char text[TABLE_SCALAR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		float single = (float)cases[i].number;

		assert_int_equal(table_scalar(&f32_type, &single, text), strlen(cases[i].f32));
		assert_string_equal(text, cases[i].f32);
		table_scalar(&f64_type, &cases[i].number, text);
		assert_string_equal(text, cases[i].f64);
	}
}

static void a_string_cut_in_a_character_stays_utf8(void **state)
{
	static const char *const texts[] = {"caf\xc3", "\xc3\xa9t\xc3\xa9", "\xed\xa0\x80",
	                                    "\xff\xf4\x90z", "\xe2\x82\xac"};
	struct run run = {0};
	const char *path = fake_path("utf8.csv");
	struct text8 text = {0};

	(void)state;
	assert_int_equal(start(&run, path, &text_type), PKD_OK);
	for (size_t i = 0; i < COUNT(texts); i++) {
		pkd_string_set(&text, texts[i]);
		assert_int_equal(row(&run, &text), PKD_OK);
	}
	assert_non_null(strstr(run.ctx.note, "row 1: a text is not UTF-8"));
	assert_int_equal(run.ctx.n_notes, 1);
	text.len = 1000000; /* more than its capacity: never read beyond it */
	assert_int_equal(row(&run, &text), PKD_OK);
	end(&run);
	fake_run("iconv -f UTF-8 -t UTF-16 '%s' > /dev/null", path);
	fake_run("grep -q '^1,0.000000000,caf\xef\xbf\xbd$' '%s'", path);
	fake_run("grep -q '^2,0.000000000,\xc3\xa9t\xc3\xa9$' '%s'", path);
	fake_run("grep -q '^5,0.000000000,\xe2\x82\xac$' '%s'", path);
}

static void rows_larger_than_the_buffer_arrive_whole(void **state)
{
	static const struct pkd_type numbers = {
		.kind = PKD_ARRAY, .size = 2 * 60000, .n = 60000, .item = &i16_type};
	struct run run = {0};
	const char *path = fake_path("large.csv");
	int16_t *values = calloc(60000, sizeof(*values));
	struct stat file;

	(void)state;
	assert_int_equal(start(&run, path, &numbers), PKD_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(row(&run, values), PKD_OK);
	end(&run);
	free(values);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_size,
	                 sizeof("frame,time_s,items\n") - 1 +
	                         3 * (sizeof("1,0.000000000,\"[]\"\n") - 1 + 2 * 60000 - 1));
}

static void a_row_is_in_the_file_when_step_returns(void **state)
{
	struct run run = {0};
	const char *path = fake_path("step.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_file(path, "frame,time_s\n");
	assert_int_equal(row(&run, NULL), PKD_OK);
	assert_file(path, "frame,time_s\n1,0.000000000\n");
	end(&run);
}

/* ---- Restarts ---- */

static void a_killed_writer_goes_on_with_every_row_once(void **state)
{
	struct run run = {0};
	const char *path = fake_path("killed.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(restart(&run), PKD_OK); /* before any row */
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	run.ctx.time_ns = 1;
	uncommitted_row(&run, NULL);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n3,0.000000001\n");
	run.ctx.time_ns = 0;
	assert_int_equal(restart(&run), PKD_OK);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n");
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n3,0.000000000\n");
	assert_int_equal(run.ctx.n_notes, 0);
}

static void half_a_row_is_cut_off(void **state)
{
	struct run run = {0};
	const char *path = fake_path("half.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run("printf 2,0.0000 >> '%s'", path);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n");
}

static void another_run_replaces_the_file(void **state)
{
	struct run first = {0}, second = {0};
	const char *path = fake_path("replaced.csv");

	(void)state;
	assert_int_equal(start(&first, path, NULL), PKD_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(row(&first, NULL), PKD_OK);
	end(&first);
	assert_int_equal(start(&second, path, NULL), PKD_OK);
	assert_int_equal(row(&second, NULL), PKD_OK);
	end(&second);
	assert_file(path, "frame,time_s\n1,0.000000000\n");
}

/* `command` is given the path as $0 and does something to the file while the node is dead. */
static void assert_begins_anew(const char *command)
{
	struct run run = {0};
	const char *path = fake_path("lost.csv");

	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run("sh -c '%s' '%s'", command, path);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "lost.csv' was removed, replaced or made shorter"));
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n2,0.000000000\n");
}

static void a_file_that_is_lost_meanwhile_is_begun_anew(void **state)
{
	(void)state;
	assert_begins_anew("mv \"$0\" \"$0.old\"");
	assert_begins_anew(": > \"$0\"");
	assert_begins_anew("seq 1000 > \"$0.new\"; mv \"$0.new\" \"$0\"");
}

/* With the file that the runtime keeps, its name does not matter any more. */
static void a_kept_file_goes_on_without_its_name(void **state)
{
	struct run run = {.ctx.keeps_file = true};
	const char *path = fake_path("kept.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	uncommitted_row(&run, NULL);
	fake_run("mv '%s' '%s.old'; echo other > '%s'", path, path, path);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	close(run.ctx.kept_fd);
	assert_int_equal(run.ctx.n_notes, 0);
	assert_file(path, "other\n");
	fake_run("mv '%s.old' '%s'", path, path);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n");
}

/* ---- Adding to a file ---- */

static int start_adding(struct run *run, const char *path, const char *old,
                        const struct pkd_type *T)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(old, file);
	fclose(file);
	run->params.append = true;
	return start(run, path, T);
}

static void rows_are_added_to_those_of_a_file(void **state)
{
	struct run run = {0}, again = {0};
	const char *path = fake_path("added.csv");

	(void)state;
	run.params.append = true;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_file(path, "");
	assert_int_equal(row(&run, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n");
	again.params.append = true;
	assert_int_equal(start(&again, path, NULL), PKD_OK);
	assert_int_equal(row(&again, NULL), PKD_OK);
	assert_int_equal(row(&again, NULL), PKD_OK);
	end(&again);
	assert_file(path, "frame,time_s\n1,0.000000000\n2,0.000000000\n"
	                  "1,0.000000000\n2,0.000000000\n");
	assert_int_equal(again.ctx.n_notes, 0);
}

static void a_file_added_to_is_untouched_before_the_first_row(void **state)
{
	static const char *const olds[] = {"", "frame,time_s\n", "frame,time_s\n7,0.5"};

	(void)state;
	for (size_t i = 0; i < COUNT(olds); i++) {
		struct run run = {0};
		const char *path = fake_path("untouched.csv");

		assert_int_equal(start_adding(&run, path, olds[i], NULL), PKD_OK);
		assert_file(path, olds[i]);
		end(&run);
		assert_file(path, olds[i]);
	}
}

static void a_last_line_without_an_end_gets_one(void **state)
{
	struct run run = {0};
	const char *path = fake_path("unended.csv");

	(void)state;
	assert_int_equal(start_adding(&run, path, "frame,time_s\n7,0.5", NULL), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,time_s\n7,0.5\n1,0.000000000\n");
}

static void a_header_may_lack_its_end_or_have_that_of_an_editor(void **state)
{
	static const struct {
		const char *old, *expected;
	} cases[] = {
		{"frame,time_s", "frame,time_s\n1,0.000000000\n"},
		{"frame,time_s\r\n7,0.5\r\n", "frame,time_s\r\n7,0.5\r\n1,0.000000000\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run run = {0};
		const char *path = fake_path("edited.csv");

		assert_int_equal(start_adding(&run, path, cases[i].old, NULL), PKD_OK);
		assert_int_equal(row(&run, NULL), PKD_OK);
		end(&run);
		assert_file(path, cases[i].expected);
	}
}

static void another_header_is_an_error_and_the_file_stays(void **state)
{
	static const struct {
		const char *old, *said;
	} cases[] = {
		{"frame,time_s,count\n1,2,3\n", "its column 3 is 'count', not 'value'"},
		{"frame,time_s\n", "it has fewer columns than this table"},
		{"frame,time_s,value,more\n", "it has more columns than this table"},
		{"frame,time_s,values\n", "its column 3 is 'values', not 'value'"},
		{"frame,time_s,valu", "its column 3 is 'valu', not 'value'"},
		{"\xef\xbb\xbf"
	         "frame,time_s,value\n",
	         "its column 1 is"},
		{"a photo", "its column 1 is 'a photo', not 'frame'"},
		{"\n", "its column 1 is '', not 'frame'"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run run = {0};
		const char *path = fake_path("foreign.csv");

		assert_int_equal(start_adding(&run, path, cases[i].old, &f32_type), -EEXIST);
		assert_int_equal(run.ctx.n_errors, 1);
		assert_non_null(strstr(run.ctx.error, "cannot append to '"));
		assert_non_null(strstr(run.ctx.error, cases[i].said));
		assert_file(path, cases[i].old);
		free(run.self);
	}
}

/* Also in the first firing, when no mark tells where the old rows end. */
static void a_killed_writer_adds_every_row_once(void **state)
{
	struct run run = {.ctx.keeps_file = true};
	const char *path = fake_path("added-killed.csv");

	(void)state;
	assert_int_equal(start_adding(&run, path, "frame,time_s\n9,9.0", NULL), PKD_OK);
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_file(path, "frame,time_s\n9,9.0");
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	close(run.ctx.kept_fd);
	assert_file(path, "frame,time_s\n9,9.0\n1,0.000000000\n2,0.000000000\n");
}

static void a_killed_first_row_leaves_no_second_header(void **state)
{
	struct run run = {.ctx.keeps_file = true};
	const char *path = fake_path("added-new.csv");

	(void)state;
	assert_int_equal(start_adding(&run, path, "", NULL), PKD_OK);
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_file(path, "");
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	close(run.ctx.kept_fd);
	assert_file(path, "frame,time_s\n1,0.000000000\n");
}

static void a_file_that_was_made_shorter_is_added_to(void **state)
{
	struct run run = {.ctx.keeps_file = true};
	const char *path = fake_path("rotated.csv");

	(void)state;
	assert_int_equal(start_adding(&run, path, "frame,time_s\n9,9.0\n", NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run(": > '%s'", path);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	close(run.ctx.kept_fd);
	assert_file(path, "frame,time_s\n2,0.000000000\n");
}

/* ---- Files in a directory ---- */

static const char *days(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s", fake_path("days"));
	return path;
}

/* What the kernel does when a process dies: its files are closed, and their locks are gone. */
static void close_files(void)
{
	char link[64], path[256];

	for (int fd = 3; fd < 256; fd++) {
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		if (n > 0 && strncmp(path, fake_directory(), strlen(fake_directory())) == 0)
			close(fd);
	}
}

static int restart_in(struct run *run)
{
	close_files();
	return restart(run);
}

static int start_in(struct run *run, const char *directory)
{
	static char path[300];

	fake_run("rm -rf '%s'; mkdir -p '%s'", directory, directory);
	snprintf(path, sizeof(path), "%s/", directory);
	return start(run, path, NULL);
}

static void a_full_file_is_followed_by_the_next(void **state)
{
	struct run run = {.params = {.rotate_rows = 2}}, again = {.params = {.keep = 2}};
	const char *log = days();
	static char path[300];

	(void)state;
	assert_int_equal(start_in(&run, log), PKD_OK);
	assert_string_equal(fake_output("ls '%s' | wc -l", log), "0"); /* before the first row */
	for (int i = 0; i < 5; i++)
		assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(fake_path("days/rows-000001.csv"),
	            "frame,time_s\n1,0.000000000\n2,0.000000000\n");
	assert_file(fake_path("days/rows-000002.csv"),
	            "frame,time_s\n3,0.000000000\n4,0.000000000\n");
	assert_file(fake_path("days/rows-000003.csv"), "frame,time_s\n5,0.000000000\n");
	/* Another run begins behind them. */
	snprintf(path, sizeof(path), "%s/", log);
	assert_int_equal(start(&again, path, NULL), PKD_OK);
	assert_int_equal(row(&again, NULL), PKD_OK);
	end(&again);
	assert_file(fake_path("days/rows-000004.csv"), "frame,time_s\n1,0.000000000\n");
	assert_string_equal(fake_output("ls '%s' | tr '\\n' ' '", log),
	                    "rows-000003.csv rows-000004.csv ");
}

static void a_file_is_full_by_its_bytes_or_its_time(void **state)
{
	struct run bytes = {.params = {.rotate_bytes = 40}};
	struct run times = {.params = {.rotate_after = 2000000000, .name = "day"}};
	const char *log = days();

	(void)state;
	assert_int_equal(start_in(&bytes, log), PKD_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(row(&bytes, NULL), PKD_OK);
	end(&bytes);
	assert_file(fake_path("days/rows-000001.csv"),
	            "frame,time_s\n1,0.000000000\n2,0.000000000\n");
	assert_file(fake_path("days/rows-000002.csv"), "frame,time_s\n3,0.000000000\n");
	assert_int_equal(start_in(&times, log), PKD_OK);
	for (int i = 0; i < 3; i++) {
		times.ctx.time_ns = 5000000000 + i * 1500000000LL;
		assert_int_equal(row(&times, NULL), PKD_OK);
	}
	end(&times);
	assert_file(fake_path("days/day-000001.csv"),
	            "frame,time_s\n1,5.000000000\n2,6.500000000\n");
	assert_file(fake_path("days/day-000002.csv"), "frame,time_s\n3,8.000000000\n");
}

/* The firing that is killed may be the one that begins a file. */
static void a_killed_writer_has_each_row_in_one_file(void **state)
{
	struct run run = {.params = {.rotate_rows = 2}};
	const char *log = days();

	(void)state;
	assert_int_equal(start_in(&run, log), PKD_OK);
	for (int i = 0; i < 5; i++) {
		uncommitted_row(&run, NULL);
		assert_int_equal(restart_in(&run), PKD_OK);
		uncommitted_row(&run, NULL);
		assert_int_equal(restart_in(&run), PKD_OK);
		assert_int_equal(row(&run, NULL), PKD_OK);
		assert_int_equal(restart_in(&run), PKD_OK);
	}
	end(&run);
	assert_string_equal(fake_output("ls '%s' | wc -l", log), "3");
	assert_string_equal(
		fake_output("cat '%s'/*.csv | grep -v frame | cut -d, -f1 | tr '\\n' ' '", log),
		"1 2 3 4 5 ");
	assert_int_equal(run.ctx.n_notes, 0);
}

static void a_file_that_was_moved_away_is_followed_by_the_next(void **state)
{
	struct run run = {0};
	const char *log = days();

	(void)state;
	assert_int_equal(start_in(&run, log), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run("mv '%s/rows-000001.csv' '%s/old'", log, log);
	assert_int_equal(restart_in(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run(": > '%s/rows-000002.csv'", log);
	assert_int_equal(restart_in(&run), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(fake_path("days/rows-000003.csv"), "frame,time_s\n3,0.000000000\n");
}

static void what_a_directory_cannot_do_is_said(void **state)
{
	struct run file = {.params = {.rotate_rows = 2}}, adds = {.params = {.append = true}};
	struct run named = {.params = {.name = "a/b"}};
	const char *log = days();

	(void)state;
	assert_int_equal(start(&file, fake_path("one.csv"), NULL), -EINVAL);
	assert_non_null(strstr(file.ctx.error, "write path: \"log/\""));
	assert_int_equal(start_in(&adds, log), -EINVAL);
	assert_non_null(strstr(adds.ctx.error, "leave out append"));
	assert_int_equal(start_in(&named, log), -EINVAL);
	assert_non_null(strstr(named.ctx.error, "'a/b' cannot begin"));
	free(file.self);
	free(adds.self);
	free(named.self);
}

/* Two programs that found the same files, whether the first still writes one or has ended. */
static void a_file_of_another_program_is_left_alone(void **state)
{
	struct run first = {0}, second = {0}, third = {0};
	const char *log = days();
	static char path[300];

	(void)state;
	assert_int_equal(start_in(&first, log), PKD_OK);
	snprintf(path, sizeof(path), "%s/", log);
	assert_int_equal(start(&second, path, NULL), PKD_OK);
	assert_int_equal(start(&third, path, NULL), PKD_OK);
	assert_int_equal(row(&first, NULL), PKD_OK);
	assert_int_equal(row(&second, NULL), PKD_OK);
	end(&first);
	end(&second);
	third.ctx.number = 6;
	uncommitted_row(&third, NULL);
	assert_int_equal(restart_in(&third), PKD_OK);
	assert_int_equal(row(&third, NULL), PKD_OK);
	end(&third);
	assert_file(fake_path("days/rows-000001.csv"), "frame,time_s\n1,0.000000000\n");
	assert_file(fake_path("days/rows-000002.csv"), "frame,time_s\n1,0.000000000\n");
	assert_file(fake_path("days/rows-000003.csv"), "frame,time_s\n7,0.000000000\n");
}

static void an_untimed_table_has_no_column_of_times(void **state)
{
	struct run run = {.ctx.time_ns = 1234567890, .params = {.untimed = true}};
	const char *path = fake_path("untimed.csv");
	float half = 0.5f;

	(void)state;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, &half), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "frame,value\n1,0.5\n2,\n");
}

static void digits_are_decimals_at_most(void **state)
{
	struct run run = {.ctx.time_ns = 1234567890, .params = {.digits = 3}};
	const char *path = fake_path("digits.csv");
	struct all all = {.f64 = 2.0 / 3, .when = -1999999999, .many = {.len = 1}};

	(void)state;
	all.one.at = (struct point){-0.0001f, 2.5f};
	all.many.items[0].at = (struct point){1 / 3.0f, NAN};
	assert_int_equal(start(&run, path, &all_type), PKD_OK);
	assert_int_equal(row(&run, &all), PKD_OK);
	all.f64 = INFINITY;
	all.one.at.x = 1e20f;
	all.many.len = 0;
	assert_int_equal(row(&run, &all), PKD_OK);
	end(&run);
	fake_run("tail -n 2 '%s' > '%s.rows'", path, path);
	assert_file(fake_path("digits.csv.rows"),
	            "1,1.234,false,0,0,0.667,-1.999,,0,2.5,,calm,1,"
	            "\"[{\"\"at\"\":{\"\"x\"\":0.333,\"\"y\"\":null},\"\"label\"\":\"\"\"\","
	            "\"\"mood\"\":\"\"calm\"\"}]\",\"[0,0,0]\"\n"
	            "2,1.234,false,0,0,inf,-1.999,,1e+20,2.5,,calm,0,\"[]\",\"[0,0,0]\"\n");
}

/* ---- Streams ---- */

/* The child's standard output is the file, opened as the shell opens it; what it says then stands
 * behind the rows. */
static void write_to_stdout(const char *path, int flags)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct run run = {0};

		dup2(open(path, O_WRONLY | O_CREAT | flags, 0666), STDOUT_FILENO);
		if (write(STDOUT_FILENO, "begin\n", 6) != 6 || start(&run, "-", NULL) ||
		    row(&run, NULL) || row(&run, NULL))
			_exit(1);
		end(&run);
		_exit(write(STDOUT_FILENO, "end\n", 4) != 4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void standard_output_keeps_what_others_write(void **state)
{
	const char *path = fake_path("log");

	(void)state;
	write_to_stdout(path, O_TRUNC);
	assert_file(path, "begin\nframe,time_s\n1,0.000000000\n2,0.000000000\nend\n");
	fake_run("echo before > '%s'", path);
	write_to_stdout(path, O_APPEND);
	assert_file(path, "before\nbegin\nframe,time_s\n1,0.000000000\n2,0.000000000\nend\n");
}

static void a_reader_that_leaves_is_one_error(void **state)
{
	struct run run = {0};
	int ends[2];
	char path[64];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	close(ends[1]);
	assert_int_equal(row(&run, NULL), PKD_OK);
	close(ends[0]);
	assert_int_equal(row(&run, NULL), -EPIPE);
	assert_int_equal(row(&run, NULL), -EPIPE);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_non_null(strstr(run.ctx.error, "Broken pipe: its reader has gone"));
}

static void rows_in_a_pipe_are_there_at_least_once(void **state)
{
	struct run run = {0};
	const char *path = fake_path("pipe"), *copy = fake_path("pipe.copy");

	(void)state;
	fake_run("mkfifo '%s'; cat '%s' > '%s' &", path, path, copy);
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	uncommitted_row(&run, NULL);
	assert_int_equal(restart(&run), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	fake_run("i=0; until [ \"$(tail -n 1 '%s')\" = 2,0.000000000 ] || [ $i = 1000 ]; do "
	         "sleep 0.01; i=$((i + 1)); done",
	         copy);
	end(&run);
	assert_file(copy, "frame,time_s\n1,0.000000000\n2,0.000000000\n2,0.000000000\n");
}

/* ---- Failures ---- */

static void a_path_that_cannot_be_opened_is_one_error(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "/nowhere/at/all.csv", NULL), -ENOENT);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_string_equal(run.ctx.error,
	                    "cannot write '/nowhere/at/all.csv': No such file or directory");
	free(run.self);
}

static void a_full_disk_is_found_at_the_header(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "/dev/full", NULL), -ENOSPC);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_string_equal(run.ctx.error, "cannot write '/dev/full': No space left on device");
	free(run.self);
}

/* A limit on the size of files stands for a disk that fills up in the middle. */
static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_failing_write_is_said_once_and_leaves_whole_rows(void **state)
{
	struct run run = {0};
	const char *path = fake_path("limit.csv");

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	limit_files(35);
	assert_int_equal(row(&run, NULL), -EFBIG);
	assert_int_equal(row(&run, NULL), -EFBIG);
	limit_files(RLIM_INFINITY);
	end(&run);
	assert_int_equal(run.ctx.n_errors, 1);
	assert_non_null(strstr(run.ctx.error, "limit.csv': File too large"));
	assert_file(path, "frame,time_s\n1,0.000000000\n");
}

static int remove_files(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_carry_frame_and_time_even_without_a_value),
		cmocka_unit_test(the_time_of_day_has_a_column_on_demand),
		cmocka_unit_test(a_list_is_a_count_and_json_items),
		cmocka_unit_test(records_are_flattened_and_absent_rows_are_empty),
		cmocka_unit_test(a_sampled_row_says_its_frame_and_age),
		cmocka_unit_test(an_image_is_its_size),
		cmocka_unit_test(floats_read_back_as_the_same_number),
		cmocka_unit_test(floats_look_as_people_write_them),
		cmocka_unit_test(a_string_cut_in_a_character_stays_utf8),
		cmocka_unit_test(rows_larger_than_the_buffer_arrive_whole),
		cmocka_unit_test(a_row_is_in_the_file_when_step_returns),
		cmocka_unit_test(a_killed_writer_goes_on_with_every_row_once),
		cmocka_unit_test(half_a_row_is_cut_off),
		cmocka_unit_test(another_run_replaces_the_file),
		cmocka_unit_test(a_file_that_is_lost_meanwhile_is_begun_anew),
		cmocka_unit_test(a_kept_file_goes_on_without_its_name),
		cmocka_unit_test(rows_are_added_to_those_of_a_file),
		cmocka_unit_test(a_file_added_to_is_untouched_before_the_first_row),
		cmocka_unit_test(a_last_line_without_an_end_gets_one),
		cmocka_unit_test(a_header_may_lack_its_end_or_have_that_of_an_editor),
		cmocka_unit_test(another_header_is_an_error_and_the_file_stays),
		cmocka_unit_test(a_killed_writer_adds_every_row_once),
		cmocka_unit_test(a_killed_first_row_leaves_no_second_header),
		cmocka_unit_test(a_file_that_was_made_shorter_is_added_to),
		cmocka_unit_test(a_full_file_is_followed_by_the_next),
		cmocka_unit_test(a_file_is_full_by_its_bytes_or_its_time),
		cmocka_unit_test(a_killed_writer_has_each_row_in_one_file),
		cmocka_unit_test(a_file_that_was_moved_away_is_followed_by_the_next),
		cmocka_unit_test(what_a_directory_cannot_do_is_said),
		cmocka_unit_test(a_file_of_another_program_is_left_alone),
		cmocka_unit_test(an_untimed_table_has_no_column_of_times),
		cmocka_unit_test(digits_are_decimals_at_most),
		cmocka_unit_test(standard_output_keeps_what_others_write),
		cmocka_unit_test(a_reader_that_leaves_is_one_error),
		cmocka_unit_test(rows_in_a_pipe_are_there_at_least_once),
		cmocka_unit_test(a_path_that_cannot_be_opened_is_one_error),
		cmocka_unit_test(a_full_disk_is_found_at_the_header),
		cmocka_unit_test(a_failing_write_is_said_once_and_leaves_whole_rows),
	};

	return cmocka_run_group_tests(tests, NULL, remove_files);
}
