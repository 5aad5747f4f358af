#define _GNU_SOURCE
#include "console/read_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "options/param.h"
#include "options/value.h"

enum { NAME_SIZE = 160, TEXT_SIZE = 256, RANGE_SIZE = 128, EXAMPLE_SIZE = 160, LINE_SIZE = 4096 };

/* ---- What could be written ---- */

static size_t put_example(const struct pkd_type *type, char *text, size_t size);

static size_t put_items(const struct pkd_type *type, char *text, size_t size)
{
	bool is_record = type->kind == PKD_RECORD;
	uint32_t n = is_record || type->n < 2 ? type->n : 2;
	size_t at = (size_t)snprintf(text, size, is_record ? "{" : "[");

	for (uint32_t i = 0; i < n && at < size; i++) {
		if (is_record)
			at += (size_t)snprintf(text + at, size - at, "%s\"%s\":", i ? "," : "",
			                       type->fields[i].name);
		else if (i)
			at += (size_t)snprintf(text + at, size - at, ",");
		if (at < size)
			at += put_example(is_record ? type->fields[i].type : type->item, text + at,
			                  size - at);
	}
	if (!is_record && type->kind == PKD_ARRAY && n < type->n && at < size)
		at += (size_t)snprintf(text + at, size - at, ",…");
	if (at < size)
		at += (size_t)snprintf(text + at, size - at, is_record ? "}" : "]");
	return at;
}

