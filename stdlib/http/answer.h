/* The outputs that requests have in common. */
#ifndef PKD_HTTP_ANSWER_H
#define PKD_HTTP_ANSWER_H

#include "transfer.h"

#include <http/answer.pkd.h>
#include <string.h>

static inline void http_answer_set(struct http_Answer *answer, const struct http_slot *slot)
{
	answer->status = (uint32_t)slot->status;
	answer->size = slot->size;
	answer->took = slot->took_ns;
	answer->tries = slot->tries;
	pkd_string_set(&answer->type, slot->type);
	pkd_string_set(&answer->url, slot->url ? slot->url : "");
}

/* Into the bytes<N> of an output, whose N was the limit of the request. */
static inline void http_body_set(uint32_t *len, uint8_t *data, const struct http_slot *slot)
{
	*len = (uint32_t)slot->size;
	if (slot->size > 0)
		memcpy(data, slot->body, slot->size);
}

#endif
