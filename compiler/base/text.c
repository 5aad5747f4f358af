/* Distances between words; characters. */
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define WORD_MAX 63 /* bytes; a longer word gets no suggestion */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Damerau-Levenshtein, in its restricted form: no part is edited twice. Row i holds the distances
 * of a's first i bytes to every beginning of b; three rows are enough. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t rows[3][WORD_MAX + 1];
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = min3(above[j] + 1, row[j - 1] + 1, change);
			if (i < 2 || j < 2 || a[i - 1] != b[j - 2] || a[i - 2] != b[j - 1])
				continue;
			size_t swap = rows[(i + 1) % 3][j - 2] + 1;
			if (swap < row[j])
				row[j] = swap;
		}
	}
	return rows[n_a % 3][n_b];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t length = strlen(word);
	if (!length || length > WORD_MAX)
		return NULL;
	/* One mistake, and one more for every three letters. A distance as large as the longer
	 * word means that nothing of it was left. */
	size_t limit = length < 5 ? 1 : length / 3 + 1 < 3 ? length / 3 + 1 : 3;
	const char *nearest = NULL;
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(word, candidates[i]) == 0)
			return candidates[i];
	for (size_t i = 0; i < n; i++) {
		size_t candidate = strlen(candidates[i]);
		size_t longer = candidate > length ? candidate : length;
		if (longer > WORD_MAX)
			continue;
		size_t d = distance(word, length, candidates[i], candidate);
		if (d > limit || d >= longer)
			continue;
		nearest = candidates[i];
		if (d == 0)
			break;
		limit = d - 1;
	}
	return nearest;
}

bool text_ends_with(const char *text, const char *end)
{
	size_t n_text = strlen(text), n_end = strlen(end);
	return n_text >= n_end && memcmp(text + n_text - n_end, end, n_end) == 0;
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
