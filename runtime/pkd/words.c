#include "pkd/words.h"

#include <inttypes.h>
#include <pkd/near.h>
#include <stdio.h>
#include <string.h>

/* ---- Numbers ---- */

void words_bytes(uint64_t bytes, char ret_text[WORDS_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double n = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(ret_text, WORDS_SIZE, "%" PRIu64 " B", bytes);
		return;
	}
	for (; n >= 1023.5 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		n /= 1024;
	snprintf(ret_text, WORDS_SIZE, n < 9.95 ? "%.1f %s" : "%.0f %s", n, units[i]);
}

void words_duration(int64_t ns, char ret_text[WORDS_SIZE])
{
	int64_t seconds = ns / 1000000000;

	if (ns < 0)
		snprintf(ret_text, WORDS_SIZE, "-");
	else if (seconds < 10)
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 ".%" PRId64 "s", seconds,
		         ns / 100000000 % 10);
	else if (seconds < 60)
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 "s", seconds);
	else if (seconds < 3600)
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 "m %02" PRId64 "s", seconds / 60,
		         seconds % 60);
	else if (seconds < 86400)
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 "h %02" PRId64 "m", seconds / 3600,
		         seconds / 60 % 60);
	else
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 "d %" PRId64 "h", seconds / 86400,
		         seconds / 3600 % 24);
}

/* Three digits, whatever the size: "1.25", "12.5", "125". */
static void three_digits(double n, const char *unit, char *text)
{
	const char *format = n < 9.995 ? "%.2f%s" : n < 99.95 ? "%.1f%s" : "%.0f%s";

	snprintf(text, WORDS_SIZE, format, n, unit);
}

void words_step(int64_t ns, char ret_text[WORDS_SIZE])
{
	double n = (double)ns;

	if (n < 1e3)
		snprintf(ret_text, WORDS_SIZE, "%" PRId64 "ns", ns);
	else if (n < 999.5e3)
		snprintf(ret_text, WORDS_SIZE, "%.0fus", n / 1e3);
	else if (n < 999.5e6)
		three_digits(n / 1e6, "ms", ret_text);
	else
		three_digits(n / 1e9, "s", ret_text);
}

void words_rate(double rate, char ret_text[WORDS_SIZE])
{
	if (!(rate > 0))
		snprintf(ret_text, WORDS_SIZE, "0");
	else if (rate < 9.995)
		snprintf(ret_text, WORDS_SIZE, "%.2f", rate);
	else if (rate < 999.95)
		snprintf(ret_text, WORDS_SIZE, "%.1f", rate);
	else if (rate < 99999.5)
		snprintf(ret_text, WORDS_SIZE, "%.0f", rate);
	else
		snprintf(ret_text, WORDS_SIZE, "%.0fk", rate / 1e3);
}

void words_share(double share, char ret_text[WORDS_SIZE])
{
	snprintf(ret_text, WORDS_SIZE, share < 0.9995 ? "%.1f%%" : "%.0f%%", 100 * share);
}

void words_count(uint64_t number, unsigned width, char ret_text[WORDS_SIZE])
{
	static const char units[] = "kMGTPE";
	int n = snprintf(ret_text, WORDS_SIZE, "%" PRIu64, number);

	for (size_t i = 0; n > (int)width && units[i]; i++) {
		number /= 1000;
		n = snprintf(ret_text, WORDS_SIZE, "%" PRIu64 "%c", number, units[i]);
	}
}

/* ---- Names ---- */

void words_shorten(const char *text, size_t width, char *ret_text, size_t size)
{
	size_t n = strlen(text), tail;

	if (width >= size)
		width = size - 1;
	if (n <= width || width < 5) {
		snprintf(ret_text, size, "%.*s", (int)width, text);
		return;
	}
	tail = (width - 2) / 2;
	snprintf(ret_text, size, "%.*s..%s", (int)(width - 2 - tail), text, text + n - tail);
}

const char *words_nearest(const char *word, const char *const *names, size_t n)
{
	struct pkd_near near = pkd_near_begin(word, strlen(word));
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++)
		if (pkd_near_takes(&near, names[i]))
			nearest = names[i];
	return nearest;
}

/* ---- Settings ---- */

static bool put(char *line, size_t size, size_t *n, const char *text, size_t length)
{
	if (size - *n <= length)
		return false;
	memcpy(line + *n, text, length);
	*n += length;
	line[*n] = '\0';
	return true;
}

static bool put_literal(char *line, size_t size, size_t *n, const char *text)
{
	static const char special[] = "\n\t\\\"", letters[] = "nt\\\"";

	if (!put(line, size, n, "\"", 1))
		return false;
	for (; *text; text++) {
		const char *found = strchr(special, *text);
		char escape[2] = {'\\', found ? letters[found - special] : ' '};

		if (!put(line, size, n, found ? escape : text, found ? 2 : 1))
			return false;
	}
	return put(line, size, n, "\"", 1);
}

/* Whether it can stand without quotes: it ends at no comment, and begins and ends with itself. */
static bool is_plain(const char *value)
{
	return *value && !strpbrk(value, "\n\t\r#\"") && value[0] != ' ' &&
	       value[strlen(value) - 1] != ' ';
}

bool words_setting(const char *name, const char *value, bool is_text, char *ret_line, size_t size)
{
	size_t n = 0;

	return put(ret_line, size, &n, name, strlen(name)) && put(ret_line, size, &n, " = ", 3) &&
	       (is_text ? put_literal(ret_line, size, &n, value)
	                : is_plain(value) && put(ret_line, size, &n, value, strlen(value)));
}
