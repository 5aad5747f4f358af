/* Requests of HTTP, one behind the other, as runtime/console/http.c reads them. With
 * -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once each. */
#include <string.h>

#include "console/http.h"
#include "input.h"

static void expect_within(const struct pkdi_http_text *part, const char *text, size_t n)
{
	expect(!part->at || (part->at >= text && part->at + part->n <= text + n),
	       "a part lies outside of the text");
}

/* The text has no byte behind it, so that what reads on is seen by a sanitizer. */
static enum pkdi_http_end read_some(const char *text, size_t n, struct pkdi_http *http,
                                    size_t *ret_size)
{
	char *copy = malloc(n + !n);
	enum pkdi_http_end end;

	memcpy(copy, text, n);
	end = pkdi_http_read(copy, n, http, ret_size);
	if (end == PKDI_HTTP_WHOLE) {
		struct pkdi_http_text token = pkdi_http_query(&http->query, "token");
		struct pkdi_http_text bearer = pkdi_http_bearer(http);
		const struct pkdi_http_text *const parts[] = {
			&http->method, &http->path,   &http->query,         &token,
			&bearer,       &http->origin, &http->authorization, &http->host};

		expect(*ret_size > 0 && *ret_size <= n, "a request has a size of its own");
		expect(*ret_size <= 2 * PKDI_HTTP_SIZE, "a request is too large");
		expect(http->method.n > 0 && http->path.n > 0 && http->path.at[0] == '/' &&
		               http->host.n > 0,
		       "a request lacks a part");
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			expect_within(parts[i], copy, *ret_size);
	}
	free(copy);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pkdi_http http;
	size_t n = 0, other;

	while (size > 0 && size <= INPUT_MAX &&
	       read_some(text, size, &http, &n) == PKDI_HTTP_WHOLE) {
		/* It is whole when its last byte has come, and no sooner; what follows does not
		 * matter. */
		expect(read_some(text, n, &http, &other) == PKDI_HTTP_WHOLE && other == n,
		       "what follows a request changes it");
		for (size_t k = 1; k < n; k *= 2)
			expect(read_some(text, n - k, &http, &other) == PKDI_HTTP_PART,
			       "a part of a request is whole");
		text += n;
		size -= n;
	}
	return 0;
}
