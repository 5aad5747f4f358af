/* Nodes that are held, and go on. */
#ifndef PKDI_PAUSE_H
#define PKDI_PAUSE_H

#include "console/method.h"

/* Holds the nodes that are named in an array, or lets them go on; of a pool all workers, by the
 * name of the first. All of them, or none and a fault. */
bool pkdi_hold_nodes(struct pkdi_run *run, const struct pkdi_json *json, uint32_t names,
                     enum pkdi_held held, struct pkdi_fault *fault);

/* All nodes go on. */
void pkdi_resume_all(struct pkdi_run *run);

/* Writes the nodes that are paused, those at rest, those that come to wait for the paused, and the
 * live sources that come to refuse frames, as their outputs have no room. */
void pkdi_hold_tell(struct pkdi_run *run, struct pkdi_out *out);

#endif
