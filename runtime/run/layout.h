/* The layout of the control memories of a run. */
#ifndef PKDI_LAYOUT_H
#define PKDI_LAYOUT_H

#include "run/run.h"

/* Creates, clears and seals the control memories and sets the pointers of processes, streams and
 * nodes into them. */
int pkdi_layout_create(struct pkdi_run *run, uint64_t why_bytes);

#endif
