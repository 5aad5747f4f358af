/* Nearest words; characters. */
#include "base/text.h"

#include <pkd/near.h>
#include <string.h>

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
	struct pkd_near near = pkd_near_begin(word, strlen(word));
	const char *nearest = NULL;
	for (size_t i = 0; i < n; i++)
		if (pkd_near_takes(&near, candidates[i]))
			nearest = candidates[i];
	return nearest;
}

bool text_ends_with(const char *text, const char *end)
{
	size_t n_text = strlen(text), n_end = strlen(end);
	return n_text >= n_end && memcmp(text + n_text - n_end, end, n_end) == 0;
}

bool text_begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

size_t text_utf8_length(const char *text, size_t n)
{
	unsigned char lead = (unsigned char)text[0];
	if (lead < 0x80)
		return 1;
	size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	if (lead < 0xc2 || lead > 0xf4 || length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (text_is_character_start(text[i]))
			return 0;
	}
	unsigned char second = (unsigned char)text[1];
	bool bad = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
	           (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
	return bad ? 0 : length;
}

size_t text_columns(const char *text, size_t n)
{
	size_t columns = 0;
	for (size_t i = 0; i < n; i++)
		columns += text_is_character_start(text[i]);
	return columns;
}
