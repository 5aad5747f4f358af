/* The source files of a run, and places in them. */
#ifndef FRONT_SOURCE_H
#define FRONT_SOURCE_H

#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

/* Bytes start … end-1 of source number `source`. All zeroes: no place. */
struct span {
	uint32_t source; /* index into sources.items */
	uint32_t start, end;
};

struct source {
	const char *path; /* as messages show it: as the user wrote it, or "<pkd>/video/open.pkd" */
	const char *file; /* as the file system knows it */
	const char *text;
	uint32_t length;
	VEC(uint32_t) lines; /* offset of each line's start */
};

/* Entry 0 is a dummy, so that a zeroed span names no place. */
struct sources {
	struct arena *arena;
	VEC(struct source) list;
};

#define SOURCE_MAX (16u << 20) /* bytes of a file */

void sources_init(struct sources *sources, struct arena *arena);

/* Reads a .pkd file; 0 or -errno. Any other is refused, whatever its links are called: messages
 * show lines of a source to whoever runs pkdc. */
int sources_add(struct sources *sources, const char *path, const char *file, uint32_t *ret_source);

/* Why that did not work, in words. */
const char *sources_failure(int error);

/* A text that is in memory already, NUL-ended, at most SOURCE_MAX bytes; it is not copied. */
void sources_add_text(struct sources *sources, const char *path, const char *file, const char *text,
                      size_t length, uint32_t *ret_source);

/* Line and column (in characters, a tab is one), both from 1. */
struct position {
	uint32_t line, column;
};
struct position source_position(const struct sources *sources, uint32_t source, uint32_t offset);

/* The line alone, without a walk along it. */
uint32_t source_line(const struct sources *sources, uint32_t source, uint32_t offset);

/* "people.pkd:14:5", in the arena. The path is shown as in source.path. */
const char *source_at(struct sources *sources, struct span span);

static inline struct span span_join(struct span a, struct span b)
{
	return (struct span){a.source, a.start, b.end > a.end ? b.end : a.end};
}

#endif
