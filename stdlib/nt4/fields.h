/* A value of the language as topics, by its run-time description, and back. */
#ifndef PKD_NT4_FIELDS_H
#define PKD_NT4_FIELDS_H

#include "../table/parse.h"
#include "buffer.h"

#include <pkd/node.h>

enum { NT4_MAX_FIELDS = 256, NT4_WHY_SIZE = 200 };

enum nt4_form { NT4_TOPICS, NT4_STRUCT, NT4_JSON }; /* as nt4.Form */

struct nt4_field {
	char *name; /* of the topic */
	char *type; /* of NetworkTables */
	int code;
	const struct pkd_type *of;
	uint32_t offset; /* in the value */
	enum nt4_form form;
};

/* What a struct is made of, for those who read it. */
struct nt4_schema {
	char *name, *text;
};

struct nt4_fields {
	struct nt4_field items[NT4_MAX_FIELDS];
	uint32_t n;
	struct nt4_schema schemas[32];
	uint32_t n_schemas;
	struct parse parse; /* for JSON; its scratch is made when it is needed */
	char why[NT4_WHY_SIZE];
};

/* "/SmartDashboard" of "SmartDashboard" or "/SmartDashboard/", to be freed; NULL: it is no name, or
 * there is no memory. `field` may be NULL. */
char *nt4_topic_name(const char *table, const char *field);

/* False: `why` says what cannot be. */
bool nt4_fields_make(struct nt4_fields *fields, const struct pkd_type *type, const char *table,
                     enum nt4_form form);
void nt4_fields_free(struct nt4_fields *fields);

/* A field of `value` as MessagePack. */
void nt4_field_put(const struct nt4_field *field, const void *value, struct nt4_buffer *buffer);

/* Reads MessagePack, of a topic whose type has this code, into the field of `ret_value`. False: it
 * is of another type, or has no room; the field is as it was, or empty. */
bool nt4_field_take(struct nt4_fields *fields, const struct nt4_field *field, int code,
                    const char *data, size_t n, void *ret_value);

/* Whether it is one number, text or row of bytes. */
bool nt4_is_scalar(const struct pkd_type *type);

/* ---- Structs ---- */

/* The name of a record as a struct of WPILib, NULL: it is none, and `why` says why. The schemas of
 * all that it is made of are added. */
const char *nt4_struct_name(struct nt4_fields *fields, const struct pkd_type *record);
/* Bytes; numbers as they are in memory, without gaps, the least significant byte first. */
void nt4_struct_put(const struct pkd_type *type, const void *value, struct nt4_buffer *buffer);
/* False: there are not enough bytes. */
bool nt4_struct_take(const struct pkd_type *type, const char **at, const char *end,
                     void *ret_value);

#endif
