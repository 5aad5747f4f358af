/* The paths that nodes declare: resolved, checked against each other and locked before the first
 * fork, so that nothing is lost by a program that cannot run. Outputs get their names when their
 * nodes have committed something. */
#ifndef PKDI_PATHS_H
#define PKDI_PATHS_H

#include "run/run.h"

/* Resolves the paths of all nodes. 0, or -errno after one line: an output that is an input or
 * another output, that another program writes, that cannot be made. */
int pkdi_paths_resolve(struct pkdi_run *run);

/* Names the outputs of nodes that have committed a firing; to be called when `supervisor_fd` is
 * readable, and once more when all processes have ended. 0, or -errno after a line for each that
 * cannot be named. */
int pkdi_paths_name(struct pkdi_run *run);

/* Looks, when all is done, whether the outputs are still where they belong. 0, or -errno after a
 * line for each that is not. */
int pkdi_paths_check(const struct pkdi_run *run);

/* Closes, in process `index`, what is not for its nodes. */
void pkdi_paths_attach(struct pkdi_run *run, uint32_t index);

void pkdi_paths_finish(struct pkdi_run *run);

#endif
