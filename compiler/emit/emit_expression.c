/* Nodes made of expressions: for each one its structs of values, and a step that computes it,
 * beneath the line of the source that it comes from. */
#include "emit/writer.h"
#include "sema/c_name.h"
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

enum { MARGIN = 14 }; /* columns of a line that are not its expression's: "*out->value = " */

/* ---- Statements ---- */

void writer_say(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(w->arena, format, args);
	va_end(args);
	for (const char *end; *text; text = end) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		out_tabs(w->out, w->depth);
		buf_write(w->out, text, (size_t)(end - text));
	}
	buf_putc(w->out, '\n');
}

void writer_define(struct writer *w, const char *declaration, const char *value)
{
	size_t columns = w->depth * OUT_TAB + out_columns(declaration) + out_columns(value) + 4;

	writer_say(w, columns <= OUT_WIDTH ? "%s = %s;" : "%s =\n\t%s;", declaration, value);
}

void writer_open(struct writer *w, struct block *block)
{
	block->outer = w->out;
	block->n_facts = w->facts.n;
	buf_init(&block->inner);
	w->out = &block->inner;
	w->depth++;
}

const char *writer_close(struct writer *w, struct block *block)
{
	const char *text = arena_strndup(w->arena, block->inner.text, block->inner.length);

	buf_finish(&block->inner);
	w->out = block->outer;
	w->facts.n = block->n_facts;
	w->depth--;
	return text;
}

size_t writer_room(const struct writer *w)
{
	size_t used = w->depth * OUT_TAB + MARGIN;

	return used + 20 < OUT_WIDTH ? OUT_WIDTH - used : 20;
}

/* ---- Names and types ---- */

/* "x_2", which may be a macro as x is not; without a name, the next of "t1", "t2" … */
static const char *another(struct writer *w, const char *wanted, int i)
{
	return wanted ? c_member(w->arena, arena_printf(w->arena, "%s_%d", wanted, i))
	              : arena_printf(w->arena, "t%u", ++w->n_temporaries);
}

const char *writer_name(struct writer *w, const char *wanted)
{
	const char *name = wanted ? c_member(w->arena, wanted) : another(w, NULL, 0);

	for (int i = 2; map_get(&w->names, name) || map_get(&w->p->names, name); i++)
		name = another(w, wanted, i);
	map_put(w->arena, &w->names, name, w);
	return name;
}

/* A name for a member that a struct does not have yet. */
static const char *claim_member(struct writer *w, struct map *members, const char *wanted)
{
	const char *name = wanted ? c_member(w->arena, wanted) : another(w, NULL, 0);

	for (int i = 2; map_get(members, name); i++)
		name = another(w, wanted, i);
	map_put(w->arena, members, name, w);
	return name;
}

const char *writer_member(struct writer *w, const char *wanted)
{
	return claim_member(w, &w->members, wanted);
}

void writer_forget(struct writer *w, const char *name)
{
	map_put(w->arena, &w->names, name, NULL);
}

