/* NODE.pkd.h: what the C source of a node includes, and programs that use it. */
#include "base/text.h"
#include "emit/emit.h"
#include "emit/out.h"
#include "emit/parts.h"
#include "sema/c_name.h"
#include "sema/c_unit.h"
#include <string.h>

struct header {
	struct arena *arena;
	struct buf *out;
	const struct unit *unit;
};

/* "a; b", or the one that is there. */
static const char *join(struct arena *arena, const char *a, const char *b)
{
	if (!*a || !*b)
		return *a ? a : b;
	return arena_printf(arena, "%s; %s", a, b);
}

static void put_struct(const struct header *h, const char *name, const struct out_row *lines)
{
	static const struct out_line nothing = {"char none;", NULL}; /* C has no empty structs */

	buf_printf(h->out, "struct %s {\n", name);
	if (lines->fields.n)
		out_lines(h->out, 1, lines->fields.items, lines->fields.n);
	else
		out_lines(h->out, 1, &nothing, 1);
	buf_puts(h->out, "};\n");
}

/* ---- Types ---- */

static void put_enum(const struct header *h, const struct enumeration *enumeration)
{
	buf_putc(h->out, '\n');
	out_comment(h->out, 0, enumeration->doc);
	buf_printf(h->out, "enum %s {\n", enumeration->c_name);
	for (size_t i = 0; i < enumeration->names.n; i++)
		buf_printf(
			h->out, "\t%s,\n",
			enumeration_constant(h->arena, enumeration, enumeration->names.items[i]));
	buf_puts(h->out, "};\n");
}

/* What C does not show of a number's type. */
static const char *number_note(struct arena *arena, const struct type *type)
{
	if (type->kind == TYPE_ENUM)
		return arena_printf(arena, "enum %s", type->enumeration->c_name);
	return type->kind == TYPE_TIME ? "ns" : "";
}

static void put_record(const struct header *h, const struct record *record)
{
	struct out_row lines = {.arena = h->arena};
	struct layout layout;
	size_t n = record->fields.n;

	for (size_t i = 0; i < n; i++) {
		const struct field *field = &record->fields.items[i];
		out_field(&lines, "%s;",
		          type_c_declaration(h->arena, field->type, c_member(h->arena, field->name),
		                             1));
		out_field_comment(&lines,
		                  join(h->arena, field->doc, number_note(h->arena, field->type)));
	}
	buf_putc(h->out, '\n');
	out_comment(h->out, 0, record->doc);
	put_struct(h, record->c_name, &lines);
	if (n && type_layout(&(struct type){.kind = TYPE_RECORD, .record = record}, &layout) == 0)
		buf_printf(h->out, "PKD_CHECK_LAYOUT(struct %s, %llu, %s, %llu);\n", record->c_name,
		           (unsigned long long)layout.size,
		           c_member(h->arena, record->fields.items[n - 1].name),
		           (unsigned long long)type_field_offset(record, n - 1));
}

/* C wants a record defined before it is a field; the language does not. */
static void put_record_in_order(const struct header *h, const struct record *record, bool *done)
{
	size_t i = 0;

	while (i < h->unit->records.n && h->unit->records.items[i] != record)
		i++;
	if (i == h->unit->records.n || done[i])
		return; /* another file's, or written */
	done[i] = true;
	for (size_t f = 0; f < record->fields.n; f++) {
		const struct type *type = record->fields.items[f].type;
		while (type->item)
			type = type->item;
		if (type->kind == TYPE_RECORD)
			put_record_in_order(h, type->record, done);
	}
	put_record(h, record);
}

static void put_types(const struct header *h)
{
	const struct unit *unit = h->unit;
	bool *done = arena_alloc(h->arena, unit->records.n + 1);

	for (size_t i = 0; i < unit->enumerations.n; i++)
		put_enum(h, unit->enumerations.items[i]);
	for (size_t i = 0; i < unit->records.n; i++)
		put_record_in_order(h, unit->records.items[i], done);
}

/* ---- Parameters ---- */

