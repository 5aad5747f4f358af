/* Requests of HTTP as anybody may send them: what is taken, what is refused, and what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/http.h"

/* The text has no byte behind it, so that what reads on is seen by a sanitizer. The parts of what
 * is read lie in it: freed with the next one. */
static char *copy;

static enum pkdi_http_end read_some(const char *text, size_t n, struct pkdi_http *http)
{
	size_t size = 0;
	enum pkdi_http_end end;

	free(copy);
	copy = malloc(n + !n);
	assert_non_null(copy);
	memcpy(copy, text, n);
	end = pkdi_http_read(copy, n, http, &size);
	if (end == PKDI_HTTP_WHOLE)
		assert_int_equal(size, n);
	return end;
}

static struct pkdi_http taken(const char *text)
{
	struct pkdi_http http = {0};
	enum pkdi_http_end end = read_some(text, strlen(text), &http);

	if (end != PKDI_HTTP_WHOLE)
		print_error("%d for %s\n", end, text);
	assert_int_equal(end, PKDI_HTTP_WHOLE);
	return http;
}

static void assert_end(const char *text, enum pkdi_http_end wanted)
{
	struct pkdi_http http;
	enum pkdi_http_end end = read_some(text, strlen(text), &http);

	if (end != wanted)
		print_error("%d for %s\n", end, text);
	assert_int_equal(end, wanted);
}

static void assert_text(const struct pkdi_http_text *text, const char *wanted)
{
	assert_true(pkdi_http_is(text, wanted));
}

static int forget(void **state)
{
	(void)state;
	free(copy);
	copy = NULL;
	return 0;
}

static void its_parts_are_read(void **state)
{
	struct pkdi_http http = taken(
		"GET /metrics?a=1&token=x.y HTTP/1.1\r\nHost: 127.0.0.1:94\r\n"
		"origin:\thttp://a \r\nAUTHORIZATION: bearer  secret\r\n\r\n");
	struct pkdi_http_text text;

	(void)state;
	assert_text(&http.method, "GET");
	assert_text(&http.path, "/metrics");
	assert_text(&http.query, "a=1&token=x.y");
	assert_text(&http.host, "127.0.0.1:94");
	assert_text(&http.origin, "http://a");
	text = pkdi_http_query(&http.query, "token");
	assert_text(&text, "x.y");
	text = pkdi_http_query(&http.query, "toke");
	assert_null(text.at);
	text = pkdi_http_bearer(&http);
	assert_text(&text, "secret");
	assert_int_equal(http.minor, 1);
	assert_false(http.closes);
	assert_false(http.has_body);
}

static void what_is_not_there_is_null(void **state)
{
	struct pkdi_http http =
		taken("HEAD / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic b\r\n\r\n");
	struct pkdi_http_text text;

	(void)state;
	assert_null(http.query.at);
	assert_null(http.origin.at);
	text = pkdi_http_query(&http.query, "token");
	assert_null(text.at);
	text = pkdi_http_bearer(&http);
	assert_null(text.at);
	assert_false(pkdi_http_is(&text, ""));
}

static void connections_are_kept_unless_told_otherwise(void **state)
{
	(void)state;
	assert_false(taken("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").closes);
	assert_true(taken("GET / HTTP/1.1\r\nHost: a\r\nConnection: x ,  Close\r\n\r\n").closes);
	assert_true(taken("GET / HTTP/1.0\r\nHost: a\r\n\r\n").closes);
	assert_false(taken("GET / HTTP/1.9\r\nHost: a\r\n\r\n").closes);
}

static void a_body_is_noticed(void **state)
{
	(void)state;
	assert_false(taken("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").has_body);
	assert_true(taken("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n").has_body);
	assert_true(taken("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n").has_body);
}

static void a_host_in_the_target_counts(void **state)
{
	struct pkdi_http http = taken("GET http://b:1/c HTTP/1.1\r\nHost: a\r\n\r\n");

	(void)state;
	assert_text(&http.host, "b:1");
	assert_text(&http.path, "/c");
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost:\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET http://b/c HTTP/1.1\r\n\r\n",
		"GET http://b/c HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET http:///c HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://b HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET metrics HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
		"GET / HTTP/11\r\nHost: a\r\n\r\n",
		"GET / http/1.1\r\nHost: a\r\n\r\n",
		"G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
		" GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
		"GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
		"GET / HTTP/1.1\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nB\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nB: \x01\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nOrigin: b\r\nOrigin: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: b\r\nAuthorization: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_end(bad[i], PKDI_HTTP_BAD);
	assert_end("GET / HTTP/2.0\r\nHost: a\r\n\r\n", PKDI_HTTP_VERSION);
}

static void a_part_waits_for_its_rest(void **state)
{
	static const char whole[] = "\r\nGET /metrics HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
	struct pkdi_http http;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_int_equal(read_some(whole, n, &http), PKDI_HTTP_PART);
	assert_int_equal(read_some(whole, sizeof(whole) - 1, &http), PKDI_HTTP_WHOLE);
}

static void a_head_has_a_largest_size(void **state)
{
	static char text[PKDI_HTTP_SIZE + 1];
	static const char begin[] = "GET / HTTP/1.1\r\nHost: a\r\nB: ";
	struct pkdi_http http;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, begin, sizeof(begin) - 1);
	assert_int_equal(read_some(text, PKDI_HTTP_SIZE - 1, &http), PKDI_HTTP_PART);
	assert_int_equal(read_some(text, PKDI_HTTP_SIZE, &http), PKDI_HTTP_TOO_LARGE);
	memcpy(text + PKDI_HTTP_SIZE - 4, "\r\n\r\n", 4);
	assert_int_equal(read_some(text, PKDI_HTTP_SIZE, &http), PKDI_HTTP_WHOLE);
	memcpy(text + PKDI_HTTP_SIZE - 4, "x\r\n\r\n", 5);
	assert_int_equal(read_some(text, PKDI_HTTP_SIZE + 1, &http), PKDI_HTTP_TOO_LARGE);
	for (size_t i = 0; i < PKDI_HTTP_SIZE; i++)
		text[i] = i % 2 ? '\n' : '\r';
	assert_int_equal(read_some(text, PKDI_HTTP_SIZE, &http), PKDI_HTTP_TOO_LARGE);
}

static void the_next_request_begins_behind(void **state)
{
	static const char two[] =
		"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
	struct pkdi_http http;
	size_t size = 0, next = 0;

	(void)state;
	assert_int_equal(pkdi_http_read(two, sizeof(two) - 1, &http, &size), PKDI_HTTP_WHOLE);
	assert_text(&http.path, "/a");
	assert_int_equal(pkdi_http_read(two + size, sizeof(two) - 1 - size, &http, &next),
	                 PKDI_HTTP_WHOLE);
	assert_text(&http.path, "/b");
	assert_int_equal(size + next, sizeof(two) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(its_parts_are_read, forget),
		cmocka_unit_test_teardown(what_is_not_there_is_null, forget),
		cmocka_unit_test_teardown(connections_are_kept_unless_told_otherwise, forget),
		cmocka_unit_test_teardown(a_body_is_noticed, forget),
		cmocka_unit_test_teardown(a_host_in_the_target_counts, forget),
		cmocka_unit_test_teardown(anything_else_is_refused, forget),
		cmocka_unit_test_teardown(a_part_waits_for_its_rest, forget),
		cmocka_unit_test_teardown(a_head_has_a_largest_size, forget),
		cmocka_unit_test(the_next_request_begins_behind),
	};

	return cmocka_run_group_tests_name("runtime_http", tests, NULL, NULL);
}
