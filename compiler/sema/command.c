/* Commands of a node: what it can be told from outside while it runs, and what it answers. */
#include "sema/c_name.h"
#include "sema/resolve.h"
#include <string.h>

/* Arguments and answers go through mailboxes of a fixed size. */
#define MOST_BYTES 65536

/* Whether there is something in it that JSON has no words for. */
static bool is_opaque(const struct type *type)
{
	while (type->item)
		type = type->item;
	if (type->kind != TYPE_RECORD)
		return type->kind == TYPE_IMAGE || type->kind == TYPE_BYTES;
	for (size_t i = 0; i < type->record->fields.n; i++)
		if (is_opaque(type->record->fields.items[i].type))
			return true;
	return false;
}

/* Said of an argument or an answer; its type, or that of an error after a message. */
static const struct type *resolve_message(struct sema *sema, struct file_scope *file,
                                          const struct ast_type *written, const char *what)
{
	struct type_place place = {.file = file};
	const struct type *type = resolve_type(sema, place, written);
	struct layout layout;

	if (type->kind == TYPE_ERROR)
		return type;
	if (!type_is_concrete(type) || type->kind == TYPE_ANY || is_opaque(type)) {
		diag_report(
			sema->diags, E0302, written->span,
			"%s of a command has a type of a fixed size, and no images or bytes: not "
			"%s",
			what, type->name);
		return type_error();
	}
	if (type_layout(type, &layout) == 0 && layout.size <= MOST_BYTES)
		return type;
	diag_report(sema->diags, E0312, written->span,
	            "%s of a command has at most %d bytes, and %s is larger", what, MOST_BYTES,
	            type->name);
	return type_error();
}

/* Whether there are constants of the type that a default could be, as of a parameter. */
static bool takes_default(const struct type *type)
{
	const struct type *one = type->kind == TYPE_ARRAY ? type->item : type;

	return one->kind <= TYPE_TIME || one->kind == TYPE_ENUM || type->kind == TYPE_STRING;
}

static struct param resolve_given(struct sema *sema, struct file_scope *file,
                                  const struct ast_port *written, const struct field *field)
{
	struct param given = {.name = field->name,
	                      .doc = field->doc,
	                      .span = field->span,
	                      .type = field->type,
	                      .bounded = field->type->kind == TYPE_STRING ? field->type : NULL};

	if (given.type->kind == TYPE_ERROR)
		return given;
	if (!written->initial || takes_default(given.type))
		resolve_bounds(sema, file, written, &given);
	else
		diag_report(sema->diags, E0302, written->type->span,
		            "an argument with a default is a number, a bool, a time, an enum or a "
		            "string, not %s",
		            given.type->name);
	return given;
}

static void report_no_argument(struct sema *sema, const struct ast_port *written)
{
	diag_report(sema->diags, E0302, written->span,
	            written->param ? "what a command is given is no parameter"
	                           : "an argument of a command is never absent");
	diag_help(sema->diags,
	          written->param
	                  ? "leave out 'param': an argument may have a default and a range, too"
	                  : "write a default: 'NAME: TYPE = VALUE' may be left out in a call");
}

static void resolve_argument(struct sema *sema, struct file_scope *file, struct record *args,
                             const struct ast_port *written, struct command *command)
{
	struct field field = {.name = written->name.text,
	                      .doc = written->doc ? written->doc : "",
	                      .span = written->name.span,
	                      .type = type_error()};

	resolve_part_name(sema, written->name);
	for (size_t i = 0; i < args->fields.n; i++)
		if (strcmp(args->fields.items[i].name, field.name) == 0)
			diag_report(sema->diags, E0202, field.span, "'%s' is declared twice",
			            field.name);
		else
			resolve_meets(sema, written->name, args->fields.items[i].name);
	if (written->param || written->optional)
		report_no_argument(sema, written);
	else
		field.type = resolve_message(sema, file, written->type, "an argument");
	vec_push(sema->arena, &args->fields, field);
	vec_push(sema->arena, &command->arguments, resolve_given(sema, file, written, &field));
}

