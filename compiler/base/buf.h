/* A text that grows; always NUL-ended. On the heap: buf_finish frees it. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *text; /* never NULL after buf_init */
	size_t length, cap;
};

void buf_init(struct buf *buf);
void buf_finish(struct buf *buf);
void buf_putc(struct buf *buf, char c);
void buf_puts(struct buf *buf, const char *text);
void buf_write(struct buf *buf, const char *text, size_t length);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args);

#endif
