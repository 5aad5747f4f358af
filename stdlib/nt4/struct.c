/* Records as structs of WPILib. See fields.h. */
#include "../table/json.h"
#include "fields.h"

#include <stdio.h>

/* Those that robots know under a name of their own: the same numbers in the same order. */
static const struct known {
	const char *names; /* of the record in the language */
	const char *fields;
	const char *name;
	const char *schemas[5][2];
} known[] = {
	{" Pose Pose3d ",
         "x y z qw qx qy qz ",
         "Pose3d",
         {{"Translation3d", "double x;double y;double z"},
          {"Quaternion", "double w;double x;double y;double z"},
          {"Rotation3d", "Quaternion q"},
          {"Pose3d", "Translation3d translation;Rotation3d rotation"}}},
	{" Transform Transform3d ",
         "x y z qw qx qy qz ",
         "Transform3d",
         {{"Translation3d", "double x;double y;double z"},
          {"Quaternion", "double w;double x;double y;double z"},
          {"Rotation3d", "Quaternion q"},
          {"Transform3d", "Translation3d translation;Rotation3d rotation"}}},
	{" Pose2d ",
         "x y angle ",
         "Pose2d",
         {{"Translation2d", "double x;double y"},
          {"Rotation2d", "double value"},
          {"Pose2d", "Translation2d translation;Rotation2d rotation"}}},
};

static bool add_schema(struct nt4_fields *fields, const char *name, const char *text)
{
	struct nt4_schema *schema = &fields->schemas[fields->n_schemas];

	for (uint32_t i = 0; i < fields->n_schemas; i++)
		if (strcmp(fields->schemas[i].name, name) == 0)
			return true;
	if (fields->n_schemas == sizeof(fields->schemas) / sizeof(*fields->schemas))
		return false;
	schema->name = strdup(name);
	schema->text = strdup(text);
	if (schema->name && schema->text) {
		fields->n_schemas++;
		return true;
	}
	free(schema->name);
	free(schema->text);
	return false;
}

/* Behind the module: "Pose" of "target.Pose". */
static const char *short_name(const struct pkd_type *record)
{
	const char *point = strrchr(record->name, '.');

	return point ? point + 1 : record->name;
}

static bool is_known(const struct known *one, const struct pkd_type *record)
{
	char word[64], fields[128] = "";

	snprintf(word, sizeof(word), " %s ", short_name(record));
	if (!strstr(one->names, word))
		return false;
	for (uint32_t i = 0; i < record->n; i++) {
		size_t n = strlen(fields);

		if (record->fields[i].type->kind != PKD_F64)
			return false;
		snprintf(fields + n, sizeof(fields) - n, "%s ", record->fields[i].name);
	}
	return strcmp(fields, one->fields) == 0;
}

static const char *known_name(struct nt4_fields *fields, const struct pkd_type *record)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!is_known(&known[i], record))
			continue;
		for (int j = 0; known[i].schemas[j][0]; j++)
			if (!add_schema(fields, known[i].schemas[j][0], known[i].schemas[j][1]))
				return NULL;
		return known[i].name;
	}
	return NULL;
}

static bool is_name(const char *text)
{
	return *text && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                             "0123456789_") == strlen(text);
}

static const char *scalar_word(const struct pkd_type *type)
{
	static const char *const words[] = {
		[PKD_BOOL] = "bool",  [PKD_I8] = "int8",    [PKD_I16] = "int16",
		[PKD_I32] = "int32",  [PKD_I64] = "int64",  [PKD_U8] = "uint8",
		[PKD_U16] = "uint16", [PKD_U32] = "uint32", [PKD_U64] = "uint64",
		[PKD_F32] = "float",  [PKD_F64] = "double", [PKD_TIME] = "int64"};

	return type->kind >= PKD_BOOL && type->kind <= PKD_TIME ? words[type->kind] : NULL;
}

static void put_enum(const struct pkd_type *type, struct nt4_buffer *text)
{
	char number[16];

	nt4_buffer_text(text, "enum {");
	for (uint32_t i = 0; i < type->n; i++) {
		nt4_buffer_text(text, i ? ", " : "");
		nt4_buffer_text(text, type->names[i]);
		snprintf(number, sizeof(number), "=%u", (unsigned)i);
		nt4_buffer_text(text, number);
	}
	nt4_buffer_text(text, "} uint32 ");
}

