/* Commands in the program's C: for each kind of node that has some, the functions that libpkd
 * calls, and a table of them. */
#include "emit/out.h"
#include "emit/program.h"

/* The function that calls the node's own, with what libpkd knows as bytes. */
static const char *put_call(struct program *p, const struct interface *face,
                            const struct command *command)
{
	const char *own = arena_printf(p->arena, "%s_%s", face->c_name, command->name);
	const char *name = program_claim(p, arena_printf(p->arena, "%s_call_%s", face->c_name,
	                                                 command->name));
	const char *arguments[] = {"void *self", "const void *args", "void *answer",
	                           "struct pkd_ctx *ctx"};

	buf_putc(p->out, '\n');
	out_call(p->out, 0, arena_printf(p->arena, "static int %s(", name), arguments, 4, ")");
	buf_puts(p->out, "{\n");
	if (!command->args)
		buf_puts(p->out, "\t(void)args;\n");
	if (!command->answer)
		buf_puts(p->out, "\t(void)answer;\n");
	buf_printf(p->out, "\treturn %s(self%s%s, ctx);\n}\n", own, command->args ? ", args" : "",
	           command->answer ? ", answer" : "");
	return name;
}

static void put_row(struct program *p, const struct command *command, const char *call)
{
	struct out_row row = {.arena = p->arena, .depth = 1};

	out_field_string(&row, "name", command->name);
	out_field_string(&row, "doc", command->doc);
	if (command->args)
		out_field(&row, ".args = &%s",
		          type_describe(p->out, &p->described, command->args));
	if (command->answer)
		out_field(&row, ".answer = &%s",
		          type_describe(p->out, &p->described, command->answer));
	out_field(&row, ".call = %s", call);
	out_row(p->out, "", &row, ",", false);
}

static void put_face(struct program *p, const struct interface *face)
{
	const char **calls = arena_alloc(p->arena, face->commands.n * sizeof *calls);

	for (size_t i = 0; i < face->commands.n; i++)
		calls[i] = put_call(p, face, &face->commands.items[i]);
	buf_printf(p->out, "\nstatic const struct pkd_command %s[] = {\n",
	           program_table(p, face, "commands"));
	for (size_t i = 0; i < face->commands.n; i++)
		put_row(p, &face->commands.items[i], calls[i]);
	buf_puts(p->out, "};\n");
}

void emit_commands(struct program *p)
{
	for (size_t i = 0; i < p->faces.n; i++)
		if (p->faces.items[i]->commands.n)
			put_face(p, p->faces.items[i]);
}