static const char *generic_comment(struct arena *arena, const struct generic *generic)
{
	bool is_format = generic->kind == GENERIC_FORMAT;
	const char *what = is_format ? "enum pkd_format" : "";

	if (!generic->has_initial)
		return join(arena, what, "inferred at each use");
	if (is_format)
		return join(arena, what,
		            arena_printf(arena, "%s where the use does not say",
		                         format_c_name(generic->initial)));
	return arena_printf(arena, "%llu where the use does not say",
	                    (unsigned long long)generic->initial);
}

static void put_params(const struct header *h, const struct interface *node)
{
	struct out_row lines = {.arena = h->arena};

	for (size_t i = 0; i < node->params.n; i++) {
		const struct param *param = &node->params.items[i];
		const char *type = type_c_param(param->type);
		const char *note = number_note(h->arena, param->type);
		const char *member = c_member(h->arena, param->name);
		if (param->bounded)
			out_field(&lines, "%s;",
			          type_c_declaration(h->arena, param->bounded, member, 1));
		else
			out_field(&lines, "%s%s%s;", type, text_ends_with(type, "*") ? "" : " ",
			          member);
		note = join(h->arena, param->doc, note);
		out_field_comment(&lines, join(h->arena, note,
		                               param->live     ? "may change as it runs"
		                               : param->secret ? "secret"
		                                               : ""));
	}
	for (size_t i = 0; i < node->generics.n; i++) {
		const struct generic *generic = &node->generics.items[i];
		bool is_type = generic->kind == GENERIC_TYPE;
		out_field(&lines, "%s%s;", is_type ? "const struct pkd_type *" : "uint32_t ",
		          c_member(h->arena, generic->name));
		out_field_comment(&lines, generic_comment(h->arena, generic));
	}
	put_struct(h, arena_printf(h->arena, "%s_params", node->c_name), &lines);
}

/* ---- Ports ---- */

/* The C declaration of `name` as a pointer to a value of the type; of an array to its first item.
 * `port` may have a struct for it. */
static const char *pointer_declaration(struct arena *arena, const struct interface *node,
                                       const struct port *port, const struct type *type,
                                       const char *name)
{
	if (type->kind == TYPE_IMAGE)
		return arena_printf(arena, "struct pkd_image *%s", name);
	if (type->kind == TYPE_ARRAY)
		type = type->item;
	if (type == c_port_type(port))
		return arena_printf(arena, "struct %s *%s", c_port_struct(arena, node, port), name);
	if (!type_is_concrete(type) || type->kind == TYPE_IMAGE)
		return arena_printf(arena, "void *%s", name);
	return type_c_declaration(
		arena, type, arena_printf(arena, type->kind == TYPE_ARRAY ? "(*%s)" : "*%s", name),
		1);
}

/* A member of struct NAME_in: a pointer to the value, or to pointers to several. */
static const char *input_declaration(const struct header *h, const struct interface *node,
                                     const struct port *port)
{
	const struct type *type = port->type;
	const char *name = c_member(h->arena, port->name);

	if (type->kind == TYPE_ARRAY) {
		name = arena_printf(h->arena, "const *%s", name);
		type = type->item;
	}
	return arena_printf(h->arena, "const %s;",
	                    pointer_declaration(h->arena, node, port, type, name));
}

/* "list<detect.Object, N>?" and what C does not show of it. */
static const char *port_type_note(struct arena *arena, const struct port *port)
{
	const struct type *type = port->type;
	const char *name = arena_printf(arena, "%s%s", type->name, port->optional ? "?" : "");

	if (type->kind == TYPE_ENUM)
		return arena_printf(arena, "%s, enum %s", name, type->enumeration->c_name);
	if (type->kind == TYPE_TIME)
		return arena_printf(arena, "%s, ns", name);
	if (type->kind == TYPE_ARRAY)
		return arena_printf(arena, "%s, its first item", name);
	if (type->kind == TYPE_VARIABLE)
		return arena_printf(arena, "%s, as params->%s describes it", name,
		                    c_member(arena, type->variable));
	if (type->kind == TYPE_LIST && type->item->kind == TYPE_VARIABLE)
		return arena_printf(arena, "%s, an item as params->%s describes it", name,
		                    c_member(arena, type->item->variable));
	return name;
}

