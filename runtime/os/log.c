#include "os/log.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

void pkdi_log_with(const struct pkdi_log *log, const char *prefix, const char *format,
                   va_list arguments)
{
	char line[LINE_SIZE];
	int n = snprintf(line, sizeof(line), "%s%s: %s", log->shares_line ? "\r\033[K" : "",
	                 log->program, prefix);

	if (n < 0)
		return;
	if (n < LINE_SIZE) {
		int m = vsnprintf(line + n, (size_t)(LINE_SIZE - n), format, arguments);

		if (m > 0)
			n += m;
	}
	if (n > LINE_SIZE - 1)
		n = LINE_SIZE - 1; /* cut, but still a line */
	line[n] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return; /* there is nowhere to complain */
}

void pkdi_log(const struct pkdi_log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	pkdi_log_with(log, "", format, arguments);
	va_end(arguments);
}
