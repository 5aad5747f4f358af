/* Source files in memory, and where in them a byte is. */
#include "front/source.h"

#include "base/file.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sources_init(struct sources *sources, struct arena *arena)
{
	*sources = (struct sources){.arena = arena};
	struct source dummy = {.path = "", .file = "", .text = ""};
	vec_push(arena, &dummy.lines, 0);
	vec_push(arena, &sources->list, dummy);
}

void sources_add_text(struct sources *sources, const char *path, const char *file, const char *text,
                      size_t length, uint32_t *ret_source)
{
	struct arena *arena = sources->arena;
	struct source source = {
		.path = arena_strdup(arena, path),
		.file = arena_strdup(arena, file),
		.text = text,
		.length = (uint32_t)length,
	};
	vec_push(arena, &source.lines, 0);
	for (uint32_t i = 0; i < source.length; i++) {
		if (text[i] == '\n')
			vec_push(arena, &source.lines, i + 1);
	}
	*ret_source = (uint32_t)sources->list.n;
	vec_push(arena, &sources->list, source);
}

/* By its name, and by that of the file that a link leads to. */
static bool is_pkd(const char *file)
{
	char *real = realpath(file, NULL);
	bool is = text_ends_with(file, ".pkd") && (!real || text_ends_with(real, ".pkd"));
	free(real);
	return is;
}

int sources_add(struct sources *sources, const char *path, const char *file, uint32_t *ret_source)
{
	char *text;
	size_t length;
	int error = file_read(sources->arena, file, SOURCE_MAX, &text, &length);
	if (!error && !is_pkd(file))
		error = -ENOEXEC;
	if (!error && memchr(text, '\0', length))
		error = -EILSEQ;
	if (!error)
		sources_add_text(sources, path, file, text, length, ret_source);
	return error;
}

const char *sources_failure(int error)
{
	switch (-error) {
	case EISDIR:
		return "it is a directory";
	case EFBIG:
		return "it is larger than 16 MiB";
	case EINVAL:
		return "it is not a regular file";
	case ENOEXEC:
		return "it is not a .pkd file";
	case EILSEQ:
		return "it is not a text file";
	default:
		return strerror(-error);
	}
}

/* The number, from 0, of the line that holds `offset`. */
static uint32_t line_of(const struct source *source, uint32_t offset)
{
	size_t low = 0, high = source->lines.n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (source->lines.items[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low;
}

uint32_t source_line(const struct sources *sources, uint32_t source, uint32_t offset)
{
	const struct source *s = &sources->list.items[source];
	return line_of(s, offset < s->length ? offset : s->length) + 1;
}

struct position source_position(const struct sources *sources, uint32_t source, uint32_t offset)
{
	const struct source *s = &sources->list.items[source];
	if (offset > s->length)
		offset = s->length;
	uint32_t line = line_of(s, offset);
	uint32_t start = s->lines.items[line];
	return (struct position){line + 1,
	                         1 + (uint32_t)text_columns(s->text + start, offset - start)};
}

const char *source_at(struct sources *sources, struct span span)
{
	if (!span.source)
		return "";
	struct position at = source_position(sources, span.source, span.start);
	return arena_printf(sources->arena, "%s:%u:%u", sources->list.items[span.source].path,
	                    at.line, at.column);
}
