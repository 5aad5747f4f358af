/* See json.h. */
#include "json.h"

#include "../base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SECONDS_DECIMALS = 9 };

static void put_text(const struct table_sink *sink, const char *text)
{
	sink->put(sink->to, text, strlen(text));
}

/* ---- Scalars ---- */

bool table_is_scalar(enum pkd_kind kind)
{
	return kind >= PKD_BOOL && kind <= PKD_TIME;
}

static int64_t signed_value(const struct pkd_type *type, const void *value)
{
	int64_t wide = 0;
	int32_t word = 0;
	int16_t half = 0;
	int8_t byte = 0;

	if (type->kind == PKD_I8) {
		memcpy(&byte, value, sizeof(byte));
		return byte;
	}
	if (type->kind == PKD_I16) {
		memcpy(&half, value, sizeof(half));
		return half;
	}
	if (type->kind == PKD_I32) {
		memcpy(&word, value, sizeof(word));
		return word;
	}
	memcpy(&wide, value, sizeof(wide));
	return wide;
}

static uint64_t unsigned_value(const struct pkd_type *type, const void *value)
{
	uint64_t wide = 0;
	uint32_t word = 0;
	uint16_t half = 0;
	uint8_t byte = 0;

	if (type->kind == PKD_U8) {
		memcpy(&byte, value, sizeof(byte));
		return byte;
	}
	if (type->kind == PKD_U16) {
		memcpy(&half, value, sizeof(half));
		return half;
	}
	if (type->kind == PKD_U32) {
		memcpy(&word, value, sizeof(word));
		return word;
	}
	memcpy(&wide, value, sizeof(wide));
	return wide;
}

size_t table_seconds(int64_t ns, uint32_t digits, char ret_text[static TABLE_SCALAR_SIZE])
{
	size_t n = pkd_text_seconds(ns, ret_text);

	if (!digits || digits >= SECONDS_DECIMALS)
		return n;
	n -= SECONDS_DECIMALS - digits;
	ret_text[n] = '\0';
	return n;
}

int64_t table_time_of_day(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void table_date(int64_t time_of_day, char ret_text[static TABLE_SCALAR_SIZE])
{
	time_t seconds = (time_t)(time_of_day / 1000000000);
	struct tm date;
	size_t n;

	gmtime_r(&seconds, &date);
	n = strftime(ret_text, TABLE_SCALAR_SIZE, "%Y-%m-%dT%H:%M:%S", &date);
	snprintf(ret_text + n, TABLE_SCALAR_SIZE - n, ".%03dZ",
	         (int)(time_of_day % 1000000000 / 1000000));
}

static size_t f32_text(const void *value, char ret_text[static TABLE_SCALAR_SIZE])
{
	float number;

	memcpy(&number, value, sizeof(number));
	return pkd_text_f32(number, ret_text);
}

static size_t f64_text(const void *value, char ret_text[static TABLE_SCALAR_SIZE])
{
	double number;

	memcpy(&number, value, sizeof(number));
	return pkd_text_f64(number, ret_text);
}

size_t table_scalar(const struct pkd_type *type, const void *value,
                    char ret_text[static TABLE_SCALAR_SIZE])
{
	if (type->kind == PKD_BOOL)
		return (size_t)snprintf(ret_text, TABLE_SCALAR_SIZE, "%s",
		                        *(const uint8_t *)value ? "true" : "false");
	if (type->kind == PKD_F32)
		return f32_text(value, ret_text);
	if (type->kind == PKD_F64)
		return f64_text(value, ret_text);
	if (type->kind == PKD_TIME)
		return table_seconds(signed_value(type, value), 0, ret_text);
	if (type->kind >= PKD_U8 && type->kind <= PKD_U64)
		return (size_t)snprintf(ret_text, TABLE_SCALAR_SIZE, "%" PRIu64,
		                        unsigned_value(type, value));
	return (size_t)snprintf(ret_text, TABLE_SCALAR_SIZE, "%" PRId64, signed_value(type, value));
}

/* Whether a text has more than so many decimals; an exponent is that of a tiny number, or a huge
 * one. */
static bool is_longer(const char *text, size_t n, uint32_t digits)
{
	const char *point = memchr(text, '.', n), *exponent = memchr(text, 'e', n);

	if (exponent)
		return exponent[1] == '-';
	return point && n - (size_t)(point + 1 - text) > digits;
}

int64_t table_whole(const struct pkd_type *type, const void *value)
{
	return type->kind >= PKD_U8 && type->kind <= PKD_U64 ? (int64_t)unsigned_value(type, value)
	                                                     : signed_value(type, value);
}

/* Without zeroes at its end; what is rounded to 0 has no sign. */
static size_t rounded(double number, uint32_t digits, char ret_text[static TABLE_SCALAR_SIZE])
{
	size_t n = pkd_text_fixed(number, (int)digits, ret_text);

	while (ret_text[n - 1] == '0')
		n--;
	n -= ret_text[n - 1] == '.';
	ret_text[n] = '\0';
	if (strcmp(ret_text, "-0") == 0)
		n = (size_t)snprintf(ret_text, TABLE_SCALAR_SIZE, "0");
	return n;
}

size_t table_number(const struct pkd_type *type, const void *value, uint32_t digits,
                    char ret_text[static TABLE_SCALAR_SIZE])
{
	size_t n = table_scalar(type, value, ret_text);
	double wide;
	float single;

	if (digits && type->kind == PKD_TIME)
		return table_seconds(signed_value(type, value), digits, ret_text);
	if (!digits || (type->kind != PKD_F32 && type->kind != PKD_F64) ||
	    !is_longer(ret_text, n, digits))
		return n;
	memcpy(&single, value, sizeof(single));
	wide = (double)single;
	if (type->kind == PKD_F64)
		memcpy(&wide, value, sizeof(wide));
	return rounded(wide, digits, ret_text);
}

const char *table_enum_name(const struct pkd_type *type, const void *value)
{
	uint32_t number;

	memcpy(&number, value, sizeof(number));
	return number < type->n ? type->names[number] : NULL;
}

/* ---- Strings ---- */

const char *table_text(const struct pkd_type *type, const void *value, uint32_t *ret_n)
{
	*ret_n = pkd_length(value, type->n);
	return (const char *)value + sizeof(*ret_n);
}

void table_put_utf8(const struct table_sink *sink, const char *text, size_t n)
{
	size_t good = 0; /* of the run that is not put yet */

	while (good < n) {
		size_t length = utf8_length(text + good, n - good);

		if (length) {
			good += length;
			continue;
		}
		sink->put(sink->to, text, good);
		put_text(sink, UTF8_REPLACEMENT);
		if (sink->n_replaced)
			++*sink->n_replaced;
		text += good + 1;
		n -= good + 1;
		good = 0;
	}
	sink->put(sink->to, text, good);
}

void table_tell_replaced(struct pkd_ctx *ctx, uint64_t frame, uint64_t n_replaced, bool *has_told)
{
	if (n_replaced == 0 || *has_told)
		return;
	*has_told = true;
	pkd_log(ctx, PKD_LOG_WARNING,
	        "row %" PRIu64 ": a text is not UTF-8: each byte of it that is none is written as "
	        "U+FFFD, here and in other rows, so that two texts may look the same",
	        frame);
}

void table_put_hex(const struct table_sink *sink, const char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		sink->put(sink->to, &digits[byte >> 4], 1);
		sink->put(sink->to, &digits[byte & 15], 1);
	}
}

