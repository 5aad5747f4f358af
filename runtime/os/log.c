#include "os/log.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/backlog.h"

enum { LINE_SIZE = PIPE_BUF, TEXT_SIZE = 2 * PIPE_BUF, PROGRAM_SIZE = 80 };

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80; /* of a character in UTF-8 */
}

char *pkdi_shorten(const char *text, char *ret_text, size_t size)
{
	static const char dots[] = "...";
	size_t length = strlen(text), head = (size - sizeof(dots)) / 2;
	size_t tail = length - (size - sizeof(dots) - head);

	if (length < size)
		return memcpy(ret_text, text, length + 1);
	while (head > 0 && continues(text[head]))
		head--;
	while (continues(text[tail]))
		tail++;
	memcpy(ret_text, text, head);
	memcpy(ret_text + head, dots, sizeof(dots) - 1);
	memcpy(ret_text + head + sizeof(dots) - 1, text + tail, length - tail + 1);
	return ret_text;
}

static void write_line(const struct pkdi_log *log, const char *line, size_t n)
{
	if (log->backlog)
		pkdi_backlog_put(log->backlog, line, n);
	else if (write(STDERR_FILENO, line, n) < 0)
		return; /* errors cannot be reported anywhere */
}

/* `start` is the beginning of a line; what does not fit after it is left out in the middle. */
static void finish_line(const struct pkdi_log *log, const char *start, const char *format,
                        va_list arguments) __attribute__((format(printf, 3, 0)));

static void finish_line(const struct pkdi_log *log, const char *start, const char *format,
                        va_list arguments)
{
	char line[LINE_SIZE], text[TEXT_SIZE] = "";
	size_t n;

	pkdi_shorten(start, line, sizeof(line) / 2);
	n = strlen(line);
	vsnprintf(text, sizeof(text), format, arguments);
	/* File names and messages of libraries are untrusted: replaces control characters, so
	 * that none reaches a terminal and a line stays one line. */
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	pkdi_shorten(text, line + n, sizeof(line) - n);
	n += strlen(line + n);
	line[n] = '\n'; /* in place of the NUL */
	write_line(log, line, n + 1);
}

void pkdi_log_with(const struct pkdi_log *log, const char *prefix, const char *format,
                   va_list arguments)
{
	char start[LINE_SIZE / 2], program[PROGRAM_SIZE];

	snprintf(start, sizeof(start), "%s%s: %s", log->shares_line ? "\r\033[K" : "",
	         pkdi_shorten(log->program, program, sizeof(program)), prefix);
	finish_line(log, start, format, arguments);
}

void pkdi_log(const struct pkdi_log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pkdi_log_with(log, "", format, arguments);
	va_end(arguments);
}

void pkdi_log_bare(const struct pkdi_log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finish_line(log, "", format, arguments);
	va_end(arguments);
}
