/* Values of declared types as JSON: numbers, truths, the names of an enum, strings; arrays and
 * lists as arrays, records as objects. A time is a number of nanoseconds; a number that is infinite
 * or none is null. */
#ifndef PKDI_TYPED_JSON_H
#define PKDI_TYPED_JSON_H

#include <pkd/frame.h>

#include "console/json.h"
#include "console/method.h"
#include "console/out.h"

/* Stores what is written at `value` of the JSON into memory of the type's size, which is zeroed. A
 * number, time or truth may also be a string, as it is written on the command line: "20ms". False
 * after a fault, which calls the value `name`. No images and bytes. */
bool pkdi_typed_read(const struct pkdi_json *json, uint32_t value, const struct pkd_type *type,
                     const char *name, void *ret_value, struct pkdi_fault *fault);

/* The value is valid for its type. Images and bytes are written as their sizes. */
void pkdi_typed_write(struct pkdi_out *out, const char *name, const struct pkd_type *type,
                      const void *value);

/* What is to be written for a value of the type, for people: "a time", "slow|fast". */
void pkdi_typed_describe(const struct pkd_type *type, char *ret_text, size_t size);

#endif
