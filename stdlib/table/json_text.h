/* A value as JSON in memory of a fixed size. */
#ifndef PKD_TABLE_JSON_TEXT_H
#define PKD_TABLE_JSON_TEXT_H

#include "json.h"

/* The bytes that the JSON of `value` has; as many of them as there is room for are in `text`, which
 * may be NULL where `room` is 0. */
size_t table_json_text(const struct pkd_type *type, const void *value, char *text, size_t room);

/* Whether values of the type are written in full: an image is not, only its size. */
bool table_json_is_whole(const struct pkd_type *type);

#endif
