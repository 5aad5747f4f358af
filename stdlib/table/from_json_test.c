/* table.from_json: values of JSON texts, and what becomes of texts that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/from_json.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "parse.h"
#include "test_types.h"

extern const struct pkd_methods table_from_json_methods;

enum { ROOM = 200, VALUE = 1, ERROR = 2 /* bits of the outputs */ };

struct text {
	uint32_t len;
	char text[ROOM + 1];
};

static const struct pkd_type string_type = {
	.kind = PKD_STRING, .name = "string<200>", .size = sizeof(struct text), .n = ROOM};
static const struct pkd_type bytes_type = {
	.kind = PKD_BYTES, .name = "bytes<200>", .size = sizeof(struct text), .n = ROOM};

static struct {
	struct pkd_ctx ctx;
	struct table_from_json_params params;
	void *self, *value;
	struct table_from_json_error *error;
} run;

static void begin(const struct pkd_type *text, const struct pkd_type *type)
{
	memset(&run, 0, sizeof(run));
	run.params = (struct table_from_json_params){.S = text, .T = type};
	run.self = fake_self(&table_from_json_methods);
	run.value = fake_slot(type->size);
	run.error = fake_slot(sizeof(*run.error));
	assert_int_equal(table_from_json_methods.init(run.self, &run.params, &run.ctx), PKD_OK);
}

static void end(void)
{
	table_from_json_methods.finish(run.self);
	free(run.self);
	fake_slot_free(run.value);
	fake_slot_free(run.error);
}

static int give(const char *json, size_t n)
{
	struct text text = {.len = (uint32_t)n};
	struct table_from_json_in in = {&text};
	struct table_from_json_out out = {run.value, run.error};

	memcpy(text.text, json, n);
	run.ctx.absent = 0;
	return fake_fire(&table_from_json_methods, run.self, &in, &out, &run.ctx);
}

static void assert_reads(const char *json)
{
	assert_int_equal(give(json, strlen(json)), PKD_OK);
	assert_int_equal(run.ctx.absent, ERROR);
}

static void assert_says(const char *json, const char *why)
{
	assert_int_equal(give(json, strlen(json)), PKD_OK);
	assert_int_equal(run.ctx.absent, VALUE);
	assert_string_equal(run.error->text, why);
}

static void an_object_is_a_record(void **state)
{
	const struct thing *thing;

	(void)state;
	begin(&string_type, &thing_type);
	thing = run.value;
	assert_reads(" {\"mood\":\"cross\",\"at\":{\"y\":null,\"x\":-1.5},\"label\":\"a\"}\n");
	assert_true(thing->at.x == -1.5f && isnan(thing->at.y) && thing->mood == 1);
	assert_reads("{\"more\":[{}],\"mood\":0,\"at\":{\"y\":2,\"x\":1},\"label\":\"\","
	             "\"more\":1}");
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "no field 'more'"));
	end();
}

static void other_values_stand_alone(void **state)
{
	(void)state;
	begin(&bytes_type, &f64_type);
	assert_reads(" 21.5 ");
	assert_true(*(double *)run.value == 21.5);
	assert_reads("null");
	assert_true(isnan(*(double *)run.value));
	assert_says("\"21.5\"", "a number or a word is missing before '\"'");
	assert_says("1 2", "there is more behind it");
	assert_says("", "it ends where a number or a word should be");
	end();
	begin(&bytes_type, &text_type);
	assert_reads("\"\\u00e9\"");
	assert_string_equal(((struct text8 *)run.value)->text, "\xc3\xa9");
	assert_says("plain", "a text in '\"' is missing before 'p'");
	end();
	begin(&bytes_type, &three_type);
	assert_reads("[1, 2, -3]");
	assert_int_equal(((int16_t *)run.value)[2], -3);
	assert_says("[1,2]", "2 items, and not 3");
	end();
}

static void numbers_are_those_of_json(void **state)
{
	static const char *const none[] = {"01", "-01", "5.",  "-5.", ".5",  "+5",   "00",  "1.e3",
	                                   "1e", "1e+", "0x1", "nan", "inf", "1.5.", "--1", "-"};
	static const char *const some[] = {"0",    "-0",    "10",   "0.5", "-0.5e0",
	                                   "5e-1", "50E-2", "0e01", "1.0"};
	char why[50];

	(void)state;
	begin(&string_type, &f64_type);
	for (size_t i = 0; i < COUNT(none); i++) {
		snprintf(why, sizeof(why), "'%s' is no number of JSON", none[i]);
		assert_says(none[i], why);
	}
	for (size_t i = 0; i < COUNT(some); i++) {
		assert_reads(some[i]);
		assert_true(*(double *)run.value == strtod(some[i], NULL));
	}
	end();
	begin(&string_type, &u64_type);
	assert_says("01", "'01' is no number of JSON");
	assert_reads("10");
	end();
}

