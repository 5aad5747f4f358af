/* NAME_pkd.pyi: what the nodes in Python of a file are given and give, for editors and type
 * checkers. It is only read by them: `if TYPE_CHECKING: import NAME_pkd`. */
#include "emit/emit.h"
#include "emit/out.h"
#include "sema/python_name.h"
#include <string.h>

static const char *array_of(struct arena *arena, const struct type *type)
{
	static const char *const words[] = {
		[TYPE_BOOL] = "np.bool_",  [TYPE_I8] = "np.int8",     [TYPE_I16] = "np.int16",
		[TYPE_I32] = "np.int32",   [TYPE_I64] = "np.int64",   [TYPE_U8] = "np.uint8",
		[TYPE_U16] = "np.uint16",  [TYPE_U32] = "np.uint32",  [TYPE_U64] = "np.uint64",
		[TYPE_F32] = "np.float32", [TYPE_F64] = "np.float64", [TYPE_TIME] = "np.int64",
	};
	const char *word = type->kind == TYPE_ENUM ? "np.uint32" : NULL;

	if (!word && type->kind < sizeof words / sizeof *words)
		word = words[type->kind];
	return word ? arena_printf(arena, "npt.NDArray[%s]", word) : NULL;
}

static const char *image_words(const struct type *type)
{
	if (type->format.variable)
		return "Any";
	const char *format = format_name(type->format.value);

	if (strcmp(format, "gray16") == 0)
		return "npt.NDArray[np.uint16]";
	if (strcmp(format, "grayf32") == 0)
		return "npt.NDArray[np.float32]";
	if (strcmp(format, "i420") == 0 || strcmp(format, "nv12") == 0)
		return "Sequence[npt.NDArray[np.uint8]]";
	return "npt.NDArray[np.uint8]";
}

static const char *items_words(struct arena *arena, const struct type *type, bool is_input)
{
	const struct type *item = type->item;
	const char *numbers;

	while (item->kind == TYPE_ARRAY)
		item = item->item;
	numbers = array_of(arena, item);
	if (numbers && is_input)
		return numbers;
	if (numbers)
		return arena_printf(arena, "npt.ArrayLike");
	if (item->kind == TYPE_RECORD && is_input)
		return "Any"; /* an array of records, whose fields are columns */
	return is_input ? "Sequence[Any]" : "Any";
}

/* The type of a value that Python is given, or gives. */
static const char *words_of(struct arena *arena, const struct type *type, bool is_input)
{
	switch (type->kind) {
	case TYPE_BOOL:
		return "bool";
	case TYPE_F32:
	case TYPE_F64:
		return "float";
	case TYPE_STRING:
		return "str";
	case TYPE_BYTES:
		return is_input ? "memoryview" : "bytes | bytearray | memoryview";
	case TYPE_IMAGE:
		return image_words(type);
	case TYPE_LIST:
	case TYPE_ARRAY:
		return items_words(arena, type, is_input);
	case TYPE_RECORD:
		return is_input ? out_identifier(arena, type->name) : "Any";
	case TYPE_ENUM:
		return is_input ? out_identifier(arena, type->name)
		                : arena_printf(arena, "%s | int | str",
		                               out_identifier(arena, type->name));
	case TYPE_VARIABLE:
	case TYPE_ANY:
	case TYPE_ERROR:
		return "Any";
	case TYPE_I8:
	case TYPE_I16:
	case TYPE_I32:
	case TYPE_I64:
	case TYPE_U8:
	case TYPE_U16:
	case TYPE_U32:
	case TYPE_U64:
	case TYPE_TIME:
		break;
	}
	return "int";
}

static const char *optional(struct arena *arena, const char *words, bool is_optional)
{
	return is_optional ? arena_printf(arena, "%s | None", words) : words;
}

/* ---- Types ---- */

struct stub {
	struct arena *arena;
	struct buf *out;
	struct map written;
};

static void put_type(struct stub *s, const struct type *type);

static void put_record(struct stub *s, const struct type *type)
{
	const struct record *record = type->record;

	for (size_t i = 0; i < record->fields.n; i++)
		put_type(s, record->fields.items[i].type);
	buf_printf(s->out, "class %s:\n", out_identifier(s->arena, type->name));
	for (size_t i = 0; i < record->fields.n; i++)
		buf_printf(s->out, "    %s: %s\n",
		           python_name(s->arena, record->fields.items[i].name),
		           words_of(s->arena, record->fields.items[i].type, true));
	buf_printf(s->out,
	           "    def __getitem__(self, name: str | int) -> Any: ...\n"
	           "    def copy(self) -> %s: ...\n\n",
	           out_identifier(s->arena, type->name));
}

