/* The account of edges and streams as JSON, for `status` and for --account. */
#ifndef PKDI_ACCOUNT_JSON_H
#define PKDI_ACCOUNT_JSON_H

#include "console/out.h"
#include "run/run.h"

/* The members of an edge: input `input` of node `node`; and of a stream. Columns of which there is
 * nothing are left out, except for those that every edge has. */
void pkdi_tell_edge(const struct pkdi_run *run, uint32_t node, uint32_t input,
                    struct pkdi_out *out);
void pkdi_tell_stream(const struct pkdi_run *run, uint32_t stream, struct pkdi_out *out);

/* All of it, to an open file. Returns 0, or a negative errno. */
int pkdi_account_write(const struct pkdi_run *run, int fd, int status);

#endif
