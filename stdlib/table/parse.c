/* See parse.h. */
#include "parse.h"

#include "../base/utf8.h"
#include "only.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_DIGITS = 800, /* of a fraction: behind them it matters only whether all are 0 */
	MAX_NUMBER = MAX_DIGITS + 40,
	MAX_SHOWN = 40, /* bytes of a text in a message */
	MAX_DEPTH = 64, /* of what is left out */
	SECOND_DECIMALS = 9,
};

static bool fails(struct parse *parse, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fails(struct parse *parse, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(parse->why, sizeof(parse->why), format, args);
	va_end(args);
	return false;
}

/* "'abc' is no …", with a question mark for what a terminal could take for a command, or is no
 * UTF-8. */
static bool is_no(struct parse *parse, const char *text, size_t n, const char *what)
{
	char shown[MAX_SHOWN + 1];
	size_t used = 0;

	while (used < n && used < MAX_SHOWN) {
		size_t length = utf8_length(text + used, n - used);
		bool plain = length > 1 || (length == 1 && text[used] >= ' ' && text[used] != 127);

		length = length ? length : 1;
		if (used + length > MAX_SHOWN)
			break;
		memcpy(shown + used, plain ? text + used : "?", length);
		used += length;
	}
	shown[used] = '\0';
	if (n == 0)
		return fails(parse, "it is empty, and no %s", what);
	return fails(parse, "'%s'%s is no %s", shown, used < n ? "…" : "", what);
}

/* ---- What can be read ---- */

bool parse_is_possible(struct parse *parse, const struct pkd_type *type)
{
	if (type->kind == PKD_IMAGE)
		return fails(parse, "an image cannot be read from a table");
	if (type->kind == PKD_ARRAY || type->kind == PKD_LIST)
		return parse_is_possible(parse, type->item);
	if (type->kind != PKD_RECORD)
		return true;
	if (type->n > PARSE_MAX_FIELDS)
		return fails(parse, "a record of more than %d fields", PARSE_MAX_FIELDS);
	for (uint32_t i = 0; i < type->n; i++)
		if (!parse_is_possible(parse, type->fields[i].type))
			return false;
	return true;
}

bool parse_is_name(const char *field, const char *text, size_t n, bool exactly)
{
	size_t i = 0;

	if (exactly)
		return strlen(field) == n && memcmp(field, text, n) == 0;
	while (i < n && *field) {
		size_t length = utf8_length(text + i, n - i);
		bool plain = length == 1 && (isalnum((unsigned char)text[i]) || text[i] == '.');

		if (*field++ != (plain ? text[i] : '_'))
			return false;
		i += length ? length : 1;
	}
	return i == n && (!*field || strcmp(field, "_") == 0);
}

/* ---- Numbers ---- */

static size_t digits(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && text[i] >= '0' && text[i] <= '9')
		i++;
	return i;
}

/* -12, +1.5, .5, 1., 1e-3; neither hexadecimal digits nor spaces, which strtod takes. */
static bool is_fraction(const char *text, size_t n)
{
	size_t i = n > 0 && (text[0] == '-' || text[0] == '+');
	size_t whole = digits(text + i, n - i), part = 0;

	i += whole;
	if (i < n && text[i] == '.') {
		part = digits(text + i + 1, n - i - 1);
		i += 1 + part;
	}
	if (whole + part == 0)
		return false;
	if (i < n && (text[i] == 'e' || text[i] == 'E')) {
		size_t sign = i + 1 < n && (text[i + 1] == '-' || text[i + 1] == '+');
		size_t exponent = digits(text + i + 1 + sign, n - i - 1 - sign);

		if (exponent == 0)
			return false;
		i += 1 + sign + exponent;
	}
	return i == n;
}

static bool is_word(const char *text, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(text, word, n) == 0;
}

