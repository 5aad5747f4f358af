/* Messages for people: one line, one write(2), so that lines of several processes never mix.
 * Long parts of a line are shortened in the middle, because the important part is at the end. */
#ifndef PKDI_LOG_H
#define PKDI_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct pkdi_backlog;

struct pkdi_log {
	const char *program;
	bool shares_line;             /* a progress line may stand there: clear it first */
	struct pkdi_backlog *backlog; /* the supervisor's, which waits for no reader; or NULL */
};

/* "PROGRAM: text" on stderr. */
void pkdi_log(const struct pkdi_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with `prefix` before the text. */
void pkdi_log_with(const struct pkdi_log *log, const char *prefix, const char *format,
                   va_list arguments) __attribute__((format(printf, 3, 0)));

/* A line without the program's name. */
void pkdi_log_bare(const struct pkdi_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Copies a text, shortened with "..." in its middle if it is longer than size - 1 bytes. Returns
 * ret_text. */
char *pkdi_shorten(const char *text, char *ret_text, size_t size);

#endif
