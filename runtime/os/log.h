/* Messages for people: one line, one write(2), so that lines of several processes never mix. */
#ifndef PKDI_LOG_H
#define PKDI_LOG_H

#include <stdarg.h>
#include <stdbool.h>

struct pkdi_log {
	const char *program;
	bool shares_line; /* a progress line may stand there: clear it first */
};

/* "PROGRAM: text" on stderr. */
void pkdi_log(const struct pkdi_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with `prefix` before the text. */
void pkdi_log_with(const struct pkdi_log *log, const char *prefix, const char *format,
                   va_list arguments) __attribute__((format(printf, 3, 0)));

#endif
