/* See <pkd/text.h>. snprintf and strtod agree on the locale's decimal sign, which is left out or
 * made a point. */
#include <pkd/text.h>

#include "os/public.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PLAIN = -5, MAX_PLAIN = 15 }; /* powers of ten without an exponent */
enum { MAX_DIGITS = 17 };

/* A number other than 0 as d.ddd * 10^exponent. */
struct digits {
	bool negative;
	char text[MAX_DIGITS + 1];
	int n, exponent;
};

PKD_PUBLIC uint32_t pkd_text_i64(int64_t number, char *ret_text)
{
	return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "%" PRId64, number);
}

PKD_PUBLIC uint32_t pkd_text_u64(uint64_t number, char *ret_text)
{
	return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "%" PRIu64, number);
}

PKD_PUBLIC uint32_t pkd_text_seconds(int64_t ns, char *ret_text)
{
	/* Unsigned negation, because -INT64_MIN does not exist. */
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "%s%" PRIu64 ".%09" PRIu64,
	                          ns < 0 ? "-" : "", size / 1000000000, size % 1000000000);
}

/* ---- Fractions ---- */

static bool reads_back(const char *text, double number, bool is_f32)
{
	return is_f32 ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number;
}

/* The fewest that read back as the same number. */
static struct digits shortest(double number, bool is_f32)
{
	struct digits digits = {.negative = signbit(number) != 0};
	char text[PKD_NUMBER_SIZE];
	int n = 0;

	do {
		snprintf(text, sizeof(text), "%.*e", n++, number);
	} while (!reads_back(text, number, is_f32) && n < (is_f32 ? 9 : MAX_DIGITS));
	for (const char *at = text; *at != 'e'; at++)
		if (*at >= '0' && *at <= '9')
			digits.text[digits.n++] = *at;
	digits.exponent = atoi(strchr(text, 'e') + 1);
	return digits;
}

static uint32_t put_plain(const struct digits *digits, char *ret_text)
{
	char *to = ret_text;
	int point = digits->exponent + 1; /* digits before it; below 1 there are zeros behind it */

	if (digits->negative)
		*to++ = '-';
	if (point < 1)
		*to++ = '0';
	for (int i = point < 1 ? point : 0; i < digits->n || i < point; i++) {
		if (i == point)
			*to++ = '.';
		*to++ = i >= 0 && i < digits->n ? digits->text[i] : '0';
	}
	*to = '\0';
	return (uint32_t)(to - ret_text);
}

static uint32_t put_scientific(const struct digits *digits, char *ret_text)
{
	return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "%s%c%s%se%+03d",
	                          digits->negative ? "-" : "", digits->text[0],
	                          digits->n > 1 ? "." : "", digits->text + 1, digits->exponent);
}

static uint32_t fraction(double number, bool is_f32, char *ret_text)
{
	struct digits digits;

	if (isnan(number))
		return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "nan");
	if (isinf(number))
		return (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, number < 0 ? "-inf" : "inf");
	digits = shortest(number, is_f32);
	if (digits.exponent >= MIN_PLAIN && digits.exponent <= MAX_PLAIN)
		return put_plain(&digits, ret_text);
	return put_scientific(&digits, ret_text);
}

PKD_PUBLIC uint32_t pkd_text_f32(float number, char *ret_text)
{
	return fraction((double)number, true, ret_text);
}

PKD_PUBLIC uint32_t pkd_text_f64(double number, char *ret_text)
{
	return fraction(number, false, ret_text);
}

PKD_PUBLIC uint32_t pkd_text_fixed(double number, int decimals, char *ret_text)
{
	uint32_t n;

	if (!(fabs(number) < 1e16))
		return pkd_text_f64(number, ret_text);
	n = (uint32_t)snprintf(ret_text, PKD_NUMBER_SIZE, "%.*f", decimals, number);
	for (char *at = ret_text; *at; at++)
		if (*at == ',')
			*at = '.';
	return n;
}

/* ---- Strings ---- */

PKD_PUBLIC const char *pkd_text_joined(unsigned n, ...)
{
	va_list parts;
	size_t size = 1;
	char *text, *to;

	va_start(parts, n);
	for (unsigned i = 0; i < n; i++)
		size += strlen(va_arg(parts, const char *));
	va_end(parts);
	text = to = malloc(size);
	if (!text)
		return NULL;
	va_start(parts, n);
	for (unsigned i = 0; i < n; i++)
		to = stpcpy(to, va_arg(parts, const char *));
	va_end(parts);
	return text;
}
