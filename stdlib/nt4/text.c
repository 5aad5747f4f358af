/* See text.h. */
#include "text.h"

#include "../base/utf8.h"

#include <errno.h>
#include <math.h>

/* ---- Whether it is JSON ---- */

struct scan {
	const char *at, *end;
	int depth;
};

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at)
		scan->at++;
}

static bool take(struct scan *scan, char byte)
{
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != byte)
		return false;
	scan->at++;
	return true;
}

static bool is_hex(char byte)
{
	return (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'f');
}

static bool scan_escape(struct scan *scan)
{
	if (scan->at == scan->end)
		return false;
	if (*scan->at != 'u')
		return strchr("\"\\/bfnrt", *scan->at++) != NULL;
	if (scan->end - scan->at < 5)
		return false;
	for (int i = 1; i < 5; i++)
		if (!is_hex(scan->at[i]))
			return false;
	scan->at += 5;
	return true;
}

static bool scan_string(struct scan *scan)
{
	if (!take(scan, '"'))
		return false;
	while (scan->at < scan->end && *scan->at != '"') {
		if ((unsigned char)*scan->at < ' ')
			return false;
		if (*scan->at++ == '\\' && !scan_escape(scan))
			return false;
	}
	return scan->at < scan->end && *scan->at++ == '"';
}

static size_t scan_digits(struct scan *scan)
{
	const char *from = scan->at;

	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
		scan->at++;
	return (size_t)(scan->at - from);
}

static bool scan_number(struct scan *scan)
{
	const char *first;

	if (scan->at < scan->end && *scan->at == '-')
		scan->at++;
	first = scan->at;
	if (scan_digits(scan) == 0 || (*first == '0' && scan->at - first > 1))
		return false;
	if (scan->at < scan->end && *scan->at == '.') {
		scan->at++;
		if (scan_digits(scan) == 0)
			return false;
	}
	if (scan->at < scan->end && (*scan->at | 32) == 'e') {
		scan->at++;
		if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
			scan->at++;
		return scan_digits(scan) > 0;
	}
	return true;
}

static bool scan_word(struct scan *scan, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(scan->end - scan->at) < n || memcmp(scan->at, word, n) != 0)
		return false;
	scan->at += n;
	return true;
}

static bool scan_value(struct scan *scan);

static bool scan_parts(struct scan *scan, bool is_object)
{
	char closing = is_object ? '}' : ']';

	scan->at++;
	if (++scan->depth > NT4_MAX_DEPTH)
		return false;
	if (!take(scan, closing)) {
		do {
			if (is_object && (!scan_string(scan) || !take(scan, ':')))
				return false;
			if (!scan_value(scan))
				return false;
		} while (take(scan, ','));
		if (!take(scan, closing))
			return false;
	}
	scan->depth--;
	return true;
}

/* Its depth is bounded. */
static bool scan_value(struct scan *scan)
{
	skip_space(scan);
	if (scan->at == scan->end)
		return false;
	switch (*scan->at) {
	case '{':
	case '[':
		return scan_parts(scan, *scan->at == '{');
	case '"':
		return scan_string(scan);
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	default:
		return scan_number(scan);
	}
}

bool nt4_json_is_good(const char *text, size_t n)
{
	struct scan scan = {text, text + n, 0};

	for (size_t at = 0, length; at < n; at += length)
		if (!(length = utf8_length(text + at, n - at)))
			return false;
	if (!scan_value(&scan))
		return false;
	skip_space(&scan);
	return scan.at == scan.end;
}

/* ---- Parts ---- */

static bool next_value(struct scan *scan, struct nt4_json *ret_value)
{
	skip_space(scan);
	ret_value->at = scan->at;
	if (!scan_value(scan))
		return false;
	ret_value->n = (size_t)(scan->at - ret_value->at);
	return true;
}

/* Before the next part: behind the opening bracket, or a comma. */
static bool begin_part(struct scan *scan, const struct nt4_json *json, size_t at, char opening)
{
	*scan = (struct scan){json->at + at, json->at + json->n, 0};
	return json->n > 0 && *json->at == opening && take(scan, at ? ',' : opening);
}

