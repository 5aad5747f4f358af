/* Lays a source text out anew: the author's line breaks, but for blank lines in a row; indents, and
 * the spaces between tokens, by rule. Where the author aligned the = of bindings or the comments
 * behind lines, they are aligned. */
#define _GNU_SOURCE /* memmem */
#include "front/format.h"
#include "base/buf.h"
#include "base/text.h"
#include <string.h>

#define TAB 8u
#define COMMENT_GAP 2u /* before a comment at a line's end */
#define SPREAD_MAX 64u /* columns that an author's alignment may add */
#define WIDTH_MAX 200u /* of lines that are aligned: what is longer keeps out of it */

/* ---- Reading: tokens, and the comments between them ---- */

struct reader {
	struct arena *arena;
	const char *text;
	uint32_t at, column, breaks;
	struct elements *elements;
};

static void advance(struct reader *r, uint32_t to)
{
	for (; r->at < to; r->at++) {
		unsigned char c = (unsigned char)r->text[r->at];
		if (c == '\n') {
			r->column = 0;
			r->breaks++;
		} else if (c == '\t') {
			r->column += TAB - r->column % TAB;
		} else {
			r->column += text_is_character_start(r->text[r->at]);
		}
	}
}

static void read_element(struct reader *r, enum element_kind kind, uint32_t end)
{
	struct element e = {.kind = kind, .text = r->text + r->at, .length = end - r->at};

	e.column = r->column;
	e.breaks = r->breaks;
	e.many_lines = memchr(e.text, '\n', e.length);
	advance(r, end);
	e.end_column = r->column;
	r->breaks = 0;
	while (kind == ELEMENT_LINE_COMMENT && strchr(" \t\r", e.text[e.length - 1]))
		e.length--;
	vec_push(r->arena, r->elements, e);
}

/* Comments up to the next token. Everything else there is white space, for the text was scanned. */
static void read_gap(struct reader *r, uint32_t end)
{
	while (r->at < end) {
		const char *text = r->text + r->at, *close;
		uint32_t left = end - r->at;
		if (left >= 2 && text[0] == '/' && text[1] == '/') {
			close = memchr(text, '\n', left);
			read_element(r, ELEMENT_LINE_COMMENT,
			             close ? (uint32_t)(close - r->text) : end);
		} else if (left >= 4 && text[0] == '/' && text[1] == '*') {
			close = memmem(text + 2, left - 2, "*/", 2);
			read_element(r, ELEMENT_BLOCK_COMMENT,
			             close ? (uint32_t)(close + 2 - r->text) : end);
		} else {
			advance(r, r->at + 1);
		}
	}
}

/* False after mistakes, which are in diags. */
static bool read_elements(struct arena *arena, struct diags *diags, struct sources *sources,
                          uint32_t source, struct elements *ret_elements)
{
	size_t n_errors = diags->n_errors;
	struct tokens tokens = lexer_tokens(arena, diags, sources, source);
	const struct source *s = &sources->list.items[source];
	struct reader r = {.arena = arena, .text = s->text, .elements = ret_elements};
	size_t last = SIZE_MAX;

	*ret_elements = (struct elements){0};
	for (size_t i = 0; i < tokens.n; i++) {
		struct token token = tokens.items[i];
		read_gap(&r, token.span.start);
		if (token.ends_statement) {
			if (last != SIZE_MAX)
				ret_elements->items[last].ends = true;
			continue;
		}
		last = ret_elements->n;
		read_element(&r, ELEMENT_TOKEN, token.span.end);
	}
	read_gap(&r, s->length);
	return diags->n_errors == n_errors;
}

/* ---- Lines ---- */

/* Elements first … end-1; their gaps are set. */
struct line {
	size_t first, end;
	bool follows;        /* right below the line before, without a blank one */
	uint32_t width;      /* of all but a comment at its end */
	uint32_t bind_width; /* of what stands before the = */
	struct element *bind;
	const struct element *comment; /* at its end, with something before it; or NULL */
};

VEC_OF(lines, struct line);

struct layout {
	struct arena *arena;
	struct elements elements;
	struct lines lines;
};

static uint32_t width_of(const struct element *e)
{
	return (uint32_t)text_columns(e->text, e->length);
}

static uint32_t gap_between(const struct element *a, const struct element *b)
{
	return a->tight_after || b->tight_before ? 0 : 1;
}

/* The = of the statement that begins the line, where it may be aligned. */
static bool is_bind(const struct element *e, const struct line *line, size_t i)
{
	if (!e[i].binds || !e[line->first].begins)
		return false;
	for (size_t k = line->first + 1; k < i; k++)
		if (e[k].begins || e[k].many_lines)
			return false;
	return true;
}

static void measure(struct layout *l, struct line *line)
{
	struct element *e = l->elements.items;
	bool many_lines = false;
	uint32_t at = 0;

	for (size_t i = line->first; i < line->end; i++) {
		bool last = i + 1 == line->end;
		e[i].gap = i == line->first ? e[i].indent : gap_between(&e[i - 1], &e[i]);
		if (last && i > line->first && e[i].kind != ELEMENT_TOKEN) {
			e[i].gap = COMMENT_GAP;
			if (!many_lines && !e[i].many_lines && at <= WIDTH_MAX)
				line->comment = &e[i];
			break;
		}
		if (at <= WIDTH_MAX && is_bind(e, line, i)) {
			line->bind = &e[i];
			line->bind_width = at;
		}
		many_lines |= e[i].many_lines;
		at += e[i].gap + width_of(&e[i]);
	}
	line->width = at;
}

