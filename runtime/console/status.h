/* How a program is, as its words tell it. */
#ifndef PKDI_STATUS_H
#define PKDI_STATUS_H

#include "console/method.h"

/* Writes what is at the request's cursor: a process, a node, an edge, or the whole. */
void pkdi_write_status(struct pkdi_run *run, const struct pkdi_request *request,
                       struct pkdi_out *out);

#endif
