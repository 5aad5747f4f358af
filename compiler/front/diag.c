/* Messages: collected with their places, printed with the lines that they are about. */
#include "front/diag.h"

#include "base/buf.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 50
#define KEPT_MAX 10000    /* bounds time and memory for a file that is all mistakes */
#define SUGGESTED_MAX 200 /* likewise: each suggestion looks at all names there are */
#define TAB_WIDTH 4
#define LINE_MAX_CELLS 160u
#define LINE_LEAD_CELLS 60u /* shown before the carets of a line that is cut */

struct note {
	struct span span;
	const char *text;
};

struct diag {
	enum diag_code code;
	struct span span;
	const char *text;
	bool dropped; /* a repetition: takes its notes with it */
	size_t order;
	VEC(struct note) notes;
	VEC(const char *) helps;
};

static const struct {
	const char *name, *title;
} codes[] = {
#define DIAG(code, title) {#code, title},
#include "front/diag.def"
#undef DIAG
};

const char *diag_code_name(enum diag_code code)
{
	return codes[code].name;
}

const char *diag_code_title(enum diag_code code)
{
	return codes[code].title;
}

bool diag_code_find(const char *name, enum diag_code *ret_code)
{
	for (size_t i = 0; i < DIAG_N_CODES; i++) {
		if (strcmp(codes[i].name, name) == 0) {
			*ret_code = (enum diag_code)i;
			return true;
		}
	}
	return false;
}

static bool is_warning(enum diag_code code)
{
	return codes[code].name[0] == 'W';
}

void diags_init(struct diags *diags, struct arena *arena, struct sources *sources)
{
	*diags = (struct diags){.arena = arena, .sources = sources};
}

/* Messages without a place are only the same when their words are. */
static bool is_known(const struct diags *diags, const struct diag *new)
{
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct diag *old = &diags->list.items[i];
		if (old->code == new->code && old->span.source == new->span.source &&
		    old->span.start == new->span.start && old->span.end == new->span.end &&
		    (new->span.source || strcmp(old->text, new->text) == 0))
			return true;
	}
	return false;
}

void diag_report(struct diags *diags, enum diag_code code, struct span span, const char *format,
                 ...)
{
	struct diag diag = {.code = code, .span = span, .text = "", .order = diags->list.n};
	diag.dropped = diags->list.n >= KEPT_MAX;
	if (!diag.dropped) {
		va_list args;
		va_start(args, format);
		diag.text = arena_vprintf(diags->arena, format, args);
		va_end(args);
		diag.dropped = is_known(diags, &diag);
		if (diag.dropped) {
			vec_push(diags->arena, &diags->list, diag);
			return;
		}
	}
	if (is_warning(code))
		diags->n_warnings++;
	else
		diags->n_errors++;
	if (diags->list.n > KEPT_MAX)
		diags->list.items[KEPT_MAX] = diag;
	else
		vec_push(diags->arena, &diags->list, diag);
}

/* The report that a note or a help belongs to, or NULL when nobody will read it. */
static struct diag *last_kept(struct diags *diags)
{
	struct diag *last = diags->list.n ? &diags->list.items[diags->list.n - 1] : NULL;
	return last && !last->dropped ? last : NULL;
}

void diag_note(struct diags *diags, struct span span, const char *format, ...)
{
	struct diag *diag = last_kept(diags);
	if (!diag)
		return;
	va_list args;
	va_start(args, format);
	struct note note = {span, arena_vprintf(diags->arena, format, args)};
	va_end(args);
	vec_push(diags->arena, &diag->notes, note);
}

void diag_help(struct diags *diags, const char *format, ...)
{
	struct diag *diag = last_kept(diags);
	if (!diag)
		return;
	va_list args;
	va_start(args, format);
	const char *text = arena_vprintf(diags->arena, format, args);
	va_end(args);
	vec_push(diags->arena, &diag->helps, text);
}

