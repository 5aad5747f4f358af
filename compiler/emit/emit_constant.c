/* Constants as C text, such that -Wconversion has nothing to say. */
#include "emit/out.h"
#include "emit/parts.h"
#include <string.h>

static bool is_float(const struct type *type)
{
	return type->kind == TYPE_F32 || type->kind == TYPE_F64;
}

static const char *number_c(struct arena *arena, const struct value *value, const struct type *type)
{
	bool has_fraction = value->kind == VALUE_FLOAT || value->kind == VALUE_RATE;

	if (is_float(type))
		return out_float(arena, has_fraction ? value->f : (double)value->i,
		                 type->kind == TYPE_F32);
	if (has_fraction)
		return out_float(arena, value->f, false);
	if (value->i == INT64_MIN)
		return "INT64_MIN";
	return arena_printf(arena, "%lld", (long long)value->i);
}

/* {a, b}; where that is long, each in a line of its own. */
static const char *list_c(struct arena *arena, const struct value *list, const struct type *type,
                          size_t column)
{
	enum { ROOM = 90, DEEP = 2 * OUT_TAB };
	const char *line = "", *lines = "";

	for (size_t i = 0; i < list->n; i++) {
		const char *item = value_c(arena, &list->items[i], type->item, DEEP);
		line = arena_printf(arena, "%s%s%s", line, i ? ", " : "", item);
		lines = arena_printf(arena, "%s\n\t\t%s,", lines, item);
	}
	return strlen(line) + column < ROOM ? arena_printf(arena, "{%s}", line)
	                                    : arena_printf(arena, "{%s\n\t}", lines);
}

const char *value_c(struct arena *arena, const struct value *value, const struct type *type,
                    size_t column)
{
	switch (value->kind) {
	case VALUE_BOOL:
		return value->i ? "true" : "false";
	case VALUE_INT:
	case VALUE_FLOAT:
	case VALUE_TIME:
	case VALUE_RATE:
		return number_c(arena, value, type);
	case VALUE_STRING:
		return out_quote(arena, value->s, column);
	case VALUE_ENUM:
		return enumeration_constant(arena, value->enumeration,
		                            value->enumeration->names.items[value->i]);
	case VALUE_LIST:
		return list_c(arena, value, type, column);
	case VALUE_RECORD:
	case VALUE_NONE:
		break;
	}
	return "0";
}
