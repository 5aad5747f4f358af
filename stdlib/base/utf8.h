/* UTF-8, for nodes whose text comes from strangers. */
#ifndef PKD_BASE_UTF8_H
#define PKD_BASE_UTF8_H

#include <stddef.h>

/* What stands for a byte that is no part of UTF-8: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the character that starts at `bytes`, 0 when none does (RFC 3629, table of
 * section 4: no overlong forms, no surrogates, nothing above U+10FFFF). */
static inline size_t utf8_length(const char *bytes, size_t n)
{
	const unsigned char *text = (const unsigned char *)bytes;
	size_t length = text[0] < 0x80   ? 1
	                : text[0] < 0xc2 ? 0
	                : text[0] < 0xe0 ? 2
	                : text[0] < 0xf0 ? 3
	                : text[0] < 0xf5 ? 4
	                                 : 0;
	unsigned low = text[0] == 0xe0 ? 0xa0 : text[0] == 0xf0 ? 0x90 : 0x80;
	unsigned high = text[0] == 0xed ? 0x9f : text[0] == 0xf4 ? 0x8f : 0xbf;

	if (length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (text[i] < low || text[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return length;
}

#endif
