/* Nodes whose step stands in a .pkd file, whole: one C file for each such file, so that neither its
 * helpers nor the headers that it includes meet those of others or the program's own names. The
 * words of the user come with #line, so that compilers and debuggers speak of the .pkd file. */
#include "base/file.h"
#include "base/text.h"
#include "emit/emit.h"
#include "emit/out.h"
#include "emit/program.h"
#include "sema/c_name.h"
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the C of expressions needs. */
struct needs {
	bool terms, math, text;
};

static void look_at(const struct term *term, struct needs *needs)
{
	if (!term)
		return;
	enum function_form form = functions[term->function].form;
	bool function = term->kind == TERM_CALL;
	bool string = term->kind == TERM_CONVERT || term->kind == TERM_BINARY;
	needs->math = needs->math || (function && (form == FORM_REAL || form == FORM_WHOLE));
	needs->text = needs->text || term->kind == TERM_TEXT ||
	              (string && term->type->kind == TYPE_STRING);
	for (size_t i = 0; i < term_n_operands(term); i++)
		look_at(term_operand(term, i), needs);
}

/* Of a node's parameters: constants and options that are handed on are no expressions. */
static void look_at_arguments(const struct graph_node *node, struct needs *needs)
{
	for (size_t i = 0; i < node->face->params.n; i++) {
		const struct term *argument = node->arguments[i];
		if (argument && argument->kind != TERM_CONST && argument->kind != TERM_OPTION)
			needs->terms = true;
		look_at(argument, needs);
	}
}

static void put_includes(const struct program *p, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			buf_printf(p->out, "#include %s\n", names[i]);
}

static const char *header_word(const struct program *p, const struct unit *unit)
{
	return arena_printf(p->arena, unit->stdlib ? "<%s>" : "\"%s\"", unit->header);
}

void emit_includes(const struct program *p)
{
	VEC(const char *) names = {0}; /* "…" stands before <…>, here and in ASCII */
	struct needs needs = {0};

	vec_push(p->arena, &names, "<pkd/program.h>");
	for (size_t i = 0; i < p->faces.n; i++) {
		const struct interface *face = p->faces.items[i];
		needs.terms = needs.terms || face->parts.n > 0;
		if (interface_is_python(face))
			vec_push(p->arena, &names, "<pkd/python.h>");
		for (size_t k = 0; k < face->parts.n; k++)
			look_at(face->parts.items[k].term, &needs);
		vec_push(p->arena, &names, header_word(p, p->faces.items[i]->unit));
	}
	for (size_t i = 0; i < p->given.n; i++)
		vec_push(p->arena, &names, header_word(p, p->given.items[i]));
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		look_at_arguments(&p->graph->nodes.items[i], &needs);
	if (needs.text)
		vec_push(p->arena, &names, "<pkd/text.h>");
	if (needs.math)
		vec_push(p->arena, &names, "<math.h>");
	if (needs.terms) {
		vec_push(p->arena, &names, "<pkd/arith.h>");
		vec_push(p->arena, &names, "<string.h>");
	}
	qsort(names.items, names.n, sizeof names.items[0], compare);
	put_includes(p, names.items, names.n);
}

/* Whether one of the user's fields in struct NAME may have the name. */
static bool has_state(const struct interface *face, const char *name)
{
	for (size_t i = 0; i < face->state.n; i++)
		if (strcmp(face->state.items[i].name, name) == 0)
			return true;
	return face->members.text && strstr(face->members.text, name);
}

/* The struct's member for the parameters: no field of the user's has its name. */
static const char *params_member(const struct program *p, const struct interface *face)
{
	const char *name = has_state(face, "params") ? "node_params" : "params";

	while (has_state(face, name))
		name = arena_printf(p->arena, "%s_", name);
	return name;
}

static void put_head(const struct program *p, const struct interface *face, const char *function)
{
	const char *name = face->c_name, *self = arena_printf(p->arena, "struct %s *self", name);
	const char *ctx = "struct pkd_ctx *ctx";
	const char *init[] = {self, arena_printf(p->arena, "const struct %s_params *params", name),
	                      ctx};
	const char *step[] = {self, arena_printf(p->arena, "const struct %s_in *in", name),
	                      arena_printf(p->arena, "struct %s_out *out", name), ctx};
	bool is_step = strcmp(function, "step") == 0;

	out_call(p->out, 0, arena_printf(p->arena, "int %s_%s(", name, function),
	         is_step ? step : init, is_step ? 4 : 3, ")");
	buf_puts(p->out, "{\n");
}

static uint32_t lines_of(const struct buf *out)
{
	uint32_t n = 0;

	for (size_t i = 0; i < out->length; i++)
		n += out->text[i] == '\n';
	return n;
}

static void put_line_directive(const struct program *p, uint32_t line, const char *file)
{
	buf_printf(p->out, "#line %u %s\n", line, out_quote(p->arena, file, 0));
}

/* The user's C, each word on the line and, in the first line, in the column where it stands in the
 * .pkd file. */
