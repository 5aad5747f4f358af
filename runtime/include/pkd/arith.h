/* The arithmetic of the language's expressions, for the C that pkdc generates from them: integers
 * saturate at the bounds of their type instead of wrapping around. For each type X of i8 … i64 and
 * u8 … u64:
 *
 *   pkd_add_X pkd_sub_X pkd_mul_X   saturating
 *   pkd_div_X pkd_mod_X             towards zero, saturating; the divisor must not be 0
 *   pkd_neg_X pkd_abs_X             of the signed ones, saturating
 *   pkd_sign_X                      -1, 0 or 1
 *   pkd_min_X pkd_max_X             also for f32 and f64, where a number is preferred to a NaN
 *   pkd_clamp_X                     a, but `low` below that, but `high` above that
 *   pkd_X_from_i64 _u64 _f64        the nearest value of X; truncates fractions, NaN becomes 0
 *   pkd_X_holds_f64                 whether X has the whole part
 *
 * pkd_abs_X, pkd_sign_X and pkd_clamp_X are there for f32 and f64, too: of a NaN they are a NaN.
 * pkd_above_X says whether a is above b or the only one of both that is no NaN.
 * pkd_sub_unsigned is the difference of unsigned numbers, saturating at the bounds of i64.
 *
 * Floating-point numbers use C's own operators. */
#ifndef PKD_ARITH_H
#define PKD_ARITH_H

