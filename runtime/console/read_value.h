/* Values of declared types from JSON: numbers, booleans, the names of an enum, strings; arrays and
 * lists as arrays, records as objects with all of their fields. value_json.h writes them. */
#ifndef PKDI_READ_VALUE_H
#define PKDI_READ_VALUE_H

#include <pkd/frame.h>

#include "console/json.h"
#include "console/method.h"

/* Stores what is written at `value` of the JSON into memory of the type's size, which is zeroed. A
 * number, time or boolean may also be a string, as it is written on the command line: "20ms". False
 * after a fault, which calls the value `name`. No images and bytes. */
bool pkdi_read_value(const struct pkdi_json *json, uint32_t value, const struct pkd_type *type,
                     const char *name, void *ret_value, struct pkdi_fault *fault);

#endif
