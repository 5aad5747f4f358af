/* See fields.h. */
#include "fields.h"

#include "../table/json_text.h"
#include "wire.h"

#include <math.h>
#include <stdio.h>

char *nt4_topic_name(const char *table, const char *field)
{
	size_t n = strlen(table), size;
	char *name;

	while (*table == '/')
		table++, n--;
	while (n > 0 && table[n - 1] == '/')
		n--;
	size = n + (field ? strlen(field) + 1 : 0) + 2;
	name = n > 0 ? malloc(size) : NULL;
	if (name)
		snprintf(name, size, "/%.*s%s%s", (int)n, table, field ? "/" : "",
		         field ? field : "");
	return name;
}

/* ---- Which topics ---- */

bool nt4_is_scalar(const struct pkd_type *type)
{
	return table_is_scalar(type->kind) || type->kind == PKD_ENUM || type->kind == PKD_STRING ||
	       type->kind == PKD_BYTES;
}

static const char *scalar_type(const struct pkd_type *type)
{
	switch ((int)type->kind) {
	case PKD_BOOL:
		return "boolean";
	case PKD_F32: /* there are clients that know no float */
	case PKD_F64:
	case PKD_TIME:
		return "double";
	case PKD_ENUM:
	case PKD_STRING:
		return "string";
	case PKD_BYTES:
		return "raw";
	default:
		return "int";
	}
}

static bool is_row(const struct pkd_type *type)
{
	return (type->kind == PKD_ARRAY || type->kind == PKD_LIST) && nt4_is_scalar(type->item) &&
	       type->item->kind != PKD_BYTES;
}

static bool add(struct nt4_fields *fields, char *name, const char *type, const char *suffix,
                const struct pkd_type *of, uint32_t offset, enum nt4_form form)
{
	struct nt4_field *field = &fields->items[fields->n];
	size_t size = strlen(type) + strlen(suffix) + 16;

	if (!name || fields->n == NT4_MAX_FIELDS) {
		free(name);
		snprintf(fields->why, sizeof(fields->why),
		         "it has more than %d topics: publish its parts alone", NT4_MAX_FIELDS);
		return false;
	}
	*field = (struct nt4_field){name, malloc(size), 0, of, offset, form};
	fields->n++;
	if (!field->type)
		return false;
	snprintf(field->type, size, "%s%s%s", form == NT4_STRUCT ? "struct:" : "", type, suffix);
	field->code = nt4_type_code(field->type);
	return true;
}

static bool add_json(struct nt4_fields *fields, const struct pkd_type *type, char *name,
                     uint32_t offset)
{
	if (!table_json_is_whole(type)) {
		free(name);
		snprintf(fields->why, sizeof(fields->why),
		         "an image is no topic: publish the other fields of %.100s, and give "
		         "pictures to net.mjpeg",
		         type->name);
		return false;
	}
	return add(fields, name, "json", "", type, offset, NT4_JSON);
}

static bool add_topics(struct nt4_fields *fields, const struct pkd_type *type, char *name,
                       uint32_t offset)
{
	bool is_good = name != NULL;

	if (name && nt4_is_scalar(type))
		return add(fields, name, scalar_type(type), "", type, offset, NT4_TOPICS);
	if (name && is_row(type))
		return add(fields, name, scalar_type(type->item), "[]", type, offset, NT4_TOPICS);
	if (name && type->kind != PKD_RECORD)
		return add_json(fields, type, name, offset);
	for (uint32_t i = 0; is_good && i < type->n; i++)
		is_good = add_topics(fields, type->fields[i].type,
		                     nt4_topic_name(name, type->fields[i].name),
		                     offset + type->fields[i].offset);
	free(name);
	return is_good;
}

static bool add_struct(struct nt4_fields *fields, const struct pkd_type *type, char *name)
{
	bool is_row_of = type->kind == PKD_ARRAY || type->kind == PKD_LIST;
	const char *of = nt4_struct_name(fields, is_row_of ? type->item : type);

	if (of)
		return add(fields, name, of, is_row_of ? "[]" : "", type, 0, NT4_STRUCT);
	free(name);
	return false;
}

static bool make_scratch(struct nt4_fields *fields, const struct pkd_type *type)
{
	fields->parse.scratch_size = 4 * (size_t)type->size + 4096;
	fields->parse.scratch = malloc(fields->parse.scratch_size);
	return fields->parse.scratch != NULL;
}

