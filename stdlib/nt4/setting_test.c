/* Values of parameters as those of topics, and back. */
#include "setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static char text[NT4_SETTING_SIZE];

static const char *back(enum pkd_kind kind, int type, const char *from)
{
	struct nt4_buffer sent = {0};

	text[0] = '\0';
	nt4_setting_put(&sent, kind, from, type);
	assert_true(nt4_setting_read(kind, sent.data, sent.n, text));
	nt4_buffer_free(&sent);
	return text;
}

static void numbers_are_doubles_where_those_hold_them(void **state)
{
	(void)state;
	assert_string_equal(nt4_setting_type(PKD_I32), "double");
	assert_string_equal(nt4_setting_type(PKD_U8), "double");
	assert_string_equal(nt4_setting_type(PKD_F32), "double");
	assert_string_equal(nt4_setting_type(PKD_U64), "int");
	assert_string_equal(nt4_setting_type(PKD_ENUM), "string");
	assert_string_equal(back(PKD_I32, NT4_DOUBLE, "-7"), "-7");
	assert_string_equal(back(PKD_U32, NT4_DOUBLE, "4294967295"), "4294967295");
	assert_string_equal(back(PKD_U32, NT4_INT, "4294967295"), "4294967295");
	assert_string_equal(back(PKD_F64, NT4_DOUBLE, "0.1"), "0.1");
	assert_string_equal(back(PKD_F64, NT4_INT, "4"), "4");
	assert_true(nt4_setting_fits(PKD_I32, "int") && nt4_setting_fits(PKD_F32, "float"));
	assert_true(nt4_setting_fits(PKD_U64, "double"));
	assert_false(nt4_setting_fits(PKD_F64, "int") || nt4_setting_fits(PKD_BOOL, "int"));
}

static void numbers_of_64_bits_lose_nothing(void **state)
{
	(void)state;
	assert_string_equal(back(PKD_I64, NT4_INT, "9223372036854775807"), "9223372036854775807");
	assert_string_equal(back(PKD_I64, NT4_INT, "-9223372036854775808"), "-9223372036854775808");
	assert_string_equal(back(PKD_I64, NT4_INT, "9007199254740993"), "9007199254740993");
	assert_string_equal(back(PKD_U64, NT4_INT, "18446744073709551615"), "18446744073709551615");
	assert_string_equal(back(PKD_I64, NT4_DOUBLE, "4611686018427387904"),
	                    "4611686018427387904");
}

static void strings_are_long(void **state)
{
	char from[NT4_SETTING_SIZE];

	(void)state;
	memset(from, 'a', sizeof(from) - 1);
	from[sizeof(from) - 1] = '\0';
	assert_string_equal(back(PKD_STRING, NT4_STRING, from), from);
}

static void what_is_none_is_refused(void **state)
{
	struct nt4_buffer value = {0};

	(void)state;
	nt4_put_string(&value, "5", 1);
	assert_false(nt4_setting_read(PKD_I32, value.data, value.n, text));
	assert_true(nt4_setting_read(PKD_TIME, value.data, value.n, text));
	value.n = 0;
	nt4_put_string(&value, "a\0b", 3);
	assert_false(nt4_setting_read(PKD_STRING, value.data, value.n, text));
	value.n = 0;
	nt4_put_double(&value, 1);
	assert_false(nt4_setting_read(PKD_BOOL, value.data, value.n, text));
	value.n = 0;
	nt4_put_double(&value, 1e300); /* the program says that it is none */
	assert_true(nt4_setting_read(PKD_I64, value.data, value.n, text));
	assert_false(nt4_setting_read(PKD_I64, value.data, 0, text));
	nt4_buffer_free(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_doubles_where_those_hold_them),
		cmocka_unit_test(numbers_of_64_bits_lose_nothing),
		cmocka_unit_test(strings_are_long),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
