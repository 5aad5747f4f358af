#include "sema/c_name.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool c_name_is_taken(const char *name)
{
	static const char *const words[] = {
#define WORD(text) text,
#include "sema/c_name.def"
#undef WORD
	};
	return bsearch(&name, words, sizeof words / sizeof *words, sizeof *words, compare);
}

static bool is_declared(const char *name)
{
	static const char *const names[] = {
#define DECLARED(text) text,
#include "sema/c_declared.def"
#undef DECLARED
	};
	return bsearch(&name, names, sizeof names / sizeof *names, sizeof *names, compare);
}

static const char *moved(struct arena *arena, const char *name)
{
	return arena_printf(arena, "%s_", name);
}

const char *c_member(struct arena *arena, const char *name)
{
	return c_name_is_taken(name) ? moved(arena, name) : name;
}

const char *c_constant(struct arena *arena, const char *name)
{
	return is_declared(name) ? moved(arena, name) : c_member(arena, name);
}

const char *c_name_of_tag(struct arena *arena, const char *name)
{
	/* In C++, types by typedef are among them. */
	static const char *const tags[] = {
		"FILE",    "drand48_data", "itimerspec", "random_data", "sigevent", "timespec",
		"timeval", "timex",        "tm",         "uint",        "ulong",    "ushort",
	};

	if (bsearch(&name, tags, sizeof tags / sizeof *tags, sizeof *tags, compare))
		return moved(arena, name);
	return c_constant(arena, name);
}
