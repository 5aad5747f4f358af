/* Names of the language as names in C. */
#ifndef SEMA_C_NAME_H
#define SEMA_C_NAME_H

#include "base/arena.h"
#include <stdbool.h>

/* Whether C or one of the headers that generated code includes has the word for itself. */
bool c_name_is_taken(const char *name);

/* The name, or with a '_' behind it where it is taken. That two do not meet is checked where they
 * are declared. */
const char *c_member(struct arena *arena, const char *name);

/* The same for what becomes the value of an enum: what the headers declare is taken, too. */
const char *c_constant(struct arena *arena, const char *name);

/* The same for what becomes a struct or an enum: those of the C library are taken, too. */
const char *c_name_of_tag(struct arena *arena, const char *name);

#endif
