/* Values of streams as JSON, by the types that the program declares. */
#ifndef PKDI_VALUE_JSON_H
#define PKDI_VALUE_JSON_H

#include <pkd/frame.h>

#include "console/out.h"

/* What is nested more deeply is null: who reads takes no more, see json.h. */
enum { PKDI_VALUE_DEPTH = 12 };

/* Writes a value that pkdi_typed_check takes for valid, an item or a member like those of out.h.
 * Numbers as they are, a fraction that is not finite as null; a time in nanoseconds; an enum by its
 * name; bytes in hexadecimal; an image as its width, height and format, without pixels. */
void pkdi_write_value(const struct pkd_type *type, const void *value, const char *name,
                      struct pkdi_out *out);

/* Writes bytes in base64 (RFC 4648), as a string. */
void pkdi_write_base64(const uint8_t *bytes, size_t n, const char *name, struct pkdi_out *out);

#endif
