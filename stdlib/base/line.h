/* How long lines of text from strangers are as a `string<N>` has them, by utf8_put. */
#ifndef PKD_BASE_LINE_H
#define PKD_BASE_LINE_H

#include "utf8.h"

#include <stdint.h>

/* How many bytes utf8_put makes of these: a byte that is no part of UTF-8 becomes three. */
static inline size_t line_length(const char *line, size_t n)
{
	size_t all = 0;

	while (n > 0) {
		size_t length = *line ? utf8_length(line, n) : 0;

		all += length ? length : sizeof(UTF8_REPLACEMENT) - 1;
		line += length ? length : 1;
		n -= length ? length : 1;
	}
	return all;
}

/* The same, but for what has room in any case. */
static inline size_t line_length_within(const char *line, size_t n, uint32_t N)
{
	return n > N / (sizeof(UTF8_REPLACEMENT) - 1) ? line_length(line, n) : n;
}

#endif