void diag_choose(struct diags *diags, const char *what, const char *word,
                 const char *const *candidates, size_t n)
{
	enum { MOST = 12 };
	const char *all = "";

	if (text_nearest(word, candidates, n)) {
		diag_suggest(diags, word, candidates, n);
		return;
	}
	for (size_t i = 0; i < n && n <= MOST; i++)
		all = arena_printf(diags->arena, "%s%s%s", all, i ? ", " : "", candidates[i]);
	if (n > 0 && n <= MOST)
		diag_help(diags, "%s %s", what, all);
}

bool diag_wants_suggestion(const struct diags *diags)
{
	return diags->list.n <= SUGGESTED_MAX;
}

void diag_suggest(struct diags *diags, const char *word, const char *const *candidates, size_t n)
{
	if (!diag_wants_suggestion(diags))
		return;
	const char *nearest = text_nearest(word, candidates, n);
	if (nearest)
		diag_help(diags, "did you mean '%s'?", nearest);
}

void diag_offer(struct diags *diags, const char *word, const char *const *candidates, size_t n)
{
	enum { FEW = 12 };
	struct buf list;

	if (!diag_wants_suggestion(diags))
		return;
	if (n == 0 || n > FEW || text_nearest(word, candidates, n)) {
		diag_suggest(diags, word, candidates, n);
		return;
	}
	buf_init(&list);
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s'%s'", i == 0 ? "" : i + 1 < n ? ", " : " and ", candidates[i]);
	diag_help(diags, "it has %s", list.text);
	buf_finish(&list);
}

/* ---- Printing ---- */

enum style { STYLE_NONE, STYLE_PLACE, STYLE_ERROR, STYLE_WARNING, STYLE_NOTE };

struct printer {
	const struct sources *sources;
	struct buf out;
	bool colour;
	int gutter; /* digits of the largest line number of this report */
};

static void style(struct printer *p, enum style style)
{
	static const char *const escapes[] = {"\033[0m", "\033[1m", "\033[1;31m", "\033[1;33m",
	                                      "\033[1;36m"};
	if (p->colour)
		buf_puts(&p->out, escapes[style]);
}

/* What one character of the source looks like: bytes to print, the columns they take. */
struct cell {
	char text[8];
	uint32_t length, width;
	uint32_t n_source; /* bytes of the source */
};

/* Control characters and bytes that are no UTF-8 become \xNN: a message must not steer the
 * terminal. */
static struct cell cell_at(const char *text, size_t n, uint32_t column)
{
	struct cell cell = {.n_source = 1};
	unsigned char c = (unsigned char)text[0];
	uint32_t length = (uint32_t)text_utf8_length(text, n);
	bool control = c < 0x20 || c == 0x7f ||
	               (c == 0xc2 && length && (unsigned char)text[1] < 0xa0);
	if (c == '\t') {
		cell.width = cell.length = TAB_WIDTH - column % TAB_WIDTH;
		memset(cell.text, ' ', cell.length);
	} else if (length && !control) {
		cell.length = cell.n_source = length;
		cell.width = 1;
		memcpy(cell.text, text, length);
	} else {
		cell.length = cell.width = 4;
		snprintf(cell.text, sizeof cell.text, "\\x%02x", (unsigned)c);
	}
	return cell;
}

static void print_text(struct printer *p, const char *text)
{
	size_t n = strlen(text);
	while (n) {
		struct cell cell = cell_at(text, n, 0);
		if (*text == '\n' || *text == '\t')
			buf_putc(&p->out, *text);
		else
			buf_write(&p->out, cell.text, cell.length);
		text += cell.n_source;
		n -= cell.n_source;
	}
}

/* A source line, and the columns of the display that it is cut to and underlined in. */
struct view {
	const char *text;
	uint32_t length;             /* bytes, without the line's end */
	uint32_t mark, mark_end;     /* bytes */
	uint32_t column, column_end; /* of the mark */
	uint32_t n_columns;
	uint32_t from, to; /* columns shown */
};