#include <pkd/node.h>

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
	static inline type pkd_abs_##X(type a)                               \
	{                                                                    \
		return a < 0 ? pkd_neg_##X(a) : a;                           \
	}                                                                    \
	static inline type pkd_sign_##X(type a)                              \
	{                                                                    \
		return (type)((a > 0) - (a < 0));                            \
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
	static inline type pkd_sign_##X(type a)        \
	{                                              \
		return a != 0;                         \
	}                                              \
	PKD_ARITH_WHOLE(X, type, 0, max)

#define PKD_ARITH_CLAMP(X, type)                                      \
	static inline type pkd_clamp_##X(type a, type low, type high) \
	{                                                             \
		a = a < low ? low : a;                                \
		return a > high ? high : a;                           \
	}

#define PKD_ARITH_WHOLE(X, type, min, max)                    \
	static inline type pkd_min_##X(type a, type b)        \
	{                                                     \
		return a < b ? a : b;                         \
	}                                                     \
	static inline type pkd_max_##X(type a, type b)        \
	{                                                     \
		return a > b ? a : b;                         \
	}                                                     \
	PKD_ARITH_CLAMP(X, type)                              \
	static inline type pkd_##X##_from_i64(int64_t a)      \
	{                                                     \
		type same;                                    \
		if (__builtin_add_overflow(a, 0, &same))      \
			same = a < 0 ? (min) : (max);         \
		return same;                                  \
	}                                                     \
	static inline type pkd_##X##_from_u64(uint64_t a)     \
	{                                                     \
		type same;                                    \
		if (__builtin_add_overflow(a, 0, &same))      \
			same = (max);                         \
		return same;                                  \
	}                                                     \
	static inline type pkd_##X##_from_f64(double a)       \
	{                                                     \
		if (a != a)                                   \
			return 0;                             \
		if (a <= (double)(min))                       \
			return (min);                         \
		return a >= (double)(max) ? (max) : (type)a;  \
	}                                                     \
	static inline bool pkd_##X##_holds_f64(double a)      \
	{                                                     \
		double low = (double)(min);                   \
		double high = (double)((max) / 2 + 1) * 2;    \
		return (a > low - 1 || a >= low) && a < high; \
	}

#define PKD_ARITH_FRACTION(X, type)                      \
	static inline type pkd_min_##X(type a, type b)   \
	{                                                \
		return a <= b || b != b ? a : b;         \
	}                                                \
	static inline type pkd_max_##X(type a, type b)   \
	{                                                \
		return a >= b || b != b ? a : b;         \
	}                                                \
	static inline type pkd_abs_##X(type a)           \
	{                                                \
		return (type)__builtin_fabs(a);          \
	}                                                \
	static inline type pkd_sign_##X(type a)          \
	{                                                \
		return a > 0 ? 1 : a < 0 ? -1 : a;       \
	}                                                \
	static inline bool pkd_above_##X(type a, type b) \
	{                                                \
		return a > b || (b != b && a == a);      \
	}                                                \
	PKD_ARITH_CLAMP(X, type)

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
#undef PKD_ARITH_CLAMP
#undef PKD_ARITH_FRACTION

/* Below 0 where a < b, 0 where they are the same number, else above. */
static inline int pkd_order_unsigned(uint64_t a, int64_t b)
{
	if (b < 0 || a > (uint64_t)b)
		return 1;
	return a < (uint64_t)b ? -1 : 0;
}

static inline int64_t pkd_sub_unsigned(uint64_t a, uint64_t b)
{
	int64_t result;

	if (__builtin_sub_overflow(a, b, &result))
		result = a < b ? INT64_MIN : INT64_MAX;
	return result;
}

/* Where an item belongs: its place in the list it comes from, and what it is sorted by. */
#define PKD_ARITH_ORDER(X, type, is_number)                                                  \
	struct pkd_order_##X {                                                               \
		type key;                                                                    \
		uint32_t at;                                                                 \
	};                                                                                   \
	/* What is no number goes last. */                                                   \
	static inline bool pkd_before_##X(struct pkd_order_##X a, struct pkd_order_##X b)    \
	{                                                                                    \
		bool a_counts = is_number(a.key), b_counts = is_number(b.key);               \
		if (a_counts != b_counts)                                                    \
			return a_counts;                                                     \
		return a_counts && a.key != b.key ? a.key < b.key : a.at < b.at;             \
	}                                                                                    \
	static inline void pkd_sift_##X(struct pkd_order_##X *order, uint32_t i, uint32_t n) \
	{                                                                                    \
		struct pkd_order_##X item = order[i];                                        \
		for (uint32_t child; i < n / 2; i = child) {                                 \
			child = 2 * i + 1;                                                   \
			if (child + 1 < n && pkd_before_##X(order[child], order[child + 1])) \
				child++;                                                     \
			if (!pkd_before_##X(item, order[child]))                             \
				break;                                                       \
			order[i] = order[child];                                             \
		}                                                                            \
		order[i] = item;                                                             \
	}                                                                                    \
	/* Heapsort. No two are equal, as no two have one place: so it is stable. */         \
	static inline void pkd_sort_##X(struct pkd_order_##X *order, uint32_t n)             \
	{                                                                                    \
		for (uint32_t i = n / 2; i-- > 0;)                                           \
			pkd_sift_##X(order, i, n);                                           \
		while (n > 1) {                                                              \
			struct pkd_order_##X last = order[--n];                              \
			order[n] = order[0];                                                 \
			order[0] = last;                                                     \
			pkd_sift_##X(order, 0, n);                                           \
		}                                                                            \
	}
#define PKD_ARITH_ALWAYS(number) true
#define PKD_ARITH_NOT_NAN(number) ((number) == (number))

PKD_ARITH_ORDER(i64, int64_t, PKD_ARITH_ALWAYS)
PKD_ARITH_ORDER(u64, uint64_t, PKD_ARITH_ALWAYS)
PKD_ARITH_ORDER(f64, double, PKD_ARITH_NOT_NAN)

#undef PKD_ARITH_ORDER
#undef PKD_ARITH_ALWAYS
#undef PKD_ARITH_NOT_NAN

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
	n = (size_t)pkd_image_bytes(head->format, head->stride, head->height);
	__builtin_memcpy(head + 1, (const struct pkd_image *)from + 1, n < capacity ? n : capacity);
}

#ifdef __cplusplus
}
#endif

#endif
