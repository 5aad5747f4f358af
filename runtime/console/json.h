/* Reading JSON (RFC 8259), without allocation: a text becomes a table of its values, in their
 * order, each before what is in it. What is read may come from anybody. */
#ifndef PKDI_JSON_H
#define PKDI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pkdi_json_kind {
	PKDI_JSON_NULL,
	PKDI_JSON_BOOL,
	PKDI_JSON_NUMBER,
	PKDI_JSON_STRING,
	PKDI_JSON_ARRAY,
	PKDI_JSON_OBJECT, /* its members: a string, its name, and behind it the value */
};

struct pkdi_json_value {
	enum pkdi_json_kind kind;
	uint32_t start, end; /* bytes of the text; of a string those between its quotes */
	uint32_t n;          /* items, or members */
	uint32_t next;       /* the value behind this one and all that is in it */
};

/* Nested more deeply than any message. */
#define PKDI_JSON_DEPTH 16

#define PKDI_JSON_NONE UINT32_MAX

struct pkdi_json {
	const char *text;
	struct pkdi_json_value *values; /* number 0 is the whole */
	uint32_t n_values, max_values;
	const char *fault; /* what is wrong, as the end of a sentence; NULL: nothing */
	uint32_t fault_at; /* the byte */
};

/* Reads the whole text, of at most 4 GB, into the table, whose `values` and `max_values` are
 * given. False where it is not JSON in UTF-8, says a name twice in one object, is too deep, or
 * has too many values: then `fault` says what. The text must outlive the table. */
bool pkdi_json_read(struct pkdi_json *json, const char *text, size_t size);

/* The value of an object's member; PKDI_JSON_NONE where it has none of that name, or is no
 * object. */
uint32_t pkdi_json_member(const struct pkdi_json *json, uint32_t object, const char *name);

/* Writes a string without its escapes, with a NUL behind. False where it is no string, does not
 * fit, or holds a NUL itself: then nothing is written. */
bool pkdi_json_string(const struct pkdi_json *json, uint32_t value, char *ret_text, size_t size);

/* False where the value is no whole number of that range. */
bool pkdi_json_unsigned(const struct pkdi_json *json, uint32_t value, uint64_t *ret_number);

/* False where the value is neither `true` nor `false`. */
bool pkdi_json_bool(const struct pkdi_json *json, uint32_t value, bool *ret_truth);

#endif