/* Of the text behind an e; beyond a thousand million it makes no difference. */
static int64_t exponent_of(const char *text, size_t n)
{
	size_t sign = n > 0 && (text[0] == '-' || text[0] == '+');
	int64_t exponent = 0;

	for (size_t i = sign; i < n && exponent < 1000000000000; i++)
		exponent = 10 * exponent + (text[i] - '0');
	return n > 0 && text[0] == '-' ? -exponent : exponent;
}

/* The number of a text of any length, so that it is rounded in the same way: the first digits, a 1
 * for all others if one of them is not 0, and the exponent. */
static void shorten(const char *text, size_t n, char ret_text[MAX_NUMBER + 1])
{
	size_t i = n > 0 && (text[0] == '-' || text[0] == '+'), used = 0;
	int64_t exponent = 0;
	bool in_part = false, has_more = false;

	ret_text[used++] = n > 0 && text[0] == '-' ? '-' : '+';
	for (; i < n && text[i] != 'e' && text[i] != 'E'; i++) {
		bool leads = used == 1 && text[i] == '0', has_room = used <= MAX_DIGITS;

		if (text[i] == '.') {
			in_part = true;
			continue;
		}
		exponent += !leads && !has_room;
		exponent -= in_part;
		if (!leads && has_room)
			ret_text[used++] = text[i];
		else
			has_more = has_more || text[i] != '0';
	}
	if (used == 1 || has_more) {
		ret_text[used++] = has_more ? '1' : '0';
		exponent -= has_more;
	}
	if (i < n)
		exponent += exponent_of(text + i + 1, n - i - 1);
	snprintf(ret_text + used, MAX_NUMBER + 1 - used, "e%" PRId64, exponent);
}

static bool parse_fraction(struct parse *parse, const struct pkd_type *type, const char *text,
                           size_t n, void *ret_value)
{
	size_t sign = n > 0 && (text[0] == '-' || text[0] == '+');
	bool is_infinite = is_word(text + sign, n - sign, "inf") ||
	                   is_word(text + sign, n - sign, "infinity");
	bool is_none = is_word(text, n, "nan");
	char copy[MAX_NUMBER + 1];
	double wide;
	float single;

	if (!is_none && !is_infinite && !is_fraction(text, n))
		return is_no(parse, text, n, "number");
	if (is_none || is_infinite)
		snprintf(copy, sizeof(copy), "%.*s", (int)n, text);
	else
		shorten(text, n, copy);
	wide = strtod(copy, NULL);
	single = strtof(copy, NULL);
	if (type->kind == PKD_F64)
		memcpy(ret_value, &wide, sizeof(wide));
	else
		memcpy(ret_value, &single, sizeof(single));
	if (!is_infinite && (type->kind == PKD_F64 ? isinf(wide) : isinf(single)))
		return fails(parse, "%.*s is too large for %s", n < MAX_SHOWN ? (int)n : MAX_SHOWN,
		             text, type->kind == PKD_F64 ? "f64" : "f32");
	return true;
}

/* The digits as a number, with its sign apart; false above UINT64_MAX. */
static bool magnitude(const char *text, size_t n, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number))
			return false;
	*ret_number = number;
	return true;
}

static bool parse_whole(struct parse *parse, const struct pkd_type *type, const char *text,
                        size_t n, void *ret_value)
{
	bool is_negative = n > 0 && text[0] == '-';
	size_t sign = n > 0 && (text[0] == '-' || text[0] == '+');
	bool is_signed = type->kind >= PKD_I8 && type->kind <= PKD_I64;
	unsigned bits = 8 * type->size;
	uint64_t largest = (is_signed ? UINT64_C(1) << (bits - 1) : 0) +
	                   (is_signed ? 0 : UINT64_MAX >> (64 - bits)) -
	                   (is_signed && !is_negative);
	uint64_t number;

	if (n == sign || digits(text + sign, n - sign) != n - sign)
		return is_no(parse, text, n, "whole number");
	if (!magnitude(text + sign, n - sign, &number) || number > largest ||
	    (is_negative && !is_signed && number))
		return fails(parse, "%.*s does not fit %s%u", n < MAX_SHOWN ? (int)n : MAX_SHOWN,
		             text, is_signed ? "i" : "u", bits);
	number = is_negative ? 0 - number : number;
	memcpy(ret_value, &number, type->size); /* little-endian, as the language's targets are */
	return true;
}

