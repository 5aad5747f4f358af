/* The parameters of a request, member by member. Each leaves its target alone where there is no
 * such member, and returns false after a fault where that is something else. */
#ifndef PKDI_TAKE_H
#define PKDI_TAKE_H

#include "console/method.h"

/* A whole number from `least` to `most`. */
bool pkdi_take_number(const struct pkdi_json *json, uint32_t parameters, const char *name,
                      uint64_t least, uint64_t most, uint64_t *ret_number,
                      struct pkdi_fault *fault);

bool pkdi_take_bool(const struct pkdi_json *json, uint32_t parameters, const char *name,
                    bool *ret_truth, struct pkdi_fault *fault);

/* How long the request may wait for nodes from now on, as its "wait_ms" says. */
bool pkdi_take_wait(const struct pkdi_json *json, uint32_t parameters, struct pkdi_request *request,
                    struct pkdi_fault *fault);

/* The array of that name; PKDI_JSON_NONE where there is none. */
uint32_t pkdi_take_array(const struct pkdi_json *json, uint32_t parameters, const char *name);

#endif
