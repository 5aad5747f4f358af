/* Types in C: as declarations of <pkd/frame.h>'s shapes, and as run-time descriptions. */
#include "emit/out.h"
#include "emit/parts.h"
#include "sema/c_name.h"
#include <string.h>

static const char *scalar_c(enum type_kind kind)
{
	static const char *const names[] = {
#define TYPE(constant, word, c_type, size, pkd_kind) [constant] = c_type,
#include "sema/type.def"
#undef TYPE
	};

	return kind < sizeof names / sizeof names[0] ? names[kind] : "uint32_t"; /* enum */
}

const char *type_c_param(const struct type *type)
{
	if (type->kind == TYPE_STRING)
		return "const char *";
	return type->kind == TYPE_BOOL ? "bool" : scalar_c(type->kind);
}

const char *type_pkd_kind(const struct type *type)
{
	switch (type->kind) {
#define TYPE(constant, word, c_type, size, pkd_kind) \
	case constant:                               \
		return pkd_kind;
#include "sema/type.def"
#undef TYPE
	case TYPE_STRING:
		return "PKD_STRING";
	case TYPE_BYTES:
		return "PKD_BYTES";
	case TYPE_ARRAY:
		return "PKD_ARRAY";
	case TYPE_LIST:
		return "PKD_LIST";
	case TYPE_IMAGE:
		return "PKD_IMAGE";
	case TYPE_RECORD:
		return "PKD_RECORD";
	case TYPE_ENUM:
		return "PKD_ENUM";
	case TYPE_VARIABLE:
	case TYPE_ANY:
	case TYPE_ERROR:
		break;
	}
	return "0";
}

/* ---- Declarations ---- */

uint64_t type_image_bytes(const struct type *image)
{
	return format_bytes(image->format.value, image->n.value, image->height.value);
}

static const char *tabs_text(struct arena *arena, size_t depth)
{
	char *tabs = arena_alloc(arena, depth + 1);

	memset(tabs, '\t', depth);
	return tabs;
}

/* "{", two fields, "}". */
static const char *body(struct arena *arena, const char *first, const char *second, size_t depth)
{
	const char *tabs = tabs_text(arena, depth);

	return arena_printf(arena, "{\n%s\t%s;\n%s\t%s;\n%s}", tabs, first, tabs, second, tabs);
}

/* "[33]", "[]" where the capacity is a variable. */
static const char *dimension(struct arena *arena, struct size n, uint64_t more)
{
	if (n.variable)
		return "[]";
	return arena_printf(arena, "[%llu]", (unsigned long long)(n.value + more));
}

const char *type_c_body(struct arena *arena, const struct type *type, size_t depth)
{
	const char *second;

	if (type->kind == TYPE_STRING)
		second = arena_printf(arena, "char text%s", dimension(arena, type->n, 1));
	else if (type->kind == TYPE_BYTES)
		second = arena_printf(arena, "uint8_t data%s", dimension(arena, type->n, 0));
	else
		second = type_c_declaration(
			arena, type->item,
			arena_printf(arena, "items%s", dimension(arena, type->n, 0)), depth + 1);
	return body(arena, "uint32_t len", second, depth);
}

const char *type_c_declaration(struct arena *arena, const struct type *type, const char *declarator,
                               size_t depth)
{
	unsigned long long n = type->n.value;

	switch (type->kind) {
#define TYPE(constant, word, c_type, size, pkd_kind) case constant:
#include "sema/type.def"
#undef TYPE
	case TYPE_ENUM:
		return arena_printf(arena, "%s %s", scalar_c(type->kind), declarator);
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_LIST:
		return arena_printf(arena, "struct %s %s", type_c_body(arena, type, depth),
		                    declarator);
	case TYPE_ARRAY:
		declarator = arena_printf(arena, "%s[%llu]", declarator, n);
		return type_c_declaration(arena, type->item, declarator, depth);
	case TYPE_IMAGE:
		n = type_image_bytes(type);
		return arena_printf(arena, "struct %s %s",
		                    body(arena, "struct pkd_image head",
		                         arena_printf(arena, "uint8_t pixels[%llu]", n), depth),
		                    declarator);
	case TYPE_RECORD:
		return arena_printf(arena, "struct %s %s", type->record->c_name, declarator);
	case TYPE_VARIABLE:
	case TYPE_ANY:
	case TYPE_ERROR:
		break;
	}
	return arena_printf(arena, "void %s", declarator);
}

/* ---- Descriptions ---- */

/* "list_detect_Object_64": the shape is said where the language says it with brackets only. */
static const char *type_identifier(struct arena *arena, const struct type *type)
{
	const char *name = out_identifier(arena, type->name);

	if (type->kind == TYPE_ARRAY)
		return arena_printf(arena, "type_array_%s", name);
	return arena_printf(arena, "type_%s", name);
}

