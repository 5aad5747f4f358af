/* What bind makes of the pipeline's params. */
#ifndef PKDI_BOUND_H
#define PKDI_BOUND_H

#include "options/param.h"

/* For each target, 1 + the index of the first pipeline param among `given` from which bind computes
 * it; 0 = none. Found out by giving each another value for a moment. After it the nodes' params are as
 * bind sets them. */
int pkdi_bound_trace(const struct pkd_program *program, const bool *given, uint32_t *ret_by);

#endif
