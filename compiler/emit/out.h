/* Writing C as a careful person would: tabs of 8, 100 columns, one field a line where a row is
 * long, comments aligned. Knows nothing of pkd. Texts that are returned live in the arena. */
#ifndef EMIT_OUT_H
#define EMIT_OUT_H

#include "base/buf.h"
#include "base/vec.h"
#include <stdbool.h>

enum { OUT_WIDTH = 100, OUT_TAB = 8 };

/* Columns of a text in UTF-8, a tab being one. */
size_t out_columns(const char *text);

/* `text` as a C string literal, NULL as "NULL". Broken after a blank into adjacent literals where
 * it would pass the right margin, as seen from `column`, where the first quote stands; 0: never. */
const char *out_quote(struct arena *arena, const char *text, size_t column);

/* The shortest decimal that reads back as the same number, with a point: "0.5f", "1000.0". */
const char *out_float(struct arena *arena, double value, bool single);

/* `text` with each run of characters that no identifier has made one '_', none at the end. */
const char *out_identifier(struct arena *arena, const char *text);

void out_tabs(struct buf *out, size_t depth);

/* A comment on lines of its own; its line breaks are kept. Nothing for "". */
void out_comment(struct buf *out, size_t depth, const char *text);

/* A line of code, or several, and the comment that stands behind it (NULL or "": none). */
struct out_line {
	const char *text, *comment;
};

/* Lines after `depth` tabs. Comments of neighbours stand in one column, as clang-format has it. */
void out_lines(struct buf *out, size_t depth, const struct out_line *lines, size_t n);

/* Source text on one line: each run of blanks and line ends becomes one blank. */
void out_words(struct buf *out, const char *text, size_t length);

/* A line, or several: `head`, then the arguments, filled up to the margin and aligned under the
 * first, then `tail`: ");" or ")". */
void out_call(struct buf *out, size_t depth, const char *head, const char *const *arguments,
              size_t n, const char *tail);

/* A braced initialiser, field by field. */
struct out_row {
	struct arena *arena;
	size_t depth; /* of the row; its fields stand one deeper */
	VEC(struct out_line) fields;
};

void out_field(struct out_row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_field_string(struct out_row *row, const char *name, const char *text);
void out_field_comment(struct out_row *row, const char *comment); /* of the last field */

/* `head` {fields} `tail`: on one line if it fits and `compact` is set, else a field a line. */
void out_row(struct buf *out, const char *head, const struct out_row *row, const char *tail,
             bool compact);

#endif
