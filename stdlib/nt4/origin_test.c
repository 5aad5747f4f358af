/* Which pages may connect. */
#include "origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void hosts_of_this_machine(void **state)
{
	(void)state;
	assert_true(nt4_host_is_local("localhost"));
	assert_true(nt4_host_is_local("Localhost:5810"));
	assert_true(nt4_host_is_local("127.0.0.1:5810") && nt4_host_is_local("[::1]:5810"));
	assert_false(nt4_host_is_local("127.0.0.1.evil.example:5810"));
	assert_false(nt4_host_is_local("[::1].evil.example"));
	assert_false(nt4_host_is_local("[::1") || nt4_host_is_local(""));
	assert_false(nt4_host_is_local("localhost:80@evil.example"));
	assert_false(nt4_host_is_local("localhost.evil.example"));
	assert_false(nt4_host_is_local("attacker.example:5810"));
}

static void pages_of_this_machine(void **state)
{
	const char *host = "127.0.0.1:5810";

	(void)state;
	assert_true(nt4_origin_is_good("http://localhost:3000", host, ""));
	assert_true(nt4_origin_is_good("https://[::1]", host, ""));
	assert_true(nt4_origin_is_good("file://", host, ""));
	assert_false(nt4_origin_is_good("null", host, ""));
	assert_false(nt4_origin_is_good("", host, ""));
	assert_false(nt4_origin_is_good("http://attacker.example", host, ""));
	assert_false(nt4_origin_is_good("http://localhost.attacker.example", host, ""));
	assert_false(nt4_origin_is_good("ftp://localhost", host, ""));
}

static void pages_of_the_server_itself(void **state)
{
	(void)state;
	assert_true(nt4_origin_is_good("http://10.15.18.2:5800", "10.15.18.2:5810", ""));
	assert_true(nt4_origin_is_good("http://robot.local", "robot.local:5810", ""));
	assert_false(nt4_origin_is_good("http://10.15.18.3", "10.15.18.2:5810", ""));
	/* Its owner's server of names may say any address. */
	assert_false(nt4_origin_is_good("http://evil.example", "evil.example:5810", ""));
}

static void pages_that_are_listed(void **state)
{
	const char *list = "https://dash.example, null";

	(void)state;
	assert_true(nt4_origin_is_good("https://dash.example", "10.15.18.2", list));
	assert_true(nt4_origin_is_good("null", "10.15.18.2", list));
	assert_false(nt4_origin_is_good("https://dash.example.evil", "10.15.18.2", list));
	assert_false(nt4_origin_is_good("https://dash", "10.15.18.2", list));
	assert_true(nt4_origin_is_good("http://any.example", "10.15.18.2", "*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_of_this_machine),
		cmocka_unit_test(pages_of_this_machine),
		cmocka_unit_test(pages_of_the_server_itself),
		cmocka_unit_test(pages_that_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
