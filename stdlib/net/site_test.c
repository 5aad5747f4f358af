/* Whose requests are taken: names of this machine, and pages of other sites. */
#include "site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct net_request request;

static void read_lines(const char *lines)
{
	static char text[1024];
	size_t size;

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", lines);
	assert_int_equal(net_request_read(text, strlen(text), &request, &size), NET_WHOLE);
}

static bool is_for_local(const char *host)
{
	char line[512];

	snprintf(line, sizeof(line), "Host: %s\r\n", host);
	read_lines(line);
	return net_is_for_local(&request);
}

static void names_of_this_machine_are_known(void **state)
{
	static const char *const ours[] = {
		"localhost",     "localhost:1181", "LocalHost:1181", "localhost.",
		"localhost.:80", "localhost:",     "127.0.0.1:1181", "127.1",
		"127.0.0.2",     "[::1]",          "[::1]:1181"};
	static const char *const others[] = {"",
	                                     "evil.example",
	                                     "localhost.evil.example",
	                                     "localhost:80.example",
	                                     "localhost..",
	                                     "[::1].evil.example",
	                                     "[::1]x",
	                                     "[::1",
	                                     "[::2]",
	                                     "[::1]:80x",
	                                     "127.0.0.1.evil.example",
	                                     "127.evil.example",
	                                     "127.",
	                                     "localhost:80:80",
	                                     "xlocalhost",
	                                     "10.0.0.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!is_for_local(ours[i]))
			fail_msg("'%s' is refused", ours[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_for_local(others[i]))
			fail_msg("'%s' is taken", others[i]);
	read_lines("");
	assert_true(net_is_for_local(&request));
}

static void a_page_of_another_site_is_known(void **state)
{
#define BROWSER "User-Agent: Mozilla/5.0\r\n"
	static const char *const ours[] = {
		"", /* WPILib's clients, curl */
		"User-Agent: curl/8.5.0\r\n",
		"Origin: http://robot:1181\r\n",
		BROWSER "Referer: http://robot:1181/\r\n",
		BROWSER "referer: HTTP://Robot:1181/?action=x\r\n",
		BROWSER "Referer: http://robot:1181\r\n",
		BROWSER "Origin: http://robot:1181\r\n",
		BROWSER "Sec-Fetch-Site: same-origin\r\n",
		BROWSER "Sec-Fetch-Site: none\r\n",
	};
	static const char *const others[] = {
		/* A picture of a page elsewhere, which asks by http:// at another machine. */
		BROWSER "Referer: http://evil.example/\r\n",
		BROWSER "Referer: https://evil.example/http://robot:1181/\r\n",
		BROWSER "Referer: http://robot:1181.evil.example/\r\n",
		BROWSER "Referer: http://robot:11811/\r\n",
		BROWSER "Referer: http://robot/\r\n",
		"Referer: http://evil.example/\r\n",
		/* One that forbids the Referer. */
		BROWSER,
		BROWSER "Referer:\r\n",
		BROWSER "Origin: null\r\n",
		BROWSER "Origin: http://evil.example\r\nReferer: http://robot:1181/\r\n",
		BROWSER "Sec-Fetch-Site: cross-site\r\nReferer: http://robot:1181/\r\n",
		"Sec-Fetch-Site: same-site\r\n",
	};
	char lines[512];

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		snprintf(lines, sizeof(lines), "Host: robot:1181\r\n%s", ours[i]);
		read_lines(lines);
		if (!net_is_of_ours(&request))
			fail_msg("'%s' is refused", ours[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(lines, sizeof(lines), "Host: robot:1181\r\n%s", others[i]);
		read_lines(lines);
		if (net_is_of_ours(&request))
			fail_msg("'%s' is taken", others[i]);
	}
	read_lines("Host:\r\nOrigin: http://\r\n");
	assert_false(net_is_of_ours(&request));
	read_lines("Origin: http://robot\r\n");
	assert_false(net_is_of_ours(&request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_this_machine_are_known),
		cmocka_unit_test(a_page_of_another_site_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
