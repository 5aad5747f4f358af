/* Other programs: the C compiler, pkg-config, dot. Never through a shell. */
#ifndef TOOL_SUBPROCESS_H
#define TOOL_SUBPROCESS_H

#include "base/buf.h"
#include "base/vec.h"
#include <stdbool.h>

struct subprocess {
	struct arena *arena;
	VEC(char *) argv;
	int input;          /* the program's stdin; 0: ours */
	struct buf *output; /* where its stdout goes; NULL: to ours */
	struct buf *errors; /* the same of its stderr; not both */
	bool quiet;         /* its stderr is thrown away */
	bool shown;         /* print the command first (-v) */
};

void subprocess_add(struct subprocess *command, const char *argument);

/* The words of an environment variable, or `initial` where it is unset or empty: $CC may be
 * "ccache gcc". */
void subprocess_add_words(struct subprocess *command, const char *variable, const char *initial);

/* Appends the words of a text (what pkg-config printed), in which a backslash protects a space. */
void subprocess_add_split(struct subprocess *command, const char *text);

/* The command as one line that a shell would take. */
const char *subprocess_text(const struct subprocess *command);

/* Runs it and waits. Returns its exit status, 128 + n after signal n, or -errno when it could not
 * be started. */
int subprocess_run(struct subprocess *command);

#endif
