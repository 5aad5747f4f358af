/* Arguments of commands from CDR to JSON, and their answers from JSON to CDR, by the declared
 * types. message/ros2msg.h has the schemas. */
#ifndef PKDW_CDR_JSON_H
#define PKDW_CDR_JSON_H

#include <pkd/frame.h>

#include "console/json.h"
#include "console/out.h"
#include "message/cdr.h"

/* Whether values of the type can go both ways: no images and bytes. NULL is nothing, which can. */
bool pkdw_cdr_json_can(const struct pkd_type *type);

/* Writes the message of a client, which may be anything, as one value. False: it is not of that
 * type. */
bool pkdw_cdr_to_json(const struct pkd_type *type, const uint8_t *data, size_t n,
                      struct pkdi_out *out);

/* Adds a value that the console has written for the type. False: it is not of that type. */
bool pkdw_json_to_cdr(const struct pkd_type *type, const struct pkdi_json *json, uint32_t value,
                      struct pkdi_cdr *cdr);

#endif
