/* The paths that nodes declare: resolved, checked against each other and locked before the first
 * fork, so that nothing is lost by a program that cannot run. */
#ifndef PKDI_PATHS_H
#define PKDI_PATHS_H

#include "run/run.h"

/* Resolves the paths of all nodes. 0, or -errno after one line: an output that is an input or
 * another output, that another program writes, that cannot be made. */
int pkdi_paths_resolve(struct pkdi_run *run);

/* Closes, in process `index`, what is not for its nodes. */
void pkdi_paths_attach(struct pkdi_run *run, uint32_t index);

void pkdi_paths_finish(struct pkdi_run *run);

#endif