static void put_port_struct(const struct header *h, const struct interface *node,
                            const struct port *port)
{
	const struct type *type = c_port_type(port);

	if (!type)
		return;
	buf_putc(h->out, '\n');
	out_comment(h->out, 0,
	            type == port->type ? type->name
	                               : arena_printf(h->arena, "an item of %s", port->type->name));
	buf_printf(h->out, "struct %s %s;\n", c_port_struct(h->arena, node, port),
	           type_c_body(h->arena, type, 0));
}

static void put_port_structs(const struct header *h, const struct interface *node)
{
	size_t n_inputs = node->inputs.n, n = n_inputs + node->outputs.n;
	struct map done = {0};

	for (size_t i = 0; i < n; i++) {
		const struct port *port = i < n_inputs ? &node->inputs.items[i]
		                                       : &node->outputs.items[i - n_inputs];
		if (map_get(&done, port->name))
			continue;
		map_put(h->arena, &done, port->name, (void *)(uintptr_t)port);
		put_port_struct(h, node, port);
	}
}

static bool has_flexible_array(const struct port *port)
{
	const struct type *type = c_port_type(port);

	return type && type->n.variable;
}

/* C++ has flexible arrays only as an extension, which -Wpedantic would complain of. */
static bool needs_extension(const struct unit *unit)
{
	for (size_t i = 0; i < unit->nodes.n; i++) {
		const struct interface *node = unit->nodes.items[i];
		for (size_t k = 0; k < node->inputs.n; k++)
			if (has_flexible_array(&node->inputs.items[k]))
				return true;
		for (size_t k = 0; k < node->outputs.n; k++)
			if (has_flexible_array(&node->outputs.items[k]))
				return true;
	}
	return false;
}

/* The same for an input that takes several values. */
static const char *many_note(struct arena *arena, const struct port *port)
{
	struct port item = {.type = port->type->item};
	const char *more = port_type_note(arena, &item) + strlen(item.type->name);

	return arena_printf(arena,
	                    "%s: one for each stream, or each value of a window, oldest first%s%s",
	                    port->type->name, more, port->optional ? "; NULL where absent" : "");
}

/* When it is not there. */
static const char *absence_note(const struct interface *node, const struct port *port)
{
	if (port->optional)
		return port->type->kind == TYPE_ARRAY ? "" : ": NULL when absent";
	if (node->wakes)
		return node->flushes ? ": NULL in a flush, and when woken" : ": NULL when woken";
	return node->flushes ? ": NULL in a flush" : "";
}

static void put_inputs(const struct header *h, const struct interface *node)
{
	struct out_row lines = {.arena = h->arena};

	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct port *port = &node->inputs.items[i];
		const char *note = port_type_note(h->arena, port);
		if (port->type->kind == TYPE_ARRAY)
			note = many_note(h->arena, port);
		note = arena_printf(h->arena, "%s%s", note, absence_note(node, port));
		out_field(&lines, "%s", input_declaration(h, node, port));
		out_field_comment(&lines, join(h->arena, note, port->doc));
	}
	buf_putc(h->out, '\n');
	put_struct(h, arena_printf(h->arena, "%s_in", node->c_name), &lines);
}

static void put_outputs(const struct header *h, const struct interface *node)
{
	struct out_row lines = {.arena = h->arena};

	for (size_t i = 0; i < node->outputs.n; i++) {
		const struct port *port = &node->outputs.items[i];
		const char *note = port_type_note(h->arena, port);
		/* A step that assigned the pointer and not what it points to would make zeros. */
		const char *name = arena_printf(h->arena, "const %s",
		                                c_member(h->arena, port->name));
		out_field(&lines, "%s;",
		          pointer_declaration(h->arena, node, port, port->type, name));
		out_field_comment(&lines, join(h->arena, note, port->doc));
	}
	buf_putc(h->out, '\n');
	put_struct(h, arena_printf(h->arena, "%s_out", node->c_name), &lines);
}

