/* JSON as anybody may send it: what is taken, what is refused and why, and what is read from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/json.h"

enum { MAX_VALUES = 64 };

static struct pkdi_json_value values[MAX_VALUES];

/* The text has no byte behind it, so that what reads on is seen by a sanitizer. */
static struct pkdi_json read_some(const char *text, size_t size, char **ret_copy)
{
	struct pkdi_json json = {.values = values, .max_values = MAX_VALUES};

	*ret_copy = malloc(size + !size);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, text, size);
	pkdi_json_read(&json, *ret_copy, size);
	return json;
}

static void assert_taken(const char *text)
{
	char *copy;
	struct pkdi_json json = read_some(text, strlen(text), &copy);

	if (json.fault)
		print_error("%s: %s at %u\n", text, json.fault, json.fault_at);
	assert_null(json.fault);
	assert_int_equal(json.values[0].next, json.n_values);
	free(copy);
}

static void assert_refused(const char *text, const char *fault, uint32_t at)
{
	char *copy;
	struct pkdi_json json = read_some(text, strlen(text), &copy);

	if (!json.fault)
		print_error("%s is taken\n", text);
	assert_string_equal(json.fault, fault);
	if (json.fault_at != at)
		print_error("%s: at %u\n", text, json.fault_at);
	assert_int_equal(json.fault_at, at);
	free(copy);
}

static void what_the_format_has_is_taken(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		" [ ] ",
		"null",
		"true",
		"false",
		"0",
		"-0",
		"-12.5e+7",
		"1E9",
		"1e-9",
		"\"\"",
		"\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u00e4\\ud83d\\ude00\"",
		"\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"",
		"[1,[2,[]],{\"a\":[{}]}]",
		"{\"a\":1,\"b\":{\"a\":1}}",
		"\t{\n\"a\" :\r1 , \"b\": 2}\n",
		"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_taken(texts[i]);
}

static void anything_else_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_refused("", "ends too early", 0);
	assert_refused("  ", "ends too early", 2);
	assert_refused("nul", "has an unknown word", 0);
	assert_refused("True", "has an unknown word", 0);
	assert_refused("nullx", "goes on behind its end", 4);
	assert_refused("{} {}", "goes on behind its end", 3);
	assert_refused("01", "goes on behind its end", 1);
	assert_refused("+1", "has an unknown word", 0);
	assert_refused("-", "has an unknown word", 1);
	assert_refused(".5", "has an unknown word", 0);
	assert_refused("1.", "has a number without digits behind its point", 2);
	assert_refused("1e", "has a number without digits in its exponent", 2);
	assert_refused("1e+", "has a number without digits in its exponent", 3);
	assert_refused("NaN", "has an unknown word", 0);
	assert_refused("\"a", "has a string without an end", 2);
	assert_refused("\"\\", "has a string without an end", 1);
	assert_refused("\"\\\"", "has a string without an end", 3);
	assert_refused("\"\\a\"", "has an unknown escape", 1);
	assert_refused("\"\\u12g4\"", "has an unknown escape", 1);
	assert_refused("\"\\u12", "has an unknown escape", 1);
	assert_refused("\"\\ud83d\"", "has an unknown escape", 7);
	assert_refused("\"\\ud83d\\n\"", "has an unknown escape", 7);
	assert_refused("\"\\ude00\"", "has an unknown escape", 7);
	assert_refused("\"\n\"", "has a control character in a string", 1);
	assert_refused("\"\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xc0\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xe0\x80\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xed\xa0\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xf0\x80\x80\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xf4\x90\x80\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xf5\x80\x80\x80\"", "is not in UTF-8", 1);
	assert_refused("\"\xe2\x82", "is not in UTF-8", 1);
	assert_refused("[", "ends too early", 1);
	assert_refused("[1", "has an array without an end", 2);
	assert_refused("[1 2]", "has an array without an end", 3);
	assert_refused("[1,]", "has an unknown word", 3);
	assert_refused("[,1]", "has an unknown word", 1);
	assert_refused("{", "has a member without a name", 1);
	assert_refused("{a:1}", "has a member without a name", 1);
	assert_refused("{1:1}", "has a member without a name", 1);
	assert_refused("{\"a\"}", "has a name without ':'", 4);
	assert_refused("{\"a\":}", "has an unknown word", 5);
	assert_refused("{\"a\":1", "has an object without an end", 6);
	assert_refused("{\"a\":1,}", "has a member without a name", 7);
	assert_refused("{\"a\":1,\"b\":[2],\"a\":3}", "says a name twice", 18);
	assert_refused("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "is nested too deeply", 16);
}

