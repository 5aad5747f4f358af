/* A program as it is built, and its text. */
#include "import/program.h"
#include "base/text.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The modules that a statement may name, so that no stream is called like one. */
static const char *const modules[] = {"video", "image", "detect", "pose", "track",
                                      "count", "draw",  "table",  "flow"};
#define N_MODULES (sizeof modules / sizeof *modules)

void program_init(struct program *program, struct arena *arena)
{
	*program = (struct program){.arena = arena};
	buf_init(&program->head);
	buf_init(&program->parameters);
	for (size_t i = 0; i < N_MODULES; i++)
		map_claim_name(arena, &program->names, modules[i]);
	map_claim_name(arena, &program->names, "show"); /* what video.show is called by itself */
}

bool program_is_module(const char *name)
{
	for (size_t i = 0; i < N_MODULES; i++) {
		if (strcmp(name, modules[i]) == 0)
			return true;
	}
	return false;
}

void program_finish(struct program *program)
{
	buf_finish(&program->head);
	buf_finish(&program->parameters);
}

const char *program_name(struct program *program, const char *base)
{
	return map_claim_name(program->arena, &program->names, base);
}

static void add(struct program *program, struct statement statement)
{
	for (size_t i = 0; i < program->reads.n; i++)
		vec_push(program->arena, &statement.reads, program->reads.items[i]);
	program->reads.n = 0;
	vec_push(program->arena, &program->statements, statement);
}

void program_add(struct program *program, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(program->arena, format, args);
	va_end(args);
	add(program, (struct statement){.name = name, .text = text});
}

void program_is_part(struct program *program)
{
	program->statements.items[program->statements.n - 1].is_part = true;
}

void program_comment(struct program *program, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(program->arena, format, args);
	va_end(args);
	vec_push(program->arena, &program->statements,
	         (struct statement){.text = text, .is_comment = true});
}

/* ---- Values ---- */

void program_set(struct program *program, const char *key, enum side side, const char *otherwise,
                 const char *text)
{
	struct stream *value = arena_new(program->arena, struct stream);

	value->text = text;
	value->otherwise = otherwise;
	value->side = program->is_exact ? SIDE_FRAME : side;
	value->made = program->statements.n - 1;
	map_put(program->arena, &program->values, key, value);
}

static struct stream *find(const struct program *program, const char *key)
{
	struct stream *value = map_get(&program->values, key);

	return value && value->text ? value : NULL;
}

void program_forget(struct program *program, const char *key)
{
	struct stream *value = find(program, key);

	if (value)
		map_put(program->arena, &program->values, key, NULL);
}

bool program_has(const struct program *program, const char *key)
{
	return find(program, key) != NULL;
}

enum side program_side(const struct program *program, const char *key)
{
	return find(program, key)->side;
}

/* Boxes are carried to the frame that is shown, once for all who draw them. */
static const char *follow(struct program *program, struct stream *value)
{
	if (value->followed) {
		vec_push(program->arena, &program->reads, value->made);
		return value->followed;
	}
	struct statement statement = {.name = program_name(program, "boxes")};
	vec_push(program->arena, &statement.reads, value->made);
	vec_push(program->arena, &statement.reads, program->clean_made);
	statement.text = arena_printf(program->arena, "track.follow(%s, sample %s)", program->clean,
	                              value->text);
	vec_push(program->arena, &program->statements, statement);
	value->followed = statement.name;
	value->made = program->statements.n - 1;
	vec_push(program->arena, &program->reads, value->made);
	return value->followed;
}

const char *program_read(struct program *program, const char *key, enum side side)
{
	struct stream *value = find(program, key);

	if (value->side == SIDE_FOUND && side == SIDE_FRAME && strcmp(key, "bboxes") == 0 &&
	    !program->is_exact)
		return follow(program, value);
	vec_push(program->arena, &program->reads, value->made);
	if (value->side == side || program->is_exact)
		return value->text;
	return arena_printf(program->arena, "%s %s", side == SIDE_FRAME ? "sample" : "latest",
	                    value->text);
}

