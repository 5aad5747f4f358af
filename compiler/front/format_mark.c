/* What each token is to its neighbours and how deep its line stands: a walk over the tokens that
 * knows as much of the grammar as tells a type from a value, so that < and > are. */
#include "front/format.h"
#include <ctype.h>
#include <string.h>

#define STEP 4u /* columns of one indent */

/* What the tokens between two brackets, or those outside of all, are. */
enum frame_kind {
	FRAME_FILE,
	FRAME_NODE,   /* the items of a node */
	FRAME_BLOCK,  /* the statements of a pipeline, of `for` and `if` */
	FRAME_RULES,  /* those of a deploy, and a failure policy */
	FRAME_LIST,   /* fields, names, members: separated by commas or line ends */
	FRAME_LIMITS, /* so separated, each a word and a value */
	FRAME_PORTS,  /* (…) of a declaration */
	FRAME_TYPE,   /* <…>, [T; N] */
	FRAME_VALUE,  /* brackets in expressions */
};

struct frame {
	enum frame_kind kind;
	uint32_t indent;       /* of a line that begins inside */
	uint32_t close_indent; /* of one that begins with the bracket that closes */
	char close;

	/* Of the statement, or of the item of a list, so far. */
	const struct element *first;
	uint32_t n_tokens;
	uint32_t first_indent; /* of the line that it begins in */
	bool in_type;          /* a type stands here */
	bool assigned;         /* an = has been seen */
};

struct marker {
	struct arena *arena;
	VEC(struct frame) frames;
	const struct element *before; /* the last token */
	uint32_t line_indent;         /* of the line in hand */
};

static bool is(const struct element *e, const char *text)
{
	return e && e->length == strlen(text) && memcmp(e->text, text, e->length) == 0;
}

static bool is_any(const struct element *e, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(e, texts[i]))
			return true;
	return false;
}

