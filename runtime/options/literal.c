#include "options/literal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* More digits behind the point cannot make a whole number of any unit, but as zeros at the end. */
enum { MAX_FRACTION = 30, NUMBER_SIZE = 400, SECOND = 1000000000 };

enum measure { TIME, RATE, INT };

static const struct unit {
	const char *name;
	enum measure measure;
	uint64_t factor;
} units[] = {
#define UNIT(word, measures, factor) {word, measures, factor},
#include <pkd/unit.def>
#undef UNIT
};

#define N_UNITS (sizeof(units) / sizeof(units[0]))

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Appends the digit to the number; false, and the number unchanged, if that does not fit 64
 * bits. */
static bool append(uint64_t *number, unsigned base, unsigned digit)
{
	uint64_t longer;

	if (__builtin_mul_overflow(*number, (uint64_t)base, &longer) ||
	    __builtin_add_overflow(longer, (uint64_t)digit, &longer))
		return false;
	*number = longer;
	return true;
}

/* ---- Hexadecimal ---- */

static bool is_hex(const char *text)
{
	return text[0] == '0' && text[1] == 'x';
}

static enum pkdi_literal read_hex(const char *text, uint64_t *ret_number)
{
	static const char digits[] = "0123456789abcdef";
	bool fits = true;
	uint64_t number = 0;

	if (!*text)
		return PKDI_LITERAL_NONE;
	for (; *text; text++) {
		char c = *text >= 'A' && *text <= 'F' ? (char)(*text - 'A' + 'a') : *text;
		const char *digit = strchr(digits, c);

		if (!digit)
			return PKDI_LITERAL_NONE;
		fits = fits && append(&number, 16, (unsigned)(digit - digits));
	}
	*ret_number = number;
	return fits ? PKDI_LITERAL_OK : PKDI_LITERAL_TOO_LARGE;
}

/* ---- A decimal number and its unit ---- */

struct decimal {
	uint64_t whole;
	bool fits;            /* did `whole` hold all digits? */
	wide fraction, scale; /* the decimals: fraction / scale, scale a power of ten */
	bool has_point;
	bool is_fine; /* was `scale` large enough for all digits? */
};

/* Reads digits, and a point with decimals; returns what follows, NULL if there are none. */
static const char *read_decimal(const char *text, struct decimal *ret_decimal)
{
	struct decimal d = {.fits = true, .scale = 1, .is_fine = true};
	size_t n_zeros = 0, n_digits = 0;

	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text) || *text == '_'; text++)
		if (*text != '_')
			d.fits = d.fits && append(&d.whole, 10, (unsigned)(*text - '0'));
	if (*text == '.') {
		d.has_point = true;
		if (!is_digit(*++text))
			return NULL;
	}
	for (; d.has_point && is_digit(*text); text++) {
		if (*text == '0') {
			n_zeros++;
			continue;
		}
		/* Zeros count once a digit follows them. */
		n_digits += n_zeros + 1;
		if (n_digits > MAX_FRACTION)
			d.is_fine = false;
		for (n_zeros++; d.is_fine && n_zeros > 0; n_zeros--) {
			d.fraction *= 10;
			d.scale *= 10;
		}
		n_zeros = 0;
		d.fraction += (unsigned)(*text - '0');
	}
	*ret_decimal = d;
	return text;
}

