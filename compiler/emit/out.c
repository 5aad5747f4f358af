/* Writing C. */
#include "emit/out.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t out_columns(const char *text)
{
	return text_columns(text, strlen(text));
}

void out_tabs(struct buf *out, size_t depth)
{
	while (depth--)
		buf_putc(out, '\t');
}

static void put_spaces(struct buf *out, size_t n)
{
	while (n--)
		buf_putc(out, ' ');
}

/* A copy of what the buffer holds; ends the buffer. */
static const char *take(struct arena *arena, struct buf *buf)
{
	const char *text = arena_strndup(arena, buf->text, buf->length);

	buf_finish(buf);
	return text;
}

/* ---- Literals and names ---- */

static void put_escaped(struct buf *out, char c, char before)
{
	switch (c) {
	case '"':
	case '\\':
		buf_putc(out, '\\');
		buf_putc(out, c);
		break;
	case '\n':
		buf_puts(out, "\\n");
		break;
	case '\t':
		buf_puts(out, "\\t");
		break;
	case '?': /* two in a row may begin a trigraph */
		buf_puts(out, before == '?' ? "\\?" : "?");
		break;
	default:
		if ((unsigned char)c < ' ' || c == 0x7f)
			buf_printf(out, "\\%03o", (unsigned)(unsigned char)c);
		else
			buf_putc(out, c);
	}
}

const char *out_quote(struct arena *arena, const char *text, size_t column)
{
	struct buf literal;
	size_t width = column && column + 16 < OUT_WIDTH ? OUT_WIDTH - column - 3 : SIZE_MAX;
	size_t used = 0;

	if (!text)
		return "NULL";
	buf_init(&literal);
	buf_putc(&literal, '"');
	for (const char *at = text; *at;) {
		/* a word and the blanks after it; escapes are rare enough to be counted as one */
		size_t length = strcspn(at, " ");
		length += strspn(at + length, " ");
		size_t columns = out_columns(arena_strndup(arena, at, length));
		if (used && used + columns > width) {
			buf_puts(&literal, "\"\n");
			out_tabs(&literal, column / OUT_TAB);
			put_spaces(&literal, column % OUT_TAB);
			buf_putc(&literal, '"');
			used = 0;
		}
		for (size_t i = 0; i < length; i++)
			put_escaped(&literal, at[i], at + i > text ? *(at + i - 1) : '\0');
		used += columns;
		at += length;
	}
	buf_putc(&literal, '"');
	return take(arena, &literal);
}

const char *out_float(struct arena *arena, double value, bool single)
{
	char text[40];
	const char *suffix = single ? "f" : "";

	for (int precision = 1; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, value);
		if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
			break;
	}
	if (strchr(text, 'e') && value >= 1 && value < 1e15)
		snprintf(text, sizeof text, "%.0f", value); /* 1000, not 1e+03 */
	if (strchr(text, '.'))
		return arena_printf(arena, "%s%s", text, suffix);
	int n = (int)strcspn(text, "e");
	return arena_printf(arena, "%.*s.0%s%s", n, text, text + n, suffix);
}

const char *out_identifier(struct arena *arena, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	char *name = arena_strdup(arena, text);
	size_t n = 0;

	for (const char *at = text; *at; at++) {
		if (strchr(allowed, *at))
			name[n++] = *at;
		else if (n && name[n - 1] != '_')
			name[n++] = '_';
	}
	while (n > 1 && name[n - 1] == '_' && text[strlen(text) - 1] != '_')
		n--;
	name[n] = '\0';
	return name;
}

/* ---- Comments ---- */

/* Bytes of the first of `text`'s lines once it is wrapped to `width` columns; at least a word. */
static size_t wrap(const char *text, size_t width)
{
	size_t fits = 0, columns = 0;

	for (size_t i = 0;; i++) {
		if (text[i] == ' ' || text[i] == '\n' || !text[i]) {
			if (!fits || columns <= width)
				fits = i;
			if (text[i] != ' ' || columns > width)
				return fits;
		}
		columns += text_is_character_start(text[i]);
	}
}

/* Nothing may end the comment, or look as if another began. */
static const char *comment_text(struct arena *arena, const char *text, bool keep_lines)
{
	struct buf clean;

	buf_init(&clean);
	for (size_t i = 0; text[i]; i++) {
		char before = i ? text[i - 1] : '\0';
		if ((before == '*' && text[i] == '/') || (before == '/' && text[i] == '*') ||
		    (before == '?' && text[i] == '/'))
			buf_putc(&clean, ' ');
		bool keep = (unsigned char)text[i] >= ' ' || (text[i] == '\n' && keep_lines);
		buf_putc(&clean, keep ? text[i] : ' ');
	}
	return take(arena, &clean);
}

/* After `depth` tabs and `spaces`, where the output stands. On lines of its own (no spaces) a
 * comment keeps its line breaks and has a star before each line; behind code it is one paragraph.
 */
static void put_comment(struct buf *out, size_t depth, size_t spaces, const char *text)
{
	struct arena *arena = arena_create();
	const char *at = comment_text(arena, text, !spaces);
	size_t column = depth * OUT_TAB + spaces;
	size_t width = column + 30 < OUT_WIDTH ? OUT_WIDTH - column - 6 : 30;

	buf_puts(out, "/* ");
	for (;;) {
		size_t length = wrap(at, width);
		buf_write(out, at, length);
		at += length;
		if (!*at)
			break;
		at++;
		buf_putc(out, '\n');
		out_tabs(out, depth);
		put_spaces(out, spaces);
		buf_puts(out, spaces ? "   " : *at == '\n' ? " *" : " * ");
	}
	buf_puts(out, " */");
	arena_destroy(arena);
}

