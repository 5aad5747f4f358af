/* Requests, whole, in parts and wrong; and what they wish. */
#include "wish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct net_request request;
static struct net_wish wish;
static char wrong[NET_WRONG_SIZE];
static int status;

/* Its size, with no byte behind it. */
static size_t read_whole(const char *text)
{
	size_t size = 0, n = strlen(text);

	assert_int_equal(net_request_read(text, n, &request, &size), NET_WHOLE);
	for (size_t k = 0; k < size; k++) {
		struct net_request part;
		size_t none;

		assert_int_equal(net_request_read(text, k, &part, &none), NET_PART);
	}
	return size;
}

static void is_bad(const char *text, int expected)
{
	size_t size;

	assert_int_equal(net_request_read(text, strlen(text), &request, &size), NET_BAD);
	if (request.status != expected)
		fail_msg("'%s': %d %s", text, request.status, request.wrong);
}

static enum net_action action_of(const char *method, const char *target)
{
	static char text[1024];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", method, target);
	read_whole(text);
	return net_wish_read(&request, &wish, &status, wrong);
}

static void is_refused(const char *target, int expected, const char *words)
{
	assert_int_equal(action_of("GET", target), NET_REFUSED);
	assert_int_equal(status, expected);
	if (!strstr(wrong, words))
		fail_msg("'%s': %s", target, wrong);
}

/* ---- Tests ---- */

static void a_request_is_read_line_by_line(void **state)
{
	const char text[] = "GET /a?b=c&d HTTP/1.1\r\nHost: robot:1181\r\nUser-Agent: "
			    "mozilla/5.0\r\nConnection: close\r\nContent-Length: 3\r\n\r\n";

	(void)state;
	assert_int_equal(read_whole(text), strlen(text));
	assert_true(net_text_is(&request.path, "/a"));
	assert_true(net_text_is(&request.query, "b=c&d"));
	assert_true(net_text_is(&request.host, "robot:1181"));
	assert_true(request.is_of_browser);
	assert_false(request.keeps_alive);
	assert_int_equal(request.body, 3);
	/* The next one is left alone; line ends may be LF, and empty lines stand before. */
	assert_int_equal(read_whole("\r\n\nPOST /stream HTTP/1.0\nX:\n\nGET"), 29);
	assert_int_equal(request.method, NET_POST);
	assert_false(request.is_of_browser || request.keeps_alive);
	read_whole("GET http://robot/x HTTP/1.1\r\n\r\n");
	assert_true(net_text_is(&request.path, "/x"));
	assert_true(request.keeps_alive);
}

static void what_is_no_request_is_refused(void **state)
{
	char *large = malloc(NET_REQUEST_SIZE + 1);

	(void)state;
	is_bad("GET /\r\n\r\n", 400);
	is_bad("GET / HTTP/2.0\r\n\r\n", 505);
	is_bad("GET / HTTPS\r\n\r\n", 400);
	is_bad("BREW / HTTP/1.1\r\n\r\n", 405);
	is_bad("GET * HTTP/1.1\r\n\r\n", 400);
	is_bad("G\001T / HTTP/1.1\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\nHost\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400);
	is_bad("GET / HTTP/1.1\r\nContent-Length: 4294967297\r\n\r\n", 413);
	is_bad("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
	memset(large, 'a', NET_REQUEST_SIZE);
	large[NET_REQUEST_SIZE] = '\0';
	is_bad(large, 431);
	free(large);
}

static void paths_are_those_of_camera_servers(void **state)
{
	(void)state;
	assert_int_equal(action_of("GET", "/"), NET_PAGE);
	assert_int_equal(action_of("GET", "/?t=17"), NET_PAGE);
	assert_int_equal(action_of("GET", "/stream.mjpg"), NET_STREAM);
	assert_int_equal(action_of("GET", "/stream.mjpg?"), NET_STREAM);
	assert_int_equal(action_of("GET", "/?action=stream"), NET_STREAM);
	assert_int_equal(action_of("GET", "/?action=stream&"), NET_STREAM);
	assert_int_equal(action_of("POST", "/stream"), NET_STREAM);
	assert_int_equal(action_of("GET", "/?t=1&action=snapshot"), NET_SNAPSHOT);
	assert_int_equal(action_of("GET", "/?action=command&fps=1"), NET_COMMAND);
	assert_int_equal(action_of("HEAD", "/settings.json"), NET_SETTINGS);
	assert_int_equal(action_of("GET", "/config.json"), NET_CONFIG);
	is_refused("/other", 404, "there is no such path");
	is_refused("/?action=fly", 404, "action: 'fly' is not stream, snapshot or command");
	assert_int_equal(action_of("POST", "/?action=command"), NET_REFUSED);
	assert_int_equal(status, 405);
}

static void a_wish_is_read_or_refused(void **state)
{
	(void)state;
	action_of("GET", "/stream.mjpg?resolution=320x240&fps=15&compression=30");
	assert_int_equal(wish.width, 320);
	assert_int_equal(wish.height, 240);
	assert_int_equal(wish.fps, 15);
	assert_int_equal(wish.quality, 30);
	assert_false(wish.is_ahead);
	/* What a dashboard leaves at its default, and characters that were escaped. */
	assert_int_equal(action_of("GET", "/?action=stream&resolution=0x0&fps=-1&compression=-1"),
	                 NET_STREAM);
	assert_int_equal(wish.width + wish.height + wish.fps + wish.quality, 0);
	assert_int_equal(action_of("GET", "/stream.mjpg?resolution=3%320x240&compression=0"),
	                 NET_STREAM);
	assert_int_equal(wish.width, 320);
	assert_int_equal(wish.quality, 1);
	assert_int_equal(action_of("GET", "/stream.mjpg?fps=99999999999999999999"), NET_STREAM);
	assert_int_equal(wish.fps, 65535);
	is_refused("/stream.mjpg?resolution=320", 400,
	           "resolution: '320' is not WIDTHxHEIGHT, such as 320x240");
	is_refused("/stream.mjpg?fps=fast", 400, "fps: 'fast' is not a whole number");
	is_refused("/stream.mjpg?fps=%0d%0a", 400, "fps: '…' is not a whole number");
	is_refused("/stream.mjpg?fps=%3", 400, "fps: '…' is not");
	is_refused("/stream.mjpg?compression=101", 400, "compression: '101' is not a quality");
	is_refused("/stream.mjpg?parts=some", 400, "parts: 'some' is not classic or ahead");
}

static void the_header_goes_ahead_for_browsers(void **state)
{
	(void)state;
	read_whole("GET /stream.mjpg HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
	net_wish_read(&request, &wish, &status, wrong);
	assert_true(wish.is_ahead);
	read_whole("GET /stream.mjpg?parts=classic HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
	net_wish_read(&request, &wish, &status, wrong);
	assert_false(wish.is_ahead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_line_by_line),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(paths_are_those_of_camera_servers),
		cmocka_unit_test(a_wish_is_read_or_refused),
		cmocka_unit_test(the_header_goes_ahead_for_browsers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
