/* The growing text. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and the NUL. */
static void reserve(struct buf *buf, size_t more)
{
	if (more < buf->cap - buf->length)
		return;
	size_t cap = buf->cap ? buf->cap : 256;
	while (cap - buf->length <= more && cap <= SIZE_MAX / 2)
		cap *= 2;
	char *text = cap - buf->length > more ? realloc(buf->text, cap) : NULL;
	if (!text) {
		fputs("pkdc: out of memory\n", stderr);
		exit(1);
	}
	buf->text = text;
	buf->cap = cap;
}

void buf_init(struct buf *buf)
{
	*buf = (struct buf){0};
	reserve(buf, 0);
	buf->text[0] = '\0';
}

void buf_finish(struct buf *buf)
{
	free(buf->text);
	*buf = (struct buf){0};
}

void buf_putc(struct buf *buf, char c)
{
	buf_write(buf, &c, 1);
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_write(buf, text, strlen(text));
}

void buf_write(struct buf *buf, const char *text, size_t length)
{
	reserve(buf, length);
	if (length)
		memcpy(buf->text + buf->length, text, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length > 0) {
		reserve(buf, (size_t)length);
		vsnprintf(buf->text + buf->length, (size_t)length + 1, format, again);
		buf->length += (size_t)length;
	}
	va_end(again);
}
