/* Whom a server takes for a guest of this machine: what browsers say of the page that connects. */
#ifndef PKD_NT4_ORIGIN_H
#define PKD_NT4_ORIGIN_H

#include <stdbool.h>

/* A Host that is this machine's own: localhost, 127.0.0.0/8 or [::1], with any port. A name that
 * leads here by way of somebody else's server of names is not. */
bool nt4_host_is_local(const char *host);

/* The Origin of a page: one of this machine, of the server's own address, or of `allowed`, a list
 * with commas in which "*" is all. A page without one, "null", may be any. */
bool nt4_origin_is_good(const char *origin, const char *host, const char *allowed);

#endif