/* As many digits as a text has room for; the last of them may decide how it is rounded. */
static void a_number_may_have_any_number_of_digits(void **state)
{
	static const char halfway[] = "9007199254740993."; /* 2^53 + 1: between two doubles */
	char text[6000];
	struct parse parse = {0};
	double value;

	(void)state;
	for (size_t n = 301; n < sizeof(text) - 10; n += 431) {
		memset(text, '3', n);
		memcpy(text, "0.", 2);
		assert_true(parse_json(&parse, &f64_type, text, n, &value) && value == 1.0 / 3);
		memset(text, '0', n);
		memcpy(text, halfway, strlen(halfway));
		assert_true(parse_json(&parse, &f64_type, text, n, &value));
		assert_true(value == 9007199254740992.0);
		text[n - 1] = '1';
		assert_true(parse_json(&parse, &f64_type, text, n, &value));
		assert_true(value == 9007199254740994.0);
		memset(text, '0', n);
		text[0] = '7';
		snprintf(text + n, 10, "e-%zu", n);
		assert_true(parse_json(&parse, &f64_type, text, strlen(text), &value));
		assert_true(value == 0.7);
		memset(text, '0', n);
		memcpy(text, "-0.", 3);
		snprintf(text + n, 10, "25e%zu", n - 2);
		assert_true(parse_json(&parse, &f64_type, text, strlen(text), &value));
		assert_true(value == -2.5);
		memset(text, '9', n);
		assert_false(parse_json(&parse, &f64_type, text, n, &value) && n > 309);
	}
	assert_non_null(strstr(parse.why, "is too large for f64"));
	strcpy(text, "1e99999999999999999999");
	assert_false(parse_json(&parse, &f64_type, text, strlen(text), &value));
	strcpy(text, "1e-99999999999999999999");
	assert_true(parse_json(&parse, &f64_type, text, strlen(text), &value) && value == 0);
}

static void the_last_of_equal_members_counts(void **state)
{
	static const char object[] = "{\"id\":1,\"id\":{},\"id\":\"b\",\"x\":[]}";
	char scratch[100];
	struct parse parse = {scratch, sizeof(scratch), ""};
	const char *text;
	size_t n;

	(void)state;
	assert_true(parse_json_member(&parse, object, strlen(object), "id", &text, &n));
	assert_true(n == 1 && *text == 'b');
	assert_false(parse_json_member(&parse, object, strlen(object) - 1, "id", &text, &n));
	assert_false(parse_json_member(&parse, "{\"id\":01}", 9, "id", &text, &n));
}

static void what_strangers_send_is_told(void **state)
{
	char deep[ROOM];

	(void)state;
	begin(&bytes_type, &thing_type);
	assert_says("{\"label\":\"123456789\"}",
	            "label: a text of more than 8 bytes: string<8> has no room for it");
	assert_int_equal(give("\0\xff{", 3), PKD_OK);
	assert_int_equal(run.ctx.absent, VALUE);
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	assert_int_equal(give(deep, sizeof(deep)), PKD_OK);
	assert_string_equal(run.error->text, "it is more than 64 deep");
	end();
}

/* Where nobody reads the error. */
static void an_unread_error_fails_the_node(void **state)
{
	(void)state;
	begin(&string_type, &f64_type);
	run.ctx.unread = ERROR;
	assert_reads("1");
	assert_true(give("x", 1) < 0);
	assert_non_null(strstr(run.ctx.error, "cannot read a f64: 'x' is no number of JSON"));
	end();
}

static void a_number_is_no_text(void **state)
{
	struct table_from_json_params params = {.S = &f64_type, .T = &f64_type};
	struct pkd_ctx ctx = {0};
	void *self = fake_self(&table_from_json_methods);

	(void)state;
	assert_true(table_from_json_methods.init(self, &params, &ctx) < 0);
	assert_non_null(strstr(ctx.error, "and not f64"));
	free(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_a_record),
		cmocka_unit_test(other_values_stand_alone),
		cmocka_unit_test(what_strangers_send_is_told),
		cmocka_unit_test(an_unread_error_fails_the_node),
		cmocka_unit_test(a_number_is_no_text),
		cmocka_unit_test(numbers_are_those_of_json),
		cmocka_unit_test(a_number_may_have_any_number_of_digits),
		cmocka_unit_test(the_last_of_equal_members_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
