/* Values of declared types from JSON: numbers, booleans, the names of an enum, strings; arrays and
 * lists as arrays, records as objects with all of their fields; and the arguments of a command.
 * value_json.h writes values. */
#ifndef PKDI_READ_VALUE_H
#define PKDI_READ_VALUE_H

#include <pkd/program.h>

#include "console/json.h"
#include "console/method.h"

/* Stores what is written at `value` of the JSON into memory of the type's size, which is zeroed. A
 * number, time or boolean may also be a string, as it is written on the command line: "20ms". False
 * after a fault, which calls the value `name`. No images and bytes. */
bool pkdi_read_value(const struct pkdi_json *json, uint32_t value, const struct pkd_type *type,
                     const char *name, void *ret_value, struct pkdi_fault *fault);

/* Stores what is written at `value`, or all defaults with PKDI_JSON_NONE, as the arguments of a
 * command that takes some. Those that are not there have their default. False after a fault. */
bool pkdi_read_arguments(const struct pkdi_json *json, uint32_t value,
                         const struct pkd_command *command, void *ret_args,
                         struct pkdi_fault *fault);

/* What can be written for a value whose type does not tell it by its name: "up|down" of an enum,
 * {"low":1,"high":1} of a record, [0.5,0.5] of a list; "" of any other. */
void pkdi_read_takes(const struct pkd_type *type, char *ret_text, size_t size);

#endif
