/* Numbers, names and settings as people, and configuration files, have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pkd/values.h"
#include "pkd/words.h"

static char text[WORDS_SIZE];

static void bytes_have_two_digits_and_a_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0 B"},           {1023, "1023 B"},       {1024, "1.0 KiB"},
		{10188, "9.9 KiB"},   {10240, "10 KiB"},      {1047552, "1023 KiB"},
		{1048064, "1.0 MiB"}, {UINT64_MAX, "16 EiB"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		words_bytes(rows[i].bytes, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void times_have_their_unit(void **state)
{
	static const struct {
		int64_t ns;
		const char *step, *duration;
	} rows[] = {
		{0, "0ns", "0.0s"},
		{999, "999ns", "0.0s"},
		{12345, "12us", "0.0s"},
		{999499, "999us", "0.0s"},
		{999500, "1.00ms", "0.0s"},
		{45040000, "45.0ms", "0.0s"},
		{999600000, "1.00s", "0.9s"},
		{INT64_C(59900000000), "59.9s", "59s"},
		{INT64_C(125000000000), "125s", "2m 05s"},
		{INT64_C(11220000000000), "11220s", "3h 07m"},
		{INT64_C(1051200000000000), "1051200s", "12d 4h"},
		{INT64_MAX, "9223372037s", "106751d 23h"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		words_step(rows[i].ns, text);
		assert_string_equal(text, rows[i].step);
		words_duration(rows[i].ns, text);
		assert_string_equal(text, rows[i].duration);
	}
	words_duration(-1, text);
	assert_string_equal(text, "-");
}

static void rates_and_shares_keep_their_width(void **state)
{
	static const struct {
		double rate;
		const char *rate_text, *share_text;
	} rows[] = {
		{0, "0", "0.0%"},       {0.25, "0.25", "25.0%"}, {0.9996, "1.00", "100%"},
		{30, "30.0", "3000%"},  {999.94, "999.9", NULL}, {1250, "1250", NULL},
		{125000, "125k", NULL}, {-1, "0", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		words_rate(rows[i].rate, text);
		assert_string_equal(text, rows[i].rate_text);
		if (!rows[i].share_text)
			continue;
		words_share(rows[i].rate, text);
		assert_string_equal(text, rows[i].share_text);
	}
}

static void a_count_is_cut_to_its_width(void **state)
{
	(void)state;
	words_count(12345678, 8, text);
	assert_string_equal(text, "12345678");
	words_count(123456789, 8, text);
	assert_string_equal(text, "123456k");
	words_count(UINT64_MAX, 8, text);
	assert_string_equal(text, "18446P");
	words_count(UINT64_MAX, 9, text);
	assert_string_equal(text, "18446744T");
}

static void a_long_name_keeps_both_ends(void **state)
{
	char name[32];

	(void)state;
	words_shorten("expression_12", 13, name, sizeof(name));
	assert_string_equal(name, "expression_12");
	words_shorten("expression_12", 10, name, sizeof(name));
	assert_string_equal(name, "expr..n_12");
	words_shorten("expression_12", 3, name, sizeof(name));
	assert_string_equal(name, "exp");
	words_shorten("expression_12", 100, name, 8);
	assert_string_equal(name, "exp..12");
	words_shorten("", 4, name, sizeof(name));
	assert_string_equal(name, "");
}

static void the_nearest_name_is_found(void **state)
{
	static const char *const names[] = {"robot", "people", "top"};

	(void)state;
	assert_string_equal(words_nearest("robt", names, 3), "robot");
	assert_string_equal(words_nearest("ROBOT", names, 3), "robot");
	assert_string_equal(words_nearest("poeple", names, 3), "people");
	assert_string_equal(words_nearest("tpo", names, 3), "top");
	assert_null(words_nearest("x", names, 3));
	assert_null(words_nearest("camera", names, 3));
	assert_null(words_nearest("", names, 3));
	assert_null(words_nearest("robot", names, 0));
}

static void a_setting_is_read_back_as_it_is(void **state)
{
	char line[64];

	(void)state;
	assert_true(words_setting("gain", "1.5", false, line, sizeof(line)));
	assert_string_equal(line, "gain = 1.5");
	assert_true(words_setting("a.b", "1,2,3", false, line, sizeof(line)));
	assert_string_equal(line, "a.b = 1,2,3");
	assert_true(words_setting("t", "a \"b\" # \\ \n\t", true, line, sizeof(line)));
	assert_string_equal(line, "t = \"a \\\"b\\\" # \\\\ \\n\\t\"");
	assert_true(words_setting("t", "", true, line, sizeof(line)));
	assert_string_equal(line, "t = \"\"");
	/* What would be read as something else. */
	assert_false(words_setting("n", "", false, line, sizeof(line)));
	assert_false(words_setting("n", "1 # 2", false, line, sizeof(line)));
	assert_false(words_setting("n", "1\n2", false, line, sizeof(line)));
	assert_false(words_setting("n", " 1", false, line, sizeof(line)));
	/* What does not fit. */
	assert_true(words_setting("t", "12", true, line, sizeof("t = \"12\"")));
	assert_false(words_setting("t", "12", true, line, sizeof("t = \"12\"") - 1));
	assert_false(words_setting("t", "12", true, line, 1));
}

static void requests_are_json(void **state)
{
	char gain[] = "gain=1.5", title[] = "title=a=\"b\"\n", again[] = "ga-in=1",
	     other[] = "ga_in=2";
	char *words[] = {gain, title}, *twice[] = {again, other};
	const char *found = NULL;
	char *request;

	(void)state;
	request = values_settings(words, 2, 812, UINT64_MAX, &found);
	assert_string_equal(
		request,
		"{\"values\":{\"gain\":\"1.5\",\"title\":\"a=\\\"b\\\"\\u000a\"},\"at\":812}");
	free(request);
	request = values_settings(words, 1, UINT64_MAX, 1000, &found);
	assert_string_equal(request, "{\"values\":{\"gain\":\"1.5\"},\"wait_ms\":1000}");
	free(request);
	assert_null(found);
	assert_null(values_settings(twice, 2, 0, 0, &found));
	assert_ptr_equal(found, other);
	request = values_words("names", words, 1, -1);
	assert_string_equal(request, "{\"names\":[\"gain=1.5\"]}");
	free(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_have_two_digits_and_a_unit),
		cmocka_unit_test(times_have_their_unit),
		cmocka_unit_test(rates_and_shares_keep_their_width),
		cmocka_unit_test(a_count_is_cut_to_its_width),
		cmocka_unit_test(a_long_name_keeps_both_ends),
		cmocka_unit_test(the_nearest_name_is_found),
		cmocka_unit_test(a_setting_is_read_back_as_it_is),
		cmocka_unit_test(requests_are_json),
	};

	return cmocka_run_group_tests_name("pkd_words", tests, NULL, NULL);
}
