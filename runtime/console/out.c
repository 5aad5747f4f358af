#include "console/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put(struct pkdi_out *out, const char *text, size_t n)
{
	if (n > out->size - out->n) {
		out->is_full = true;
		return;
	}
	memcpy(out->text + out->n, text, n);
	out->n += n;
}

/* The length of the character that begins there, of at most `n` bytes; 0 = it is none in UTF-8:
 * too long a form, a surrogate, or beyond U+10FFFF. */
static size_t character(const unsigned char *text, size_t n)
{
	size_t length = text[0] < 0x80   ? 1
	                : text[0] < 0xc2 ? 0
	                : text[0] < 0xe0 ? 2
	                : text[0] < 0xf0 ? 3
	                : text[0] < 0xf5 ? 4
	                                 : 0;

	if (length > n)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

static void put_string(struct pkdi_out *out, const char *text, size_t left)
{
	put(out, "\"", 1);
	while (left) {
		size_t n = character((const unsigned char *)text, left);
		char escape[8];

		if (n == 0) {
			put(out, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (*text == '"' || *text == '\\') {
			snprintf(escape, sizeof(escape), "\\%c", *text);
			put(out, escape, 2);
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)*text);
			put(out, escape, 6);
		} else {
			put(out, text, n);
		}
		text += n;
		left -= n;
	}
	put(out, "\"", 1);
}

bool pkdi_out_is_utf8(const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t n = character((const unsigned char *)text, left);

		if (n == 0)
			return false;
		text += n;
		left -= n;
	}
	return true;
}

static void begin(struct pkdi_out *out, const char *name)
{
	if (out->separates)
		put(out, ",", 1);
	out->separates = true;
	if (!name)
		return;
	put_string(out, name, strlen(name));
	put(out, ":", 1);
}

void pkdi_out_text(struct pkdi_out *out, const char *name, const char *text)
{
	pkdi_out_text_of(out, name, text, strlen(text));
}

void pkdi_out_text_of(struct pkdi_out *out, const char *name, const char *text, size_t n)
{
	begin(out, name);
	put_string(out, text, n);
}

void pkdi_out_unsigned(struct pkdi_out *out, const char *name, uint64_t number)
{
	char digits[24];

	begin(out, name);
	put(out, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number));
}

void pkdi_out_signed(struct pkdi_out *out, const char *name, int64_t number)
{
	char digits[24];

	begin(out, name);
	put(out, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRId64, number));
}

void pkdi_out_bool(struct pkdi_out *out, const char *name, bool truth)
{
	begin(out, name);
	put(out, truth ? "true" : "false", truth ? 4 : 5);
}

void pkdi_out_raw(struct pkdi_out *out, const char *name, const char *text, size_t n)
{
	begin(out, name);
	put(out, text, n);
}

void pkdi_out_more(struct pkdi_out *out, const char *text, size_t n)
{
	put(out, text, n);
}

void pkdi_out_open(struct pkdi_out *out, const char *name, char bracket)
{
	begin(out, name);
	put(out, &bracket, 1);
	out->separates = false;
}

void pkdi_out_close(struct pkdi_out *out, char bracket)
{
	put(out, &bracket, 1);
	out->separates = true;
}

void pkdi_out_format(struct pkdi_out *out, const char *format, ...)
{
	size_t room = out->size - out->n;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(out->text + out->n, room, format, arguments);
	va_end(arguments);
	/* The NUL has to fit, too. */
	if (n < 0 || (size_t)n >= room)
		out->is_full = true;
	else
		out->n += (size_t)n;
}
