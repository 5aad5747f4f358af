/* Requests of HTTP and what they wish, one behind the other, as stdlib/net/request.c, wish.c and
 * site.c read them. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is
 * given, once each. */
#include <string.h>

#include "input.h"
#include "net/controls.h"
#include "net/site.h"
#include "net/wish.h"

/* What is said of it stands on a line of its own. */
static void expect_plain(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	expect(n > 0 && n < size, "a text is empty, or has no end");
	for (size_t i = 0; i < n; i++)
		expect((unsigned char)text[i] >= ' ', "a text is not plain");
}

static void look_at_wish(const struct net_request *request)
{
	char wrong[NET_WRONG_SIZE];
	struct net_wish wish;
	int status;

	memset(wrong, 0xa5, sizeof(wrong));
	if (net_wish_read(request, &wish, &status, wrong) == NET_REFUSED) {
		expect(status == 400 || status == 404 || status == 405, "a status is none of ours");
		expect_plain(wrong, sizeof(wrong));
		return;
	}
	expect(wish.width <= 65535 && wish.height <= 65535 && wish.fps <= 65535 &&
	               wish.quality <= 100,
	       "a wish is out of its range");
}

/* A text that a camera has already is longer than there is room for more. */
static void look_at_controls(const struct net_text *query)
{
	char text[NET_CONTROLS_SIZE], wrong[NET_WRONG_SIZE];

	memset(wrong, 0xa5, sizeof(wrong));
	memset(text, 'a', sizeof(text));
	memcpy(text, "gain=1, a=2,", 12);
	text[query->n % sizeof(text)] = '\0';
	if (net_controls_merge(query, text, wrong) < 0)
		expect_plain(wrong, sizeof(wrong));
	expect(strnlen(text, sizeof(text)) < sizeof(text), "controls have no end");
}

/* The text has no byte behind it, so that what reads on is seen by a sanitizer. */
static enum net_end read_some(const char *text, size_t n, size_t *ret_size)
{
	char *copy = malloc(n + !n);
	struct net_request request;
	enum net_end end;

	memcpy(copy, text, n);
	end = net_request_read(copy, n, &request, ret_size);
	if (end == NET_BAD) {
		expect(request.status >= 400 && request.status <= 505, "a status is none");
		expect_plain(request.wrong, NET_WRONG_SIZE);
	}
	if (end == NET_WHOLE) {
		const struct net_text *const parts[] = {&request.path, &request.query,
		                                        &request.host, &request.origin,
		                                        &request.referer};

		expect(*ret_size > 0 && *ret_size <= n && *ret_size <= NET_REQUEST_SIZE,
		       "a request has no size of its own");
		expect(request.path.n > 0 && request.path.at[0] == '/', "a request has no path");
		expect(request.body <= NET_BODY_SIZE, "a body is too long");
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			expect(!parts[i]->at || (parts[i]->at >= copy &&
			                         parts[i]->at + parts[i]->n <= copy + *ret_size),
			       "a part lies outside of the text");
		look_at_wish(&request);
		look_at_controls(&request.query);
		expect(!request.is_of_other_site || !net_is_of_ours(&request),
		       "what is of another site is ours");
		expect(request.host.at || net_is_for_local(&request), "no host is another");
	}
	free(copy);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t n = 0, other;

	while (size > 0 && size <= INPUT_MAX && read_some(text, size, &n) == NET_WHOLE) {
		/* It is whole when its last byte has come, and no sooner; what follows does not
		 * matter. */
		expect(read_some(text, n, &other) == NET_WHOLE && other == n,
		       "what follows a request changes it");
		for (size_t k = 1; k < n; k *= 2)
			expect(read_some(text, n - k, &other) == NET_PART,
			       "a part of a request is whole");
		text += n;
		size -= n;
	}
	return 0;
}