/* What must not be hidden by a local name, beside what the file declares. */
static void reserve_names(struct writer *w)
{
	static const char *const names[] = {
		"self",  "in",     "out",     "node",   "inputs", "outputs",  "ctx",
		"state", "memcpy", "memmove", "strcmp", "strlen", "offsetof",
#define TYPE(constant, word, c_type, size, pkd_kind) c_type,
#include "sema/type.def"
#undef TYPE
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		map_put(w->arena, &w->names, names[i], w);
	for (size_t i = 0; i < N_FUNCTIONS; i++)
		if (functions[i].form == FORM_REAL || functions[i].form == FORM_WHOLE)
			map_put(w->arena, &w->names, functions[i].c_word, w);
}

void writer_init(struct writer *w, struct program *p, struct buf *out, size_t depth)
{
	w->p = p;
	w->arena = w->rooms.arena = p->arena;
	w->out = out;
	w->depth = depth;
	reserve_names(w);
}

static bool has_struct(const struct type *type)
{
	return (type->kind == TYPE_STRING && type->n.value) || type->kind == TYPE_BYTES ||
	       type->kind == TYPE_LIST;
}

/* "struct value_string_32": for the shapes that C has no name for. */
static const char *struct_name(struct writer *w, const struct type *type)
{
	const char *name = map_get(w->types, type->name);

	if (name)
		return name;
	const char *wanted = arena_printf(w->arena, "value_%s",
	                                  out_identifier(w->arena, type->name));
	name = arena_printf(w->arena, "struct %s", program_claim_tag(w->p, wanted));
	map_put(w->arena, w->types, type->name, (void *)(uintptr_t)name);
	buf_putc(w->type_text, '\n');
	out_comment(w->type_text, 0, type->name);
	buf_printf(w->type_text, "%s %s;\n", name, type_c_body(w->arena, type, 0));
	return name;
}

const char *writer_variable(struct writer *w, const struct type *type, const char *name)
{
	if (has_struct(type))
		return arena_printf(w->arena, "%s %s", struct_name(w, type), name);
	if (type->kind == TYPE_ARRAY)
		return writer_variable(w, type->item,
		                       arena_printf(w->arena, "%s[%llu]", name,
		                                    (unsigned long long)type->n.value));
	if (!term_is_place(type) && type->kind == TYPE_BOOL)
		return arena_printf(w->arena, "bool %s", name);
	if (!term_is_place(type) && type->kind == TYPE_STRING)
		return arena_printf(w->arena, "const char *%s", name);
	return type_c_declaration(w->arena, type, name, w->depth);
}

static const char *pointer_to(struct writer *w, const struct type *type, const char *name)
{
	if (type->kind == TYPE_IMAGE)
		return arena_printf(w->arena, "struct pkd_image *%s", name);
	if (type->kind == TYPE_BOOL)
		return arena_printf(w->arena, "uint8_t *%s", name);
	return writer_variable(
		w, type, arena_printf(w->arena, type->kind == TYPE_ARRAY ? "(*%s)" : "*%s", name));
}

const char *writer_pointer(struct writer *w, const struct type *type, const char *name)
{
	return arena_printf(w->arena, "const %s", pointer_to(w, type, name));
}

/* ---- Absence ---- */

const char *writer_leave(struct writer *w)
{
	if (w->unfit)
		return arena_printf(w->arena, "return %s;", w->unfit);
	if (w->escape) {
		w->escaped = true;
		return arena_printf(w->arena, "goto %s;", w->escape);
	}
	if (w->in_part)
		return "return false;";
	*w->uses_absent = true;
	return "return absent(ctx);";
}

bool writer_knows(const struct writer *w, const char *condition)
{
	for (size_t i = 0; i < w->facts.n; i++)
		if (strcmp(w->facts.items[i], condition) == 0)
			return true;
	return false;
}

void writer_learn(struct writer *w, const char *condition)
{
	if (!writer_knows(w, condition))
		vec_push(w->arena, &w->facts, condition);
}

void writer_require(struct writer *w, const char *condition, const char *otherwise)
{
	if (writer_knows(w, condition))
		return;
	writer_say(w, "if (%s)\n\t%s", otherwise, writer_leave(w));
	writer_learn(w, condition);
}

/* ---- Inputs that are needed ---- */

/* What is looked at for each item of a list only is not. */
static void mark_needed(const struct term *term, bool *needed)
{
	struct term_needs needs = term_needs(term);
	bool each = term->kind == TERM_WHERE || term->kind == TERM_SELECT ||
	            term->kind == TERM_SORTED || term->kind == TERM_BEST || term->kind == TERM_FOLD;

	if (term->kind == TERM_INPUT)
		needed[term->index] = true;
	if (term->left && needs.left)
		mark_needed(term->left, needed);
	if (term->right && needs.right && !each)
		mark_needed(term->right, needed);
	if (term->third && needs.third)
		mark_needed(term->third, needed);
	for (size_t i = 0; needs.items && i < term->n_items; i++)
		mark_needed(term->items[i], needed);
}

/* Of the only part: nothing is computed where one of them is absent. */
static void put_needed(struct writer *w)
{
	size_t n = w->face->inputs.n;
	bool *needed = arena_alloc(w->arena, n + 1);

	mark_needed(w->face->parts.items[0].term, needed);
	for (size_t i = 0; i < n; i++) {
		const struct port *port = &w->face->inputs.items[i];
		if (needed[i] && port->optional)
			writer_require(
				w, arena_printf(w->arena, "in->%s", c_member(w->arena, port->name)),
				arena_printf(w->arena, "!in->%s", c_member(w->arena, port->name)));
	}
}

/* ---- The node ---- */

/* "robot.pkd:12: …": the lines that the span stands on, without what they are indented by. */
static const char *source_words(const struct writer *w, struct span span)
{
	const struct graph *graph = w->p->graph;
	struct buf words;
	const char *text;

	const struct source *source = &graph->sources->list.items[span.source];
	struct position at = source_position(graph->sources, span.source, span.start);
	uint32_t start = span.start, end = span.end;
	while (start > 0 && source->text[start - 1] != '\n')
		start--;
	while (end < source->length && source->text[end] != '\n')
		end++;
	buf_init(&words);
	buf_printf(&words, "%s:%u: ", program_path(w->p, span.source), at.line);
	out_words(&words, source->text + start, end - start);
	text = arena_strndup(w->arena, words.text, words.length);
	if (strcmp(w->face->kind, "an expression") != 0)
		text = arena_printf(w->arena, "%s\n(%s)", text, w->face->kind);
	buf_finish(&words);
	return text;
}

static struct span node_span(const struct writer *w)
{
	return w->p->graph->nodes.items[w->nodes->items[0]].at;
}

static const char *output_member(const struct writer *w, size_t output)
{
	return c_member(w->arena, w->face->outputs.items[output].name);
}

static void put_ports(struct writer *w, struct buf *out)
{
	const struct interface *face = w->face;
	struct out_row in = {.arena = w->arena}, value = {.arena = w->arena};

	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		out_field(&in, "%s;",
		          writer_pointer(w, port->type, c_member(w->arena, port->name)));
		out_field_comment(&in, port->optional
		                               ? arena_printf(w->arena, "%s?: NULL when absent",
		                                              port->type->name)
		                               : port->type->name);
	}
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *output = &face->outputs.items[i];
		out_field(&value, "%s;", pointer_to(w, output->type, output_member(w, i)));
		out_field_comment(&value, output->type->name);
	}
	buf_printf(out, "struct %s_in {\n", face->c_name);
	out_lines(out, 1, in.fields.items, in.fields.n);
	buf_printf(out, "};\nstruct %s_out {\n", face->c_name);
	out_lines(out, 1, value.fields.items, value.fields.n);
	buf_puts(out, "};\n");
}

