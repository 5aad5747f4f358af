/* What an import has to say, each with its place in the file that is imported. */
#ifndef IMPORT_NOTE_H
#define IMPORT_NOTE_H

#include "base/vec.h"
#include <stdio.h>

enum note_kind {
	NOTE_ERROR, /* nothing is written */
	NOTE_LOST,  /* this does not come over */
	NOTE_TOLD,  /* it does, and there is something to know */
};

struct note {
	unsigned line, column; /* from 1 */
	enum note_kind kind;
	const char *text;
};

struct notes {
	struct arena *arena;
	VEC(struct note) list;
	size_t n_of[NOTE_TOLD + 1];
};

/* What follows "FILE:3:7: "; control characters in it are shown as '?', and a long text is cut. */
void note_add(struct notes *notes, unsigned line, unsigned column, enum note_kind kind,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

/* In the order of their places, a line each. */
void notes_print(struct notes *notes, const char *path, FILE *file);

#endif