static void view_measure(struct view *v)
{
	uint32_t column = 0;
	for (uint32_t i = 0; i < v->length;) {
		struct cell cell = cell_at(v->text + i, v->length - i, column);
		uint32_t next = i + cell.n_source;
		if (i <= v->mark)
			v->column = column;
		column += cell.width;
		if (i < v->mark_end)
			v->column_end = column;
		i = next;
	}
	v->n_columns = column;
	if (v->mark >= v->length)
		v->column = column;
	if (v->column_end <= v->column)
		v->column_end = v->column + 1;
	v->to = column;
	if (column <= LINE_MAX_CELLS)
		return;
	v->from = v->column > LINE_LEAD_CELLS ? v->column - LINE_LEAD_CELLS : 0;
	if (v->from > column - LINE_MAX_CELLS)
		v->from = column - LINE_MAX_CELLS;
	v->to = v->from + LINE_MAX_CELLS;
}

static struct view view_make(const struct sources *sources, struct span span, uint32_t line)
{
	const struct source *source = &sources->list.items[span.source];
	uint32_t start = source->lines.items[line - 1];
	uint32_t end = line < source->lines.n ? source->lines.items[line] - 1 : source->length;
	if (end > start && source->text[end - 1] == '\r')
		end--;
	struct view v = {.text = source->text + start, .length = end - start};
	uint32_t span_start = span.start < source->length ? span.start : source->length;
	v.mark = span_start - start;
	v.mark_end = span.end > end ? v.length : span.end > start ? span.end - start : 0;
	view_measure(&v);
	return v;
}

static void print_line(struct printer *p, const struct view *v)
{
	if (v->from)
		buf_puts(&p->out, "…");
	uint32_t column = 0;
	for (uint32_t i = 0; i < v->length && column < v->to;) {
		struct cell cell = cell_at(v->text + i, v->length - i, column);
		/* The first column gives way to the …, and so does one cut in two. */
		if (column >= v->from + (v->from > 0) && column + cell.width <= v->to)
			buf_write(&p->out, cell.text, cell.length);
		else
			for (uint32_t c = column; c < column + cell.width && c < v->to; c++)
				if (c >= v->from + (v->from > 0))
					buf_putc(&p->out, ' ');
		column += cell.width;
		i += cell.n_source;
	}
	if (v->to < v->n_columns)
		buf_puts(&p->out, "…");
}

static void print_carets(struct printer *p, const struct view *v)
{
	uint32_t end = v->column_end < v->to || v->to == v->n_columns ? v->column_end : v->to;
	for (uint32_t c = v->from; c < v->column; c++)
		buf_putc(&p->out, ' ');
	for (uint32_t c = v->column; c < end; c++)
		buf_putc(&p->out, '^');
}

static void print_snippet(struct printer *p, struct span span, enum style mark)
{
	uint32_t line = source_position(p->sources, span.source, span.start).line;
	struct view view = view_make(p->sources, span, line);
	buf_printf(&p->out, "%*s |\n%*u | ", p->gutter, "", p->gutter, line);
	print_line(p, &view);
	while (p->out.text[p->out.length - 1] == ' ')
		p->out.length--;
	buf_printf(&p->out, "\n%*s | ", p->gutter, "");
	style(p, mark);
	print_carets(p, &view);
	style(p, STYLE_NONE);
	buf_putc(&p->out, '\n');
}

static void print_place(struct printer *p, struct span span)
{
	style(p, STYLE_PLACE);
	if (span.source) {
		struct position at = source_position(p->sources, span.source, span.start);
		print_text(p, p->sources->list.items[span.source].path);
		buf_printf(&p->out, ":%u:%u: ", at.line, at.column);
	} else {
		buf_puts(&p->out, "pkdc: ");
	}
	style(p, STYLE_NONE);
}

