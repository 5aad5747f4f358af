/* Nodes whose step stands in a .pkd file: the program's C holds them whole. The words of the user
 * come with #line, so that compilers and debuggers speak of the .pkd file. */
#include "base/file.h"
#include "base/text.h"
#include "emit/out.h"
#include "emit/program.h"
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
	look_at(term->left, needs);
	look_at(term->right, needs);
	look_at(term->third, needs);
	for (size_t i = 0; i < term->n_items; i++)
		look_at(term->items[i], needs);
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

void emit_includes(const struct program *p)
{
	static const char *const for_steps[] = {"<errno.h>", "<math.h>", "<stdio.h>", "<stdlib.h>",
	                                        "<time.h>"};
	VEC(const char *) names = {0}; /* "…" stands before <…>, here and in ASCII */
	struct needs needs = {0};
	bool steps = false;

	vec_push(p->arena, &names, "<pkd/program.h>");
	for (size_t i = 0; i < p->faces.n; i++) {
		const struct unit *unit = p->faces.items[i]->unit;
		steps = steps || p->faces.items[i]->step;
		needs.terms = needs.terms || p->faces.items[i]->body;
		look_at(p->faces.items[i]->body, &needs);
		vec_push(p->arena, &names,
		         arena_printf(p->arena, unit->stdlib ? "<%s>" : "\"%s\"", unit->header));
	}
	for (size_t i = 0; i < p->graph->nodes.n; i++)
		look_at_arguments(&p->graph->nodes.items[i], &needs);
	for (size_t i = 0; steps && i < sizeof for_steps / sizeof for_steps[0]; i++)
		vec_push(p->arena, &names, for_steps[i]);
	if (needs.terms)
		vec_push(p->arena, &names, "<pkd/arith.h>");
	if (needs.text)
		vec_push(p->arena, &names, "<pkd/text.h>");
	if (needs.math)
		vec_push(p->arena, &names, "<math.h>");
	if (steps || needs.terms)
		vec_push(p->arena, &names, "<string.h>");
	qsort(names.items, names.n, sizeof names.items[0], compare);
	for (size_t i = 0; i < names.n; i++)
		if (i == 0 || strcmp(names.items[i], names.items[i - 1]) != 0)
			buf_printf(p->out, "#include %s\n", names.items[i]);
}

/* The struct's member for the parameters: no field of the user's has its name. */
static const char *params_member(const struct interface *face)
{
	for (size_t i = 0; i < face->state.n; i++)
		if (strcmp(face->state.items[i].name, "params") == 0)
			return "node_params";
	return "params";
}

static void put_self(const struct program *p, const struct interface *face)
{
	struct out_row lines = {.arena = p->arena};

	out_field(&lines, "const struct %s_params *%s;", face->c_name, params_member(face));
	for (size_t i = 0; i < face->state.n; i++) {
		const struct state_field *field = &face->state.items[i];
		out_field(&lines, "%s;", type_c_declaration(p->arena, field->type, field->name, 1));
		out_field_comment(&lines, field->doc);
	}
	buf_printf(p->out, "struct %s {\n", face->c_name);
	out_lines(p->out, 1, lines.fields.items, lines.fields.n);
	buf_puts(p->out, "};\n\n");
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
static void put_code(const struct program *p, const struct interface *face)
{
	const struct source *source = &p->graph->sources->list.items[face->step_at.source];
	uint32_t start = face->step_at.start;
	struct position at;

	if (source->text && strncmp(source->text + start, "{=", 2) == 0)
		start += 2;
	at = source_position(p->graph->sources, face->step_at.source, start);
	put_line_directive(p, at.line, program_path(p, face->step_at.source));
	for (uint32_t k = source->lines.n ? source->lines.items[at.line - 1] : start; k < start;
	     k++)
		if (text_is_character_start(source->text[k]) && *face->step != '\n')
			buf_putc(p->out, source->text[k] == '\t' ? '\t' : ' ');
	buf_puts(p->out, face->step);
	while (strchr(" \t\n", p->out->text[p->out->length - 1]))
		p->out->length--;
	buf_putc(p->out, '\n');
	put_line_directive(p, lines_of(p->out) + 2,
	                   arena_printf(p->arena, "%s.c", path_stem(p->arena, p->graph->source)));
}

static void put_step(const struct program *p, const struct interface *face)
{
	const char *state = "";

	if (face->persistent.n) {
		state = "; state: what survives a crash";
		buf_printf(p->out, "\tstruct %s_state *state = %s_get_state(ctx);\n", face->c_name,
		           face->c_name);
	}
	buf_printf(p->out, "\tconst struct %s_params *params = self->%s;\n\n", face->c_name,
	           params_member(face));
	buf_printf(p->out, "\t(void)in, (void)out, (void)ctx, (void)params%s;\n",
	           face->persistent.n ? ", (void)state" : "");
	out_comment(p->out, 1,
	            arena_printf(p->arena,
	                         "in, out: the values; params; self: what is kept from "
	                         "firing to firing%s; ctx for <pkd/node.h>.",
	                         state));
	buf_puts(p->out, "\t{\n");
	put_code(p, face);
	buf_puts(p->out, "\t}\n\treturn PKD_OK;\n}\n\n");
}

static void put_node(const struct program *p, const struct interface *face)
{
	struct position at = source_position(p->graph->sources, face->span.source,
	                                     face->span.start);
	const char *name = face->c_name;

	buf_putc(p->out, '\n');
	out_comment(p->out, 0,
	            arena_printf(p->arena, "%s:%u: node %s", program_path(p, face->span.source),
	                         at.line, face->name));
	put_self(p, face);
	put_head(p, face, "init");
	buf_printf(p->out, "\t(void)ctx;\n\tself->%s = params;\n\treturn PKD_OK;\n}\n\n",
	           params_member(face));
	buf_printf(p->out, "void %s_finish(struct %s *self)\n{\n\t(void)self;\n}\n\n", name, name);
	put_head(p, face, "step");
	put_step(p, face);
	buf_printf(p->out, "PKD_NODE(%s);\n", name);
}

void emit_steps(const struct program *p)
{
	for (size_t i = 0; i < p->faces.n; i++)
		if (p->faces.items[i]->step)
			put_node(p, p->faces.items[i]);
}
