/* How a name of the language is written in Python. */
#ifndef SEMA_PYTHON_NAME_H
#define SEMA_PYTHON_NAME_H

#include "base/arena.h"

/* "from_" for `from`, by PEP 8: a keyword cannot be a name there. Others are as they are. */
const char *python_name(struct arena *arena, const char *name);

/* The same of a word of an enum, which becomes a member of an IntEnum: some of its attributes
 * cannot. */
const char *python_member(struct arena *arena, const char *word);

#endif
