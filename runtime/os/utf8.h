/* UTF-8 (RFC 3629). */
#ifndef PKDI_UTF8_H
#define PKDI_UTF8_H

#include <stddef.h>

/* Bytes of the longest character. */
enum { PKDI_UTF8_MAX = 4 };

/* The bytes of the character that begins at `text`; 0: it is none, but cut off, longer than need
 * be, half of a pair, or beyond U+10FFFF. There are `n` bytes, at least 1: where a NUL ends the
 * text, PKDI_UTF8_MAX will do, since nothing behind it is read. */
static inline size_t pkdi_utf8_length(const char *text, size_t n)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t length = c[0] < 0x80   ? 1
	                : c[0] < 0xc2 ? 0
	                : c[0] < 0xe0 ? 2
	                : c[0] < 0xf0 ? 3
	                : c[0] < 0xf5 ? 4
	                              : 0;

	if (length > n)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] >= 0xa0) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90))
		return 0;
	return length;
}

#endif