bool nt4_json_item(const struct nt4_json *array, size_t *at, struct nt4_json *ret_item)
{
	struct scan scan;

	if (!begin_part(&scan, array, *at, '[') || !next_value(&scan, ret_item))
		return false;
	*at = (size_t)(scan.at - array->at);
	return true;
}

bool nt4_json_entry(const struct nt4_json *object, size_t *at, struct nt4_json *ret_name,
                    struct nt4_json *ret_value)
{
	struct scan scan;

	if (!begin_part(&scan, object, *at, '{') || !next_value(&scan, ret_name) ||
	    !take(&scan, ':') || !next_value(&scan, ret_value))
		return false;
	*at = (size_t)(scan.at - object->at);
	return true;
}

bool nt4_json_member(const struct nt4_json *object, const char *name, struct nt4_json *ret_value)
{
	struct nt4_json key, value;
	size_t at = 0, n = strlen(name);
	bool is_there = false;

	while (nt4_json_entry(object, &at, &key, &value)) {
		if (key.n != n + 2 || memcmp(key.at + 1, name, n) != 0)
			continue;
		*ret_value = value;
		is_there = true;
	}
	return is_there;
}

bool nt4_json_is(const struct nt4_json *json, const char *word)
{
	return json->n == strlen(word) && memcmp(json->at, word, json->n) == 0;
}

bool nt4_json_number(const struct nt4_json *json, double *ret_value)
{
	char text[64];

	if (json->n == 0 || json->n >= sizeof(text) ||
	    (*json->at != '-' && (*json->at < '0' || *json->at > '9')))
		return false;
	memcpy(text, json->at, json->n);
	text[json->n] = '\0';
	*ret_value = strtod(text, NULL);
	return isfinite(*ret_value);
}

/* Clients may write 5 as 5.0. */
bool nt4_json_whole(const struct nt4_json *json, int64_t *ret_value)
{
	char text[64], *end;
	double real;

	if (!nt4_json_number(json, &real))
		return false;
	memcpy(text, json->at, json->n);
	text[json->n] = '\0';
	errno = 0;
	*ret_value = strtoll(text, &end, 10);
	if (!*end)
		return errno == 0;
	if (!(real >= -9e15 && real <= 9e15) || real != floor(real))
		return false;
	*ret_value = (int64_t)real;
	return true;
}

/* ---- Strings ---- */

static uint32_t read_hex(const char *at)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++)
		code = code << 4 | (uint32_t)(at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
	return code;
}

static char *put_character(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 63));
		}
		*to++ = (char)(0x80 | (code >> 6 & 63));
	}
	*to++ = (char)(0x80 | (code & 63));
	return to;
}

/* Behind the backslash. Half of a pair is U+FFFD. */
static const char *read_escape(const char *at, const char *end, char **to)
{
	static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
	const char *letter;
	uint32_t code, low;

	if (*at != 'u') {
		letter = strchr(letters, *at);
		*(*to)++ = letter ? bytes[letter - letters] : *at;
		return at + 1;
	}
	code = read_hex(at + 1);
	at += 5;
	if (code >= 0xd800 && code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' &&
	    (low = read_hex(at + 2)) >= 0xdc00 && low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		at += 6;
	} else if (code >= 0xd800 && code < 0xe000) {
		code = 0xfffd;
	}
	*to = put_character(*to, code);
	return at;
}

char *nt4_json_bytes(const struct nt4_json *json, size_t *ret_n)
{
	const char *at, *end;
	char *text, *to;

	if (json->n < 2 || *json->at != '"')
		return NULL;
	text = to = malloc(json->n); /* no escape is shorter than its character */
	if (!text)
		return NULL;
	at = json->at + 1;
	end = json->at + json->n - 1;
	while (at < end) {
		if (*at == '\\')
			at = read_escape(at + 1, end, &to);
		else
			*to++ = *at++;
	}
	*to = '\0';
	*ret_n = (size_t)(to - text);
	return text;
}

char *nt4_json_string(const struct nt4_json *json)
{
	size_t n;
	char *text = nt4_json_bytes(json, &n);

	if (!text || strlen(text) == n)
		return text;
	free(text);
	return NULL;
}
