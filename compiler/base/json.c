/* Writing JSON. */
#include "base/json.h"

#include "base/text.h"
#include <inttypes.h>
#include <string.h>

/* Bytes that are not UTF-8 become U+FFFD: file names and comments may be anything. */
static void put_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (size_t left = strlen(text); left;) {
		unsigned char c = (unsigned char)*text;
		size_t n = text_utf8_length(text, left);
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else if (n == 0)
			buf_puts(out, "\\ufffd");
		else
			buf_write(out, text, n);
		text += n ? n : 1;
		left -= n ? n : 1;
	}
	buf_putc(out, '"');
}

static bool is_flat(const struct json *json)
{
	return json->flat && json->depth >= json->flat;
}

static void new_line(const struct json *json)
{
	buf_putc(json->out, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		buf_puts(json->out, "  ");
}

/* Comma, line and key of the next value. */
static void begin(struct json *json, const char *key)
{
	if (json->follows)
		buf_putc(json->out, ',');
	if (json->depth && !is_flat(json))
		new_line(json);
	else if (json->follows)
		buf_putc(json->out, ' ');
	if (key) {
		put_quoted(json->out, key);
		buf_puts(json->out, ": ");
	}
	json->follows = true;
}

static void open_bracket(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	buf_putc(json->out, bracket);
	json->depth++;
	json->follows = false;
}

static void close_bracket(struct json *json, char bracket)
{
	bool flat = is_flat(json);

	json->depth--;
	if (json->follows && !flat)
		new_line(json);
	if (flat && json->depth < json->flat)
		json->flat = 0;
	buf_putc(json->out, bracket);
	json->follows = true;
	if (!json->depth)
		buf_putc(json->out, '\n');
}

void json_object(struct json *json, const char *key)
{
	open_bracket(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_bracket(json, '}');
}

void json_array(struct json *json, const char *key)
{
	open_bracket(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_bracket(json, ']');
}

void json_flat(struct json *json)
{
	if (!json->flat)
		json->flat = json->depth + 1;
}

void json_string(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json_null(json, key);
		return;
	}
	begin(json, key);
	put_quoted(json->out, text);
}

void json_unsigned(struct json *json, const char *key, uint64_t number)
{
	begin(json, key);
	buf_printf(json->out, "%" PRIu64, number);
}

void json_signed(struct json *json, const char *key, int64_t number)
{
	begin(json, key);
	buf_printf(json->out, "%" PRId64, number);
}

void json_bool(struct json *json, const char *key, bool truth)
{
	begin(json, key);
	buf_puts(json->out, truth ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	buf_puts(json->out, "null");
}