/* ---- Persistent state ---- */

static void put_state(const struct header *h, const struct interface *node)
{
	struct out_row lines = {.arena = h->arena};

	if (!node->persistent.n)
		return;
	for (size_t i = 0; i < node->persistent.n; i++) {
		const struct state_field *field = &node->persistent.items[i];
		out_field(&lines, "%s;",
		          type_c_declaration(h->arena, field->type, c_member(h->arena, field->name),
		                             1));
		out_field_comment(&lines,
		                  join(h->arena, field->doc, number_note(h->arena, field->type)));
	}
	buf_puts(h->out, "\n/* Survives a crash of the node; all zeroes at first. */\n");
	put_struct(h, arena_printf(h->arena, "%s_state", node->c_name), &lines);
}

static void put_state_call(const struct header *h, const struct interface *node)
{
	const char *name = node->c_name;

	if (!node->persistent.n)
		return;
	buf_puts(h->out,
	         "\n/* As the last firing left it. Changes count when the firing does; in init "
	         "it is for reading. */\n");
	buf_printf(h->out, "static inline struct %s_state *%s_get_state(struct pkd_ctx *ctx)\n",
	           name, name);
	buf_printf(h->out, "{\n\treturn (struct %s_state *)pkd_state(ctx);\n}\n", name);
}

/* Its type may have variables, which C has no type for. */
static void put_memory_calls(const struct header *h, const struct interface *node)
{
	for (size_t i = 0; i < node->memories.n; i++) {
		const struct state_field *memory = &node->memories.items[i];
		const char *what = arena_printf(h->arena, "%s, which survives a crash as it is",
		                                memory->type->name);

		buf_putc(h->out, '\n');
		out_comment(h->out, 0, join(h->arena, what, memory->doc));
		buf_printf(h->out, "static inline void *%s_get_%s(struct pkd_ctx *ctx)\n",
		           node->c_name, memory->name);
		buf_printf(h->out, "{\n\treturn pkd_memory(ctx, %zu);\n}\n", i);
	}
}

/* ---- Commands ---- */

void emit_command_head(struct arena *arena, const struct interface *node,
                       const struct command *command, struct buf *out, const char *tail)
{
	const char *arguments[4];
	struct port answer = c_answer_port(command);
	size_t n = 0;

	arguments[n++] = arena_printf(arena, "struct %s *self", node->c_name);
	if (command->args)
		arguments[n++] = arena_printf(arena, "const struct %s *args",
		                              command->args->record->c_name);
	if (command->answer)
		arguments[n++] = pointer_declaration(arena, node, &answer, answer.type, "answer");
	arguments[n++] = "struct pkd_ctx *ctx";
	out_call(out, 0, arena_printf(arena, "int %s_%s(", node->c_name, command->name), arguments,
	         n, tail);
}

static void put_commands(const struct header *h, const struct interface *node)
{
	for (size_t i = 0; i < node->commands.n; i++) {
		const struct command *command = &node->commands.items[i];
		struct port answer = c_answer_port(command);

		if (command->args)
			put_record(h, command->args->record);
		if (command->answer)
			put_port_struct(h, node, &answer);
		if (interface_is_python(node))
			continue; /* a method of its class */
		buf_putc(h->out, '\n');
		out_comment(h->out, 0, command->doc);
		emit_command_head(h->arena, node, command, h->out, ");");
	}
}

/* ---- Nodes ---- */

static void put_prototypes(const struct header *h, const struct interface *node)
{
	const char *name = node->c_name;
	const char *self = arena_printf(h->arena, "struct %s *self", name);
	const char *ctx = "struct pkd_ctx *ctx";
	const char *init[] = {self, arena_printf(h->arena, "const struct %s_params *params", name),
	                      ctx};
	const char *step[] = {self, arena_printf(h->arena, "const struct %s_in *in", name),
	                      arena_printf(h->arena, "struct %s_out *out", name), ctx};

	buf_printf(h->out, "\nstruct %s; /* defined %s */\n\n", name,
	           node->step.text ? "where its step is: in the program" : "by the node's author");
	out_call(h->out, 0, arena_printf(h->arena, "int %s_init(", name), init, 3, ");");
	out_call(h->out, 0, arena_printf(h->arena, "int %s_step(", name), step, 4, ");");
	out_call(h->out, 0, arena_printf(h->arena, "void %s_finish(", name), &self, 1, ");");
	if (node->step.text ? node->changed.text != NULL : interface_is_live(node))
		out_call(h->out, 0, arena_printf(h->arena, "int %s_changed(", name), init, 3, ");");
}

