/* Writing JSON: one member or item a line, indented by two spaces; objects and arrays of the last
 * level may be put on one line. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

struct json {
	struct buf *out;
	unsigned depth;
	unsigned flat; /* depth from which on all is on one line; 0: nowhere */
	bool follows;  /* something stands before in this object or array */
};

/* `key` is NULL for the items of an array, and for the outermost value. */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);

/* From here on, until the object or array that is opened next has ended, all is on one line. */
void json_flat(struct json *json);

void json_string(struct json *json, const char *key, const char *text); /* NULL: null */
void json_unsigned(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool truth);
void json_null(struct json *json, const char *key);

#endif
