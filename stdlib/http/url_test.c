/* Addresses: what is joined, shown and told apart. */
#include "url.h"

#include "link.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_joined(const char *base, const char *url, const char *wanted)
{
	const char *why = NULL;
	char *joined = http_url_join(base, url, &why);

	if (!joined)
		fail_msg("'%s' and '%s': %s", base, url, why);
	assert_string_equal(joined, wanted);
	free(joined);
}

static void assert_refused(const char *base, const char *url, const char *wanted)
{
	const char *why = NULL;

	assert_null(http_url_join(base, url, &why));
	assert_non_null(strstr(why, wanted));
}

static void an_address_is_relative_to_its_base(void **state)
{
	(void)state;
	assert_joined("", "http://a/b?c=d", "http://a/b?c=d");
	assert_joined("", "HTTP://a", "http://a/");
	assert_joined("https://a/b/c", "d", "https://a/b/d");
	assert_joined("https://a/b/c", "/d", "https://a/d");
	assert_joined("https://a/b/c", "?page=2", "https://a/b/c?page=2");
	assert_joined("https://a/b/c", "//e/f", "https://e/f");
	assert_joined("https://a/b/c", "http://e/f#part", "http://e/f");
	assert_joined("", "http://a/b c", "http://a/b%20c");
	assert_joined("", "http://a:65535/b\\", "http://a:65535/b\\");
}

static void what_is_no_address_of_http_is_refused(void **state)
{
	(void)state;
	assert_refused("", "file:///etc/passwd", "neither of http nor of https");
	assert_refused("https://a/", "ftp://a/", "neither of http nor of https");
	assert_refused("", "http://me:pass@a/", "it names a user");
	assert_refused("https://a/", "//me@a/", "it names a user");
	assert_refused("", "/a", "it is no address");
	assert_refused("", "", "it is no address");
	assert_refused("", "http://a\r\nX: y/", "it is no address");
	assert_refused("", "http://a:99999/", "it is no address");
	assert_refused("", "http://a:65536/", "it is no address");
	assert_refused("", "http://a:80@b/", "it names a user");
	assert_refused("", "http://a\x7f/", "it is no address");
}

static void hosts_are_told_apart_by_scheme_name_and_port(void **state)
{
	(void)state;
	assert_true(http_url_same_host("http://a/x", "http://A:80/y?z"));
	assert_true(http_url_same_host("https://a", "https://a:443/"));
	assert_false(http_url_same_host("http://a/", "https://a/"));
	assert_false(http_url_same_host("http://a/", "http://a:8080/"));
	assert_false(http_url_same_host("http://a/", "http://b/"));
	assert_false(http_url_same_host("http://a/", "http://a.b/"));
	assert_false(http_url_same_host("http://a/", "x"));
}

static void assert_shown(const char *url, const char *wanted)
{
	char shown[HTTP_SHOWN_SIZE];

	http_url_show(url, shown);
	assert_string_equal(shown, wanted);
}

static void a_key_is_not_shown(void **state)
{
	char shown[HTTP_SHOWN_SIZE], url[2000];

	(void)state;
	assert_shown("http://a/b?key=secret", "http://a/b?…");
	assert_shown("http://me:secret@a/b#c", "http://a/b");
	assert_shown("http://me:secret@more@a", "http://a");
	assert_shown("me:secret@a", "a");
	assert_shown("", "");
	assert_shown("http://a/\033[1m\377\n", "http://a/?[1m??");
	for (size_t n = 0; n + 1 < sizeof(url); n++) {
		memcpy(url, "http://a/", 9);
		memset(url + (n < 9 ? n : 9), 'x', n > 9 ? n - 9 : 0);
		url[n] = '\0';
		http_url_show(url, shown);
		assert_true(strlen(shown) < HTTP_SHOWN_SIZE);
	}
}

static void assert_filled(const char *template, const char *id, const char *wanted)
{
	char *filled = http_url_fill(template, strlen(template), id, strlen(id));

	assert_non_null(filled);
	assert_string_equal(filled, wanted);
	free(filled);
}

static void an_id_cannot_leave_its_place(void **state)
{
	(void)state;
	assert_filled("/a/{id}/b?of={id}", "x1", "/a/x1/b?of=x1");
	assert_filled("{id}", "../%?#/é", "..%2F%25%3F%23%2F%C3%A9");
	assert_filled("/{i}/{id", "x", "/{i}/{id");
	assert_filled("", "x", "");
}

static void assert_next(const char *link, const char *wanted)
{
	char *next = http_link_next(link);

	if (!wanted)
		assert_null(next);
	else
		assert_string_equal(next, wanted);
	free(next);
}

static void the_next_page_is_found(void **state)
{
	(void)state;
	assert_next("<http://a/2>; rel=\"next\"", "http://a/2");
	assert_next("</1>; rel=prev, </3>; rel=next", "/3");
	assert_next("</1>;rel=\"prev\" , </3>;title=\"a, <b>; rel=next\"; rel=\"first NEXT\"",
	            "/3");
	assert_next("</1>; title=\"x\\\"; rel=next\"; rel=last", NULL);
	assert_next("</1>; rel=prev; rel=next", NULL);
	assert_next("</1,2>; rel=next", "/1,2");
	assert_next("", NULL);
	assert_next("<", NULL);
	assert_next("</1", NULL);
	assert_next("</1>; rel=\"next", "/1");
	assert_next("</1>; rel", NULL);
	assert_next("</1>; nextrel=next;", NULL);
	assert_next("rel=next </1>", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_relative_to_its_base),
		cmocka_unit_test(what_is_no_address_of_http_is_refused),
		cmocka_unit_test(hosts_are_told_apart_by_scheme_name_and_port),
		cmocka_unit_test(a_key_is_not_shown),
		cmocka_unit_test(an_id_cannot_leave_its_place),
		cmocka_unit_test(the_next_page_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
