/* Values of the language as text, by their run-time description: the plain form of a scalar, and
 * JSON for anything. Nothing allocates. */
#ifndef PKD_TABLE_JSON_H
#define PKD_TABLE_JSON_H

#include <pkd/node.h>
#include <pkd/text.h>
#include <stdbool.h>

/* Where the text goes. put may be called with n == 0. */
struct table_sink {
	void (*put)(void *to, const char *text, size_t n);
	void *to;
	uint32_t digits;      /* decimals of a number in JSON at most; 0: all that it has */
	uint64_t *n_replaced; /* counts the bytes of texts that are no part of UTF-8; or NULL */
};

enum { TABLE_SCALAR_SIZE = PKD_NUMBER_SIZE }; /* bytes that hold any scalar's text and its NUL */

/* Bool, integers, floats and time (seconds, nine decimals), as in <pkd/text.h>. */
bool table_is_scalar(enum pkd_kind kind);
size_t table_scalar(const struct pkd_type *type, const void *value,
                    char ret_text[static TABLE_SCALAR_SIZE]);

/* A whole number of any type; a u64 above INT64_MAX is below 0. */
int64_t table_whole(const struct pkd_type *type, const void *value);

/* The text with so many decimals at most, where `digits` is not 0: a fraction is rounded and has no
 * zeroes at its end, a time is cut. */
size_t table_number(const struct pkd_type *type, const void *value, uint32_t digits,
                    char ret_text[static TABLE_SCALAR_SIZE]);

/* Nanoseconds as seconds with nine decimals, or `digits`. */
size_t table_seconds(int64_t ns, uint32_t digits, char ret_text[static TABLE_SCALAR_SIZE]);

/* The time of day, in ns since 1970, and as text for people and for joins with the logs of other
 * programs: ISO 8601, in UTC. */
int64_t table_time_of_day(void);
void table_date(int64_t time_of_day, char ret_text[static TABLE_SCALAR_SIZE]);

/* The name of an enum's value; NULL when the number is none of them. */
const char *table_enum_name(const struct pkd_type *type, const void *value);

/* What a string<n> or bytes<n> holds; *ret_n never exceeds its capacity. */
const char *table_text(const struct pkd_type *type, const void *value, uint32_t *ret_n);

/* `text` with U+FFFD for each byte that is no part of UTF-8: a string may be cut in a character. */
void table_put_utf8(const struct table_sink *sink, const char *text, size_t n);

/* Says once that there were such bytes, in the row of that frame. */
void table_tell_replaced(struct pkd_ctx *ctx, uint64_t frame, uint64_t n_replaced, bool *has_told);

void table_put_hex(const struct table_sink *sink, const char *bytes, size_t n);

/* A string in quotation marks. */
void table_put_json_string(const struct table_sink *sink, const char *text, size_t n);

/* A record is an object, a list or an array is an array, an enum its name, bytes hex, an image
 * "WxH", a number that JSON lacks (nan, inf) null. */
void table_put_json(const struct table_sink *sink, const struct pkd_type *type, const void *value);

#endif
