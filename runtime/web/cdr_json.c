#include "web/cdr_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENCAPSULATION = 4, MAX_TEXT = 65536 };

bool pkdw_cdr_json_can(const struct pkd_type *type)
{
	if (!type)
		return true;
	if (type->kind == PKD_IMAGE || type->kind == PKD_BYTES)
		return false;
	if ((type->kind == PKD_ARRAY || type->kind == PKD_LIST) && !pkdw_cdr_json_can(type->item))
		return false;
	for (uint32_t i = 0; type->kind == PKD_RECORD && i < type->n; i++)
		if (!pkdw_cdr_json_can(type->fields[i].type))
			return false;
	return true;
}

/* ---- From CDR ---- */

struct reader {
	const uint8_t *data;
	size_t at, n;
	struct pkdi_out *out;
};

static bool take(struct reader *reader, void *ret_number, size_t size)
{
	size_t over = (reader->at - ENCAPSULATION) & (size - 1), skip = over ? size - over : 0;

	if (reader->n - reader->at < skip + size)
		return false;
	memcpy(ret_number, reader->data + reader->at + skip, size);
	reader->at += skip + size;
	return true;
}

static bool take_value(struct reader *reader, const struct pkd_type *type, const char *name);

static bool take_string(struct reader *reader, const struct pkd_type *type, const char *name)
{
	uint32_t n;

	if (!take(reader, &n, sizeof(n)) || n > reader->n - reader->at)
		return false;
	/* With a NUL behind; some leave it out where there is nothing before it. */
	if (n && (n - 1 > type->n || reader->data[reader->at + n - 1]))
		return false;
	pkdi_out_text_of(reader->out, name, (const char *)reader->data + reader->at, n ? n - 1 : 0);
	reader->at += n;
	return true;
}

static bool take_items(struct reader *reader, const struct pkd_type *type, const char *name)
{
	uint32_t n = type->n;

	if (type->kind == PKD_LIST && (!take(reader, &n, sizeof(n)) || n > type->n))
		return false;
	pkdi_out_open(reader->out, name, '[');
	for (uint32_t i = 0; i < n; i++)
		if (!take_value(reader, type->item, NULL))
			return false;
	pkdi_out_close(reader->out, ']');
	return true;
}

static bool take_record(struct reader *reader, const struct pkd_type *type, const char *name)
{
	pkdi_out_open(reader->out, name, '{');
	for (uint32_t i = 0; i < type->n; i++)
		if (!take_value(reader, type->fields[i].type, type->fields[i].name))
			return false;
	pkdi_out_close(reader->out, '}');
	return true;
}

static bool put_fraction(struct pkdi_out *out, const char *name, double number)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.17g", number);

	if (!isfinite(number))
		return false;
	pkdi_out_raw(out, name, text, (size_t)n);
	return true;
}

static bool take_fraction(struct reader *reader, const struct pkd_type *type, const char *name)
{
	double number;
	float single;

	if (type->kind == PKD_F64)
		return take(reader, &number, sizeof(number)) &&
		       put_fraction(reader->out, name, number);
	return take(reader, &single, sizeof(single)) &&
	       put_fraction(reader->out, name, (double)single);
}

/* A number as it lies there: little endian, of two's complement. */
static bool take_number(struct reader *reader, const struct pkd_type *type, const char *name,
                        bool is_signed)
{
	uint64_t number = 0, sign = UINT64_C(1) << (8 * type->size - 1);

	if (!take(reader, &number, type->size))
		return false;
	if (type->kind == PKD_ENUM && number >= type->n)
		return false;
	if (type->kind == PKD_ENUM)
		pkdi_out_text(reader->out, name, type->names[number]);
	else if (type->kind == PKD_BOOL)
		pkdi_out_bool(reader->out, name, number != 0);
	else if (is_signed)
		pkdi_out_signed(reader->out, name, (int64_t)((number ^ sign) - sign));
	else
		pkdi_out_unsigned(reader->out, name, number);
	return true;
}

