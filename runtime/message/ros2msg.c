#include "message/ros2msg.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 96 };

/* A message that the schema needs, in the order in which it is found. */
struct part {
	const struct pkd_type *type;
	char name[NAME_SIZE];
};

struct schema {
	char *text;
	size_t n, size; /* n: also of what did not fit */
	struct part parts[PKDI_ROS2MSG_PARTS];
	size_t n_parts;
	bool is_full; /* too many parts */
};

__attribute__((format(printf, 2, 3))) static void put(struct schema *schema, const char *format,
                                                      ...)
{
	size_t room = schema->n < schema->size ? schema->size - schema->n : 0;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(room ? schema->text + schema->n : NULL, room, format, arguments);
	va_end(arguments);
	schema->n += n > 0 ? (size_t)n : 0;
}

/* ---- Names ---- */

/* A name of ROS begins with a letter, and has letters, digits and '_' only, none of those twice. */
static void make_name(const char *from, char *ret_name, size_t size)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*from))
		ret_name[n++] = 'T';
	for (; *from && n + 1 < size; from++) {
		if (isalnum((unsigned char)*from))
			ret_name[n++] = *from;
		else if (n && ret_name[n - 1] != '_')
			ret_name[n++] = '_';
	}
	while (n > 1 && ret_name[n - 1] == '_')
		n--;
	ret_name[n] = '\0';
	ret_name[0] = (char)toupper((unsigned char)ret_name[0]);
}

void pkdi_ros2msg_name(const char *stream, char *ret_name, size_t size)
{
	char name[NAME_SIZE];

	make_name(stream, name, sizeof(name));
	snprintf(ret_name, size, "pkd/msg/%s", name);
}

static bool has_name(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_parts; i++)
		if (!strcmp(schema->parts[i].name, name))
			return true;
	return false;
}

/* What is told apart by one message: the same type is described twice where two nodes name it. */
static bool is_same(const struct pkd_type *a, const struct pkd_type *b)
{
	if (a->kind == PKD_IMAGE)
		return b->kind == PKD_IMAGE;
	return a == b || (a->kind == b->kind && a->size == b->size && !strcmp(a->name, b->name));
}

/* The message for a type, which is described later. */
static const char *part_of(struct schema *schema, const struct pkd_type *type)
{
	struct part *part;
	char name[NAME_SIZE - 12];

	for (size_t i = 0; i < schema->n_parts; i++)
		if (is_same(schema->parts[i].type, type))
			return schema->parts[i].name;
	if (schema->n_parts == PKDI_ROS2MSG_PARTS) {
		schema->is_full = true;
		return "Other";
	}
	make_name(type->kind == PKD_IMAGE ? "Picture" : type->name, name, sizeof(name));
	part = &schema->parts[schema->n_parts];
	snprintf(part->name, sizeof(part->name), "%s", name);
	for (unsigned i = 2; has_name(schema, part->name); i++)
		snprintf(part->name, sizeof(part->name), "%s_%u", name, i);
	part->type = type;
	schema->n_parts++;
	return part->name;
}

/* ---- Members ---- */

/* NULL: it has no name of its own. */
static const char *plain_name(enum pkd_kind kind)
{
	static const char *const names[] = {
		[PKD_BOOL] = "bool",   [PKD_I8] = "int8",       [PKD_I16] = "int16",
		[PKD_I32] = "int32",   [PKD_I64] = "int64",     [PKD_TIME] = "int64",
		[PKD_U8] = "uint8",    [PKD_U16] = "uint16",    [PKD_U32] = "uint32",
		[PKD_ENUM] = "uint32", [PKD_U64] = "uint64",    [PKD_F32] = "float32",
		[PKD_F64] = "float64", [PKD_STRING] = "string", [PKD_RECORD] = NULL,
	};

	return names[kind];
}

/* Its names, in front of the member: those of two members are not the same. */
static void put_constants(struct schema *schema, const struct pkd_type *type, const char *member)
{
	char name[2 * NAME_SIZE];

	for (uint32_t i = 0; i < type->n; i++) {
		snprintf(name, sizeof(name), "%s_%s", member, type->names[i]);
		for (char *at = name; *at; at++)
			*at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
		put(schema, "uint32 %s=%u\n", name, i);
	}
}

/* One value, or what is in an array or a list. */
static void put_item(struct schema *schema, const struct pkd_type *type)
{
	const char *name = plain_name(type->kind);

	if (name)
		put(schema, "%s", name);
	else
		put(schema, "pkd/%s", part_of(schema, type));
}

static void put_member(struct schema *schema, const struct pkd_type *type, const char *member)
{
	const struct pkd_type *item = type->item;

	if (type->kind == PKD_ENUM || (item && item->kind == PKD_ENUM))
		put_constants(schema, item ? item : type, member);
	if (type->kind == PKD_BYTES)
		put(schema, "uint8[]");
	else
		put_item(schema, type->kind == PKD_ARRAY || type->kind == PKD_LIST ? item : type);
	if (type->kind == PKD_ARRAY)
		put(schema, "[%u]", type->n);
	if (type->kind == PKD_LIST)
		put(schema, "[]");
	put(schema, " %s%s\n", member,
	    type->kind == PKD_TIME || (item && item->kind == PKD_TIME) ? "  # ns" : "");
}

static void put_part(struct schema *schema, const struct pkd_type *type)
{
	switch ((int)type->kind) {
	case PKD_RECORD:
		for (uint32_t i = 0; i < type->n; i++)
			put_member(schema, type->fields[i].type, type->fields[i].name);
		break;
	case PKD_IMAGE:
		put(schema, "uint32 width\nuint32 height\nstring format\n");
		break;
	default:
		put_member(schema, type, "items");
		break;
	}
}

static void put_rule(struct schema *schema, const char *package, const char *name)
{
	put(schema, "%s\nMSG: %s/%s\n",
	    "================================================================================",
	    package, name);
}

/* Describing one may find more. */
static void put_parts(struct schema *schema)
{
	for (size_t i = 0; i < schema->n_parts; i++) {
		put_rule(schema, "pkd", schema->parts[i].name);
		put_part(schema, schema->parts[i].type);
	}
}

size_t pkdi_ros2msg_request(const struct pkd_type *args, char *ret_text, size_t size)
{
	struct schema schema = {.text = ret_text, .size = size};

	if (args)
		put_part(&schema, args);
	put_parts(&schema);
	return schema.is_full ? 0 : schema.n;
}

size_t pkdi_ros2msg_response(const struct pkd_type *answer, char *ret_text, size_t size)
{
	struct schema schema = {.text = ret_text, .size = size};

	if (answer)
		put_member(&schema, answer, "value");
	put_parts(&schema);
	return schema.is_full ? 0 : schema.n;
}

size_t pkdi_ros2msg_stream(const struct pkd_type *type, char *ret_text, size_t size)
{
	struct schema schema = {.text = ret_text, .size = size};

	put(&schema, "uint64 frame\nuint64 seq\nbuiltin_interfaces/Time stamp\n");
	if (type)
		put_member(&schema, type, "value");
	put_parts(&schema);
	put_rule(&schema, "builtin_interfaces", "Time");
	put(&schema, "int32 sec\nuint32 nanosec\n");
	return schema.is_full ? 0 : schema.n;
}