/* ---- JSON ---- */

static void put_escaped(const struct table_sink *sink, unsigned char byte)
{
	char escape[8];

	if (byte == '"' || byte == '\\')
		snprintf(escape, sizeof(escape), "\\%c", byte);
	else if (byte == '\n')
		snprintf(escape, sizeof(escape), "\\n");
	else
		snprintf(escape, sizeof(escape), "\\u%04x", byte);
	put_text(sink, escape);
}

void table_put_json_string(const struct table_sink *sink, const char *text, size_t n)
{
	size_t start = 0;

	put_text(sink, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		table_put_utf8(sink, text + start, i - start);
		put_escaped(sink, byte);
		start = i + 1;
	}
	table_put_utf8(sink, text + start, n - start);
	put_text(sink, "\"");
}

static void put_json_scalar(const struct table_sink *sink, const struct pkd_type *type,
                            const void *value)
{
	char text[TABLE_SCALAR_SIZE];
	size_t n = table_number(type, value, sink->digits, text);

	if ((type->kind == PKD_F32 || type->kind == PKD_F64) && strpbrk(text, "ni"))
		put_text(sink, "null");
	else
		sink->put(sink->to, text, n);
}

static void put_json_items(const struct table_sink *sink, const struct pkd_type *item,
                           const char *items, uint32_t n)
{
	put_text(sink, "[");
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			put_text(sink, ",");
		table_put_json(sink, item, items + (size_t)i * item->size);
	}
	put_text(sink, "]");
}

static void put_json_record(const struct table_sink *sink, const struct pkd_type *type,
                            const char *value)
{
	put_text(sink, "{");
	for (uint32_t i = 0; i < type->n; i++) {
		const struct pkd_field *field = &type->fields[i];

		if (i)
			put_text(sink, ",");
		table_put_json_string(sink, field->name, strlen(field->name));
		put_text(sink, ":");
		table_put_json(sink, field->type, value + field->offset);
	}
	put_text(sink, "}");
}

static void put_json_enum(const struct table_sink *sink, const struct pkd_type *type,
                          const void *value)
{
	const char *name = table_enum_name(type, value);
	const struct pkd_type number = {.kind = PKD_U32};

	if (name)
		table_put_json_string(sink, name, strlen(name));
	else
		put_json_scalar(sink, &number, value);
}

static void put_json_image(const struct table_sink *sink, const struct pkd_image *image)
{
	char text[TABLE_SCALAR_SIZE];

	snprintf(text, sizeof(text), "\"%" PRIu32 "x%" PRIu32 "\"", image->width, image->height);
	put_text(sink, text);
}

void table_put_json(const struct table_sink *sink, const struct pkd_type *type, const void *value)
{
	const char *text;
	uint32_t n;

	if (table_is_scalar(type->kind)) {
		put_json_scalar(sink, type, value);
	} else if (type->kind == PKD_ENUM) {
		put_json_enum(sink, type, value);
	} else if (type->kind == PKD_STRING) {
		text = table_text(type, value, &n);
		table_put_json_string(sink, text, n);
	} else if (type->kind == PKD_BYTES) {
		text = table_text(type, value, &n);
		put_text(sink, "\"");
		table_put_hex(sink, text, n);
		put_text(sink, "\"");
	} else if (type->kind == PKD_ARRAY) {
		put_json_items(sink, type->item, value, type->n);
	} else if (type->kind == PKD_LIST) {
		table_text(type, value, &n);
		put_json_items(sink, type->item, (const char *)value + type->items_offset, n);
	} else if (type->kind == PKD_IMAGE) {
		put_json_image(sink, value);
	} else {
		put_json_record(sink, type, value);
	}
}
