/* The header Link (RFC 8288). */
#ifndef PKD_HTTP_LINK_H
#define PKD_HTTP_LINK_H

/* The address whose relation is `next`, to be freed; NULL: there is none. */
char *http_link_next(const char *link);

#endif
