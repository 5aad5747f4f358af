/* Text frames that are written. See text.h. */
#include "../base/utf8.h"
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* What is no part of UTF-8 is U+FFFD. */
void nt4_json_put_string(struct nt4_buffer *buffer, const char *text, size_t n)
{
	size_t start = 0, length;
	char escape[8];

	nt4_buffer_put(buffer, "\"", 1);
	for (size_t i = 0; i < n; i += length) {
		unsigned char byte = (unsigned char)text[i];
		bool is_good = (length = utf8_length(text + i, n - i)) != 0;

		if (is_good && byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		length = 1;
		nt4_buffer_put(buffer, text + start, i - start);
		snprintf(escape, sizeof(escape), "\\u%04x", is_good ? (unsigned)byte : 0xfffdu);
		nt4_buffer_text(buffer, escape);
		start = i + 1;
	}
	nt4_buffer_put(buffer, text + start, n - start);
	nt4_buffer_put(buffer, "\"", 1);
}

void nt4_json_put_number(struct nt4_buffer *buffer, double value)
{
	char text[32];

	if (isfinite(value))
		snprintf(text, sizeof(text), "%.17g", value);
	nt4_buffer_text(buffer, isfinite(value) ? text : "null");
}

void nt4_json_put_whole(struct nt4_buffer *buffer, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	nt4_buffer_text(buffer, text);
}

/* Before a message that has a frame to itself: JSON does not begin so. */
static const char ALONE[] = "\1";

static void begin(struct nt4_buffer *buffer, const char *method)
{
	nt4_buffer_text(buffer, "{\"method\":\"");
	nt4_buffer_text(buffer, method);
	nt4_buffer_text(buffer, "\",\"params\":{");
}

void nt4_message_begin(struct nt4_buffer *buffer, const char *method)
{
	if (buffer->n > 0)
		nt4_buffer_put(buffer, "", 1);
	begin(buffer, method);
}

void nt4_message_begin_alone(struct nt4_buffer *buffer, const char *method)
{
	if (buffer->n > 0)
		nt4_buffer_put(buffer, "", 1);
	nt4_buffer_put(buffer, ALONE, 1);
	begin(buffer, method);
}

void nt4_message_end(struct nt4_buffer *buffer)
{
	nt4_buffer_text(buffer, "}}");
}

void nt4_message_member(struct nt4_buffer *buffer, const char *name)
{
	if (buffer->n > 0 && buffer->data[buffer->n - 1] != '{')
		nt4_buffer_text(buffer, ",");
	nt4_json_put_string(buffer, name, strlen(name));
	nt4_buffer_text(buffer, ":");
}

void nt4_message_string(struct nt4_buffer *buffer, const char *name, const char *text)
{
	nt4_message_member(buffer, name);
	nt4_json_put_string(buffer, text, strlen(text));
}

void nt4_message_whole(struct nt4_buffer *buffer, const char *name, int64_t value)
{
	nt4_message_member(buffer, name);
	nt4_json_put_whole(buffer, value);
}

void nt4_messages_take(struct nt4_buffer *messages, size_t *at, uint32_t max,
                       struct nt4_buffer *frame)
{
	nt4_buffer_text(frame, "[");
	for (uint32_t i = 0; i < max && *at < messages->n; i++) {
		const char *from = messages->data + *at;
		const char *nul = memchr(from, '\0', messages->n - *at);
		size_t n = nul ? (size_t)(nul - from) : messages->n - *at;
		bool is_alone = *from == *ALONE;

		if (is_alone && i > 0)
			break;
		nt4_buffer_text(frame, i ? "," : "");
		nt4_buffer_put(frame, from + is_alone, n - is_alone);
		if (is_alone)
			max = 1;
		*at += n + (nul != NULL);
	}
	nt4_buffer_text(frame, "]");
	if (*at == messages->n)
		*at = messages->n = 0;
}
