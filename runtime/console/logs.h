/* The last lines of the program's log, and those that come, as the answer to a request. */
#ifndef PKDI_LOGS_H
#define PKDI_LOGS_H

#include "console/method.h"

/* For method.def. */
bool pkdi_logs_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);
void pkdi_logs_write(struct pkdi_run *run, const struct pkdi_request *request,
                     struct pkdi_out *out);
bool pkdi_logs_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns);

void pkdi_logs_finish(struct pkdi_tail *tail);

/* Whether the request's line of that number, from 0 on, is there: the last two or the next one. */
bool pkdi_logs_has(const struct pkdi_run *run, const struct pkdi_request *request, uint32_t index);

/* Whether there is to be one, now or later. */
bool pkdi_logs_goes_on(const struct pkdi_run *run, const struct pkdi_request *request,
                       uint32_t index);

#endif
