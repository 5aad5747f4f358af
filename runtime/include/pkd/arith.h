/* The arithmetic of the language's expressions, for the C that pkdc generates from them: integers
 * saturate at the bounds of their type instead of wrapping around. For each type X of i8 … i64 and
 * u8 … u64:
 *
 *   pkd_add_X pkd_sub_X pkd_mul_X   saturating
 *   pkd_div_X pkd_mod_X             towards zero, saturating; the divisor must not be 0
 *   pkd_neg_X                       of the signed ones, saturating
 *   pkd_min_X pkd_max_X             also for f32 and f64, where a number is preferred to a NaN
 *   pkd_X_from_i64 _u64 _f64        the nearest value of X; truncates fractions, NaN becomes 0
 *
 * Floating-point numbers use C's own operators. */
#ifndef PKD_ARITH_H
#define PKD_ARITH_H

#include <pkd/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An operation, or `bound` where the result does not fit. */
#define PKD_ARITH_SATURATE(X, type, word, bound)                \
	static inline type pkd_##word##_##X(type a, type b)     \
	{                                                       \
		type result;                                    \
		if (__builtin_##word##_overflow(a, b, &result)) \
			result = (bound);                       \
		return result;                                  \
	}

#define PKD_ARITH_SIGNED(X, type, min, max)                                  \
	PKD_ARITH_SATURATE(X, type, add, b < 0 ? (min) : (max))              \
	PKD_ARITH_SATURATE(X, type, sub, b < 0 ? (max) : (min))              \
	PKD_ARITH_SATURATE(X, type, mul, (a < 0) != (b < 0) ? (min) : (max)) \
	static inline type pkd_neg_##X(type a)                               \
	{                                                                    \
		return a == (min) ? (max) : (type)-a;                        \
	}                                                                    \
	static inline type pkd_div_##X(type a, type b)                       \
	{                                                                    \
		if (b == -1)                                                 \
			return pkd_neg_##X(a);                               \
		return (type)(a / b);                                        \
	}                                                                    \
	static inline type pkd_mod_##X(type a, type b)                       \
	{                                                                    \
		if (b == -1)                                                 \
			return (type)0;                                      \
		return (type)(a % b);                                        \
	}                                                                    \
	PKD_ARITH_WHOLE(X, type, min, max)

#define PKD_ARITH_UNSIGNED(X, type, max)               \
	PKD_ARITH_SATURATE(X, type, add, (max))        \
	PKD_ARITH_SATURATE(X, type, sub, 0)            \
	PKD_ARITH_SATURATE(X, type, mul, (max))        \
	static inline type pkd_div_##X(type a, type b) \
	{                                              \
		return (type)(a / b);                  \
	}                                              \
	static inline type pkd_mod_##X(type a, type b) \
	{                                              \
		return (type)(a % b);                  \
	}                                              \
	PKD_ARITH_WHOLE(X, type, 0, max)

#define PKD_ARITH_WHOLE(X, type, min, max)                   \
	static inline type pkd_min_##X(type a, type b)       \
	{                                                    \
		return a < b ? a : b;                        \
	}                                                    \
	static inline type pkd_max_##X(type a, type b)       \
	{                                                    \
		return a > b ? a : b;                        \
	}                                                    \
	static inline type pkd_##X##_from_i64(int64_t a)     \
	{                                                    \
		type same;                                   \
		if (__builtin_add_overflow(a, 0, &same))     \
			same = a < 0 ? (min) : (max);        \
		return same;                                 \
	}                                                    \
	static inline type pkd_##X##_from_u64(uint64_t a)    \
	{                                                    \
		type same;                                   \
		if (__builtin_add_overflow(a, 0, &same))     \
			same = (max);                        \
		return same;                                 \
	}                                                    \
	static inline type pkd_##X##_from_f64(double a)      \
	{                                                    \
		if (a != a)                                  \
			return 0;                            \
		if (a <= (double)(min))                      \
			return (min);                        \
		return a >= (double)(max) ? (max) : (type)a; \
	}

#define PKD_ARITH_FRACTION(X, type)                    \
	static inline type pkd_min_##X(type a, type b) \
	{                                              \
		return a <= b || b != b ? a : b;       \
	}                                              \
	static inline type pkd_max_##X(type a, type b) \
	{                                              \
		return a >= b || b != b ? a : b;       \
	}

PKD_ARITH_SIGNED(i8, int8_t, INT8_MIN, INT8_MAX)
PKD_ARITH_SIGNED(i16, int16_t, INT16_MIN, INT16_MAX)
PKD_ARITH_SIGNED(i32, int32_t, INT32_MIN, INT32_MAX)
PKD_ARITH_SIGNED(i64, int64_t, INT64_MIN, INT64_MAX)
PKD_ARITH_UNSIGNED(u8, uint8_t, UINT8_MAX)
PKD_ARITH_UNSIGNED(u16, uint16_t, UINT16_MAX)
PKD_ARITH_UNSIGNED(u32, uint32_t, UINT32_MAX)
PKD_ARITH_UNSIGNED(u64, uint64_t, UINT64_MAX)
PKD_ARITH_FRACTION(f32, float)
PKD_ARITH_FRACTION(f64, double)

#undef PKD_ARITH_SATURATE
#undef PKD_ARITH_SIGNED
#undef PKD_ARITH_UNSIGNED
#undef PKD_ARITH_WHOLE
#undef PKD_ARITH_FRACTION

/* Less than, equal to or greater than 0 as string a sorts before, with or after string b: byte
 * by byte, and a prefix first. */
static inline int pkd_text_order(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	int order = __builtin_memcmp(a, b, a_len < b_len ? a_len : b_len);
	return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* The same for two string<N> values; whether such a value equals a literal. */
#define pkd_string_length(string) pkd_length(&(string)->len, sizeof((string)->text) - 1)
#define pkd_string_order(a, b) \
	pkd_text_order((a)->text, pkd_string_length(a), (b)->text, pkd_string_length(b))
#define pkd_string_is(string, literal)                          \
	(pkd_string_length(string) == sizeof("" literal) - 1 && \
	 __builtin_memcmp((string)->text, literal, sizeof("" literal) - 1) == 0)

/* Copies of the used part of a string, of a list or bytes with items of `size` bytes from
 * `offset` on, and of an image with that many bytes of pixels: within the capacity, whatever the
 * length says. */
static inline void pkd_copy_string(void *to, const void *from, uint32_t capacity)
{
	uint32_t n = pkd_length((const uint32_t *)from, capacity);
	char *text = (char *)to + sizeof(n);

	__builtin_memcpy(text, (const char *)from + sizeof(n), n);
	text[n] = '\0';
	*(uint32_t *)to = n;
}

static inline void pkd_copy_items(void *to, const void *from, uint32_t capacity, size_t offset,
                                  size_t size)
{
	uint32_t n = pkd_length((const uint32_t *)from, capacity);

	__builtin_memcpy((char *)to + offset, (const char *)from + offset, n * size);
	*(uint32_t *)to = n;
}

static inline void pkd_copy_image(void *to, const void *from, size_t capacity)
{
	struct pkd_image *head = (struct pkd_image *)to;
	size_t n;

	__builtin_memcpy(head, from, sizeof(*head));
	n = (size_t)head->stride * head->height;
	__builtin_memcpy(head + 1, (const struct pkd_image *)from + 1, n < capacity ? n : capacity);
}

#ifdef __cplusplus
}
#endif

#endif
