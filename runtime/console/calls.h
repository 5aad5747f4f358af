/* Commands, asked of nodes on behalf of clients. */
#ifndef PKDI_CALLS_H
#define PKDI_CALLS_H

#include "console/method.h"

/* Posts a command to each node that the name means: the workers of a pool, the nodes of a bank or
 * a pipeline that have it. To all of them, or to none after a fault. The request waits until they
 * have answered or ended, or until `request->until_ns`. */
bool pkdi_call_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);
bool pkdi_call_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns);
void pkdi_call_write(struct pkdi_run *run, const struct pkdi_request *request,
                     struct pkdi_out *out);

/* The client has gone, or has its answer. What its nodes have not begun is cancelled. */
void pkdi_call_forget(struct pkdi_request *request);

/* At the start of a console: whoever waits for what was asked before has lost the last one. */
void pkdi_call_cancel_all(struct pkdi_run *run);

/* What commands the nodes have: number `cursor->part` of node `cursor->index`. */
void pkdi_call_describe(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                        struct pkdi_out *out);

#endif