static bool take_value(struct reader *reader, const struct pkd_type *type, const char *name)
{
	switch ((int)type->kind) {
	case PKD_STRING:
		return take_string(reader, type, name);
	case PKD_ARRAY:
	case PKD_LIST:
		return take_items(reader, type, name);
	case PKD_RECORD:
		return take_record(reader, type, name);
	case PKD_F32:
	case PKD_F64:
		return take_fraction(reader, type, name);
	case PKD_I8:
	case PKD_I16:
	case PKD_I32:
	case PKD_I64:
	case PKD_TIME:
		return take_number(reader, type, name, true);
	case PKD_IMAGE:
	case PKD_BYTES:
		return false;
	default:
		return take_number(reader, type, name, false);
	}
}

bool pkdw_cdr_to_json(const struct pkd_type *type, const uint8_t *data, size_t n,
                      struct pkdi_out *out)
{
	struct reader reader = {data, ENCAPSULATION, n, out};

	/* Little endian, of the first version; the rest are options. */
	return n >= ENCAPSULATION && data[0] == 0 && data[1] == 1 &&
	       take_value(&reader, type, NULL);
}

/* ---- To CDR ---- */

static bool put_value(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                      struct pkdi_cdr *cdr)
{
	return pkdw_json_to_cdr(type, json, value, cdr);
}

static bool put_items(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                      struct pkdi_cdr *cdr)
{
	uint32_t n = json->values[value].n, at = value + 1;

	if (json->values[value].kind != PKDI_JSON_ARRAY ||
	    (type->kind == PKD_ARRAY ? n != type->n : n > type->n))
		return false;
	if (type->kind == PKD_LIST)
		pkdi_cdr_u32(cdr, n);
	for (; n; n--, at = json->values[at].next)
		if (!put_value(type->item, json, at, cdr))
			return false;
	return true;
}

static bool put_record(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                       struct pkdi_cdr *cdr)
{
	for (uint32_t i = 0; i < type->n; i++) {
		uint32_t member = pkdi_json_member(json, value, type->fields[i].name);

		if (member == PKDI_JSON_NONE || !put_value(type->fields[i].type, json, member, cdr))
			return false;
	}
	return true;
}

static bool put_text(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                     struct pkdi_cdr *cdr)
{
	static char text[MAX_TEXT];
	uint32_t number = 0;

	if (!pkdi_json_string(json, value, text, sizeof(text)))
		return false;
	if (type->kind == PKD_STRING) {
		pkdi_cdr_string(cdr, text, strlen(text));
		return true;
	}
	while (number < type->n && strcmp(type->names[number], text) != 0)
		number++;
	pkdi_cdr_u32(cdr, number);
	return number < type->n;
}

/* By cdr.c, which knows how each lies there. */
static bool put_number(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                       struct pkdi_cdr *cdr)
{
	const struct pkdi_json_value *at = &json->values[value];
	char text[64];
	uint64_t number;
	double fraction = NAN;
	float single;

	snprintf(text, sizeof(text), "%.*s", (int)(at->end - at->start), json->text + at->start);
	if (at->kind == PKDI_JSON_NUMBER)
		fraction = strtod(text, NULL);
	else if (at->kind != PKDI_JSON_BOOL && at->kind != PKDI_JSON_NULL)
		return false;
	single = (float)fraction;
	number = text[0] == '-' ? (uint64_t)strtoll(text, NULL, 10) : strtoull(text, NULL, 10);
	if (type->kind == PKD_BOOL)
		number = text[0] == 't';
	if (type->kind == PKD_F64)
		pkdi_cdr_value(cdr, type, &fraction);
	else if (type->kind == PKD_F32)
		pkdi_cdr_value(cdr, type, &single);
	else
		pkdi_cdr_value(cdr, type, &number);
	return true;
}

bool pkdw_json_to_cdr(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                      struct pkdi_cdr *cdr)
{
	switch ((int)type->kind) {
	case PKD_STRING:
	case PKD_ENUM:
		return put_text(type, json, value, cdr);
	case PKD_ARRAY:
	case PKD_LIST:
		return put_items(type, json, value, cdr);
	case PKD_RECORD:
		return put_record(type, json, value, cdr);
	case PKD_IMAGE:
	case PKD_BYTES:
		return false;
	default:
		return put_number(type, json, value, cdr);
	}
}
