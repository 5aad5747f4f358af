/* UTF-8, for nodes whose text comes from strangers. */
#ifndef PKD_BASE_UTF8_H
#define PKD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* Copies a text with a NUL behind it, and a replacement for NUL and each byte that is no part of
 * UTF-8; false where there is no room for all of it: then it ends with the last character that has
 * some. `to` has room for one byte more. */
static inline bool utf8_put(char *to, uint32_t room, const char *text, size_t n, uint32_t *ret_n)
{
	uint32_t used = 0;
	bool fits = true;

	while (n > 0) {
		size_t length = *text ? utf8_length(text, n) : 0;
		const char *from = length ? text : UTF8_REPLACEMENT;
		size_t size = length ? length : sizeof(UTF8_REPLACEMENT) - 1;

		if (size > room - used) {
			fits = false;
			break;
		}
		memcpy(to + used, from, size);
		used += (uint32_t)size;
		text += length ? length : 1;
		n -= length ? length : 1;
	}
	to[used] = '\0';
	*ret_n = used;
	return fits;
}

#endif