/* Exact where it is written as decimals, of which the tenth is beyond a nanosecond. */
static bool parse_time(struct parse *parse, const char *text, size_t n, void *ret_value)
{
	size_t sign = n > 0 && (text[0] == '-' || text[0] == '+');
	size_t whole = digits(text + sign, n - sign), decimals = 0;
	uint64_t seconds = 0, part = 0;
	int64_t ns;

	if (sign + whole < n && text[sign + whole] == '.')
		decimals = digits(text + sign + whole + 1, n - sign - whole - 1);
	if (!is_fraction(text, n))
		return is_no(parse, text, n, "time in seconds");
	if (sign + whole + decimals + (decimals > 0) != n && text[n - 1] != '.')
		return fails(parse, "a time in seconds has no exponent");
	for (size_t i = 0; i < SECOND_DECIMALS; i++)
		part = 10 * part +
		       (i < decimals ? (uint64_t)(text[sign + whole + 1 + i] - '0') : 0);
	if (!magnitude(text + sign, whole, &seconds) || seconds > INT64_MAX / 1000000000 ||
	    __builtin_add_overflow((int64_t)(seconds * 1000000000), (int64_t)part, &ns))
		return fails(parse, "%.*s seconds are more than a time can be",
		             n < MAX_SHOWN ? (int)n : MAX_SHOWN, text);
	ns = text[0] == '-' ? -ns : ns;
	memcpy(ret_value, &ns, sizeof(ns));
	return true;
}

static bool parse_bool(struct parse *parse, const char *text, size_t n, void *ret_value)
{
	bool yes = is_word(text, n, "true") || is_word(text, n, "1");

	if (!yes && !is_word(text, n, "false") && !is_word(text, n, "0"))
		return is_no(parse, text, n, "true or false");
	*(uint8_t *)ret_value = yes;
	return true;
}

static bool parse_enum(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                       void *ret_value)
{
	uint64_t number = type->n;

	for (uint32_t i = 0; i < type->n; i++)
		if (strlen(type->names[i]) == n && memcmp(type->names[i], text, n) == 0)
			number = i;
	if (number == type->n && n > 0 && digits(text, n) == n && !magnitude(text, n, &number))
		number = type->n;
	if (number >= type->n) {
		is_no(parse, text, n, "value of the enum");
		return false;
	}
	memcpy(ret_value, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
	return true;
}

/* ---- Texts ---- */

static bool parse_string(struct parse *parse, const struct pkd_type *type, const char *text,
                         size_t n, void *ret_value)
{
	char *to = (char *)ret_value + sizeof(uint32_t);
	uint32_t used;

	if (!utf8_put(to, type->n, text, n, &used))
		return fails(parse,
		             "a text of more than %" PRIu32 " bytes: string<%" PRIu32
		             "> has no room for it",
		             type->n, type->n);
	memcpy(ret_value, &used, sizeof(used));
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_bytes(struct parse *parse, const struct pkd_type *type, const char *text,
                        size_t n, void *ret_value)
{
	uint8_t *to = (uint8_t *)ret_value + sizeof(uint32_t);
	uint32_t length = (uint32_t)(n / 2);

	if (n / 2 > type->n)
		return fails(parse, "%zu bytes: bytes<%" PRIu32 "> has no room for them", n / 2,
		             type->n);
	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || n % 2)
			return is_no(parse, text, n, "row of pairs of hexadecimal digits");
		to[i / 2] = (uint8_t)(i % 2 ? to[i / 2] | digit : digit << 4);
	}
	memcpy(ret_value, &length, sizeof(length));
	return true;
}