#define IS_ANY(element, ...)                                \
	is_any(element, (const char *const[]){__VA_ARGS__}, \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct frame *top(struct marker *m)
{
	return &m->frames.items[m->frames.n - 1];
}

/* Whether its parts are statements or items, which have a beginning of their own. */
static bool has_statements(const struct frame *f)
{
	return f->kind != FRAME_PORTS && f->kind != FRAME_TYPE && f->kind != FRAME_VALUE;
}

static void end_statement(struct frame *f)
{
	f->first = NULL;
	f->n_tokens = 0;
	f->assigned = false;
	f->in_type = f->kind == FRAME_TYPE;
}

/* ---- Spaces ---- */

/* Whether an operand ends here, so that what follows can be its call, its index or an operator. */
static bool ends_operand(struct marker *m)
{
	const struct frame *f = top(m);
	const struct element *e = m->before;

	if (!e || (has_statements(f) && f->n_tokens == 0))
		return false;
	if ((f->kind == FRAME_NODE || f->kind == FRAME_LIMITS) && f->n_tokens == 1)
		return false; /* `budget (…)` is no call */
	if (f->kind == FRAME_RULES && !f->assigned &&
	    IS_ANY(e, "workers", "cpu", "priority", "spin"))
		return false;
	if (IS_ANY(e, "and", "or", "not", "in", "if", "then", "else", "where", "select", "when"))
		return false;
	if (isalnum((unsigned char)e->text[0]) || e->text[0] == '_' || e->text[0] == '"')
		return true;
	return IS_ANY(e, ")", "]", "}") || (is(e, ">") && e->tight_before);
}

static void mark_space(struct marker *m, struct element *e)
{
	if (IS_ANY(e, ",", ";", ":", ")", "]", "?"))
		e->tight_before = true;
	else if (IS_ANY(e, ".", "..", "..<"))
		e->tight_before = e->tight_after = true;
	else if (is(e, "-"))
		e->tight_after = !ends_operand(m);
	if (IS_ANY(e, "(", "[")) {
		e->tight_after = true;
		e->tight_before = ends_operand(m) && !is(m->before, "}");
	}
}

/* ---- Brackets ---- */

static bool opens_generics(const struct frame *f)
{
	if (f->in_type)
		return true;
	return f->kind == FRAME_FILE && f->n_tokens == 2 && IS_ANY(f->first, "node", "pipeline");
}

static enum frame_kind kind_of_braces(const struct frame *f)
{
	if (f->kind == FRAME_FILE) {
		if (is(f->first, "node"))
			return FRAME_NODE;
		if (IS_ANY(f->first, "type", "enum"))
			return FRAME_LIST;
		return is(f->first, "deploy") ? FRAME_RULES : FRAME_BLOCK;
	}
	if (f->kind == FRAME_BLOCK && IS_ANY(f->first, "for", "if") && !f->assigned)
		return FRAME_BLOCK;
	if (f->kind == FRAME_RULES)
		return is(f->first, "process") ? FRAME_LIST
		       : is(f->first, "limit") ? FRAME_LIMITS
		                               : FRAME_RULES;
	return FRAME_VALUE;
}

static enum frame_kind kind_of(const struct frame *f, char open)
{
	bool declares = (f->kind == FRAME_FILE && IS_ANY(f->first, "node", "pipeline")) ||
	                (f->kind == FRAME_NODE && is(f->first, "command"));

	switch (open) {
	case '(':
		return declares ? FRAME_PORTS : FRAME_VALUE;
	case '[':
		return f->in_type ? FRAME_TYPE : FRAME_VALUE;
	case '{':
		return kind_of_braces(f);
	default:
		return FRAME_TYPE;
	}
}

static void open_frame(struct marker *m, const struct element *e)
{
	static const char opens[] = "([{<", closes[] = ")]}>";
	const struct frame *f = top(m);
	struct frame new = {.kind = kind_of(f, e->text[0])};

	/* A block belongs to its statement, brackets in a line to that line. */
	new.close_indent = has_statements(&new) ? f->first_indent : m->line_indent;
	new.indent = new.close_indent + STEP;
	new.close = closes[strchr(opens, e->text[0]) - opens];
	new.in_type = new.kind == FRAME_TYPE;
	if (e->text[0] == '(')
		top(m)->in_type = false;
	vec_push(m->arena, &m->frames, new);
}

static bool closes_frame(struct marker *m, const struct element *e)
{
	return m->frames.n > 1 && e->kind == ELEMENT_TOKEN && e->length == 1 &&
	       e->text[0] == top(m)->close;
}

/* Opens and closes frames; true when the token was such a bracket. */
static bool mark_bracket(struct marker *m, struct element *e)
{
	if (closes_frame(m, e)) {
		e->tight_before |= e->text[0] == '>';
		m->frames.n--;
		return true;
	}
	if (is(e, "<")) {
		if (!opens_generics(top(m)))
			return false;
		e->tight_before = e->tight_after = true;
	} else if (!IS_ANY(e, "(", "[", "{")) {
		return false;
	}
	open_frame(m, e);
	return true;
}

/* ---- The walk ---- */

/* Where a type begins and ends. */
static void mark_type(struct frame *f, const struct element *e)
{
	bool declares = f->kind == FRAME_PORTS || f->kind == FRAME_LIST || f->kind == FRAME_NODE ||
	                f->kind == FRAME_FILE;

	if (f->kind == FRAME_TYPE)
		return;
	if (is(e, ":") || (is(e, "->") && f->kind != FRAME_PORTS))
		f->in_type = declares && !f->assigned;
	else if (IS_ANY(e, "=", "in", ",", "?"))
		f->in_type = false;
	if (is(e, ",") && f->kind == FRAME_PORTS)
		f->assigned = false;
}

static void mark_assignment(struct frame *f, struct element *e)
{
	if (!is(e, "="))
		return;
	e->binds = !f->assigned && (f->kind == FRAME_BLOCK || f->kind == FRAME_RULES ||
	                            (f->kind == FRAME_FILE && is(f->first, "const")));
	f->assigned = true;
}

static uint32_t indent_of(struct marker *m, const struct element *e)
{
	const struct frame *f = top(m);

	if (closes_frame(m, e))
		return f->close_indent;
	return f->indent + (has_statements(f) && f->n_tokens ? STEP : 0);
}

static void mark_token(struct marker *m, struct element *e)
{
	struct frame *f = top(m);

	if (has_statements(f) && f->n_tokens == 0 && !closes_frame(m, e)) {
		e->begins = true;
		f->first = e;
		f->first_indent = m->line_indent;
	}
	mark_space(m, e);
	mark_type(f, e);
	mark_assignment(f, e);
	if (mark_bracket(m, e))
		f = IS_ANY(e, ")", "]", "}", ">") ? top(m) : &m->frames.items[m->frames.n - 2];
	f->n_tokens++;
	if (e->ends || ((f->kind == FRAME_LIST || f->kind == FRAME_LIMITS) && is(e, ",")))
		end_statement(f);
	m->before = e;
}

void format_mark(struct arena *arena, struct elements *elements)
{
	struct marker m = {.arena = arena};

	vec_push(arena, &m.frames, (struct frame){.kind = FRAME_FILE});
	for (size_t i = 0; i < elements->n; i++) {
		struct element *e = &elements->items[i];
		e->indent = indent_of(&m, e);
		if (i == 0 || element_begins_line(e))
			m.line_indent = e->indent;
		if (e->kind == ELEMENT_TOKEN)
			mark_token(&m, e);
	}
}