/* Whether somebody reads an output: of several workers, those of all or of none are read. */
static bool has_readers(const struct writer *w, size_t output)
{
	const struct graph_node *node = &w->p->graph->nodes.items[w->nodes->items[0]];

	return w->p->stream_names[node->outputs[output]] != NULL;
}

/* The statements of the step, on the side: they decide what else there is. */
static const char *make_body(struct writer *w)
{
	const char *name = output_member(w, 0);
	struct value_text to = {.text = arena_printf(w->arena, "out->%s", name), .pointer = true};
	struct block body;
	bool is_read = has_readers(w, 0);

	writer_open(w, &body);
	if (is_read) {
		put_needed(w);
		term_fill(w, to, w->face->parts.items[0].term);
	}
	writer_say(w, is_read ? "return PKD_OK;" : "return PKD_OK; /* nobody reads it */");
	return writer_close(w, &body);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether a text of statements has this variable in it: not in a string, nor as a member. */
static bool has_variable(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *c = text; *c; c++) {
		bool begins = c == text || (!is_word(c[-1]) && c[-1] != '.' && c[-1] != '>');
		if (*c == '"')
			for (c++; *c != '"'; c++)
				c += *c == '\\';
		else if (begins && strncmp(c, name, length) == 0 && !is_word(c[length]))
			return true;
	}
	return false;
}

static void put_step(struct writer *w, struct buf *out, const char *body)
{
	static const char *const arguments[] = {"void *node", "const void *inputs", "void *outputs",
	                                        "struct pkd_ctx *ctx"};
	const char *name = w->face->c_name;
	bool self = has_variable(body, "self"), in = has_variable(body, "in");
	bool to = has_variable(body, "out"), state = w->face->pasts.n > 0;
	bool ctx = state || has_variable(body, "ctx");

	buf_putc(out, '\n');
	out_call(out, 0, arena_printf(w->arena, "static int %s_step(", name), arguments, 4, ")");
	buf_puts(out, "{\n");
	if (self)
		buf_printf(out, "\tstruct %s *self = node;\n", name);
	if (in)
		buf_printf(out, "\tconst struct %s_in *in = inputs;\n", name);
	if (to)
		buf_printf(out, "\tstruct %s_out *out = outputs;\n", name);
	if (state)
		buf_printf(out, "\tstruct %s_state *state = pkd_state(ctx);\n", name);
	if (self || in || to || state)
		buf_putc(out, '\n');
	if (!self || !in || !to || !ctx)
		buf_printf(out, "%s%s%s%s\n", self ? "" : "\t(void)node;\n",
		           in ? "" : "\t(void)inputs;\n", to ? "" : "\t(void)outputs;\n",
		           ctx ? "" : "\t(void)ctx;\n");
	buf_puts(out, body);
	buf_puts(out, "}\n\n");
}