static void find_lines(struct layout *l)
{
	for (size_t i = 0; i < l->elements.n; i++) {
		if (i == 0 || element_begins_line(&l->elements.items[i]))
			vec_push(l->arena, &l->lines,
			         (struct line){.first = i,
			                       .follows = l->elements.items[i].breaks == 1});
		l->lines.items[l->lines.n - 1].end = i + 1;
	}
	for (size_t i = 0; i < l->lines.n; i++)
		measure(l, &l->lines.items[i]);
}

/* ---- Alignment ---- */

/* The column that the author gave to the first of a run, where there is room for all of it. */
static uint32_t column_for(uint32_t written, uint32_t least)
{
	return written > least && written - least <= SPREAD_MAX ? written : least;
}

static uint32_t indent_of(const struct layout *l, const struct line *line)
{
	return l->elements.items[line->first].indent;
}

/* Bindings in lines that follow each other, at one indent. */
static size_t bind_run(const struct layout *l, size_t start)
{
	const struct line *lines = l->lines.items;
	size_t end = start + 1;

	while (end < l->lines.n && lines[end].follows && lines[end].bind &&
	       indent_of(l, &lines[end]) == indent_of(l, &lines[start]))
		end++;
	return end;
}

static void align_binds(struct layout *l, size_t start, size_t end)
{
	const struct line *lines = l->lines.items;
	const struct element *first = &l->elements.items[lines[start].first];
	uint32_t written = lines[start].bind->column - first->column + first->indent;
	uint32_t least = 0;
	bool aligned = false;

	for (size_t i = start; i < end; i++) {
		const struct element *bind = lines[i].bind;
		aligned |= bind->column > bind[-1].end_column + 1;
		least = lines[i].bind_width + 1 > least ? lines[i].bind_width + 1 : least;
	}
	for (size_t i = start; i < end && aligned && end > start + 1; i++) {
		struct line *line = &l->lines.items[i];
		uint32_t gap = column_for(written, least) - line->bind_width;
		line->width += gap - line->bind->gap;
		line->bind->gap = gap;
	}
}

/* A comment alone in its line, right below one behind a line and in its column, goes on with it. */
static bool continues(const struct layout *l, size_t line, uint32_t column)
{
	const struct line *below = &l->lines.items[line];
	const struct element *e = &l->elements.items[below->first];

	return below->end == below->first + 1 && e->kind == ELEMENT_LINE_COMMENT &&
	       e->column == column;
}

static void align_comments(struct layout *l, size_t start, size_t *ret_end)
{
	struct line *lines = l->lines.items;
	uint32_t column = lines[start].comment->column, least = 0;
	size_t end = start;

	do {
		if (lines[end].comment) {
			column = lines[end].comment->column;
			least = lines[end].width > least ? lines[end].width : least;
		}
		end++;
	} while (end < l->lines.n && lines[end].follows &&
	         (lines[end].comment || continues(l, end, column)));
	column = column_for(lines[start].comment->column, least + COMMENT_GAP);
	for (size_t i = start; i < end; i++)
		l->elements.items[lines[i].end - 1].gap = column -
		                                          (lines[i].comment ? lines[i].width : 0);
	*ret_end = end;
}

static void align(struct layout *l)
{
	for (size_t i = 0; i < l->lines.n;) {
		size_t end = i + 1;
		if (l->lines.items[i].bind) {
			end = bind_run(l, i);
			align_binds(l, i, end);
		}
		i = end;
	}
	for (size_t i = 0; i < l->lines.n;) {
		if (l->lines.items[i].comment)
			align_comments(l, i, &i);
		else
			i++;
	}
}

/* ---- Writing ---- */

static void write_layout(const struct layout *l, struct buf *out)
{
	for (size_t i = 0; i < l->elements.n; i++) {
		const struct element *e = &l->elements.items[i];
		if (i > 0 && e->breaks > 0)
			buf_puts(out, e->breaks > 1 ? "\n\n" : "\n");
		for (uint32_t k = 0; k < e->gap; k++)
			buf_putc(out, ' ');
		buf_write(out, e->text, e->length);
	}
	if (l->elements.n)
		buf_putc(out, '\n');
}

static bool same(const struct elements *a, const struct elements *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct element *x = &a->items[i], *y = &b->items[i];
		if (x->kind != y->kind || x->ends != y->ends || x->length != y->length ||
		    memcmp(x->text, y->text, x->length) != 0)
			return false;
	}
	return true;
}

bool format(struct arena *arena, struct sources *sources, uint32_t source, struct buf *out)
{
	struct layout layout = {.arena = arena};
	struct elements again;
	struct diags diags;
	uint32_t result;

	diags_init(&diags, arena, sources);
	if (!read_elements(arena, &diags, sources, source, &layout.elements))
		return false;
	format_mark(arena, &layout.elements);
	find_lines(&layout);
	align(&layout);
	write_layout(&layout, out);
	if (out->length > SOURCE_MAX)
		return false;
	sources_add_text(sources, "", "", out->text, out->length, &result);
	return read_elements(arena, &diags, sources, result, &again) &&
	       same(&layout.elements, &again);
}
