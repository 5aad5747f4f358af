/* Processes that are to be started again. */
#ifndef PKDI_RESTART_H
#define PKDI_RESTART_H

#include "console/method.h"

/* Asks the supervisor for it: for the processes of all nodes that the names mean, where the deploy
 * says that they are started again when they die. All of them, or none and a fault. The request
 * waits until they are up again, or `request->until_ns`. */
bool pkdi_restart_begin(struct pkdi_run *run, struct pkdi_request *request,
                        const struct pkdi_json *json, uint32_t parameters,
                        struct pkdi_fault *fault);
bool pkdi_restart_is_ready(struct pkdi_run *run, const struct pkdi_request *request,
                           int64_t now_ns);
void pkdi_restart_write(struct pkdi_run *run, const struct pkdi_request *request,
                        struct pkdi_out *out);

#endif
