/* Addresses of http and https. */
#ifndef PKD_HTTP_URL_H
#define PKD_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_SHOWN_SIZE = 121 };

/* The address, which may be relative to `base` where that is not ""; to be freed.
 * NULL: `*ret_why` says why it is none that may be asked. */
char *http_url_join(const char *base, const char *url, const char **ret_why);

/* Whether both are of one scheme, host and port, so that what is for one may be told the other. */
bool http_url_same_host(const char *a, const char *b);

/* For messages: without a user and what is behind its '?', which may be a key, and no control
 * characters. */
void http_url_show(const char *url, char ret_text[static HTTP_SHOWN_SIZE]);

/* `template` with `id` in place of each "{id}", percent-encoded; to be freed. NULL: no memory. */
char *http_url_fill(const char *template, size_t template_n, const char *id, size_t id_n);

#endif
