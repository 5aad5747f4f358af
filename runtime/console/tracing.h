/* The method `trace`: sessions of traces begin and end, and their events are told. */
#ifndef PKDI_TRACING_H
#define PKDI_TRACING_H

#include "console/method.h"

bool pkdi_trace_begin(struct pkdi_run *run, struct pkdi_request *request,
                      const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);
void pkdi_trace_tell(struct pkdi_run *run, const struct pkdi_request *request,
                     struct pkdi_out *out);

/* How many lines the answer has before its last one. */
uint32_t pkdi_trace_lines(const struct pkdi_request *request);

void pkdi_trace_forget(struct pkdi_request *request);

#endif