static size_t put_example(const struct pkd_type *type, char *text, size_t size)
{
	if (type->kind == PKD_RECORD || type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		return put_items(type, text, size);
	if (type->kind == PKD_ENUM)
		return (size_t)snprintf(text, size, "\"%s\"", type->names[0]);
	return (size_t)snprintf(text, size, "%s",
	                        type->kind == PKD_BOOL                           ? "true"
	                        : type->kind == PKD_TIME                         ? "\"20ms\""
	                        : type->kind == PKD_F32 || type->kind == PKD_F64 ? "0.5"
	                        : type->kind == PKD_STRING                       ? "\"text\""
	                                                                         : "1");
}

static void show_example(const struct pkd_type *type, char *ret_text, size_t size)
{
	if (put_example(type, ret_text, size) >= size)
		snprintf(ret_text, size, "%s", type->kind == PKD_RECORD ? "{…}" : "[…]");
}

/* ---- Reading ---- */

struct reader {
	const struct pkdi_json *json;
	struct pkdi_fault *fault;
};

static bool read_value(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                       const char *name, char *ret_value);

static bool refuse(const struct reader *reader, const char *name, const char *what)
{
	return pkdi_refuse(reader->fault, "invalid_argument", "'%.160s' must be %.200s", name,
	                   what);
}

static void describe_whole(const struct pkd_type *type, char *ret_text, size_t size)
{
	uint64_t most = UINT64_MAX >> (64 - 8 * type->size);

	if (type->kind >= PKD_U8 && type->kind <= PKD_U64)
		snprintf(ret_text, size, "a whole number from 0 to %" PRIu64, most);
	else
		snprintf(ret_text, size, "a whole number from -%" PRIu64 " to %" PRIu64,
		         most / 2 + 1, most / 2);
}

/* What is to be written for a value of the type, for people: "a time", "slow|fast". */
static void describe(const struct pkd_type *type, char *ret_text, size_t size)
{
	size_t n = 0;

	if (type->kind == PKD_BOOL)
		snprintf(ret_text, size, "true or false");
	else if (type->kind == PKD_TIME)
		snprintf(ret_text, size, "a time: 20ms, or a whole number of nanoseconds");
	else if (type->kind == PKD_F32 || type->kind == PKD_F64)
		snprintf(ret_text, size, "a number");
	else if (type->kind == PKD_STRING)
		snprintf(ret_text, size, "a string of at most %u bytes", type->n);
	else if (type->kind != PKD_ENUM)
		describe_whole(type, ret_text, size);
	for (uint32_t i = 0; type->kind == PKD_ENUM && i < type->n && n < size; i++)
		n += (size_t)snprintf(ret_text + n, size - n, "%s%s", i ? "|" : "", type->names[i]);
}

void pkdi_read_takes(const struct pkd_type *type, char *ret_text, size_t size)
{
	ret_text[0] = '\0';
	if (type->kind == PKD_ENUM)
		describe(type, ret_text, size);
	else if (type->kind == PKD_RECORD || type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		show_example(type, ret_text, size);
}

/* As on the command line: by the same rules. */
static bool read_text(const struct reader *reader, const char *text, const struct pkd_type *type,
                      const char *name, char *ret_value)
{
	struct pkd_param like = {.name = name, .kind = type->kind, .type = type};
	char wanted[TEXT_SIZE];

	if (pkdi_value_parse(&like, text, ret_value, wanted, sizeof(wanted)) == 0)
		return true;
	describe(type, wanted, sizeof(wanted));
	return refuse(reader, name, wanted);
}

static bool read_scalar(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                        const char *name, char *ret_value)
{
	const struct pkdi_json_value *v = &reader->json->values[value];
	char text[TEXT_SIZE] = "";

	if (v->kind == PKDI_JSON_NUMBER || v->kind == PKDI_JSON_BOOL)
		snprintf(text, sizeof(text), "%.*s%s", (int)(v->end - v->start),
		         reader->json->text + v->start,
		         type->kind == PKD_TIME && v->kind == PKDI_JSON_NUMBER ? "ns" : "");
	else if (v->kind == PKDI_JSON_STRING &&
	         !pkdi_json_string(reader->json, value, text, sizeof(text)))
		text[0] = '\0'; /* no value has that text */
	if (v->end - v->start >= sizeof(text))
		text[0] = '\0';
	return read_text(reader, text, type, name, ret_value);
}

static bool read_string(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                        const char *name, char *ret_value)
{
	char *text = ret_value + sizeof(uint32_t), wanted[TEXT_SIZE];
	uint32_t length;

	if (!pkdi_json_string(reader->json, value, text, type->n + 1)) {
		memset(text, 0, type->n + 1);
		describe(type, wanted, sizeof(wanted));
		return refuse(reader, name, wanted);
	}
	length = (uint32_t)strlen(text);
	memcpy(ret_value, &length, sizeof(length));
	return true;
}

static bool refuse_items(const struct reader *reader, const struct pkd_type *type, const char *name)
{
	char example[EXAMPLE_SIZE], text[TEXT_SIZE];

	show_example(type, example, sizeof(example));
	snprintf(text, sizeof(text), "%s%u items, as %s", type->kind == PKD_LIST ? "at most " : "",
	         type->n, example);
	return refuse(reader, name, text);
}

static bool is_in_line(const struct pkd_type *type)
{
	return type->kind != PKD_STRING && type->kind != PKD_ARRAY && type->kind != PKD_LIST &&
	       type->kind != PKD_RECORD && type->kind != PKD_BYTES && type->kind != PKD_IMAGE;
}

/* "1,2,3", as an option takes it. */
static bool read_line(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                      const char *name, char *ret_value)
{
	bool is_list = type->kind == PKD_LIST;
	char *items = ret_value + (is_list ? type->items_offset : 0), item[NAME_SIZE];
	char text[LINE_SIZE], *rest = text, *one;
	uint32_t n = 0;

	if (!is_in_line(type->item) || !pkdi_json_string(reader->json, value, text, sizeof(text)))
		return refuse_items(reader, type, name);
	while (*text && (one = strsep(&rest, ","))) {
		snprintf(item, sizeof(item), "%.140s[%u]", name, n);
		if (n == type->n)
			return refuse_items(reader, type, name);
		if (!read_text(reader, one, type->item, item,
		               items + (size_t)n++ * type->item->size))
			return false;
	}
	if (!is_list && n != type->n)
		return refuse_items(reader, type, name);
	if (is_list)
		memcpy(ret_value, &n, sizeof(n));
	return true;
}

static bool read_items(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                       const char *name, char *ret_value)
{
	const struct pkdi_json_value *v = &reader->json->values[value];
	bool is_list = type->kind == PKD_LIST;
	char *items = ret_value + (is_list ? type->items_offset : 0), item[NAME_SIZE];
	uint32_t i = 0;

	if (v->kind == PKDI_JSON_STRING)
		return read_line(reader, value, type, name, ret_value);
	if (v->kind != PKDI_JSON_ARRAY || v->n > type->n || (!is_list && v->n != type->n))
		return refuse_items(reader, type, name);
	if (is_list)
		memcpy(ret_value, &v->n, sizeof(v->n));
	for (uint32_t at = value + 1; at < v->next; at = reader->json->values[at].next, i++) {
		snprintf(item, sizeof(item), "%.140s[%u]", name, i);
		if (!read_value(reader, at, type->item, item, items + (size_t)i * type->item->size))
			return false;
	}
	return true;
}

static bool refuse_missing(const struct reader *reader, const char *name,
                           const struct pkd_param *argument)
{
	char range[RANGE_SIZE] = "";

	if (argument)
		pkdi_value_range(argument, range, sizeof(range));
	return pkdi_refuse(reader->fault, "missing_argument", "'%.160s' is missing%s%s", name,
	                   *range ? ": it must be in " : "", range);
}

/* In the words of a parameter that is set. */
static bool check_range(const struct reader *reader, const struct pkd_param *argument,
                        const void *args)
{
	const struct pkdi_param like = {.param = argument};
	char text[TEXT_SIZE], range[RANGE_SIZE], why[TEXT_SIZE];

	if (!argument->has_range || pkdi_value_is_in_range(argument, args))
		return true;
	pkdi_value_show(argument, args, text, sizeof(text));
	pkdi_value_range(argument, range, sizeof(range));
	pkdi_param_refuse(&like, range, why, sizeof(why));
	return pkdi_refuse(reader->fault, "out_of_range", "%.160s = %.120s%.200s", argument->name,
	                   text, why);
}

/* "a, b, c", cut where there are many. */
static void list_fields(const struct pkd_type *type, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (uint32_t i = 0; i < type->n && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%.60s", i ? ", " : "",
		                      type->fields[i].name);
}

/* Every field, and nothing else. Of the arguments of a command those that have a default may be
 * missing. */
static bool read_record(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                        const struct pkd_param *arguments, const char *name, char *ret_value)
{
	const struct pkdi_json_value *v = &reader->json->values[value];
	char field[NAME_SIZE], names[TEXT_SIZE];
	uint32_t n = 0;

	if (v->kind != PKDI_JSON_OBJECT) {
		char example[EXAMPLE_SIZE], wanted[TEXT_SIZE];

		show_example(type, example, sizeof(example));
		snprintf(wanted, sizeof(wanted), "an object in JSON, as %s", example);
		return refuse(reader, name, wanted);
	}
	for (uint32_t i = 0; i < type->n; i++) {
		uint32_t at = pkdi_json_member(reader->json, value, type->fields[i].name);

		snprintf(field, sizeof(field), "%.70s%s%.70s", name, *name ? "." : "",
		         type->fields[i].name);
		if (at == PKDI_JSON_NONE && arguments && arguments[i].initial)
			continue;
		if (at == PKDI_JSON_NONE)
			return refuse_missing(reader, field, arguments ? &arguments[i] : NULL);
		if (!read_value(reader, at, type->fields[i].type, field,
		                ret_value + type->fields[i].offset) ||
		    (arguments && !check_range(reader, &arguments[i], ret_value)))
			return false;
		n++;
	}
	if (v->n == n)
		return true;
	for (uint32_t at = value + 1; at < v->next;
	     at = reader->json->values[reader->json->values[at].next].next) {
		uint32_t i = 0;

		if (!pkdi_json_string(reader->json, at, field, sizeof(field)))
			field[0] = '\0';
		while (i < type->n && strcmp(type->fields[i].name, field) != 0)
			i++;
		if (i < type->n)
			continue;
		list_fields(type, names, sizeof(names));
		return pkdi_refuse(reader->fault, "unknown_argument",
		                   "%.160s%sthere is no '%.60s': %s %s", name, *name ? ": " : "", field,
		                   arguments ? "the command has" : "it has", names);
	}
	return true;
}

static bool read_value(const struct reader *reader, uint32_t value, const struct pkd_type *type,
                       const char *name, char *ret_value)
{
	if (type->kind == PKD_STRING)
		return read_string(reader, value, type, name, ret_value);
	if (type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		return read_items(reader, value, type, name, ret_value);
	if (type->kind == PKD_RECORD)
		return read_record(reader, value, type, NULL, name, ret_value);
	if (type->kind == PKD_BYTES || type->kind == PKD_IMAGE)
		return refuse(reader, name, "something that JSON has");
	return read_scalar(reader, value, type, name, ret_value);
}

bool pkdi_read_value(const struct pkdi_json *json, uint32_t value, const struct pkd_type *type,
                     const char *name, void *ret_value, struct pkdi_fault *fault)
{
	struct reader reader = {json, fault};

	return read_value(&reader, value, type, name, ret_value);
}

bool pkdi_read_arguments(const struct pkdi_json *json, uint32_t value,
                         const struct pkd_command *command, void *ret_args,
                         struct pkdi_fault *fault)
{
	struct reader reader = {json, fault};

	if (command->defaults)
		memcpy(ret_args, command->defaults, command->args->size);
	if (value != PKDI_JSON_NONE)
		return read_record(&reader, value, command->args, command->arguments, "", ret_args);
	for (uint32_t i = 0; i < command->args->n; i++)
		if (!command->arguments[i].initial)
			return refuse_missing(&reader, command->arguments[i].name,
			                      &command->arguments[i]);
	return true;
}
