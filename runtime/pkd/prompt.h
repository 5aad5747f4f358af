/* A line that is typed: what keys do to it, its words, and how they are completed. */
#ifndef PKD_PROMPT_H
#define PKD_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "pkd/canvas.h"

enum { PROMPT_SIZE = 4096 };

struct prompt {
	char text[PROMPT_SIZE]; /* UTF-8, with a NUL behind */
	size_t n, at;           /* its bytes; those before the cursor */
};

/* Begins with that text, and the cursor behind it. */
void prompt_begin(struct prompt *prompt, const char *text);

/* What a key does to it. */
void prompt_press(struct prompt *prompt, int key);

/* The word before the cursor: where it begins, and how many words stand before it. */
const char *prompt_word(const struct prompt *prompt, size_t *ret_n_before);

/* Completes that word as far as the names that begin with it are the same; where there is only one,
 * with `ending` behind it. ret_names are those that it may become, for people, "" where it is
 * one. */
void prompt_complete(struct prompt *prompt, const char *const *names, size_t n, const char *ending,
                     char *ret_names, size_t size);

/* Draws it into a row behind `label`, the part around the cursor. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row, const char *label);

/* The words of a text as a shell takes them: '...' and "..." keep spaces, and \ the character
 * behind it, but not between ''. NULL: a quote is not closed. To be freed, all at once. */
char **prompt_words(const char *text, size_t *ret_n);

#endif
