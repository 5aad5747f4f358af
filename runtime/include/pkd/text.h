/* Numbers as people write them, and strings put together: for the C that pkdc generates, and for
 * nodes. The texts do not depend on the locale. */
#ifndef PKD_TEXT_H
#define PKD_TEXT_H

#include <pkd/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PKD_NUMBER_SIZE = 48 }; /* bytes that hold any number's text and its NUL */

/* Each writes at most PKD_NUMBER_SIZE bytes and returns the length. A fraction has the fewest
 * digits that read back as the same number, and no exponent from 1e-5 to 1e15; nan, inf and -inf
 * are spelt so. With a fixed number of decimals, 0 to 17, it is rounded, and from 1e16 on as
 * without. Seconds have nine decimals. */
uint32_t pkd_text_i64(int64_t number, char *ret_text);
uint32_t pkd_text_u64(uint64_t number, char *ret_text);
uint32_t pkd_text_f32(float number, char *ret_text);
uint32_t pkd_text_f64(double number, char *ret_text);
uint32_t pkd_text_fixed(double number, int decimals, char *ret_text);
uint32_t pkd_text_seconds(int64_t ns, char *ret_text);

/* The n strings as one, in memory that is never freed: for parameters. NULL where there is none. */
const char *pkd_text_joined(unsigned n, ...);

/* Adds to the end of a string<N> what still fits: n bytes; a C string; a number. */
#define pkd_string_add(string, from, n) \
	pkd_text_add(&(string)->len, (string)->text, sizeof((string)->text), (from), (n))
#define pkd_string_add_word(string, word) \
	pkd_text_add_word(&(string)->len, (string)->text, sizeof((string)->text), (word))
#define pkd_string_add_i64(string, number) PKD_STRING_ADD(string, pkd_text_i64, (number))
#define pkd_string_add_u64(string, number) PKD_STRING_ADD(string, pkd_text_u64, (number))
#define pkd_string_add_f32(string, number) PKD_STRING_ADD(string, pkd_text_f32, (number))
#define pkd_string_add_f64(string, number) PKD_STRING_ADD(string, pkd_text_f64, (number))
#define pkd_string_add_fixed(string, number, decimals) \
	PKD_STRING_ADD(string, pkd_text_fixed, (number), (decimals))
#define pkd_string_add_seconds(string, ns) PKD_STRING_ADD(string, pkd_text_seconds, (ns))

#define PKD_STRING_ADD(string, function, ...)                              \
	do {                                                               \
		char pkd_digits[PKD_NUMBER_SIZE];                          \
		uint32_t pkd_n_digits = function(__VA_ARGS__, pkd_digits); \
		pkd_string_add(string, pkd_digits, pkd_n_digits);          \
	} while (0)

static inline void pkd_text_add(uint32_t *len, char *text, size_t size, const char *from,
                                uint32_t n)
{
	uint32_t used = pkd_length(len, (uint32_t)size - 1), room = (uint32_t)size - 1 - used;

	n = n < room ? n : room;
	__builtin_memcpy(text + used, from, n);
	text[used + n] = '\0';
	*len = used + n;
}

static inline void pkd_text_add_word(uint32_t *len, char *text, size_t size, const char *word)
{
	pkd_text_add(len, text, size, word, (uint32_t)__builtin_strlen(word));
}

#ifdef __cplusplus
}
#endif

#endif
