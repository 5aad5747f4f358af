/* table.to_json: the text, and one that has no room; what it writes, table.from_json reads. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/from_json.pkd.h>
#include <table/to_json.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "parse.h"
#include "test_types.h"

extern const struct pkd_methods table_to_json_methods;

enum { TEXT = 1, ERROR = 2 /* bits of the outputs */ };

struct text {
	uint32_t len;
	char text[];
};

static struct {
	struct pkd_ctx ctx;
	struct table_to_json_params params;
	void *self;
	struct text *text;
	struct table_to_json_error *error;
} run;

static void begin(const struct pkd_type *type, uint32_t N)
{
	memset(&run, 0, sizeof(run));
	run.params.T = type;
	run.params.N = N;
	run.self = fake_self(&table_to_json_methods);
	run.text = fake_slot((uint32_t)sizeof(*run.text) + N + 1);
	run.error = fake_slot(sizeof(*run.error));
	assert_int_equal(table_to_json_methods.init(run.self, &run.params, &run.ctx), PKD_OK);
}

static void end(void)
{
	table_to_json_methods.finish(run.self);
	free(run.self);
	fake_slot_free(run.text);
	fake_slot_free(run.error);
}

static int give(const void *value)
{
	struct table_to_json_in in = {value};
	struct table_to_json_out out = {(void *)run.text, run.error};

	run.ctx.absent = 0;
	return fake_fire(&table_to_json_methods, run.self, &in, &out, &run.ctx);
}

static const char three_text[] =
	"[{\"at\":{\"x\":0.1,\"y\":-2},\"label\":\"a \\\"b\\\",c\",\"mood\":\"calm\"},"
	"{\"at\":{\"x\":null,\"y\":10000000000},\"label\":\"x\\ny\\u0009\\\\\",\"mood\":\"cross\"}]";

static void a_value_is_a_line(void **state)
{
	struct things things = three_things();

	(void)state;
	begin(&things_type, sizeof(three_text) - 1); /* just enough */
	assert_int_equal(give(&things), PKD_OK);
	assert_int_equal(run.ctx.absent, ERROR);
	assert_int_equal(run.text->len, sizeof(three_text) - 1);
	assert_string_equal(run.text->text, three_text);
	end();
}

static void a_text_without_room_is_told(void **state)
{
	struct things things = three_things();

	(void)state;
	begin(&things_type, sizeof(three_text) - 2);
	assert_int_equal(give(&things), PKD_OK);
	assert_int_equal(run.ctx.absent, TEXT);
	assert_int_equal(run.text->len, 0);
	assert_non_null(strstr(run.error->text, "room for N = "));
	run.ctx.unread = ERROR;
	assert_int_equal(give(&things), -EMSGSIZE);
	assert_non_null(strstr(run.ctx.error, run.error->text));
	end();
}

static void what_it_writes_is_read_back(void **state)
{
	struct all all = {.yes = 1, .i8 = -128, .u64 = UINT64_MAX, .f64 = 1.0 / 3, .when = -1};
	struct all back = {0};
	char scratch[2000];
	struct parse parse = {.scratch = scratch, .scratch_size = sizeof(scratch)};

	(void)state;
	all.raw = (struct bytes4){3, {0, 255, 16}};
	all.many.len = 1;
	pkd_string_set(&all.one.label, "a\"\x01\xc3\xa9");
	begin(&all_type, 1000);
	assert_int_equal(give(&all), PKD_OK);
	if (!parse_json(&parse, &all_type, run.text->text, run.text->len, &back))
		fail_msg("%s", parse.why);
	assert_memory_equal(&back.u64, &all.u64, sizeof(all.u64));
	assert_true(back.f64 == all.f64 && back.when == -1 && back.i8 == -128 && back.yes == 1);
	assert_memory_equal(&back.raw, &all.raw, 4 + 3);
	assert_string_equal(back.one.label.text, all.one.label.text);
	end();
}

/* A name of a file may be any bytes. */
static void what_is_no_utf8_is_valid_all_the_same(void **state)
{
	struct text8 text = {3, "a\xff\xc3"};

	(void)state;
	begin(&text_type, 20);
	assert_int_equal(give(&text), PKD_OK);
	assert_string_equal(run.text->text, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	end();
}

static void an_image_has_no_json(void **state)
{
	static const struct pkd_type image = {.kind = PKD_IMAGE, .name = "image", .size = 64};
	static const struct pkd_field fields[] = {{"view", &image, 0}};
	static const struct pkd_type record = {
		.kind = PKD_RECORD, .name = "View", .size = 64, .n = 1, .fields = fields};
	struct table_to_json_params params = {.T = &record, .N = 100};
	struct pkd_ctx ctx = {0};
	void *self = fake_self(&table_to_json_methods);

	(void)state;
	assert_int_equal(table_to_json_methods.init(self, &params, &ctx), -EINVAL);
	assert_non_null(strstr(ctx.error, "JSON has no images"));
	free(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_a_line),
		cmocka_unit_test(a_text_without_room_is_told),
		cmocka_unit_test(what_it_writes_is_read_back),
		cmocka_unit_test(what_is_no_utf8_is_valid_all_the_same),
		cmocka_unit_test(an_image_has_no_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