static void print_aside(struct printer *p, const char *word, const char *text)
{
	buf_printf(&p->out, "%*s = ", p->gutter, "");
	style(p, STYLE_NOTE);
	buf_puts(&p->out, word);
	style(p, STYLE_NONE);
	buf_puts(&p->out, ": ");
	print_text(p, text);
	buf_putc(&p->out, '\n');
}

static int gutter_of(const struct printer *p, const struct diag *diag)
{
	uint32_t line = 1;
	if (diag->span.source)
		line = source_position(p->sources, diag->span.source, diag->span.start).line;
	for (size_t i = 0; i < diag->notes.n; i++) {
		struct span span = diag->notes.items[i].span;
		if (!span.source)
			continue;
		uint32_t other = source_position(p->sources, span.source, span.start).line;
		if (other > line)
			line = other;
	}
	return snprintf(NULL, 0, "%u", line);
}

static void print_notes(struct printer *p, const struct diag *diag)
{
	for (size_t i = 0; i < diag->notes.n; i++) {
		const struct note *note = &diag->notes.items[i];
		if (!note->span.source) {
			print_aside(p, "note", note->text);
			continue;
		}
		print_place(p, note->span);
		style(p, STYLE_NOTE);
		buf_puts(&p->out, "note");
		style(p, STYLE_NONE);
		buf_puts(&p->out, ": ");
		print_text(p, note->text);
		buf_putc(&p->out, '\n');
		print_snippet(p, note->span, STYLE_NOTE);
	}
}

static void print_diag(struct printer *p, const struct diag *diag)
{
	bool warning = is_warning(diag->code);
	enum style mark = warning ? STYLE_WARNING : STYLE_ERROR;
	p->gutter = gutter_of(p, diag);
	print_place(p, diag->span);
	style(p, mark);
	buf_printf(&p->out, "%s[%s]", warning ? "warning" : "error", diag_code_name(diag->code));
	style(p, STYLE_NONE);
	buf_puts(&p->out, ": ");
	print_text(p, diag->text);
	buf_putc(&p->out, '\n');
	if (diag->span.source)
		print_snippet(p, diag->span, mark);
	print_notes(p, diag);
	for (size_t i = 0; i < diag->helps.n; i++)
		print_aside(p, "help", diag->helps.items[i]);
}

static int compare(const void *a, const void *b)
{
	const struct diag *x = *(const struct diag *const *)a, *y = *(const struct diag *const *)b;
	if (x->span.source != y->span.source)
		return x->span.source < y->span.source ? -1 : 1;
	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void print_total(struct buf *out, size_t n_errors, size_t n_warnings)
{
	if (n_errors)
		buf_printf(out, "%zu error%s", n_errors, n_errors == 1 ? "" : "s");
	if (n_errors && n_warnings)
		buf_puts(out, ", ");
	if (n_warnings)
		buf_printf(out, "%zu warning%s", n_warnings, n_warnings == 1 ? "" : "s");
	if (n_errors || n_warnings)
		buf_putc(out, '\n');
}

void diags_print(const struct diags *diags, FILE *file, bool colour)
{
	VEC(const struct diag *) sorted = {0};
	for (size_t i = 0; i < diags->list.n; i++) {
		if (!diags->list.items[i].dropped)
			vec_push(diags->arena, &sorted, &diags->list.items[i]);
	}
	if (sorted.n)
		qsort(sorted.items, sorted.n, sizeof *sorted.items, compare);
	struct printer p = {.sources = diags->sources, .colour = colour};
	buf_init(&p.out);
	size_t n_shown = sorted.n < SHOWN_MAX ? sorted.n : SHOWN_MAX;
	for (size_t i = 0; i < n_shown; i++)
		print_diag(&p, sorted.items[i]);
	size_t n_all = diags->n_errors + diags->n_warnings;
	if (n_all > n_shown)
		buf_printf(&p.out, "%zu more not shown\n", n_all - n_shown);
	print_total(&p.out, diags->n_errors, diags->n_warnings);
	fwrite(p.out.text, 1, p.out.length, file);
	buf_finish(&p.out);
}
