/* One try of a request: what is told to libcurl, and what comes back. For transfer.c. */
#ifndef PKD_HTTP_ATTEMPT_H
#define PKD_HTTP_ATTEMPT_H

#include "transfer.h"

/* The header lines of the options; false: no memory. */
bool http_attempt_lines(struct http_client *client);

/* What all tries of a slot have in common; an option that libcurl refuses is in `client->error`. */
void http_attempt_prepare(struct http_slot *slot);

/* False: no memory. */
bool http_attempt_begin(struct http_slot *slot);

/* Status and type of the answer that has ended. */
void http_attempt_read(struct http_slot *slot);

/* Whether it asks for a part, so that an answer of 206 is one. */
bool http_attempt_may_be_part(const struct http_slot *slot);

/* What came of a try, in words. */
const char *http_attempt_why(struct http_slot *slot, CURLcode error);

/* Into `why` of the slot, cut at the end of a character. */
void http_attempt_say(struct http_slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
