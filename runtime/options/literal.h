/* Numbers as the language writes them: 010 is ten, 1_000 a thousand, 0xff and 4MiB are integers.
 * Integers and times are exact. */
#ifndef PKDI_LITERAL_H
#define PKDI_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pkdi_literal {
	PKDI_LITERAL_OK,
	PKDI_LITERAL_NONE,      /* not such a literal */
	PKDI_LITERAL_TOO_LARGE, /* it does not fit 64 bits */
	PKDI_LITERAL_NOT_WHOLE, /* 0.5ns, 0.3B */
};

/* An integer with its sign separate, as no 64-bit type holds all of u64 and i64. */
struct pkdi_whole {
	bool negative;
	uint64_t magnitude;
};

/* 64, -1_000, 0xFF, 1.5KiB. */
enum pkdi_literal pkdi_literal_whole(const char *text, struct pkdi_whole *ret_whole);

/* In nanoseconds, of at most INT64_MAX: 50ms, -1.5s. */
enum pkdi_literal pkdi_literal_time(const char *text, int64_t *ret_ns);

/* Also 0.5, 1.5e3, 1e-3: the nearest double. TOO_LARGE if that is infinite. */
enum pkdi_literal pkdi_literal_number(const char *text, double *ret_number);

/* The shortest text for exactly that many nanoseconds: 1.5s. */
void pkdi_literal_show_time(int64_t ns, char *ret_text, size_t size);

#endif