/* The table of a record's fields, after the types of the fields. */
static void describe_fields(struct buf *out, struct described *described, struct out_row *row,
                            const char *name, const struct record *record)
{
	struct arena *arena = described->arena;
	struct out_row fields = {.arena = arena};
	const char *table = map_claim_name(arena, described->names,
	                                   arena_printf(arena, "%s_fields", name));

	for (size_t i = 0; i < record->fields.n; i++) {
		const struct field *field = &record->fields.items[i];
		out_field(&fields, "{\"%s\", &%s, offsetof(struct %s, %s)}", field->name,
		          type_describe(out, described, field->type), record->c_name,
		          c_member(arena, field->name));
	}
	out_row(out, arena_printf(arena, "static const struct pkd_field %s[] = ", table), &fields,
	        ";", false);
	out_field(row, ".n = %zu", record->fields.n);
	out_field(row, ".fields = %s", table);
}

static void describe_names(struct buf *out, struct described *described, struct out_row *row,
                           const char *name, const struct enumeration *enumeration)
{
	struct out_row names = {.arena = row->arena};
	const char *table = map_claim_name(row->arena, described->names,
	                                   arena_printf(row->arena, "%s_names", name));

	for (size_t i = 0; i < enumeration->names.n; i++)
		out_field(&names, "%s", out_quote(row->arena, enumeration->names.items[i], 0));
	out_row(out, arena_printf(row->arena, "static const char *const %s[] = ", table), &names,
	        ";", true);
	out_field(row, ".n = %zu", enumeration->names.n);
	out_field(row, ".names = %s", table);
}

static void describe_inside(struct buf *out, struct described *described, struct out_row *row,
                            const char *name, const struct type *type)
{
	if (type->kind == TYPE_RECORD)
		describe_fields(out, described, row, name, type->record);
	else if (type->kind == TYPE_ENUM)
		describe_names(out, described, row, name, type->enumeration);
	else if (type->kind == TYPE_STRING || type->kind == TYPE_BYTES || type->item)
		out_field(row, ".n = %llu", (unsigned long long)type->n.value);
	if (type->kind == TYPE_IMAGE) {
		out_field(row, ".format = %llu", (unsigned long long)type->format.value);
		out_field(row, ".width = %llu", (unsigned long long)type->n.value);
		out_field(row, ".height = %llu", (unsigned long long)type->height.value);
	}
	if (type->kind == TYPE_LIST)
		out_field(row, ".items_offset = %llu", (unsigned long long)type_items_offset(type));
	if (type->item)
		out_field(row, ".item = &%s", type_describe(out, described, type->item));
}

/* What the runtime need not look into. Plain: every pattern of bytes is a value of the type. Flat:
 * all of its memory is in use, whatever the value. */
struct shape {
	bool plain, flat;
};

/* Of a record it is computed once: each may hold the next one twice. */
static struct shape shape_of(struct described *described, const struct type *type)
{
	struct shape shape = {true, true}, *known;

	if (type->kind == TYPE_ARRAY)
		return shape_of(described, type->item);
	if (type->kind != TYPE_RECORD) {
		shape.flat = type->kind < TYPE_STRING || type->kind == TYPE_ENUM;
		shape.plain = shape.flat && type->kind != TYPE_BOOL && type->kind != TYPE_ENUM;
		return shape;
	}
	known = map_get(&described->shapes, type->name);
	if (known)
		return *known;
	for (size_t i = 0; i < type->record->fields.n; i++) {
		struct shape field = shape_of(described, type->record->fields.items[i].type);

		shape.plain = shape.plain && field.plain;
		shape.flat = shape.flat && field.flat;
	}
	known = arena_new(described->arena, struct shape);
	*known = shape;
	map_put(described->arena, &described->shapes, type->name, known);
	return shape;
}

const char *type_describe(struct buf *out, struct described *described, const struct type *type)
{
	struct arena *arena = described->arena;
	struct out_row row = {.arena = arena};
	struct layout layout = {0, 1};
	struct shape shape;
	const char *name = map_get(&described->by_type, type->name);

	if (name)
		return name;
	name = map_claim_name(described->arena, described->names, type_identifier(arena, type));
	map_put(arena, &described->by_type, type->name, (void *)(uintptr_t)name);
	out_field(&row, ".kind = %s", type_pkd_kind(type));
	out_field(&row, ".name = %s", out_quote(arena, type->name, 0));
	if (type->kind == TYPE_RECORD) {
		out_field(&row, ".size = sizeof(struct %s)", type->record->c_name);
		out_field(&row, ".align = _Alignof(struct %s)", type->record->c_name);
	} else {
		type_layout(type, &layout);
		out_field(&row, ".size = %llu", (unsigned long long)layout.size);
		out_field(&row, ".align = %llu", (unsigned long long)layout.align);
	}
	shape = shape_of(described, type);
	if (shape.plain)
		out_field(&row, ".plain = true");
	if (shape.flat)
		out_field(&row, ".flat = true");
	describe_inside(out, described, &row, name, type); /* may write others, before this one */
	out_row(out, arena_printf(arena, "static const struct pkd_type %s = ", name), &row, ";",
	        true);
	return name;
}
