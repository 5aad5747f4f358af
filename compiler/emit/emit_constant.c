/* Constants as C text, such that -Wconversion has nothing to say. */
#include "emit/out.h"
#include "emit/parts.h"

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
		return arena_printf(arena, "%s_%s", value->enumeration->c_name,
		                    value->enumeration->names.items[value->i]);
	case VALUE_NONE:
		break;
	}
	return "0";
}
