#include "console/json.h"

#include <string.h>

#include "os/utf8.h"

/* ---- Reading ---- */

struct reader {
	struct pkdi_json *json;
	const char *at, *end;
	uint32_t depth;
};

static bool refuse(struct reader *r, const char *fault)
{
	r->json->fault = fault;
	r->json->fault_at = (uint32_t)(r->at - r->json->text);
	return false;
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end && memchr(" \t\r\n", *r->at, 4))
		r->at++;
}

static bool is_next(const struct reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

static bool take(struct reader *r, char c)
{
	if (!is_next(r, c))
		return false;
	r->at++;
	return true;
}

static struct pkdi_json_value *add(struct reader *r, enum pkdi_json_kind kind)
{
	struct pkdi_json *json = r->json;
	struct pkdi_json_value *value = &json->values[json->n_values];

	if (json->n_values == json->max_values) {
		refuse(r, "has too many values");
		return NULL;
	}
	json->n_values++;
	*value = (struct pkdi_json_value){
		.kind = kind,
		.start = (uint32_t)(r->at - json->text),
		.next = json->n_values,
	};
	return value;
}

static bool end(struct reader *r, struct pkdi_json_value *value)
{
	value->end = (uint32_t)(r->at - r->json->text);
	value->next = r->json->n_values;
	return true;
}

static bool read_word(struct reader *r, const char *word, enum pkdi_json_kind kind)
{
	size_t length = strlen(word);
	struct pkdi_json_value *value;

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return refuse(r, "has an unknown word");
	value = add(r, kind);
	if (!value)
		return false;
	r->at += length;
	return end(r, value);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && is_digit(*r->at))
		r->at++;
	return r->at > start;
}

static bool read_number(struct reader *r)
{
	struct pkdi_json_value *value = add(r, PKDI_JSON_NUMBER);

	if (!value)
		return false;
	take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return refuse(r, "has an unknown word");
	if (take(r, '.') && !take_digits(r))
		return refuse(r, "has a number without digits behind its point");
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '-'))
			take(r, '+');
		if (!take_digits(r))
			return refuse(r, "has a number without digits in its exponent");
	}
	return end(r, value);
}

