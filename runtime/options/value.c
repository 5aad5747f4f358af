#define _GNU_SOURCE
#include "options/value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pkd/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/literal.h"

/* ---- Numbers ---- */

/* The limits of the integer kinds, in 64 bits signed and unsigned. */
static bool integer_limits(enum pkd_kind kind, int64_t *ret_min, uint64_t *ret_max)
{
	switch ((int)kind) {
	case PKD_I8:
		*ret_min = INT8_MIN, *ret_max = INT8_MAX;
		return true;
	case PKD_I16:
		*ret_min = INT16_MIN, *ret_max = INT16_MAX;
		return true;
	case PKD_I32:
		*ret_min = INT32_MIN, *ret_max = INT32_MAX;
		return true;
	case PKD_I64:
		*ret_min = INT64_MIN, *ret_max = INT64_MAX;
		return true;
	case PKD_U8:
		*ret_min = 0, *ret_max = UINT8_MAX;
		return true;
	case PKD_U16:
		*ret_min = 0, *ret_max = UINT16_MAX;
		return true;
	case PKD_U32:
		*ret_min = 0, *ret_max = UINT32_MAX;
		return true;
	case PKD_U64:
		*ret_min = 0, *ret_max = UINT64_MAX;
		return true;
	default:
		return false;
	}
}

static int store(const struct pkd_param *param, void *params, const void *value, size_t size)
{
	memcpy((char *)params + param->offset, value, size);
	return 0;
}

/* Integers of any width from their 64 bits: the machine is little-endian, as the ABI says. */
static size_t integer_size(enum pkd_kind kind)
{
	switch ((int)kind) {
	case PKD_I8:
	case PKD_U8:
		return 1;
	case PKD_I16:
	case PKD_U16:
		return 2;
	case PKD_I32:
	case PKD_U32:
		return 4;
	default:
		return 8;
	}
}

/* Its bounds are within INT64_MIN … INT64_MAX, like literals of the language. */
static bool whole_in_range(const struct pkd_param *param, bool negative, uint64_t bits)
{
	if (!param->has_range)
		return true;
	if (!negative && bits > INT64_MAX)
		return false;
	return (int64_t)bits >= param->min.whole && (int64_t)bits <= param->max.whole;
}

/* A bound that an f32 cannot represent is rounded to the nearest that it can. */
static bool number_in_range(const struct pkd_param *param, double value)
{
	double min = param->min.number, max = param->max.number;

	if (!param->has_range)
		return true;
	if (param->kind == PKD_F32)
		return value >= (double)(float)min && value <= (double)(float)max;
	return value >= min && value <= max;
}

static int out_of_range(const struct pkd_param *param, char *wanted, size_t size)
{
	pkdi_value_range(param, wanted, size);
	return -EINVAL;
}

static bool fits(const struct pkdi_whole *whole, int64_t min, uint64_t max)
{
	return whole->negative ? whole->magnitude <= -(uint64_t)min : whole->magnitude <= max;
}

static int parse_integer(const struct pkd_param *param, const char *text, void *params,
                         char *wanted, size_t size)
{
	struct pkdi_whole whole;
	int64_t min = 0;
	uint64_t max = 0, bits;
	enum pkdi_literal r = pkdi_literal_whole(text, &whole);

	integer_limits(param->kind, &min, &max);
	snprintf(wanted, size, "an integer");
	if (r == PKDI_LITERAL_NOT_WHOLE)
		snprintf(wanted, size, "a whole number of bytes");
	if (r == PKDI_LITERAL_TOO_LARGE || (r == PKDI_LITERAL_OK && !fits(&whole, min, max))) {
		snprintf(wanted, size, "an integer in %" PRId64 "..%" PRIu64, min, max);
		return -EINVAL;
	}
	if (r != PKDI_LITERAL_OK)
		return -EINVAL;
	bits = whole.negative ? -whole.magnitude : whole.magnitude;
	if (!whole_in_range(param, whole.negative, bits))
		return out_of_range(param, wanted, size);
	return store(param, params, &bits, integer_size(param->kind));
}