static void resolve_arguments(struct sema *sema, struct file_scope *file, struct interface *face,
                              const struct ast_item *item, struct command *command)
{
	struct record *args = arena_new(sema->arena, struct record);
	struct type *type = arena_new(sema->arena, struct type);
	struct layout layout;

	args->name = args->kind = arena_printf(sema->arena, "%s.%s", face->kind, command->name);
	args->c_name = c_name_of_tag(
		sema->arena, arena_printf(sema->arena, "%s_%s_args", face->c_name, command->name));
	args->unit = face->unit;
	args->doc = arena_printf(sema->arena, "What `%s` is given.", command->name);
	args->span = command->span;
	for (size_t i = 0; i < item->inputs.n; i++)
		resolve_argument(sema, file, args, &item->inputs.items[i], command);
	*type = (struct type){.kind = TYPE_RECORD, .name = args->name, .record = args};
	for (size_t i = 0; i < args->fields.n; i++)
		if (args->fields.items[i].type->kind == TYPE_ERROR)
			return;
	if (type_layout(type, &layout) < 0 || layout.size > MOST_BYTES) {
		diag_report(
			sema->diags, E0312, item->span,
			"the arguments of a command have at most %d bytes, and these are larger",
			MOST_BYTES);
		return;
	}
	args->layout = layout;
	command->args = type;
}

/* The C of a command stands where that of the node's step does. */
static void check_body(struct sema *sema, const struct interface *face,
                       const struct command *command)
{
	if (!face->step.text == !command->body.text)
		return;
	if (command->body.text) {
		diag_report(
			sema->diags, E0206, command->body.at,
			"a command with C in the .pkd file is for a node with a step of its own");
		diag_help(sema->diags,
		          "write 'step {= … =}' beside it, or %s_%s in the node's source",
		          face->c_name, command->name);
		return;
	}
	diag_report(sema->diags, E0206, command->span,
	            "the step of '%s' stands in the .pkd file, and its command '%s' does not",
	            face->name, command->name);
	diag_help(sema->diags, "write what it does behind it, as 'command %s(…) {= … =}'",
	          command->name);
}

/* NAME_step and the like are there already. */
static void check_command_name(struct sema *sema, const struct interface *face,
                               const struct ast_item *item)
{
	static const char *const taken[] = {"init",    "step",    "finish",   "ready",
	                                    "changed", "methods", "params",   "state",
	                                    "in",      "out",     "get_state"};
	const char *output = strncmp(item->name.text, "absent_", 7) == 0 ? item->name.text + 7 : "";

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(item->name.text, taken[i]) == 0) {
			diag_report(sema->diags, E0207, item->name.span,
			            "a command cannot be called '%s'", taken[i]);
			diag_note(sema->diags, item->name.span,
			          "in C it would be %s_%s, which the node has already",
			          face->c_name, taken[i]);
		}
	if (strncmp(item->name.text, "call_", 5) == 0) {
		diag_report(sema->diags, E0207, item->name.span,
		            "the name of a command cannot begin with 'call_'");
		diag_note(sema->diags, item->name.span,
		          "in C, %s_call_… are the functions that libpkd calls", face->c_name);
	}
	for (size_t i = 0; i < face->outputs.n; i++)
		if (strcmp(face->outputs.items[i].name, output) == 0) {
			diag_report(sema->diags, E0207, item->name.span,
			            "a command cannot be called '%s'", item->name.text);
			diag_note(sema->diags, face->outputs.items[i].span,
			          "in C it would be %s_%s, which marks this output absent",
			          face->c_name, item->name.text);
		}
}

void resolve_command(struct sema *sema, struct file_scope *file, struct interface *face,
                     const struct ast_item *item)
{
	struct command command = {.name = item->name.text,
	                          .doc = item->port.doc ? item->port.doc : "",
	                          .span = item->name.span};

	check_command_name(sema, face, item);
	if (item->expr)
		command.body = (struct c_block){item->expr->text, item->expr->span};
	if (item->inputs.n)
		resolve_arguments(sema, file, face, item, &command);
	if (item->result)
		command.answer = resolve_message(sema, file, item->result, "the answer");
	vec_push(sema->arena, &face->commands, command);
}

void resolve_check_commands(struct sema *sema, const struct interface *face)
{
	for (size_t i = 0; i < face->commands.n; i++)
		check_body(sema, face, &face->commands.items[i]);
}
