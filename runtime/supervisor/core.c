#include "supervisor/core.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COMM_LENGTH = 15, PATTERN_SIZE = 256 };

struct text {
	char *at;
	size_t size, n;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->n;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text->at + text->n, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		text->n += (size_t)n < room ? (size_t)n : room - 1;
}

/* Returns whether it names the process by its number. */
static bool put_specifier(struct text *text, char specifier, const struct pkdi_dead *dead)
{
	switch (specifier) {
	case 'p':
	case 'P':
		put(text, "%d", (int)dead->pid);
		return true;
	case 's':
		put(text, "%d", dead->signal);
		return false;
	case 'u':
		put(text, "%d", (int)getuid());
		return false;
	case 'e':
		put(text, "%.*s", COMM_LENGTH, dead->process);
		return false;
	case '%':
		put(text, "%%");
		return false;
	default:
		put(text, "*");
		return false;
	}
}

void pkdi_core_place(const char *pattern, bool uses_pid, const struct pkdi_dead *dead,
                     char *ret_text, size_t size)
{
	struct text text = {ret_text, size, 0};
	bool has_pid = false;

	*ret_text = '\0';
	if (*pattern == '|') {
		put(&text, "it was handed to %.*s", (int)strcspn(pattern + 1, " "), pattern + 1);
		return;
	}
	for (; *pattern; pattern++) {
		if (*pattern != '%') {
			put(&text, "%c", *pattern);
			continue;
		}
		/* A single one at the end is dropped. */
		if (!*++pattern)
			break;
		has_pid |= put_specifier(&text, *pattern, dead);
	}
	if (uses_pid && !has_pid)
		put(&text, ".%d", (int)dead->pid);
}

static void read_line(const char *path, char line[PATTERN_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, PATTERN_SIZE - 1);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

void pkdi_core_find(const struct pkdi_dead *dead, char *ret_text, size_t size)
{
	char pattern[PATTERN_SIZE], uses_pid[PATTERN_SIZE];

	read_line("/proc/sys/kernel/core_pattern", pattern);
	read_line("/proc/sys/kernel/core_uses_pid", uses_pid);
	pkdi_core_place(pattern, *uses_pid == '1', dead, ret_text, size);
}
