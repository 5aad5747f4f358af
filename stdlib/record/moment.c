#define _GNU_SOURCE
#include "moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t NS_PER_S = 1000000000;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* So many digits. */
static bool read_digits(const char **text, int n, int *ret_value)
{
	*ret_value = 0;
	for (int i = 0; i < n; i++, (*text)++) {
		if (!is_digit(**text))
			return false;
		*ret_value = *ret_value * 10 + **text - '0';
	}
	return true;
}

/* A number with a point or without, times `unit_ns`. */
static bool read_decimal(const char **text, int64_t unit_ns, int64_t *ret_ns)
{
	int64_t ns = 0, part = unit_ns;
	bool has_digit = false;

	for (; is_digit(**text); (*text)++, has_digit = true)
		if (__builtin_mul_overflow(ns, 10, &ns) ||
		    __builtin_add_overflow(ns, **text - '0', &ns))
			return false;
	if (__builtin_mul_overflow(ns, unit_ns, &ns))
		return false;
	if (has_digit && **text == '.' && is_digit((*text)[1]))
		for ((*text)++; is_digit(**text); (*text)++) {
			part /= 10;
			ns += part * (**text - '0');
		}
	*ret_ns = ns;
	return has_digit;
}

/* ---- How long ---- */

static bool read_length(const char *text, int64_t *ret_ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{"ms", 1000000},
		{"s", NS_PER_S},
		{"min", 60 * NS_PER_S},
		{"h", 3600 * NS_PER_S},
		{"d", 24 * 3600 * NS_PER_S},
	};
	const char *unit = text + strspn(text, "0123456789.");

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			return read_decimal(&text, units[i].ns, ret_ns) && text == unit;
	return false;
}

/* ---- A date ---- */

/* "Z", "+01:00", "+0100", or nothing, which is UTC. */
static bool read_zone(const char *text, int64_t *ret_seconds)
{
	int hours, minutes, sign = *text == '-' ? -1 : 1;

	*ret_seconds = 0;
	if (!*text || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (!read_digits(&text, 2, &hours))
		return false;
	text += *text == ':';
	if (!read_digits(&text, 2, &minutes) || *text || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (int64_t)sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool read_date(const char **text, struct tm *ret_date)
{
	struct tm date = {0};

	if (!read_digits(text, 4, &date.tm_year) || *(*text)++ != '-' ||
	    !read_digits(text, 2, &date.tm_mon) || *(*text)++ != '-' ||
	    !read_digits(text, 2, &date.tm_mday) || (**text != 'T' && **text != ' '))
		return false;
	(*text)++;
	if (!read_digits(text, 2, &date.tm_hour) || *(*text)++ != ':' ||
	    !read_digits(text, 2, &date.tm_min))
		return false;
	date.tm_year -= 1900;
	date.tm_mon -= 1;
	*ret_date = date;
	return true;
}

static bool read_time(const char *text, int64_t *ret_ns)
{
	int64_t zone, part = 0;
	struct tm date, plain;
	time_t seconds;

	if (!read_date(&text, &date))
		return false;
	if (*text == ':') {
		text++;
		if (!is_digit(text[0]) || !is_digit(text[1]) || is_digit(text[2]) ||
		    !read_decimal(&text, NS_PER_S, &part) || part >= 60 * NS_PER_S)
			return false;
	}
	if (!read_zone(text, &zone) || date.tm_year < 70 || date.tm_year > 360)
		return false;
	plain = date;
	seconds = timegm(&plain);
	/* A day that no month has becomes another one. */
	if (plain.tm_mday != date.tm_mday || plain.tm_mon != date.tm_mon ||
	    plain.tm_hour != date.tm_hour || plain.tm_min != date.tm_min)
		return false;
	*ret_ns = ((int64_t)seconds - zone) * NS_PER_S + part;
	return true;
}

struct moment moment_read(const char *text)
{
	struct moment moment = {.kind = MOMENT_NONE};

	if (!*text)
		return moment;
	moment.kind = *text == '-' ? MOMENT_BEFORE : *text == '+' ? MOMENT_BEHIND : MOMENT_AT;
	if (moment.kind == MOMENT_AT ? !read_time(text, &moment.ns)
	                             : !read_length(text + 1, &moment.ns))
		moment.kind = MOMENT_WRONG;
	return moment;
}

void moment_write(int64_t wall, bool is_name, char ret_text[static MOMENT_SIZE])
{
	time_t seconds = (time_t)(wall / NS_PER_S);
	int ms = (int)(wall % NS_PER_S / 1000000);
	struct tm date;
	size_t n;

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	gmtime_r(&seconds, &date);
	n = strftime(ret_text, MOMENT_SIZE, is_name ? "%Y-%m-%dT%H-%M-%S" : "%Y-%m-%dT%H:%M:%S",
	             &date);
	snprintf(ret_text + n, MOMENT_SIZE - n, ".%03dZ", ms);
}
