/* table.read_jsonl on files that the test writes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/read_jsonl.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_types.h"

extern const struct pkd_methods table_read_jsonl_methods;

static struct run {
	struct pkd_ctx ctx;
	struct table_read_jsonl_params params;
	void *self;
	void *row;
} run;

static int start(const struct pkd_type *T)
{
	run.params.source = fake_path("in.jsonl");
	run.params.T = T;
	if (!run.params.time)
		run.params.time = "";
	run.self = fake_self(&table_read_jsonl_methods);
	run.row = fake_slot(T->size);
	return table_read_jsonl_methods.init(run.self, &run.params, &run.ctx);
}

static void begin(const char *text, const struct pkd_type *T)
{
	FILE *file = fopen(fake_path("in.jsonl"), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	memset(&run, 0, sizeof(run));
	assert_int_equal(start(T), PKD_OK);
}

static int step(void)
{
	struct table_read_jsonl_in in = {0};
	struct table_read_jsonl_out out = {run.row};

	memset(run.row, 0, run.params.T->size);
	run.ctx.number++;
	return fake_fire(&table_read_jsonl_methods, run.self, &in, &out, &run.ctx);
}

static void end(void)
{
	table_read_jsonl_methods.finish(run.self);
	free(run.self);
	fake_slot_free(run.row);
}

static void assert_bad(const char *line, const char *why)
{
	char text[1000];
	const struct thing *thing;

	snprintf(text, sizeof(text),
	         "%s\n{\"label\":\"ok\",\"mood\":\"cross\",\"at\":{\"y\":2,\"x\":1}}\n", line);
	begin(text, &thing_type);
	thing = run.row;
	assert_int_equal(step(), PKD_OK);
	assert_string_equal(thing->label.text, "ok");
	assert_true(thing->at.x == 1 && thing->at.y == 2 && thing->mood == 1);
	if (!strstr(run.ctx.note, why) || !strstr(run.ctx.note, "line 1 of"))
		fail_msg("'%s' is not in '%s'", why, run.ctx.note);
	end();
}

static void members_are_found_by_name(void **state)
{
	const struct thing *thing;

	(void)state;
	begin(" { \"mood\" : 1 , \"x\\n\":[1,{\"a\":null}], \"at\":{\"x\":-1.5e0,\"y\":null},"
	      "\"label\":\"\\\"\\/\\u0000\\ud800\" }\r\n\n"
	      "{\"mood\":\"calm\",\"x\\n\":0,\"at\":{\"x\":1,\"y\":1},\"label\":\"\",\"label\":\"b\"}",
	      &thing_type);
	thing = run.row;
	assert_int_equal(step(), PKD_OK);
	assert_true(thing->at.x == -1.5f && isnan(thing->at.y) && thing->mood == 1);
	assert_string_equal(thing->label.text, "\"/\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(run.ctx.n_notes, 1);
	assert_int_equal(step(), PKD_OK);
	assert_string_equal(thing->label.text, "b");
	assert_int_equal(step(), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 1);
	end();
}

static void a_line_that_is_none_is_told(void **state)
{
	(void)state;
	assert_bad("oops", "'{' is missing before 'o'");
	assert_bad("{\"label\":1}", "label: a text in '\"' is missing before '1'");
	assert_bad("{\"label\":\"\",\"mood\":0}", "it has no 'at'");
	assert_bad("{\"label\":\"123456789\"}", "label: a text of more than 8 bytes");
	assert_bad("{\"at\":{\"x\":\"1\",\"y\":1}}",
	           "at: x: a number or a word is missing before '\"'");
	assert_bad("{\"at\":{\"x\":nan,\"y\":1}}", "at: x: 'nan' is no number of JSON");
	assert_bad("{\"at\":{\"x\":01e,\"y\":1}}", "at: x: '01e' is no number of JSON");
	assert_bad("{\"mood\":\"x\"}", "mood: 'x' is no value of the enum");
	assert_bad("{\"other\":[1,2}", "',' or ']' is missing before '}'");
	assert_bad("{\"other\":\"x", "a text without its end");
	assert_bad("{\"other\":\"\\x\"}", "an escape sequence that JSON does not have");
	assert_bad("{\"other\":1", "it ends where ',' or '}' should be");
	assert_bad("{\"label\":\"\",\"mood\":0,\"at\":{\"x\":1,\"y\":1}} x",
	           "there is more behind it");
}

static void depth_has_a_limit(void **state)
{
	char text[300] = "{\"other\":";

	(void)state;
	memset(text + strlen(text), '[', 200);
	assert_bad(text, "it is more than 64 deep");
}

static void lists_and_values_are_rows(void **state)
{
	const struct things *things;

	(void)state;
	begin("{\"items\":[]}\n"
	      "{\"frame\":1,\"items\":[{\"at\":{\"x\":1,\"y\":2},\"label\":\"a\",\"mood\":0}]}\n"
	      "{\"items\":[0,0,0,0]}\n",
	      &things_type);
	things = run.row;
	assert_int_equal(step(), PKD_OK);
	assert_int_equal(things->len, 0);
	assert_int_equal(step(), PKD_OK);
	assert_int_equal(things->len, 1);
	assert_int_equal(step(), PKD_SKIP);
	end();
	begin("{\"value\":7}\n{\"value\":256}\n", &i8_type);
	assert_int_equal(step(), PKD_OK);
	assert_int_equal(*(int8_t *)run.row, 7);
	assert_int_equal(step(), PKD_SKIP);
	end();
}

static void a_restart_goes_on_with_the_next_line(void **state)
{
	(void)state;
	begin("{\"value\":1}\n\n{\"value\":x}\n{\"value\":2}\n{\"value\":3}", &i8_type);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(step(), PKD_OK);
		assert_int_equal(*(int8_t *)run.row, i);
		assert_int_equal(
			fake_restart(&table_read_jsonl_methods, &run.self, &run.params, &run.ctx),
			PKD_OK);
	}
	assert_int_equal(step(), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, "1 row of"));
	end();
}

static void rows_have_the_time_that_they_say(void **state)
{
	(void)state;
	begin("", &i8_type);
	end();
	fake_run(
		"printf '{\"value\":1,\"t\":2.5}\\n{\"value\":2}\\n{\"value\":3,\"t\":3.000000001}' > '%s'",
		fake_path("in.jsonl"));
	memset(&run, 0, sizeof(run));
	run.params.time = "t";
	assert_int_equal(start(&i8_type), PKD_OK);
	assert_int_equal(step(), PKD_OK);
	assert_int_equal(run.ctx.set_time_ns, 2500000000);
	assert_int_equal(step(), PKD_OK); /* speed 0: at once */
	assert_int_equal(run.ctx.set_time_ns, 3000000001);
	assert_non_null(strstr(run.ctx.note, "line 2 of"));
	assert_non_null(strstr(run.ctx.note, "it has no 't'"));
	end();
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
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(a_line_that_is_none_is_told),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(lists_and_values_are_rows),
		cmocka_unit_test(a_restart_goes_on_with_the_next_line),
		cmocka_unit_test(rows_have_the_time_that_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