static void put_methods(struct writer *w, struct buf *out)
{
	const char *name = w->face->c_name;
	struct out_row row = {.arena = w->arena};

	out_field(&row, ".abi = PKD_ABI");
	if (w->rooms.fields.n)
		out_field(&row, ".self_size = sizeof(struct %s)", name);
	else
		out_field(&row, ".self_size = 1");
	out_field(&row, ".init = %s", w->p->expression_init);
	out_field(&row, ".step = %s_step", name);
	out_field(&row, ".finish = %s", w->p->expression_finish);
	out_row(out, arena_printf(w->arena, "static const struct pkd_methods %s_methods = ", name),
	        &row, ";", false);
}

static void put_struct(struct writer *w, struct buf *out)
{
	if (w->rooms.fields.n == 0)
		return;
	buf_printf(out, "struct %s {\n", w->face->c_name);
	out_lines(out, 1, w->rooms.fields.items, w->rooms.fields.n);
	buf_puts(out, "};\n");
}

static void put_alone(struct writer *w, struct buf *out)
{
	const char *body = make_body(w);

	buf_putc(out, '\n');
	out_comment(out, 0, source_words(w, node_span(w)));
	put_struct(w, out);
	put_ports(w, out);
	put_step(w, out, body);
	put_methods(w, out);
}

/* ---- Several parts ---- */

/* Somebody outside of the node reads it. */
static bool is_published(const struct writer *w, const struct part *part)
{
	return part->output != NO_OUTPUT && w->is_read[part->output];
}

struct value_text writer_part(struct writer *w, uint32_t index)
{
	const struct part *part = &w->face->parts.items[index];

	if (is_published(w, part))
		return (struct value_text){
			.text = arena_printf(w->arena, "out->%s", output_member(w, part->output)),
			.pointer = true};
	return (struct value_text){.text = arena_printf(w->arena, "self->%s", part->name)};
}

/* Marks the parts that others read. */
static void mark_parts(const struct term *term, bool *is_used)
{
	if (!term)
		return;
	if (term->kind == TERM_PART)
		is_used[term->index] = true;
	for (size_t i = 0; i < term_n_operands(term); i++)
		mark_parts(term_operand(term, i), is_used);
}

/* What a text of statements uses of a step's arguments: as they are declared, and "in, out". How
 * many. */
enum { N_ARGUMENTS = 5 };
static size_t find_arguments(struct writer *w, const char *body, const char *declared[N_ARGUMENTS],
                             const char **ret_list)
{
	static const char *const names[] = {"self", "state", "in", "out", "ctx"};
	const char *name = w->face->c_name, *list = "";
	const char *const declarations[] = {
		arena_printf(w->arena, "struct %s *self", name),
		arena_printf(w->arena, "const struct %s_state *state", name),
		arena_printf(w->arena, "const struct %s_in *in", name),
		arena_printf(w->arena, "const struct %s_out *out", name), "struct pkd_ctx *ctx"};
	size_t n = 0;

	for (size_t i = 0; i < N_ARGUMENTS; i++) {
		if (!has_variable(body, names[i]))
			continue;
		list = arena_printf(w->arena, "%s%s%s", list, *list ? ", " : "", names[i]);
		declared[n++] = declarations[i];
	}
	*ret_list = list;
	return n;
}

/* The function of a part; the call of it. */
static const char *put_part(struct writer *w, struct buf *out, uint32_t index)
{
	const struct part *part = &w->face->parts.items[index];
	const char *function =
		program_claim(w->p, arena_printf(w->arena, "%s_%s", w->face->c_name, part->name));
	const char *result = part->term->optional ? "bool" : "void";
	struct block block;

	writer_open(w, &block);
	term_fill(w, writer_part(w, index), part->term);
	if (part->term->optional)
		writer_say(w, "return true;");
	const char *body = writer_close(w, &block);
	const char *declared[N_ARGUMENTS] = {"void"}, *list;
	size_t n = find_arguments(w, body, declared, &list);
	buf_putc(out, '\n');
	out_comment(out, 0, source_words(w, part->at));
	out_call(out, 0, arena_printf(w->arena, "static %s %s(", result, function), declared,
	         n ? n : 1, ")");
	buf_printf(out, "{\n%s}\n", body);
	return arena_printf(w->arena, "%s(%s)", function, list);
}

