#include "console/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "os/utf8.h"

static void put(struct pkdi_out *out, const char *text, size_t n)
{
	if (n > out->size - out->n) {
		out->is_full = true;
		return;
	}
	memcpy(out->text + out->n, text, n);
	out->n += n;
}

static void put_string(struct pkdi_out *out, const char *text, size_t left)
{
	put(out, "\"", 1);
	while (left) {
		size_t n = pkdi_utf8_length(text, left);
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
		size_t n = pkdi_utf8_length(text, left);

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