static void a_table_that_is_full_takes_no_more(void **state)
{
	char text[3 * MAX_VALUES];
	size_t n = 0;

	(void)state;
	text[n++] = '[';
	for (int i = 1; i < MAX_VALUES; i++) {
		text[n++] = '1';
		text[n++] = ',';
	}
	text[n - 1] = ']';
	text[n] = '\0';
	assert_taken(text);
	text[n - 1] = ',';
	text[n++] = '1';
	text[n++] = ']';
	text[n] = '\0';
	assert_refused(text, "has too many values", 2 * MAX_VALUES - 1);
}

static void members_are_found_by_name(void **state)
{
	const char *text = "{\"a\":[1,{\"id\":2}],\"id\":18446744073709551615,\"on\":true,"
			   "\"name\":\"x\\u00e4\\n\\ud83d\\ude00\",\"off\":false}";
	char *copy, name[32];
	struct pkdi_json json = read_some(text, strlen(text), &copy);
	uint64_t number = 0;
	bool truth = false;

	(void)state;
	assert_null(json.fault);
	assert_true(pkdi_json_unsigned(&json, pkdi_json_member(&json, 0, "id"), &number));
	assert_true(number == UINT64_MAX);
	assert_true(pkdi_json_bool(&json, pkdi_json_member(&json, 0, "on"), &truth) && truth);
	assert_true(pkdi_json_bool(&json, pkdi_json_member(&json, 0, "off"), &truth) && !truth);
	assert_true(pkdi_json_string(&json, pkdi_json_member(&json, 0, "name"), name, 9));
	assert_string_equal(name, "x\xc3\xa4\n\xf0\x9f\x98\x80");
	assert_false(pkdi_json_string(&json, pkdi_json_member(&json, 0, "name"), name, 8));
	assert_int_equal(pkdi_json_member(&json, 0, "i"), PKDI_JSON_NONE);
	assert_int_equal(pkdi_json_member(&json, 0, "idx"), PKDI_JSON_NONE);
	assert_int_equal(pkdi_json_member(&json, 2, "id"), PKDI_JSON_NONE);
	/* What is not there is of no kind. */
	assert_false(pkdi_json_string(&json, PKDI_JSON_NONE, name, sizeof(name)));
	assert_false(pkdi_json_unsigned(&json, PKDI_JSON_NONE, &number));
	assert_false(pkdi_json_bool(&json, PKDI_JSON_NONE, &truth));
	assert_false(pkdi_json_unsigned(&json, pkdi_json_member(&json, 0, "on"), &number));
	free(copy);
}

static void a_number_must_be_whole_and_fit(void **state)
{
	static const char *const others[] = {"-1", "1.0", "1e3", "18446744073709551616",
	                                     "99999999999999999999999"};
	uint64_t number = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		char *copy;
		struct pkdi_json json = read_some(others[i], strlen(others[i]), &copy);

		assert_null(json.fault);
		assert_false(pkdi_json_unsigned(&json, 0, &number));
		free(copy);
	}
}

static void a_string_with_a_nul_is_no_c_string(void **state)
{
	char *copy, text[16];
	struct pkdi_json json = read_some("\"a\\u0000b\"", 10, &copy);

	(void)state;
	assert_null(json.fault);
	assert_false(pkdi_json_string(&json, 0, text, sizeof(text)));
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_format_has_is_taken),
		cmocka_unit_test(anything_else_is_refused_with_its_place),
		cmocka_unit_test(a_table_that_is_full_takes_no_more),
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(a_number_must_be_whole_and_fit),
		cmocka_unit_test(a_string_with_a_nul_is_no_c_string),
	};

	return cmocka_run_group_tests_name("runtime_json", tests, NULL, NULL);
}