/* What the step says to call it. */
static const char *call_part(struct writer *w, struct buf *out, uint32_t index, bool is_used)
{
	const struct part *part = &w->face->parts.items[index];
	bool optional = part->term->optional, published = is_published(w, part);
	const char *call = put_part(w, out, index);

	if (!published)
		out_field(&w->rooms, "%s;", writer_variable(w, part->term->type, part->name));
	if (optional && is_used)
		out_field(&w->rooms, "bool %s;", w->flags[index]);
	const char *absent =
		published ? arena_printf(w->arena, "\n\tpkd_absent(ctx, %u);", part->output) : ";";
	if (!optional)
		return arena_printf(w->arena, "%s;", call);
	if (!is_used)
		return arena_printf(w->arena, "if (!%s)%s", call, absent);
	const char *kept = arena_printf(w->arena, "self->%s = %s;", w->flags[index], call);
	return published ? arena_printf(w->arena, "%s\nif (!self->%s)%s", kept, w->flags[index],
	                                absent)
	                 : kept;
}

/* The struct of earlier values, newest first. */
static void put_pasts(struct writer *w, struct buf *out)
{
	const struct interface *face = w->face;
	struct out_row row = {.arena = w->arena};

	if (face->pasts.n == 0)
		return;
	for (size_t i = 0; i < face->pasts.n; i++) {
		const struct past *past = &face->pasts.items[i];
		const struct part *part = &face->parts.items[past->part];
		bool one = past->depth == 1;
		const char *name = one ? part->name
		                       : arena_printf(w->arena, "%s[%u]", part->name, past->depth);
		out_field(&row, "%s;", writer_variable(w, part->term->type, name));
		out_field(&row, one ? "bool %s;" : "uint32_t %s;", w->past_flags[i]);
	}
	buf_puts(out, "/* What was before, kept as persistent state is. */\n");
	buf_printf(out, "struct %s_state {\n", face->c_name);
	out_lines(out, 1, row.fields.items, row.fields.n);
	buf_puts(out, "};\n");
}

/* The value of this firing becomes the one before. */
static void put_shift(struct writer *w, size_t i)
{
	const struct past *past = &w->face->pasts.items[i];
	const struct part *part = &w->face->parts.items[past->part];
	const char *name = part->name, *flag = w->past_flags[i];
	struct value_text to = {.text = arena_printf(w->arena, "state->%s", name)};
	struct value_text from = writer_part(w, past->part);

	if (past->depth > 1) {
		writer_say(w, "memmove(&%s[1], &%s[0], %u * sizeof %s[0]);", to.text, to.text,
		           past->depth - 1, to.text);
		to.text = arena_printf(w->arena, "state->%s[0]", name);
	}
	if (term_is_place(part->term->type))
		place_copy(w, to, from, part->term->type);
	else
		writer_define(w, to.text, place_text(w->arena, from));
	if (past->depth == 1)
		writer_say(w, "state->%s = true;", flag);
	else
		writer_say(w, "if (state->%s < %u)\n\tstate->%s++;", flag, past->depth, flag);
}

static void keep_past(struct writer *w, size_t i)
{
	uint32_t part = w->face->pasts.items[i].part;
	struct block block;

	if (!w->face->parts.items[part].term->optional) {
		put_shift(w, i);
		return;
	}
	writer_open(w, &block);
	put_shift(w, i);
	const char *text = writer_close(w, &block);
	writer_say(w, "if (self->%s) {", w->flags[part]);
	buf_puts(w->out, text);
	writer_say(w, "}");
}

