/* What a program is: what does not change while it runs. */
#ifndef PKDI_DESCRIBE_H
#define PKDI_DESCRIBE_H

#include "console/method.h"

/* Writes what is at the request's cursor: a process, node, stream, edge or parameter, or the whole
 * program. */
void pkdi_write_describe(struct pkdi_run *run, const struct pkdi_request *request,
                         struct pkdi_out *out);

/* The members by which an edge is known: its stream, its node, and the input there. */
void pkdi_name_edge(const struct pkdi_run *run, const struct pkdi_cursor *cursor,
                    struct pkdi_out *out);

#endif
