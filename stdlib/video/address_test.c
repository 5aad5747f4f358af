/* Users and passwords in addresses, and messages without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

#include <cmocka.h>

static void becomes(const char *address, const char *user, const char *password,
                    const char *expected)
{
	char *whole = media_address_with(address, user, password);

	assert_string_equal(whole, expected);
	free(whole);
}

static void what_is_no_letter_is_encoded(void **state)
{
	(void)state;
	becomes("http://camera/1?a=b", "", "", "http://camera/1?a=b");
	becomes("rtsp://camera:554/1", "me", "a:b/c@d e%",
	        "rtsp://me:a%3Ab%2Fc%40d%20e%25@camera:554/1");
	becomes("http://camera", "m\xc3\xa9", "", "http://m%C3%A9:@camera");
}

static void a_user_stands_before_the_host(void **state)
{
	(void)state;
	assert_true(media_address_has_user("rtsp://me@camera/"));
	assert_true(media_address_has_user("rtsp://me:p@ss@camera"));
	assert_false(media_address_has_user("http://camera/a@b"));
	assert_false(media_address_has_user("http://camera?mail=a@b"));
	assert_false(media_address_has_user("camera@b"));
}

static void shows(const char *address, const char *message, const char *expected)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", message);
	media_address_hide(address, text);
	assert_string_equal(text, expected);
}

static void a_password_is_hidden_as_it_is_and_encoded(void **state)
{
	static const char address[] = "http://me:a%40b%20c@camera/";

	(void)state;
	shows(address, "cannot open http://me:a%40b%20c@camera/",
	      "cannot open http://me:*@camera/");
	shows(address, "a@b c, or a%40b%20c, or a@b ca@b c", "*, or *, or **");
	shows("http://me:x@camera/", "xx", "**");
	shows("http://me:p@ss@camera/", "no p@ss", "no *");
	shows("http://me:@camera/", "as it was", "as it was");
	shows("http://me@camera/", "as it was", "as it was");
	shows("http://camera/", "as it was", "as it was");
}

static void what_only_looks_encoded_is_left(void **state)
{
	(void)state;
	shows("http://me:100%@camera/", "is it 100%?", "is it *?");
	shows("http://me:%zz%4@camera/", "is it %zz%4?", "is it *?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_letter_is_encoded),
		cmocka_unit_test(a_user_stands_before_the_host),
		cmocka_unit_test(a_password_is_hidden_as_it_is_and_encoded),
		cmocka_unit_test(what_only_looks_encoded_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