/* Parts keep their names; what goes with them, and rooms, take what is left. */
static void choose_members(struct writer *w, const bool *is_used)
{
	const struct interface *face = w->face;
	struct map kept = {0};

	w->flags = arena_alloc(w->arena, (face->parts.n + 1) * sizeof *w->flags);
	w->past_flags = arena_alloc(w->arena, (face->pasts.n + 1) * sizeof *w->past_flags);
	for (size_t i = 0; i < face->parts.n; i++)
		if (!is_published(w, &face->parts.items[i]))
			map_put(w->arena, &w->members, face->parts.items[i].name, w);
	for (size_t i = 0; i < face->parts.n; i++)
		if (is_used[i] && face->parts.items[i].term->optional)
			w->flags[i] = writer_member(
				w, arena_printf(w->arena, "has_%s", face->parts.items[i].name));
	for (size_t i = 0; i < face->pasts.n; i++)
		map_put(w->arena, &kept, face->parts.items[face->pasts.items[i].part].name, w);
	for (size_t i = 0; i < face->pasts.n; i++) {
		const struct past *past = &face->pasts.items[i];
		const char *flag = arena_printf(w->arena, past->depth == 1 ? "has_%s" : "n_%s",
		                                face->parts.items[past->part].name);
		w->past_flags[i] = claim_member(w, &kept, flag);
	}
}

static void put_parts(struct writer *w, struct buf *out)
{
	const struct interface *face = w->face;
	bool *is_used = arena_alloc(w->arena, face->parts.n + 1);
	bool *is_read = arena_alloc(w->arena, face->outputs.n + 1);
	const char **calls = arena_alloc(w->arena, (face->parts.n + 1) * sizeof *calls);
	struct buf text;
	struct block block;

	for (size_t i = 0; i < face->outputs.n; i++)
		is_read[i] = has_readers(w, i);
	w->is_read = is_read;
	w->in_part = true;
	for (size_t i = 0; i < face->parts.n; i++)
		mark_parts(face->parts.items[i].term, is_used);
	for (size_t i = 0; i < face->pasts.n; i++)
		is_used[face->pasts.items[i].part] = true;
	choose_members(w, is_used);
	buf_init(&text);
	for (uint32_t i = 0; i < face->parts.n; i++)
		if (is_used[i] || is_published(w, &face->parts.items[i]))
			calls[i] = call_part(w, &text, i, is_used[i]);
	writer_open(w, &block);
	for (uint32_t i = 0; i < face->parts.n; i++)
		if (calls[i])
			writer_say(w, "%s", calls[i]);
	for (size_t i = 0; i < face->pasts.n; i++)
		keep_past(w, i);
	writer_say(w, "return PKD_OK;");
	const char *body = writer_close(w, &block);
	buf_putc(out, '\n');
	out_comment(out, 0, source_words(w, node_span(w)));
	put_struct(w, out);
	put_pasts(w, out);
	put_ports(w, out);
	buf_puts(out, text.text);
	put_step(w, out, body);
	put_methods(w, out);
	buf_finish(&text);
}

static void put_expression(struct writer *w, struct buf *out)
{
	writer_init(w, w->p, out, 0);
	if (w->face->parts.n == 1 && w->face->pasts.n == 0)
		put_alone(w, out);
	else
		put_parts(w, out);
}

/* ---- All of them ---- */

static const char shared_text[] =
	"\n/* ---- Expressions ---- */\n\n"
	"static int %s(void *node, const void *params, struct pkd_ctx *ctx)\n"
	"{\n\t(void)node;\n\t(void)params;\n\t(void)ctx;\n\treturn PKD_OK;\n}\n\n"
	"static void %s(void *node)\n"
	"{\n\t(void)node;\n}\n";

static const char absent_text[] = "\n/* The expression has no value for this frame. */\n"
				  "static int absent(struct pkd_ctx *ctx)\n"
				  "{\n\tpkd_absent(ctx, 0);\n\treturn PKD_OK;\n}\n";

void emit_terms(struct program *p)
{
	struct map types = {0};
	struct buf type_text, text;
	bool uses_absent = false, any = false;

	buf_init(&type_text);
	buf_init(&text);
	for (size_t i = 0; i < p->faces.n; i++) {
		struct writer w = {
			.p = p, .face = p->faces.items[i], .nodes = &p->nodes_of.items[i]};
		if (!w.face->parts.n)
			continue;
		any = true;
		w.types = &types;
		w.type_text = &type_text;
		w.uses_absent = &uses_absent;
		put_expression(&w, &text);
	}
	if (any) {
		buf_printf(p->out, shared_text, p->expression_init, p->expression_finish);
		buf_printf(p->out, "%s%s%s", uses_absent ? absent_text : "", type_text.text,
		           text.text);
	}
	buf_finish(&type_text);
	buf_finish(&text);
}