/* Only what is declared T? can be made absent: there is no such name for a T. */
static void put_absent_calls(const struct header *h, const struct interface *node)
{
	for (size_t i = 0; i < node->outputs.n; i++) {
		const struct port *port = &node->outputs.items[i];
		if (!port->optional)
			continue;
		buf_printf(h->out, "\n/* In step: there is no `%s` for this firing. */\n",
		           port->name);
		buf_printf(h->out, "static inline void %s_absent_%s(struct pkd_ctx *ctx)\n",
		           node->c_name, port->name);
		buf_printf(h->out, "{\n\tpkd_absent(ctx, %zu);\n}\n", i);
	}
}

static void put_node(const struct header *h, const struct interface *node)
{
	buf_putc(h->out, '\n');
	out_comment(h->out, 0, node->doc);
	if (*node->doc)
		buf_putc(h->out, '\n');
	put_params(h, node);
	put_port_structs(h, node);
	put_inputs(h, node);
	put_outputs(h, node);
	put_state(h, node);
	if (!interface_is_python(node))
		put_prototypes(h, node);
	put_commands(h, node);
	if (interface_is_python(node))
		return; /* nobody calls anything of it from C */
	put_state_call(h, node);
	put_memory_calls(h, node);
	put_absent_calls(h, node);
}

/* ---- The file ---- */

/* From the directory of this header, which is searched first: no other file is found there. */
static const char *relative(const struct header *h, const char *path)
{
	for (const char *c = h->unit->header; *c; c++)
		if (*c == '/')
			path = arena_printf(h->arena, "../%s", path);
	return path;
}

static void put_includes(const struct header *h)
{
	struct map done = {0};

	buf_puts(h->out, "#include <pkd/node.h>\n");
	map_put(h->arena, &done, h->unit->header, h->arena);
	for (size_t i = 0; i < h->unit->uses.n; i++) {
		const struct unit *used = h->unit->uses.items[i];
		if (!used->records.n && !used->enumerations.n)
			continue; /* its nodes are no business of this one's */
		if (map_put(h->arena, &done, used->header, h->arena))
			continue;
		if (used->stdlib)
			buf_printf(h->out, "#include <%s>\n", used->header);
		else
			buf_printf(h->out, "#include \"%s\"\n", relative(h, used->header));
	}
}

void emit_header(const struct unit *unit, struct buf *out)
{
	struct header h = {.arena = arena_create(), .out = out, .unit = unit};
	bool extension = needs_extension(unit);
	int name_length = (int)(strlen(unit->header) - strlen(".h"));

	buf_printf(out, "/* The %s of %.*s. Written by pkdc: edit that file, not this one. */\n",
	           unit->nodes.n ? "interface" : "types", name_length, unit->header);
	buf_printf(out, "#ifndef %s\n#define %s\n\n", unit->guard, unit->guard);
	put_includes(&h);
	buf_puts(out, "\n#ifdef __cplusplus\nextern \"C\" {\n");
	if (extension)
		buf_puts(out, "#pragma GCC diagnostic push\n"
		              "#pragma GCC diagnostic ignored \"-Wpedantic\" /* items[] */\n");
	buf_puts(out, "#endif\n");
	put_types(&h);
	for (size_t i = 0; i < unit->nodes.n; i++)
		put_node(&h, unit->nodes.items[i]);
	buf_puts(out, "\n#ifdef __cplusplus\n");
	if (extension)
		buf_puts(out, "#pragma GCC diagnostic pop\n");
	buf_puts(out, "}\n#endif\n\n#endif\n");
	arena_destroy(h.arena);
}
