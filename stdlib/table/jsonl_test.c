/* table.jsonl against files on disk, which Python reads as JSON. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/jsonl.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_types.h"

extern const struct pkd_methods table_jsonl_methods;

struct run {
	struct pkd_ctx ctx;
	struct table_jsonl_params params;
	uint64_t before;
	struct table_Mark made;
	void *self;
};

static int start(struct run *run, const char *path, const struct pkd_type *T)
{
	run->params.path = path;
	run->params.name = "rows";
	run->params.T = T;
	run->ctx.memories[0] = &run->before;
	run->ctx.memories[1] = &run->made;
	run->self = fake_self(&table_jsonl_methods);
	return table_jsonl_methods.init(run->self, &run->params, &run->ctx);
}

static int row(struct run *run, const void *value)
{
	struct table_jsonl_in in = {value, NULL};
	struct table_jsonl_out out = {0};

	run->ctx.number++;
	return fake_fire(&table_jsonl_methods, run->self, &in, &out, &run->ctx);
}

static void end(struct run *run)
{
	table_jsonl_methods.finish(run->self);
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

static void a_row_is_an_object_with_its_fields(void **state)
{
	struct run run = {.ctx.time_ns = 1500000000};
	const char *path = fake_path("all.jsonl");
	struct all all = {.yes = 1,
	                  .i8 = -128,
	                  .u64 = UINT64_MAX,
	                  .f64 = NAN,
	                  .when = 2000000001,
	                  .raw = {3, {0, 0xab, 0xff}},
	                  .many = three_things(),
	                  .three = {1, -2, 3}};

	(void)state;
	pkd_string_set(&all.one.label, "a\"\n\xff");
	assert_int_equal(start(&run, path, &all_type), PKD_OK);
	assert_int_equal(row(&run, &all), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	fake_run(
		"python3 -c 'import json, sys\n"
		"a, b = [json.loads(line) for line in open(sys.argv[1])]\n"
		"assert a[\"frame\"] == 1 and a[\"time_s\"] == 1.5 and a[\"yes\"] is True, a\n"
		"assert a[\"u64\"] == 2**64 - 1 and a[\"f64\"] is None and a[\"raw\"] == \"00abff\", a\n"
		"assert a[\"one\"][\"label\"] == \"a\\\"\\n\\ufffd\", a\n"
		"assert a[\"many\"][1][\"at\"] == {\"x\": None, \"y\": 1e10} and len(a[\"many\"]) == 2, a\n"
		"assert a[\"three\"] == [1, -2, 3] and a[\"when\"] == 2.000000001, a\n"
		"assert b[\"frame\"] == 2 and b[\"many\"] is None and b.keys() == a.keys(), b\n"
		"' '%s'",
		path);
}

static void what_is_no_record_has_a_name(void **state)
{
	struct run run = {0}, lists = {0}, none = {0};
	const char *path = fake_path("value.jsonl"), *list = fake_path("list.jsonl");
	const char *bare = fake_path("bare.jsonl");
	struct things things = {.len = 0};
	float half = 0.5f;

	(void)state;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, &half), PKD_OK);
	end(&run);
	assert_file(path, "{\"frame\":1,\"time_s\":0.000000000,\"value\":0.5}\n");
	assert_int_equal(start(&lists, list, &things_type), PKD_OK);
	assert_int_equal(row(&lists, &things), PKD_OK);
	end(&lists);
	assert_file(list, "{\"frame\":1,\"time_s\":0.000000000,\"items\":[]}\n");
	assert_int_equal(start(&none, bare, NULL), PKD_OK);
	assert_int_equal(row(&none, NULL), PKD_OK);
	end(&none);
	assert_file(bare, "{\"frame\":1,\"time_s\":0.000000000}\n");
}

static void an_untimed_row_has_no_time(void **state)
{
	struct run run = {.ctx.time_ns = 1234567890, .params.untimed = true};
	const char *path = fake_path("untimed.jsonl");
	float half = 0.5f;

	(void)state;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, &half), PKD_OK);
	end(&run);
	assert_file(path, "{\"frame\":1,\"value\":0.5}\n");
}

static void a_sampled_row_says_its_frame_and_age(void **state)
{
	struct run run = {.ctx.sampled = {true}, .ctx.age_ns = 40123999, .params.digits = 2};
	const char *path = fake_path("sampled.jsonl");
	float *value = fake_slot(sizeof(float));

	(void)state;
	*value = 1 / 3.0f;
	fake_header(value)->number = 41;
	assert_int_equal(start(&run, path, &f32_type), PKD_OK);
	assert_int_equal(row(&run, value), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	fake_slot_free(value);
	assert_file(path, "{\"frame\":1,\"time_s\":0.00,\"source_frame\":41,\"age_ms\":40.12,"
	                  "\"value\":0.33}\n"
	                  "{\"frame\":2,\"time_s\":0.00,\"source_frame\":null,\"age_ms\":null,"
	                  "\"value\":null}\n");
}

static void a_file_is_added_to_behind_its_last_line(void **state)
{
	struct run run = {.params.append = true};
	const char *path = fake_path("added.jsonl");

	(void)state;
	fake_run("printf '{\"old\":1}' > '%s'", path);
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(path, "{\"old\":1}\n{\"frame\":1,\"time_s\":0.000000000}\n");
}

static void a_killed_writer_goes_on_with_every_row_once(void **state)
{
	struct run run = {0};
	const char *path = fake_path("killed.jsonl");
	struct table_jsonl_in in = {0};
	struct table_jsonl_out out = {0};

	(void)state;
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	for (int i = 0; i < 3; i++) {
		run.ctx.number++;
		assert_int_equal(table_jsonl_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
		run.ctx.number--;
		assert_int_equal(
			fake_restart(&table_jsonl_methods, &run.self, &run.params, &run.ctx),
			PKD_OK);
		assert_int_equal(row(&run, NULL), PKD_OK);
	}
	end(&run);
	assert_file(path, "{\"frame\":1,\"time_s\":0.000000000}\n"
	                  "{\"frame\":2,\"time_s\":0.000000000}\n"
	                  "{\"frame\":3,\"time_s\":0.000000000}\n");
}

static void a_full_file_is_followed_by_the_next(void **state)
{
	struct run run = {.params.rotate_rows = 1};
	static char path[300];

	(void)state;
	fake_run("mkdir '%s'", fake_path("days"));
	snprintf(path, sizeof(path), "%s/", fake_path("days"));
	assert_int_equal(start(&run, path, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), PKD_OK);
	end(&run);
	assert_file(fake_path("days/rows-000002.jsonl"), "{\"frame\":2,\"time_s\":0.000000000}\n");
}

static void a_full_disk_is_told_with_the_path(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(start(&run, "/dev/full", NULL), PKD_OK);
	assert_int_equal(row(&run, NULL), -ENOSPC);
	assert_non_null(strstr(run.ctx.error, "cannot write '/dev/full': No space left"));
	end(&run);
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
		cmocka_unit_test(a_row_is_an_object_with_its_fields),
		cmocka_unit_test(what_is_no_record_has_a_name),
		cmocka_unit_test(an_untimed_row_has_no_time),
		cmocka_unit_test(a_sampled_row_says_its_frame_and_age),
		cmocka_unit_test(a_file_is_added_to_behind_its_last_line),
		cmocka_unit_test(a_killed_writer_goes_on_with_every_row_once),
		cmocka_unit_test(a_full_file_is_followed_by_the_next),
		cmocka_unit_test(a_full_disk_is_told_with_the_path),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
