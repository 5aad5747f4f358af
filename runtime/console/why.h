/* What became of one frame: on each stream and each edge, from what its writer and its reader
 * remember (channel/spans.h), and from where they are. */
#ifndef PKDI_WHY_H
#define PKDI_WHY_H

#include "console/method.h"

/* Takes {"frame":812,"of":"found"}; `of` is a stream or a node, or not there. */
bool pkdi_begin_why(struct pkdi_run *run, struct pkdi_request *request,
                    const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);

/* Whether a line is asked for. */
bool pkdi_why_is_asked(const struct pkdi_run *run, const struct pkdi_request *request,
                       const struct pkdi_cursor *cursor);

void pkdi_write_why(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out);

#endif
