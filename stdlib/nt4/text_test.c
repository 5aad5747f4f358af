/* Text frames: what is JSON, and its parts. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool is_good(const char *text)
{
	return nt4_json_is_good(text, strlen(text));
}

static void json_is_told_from_what_is_none(void **state)
{
	static const char *const good[] = {"[]", " {\"a\" : [1, -2.5e3, true, null]} ",
	                                   "\"\\u00e4\"", "0"};
	static const char *const bad[] = {"",    "[",      "[1,]",    "{\"a\"}",   "{a:1}",
	                                  "01",  "1.",     "\"\\x\"", "\"\\u12\"", "[1] 2",
	                                  "tru", "\"\n\"", "-",       "[\"a]"};
	char deep[2 * NT4_MAX_DEPTH + 3];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(is_good(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(is_good(bad[i]));
	assert_false(nt4_json_is_good("[]\0", 3));
	memset(deep, '[', NT4_MAX_DEPTH);
	memset(deep + NT4_MAX_DEPTH, ']', NT4_MAX_DEPTH);
	deep[2 * NT4_MAX_DEPTH] = '\0';
	assert_true(is_good(deep));
	memset(deep, '[', NT4_MAX_DEPTH + 1);
	memset(deep + NT4_MAX_DEPTH + 1, ']', NT4_MAX_DEPTH + 1);
	deep[2 * NT4_MAX_DEPTH + 2] = '\0';
	assert_false(is_good(deep));
}

static void parts_are_found(void **state)
{
	static const char text[] = "{\"a\": [1, \"x\"], \"b\":{}, \"a\" :5.0}";
	const struct nt4_json all = {text, sizeof(text) - 1};
	struct nt4_json part;
	int64_t whole;

	(void)state;
	assert_true(nt4_json_member(&all, "a", &part));
	assert_true(nt4_json_whole(&part, &whole)); /* the last one, and it is whole */
	assert_int_equal(whole, 5);
	assert_true(nt4_json_member(&all, "b", &part));
	assert_true(nt4_json_is(&part, "{}"));
	assert_false(nt4_json_member(&all, "c", &part));
}

static void check_string(const char *json, const char *text)
{
	const struct nt4_json part = {json, strlen(json)};
	char *got = nt4_json_string(&part);

	if (text)
		assert_string_equal(got, text);
	else
		assert_null(got);
	free(got);
}

static void strings_are_unescaped(void **state)
{
	(void)state;
	check_string("\"a\\n\\\"\\\\\\/\\u00e4\\u20ac\"", "a\n\"\\/ä€");
	check_string("\"\\ud83d\\ude00\"", "😀");
	check_string("\"\\ud83dx\"", "\xef\xbf\xbdx");
	check_string("\"a\\u0000b\"", NULL);
	check_string("5", NULL);
	check_string("\"\"", "");
}

static void messages_are_one_frame_or_several(void **state)
{
	struct nt4_buffer messages = {0}, frame = {0};
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		nt4_message_begin(&messages, "unpublish");
		nt4_message_whole(&messages, "pubuid", i);
		nt4_message_end(&messages);
	}
	nt4_messages_take(&messages, &at, 1, &frame);
	nt4_buffer_put(&frame, "", 1);
	assert_string_equal(frame.data, "[{\"method\":\"unpublish\",\"params\":{\"pubuid\":0}}]");
	frame.n = 0;
	nt4_messages_take(&messages, &at, 9, &frame);
	assert_true(nt4_json_is_good(frame.data, frame.n));
	assert_int_equal(messages.n, 0);
	assert_int_equal(at, 0);
	nt4_buffer_free(&messages);
	nt4_buffer_free(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_told_from_what_is_none),
		cmocka_unit_test(parts_are_found),
		cmocka_unit_test(strings_are_unescaped),
		cmocka_unit_test(messages_are_one_frame_or_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