void out_comment(struct buf *out, size_t depth, const char *text)
{
	if (!*text)
		return;
	out_tabs(out, depth);
	put_comment(out, depth, 0, text);
	buf_putc(out, '\n');
}

/* ---- Lines ---- */

static bool has_comment(const struct out_line *line)
{
	return line->comment && *line->comment;
}

/* Columns of the last line of a text: a comment stands behind that one. */
static size_t last_columns(const char *text)
{
	const char *newline = strrchr(text, '\n');
	size_t tabs;

	if (!newline)
		return out_columns(text);
	newline++;
	tabs = strspn(newline, "\t"); /* the depth, which out_lines writes for the first line */
	return out_columns(newline + tabs);
}

/* How many lines from the first on have their comments in one column. */
static size_t aligned_run(const struct out_line *lines, size_t n)
{
	size_t run = 1;

	while (run < n && has_comment(&lines[run - 1]) && has_comment(&lines[run]) &&
	       !strchr(lines[run].text, '\n'))
		run++;
	return run;
}

void out_lines(struct buf *out, size_t depth, const struct out_line *lines, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t run = aligned_run(lines + i, n - i), column = 0;
		for (size_t k = i; k < i + run; k++) {
			size_t columns = last_columns(lines[k].text);
			column = columns > column ? columns : column;
		}
		for (; run; run--, i++) {
			out_tabs(out, depth);
			buf_puts(out, lines[i].text);
			if (has_comment(&lines[i])) {
				put_spaces(out, column + 1 - last_columns(lines[i].text));
				put_comment(out, depth, column + 1, lines[i].comment);
			}
			buf_putc(out, '\n');
		}
	}
}

void out_words(struct buf *out, const char *text, size_t length)
{
	bool first = true, gap = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
			gap = !first;
			continue;
		}
		if (gap)
			buf_putc(out, ' ');
		buf_putc(out, text[i]);
		first = gap = false;
	}
}

void out_call(struct buf *out, size_t depth, const char *head, const char *const *arguments,
              size_t n, const char *tail)
{
	size_t spaces = out_columns(head), start = depth * OUT_TAB + spaces, column = start;

	out_tabs(out, depth);
	buf_puts(out, head);
	for (size_t i = 0; i < n; i++) {
		size_t columns = out_columns(arguments[i]);
		/* what follows an argument: ", " or the tail */
		if (i && column + columns + (i + 1 < n ? 1 : strlen(tail)) > OUT_WIDTH) {
			out->length--; /* the blank after the comma */
			buf_putc(out, '\n');
			out_tabs(out, depth);
			put_spaces(out, spaces);
			column = start;
		}
		buf_puts(out, arguments[i]);
		buf_printf(out, "%s%s", i + 1 < n ? ", " : tail, i + 1 < n ? "" : "\n");
		column += columns + 2;
	}
}

/* ---- Initialisers ---- */

void out_field(struct out_row *row, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(row->arena, format, args);
	va_end(args);
	vec_push(row->arena, &row->fields, (struct out_line){text, NULL});
}

void out_field_string(struct out_row *row, const char *name, const char *text)
{
	size_t column = (row->depth + 1) * OUT_TAB + strlen(".") + strlen(name) + strlen(" = ");

	out_field(row, ".%s = %s", name, out_quote(row->arena, text, column));
}

void out_field_comment(struct out_row *row, const char *comment)
{
	row->fields.items[row->fields.n - 1].comment = comment;
}

/* False when a field has several lines or a comment, or the whole is too wide. */
static bool fits_one_line(const char *head, const struct out_row *row, size_t tail)
{
	size_t columns = row->depth * OUT_TAB + out_columns(head) + strlen("{}") + tail;

	for (size_t i = 0; i < row->fields.n; i++) {
		const struct out_line *field = &row->fields.items[i];
		if (has_comment(field) || strchr(field->text, '\n'))
			return false;
		columns += out_columns(field->text) + (i ? strlen(", ") : 0);
	}
	return columns <= OUT_WIDTH;
}

static void put_one_line(struct buf *out, const struct out_row *row)
{
	for (size_t i = 0; i < row->fields.n; i++)
		buf_printf(out, "%s%s", i ? ", " : "", row->fields.items[i].text);
}

static void put_many_lines(struct buf *out, const struct out_row *row)
{
	struct out_row lines = {.arena = row->arena};

	for (size_t i = 0; i < row->fields.n; i++) {
		struct out_line line = row->fields.items[i];
		line.text = arena_printf(row->arena, "%s,", line.text);
		vec_push(row->arena, &lines.fields, line);
	}
	buf_putc(out, '\n');
	out_lines(out, row->depth + 1, lines.fields.items, lines.fields.n);
	out_tabs(out, row->depth);
}

void out_row(struct buf *out, const char *head, const struct out_row *row, const char *tail,
             bool compact)
{
	out_tabs(out, row->depth);
	buf_puts(out, head);
	buf_putc(out, '{');
	if (compact && fits_one_line(head, row, strlen(tail)))
		put_one_line(out, row);
	else
		put_many_lines(out, row);
	buf_putc(out, '}');
	buf_puts(out, tail);
	buf_putc(out, '\n');
}
