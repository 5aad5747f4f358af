/* What a header Content-Range says (RFC 9110, 14.4). */
#ifndef PKD_HTTP_RANGE_H
#define PKD_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define HTTP_RANGE_UNKNOWN UINT64_MAX

/* "bytes 5-9/10": what an answer has; with a star as its total, that is HTTP_RANGE_UNKNOWN. */
bool http_range_read(const char *text, uint64_t *ret_first, uint64_t *ret_last,
                     uint64_t *ret_total);

/* "bytes *" and "/10": nothing of what was asked for is there. */
bool http_range_none(const char *text, uint64_t *ret_total);

#endif
