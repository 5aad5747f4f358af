/* Which of some names was meant by one that is misspelt. The compiler, programs and the command
 * `pkd` all ask here, so that they guess alike. */
#ifndef PKD_NEAR_H
#define PKD_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { PKD_NEAR_MAX = 127 }; /* bytes; a longer name is near to none */

struct pkd_near {
	const char *word; /* what was written, the caller's */
	size_t length;
	size_t limit; /* the next candidate must be at most so far away … */
	bool ends;    /* … and none can be nearer than the last one was */
};

/* In names - and _ are one, and so are capitals and small letters. */
static inline char pkd_near_fold(char c)
{
	return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool pkd_near_same(char a, char b)
{
	return pkd_near_fold(a) == pkd_near_fold(b);
}

/* Damerau and Levenshtein's distance in its restricted form: no part is edited twice. Row i holds
 * the distances of a's first i bytes to every beginning of b; three rows are enough. */
static inline size_t pkd_near_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t rows[3][PKD_NEAR_MAX + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = above[j - 1] + !pkd_near_same(a[i - 1], b[j - 1]);
			if (above[j] + 1 < row[j])
				row[j] = above[j] + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (i > 1 && j > 1 && pkd_near_same(a[i - 1], b[j - 2]) &&
			    pkd_near_same(a[i - 2], b[j - 1]) && two[j - 2] + 1 < row[j])
				row[j] = two[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
}

/* The word's `length` bytes need no end. One mistake is allowed, and more in a longer word: one for
 * every three letters, but no more than three. Leaving letters out at the end is one. */
static inline struct pkd_near pkd_near_begin(const char *word, size_t length)
{
	struct pkd_near near = {word, length, 1, length == 0 || length > PKD_NEAR_MAX};

	if (length >= 6)
		near.limit = length / 3 < 3 ? length / 3 : 3;
	return near;
}

/* One of them is the beginning of the other: "cam" of "camera". */
static inline bool pkd_near_begins(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && pkd_near_same(a[i], b[i]))
		i++;
	return n >= 3 && i == n;
}

/* Whether `name` may be what was meant, and is nearer than all before it. A distance as large as
 * the longer of both means that nothing of it was left. */
static inline bool pkd_near_takes(struct pkd_near *near, const char *name)
{
	size_t n = strlen(name), longer = n > near->length ? n : near->length, d;

	if (near->ends || longer > PKD_NEAR_MAX)
		return false;
	d = pkd_near_distance(near->word, near->length, name, n);
	/* Words that end too early are likelier than those that go on. */
	if (d > 1 && longer == n && pkd_near_begins(near->word, name, near->length))
		d = 1;
	else if (d > 2 && pkd_near_begins(near->word, name, n))
		d = 2;
	if (d > near->limit || d >= longer)
		return false;
	near->ends = d == 0;
	near->limit = d ? d - 1 : 0;
	return true;
}

#endif