static bool put_member(struct nt4_fields *fields, const struct pkd_field *field,
                       struct nt4_buffer *text)
{
	const struct pkd_type *type = field->type;
	const struct pkd_type *item = type->kind == PKD_ARRAY ? type->item : type;
	bool has_size = type->kind == PKD_ARRAY || type->kind == PKD_STRING;
	const char *word = item->kind == PKD_STRING && item == type ? "char"
	                   : item->kind == PKD_RECORD               ? nt4_struct_name(fields, item)
	                                                            : scalar_word(item);
	char size[32];

	if (item->kind == PKD_ENUM) {
		put_enum(item, text);
	} else if (!word) {
		if (!*fields->why)
			snprintf(fields->why, sizeof(fields->why),
			         "a struct has no room for '%.60s', a %.60s: write form: "
			         "nt4.Form.topics, or json",
			         field->name, type->name);
		return false;
	} else {
		nt4_buffer_text(text, word);
		nt4_buffer_text(text, " ");
	}
	nt4_buffer_text(text, field->name);
	snprintf(size, sizeof(size), "[%u]", (unsigned)type->n);
	nt4_buffer_text(text, has_size ? size : "");
	nt4_buffer_text(text, ";");
	return true;
}

/* Its depth is that of the type. */
const char *nt4_struct_name(struct nt4_fields *fields, const struct pkd_type *record)
{
	struct nt4_buffer text = {0};
	const char *name;
	bool is_good = true;

	if (record->kind != PKD_RECORD || !is_name(short_name(record))) {
		snprintf(fields->why, sizeof(fields->why),
		         "a struct is a record of a declared type, and %.100s is none: write type "
		         "Target { … }",
		         record->name);
		return NULL;
	}
	name = known_name(fields, record);
	if (name)
		return name;
	name = short_name(record);
	for (uint32_t i = 0; is_good && i < record->n; i++)
		is_good = put_member(fields, &record->fields[i], &text);
	nt4_buffer_put(&text, "", 1);
	is_good = is_good && !text.failed && add_schema(fields, name, text.data);
	nt4_buffer_free(&text);
	return is_good ? name : NULL;
}

/* ---- Values ---- */

static uint32_t plain_size(const struct pkd_type *type)
{
	return type->kind == PKD_STRING ? type->n : type->size;
}

void nt4_struct_put(const struct pkd_type *type, const void *value, struct nt4_buffer *buffer)
{
	const char *at = value;
	uint32_t n;

	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++)
			nt4_struct_put(type->fields[i].type, at + type->fields[i].offset, buffer);
	} else if (type->kind == PKD_ARRAY) {
		for (uint32_t i = 0; i < type->n; i++)
			nt4_struct_put(type->item, at + (size_t)i * type->item->size, buffer);
	} else if (type->kind == PKD_STRING) {
		const char *text = table_text(type, value, &n);

		nt4_buffer_put(buffer, text, n);
		for (; n < type->n; n++)
			nt4_buffer_put(buffer, "", 1);
	} else {
		nt4_buffer_put(buffer, value, type->size);
	}
}

bool nt4_struct_take(const struct pkd_type *type, const char **at, const char *end, void *ret_value)
{
	char *to = ret_value;
	uint32_t size = plain_size(type), n;

	if (type->kind == PKD_RECORD || type->kind == PKD_ARRAY) {
		for (uint32_t i = 0; i < type->n; i++)
			if (type->kind == PKD_RECORD
			            ? !nt4_struct_take(type->fields[i].type, at, end,
			                               to + type->fields[i].offset)
			            : !nt4_struct_take(type->item, at, end,
			                               to + (size_t)i * type->item->size))
				return false;
		return true;
	}
	if ((size_t)(end - *at) < size)
		return false;
	if (type->kind == PKD_STRING) {
		n = (uint32_t)strnlen(*at, size);
		memcpy(to, &n, sizeof(n));
		memcpy(to + sizeof(n), *at, n);
		to[sizeof(n) + n] = '\0';
	} else {
		memcpy(to, *at, size);
		if (type->kind == PKD_BOOL)
			*to = *to != 0;
		memcpy(&n, *at, size < sizeof(n) ? size : sizeof(n));
		if (type->kind == PKD_ENUM && n >= type->n)
			return false;
	}
	*at += size;
	return true;
}