static void put_enum(struct stub *s, const struct type *type)
{
	buf_printf(s->out, "class %s(IntEnum):\n", out_identifier(s->arena, type->name));
	for (size_t i = 0; i < type->enumeration->names.n; i++)
		buf_printf(s->out, "    %s = %zu\n",
		           python_member(s->arena, type->enumeration->names.items[i]), i);
	buf_putc(s->out, '\n');
}

static void put_type(struct stub *s, const struct type *type)
{
	while (type->item)
		type = type->item;
	if ((type->kind != TYPE_RECORD && type->kind != TYPE_ENUM) ||
	    map_put(s->arena, &s->written, type->name, s))
		return;
	if (type->kind == TYPE_RECORD)
		put_record(s, type);
	else
		put_enum(s, type);
}

/* ---- Nodes ---- */

static void put_params(struct stub *s, const struct interface *face)
{
	buf_printf(s->out, "class %s_params:\n", face->name);
	for (size_t i = 0; i < face->params.n; i++)
		buf_printf(s->out, "    %s: %s\n",
		           python_name(s->arena, face->params.items[i].name),
		           face->params.items[i].type->kind == TYPE_ARRAY
		                   ? "tuple[Any, ...]"
		                   : words_of(s->arena, face->params.items[i].type, true));
	for (size_t i = 0; i < face->generics.n; i++)
		if (face->generics.items[i].kind != GENERIC_TYPE)
			buf_printf(s->out, "    %s: int\n", face->generics.items[i].name);
	buf_puts(s->out, "    def __getitem__(self, name: str) -> Any: ...\n\n");
}

static const char *result_words(struct stub *s, const struct interface *face)
{
	const struct port *first = face->outputs.items;

	if (face->outputs.n == 0)
		return "None";
	if (face->outputs.n == 1)
		return optional(s->arena, words_of(s->arena, first->type, false), first->optional);
	return "dict[str, Any] | tuple[Any, ...] | None";
}

static void put_inputs(struct stub *s, const struct interface *face)
{
	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		const char *words = words_of(s->arena, port->type, true);

		if (port->type->kind == TYPE_ARRAY)
			words = arena_printf(s->arena, "Sequence[%s]",
			                     optional(s->arena,
			                              words_of(s->arena, port->type->item, true),
			                              port->optional));
		else
			words = optional(s->arena, words,
			                 port->optional || face->flushes || face->wakes);
		buf_printf(s->out, ", %s: %s", python_name(s->arena, port->name), words);
	}
}

static void put_node(struct stub *s, const struct interface *face)
{
	for (size_t i = 0; i < face->inputs.n; i++)
		put_type(s, face->inputs.items[i].type);
	for (size_t i = 0; i < face->outputs.n; i++)
		put_type(s, face->outputs.items[i].type);
	for (size_t i = 0; i < face->params.n; i++)
		put_type(s, face->params.items[i].type);
	put_params(s, face);
	buf_printf(s->out,
	           "class %s(Protocol):\n    def __init__(self, params: %s_params) -> None: ...\n"
	           "    def step(self",
	           python_name(s->arena, face->name), face->name);
	put_inputs(s, face);
	buf_printf(s->out, ") -> %s: ...\n", result_words(s, face));
	for (size_t i = 0; i < face->commands.n; i++) {
		const struct command *command = &face->commands.items[i];

		buf_printf(s->out, "    def %s(self", python_name(s->arena, command->name));
		for (size_t k = 0; k < command->arguments.n; k++)
			buf_printf(s->out, ", %s: %s",
			           python_name(s->arena, command->arguments.items[k].name),
			           words_of(s->arena, command->arguments.items[k].type, true));
		buf_printf(s->out, ") -> %s: ...\n",
		           command->answer ? words_of(s->arena, command->answer, false) : "None");
	}
	buf_putc(s->out, '\n');
}

bool emit_stub(const struct unit *unit, struct buf *out)
{
	struct stub s = {.arena = arena_create(), .out = out};
	bool any = false;

	for (size_t i = 0; i < unit->nodes.n; i++) {
		if (!interface_is_python(unit->nodes.items[i]))
			continue;
		if (!any)
			buf_printf(out,
			           "# The nodes in Python of %.*s, for editors and type checkers. "
			           "Written by pkdc header.\n"
			           "from enum import IntEnum\n"
			           "from typing import Any, Protocol, Sequence\n\n"
			           "import numpy as np\nimport numpy.typing as npt\n\n",
			           (int)(strlen(unit->header) - strlen(".h")), unit->header);
		any = true;
		put_node(&s, unit->nodes.items[i]);
	}
	arena_destroy(s.arena);
	return any;
}
