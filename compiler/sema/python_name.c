#include "sema/python_name.h"

#include <stdbool.h>
#include <string.h>

static const char *const keywords[] = {
	"False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
	"class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
	"from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
	"or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",    NULL,
};
/* As _taken in runtime/python/embed/prelude.py. */
static const char *const taken[] = {"mro", "name", "value", NULL};

static bool is_one_of(const char *name, const char *const *words)
{
	while (*words && strcmp(name, *words) != 0)
		words++;
	return *words != NULL;
}

const char *python_name(struct arena *arena, const char *name)
{
	return is_one_of(name, keywords) ? arena_printf(arena, "%s_", name) : name;
}

const char *python_member(struct arena *arena, const char *word)
{
	return is_one_of(word, taken) ? arena_printf(arena, "%s_", word) : python_name(arena, word);
}
