/* The files that nodes write: made without a name, named when their nodes have committed
 * something, and looked for at the end. */
#ifndef PKDI_OUTPUTS_H
#define PKDI_OUTPUTS_H

#include "run/rivals.h"

/* Resolves a path that is written; all inputs must have been resolved. 0, or -errno after one
 * line: it is an input or another output, another program writes it, it cannot be made. */
int pkdi_output_resolve(const struct pkdi_run *run, const struct pkdi_node *node,
                        struct pkdi_path *path);

/* What a file of that path would take the place of; its links have been followed. 0 or -errno. */
int pkdi_target_find(const char *followed, struct pkdi_target *ret_target);

/* Of a run that is kept: the files are found again by the next start, see store.h. 0, or -errno
 * after one line. */
int pkdi_outputs_keep(const struct pkdi_run *run);

/* Names the outputs of nodes that have committed a firing; to be called when `supervisor_fd` is
 * readable, and once more when all processes have ended. 0, or -errno after a line for each that
 * cannot be named. */
int pkdi_outputs_name(struct pkdi_run *run);

/* Looks, when all is done, whether the outputs are still where they belong. 0, or -errno after a
 * line for each that is not. */
int pkdi_outputs_check(const struct pkdi_run *run);

#endif
