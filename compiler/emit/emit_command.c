/* Commands in the program's C: for each kind of node that has some, the functions that libpkd
 * calls, what it may call them with, and a table of them. */
#include "emit/out.h"
#include "emit/program.h"
#include "sema/c_name.h"

/* The function that calls the node's own, with what libpkd knows as bytes. */
static const char *put_call(struct program *p, const struct interface *face,
                            const struct command *command)
{
	const char *own = arena_printf(p->arena, "%s_%s", face->c_name, command->name);
	const char *name =
		program_claim(p, arena_printf(p->arena, "%s_call_%s", face->c_name, command->name));
	const char *arguments[] = {"void *self", "const void *args", "void *answer",
	                           "struct pkd_ctx *ctx"};

	buf_putc(p->out, '\n');
	out_call(p->out, 0, arena_printf(p->arena, "static int %s(", name), arguments, 4, ")");
	buf_puts(p->out, "{\n");
	if (!command->args)
		buf_puts(p->out, "\t(void)args;\n");
	if (!command->answer)
		buf_puts(p->out, "\t(void)answer;\n");
	if (interface_is_python(face))
		buf_printf(p->out, "\treturn pkd_python_command(self, %zu, %s, %s, ctx);\n}\n",
		           (size_t)(command - face->commands.items),
		           command->args ? "args" : "NULL", command->answer ? "answer" : "NULL");
	else
		buf_printf(p->out, "\treturn %s(self%s%s, ctx);\n}\n", own,
		           command->args ? ", args" : "", command->answer ? ", answer" : "");
	return name;
}

/* Names of what a row points to; NULL: nothing. */
struct tables {
	const char *call, *arguments, *defaults;
};

static const char *put_arguments(struct program *p, const struct interface *face,
                                 const struct command *command)
{
	const char *name = program_claim(
		p, arena_printf(p->arena, "%s_%s_arguments", face->c_name, command->name));

	buf_printf(p->out, "\nstatic const struct pkd_param %s[] = {\n", name);
	for (size_t i = 0; i < command->arguments.n; i++)
		emit_param_row(p, command->args->record->c_name, &command->arguments.items[i]);
	buf_puts(p->out, "};\n");
	return name;
}

/* A struct of the arguments, in which those that have a default have it; NULL: none has. */
static const char *put_defaults(struct program *p, const struct interface *face,
                                const struct command *command)
{
	struct out_row row = {.arena = p->arena};
	const char *name;

	for (size_t i = 0; i < command->arguments.n; i++) {
		const struct param *argument = &command->arguments.items[i];

		if (argument->initial.kind != VALUE_NONE)
			out_field(&row, ".%s = %s", c_member(p->arena, argument->name),
			          value_initializer(p->arena, &argument->initial, argument->type));
	}
	if (!row.fields.n)
		return NULL;
	name = program_claim(p,
	                     arena_printf(p->arena, "%s_%s_defaults", face->c_name, command->name));
	buf_putc(p->out, '\n');
	out_row(p->out,
	        arena_printf(p->arena,
	                     "static const struct %s %s = ", command->args->record->c_name, name),
	        &row, ";", true);
	return name;
}

static struct tables put_tables(struct program *p, const struct interface *face,
                                const struct command *command)
{
	struct tables tables = {.call = put_call(p, face, command)};

	if (command->args) {
		tables.arguments = put_arguments(p, face, command);
		tables.defaults = put_defaults(p, face, command);
	}
	return tables;
}

static void put_row(struct program *p, const struct command *command, const struct tables *tables)
{
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field_string(&row, "name", command->name);
	out_field_string(&row, "doc", command->doc);
	if (command->args)
		out_field(&row, ".args = &%s", type_describe(p->out, &p->described, command->args));
	if (tables->arguments)
		out_field(&row, ".arguments = %s", tables->arguments);
	if (tables->defaults)
		out_field(&row, ".defaults = &%s", tables->defaults);
	if (command->answer)
		out_field(&row, ".answer = &%s",
		          type_describe(p->out, &p->described, command->answer));
	out_field(&row, ".call = %s", tables->call);
	out_row(p->out, "", &row, ",", false);
}

static void put_face(struct program *p, const struct interface *face)
{
	struct tables *tables = arena_alloc(p->arena, face->commands.n * sizeof *tables);

	for (size_t i = 0; i < face->commands.n; i++)
		tables[i] = put_tables(p, face, &face->commands.items[i]);
	buf_printf(p->out, "\nstatic const struct pkd_command %s[] = {\n",
	           program_table(p, face, "commands"));
	for (size_t i = 0; i < face->commands.n; i++)
		put_row(p, &face->commands.items[i], &tables[i]);
	buf_puts(p->out, "};\n");
}

void emit_commands(struct program *p)
{
	for (size_t i = 0; i < p->faces.n; i++)
		if (p->faces.items[i]->commands.n)
			put_face(p, p->faces.items[i]);
}