static wide common_divisor(wide a, wide b)
{
	while (b) {
		wide rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The number times `factor`, if that is an integer and fits 64 bits. */
static enum pkdi_literal multiply(const struct decimal *d, uint64_t factor, uint64_t *ret_product)
{
	wide common = common_divisor(d->scale, factor);
	uint64_t behind, product;

	if (!d->is_fine || d->fraction % (d->scale / common))
		return PKDI_LITERAL_NOT_WHOLE;
	behind = (uint64_t)(d->fraction / (d->scale / common) * (factor / common));
	if (!d->fits || __builtin_mul_overflow(d->whole, factor, &product) ||
	    __builtin_add_overflow(product, behind, &product))
		return PKDI_LITERAL_TOO_LARGE;
	*ret_product = product;
	return PKDI_LITERAL_OK;
}

static enum pkdi_literal read_quantity(const char *text, enum measure measure, uint64_t *ret_number)
{
	struct decimal decimal;
	const char *name = read_decimal(text, &decimal);

	/* A whole number needs no unit, and without one it has no point. */
	if (name && !*name && measure == INT && !decimal.has_point)
		return multiply(&decimal, 1, ret_number);
	for (size_t i = 0; name && i < N_UNITS; i++)
		if (units[i].measure == measure && !strcmp(name, units[i].name))
			return multiply(&decimal, units[i].factor, ret_number);
	return PKDI_LITERAL_NONE;
}

/* ---- What callers read ---- */

enum pkdi_literal pkdi_literal_whole(const char *text, struct pkdi_whole *ret_whole)
{
	struct pkdi_whole whole = {.negative = *text == '-'};
	enum pkdi_literal r;

	text += whole.negative;
	r = is_hex(text) ? read_hex(text + 2, &whole.magnitude)
	                 : read_quantity(text, INT, &whole.magnitude);
	if (r != PKDI_LITERAL_OK)
		return r;
	whole.negative = whole.negative && whole.magnitude;
	*ret_whole = whole;
	return PKDI_LITERAL_OK;
}

enum pkdi_literal pkdi_literal_time(const char *text, int64_t *ret_ns)
{
	bool negative = *text == '-';
	uint64_t ns;
	enum pkdi_literal r = read_quantity(text + negative, TIME, &ns);

	if (r == PKDI_LITERAL_OK && ns > INT64_MAX)
		r = PKDI_LITERAL_TOO_LARGE;
	if (r == PKDI_LITERAL_OK)
		*ret_ns = negative ? -(int64_t)ns : (int64_t)ns;
	return r;
}

/* Is that `e` and an integer? */
static bool is_exponent(const char *text)
{
	if (*text != 'e' && *text != 'E')
		return false;
	text++;
	text += *text == '-' || *text == '+';
	return is_digit(*text) && text[strspn(text, "0123456789")] == '\0';
}

enum pkdi_literal pkdi_literal_number(const char *text, double *ret_number)
{
	char plain[NUMBER_SIZE];
	struct pkdi_whole whole;
	struct decimal decimal;
	const char *end;
	double number;
	size_t n = 0;

	if (pkdi_literal_whole(text, &whole) == PKDI_LITERAL_OK) {
		number = (double)whole.magnitude;
		*ret_number = *text == '-' ? -number : number;
		return PKDI_LITERAL_OK;
	}
	end = read_decimal(text + (*text == '-'), &decimal);
	if (!end || (*end && !is_exponent(end)))
		return PKDI_LITERAL_NONE;
	for (; *text && n + 1 < sizeof(plain); text++)
		if (*text != '_')
			plain[n++] = *text;
	plain[n] = '\0';
	number = *text ? INFINITY : strtod(plain, NULL);
	if (!isfinite(number))
		return PKDI_LITERAL_TOO_LARGE;
	*ret_number = number;
	return PKDI_LITERAL_OK;
}

/* Up to seconds, as people say. */
static const struct unit *choose_unit(uint64_t ns)
{
	const struct unit *unit = &units[0];

	for (size_t i = 1; i < N_UNITS; i++)
		if (units[i].measure == TIME && units[i].factor <= SECOND && ns >= units[i].factor)
			unit = &units[i];
	return unit;
}

void pkdi_literal_show_time(int64_t ns, char *ret_text, size_t size)
{
	uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	const struct unit *unit = choose_unit(magnitude);
	char fraction[24] = "";

	if (magnitude % unit->factor) {
		int n_digits = 0, n;

		for (uint64_t rest = unit->factor; rest > 1; rest /= 10)
			n_digits++;
		n = snprintf(fraction, sizeof(fraction), ".%0*" PRIu64, n_digits,
		             magnitude % unit->factor);
		while (n > 0 && fraction[n - 1] == '0')
			fraction[--n] = '\0';
	}
	snprintf(ret_text, size, "%s%" PRIu64 "%s%s", ns < 0 ? "-" : "", magnitude / unit->factor,
	         fraction, unit->name);
}
