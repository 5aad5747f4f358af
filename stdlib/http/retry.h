/* What is tried again, and when. */
#ifndef PKD_HTTP_RETRY_H
#define PKD_HTTP_RETRY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

/* 429 Too Many Requests and what is the server's fault. */
bool http_retry_status(long status);

/* Connections that were not made, or were lost: another try may do better. */
bool http_retry_error(CURLcode error);

/* Retry-After: seconds, or a date of HTTP, from `now` (since 1970) on; 0 where it is neither, or
 * past. */
int64_t http_retry_after(const char *text, int64_t now_s);

#endif