/* ---- JSON ---- */

struct json {
	struct parse *parse;
	const char *at, *end;
};

static void skip_space(struct json *json)
{
	while (json->at < json->end && strchr(" \t\r\n", *json->at) && *json->at)
		json->at++;
}

static bool next_is(struct json *json, char c)
{
	skip_space(json);
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

static bool wants(struct json *json, const char *what)
{
	skip_space(json);
	if (json->at == json->end)
		return fails(json->parse, "it ends where %s should be", what);
	return fails(json->parse, "%s is missing before '%.*s'", what,
	             (unsigned char)*json->at < 128 && (unsigned char)*json->at >= ' ', json->at);
}

static bool hex4(const char *text, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		unit = unit << 4 | (uint32_t)digit;
	}
	*ret_unit = unit;
	return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* \uXXXX, and a pair of them that is one character; half a pair is U+FFFD. `at` stands behind the
 * u. */
static bool unescape_unit(struct json *json, uint32_t *ret_c)
{
	uint32_t low;

	if (json->end - json->at < 4 || !hex4(json->at, ret_c))
		return false;
	json->at += 4;
	if (*ret_c >= 0xd800 && *ret_c < 0xdc00 && json->end - json->at >= 6 &&
	    json->at[0] == '\\' && json->at[1] == 'u' && hex4(json->at + 2, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		*ret_c = 0x10000 + ((*ret_c - 0xd800) << 10) + (low - 0xdc00);
		json->at += 6;
	}
	if (*ret_c >= 0xd800 && *ret_c < 0xe000)
		*ret_c = 0xfffd;
	return true;
}

/* Of the text behind a backslash. */
static bool unescape(struct json *json, uint32_t *ret_c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (json->at == json->end)
		return false;
	if (*json->at == 'u') {
		json->at++;
		return unescape_unit(json, ret_c);
	}
	found = *json->at ? strchr(from, *json->at) : NULL;
	if (!found)
		return false;
	json->at++;
	*ret_c = (unsigned char)to[found - from];
	return true;
}

/* Behind its first quotation mark; in the scratch, of which `used` bytes are taken. No text is
 * longer there than it was written. */
static bool read_string(struct json *json, size_t used, const char **ret_text, size_t *ret_n)
{
	char *to = json->parse->scratch + used;
	size_t room = json->parse->scratch_size - used, n = 0;
	uint32_t c;

	while (json->at < json->end && *json->at != '"') {
		unsigned char byte = (unsigned char)*json->at;

		if (n + 4 > room)
			return fails(json->parse, "a text that is too long");
		if (byte < ' ')
			return fails(json->parse, "a control character in a text");
		json->at++;
		if (byte != '\\')
			to[n++] = (char)byte;
		else if (unescape(json, &c))
			n += put_utf8(to + n, c);
		else
			return fails(json->parse, "an escape sequence that JSON does not have");
	}
	if (json->at == json->end)
		return fails(json->parse, "a text without its end");
	json->at++;
	*ret_text = to;
	*ret_n = n;
	return true;
}

/* true, null, -1.5e3: whatever reaches to the next mark or space. */
static size_t read_word(struct json *json, const char **ret_word)
{
	skip_space(json);
	*ret_word = json->at;
	while (json->at < json->end && *json->at && !strchr(" \t\r\n,:[]{}\"", *json->at))
		json->at++;
	return (size_t)(json->at - *ret_word);
}

static bool read_value(struct json *json, const struct pkd_type *type, char *to);

static bool read_items(struct json *json, const struct pkd_type *type, char *to)
{
	char *items = type->kind == PKD_LIST ? to + type->items_offset : to;
	uint32_t n = 0;

	if (!next_is(json, '['))
		return wants(json, "'['");
	if (!next_is(json, ']')) {
		do {
			if (n == type->n)
				return fails(json->parse, "more than %" PRIu32 " items", type->n);
			if (!read_value(json, type->item, items + (size_t)n * type->item->size))
				return false;
			n++;
		} while (next_is(json, ','));
		if (!next_is(json, ']'))
			return wants(json, "',' or ']'");
	}
	if (type->kind == PKD_LIST)
		memcpy(to, &n, sizeof(n));
	else if (n != type->n)
		return fails(json->parse, "%" PRIu32 " items, and not %" PRIu32, n, type->n);
	return true;
}

static bool skip_value(struct json *json, int depth);

/* Behind '[' or '{'. */
static bool skip_group(struct json *json, char close, int depth)
{
	if (depth == MAX_DEPTH)
		return fails(json->parse, "it is more than %d deep", MAX_DEPTH);
	if (next_is(json, close))
		return true;
	do {
		if (close == '}') {
			if (!next_is(json, '"'))
				return wants(json, "a name");
			json->at--;
			if (!skip_value(json, depth + 1))
				return false;
			if (!next_is(json, ':'))
				return wants(json, "':'");
		}
		if (!skip_value(json, depth + 1))
			return false;
	} while (next_is(json, ','));
	return next_is(json, close) || wants(json, close == ']' ? "',' or ']'" : "',' or '}'");
}

/* Of a fraction: JSON has no + before it, no 0 before other digits, and digits on both sides of
 * the dot. */
static bool is_json_number(const char *word, size_t n)
{
	size_t sign = n > 0 && *word == '-', whole = digits(word + sign, n - sign);
	size_t dot = sign + whole;

	if (!is_fraction(word, n) || whole == 0 || (whole > 1 && word[sign] == '0'))
		return false;
	return dot == n || word[dot] != '.' || digits(word + dot + 1, n - dot - 1) > 0;
}

static bool is_json_word(const char *word, size_t n)
{
	return (n == 4 && (memcmp(word, "true", 4) == 0 || memcmp(word, "null", 4) == 0)) ||
	       (n == 5 && memcmp(word, "false", 5) == 0) || is_json_number(word, n);
}

static bool skip_value(struct json *json, int depth)
{
	const char *text;
	size_t n;

	if (next_is(json, '"'))
		return read_string(json, 0, &text, &n);
	if (next_is(json, '['))
		return skip_group(json, ']', depth);
	if (next_is(json, '{'))
		return skip_group(json, '}', depth);
	n = read_word(json, &text);
	if (n == 0)
		return wants(json, "a value");
	return is_json_word(text, n) || is_no(json->parse, text, n, "value of JSON");
}

static bool in_field(struct parse *parse, const char *name)
{
	char why[PARSE_WHY_SIZE];

	snprintf(why, sizeof(why), "%s", parse->why);
	return fails(parse, "%.60s: %.130s", name, why);
}

/* A record, or the row with its members: then what it has no field for is told. */
static const struct pkd_field *find_field(const struct pkd_type *type, const char *name, size_t n,
                                          uint32_t *ret_index)
{
	for (uint32_t i = 0; i < 2 * type->n; i++) {
		const struct pkd_field *field = &type->fields[i % type->n];

		if (!parse_is_name(field->name, name, n, i < type->n))
			continue;
		*ret_index = i % type->n;
		return field;
	}
	return NULL;
}

/* The value is read once more, as the row's own where it has such a field. */
static bool read_row_time(struct json *json, struct parse_members *members)
{
	struct json ahead = *json;
	const char *word;
	size_t n = read_word(&ahead, &word);

	if (!parse_time(json->parse, word, n, &members->time_ns))
		return in_field(json->parse, members->time);
	members->has_time = true;
	return true;
}

static bool read_member(struct json *json, const struct pkd_type *type, char *to,
                        struct parse_members *members, uint64_t *seen)
{
	const struct pkd_field *field;
	const char *name;
	uint32_t i;
	size_t n;

	if (!next_is(json, '"'))
		return wants(json, "a name");
	if (!read_string(json, 0, &name, &n))
		return false;
	if (!next_is(json, ':'))
		return wants(json, "':'");
	if (members && *members->time && strlen(members->time) == n &&
	    memcmp(members->time, name, n) == 0 && !read_row_time(json, members))
		return false;
	field = find_field(type, name, n, &i);
	if (!field) {
		if (members)
			members->extra(members->to, name, n);
		return skip_value(json, 0);
	}
	seen[i / 64] |= UINT64_C(1) << i % 64;
	return read_value(json, field->type, to + field->offset) ||
	       in_field(json->parse, field->name);
}

static bool read_record(struct json *json, const struct pkd_type *type, char *to,
                        struct parse_members *members)
{
	uint64_t seen[PARSE_MAX_FIELDS / 64] = {0};

	if (!next_is(json, '{'))
		return wants(json, "'{'");
	if (!next_is(json, '}')) {
		do {
			if (!read_member(json, type, to, members, seen))
				return false;
		} while (next_is(json, ','));
		if (!next_is(json, '}'))
			return wants(json, "',' or '}'");
	}
	for (uint32_t i = 0; i < type->n; i++)
		if (!(seen[i / 64] >> i % 64 & 1))
			return fails(json->parse, "it has no '%.100s'", type->fields[i].name);
	return true;
}

static bool read_text(struct json *json, const struct pkd_type *type, char *to)
{
	const char *text;
	size_t n;

	if (type->kind == PKD_ENUM) {
		skip_space(json);
		if (json->at < json->end && *json->at != '"') {
			n = read_word(json, &text);
			if (!is_json_word(text, n))
				return is_no(json->parse, text, n, "value of JSON");
			return parse_enum(json->parse, type, text, n, to);
		}
	}
	if (!next_is(json, '"'))
		return wants(json, "a text in '\"'");
	if (!read_string(json, 0, &text, &n))
		return false;
	return type->kind == PKD_ENUM     ? parse_enum(json->parse, type, text, n, to)
	       : type->kind == PKD_STRING ? parse_string(json->parse, type, text, n, to)
	                                  : parse_bytes(json->parse, type, text, n, to);
}

static bool read_value(struct json *json, const struct pkd_type *type, char *to)
{
	bool is_fraction_type = type->kind == PKD_F32 || type->kind == PKD_F64;
	const char *word;
	size_t n;

	if (type->kind == PKD_RECORD)
		return read_record(json, type, to, NULL);
	if (type->kind == PKD_LIST || type->kind == PKD_ARRAY)
		return read_items(json, type, to);
	if (type->kind == PKD_ENUM || type->kind == PKD_STRING || type->kind == PKD_BYTES)
		return read_text(json, type, to);
	n = read_word(json, &word);
	if (n == 0)
		return wants(json, "a number or a word");
	if (is_fraction_type && n == 4 && memcmp(word, "null", 4) == 0)
		return parse_fraction(json->parse, type, "nan", 3, to);
	if (!is_json_word(word, n))
		return is_no(json->parse, word, n, "number of JSON");
	return parse_text(json->parse, type, word, n, to);
}

static bool has_ended(struct json *json)
{
	skip_space(json);
	return json->at == json->end || fails(json->parse, "there is more behind it");
}

bool parse_json(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                void *ret_value)
{
	struct json json = {parse, text, text + n};

	return read_value(&json, type, ret_value) && has_ended(&json);
}

bool parse_json_row(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                    void *ret_value, struct parse_members *members)
{
	const struct pkd_field only = {table_only_name(type), type, 0};
	const struct pkd_type row = {.kind = PKD_RECORD, .n = 1, .fields = &only};
	struct json json = {parse, text, text + n};

	members->has_time = false;
	if (!read_record(&json, type->kind == PKD_RECORD ? type : &row, ret_value, members) ||
	    !has_ended(&json))
		return false;
	if (*members->time && !members->has_time)
		return fails(parse, "it has no '%.100s'", members->time);
	return true;
}

/* ---- Parts of JSON ---- */

enum parse_item parse_next_item(struct parse *parse, struct parse_items *items,
                                const char **ret_text, size_t *ret_n)
{
	struct json json = {parse, items->at, items->end};
	bool is_first = !items->has_begun;

	if (is_first && !next_is(&json, '[')) {
		wants(&json, "'['");
		return PARSE_WRONG;
	}
	items->has_begun = true;
	if (next_is(&json, ']'))
		return has_ended(&json) ? PARSE_END : PARSE_WRONG;
	if (!is_first && !next_is(&json, ',')) {
		wants(&json, "',' or ']'");
		return PARSE_WRONG;
	}
	skip_space(&json);
	*ret_text = json.at;
	if (!skip_value(&json, 0))
		return PARSE_WRONG;
	*ret_n = (size_t)(json.at - *ret_text);
	items->at = json.at;
	return PARSE_ITEM;
}

/* A string without its quotation marks, or a whole number. */
static bool read_key(struct json *json, const char **ret_text, size_t *ret_n)
{
	size_t sign;

	if (next_is(json, '"'))
		return read_string(json, 0, ret_text, ret_n);
	*ret_n = read_word(json, ret_text);
	sign = *ret_n > 0 && **ret_text == '-';
	return (is_json_word(*ret_text, *ret_n) &&
	        digits(*ret_text + sign, *ret_n - sign) == *ret_n - sign) ||
	       fails(json->parse, "it is neither a text nor a whole number");
}

/* Where the value of the last member of that name begins: NULL where there is none. */
static bool find_member(struct json *json, const char *name, const char **ret_at)
{
	const char *text;
	size_t n;

	*ret_at = NULL;
	if (!next_is(json, '{'))
		return wants(json, "'{'");
	if (next_is(json, '}'))
		return true;
	do {
		if (!next_is(json, '"'))
			return wants(json, "a name");
		if (!read_string(json, 0, &text, &n))
			return false;
		if (!next_is(json, ':'))
			return wants(json, "':'");
		if (strlen(name) == n && memcmp(name, text, n) == 0)
			*ret_at = json->at;
		if (!skip_value(json, 0))
			return false;
	} while (next_is(json, ','));
	return next_is(json, '}') || wants(json, "',' or '}'");
}

bool parse_json_member(struct parse *parse, const char *object, size_t n, const char *name,
                       const char **ret_text, size_t *ret_n)
{
	struct json json = {parse, object, object + n};
	const char *at;

	if (!find_member(&json, name, &at))
		return false;
	if (!at)
		return fails(parse, "it has no '%.100s'", name);
	json.at = at;
	return read_key(&json, ret_text, ret_n) || in_field(parse, name);
}

/* ---- Any text ---- */

bool parse_text(struct parse *parse, const struct pkd_type *type, const char *text, size_t n,
                void *ret_value)
{
	if (type->kind == PKD_STRING)
		return parse_string(parse, type, text, n, ret_value);
	while (n > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	switch ((int)type->kind) {
	case PKD_BOOL:
		return parse_bool(parse, text, n, ret_value);
	case PKD_F32:
	case PKD_F64:
		return parse_fraction(parse, type, text, n, ret_value);
	case PKD_TIME:
		return parse_time(parse, text, n, ret_value);
	case PKD_ENUM:
		return parse_enum(parse, type, text, n, ret_value);
	case PKD_BYTES:
		return parse_bytes(parse, type, text, n, ret_value);
	case PKD_LIST:
	case PKD_ARRAY:
	case PKD_RECORD:
		return parse_json(parse, type, text, n, ret_value);
	default:
		return parse_whole(parse, type, text, n, ret_value);
	}
}
