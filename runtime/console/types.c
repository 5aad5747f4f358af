#include "console/types.h"

#include <stdlib.h>
#include <string.h>

/* What a line has around the parts of a type, at most. */
enum { ROOM_OF_LINE = 1024 };

/* ---- Collecting ---- */

static bool has(const struct pkdi_types *types, const struct pkd_type *type)
{
	for (size_t i = 0; i < types->n; i++)
		if (types->items[i] == type || !strcmp(types->items[i]->name, type->name))
			return true;
	return false;
}

static bool append(struct pkdi_types *types, const struct pkd_type *type)
{
	if (types->n == types->room) {
		size_t room = types->room ? 2 * types->room : 16;
		const struct pkd_type **items = realloc(types->items,
		                                        room * sizeof(const struct pkd_type *));

		if (!items)
			return false;
		types->items = items;
		types->room = room;
	}
	types->items[types->n++] = type;
	return true;
}

/* A record has no cycle: it would have no size. */
static bool add(struct pkdi_types *types, const struct pkd_type *type)
{
	if (!type)
		return true;
	if (type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		return add(types, type->item);
	if ((type->kind != PKD_RECORD && type->kind != PKD_ENUM) || has(types, type))
		return true;
	for (uint32_t i = 0; type->kind == PKD_RECORD && i < type->n; i++)
		if (!add(types, type->fields[i].type))
			return false;
	return append(types, type);
}

static bool add_command(struct pkdi_types *types, const struct pkd_command *command)
{
	for (uint32_t i = 0; command->args && i < command->args->n; i++)
		if (!add(types, command->args->fields[i].type))
			return false;
	return add(types, command->answer);
}

static bool add_all(struct pkdi_types *types, const struct pkd_program *program)
{
	for (uint32_t i = 0; i < program->n_streams; i++) {
		const struct pkd_stream *stream = &program->streams[i];

		if (!add(types, program->nodes[stream->writer].outputs[stream->output].type))
			return false;
	}
	for (uint32_t i = 0; i < program->n_nodes; i++)
		for (uint32_t k = 0; k < program->nodes[i].n_commands; k++)
			if (!add_command(types, &program->nodes[i].commands[k]))
				return false;
	return true;
}

struct pkdi_types *pkdi_types_create(const struct pkd_program *program)
{
	struct pkdi_types *types = calloc(1, sizeof(*types));

	if (types && add_all(types, program))
		return types;
	pkdi_types_destroy(types);
	return NULL;
}

void pkdi_types_destroy(struct pkdi_types *types)
{
	if (types)
		free(types->items);
	free(types);
}

/* ---- Telling ---- */

static void write_fields(const struct pkd_type *type, struct pkdi_out *out)
{
	pkdi_out_open(out, "fields", '[');
	for (uint32_t i = 0; i < type->n; i++) {
		pkdi_out_open(out, NULL, '{');
		pkdi_out_text(out, "name", type->fields[i].name);
		pkdi_out_text(out, "type", type->fields[i].type->name);
		pkdi_out_unsigned(out, "offset", type->fields[i].offset);
		pkdi_out_close(out, '}');
	}
	pkdi_out_close(out, ']');
}

static void write_names(const struct pkd_type *type, struct pkdi_out *out)
{
	pkdi_out_open(out, "names", '[');
	for (uint32_t i = 0; i < type->n; i++)
		pkdi_out_text(out, NULL, type->names[i]);
	pkdi_out_close(out, ']');
}

/* Where they are too many for a line, that is said instead. */
void pkdi_types_write(const struct pkdi_types *types, uint32_t index, struct pkdi_out *out)
{
	const struct pkd_type *type = types->items[index];
	struct pkdi_out before;
	bool is_record = type->kind == PKD_RECORD;

	pkdi_out_text(out, "name", type->name);
	pkdi_out_text(out, "kind", is_record ? "record" : "enum");
	pkdi_out_unsigned(out, "size", type->size);
	pkdi_out_unsigned(out, "align", type->align);
	before = *out;
	if (is_record)
		write_fields(type, out);
	else
		write_names(type, out);
	if (!out->is_full || before.size + ROOM_OF_LINE < PKDI_MESSAGE_SIZE)
		return;
	*out = before;
	pkdi_out_bool(out, "untold", true);
}
