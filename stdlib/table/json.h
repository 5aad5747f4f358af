/* Values of the language as text, by their run-time description: the plain form of a scalar, and
 * JSON for anything. Nothing allocates. */
#ifndef PKD_TABLE_JSON_H
#define PKD_TABLE_JSON_H

#include <pkd/text.h>
#include <stdbool.h>

/* Where the text goes. put may be called with n == 0. */
struct table_sink {
	void (*put)(void *to, const char *text, size_t n);
	void *to;
};

enum { TABLE_SCALAR_SIZE = PKD_NUMBER_SIZE }; /* bytes that hold any scalar's text and its NUL */

/* Bool, integers, floats and time (seconds, nine decimals), as in <pkd/text.h>. */
bool table_is_scalar(enum pkd_kind kind);
size_t table_scalar(const struct pkd_type *type, const void *value,
                    char ret_text[static TABLE_SCALAR_SIZE]);

/* Nanoseconds as seconds with nine decimals. */
size_t table_seconds(int64_t ns, char ret_text[static TABLE_SCALAR_SIZE]);

/* The name of an enum's value; NULL when the number is none of them. */
const char *table_enum_name(const struct pkd_type *type, const void *value);

/* What a string<n> or bytes<n> holds; *ret_n never exceeds its capacity. */
const char *table_text(const struct pkd_type *type, const void *value, uint32_t *ret_n);

/* `text` with U+FFFD for each byte that is no part of UTF-8: a string may be cut in a character. */
void table_put_utf8(const struct table_sink *sink, const char *text, size_t n);

void table_put_hex(const struct table_sink *sink, const char *bytes, size_t n);

/* A record is an object, a list or an array is an array, an enum its name, bytes hex, an image
 * "WxH", a number that JSON lacks (nan, inf) null. */
void table_put_json(const struct table_sink *sink, const struct pkd_type *type, const void *value);

#endif
