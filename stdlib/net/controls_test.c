/* What a command says of controls, put into the text that a camera has. */
#include "controls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char text[NET_CONTROLS_SIZE], wrong[NET_WRONG_SIZE];

static int merge(const char *held, const char *query)
{
	const struct net_text all = {query, strlen(query)};

	snprintf(text, sizeof(text), "%s", held);
	return net_controls_merge(&all, text, wrong);
}

static void they_take_the_place_of_those_before(void **state)
{
	(void)state;
	assert_int_equal(merge("", "action=command&brightness=5"), 1);
	assert_string_equal(text, "brightness=5");
	assert_int_equal(merge("a=1, brightness = 5,b=2", "brightness=-7&auto_exposure=true"), 2);
	assert_string_equal(text, "a=1, b=2,brightness=-7,auto_exposure=1");
	assert_int_equal(merge("a=1,b=2", "b=3"), 1);
	assert_string_equal(text, "a=1,b=3");
	assert_int_equal(merge("b=2", "b=3&b=4"), 2);
	assert_string_equal(text, "b=4");
	assert_int_equal(merge("ab=2", "b=3"), 1);
	assert_string_equal(text, "ab=2,b=3");
}

static void other_keys_count_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(merge("a=1", "action=command&fps=5&resolution=3x4&compression=1&parts=x"),
	                 0);
	assert_int_equal(merge("a=1", "1488=&_=17&&x%00=2&%zz=1&A=5"), 0);
	assert_string_equal(text, "a=1");
}

static void what_is_no_number_is_told(void **state)
{
	static const char *const queries[] = {"gain=",    "gain=x",           "gain=1,b=2",
	                                      "gain=1.5", "gain=99999999999", "gain=--1"};

	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		assert_int_equal(merge("", queries[i]), -1);
		assert_non_null(strstr(wrong, "gain: '"));
	}
}

static void there_is_an_end_to_them(void **state)
{
	char query[8000] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		n += (size_t)snprintf(query + n, sizeof(query) - n, "&control_%d=%d", i, i);
	assert_int_equal(merge("", query), -1);
	assert_non_null(strstr(wrong, "too many controls"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_take_the_place_of_those_before),
		cmocka_unit_test(other_keys_count_for_nothing),
		cmocka_unit_test(what_is_no_number_is_told),
		cmocka_unit_test(there_is_an_end_to_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
