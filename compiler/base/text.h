/* Small questions about text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Of the n candidates, the one nearest to `word` by edit distance (with transpositions), or NULL
 * when none is near enough to be what was meant. Ties go to the first. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

bool text_ends_with(const char *text, const char *end);

#endif