const char *program_term(struct program *program, const char *key, enum side side)
{
	struct stream *value = find(program, key);
	const char *text = value->text;
	bool other = value->side != side && !program->is_exact;

	vec_push(program->arena, &program->reads, value->made);
	if (other)
		text = arena_printf(program->arena, "sample %s", text);
	if (other || value->otherwise)
		text = arena_printf(program->arena, "%s ?? %s", text,
		                    value->otherwise ? value->otherwise : "0");
	return text;
}

/* ---- Its text ---- */

const char *program_quoted(struct arena *arena, const char *text)
{
	struct buf out;

	buf_init(&out);
	buf_putc(&out, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '\n' || *c == '\t' || *c == '\\' || *c == '"')
			buf_printf(&out, "\\%c", *c == '\n' ? 'n' : *c == '\t' ? 't' : *c);
		else
			buf_putc(&out, (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c);
	}
	buf_putc(&out, '"');
	const char *copy = arena_strndup(arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

const char *program_fraction(struct arena *arena, double number)
{
	/* Six places are more than anything here is measured to. */
	char *text = arena_printf(arena, "%.6f", number);
	char *last = text + strlen(text) - 1;

	while (*last == '0' && last[-1] != '.')
		*last-- = '\0';
	return text;
}

/* A name is named where a dot follows it, and nothing of a longer name stands before it. */
static bool names_module(const char *text, const char *module)
{
	size_t n = strlen(module);

	for (const char *at = strstr(text, module); at; at = strstr(at + 1, module)) {
		bool longer = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_' ||
		                            at[-1] == '.' || at[-1] == '"');
		if (at[n] == '.' && !longer)
			return true;
	}
	return false;
}

static void print_uses(const struct program *program, struct buf *out)
{
	for (size_t m = 0; m < N_MODULES; m++) {
		bool used = names_module(program->head.text, modules[m]);
		for (size_t i = 0; i < program->statements.n; i++) {
			const struct statement *s = &program->statements.items[i];
			used |= !s->is_comment && s->is_live && names_module(s->text, modules[m]);
		}
		if (used)
			buf_printf(out, "use %s\n", modules[m]);
	}
}

/* What is there for what it does, and all that it reads. A statement reads earlier ones alone. */
static void mark(struct program *program)
{
	size_t n_sinks = 0;

	for (size_t i = program->statements.n; i-- > 0;) {
		struct statement *s = &program->statements.items[i];
		if (s->is_comment)
			continue;
		s->is_live |= !s->name;
		n_sinks += !s->name;
		for (size_t k = 0; s->is_live && k < s->reads.n; k++)
			program->statements.items[s->reads.items[k]].is_live = true;
	}
	/* Then pkdc check says what is read by nobody. */
	for (size_t i = 0; n_sinks == 0 && i < program->statements.n; i++)
		program->statements.items[i].is_live = true;
}

static void print_statement(const struct statement *s, struct buf *out)
{
	if (s->is_comment) {
		buf_printf(out, "    // %s\n", s->text);
		return;
	}
	if (!s->is_live && s->is_part)
		return;
	if (!s->is_live)
		buf_puts(out, "    // nobody reads it: ");
	else
		buf_puts(out, "    ");
	if (s->name)
		buf_printf(out, "%s = ", s->name);
	for (const char *c = s->text; *c; c++) {
		buf_putc(out, *c);
		if (*c == '\n')
			buf_puts(out, s->is_live ? "        " : "    //     ");
	}
	buf_putc(out, '\n');
}

void program_print(struct program *program, const char *name, const char *doc, struct buf *out)
{
	mark(program);
	print_uses(program, out);
	if (program->head.length)
		buf_printf(out, "\n%s", program->head.text);
	buf_printf(out, "\n/// %s\npipeline %s(", doc, name);
	if (program->parameters.length)
		buf_printf(out, "\n%s", program->parameters.text);
	buf_puts(out, ") {\n");
	for (size_t i = 0; i < program->statements.n; i++)
		print_statement(&program->statements.items[i], out);
	if (program->slow && program->is_shown &&
	    program->statements.items[program->slow_made].is_live)
		buf_printf(
			out,
			"\n    assert independent(show, %s)    // the screen does not wait for it\n",
			program->slow);
	buf_puts(out, "}\n");
}
