/* Reading the head of a request of HTTP (RFC 9110 and 9112), without allocation: everything is a
 * part of the text that was read. Where the standard lets a server be strict, this is. */
#ifndef PKDI_HTTP_H
#define PKDI_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a head, with its last line. */
#define PKDI_HTTP_SIZE 8192

/* A part of the text, without a NUL behind; `at` NULL: it is not there. */
struct pkdi_http_text {
	const char *at;
	size_t n;
};

struct pkdi_http {
	struct pkdi_http_text method, path, query; /* the query without its '?' */
	struct pkdi_http_text host, authorization;
	struct pkdi_http_text origin, referer,
		fetch_site;                       /* which page asks, as its browser says */
	struct pkdi_http_text upgrade, protocols; /* to what, and Sec-WebSocket-Protocol */
	unsigned minor;                           /* of version 1.x: 0, or 1 for all later ones */
	bool closes; /* its sender wants no further answer on this connection */
	bool has_body;
};

enum pkdi_http_end {
	PKDI_HTTP_WHOLE,
	PKDI_HTTP_PART,      /* so far nothing is wrong, and its end has not come */
	PKDI_HTTP_TOO_LARGE, /* its end is not within PKDI_HTTP_SIZE bytes */
	PKDI_HTTP_BAD,
	PKDI_HTTP_VERSION, /* another one than 1.x */
};

/* Reads the head at the beginning of a text. *ret_size, for a whole one: its bytes, behind which
 * the next one begins. */
enum pkdi_http_end pkdi_http_read(const char *text, size_t n, struct pkdi_http *ret_http,
                                  size_t *ret_size);

bool pkdi_http_is(const struct pkdi_http_text *text, const char *other);

/* The value of a name in a query: "1" for "b" in "a=2&b=1", as it stands there. */
struct pkdi_http_text pkdi_http_query(const struct pkdi_http_text *query, const char *name);

/* Whether a word is in a list with commas, such as that of Sec-WebSocket-Protocol. */
bool pkdi_http_lists(const struct pkdi_http_text *list, const char *word);

/* What follows "Bearer " in the header Authorization. */
struct pkdi_http_text pkdi_http_bearer(const struct pkdi_http *http);

#endif
