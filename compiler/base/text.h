/* Small questions about text, which is UTF-8 unless a user's bytes are something else. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Of the n candidates, the one nearest to `word`, see <pkd/near.h>, or NULL when none is near
 * enough to be what was meant. Ties go to the first. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

bool text_ends_with(const char *text, const char *end);
bool text_begins(const char *text, const char *start);

/* Bytes of the well-formed UTF-8 character at text[0 … n-1], 0 where there is none. Overlong forms,
 * surrogates and what lies above U+10FFFF are not well-formed (RFC 3629, section 4). n > 0. */
size_t text_utf8_length(const char *text, size_t n);

/* Not one of the bytes inside a character. */
static inline bool text_is_character_start(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Columns of n bytes, a tab being one. */
size_t text_columns(const char *text, size_t n);

#endif
