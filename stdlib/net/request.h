/* Requests of HTTP/1, as a server of pictures needs them: what is asked for, and by whom. Nothing
 * here reads or allocates. */
#ifndef PKD_NET_REQUEST_H
#define PKD_NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NET_REQUEST_SIZE = 8192, /* the longest request, without its body */
	NET_BODY_SIZE = 65536,   /* the longest body; none is looked at */
};

/* Within the bytes that were read; `at` is NULL where there is none. */
struct net_text {
	const char *at;
	size_t n;
};

enum net_method { NET_GET, NET_HEAD, NET_POST };

struct net_request {
	enum net_method method;
	struct net_text path, query; /* as they came; the path begins with a slash */
	struct net_text host, origin, referer;
	bool is_of_browser;                    /* which calls itself Mozilla, as all do */
	bool is_of_other_site, is_of_own_site; /* as the browser tells */
	bool keeps_alive;
	bool is_new;   /* HTTP/1.1 */
	uint32_t body; /* bytes that follow, and are to be left out */
	/* Of NET_BAD. */
	int status;
	const char *wrong;
};

enum net_end { NET_PART, NET_WHOLE, NET_BAD };

/* The first request of n bytes, and its size without the body. NET_PART: there must be more. */
enum net_end net_request_read(const char *text, size_t n, struct net_request *ret_request,
                              size_t *ret_size);

bool net_text_is(const struct net_text *text, const char *word);

/* The value of a key in a query, without its escapes, in `value` of `size` bytes: 1; 0: none is
 * there; -1: it is too long, or its escapes are none. Of several the first. */
int net_query_find(const struct net_text *query, const char *key, char *value, size_t size);

/* The first part of what is left of a query, which begins as the whole: 1, with its key and value;
 * 0: there is no more; -1: one of them is too long, or its escapes are none. */
int net_query_next(struct net_text *rest, char *key, size_t key_size, char *value,
                   size_t value_size);

#endif