bool nt4_fields_make(struct nt4_fields *fields, const struct pkd_type *type, const char *table,
                     enum nt4_form form)
{
	char *name = nt4_topic_name(table, NULL);

	if (!name) {
		snprintf(fields->why, sizeof(fields->why),
		         "its topics have no name: write table: \"SmartDashboard/vision\"");
		return false;
	}
	if (!make_scratch(fields, type)) {
		free(name);
		return false;
	}
	return form == NT4_TOPICS   ? add_topics(fields, type, name, 0)
	       : form == NT4_STRUCT ? add_struct(fields, type, name)
	                            : add_json(fields, type, name, 0);
}

void nt4_fields_free(struct nt4_fields *fields)
{
	for (uint32_t i = 0; i < fields->n; i++) {
		free(fields->items[i].name);
		free(fields->items[i].type);
	}
	for (uint32_t i = 0; i < fields->n_schemas; i++) {
		free(fields->schemas[i].name);
		free(fields->schemas[i].text);
	}
	free(fields->parse.scratch);
	fields->n = fields->n_schemas = 0;
	fields->parse.scratch = NULL;
}

/* ---- To MessagePack ---- */

static double real_of(const struct pkd_type *type, const void *value)
{
	double real = 0;
	float single;

	if (type->kind == PKD_F32) {
		memcpy(&single, value, sizeof(single));
		return (double)single;
	}
	if (type->kind == PKD_TIME)
		return (double)table_whole(type, value) / 1e9;
	memcpy(&real, value, sizeof(real));
	return real;
}

static void put_scalar(const struct pkd_type *type, const char *value, struct nt4_buffer *buffer)
{
	const char *text;
	uint32_t n;

	switch ((int)type->kind) {
	case PKD_BOOL:
		nt4_put_bool(buffer, *value);
		return;
	case PKD_F32:
	case PKD_F64:
	case PKD_TIME:
		nt4_put_double(buffer, real_of(type, value));
		return;
	case PKD_ENUM:
		text = table_enum_name(type, value);
		nt4_put_string(buffer, text ? text : "", text ? strlen(text) : 0);
		return;
	case PKD_STRING:
		text = table_text(type, value, &n);
		nt4_put_string(buffer, text, n);
		return;
	case PKD_BYTES:
		text = table_text(type, value, &n);
		nt4_put_raw(buffer, text, n);
		return;
	case PKD_U64:
		nt4_put_uint(buffer, (uint64_t)table_whole(type, value));
		return;
	default:
		nt4_put_int(buffer, table_whole(type, value));
	}
}

/* Where its items are, and how many. */
static const char *items_of(const struct pkd_type *type, const char *value, uint32_t *ret_n)
{
	*ret_n = type->n;
	if (type->kind == PKD_ARRAY)
		return value;
	table_text(type, value, ret_n);
	return value + type->items_offset;
}

static void put_json(const struct pkd_type *type, const void *value, struct nt4_buffer *buffer)
{
	size_t n = table_json_text(type, value, NULL, 0);
	char *to;

	to = malloc(n + 1);
	if (!to) {
		buffer->failed = true;
		return;
	}
	table_json_text(type, value, to, n);
	nt4_put_string(buffer, to, n);
	free(to);
}

static void put_struct(const struct pkd_type *type, const char *value, struct nt4_buffer *buffer)
{
	struct nt4_buffer bytes = {0};
	const char *items;
	uint32_t n;

	if (type->kind == PKD_RECORD) {
		nt4_struct_put(type, value, &bytes);
	} else {
		items = items_of(type, value, &n);
		for (uint32_t i = 0; i < n; i++)
			nt4_struct_put(type->item, items + (size_t)i * type->item->size, &bytes);
	}
	nt4_put_raw(buffer, bytes.data, bytes.n);
	buffer->failed |= bytes.failed;
	nt4_buffer_free(&bytes);
}

void nt4_field_put(const struct nt4_field *field, const void *value, struct nt4_buffer *buffer)
{
	const struct pkd_type *type = field->of;
	const char *at = (const char *)value + field->offset, *items;
	uint32_t n;

	if (field->form == NT4_JSON) {
		put_json(type, at, buffer);
	} else if (field->form == NT4_STRUCT) {
		put_struct(type, at, buffer);
	} else if (nt4_is_scalar(type)) {
		put_scalar(type, at, buffer);
	} else {
		items = items_of(type, at, &n);
		nt4_put_array(buffer, n);
		for (uint32_t i = 0; i < n; i++)
			put_scalar(type->item, items + (size_t)i * type->item->size, buffer);
	}
}