static void put_code(const struct program *p, const struct unit *unit, const struct c_block *block)
{
	const struct source *source = &p->graph->sources->list.items[block->at.source];
	uint32_t start = block->at.start;
	struct position at;

	if (source->text && strncmp(source->text + start, "{=", 2) == 0)
		start += 2;
	at = source_position(p->graph->sources, block->at.source, start);
	put_line_directive(p, at.line,
	                   p->steps_path ? source->path : program_path(p, block->at.source));
	uint32_t line = source->text && source->lines.n ? source->lines.items[at.line - 1] : start;
	for (uint32_t k = line; k < start; k++)
		if (text_is_character_start(source->text[k]) && *block->text != '\n')
			buf_putc(p->out, source->text[k] == '\t' ? '\t' : ' ');
	buf_puts(p->out, block->text);
	while (strchr(" \t\n", p->out->text[p->out->length - 1]))
		p->out->length--;
	buf_putc(p->out, '\n');
	put_line_directive(p, lines_of(p->out) + 2,
	                   p->steps_path ? p->steps_path
	                                 : path_base(emit_steps_file(p->arena, unit)));
}

static void put_block(const struct program *p, const struct interface *face,
                      const struct c_block *block)
{
	buf_puts(p->out, "\t{\n");
	put_code(p, face->unit, block);
	buf_puts(p->out, "\t}\n");
}

static void put_self(const struct program *p, const struct interface *face)
{
	struct out_row lines = {.arena = p->arena};

	out_field(&lines, "const struct %s_params *%s;", face->c_name, params_member(p, face));
	for (size_t i = 0; i < face->state.n; i++) {
		const struct state_field *field = &face->state.items[i];
		out_field(&lines, "%s;",
		          type_c_declaration(p->arena, field->type, c_member(p->arena, field->name),
		                             1));
		out_field_comment(&lines, field->doc);
	}
	buf_printf(p->out, "struct %s {\n", face->c_name);
	out_lines(p->out, 1, lines.fields.items, lines.fields.n);
	if (face->members.text)
		put_code(p, face->unit, &face->members);
	buf_puts(p->out, "};\n\n");
}

static void put_init(const struct program *p, const struct interface *face)
{
	bool has_state = face->init.text && face->persistent.n;

	put_head(p, face, "init");
	if (has_state)
		buf_printf(p->out, "\tconst struct %s_state *state = %s_get_state(ctx);\n\n",
		           face->c_name, face->c_name);
	buf_printf(p->out, "\t(void)ctx%s;\n\tself->%s = params;\n",
	           has_state ? ", (void)state" : "", params_member(p, face));
	if (face->init.text)
		put_block(p, face, &face->init);
	buf_puts(p->out, "\treturn PKD_OK;\n}\n\n");
}

static void put_changed(const struct program *p, const struct interface *face)
{
	if (!face->changed.text)
		return;
	put_head(p, face, "changed");
	if (face->persistent.n)
		buf_printf(p->out, "\tconst struct %s_state *state = %s_get_state(ctx);\n\n",
		           face->c_name, face->c_name);
	buf_printf(p->out, "\t(void)self, (void)params, (void)ctx%s;\n",
	           face->persistent.n ? ", (void)state" : "");
	put_block(p, face, &face->changed);
	buf_puts(p->out, "\treturn PKD_OK;\n}\n\n");
}

static void put_finish(const struct program *p, const struct interface *face)
{
	buf_printf(p->out, "void %s_finish(struct %s *self)\n{\n", face->c_name, face->c_name);
	if (face->finish.text)
		buf_printf(p->out, "\tconst struct %s_params *params = self->%s;\n\n", face->c_name,
		           params_member(p, face));
	buf_printf(p->out, "\t(void)self%s;\n", face->finish.text ? ", (void)params" : "");
	if (face->finish.text)
		put_block(p, face, &face->finish);
	buf_puts(p->out, "}\n\n");
}

static void put_command(const struct program *p, const struct interface *face,
                        const struct command *command)
{
	emit_command_head(p->arena, face, command, p->out, ")");
	buf_puts(p->out, "{\n");
	if (face->persistent.n)
		buf_printf(p->out, "\tstruct %s_state *state = %s_get_state(ctx);\n", face->c_name,
		           face->c_name);
	buf_printf(p->out, "\tconst struct %s_params *params = self->%s;\n\n", face->c_name,
	           params_member(p, face));
	buf_printf(p->out, "\t(void)ctx, (void)params%s%s%s;\n",
	           command->args ? ", (void)args" : "", command->answer ? ", (void)answer" : "",
	           face->persistent.n ? ", (void)state" : "");
	put_block(p, face, &command->body);
	buf_puts(p->out, "\treturn PKD_OK;\n}\n\n");
}