static int parse_float(const struct pkd_param *param, const char *text, void *params, char *wanted,
                       size_t size)
{
	enum pkdi_literal r;
	double value;
	float narrow;

	snprintf(wanted, size, "a number");
	r = pkdi_literal_number(text, &value);
	if (r == PKDI_LITERAL_NONE)
		return -EINVAL;
	narrow = r == PKDI_LITERAL_OK ? (float)value : INFINITY;
	if (r != PKDI_LITERAL_OK || (param->kind == PKD_F32 && !isfinite(narrow))) {
		snprintf(wanted, size, "a number that fits %s",
		         param->kind == PKD_F32 ? "32 bits" : "64 bits");
		return -EINVAL;
	}
	if (param->has_range && (value < param->min.number || value > param->max.number))
		return out_of_range(param, wanted, size);
	return param->kind == PKD_F32 ? store(param, params, &narrow, sizeof(narrow))
	                              : store(param, params, &value, sizeof(value));
}

static int parse_time(const struct pkd_param *param, const char *text, void *params, char *wanted,
                      size_t size)
{
	enum pkdi_literal r;
	int64_t ns;

	snprintf(wanted, size, "a time with its unit, such as 50ms or 2s");
	r = pkdi_literal_time(text, &ns);
	if (r == PKDI_LITERAL_NOT_WHOLE)
		snprintf(wanted, size, "a whole number of nanoseconds");
	if (r == PKDI_LITERAL_TOO_LARGE)
		snprintf(wanted, size, "a time of at most 292 years");
	if (r != PKDI_LITERAL_OK)
		return -EINVAL;
	if (!whole_in_range(param, ns < 0, (uint64_t)ns))
		return out_of_range(param, wanted, size);
	return store(param, params, &ns, sizeof(ns));
}

/* ---- Words ---- */

static int parse_bool(const struct pkd_param *param, const char *text, void *params, char *wanted,
                      size_t size)
{
	uint8_t value = !strcmp(text, "true");

	snprintf(wanted, size, "true or false");
	if (!value && strcmp(text, "false") != 0)
		return -EINVAL;
	return store(param, params, &value, sizeof(value));
}

static void list_words(const struct pkd_type *type, const char *between, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < type->n && n < size; i++) {
		int m = snprintf(text + n, size - n, "%s%s", i ? between : "", type->names[i]);

		n += m > 0 ? (size_t)m : 0;
	}
}

static int parse_enum(const struct pkd_param *param, const char *text, void *params, char *wanted,
                      size_t size)
{
	for (uint32_t i = 0; i < param->type->n; i++)
		if (!strcmp(text, param->type->names[i]))
			return store(param, params, &i, sizeof(i));
	list_words(param->type, ", ", wanted, size);
	return -EINVAL;
}

/* A string<n>, as in a stream. Behind its end all is zero, so that equal values are equal bytes. */
static int parse_bounded(const struct pkd_param *param, const char *text, void *params,
                         char *wanted, size_t size)
{
	char *place = (char *)params + param->offset;
	size_t n = strlen(text);
	uint32_t length = (uint32_t)n;

	snprintf(wanted, size, "a text of at most %" PRIu32 " bytes", param->capacity);
	if (n > param->capacity)
		return -EINVAL;
	memset(place, 0, pkdi_value_size(param));
	memcpy(place, &length, sizeof(length));
	memcpy(place + sizeof(length), text, n);
	return 0;
}

static int parse_string(const struct pkd_param *param, const char *text, void *params, char *wanted,
                        size_t size)
{
	const char *copy;

	if (param->capacity)
		return parse_bounded(param, text, params, wanted, size);
	copy = strdup(text);
	snprintf(wanted, size, "memory");
	return copy ? store(param, params, &copy, sizeof(copy)) : -ENOMEM;
}

/* ---- All kinds ---- */

static int parse_one(const struct pkd_param *param, const char *text, void *params,
                     char *ret_wanted, size_t wanted_size)
{
	switch ((int)param->kind) {
	case PKD_BOOL:
		return parse_bool(param, text, params, ret_wanted, wanted_size);
	case PKD_F32:
	case PKD_F64:
		return parse_float(param, text, params, ret_wanted, wanted_size);
	case PKD_TIME:
		return parse_time(param, text, params, ret_wanted, wanted_size);
	case PKD_ENUM:
		return parse_enum(param, text, params, ret_wanted, wanted_size);
	case PKD_STRING:
		return parse_string(param, text, params, ret_wanted, wanted_size);
	default:
		return parse_integer(param, text, params, ret_wanted, wanted_size);
	}
}

