/* Notes: collected, then printed in the order of their places. */
#include "import/note.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_MAX 400    /* bytes of a text */
#define NOTES_SHOWN 500 /* a file that has more of them is none that somebody wrote */

void note_add(struct notes *notes, unsigned line, unsigned column, enum note_kind kind,
              const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = arena_vprintf(notes->arena, format, args);
	va_end(args);
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	if (strlen(text) > NOTE_MAX) {
		size_t end = NOTE_MAX;
		while (!text_is_character_start(text[end]))
			end--;
		text = arena_printf(notes->arena, "%.*s...", (int)end, text);
	}
	vec_push(notes->arena, &notes->list, (struct note){line, column, kind, text});
	notes->n_of[kind]++;
}

/* Those of one place stay in the order in which they were added: the list is a run of places. */
static int by_place(const void *a, const void *b)
{
	const struct note *x = *(const struct note *const *)a, *y = *(const struct note *const *)b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x < y ? -1 : x > y;
}

void notes_print(struct notes *notes, const char *path, FILE *file)
{
	static const char *const words[] = {
		[NOTE_ERROR] = "error", [NOTE_LOST] = "left out", [NOTE_TOLD] = "note"};
	size_t n = notes->list.n;
	const struct note **sorted = arena_alloc(notes->arena, (n + 1) * sizeof *sorted);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &notes->list.items[i];
	qsort(sorted, n, sizeof *sorted, by_place);
	for (size_t i = 0; i < n && i < NOTES_SHOWN; i++)
		fprintf(file, "%s:%u:%u: %s: %s\n", path, sorted[i]->line, sorted[i]->column,
		        words[sorted[i]->kind], sorted[i]->text);
	if (n > NOTES_SHOWN)
		fprintf(file, "%s: and %zu more\n", path, n - NOTES_SHOWN);
}