static void put_step(const struct program *p, const struct interface *face)
{
	const char *state = "";

	put_head(p, face, "step");
	if (face->persistent.n) {
		state = "; state: what survives a crash";
		buf_printf(p->out, "\tstruct %s_state *state = %s_get_state(ctx);\n", face->c_name,
		           face->c_name);
	}
	buf_printf(p->out, "\tconst struct %s_params *params = self->%s;\n\n", face->c_name,
	           params_member(p, face));
	buf_printf(p->out, "\t(void)in, (void)out, (void)ctx, (void)params%s;\n",
	           face->persistent.n ? ", (void)state" : "");
	out_comment(p->out, 1,
	            arena_printf(p->arena,
	                         "in, out: the values; params; self: what is kept from "
	                         "firing to firing%s; ctx for <pkd/node.h>.",
	                         state));
	put_block(p, face, &face->step);
	buf_puts(p->out, "\treturn PKD_OK;\n}\n\n");
}

/* A step that asks for the reason of a call, of a node that is never called for it: the C compiler
 * refuses that, at the line that asks. */
static bool put_never(const struct program *p, const struct interface *face, const char *asks,
                      const char *word, const char *when)
{
	if (!strstr(face->step.text, asks))
		return false;
	buf_printf(p->out,
	           "bool %s_without_%s(const struct pkd_ctx *ctx) __attribute__((error(\n"
	           "\t\"node '%s' is not called %s: write '%s' in its declaration\")));\n"
	           "#define %s(ctx) %s_without_%s(ctx)\n\n",
	           face->c_name, word, face->name, when, word, asks, face->c_name, word);
	return true;
}

static void put_checked_step(const struct program *p, const struct interface *face)
{
	bool no_flush = !face->flushes &&
	                put_never(p, face, "pkd_flushing", "flushes", "at the end of its inputs");
	bool no_wake = !face->wakes && put_never(p, face, "pkd_woken", "wakes", "without an input");

	put_step(p, face);
	if (no_flush)
		buf_puts(p->out, "#undef pkd_flushing\n\n");
	if (no_wake)
		buf_puts(p->out, "#undef pkd_woken\n\n");
}

static void put_node(const struct program *p, const struct interface *face)
{
	struct position at = source_position(p->graph->sources, face->span.source,
	                                     face->span.start);

	buf_putc(p->out, '\n');
	out_comment(p->out, 0,
	            arena_printf(p->arena, "%s:%u: node %s", program_path(p, face->span.source),
	                         at.line, face->name));
	put_self(p, face);
	put_init(p, face);
	put_finish(p, face);
	put_changed(p, face);
	put_checked_step(p, face);
	for (size_t i = 0; i < face->commands.n; i++)
		put_command(p, face, &face->commands.items[i]);
	buf_printf(p->out, "PKD_%sNODE(%s);\n", face->changed.text ? "LIVE_" : "", face->c_name);
}

/* What the steps of the file share. A pipeline may leave out the node that uses some of it. */
static void put_shared(const struct program *p, const struct unit *unit)
{
	if (!unit->shared.n)
		return;
	buf_puts(p->out,
	         "\n/* Nodes that the program leaves out may be the only ones that use some of "
	         "this. */\n#pragma GCC diagnostic push\n"
	         "#pragma GCC diagnostic ignored \"-Wunused-function\"\n"
	         "#pragma GCC diagnostic ignored \"-Wunused-variable\"\n");
	for (size_t i = 0; i < unit->shared.n; i++)
		put_code(p, unit, &unit->shared.items[i]);
	buf_puts(p->out, "#pragma GCC diagnostic pop\n");
}

const char *emit_steps_file(struct arena *arena, const struct unit *unit)
{
	return arena_printf(arena, "%.*s.c", (int)(strlen(unit->header) - strlen(".h")),
	                    unit->header);
}

bool emit_steps(const struct analysis *analysis, const struct unit *unit, const char *path,
                struct buf *out)
{
	static const char *const headers[] = {"<errno.h>",  "<math.h>",   "<stdio.h>",
	                                      "<stdlib.h>", "<string.h>", "<time.h>"};
	struct program p = {.analysis = analysis,
	                    .graph = analysis->graph,
	                    .arena = analysis->arena,
	                    .out = out,
	                    .steps_path = path};
	/* What an input points to cannot be written. As options of the command, each of the two
	 * is unknown to the other compiler. */
	static const char no_discarded_const[] =
		"\n#ifdef __clang__\n"
		"#pragma GCC diagnostic error "
		"\"-Wincompatible-pointer-types-discards-qualifiers\"\n"
		"#else\n"
		"#pragma GCC diagnostic error \"-Wdiscarded-qualifiers\"\n"
		"#endif\n";
	bool has_head = false;

	program_collect_faces(&p);
	for (size_t i = 0; i < p.faces.n; i++) {
		const struct interface *face = p.faces.items[i];
		if (face->unit != unit || !face->step.text)
			continue;
		if (!has_head) {
			const char *header = arena_printf(p.arena, "\"%s\"",
			                                  path_base(unit->header));
			out_comment(
				out, 0,
				arena_printf(p.arena,
			                     "The steps in %s. Written by pkdc: edit that file, "
			                     "not this one.",
			                     program_path(&p, unit->source)));
			put_includes(&p, &header, 1);
			put_includes(&p, headers, sizeof headers / sizeof *headers);
			buf_puts(out, no_discarded_const);
			put_shared(&p, unit);
		}
		has_head = true;
		put_node(&p, face);
	}
	return has_head;
}