/* Element i of an array, as a parameter of its own. */
static struct pkd_param element(const struct pkd_param *param, uint32_t i)
{
	struct pkd_param one = *param;

	one.n = 0;
	one.offset += i * (uint32_t)pkdi_value_size(&one);
	return one;
}

/* Cuts the text where its first element ends, at a comma, and drops the \ before one that is part
 * of it. What follows; NULL after the last. */
static char *cut_element(char *text)
{
	char *to = text, *from = text;

	for (; *from && *from != ','; from++) {
		if (*from == '\\' && (from[1] == ',' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	char *rest = *from ? from + 1 : NULL;
	*to = '\0';
	return rest;
}

static int parse_elements(const struct pkd_param *param, char *text, void *params, char *wanted,
                          size_t size)
{
	uint32_t n = 0;

	for (char *rest; text; text = rest, n++) {
		struct pkd_param one = element(param, n);
		int r = 0;

		rest = cut_element(text);
		if (one.kind != PKD_STRING)
			text += strspn(text, " ");
		if (n < param->n)
			r = parse_one(&one, text, params, wanted, size);
		if (r < 0)
			return r;
	}
	if (n == param->n)
		return 0;
	snprintf(wanted, size, "%" PRIu32 " values, separated by commas", param->n);
	return -EINVAL;
}

int pkdi_value_parse(const struct pkd_param *param, const char *text, void *params,
                     char *ret_wanted, size_t wanted_size)
{
	char *copy;
	int r;

	if (!param->n)
		return parse_one(param, text, params, ret_wanted, wanted_size);
	copy = strdup(text);
	snprintf(ret_wanted, wanted_size, "memory");
	r = copy ? parse_elements(param, copy, params, ret_wanted, wanted_size) : -ENOMEM;
	free(copy);
	return r;
}

/* "A,A" for two, "A,..." for more. */
static void describe_elements(const struct pkd_param *param, char *text, size_t size)
{
	struct pkd_param one = element(param, 0);
	char word[256];

	pkdi_value_describe(&one, word, sizeof(word));
	if (!*word)
		snprintf(word, sizeof(word), "true|false");
	if (param->n == 2)
		snprintf(text, size, "%s,%s", word, word);
	else
		snprintf(text, size, "%s%s", word, param->n > 2 ? ",..." : "");
}

void pkdi_value_describe(const struct pkd_param *param, char *ret_text, size_t size)
{
	if (param->n) {
		describe_elements(param, ret_text, size);
		return;
	}
	switch ((int)param->kind) {
	case PKD_BOOL:
		ret_text[0] = '\0';
		break;
	case PKD_F32:
	case PKD_F64:
		snprintf(ret_text, size, "NUMBER");
		break;
	case PKD_TIME:
		snprintf(ret_text, size, "TIME");
		break;
	case PKD_ENUM:
		list_words(param->type, "|", ret_text, size);
		break;
	case PKD_STRING:
		snprintf(ret_text, size, "STRING");
		break;
	default:
		snprintf(ret_text, size, "INTEGER");
		break;
	}
}

static void show_bound(const struct pkd_param *param, union pkd_bound bound,
                       char text[PKD_NUMBER_SIZE])
{
	switch ((int)param->kind) {
	case PKD_F32:
	case PKD_F64:
		pkd_text_f64(bound.number, text);
		break;
	case PKD_TIME:
		pkdi_literal_show_time(bound.whole, text, PKD_NUMBER_SIZE);
		break;
	default:
		snprintf(text, PKD_NUMBER_SIZE, "%" PRId64, bound.whole);
		break;
	}
}

void pkdi_value_range(const struct pkd_param *param, char *ret_text, size_t size)
{
	char min[PKD_NUMBER_SIZE], max[PKD_NUMBER_SIZE];

	ret_text[0] = '\0';
	if (!param->has_range)
		return;
	show_bound(param, param->min, min);
	show_bound(param, param->max, max);
	snprintf(ret_text, size, "%s..%s", min, max);
}

/* ---- Values as they are stored ---- */

size_t pkdi_value_size(const struct pkd_param *param)
{
	if (param->n) {
		struct pkd_param one = element(param, 0);

		return param->n * pkdi_value_size(&one);
	}
	switch ((int)param->kind) {
	case PKD_BOOL:
		return 1;
	case PKD_F32:
	case PKD_ENUM:
		return 4;
	case PKD_STRING:
		return param->capacity ? (sizeof(uint32_t) + param->capacity + 4) / 4 * 4 : 8;
	case PKD_F64:
	case PKD_TIME:
		return 8;
	default:
		return integer_size(param->kind);
	}
}

const char *pkdi_value_text(const struct pkd_param *param, const void *params)
{
	const char *place = (const char *)params + param->offset, *text;

	if (param->capacity)
		return place + sizeof(uint32_t);
	memcpy(&text, place, sizeof(text));
	return text ? text : "";
}

static bool is_bounded(const struct pkd_param *param, const void *params)
{
	uint32_t length;

	memcpy(&length, (const char *)params + param->offset, sizeof(length));
	return length <= param->capacity &&
	       strnlen(pkdi_value_text(param, params), param->capacity + 1) == length;
}

/* The bits, with the sign of a signed kind extended. */
static uint64_t load_bits(const struct pkd_param *param, const void *params)
{
	size_t size = pkdi_value_size(param);
	uint64_t bits = 0, max;
	int64_t min = 0;

	memcpy(&bits, (const char *)params + param->offset, size);
	if (integer_limits(param->kind, &min, &max) && min < 0 && size < 8 &&
	    bits >> (8 * size - 1) & 1)
		bits |= ~UINT64_C(0) << 8 * size;
	return bits;
}

static double load_number(const struct pkd_param *param, const void *params)
{
	uint64_t bits = load_bits(param, params);
	double number;
	float narrow;

	if (param->kind == PKD_F32) {
		memcpy(&narrow, &bits, sizeof(narrow));
		return narrow;
	}
	memcpy(&number, &bits, sizeof(number));
	return number;
}

bool pkdi_value_is_in_range(const struct pkd_param *param, const void *params)
{
	for (uint32_t i = 0; i < param->n; i++) {
		struct pkd_param one = element(param, i);

		if (!pkdi_value_is_in_range(&one, params))
			return false;
	}
	if (param->n)
		return true;
	if (param->kind == PKD_STRING)
		return !param->capacity || is_bounded(param, params);

	uint64_t bits = load_bits(param, params), max;
	int64_t min = -1;

	if (param->kind == PKD_F32 || param->kind == PKD_F64)
		return number_in_range(param, load_number(param, params));
	integer_limits(param->kind, &min, &max);
	return whole_in_range(param, min < 0 && (int64_t)bits < 0, bits);
}

static bool show_elements(const struct pkd_param *param, const void *params, char *text,
                          size_t size)
{
	size_t n = 0;

	for (uint32_t i = 0; i < param->n && n + 1 < size; i++) {
		struct pkd_param one = element(param, i);

		if (i)
			text[n++] = ',';
		pkdi_value_show(&one, params, text + n, size - n);
		n += strlen(text + n);
	}
	return true;
}

bool pkdi_value_show(const struct pkd_param *param, const void *params, char *ret_text, size_t size)
{
	if (param->n)
		return show_elements(param, params, ret_text, size);
	if (param->kind == PKD_STRING) {
		const char *text = pkdi_value_text(param, params);

		snprintf(ret_text, size, "\"%s\"", text);
		return *text;
	}

	uint64_t bits = load_bits(param, params);
	int64_t min = 0;
	uint64_t max;
	char number[PKD_NUMBER_SIZE];

	switch ((int)param->kind) {
	case PKD_BOOL:
		snprintf(ret_text, size, bits ? "true" : "false");
		return true;
	case PKD_F32:
		pkd_text_f32((float)load_number(param, params), number);
		snprintf(ret_text, size, "%s", number);
		return true;
	case PKD_F64:
		pkd_text_f64(load_number(param, params), number);
		snprintf(ret_text, size, "%s", number);
		return true;
	case PKD_TIME:
		pkdi_literal_show_time((int64_t)bits, ret_text, size);
		return true;
	case PKD_ENUM:
		snprintf(ret_text, size, "%s",
		         bits < param->type->n ? param->type->names[bits] : "?");
		return true;
	default:
		integer_limits(param->kind, &min, &max);
		if (min < 0)
			snprintf(ret_text, size, "%" PRId64, (int64_t)bits);
		else
			snprintf(ret_text, size, "%" PRIu64, bits);
		return true;
	}
}