static int hex_digit(char c)
{
	return is_digit(c)            ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* The four digits behind \u; -1 where they are none. */
static int32_t hex4(const char *at, const char *end)
{
	int32_t code = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* The character that begins with the \u at `at`, and behind it; -1 where it is none. */
static int32_t escaped_code(const char **at, const char *end)
{
	int32_t high = hex4(*at + 2, end), low;

	if (high < 0)
		return -1;
	*at += 6;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return -1;
	low = hex4(*at + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*at += 6;
	return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
}

static bool skip_escape(struct reader *r)
{
	if (r->end - r->at < 2)
		return refuse(r, "has a string without an end");
	if (r->at[1] == 'u')
		return escaped_code(&r->at, r->end) >= 0 || refuse(r, "has an unknown escape");
	if (!memchr("\"\\/bfnrt", r->at[1], 8))
		return refuse(r, "has an unknown escape");
	r->at += 2;
	return true;
}

static bool read_string(struct reader *r)
{
	struct pkdi_json_value *value = add(r, PKDI_JSON_STRING);

	if (!value)
		return false;
	r->at++;
	value->start++;
	while (r->at < r->end && *r->at != '"') {
		size_t length = pkdi_utf8_length(r->at, (size_t)(r->end - r->at));

		if (*r->at == '\\') {
			if (!skip_escape(r))
				return false;
			continue;
		}
		if (!length)
			return refuse(r, "is not in UTF-8");
		if ((unsigned char)*r->at < 0x20)
			return refuse(r, "has a control character in a string");
		r->at += length;
	}
	if (r->at == r->end)
		return refuse(r, "has a string without an end");
	end(r, value);
	r->at++;
	return true;
}

static bool read_value(struct reader *r);

static bool same_string(const struct pkdi_json *json, uint32_t a, uint32_t b)
{
	const struct pkdi_json_value *x = &json->values[a], *y = &json->values[b];

	return x->end - x->start == y->end - y->start &&
	       memcmp(json->text + x->start, json->text + y->start, x->end - x->start) == 0;
}

static bool is_said_before(const struct pkdi_json *json, uint32_t object, uint32_t name)
{
	for (uint32_t i = object + 1; i < name; i = json->values[i + 1].next)
		if (same_string(json, i, name))
			return true;
	return false;
}

static bool read_member(struct reader *r, uint32_t object)
{
	uint32_t name = r->json->n_values;

	if (!is_next(r, '"'))
		return refuse(r, "has a member without a name");
	if (!read_string(r))
		return false;
	if (is_said_before(r->json, object, name))
		return refuse(r, "says a name twice");
	skip_space(r);
	if (!take(r, ':'))
		return refuse(r, "has a name without ':'");
	return read_value(r);
}

/* An array, or an object. */
static bool read_many(struct reader *r, enum pkdi_json_kind kind)
{
	char last = kind == PKDI_JSON_OBJECT ? '}' : ']';
	uint32_t number = r->json->n_values;
	struct pkdi_json_value *value = add(r, kind);

	if (!value)
		return false;
	if (r->depth == PKDI_JSON_DEPTH)
		return refuse(r, "is nested too deeply");
	r->depth++;
	r->at++;
	skip_space(r);
	while (value->n || !is_next(r, last)) {
		bool is_read = kind == PKDI_JSON_OBJECT ? read_member(r, number) : read_value(r);

		if (!is_read)
			return false;
		value->n++;
		skip_space(r);
		if (!take(r, ','))
			break;
		skip_space(r);
	}
	if (!take(r, last))
		return refuse(r, kind == PKDI_JSON_OBJECT ? "has an object without an end"
		                                          : "has an array without an end");
	r->depth--;
	return end(r, value);
}

static bool read_value(struct reader *r)
{
	skip_space(r);
	if (r->at == r->end)
		return refuse(r, "ends too early");
	switch (*r->at) {
	case '{':
		return read_many(r, PKDI_JSON_OBJECT);
	case '[':
		return read_many(r, PKDI_JSON_ARRAY);
	case '"':
		return read_string(r);
	case 't':
		return read_word(r, "true", PKDI_JSON_BOOL);
	case 'f':
		return read_word(r, "false", PKDI_JSON_BOOL);
	case 'n':
		return read_word(r, "null", PKDI_JSON_NULL);
	default:
		return read_number(r);
	}
}

bool pkdi_json_read(struct pkdi_json *json, const char *text, size_t size)
{
	struct reader r = {.json = json, .at = text, .end = text + size};

	json->text = text;
	json->n_values = 0;
	json->fault = NULL;
	json->fault_at = 0;
	if (size > UINT32_MAX)
		return refuse(&r, "is too long");
	if (!read_value(&r))
		return false;
	skip_space(&r);
	return r.at == r.end || refuse(&r, "goes on behind its end");
}

/* ---- What has been read ---- */

static bool is_of(const struct pkdi_json *json, uint32_t value, enum pkdi_json_kind kind)
{
	return value < json->n_values && json->values[value].kind == kind;
}

uint32_t pkdi_json_member(const struct pkdi_json *json, uint32_t object, const char *name)
{
	size_t length = strlen(name);

	if (!is_of(json, object, PKDI_JSON_OBJECT))
		return PKDI_JSON_NONE;
	for (uint32_t i = object + 1; i < json->values[object].next; i = json->values[i + 1].next)
		if (json->values[i].end - json->values[i].start == length &&
		    memcmp(json->text + json->values[i].start, name, length) == 0)
			return i + 1;
	return PKDI_JSON_NONE;
}

static uint32_t put_utf8(uint32_t code, char *bytes)
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | code >> 18);
	bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* The next character of a string that has been read; how many bytes it is. */
static uint32_t next_character(const char **at, const char *end, char *bytes)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";

	if (**at != '\\') {
		bytes[0] = *(*at)++;
		return 1;
	}
	if ((*at)[1] == 'u')
		return put_utf8((uint32_t)escaped_code(at, end), bytes);
	bytes[0] = means[strchr(letters, (*at)[1]) - letters];
	*at += 2;
	return 1;
}

/* How many bytes a string has without its escapes; SIZE_MAX where one of them is a NUL. */
static size_t length_of(const char *at, const char *last)
{
	size_t n = 0;

	while (at < last) {
		char bytes[4];
		uint32_t length = next_character(&at, last, bytes);

		if (bytes[0] == '\0')
			return SIZE_MAX;
		n += length;
	}
	return n;
}

bool pkdi_json_string(const struct pkdi_json *json, uint32_t value, char *ret_text, size_t size)
{
	const char *at, *last;

	if (!is_of(json, value, PKDI_JSON_STRING))
		return false;
	at = json->text + json->values[value].start;
	last = json->text + json->values[value].end;
	if (length_of(at, last) >= size)
		return false;
	while (at < last) {
		char bytes[4];
		uint32_t length = next_character(&at, last, bytes);

		memcpy(ret_text, bytes, length);
		ret_text += length;
	}
	*ret_text = '\0';
	return true;
}

bool pkdi_json_unsigned(const struct pkdi_json *json, uint32_t value, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!is_of(json, value, PKDI_JSON_NUMBER))
		return false;
	for (uint32_t i = json->values[value].start; i < json->values[value].end; i++) {
		if (!is_digit(json->text[i]) ||
		    __builtin_mul_overflow(number, UINT64_C(10), &number) ||
		    __builtin_add_overflow(number, (uint64_t)(json->text[i] - '0'), &number))
			return false;
	}
	*ret_number = number;
	return true;
}

bool pkdi_json_bool(const struct pkdi_json *json, uint32_t value, bool *ret_truth)
{
	if (!is_of(json, value, PKDI_JSON_BOOL))
		return false;
	*ret_truth = json->text[json->values[value].start] == 't';
	return true;
}
