/* What step is given: pointers to the values of all inputs and to the memory of all outputs. */
#ifndef PKDI_GATHER_H
#define PKDI_GATHER_H

#include "node.h"

/* Fills node->in and node->out for the firing at hand. -ENOBUFS when an output has no free slot,
 * which cannot happen; another -errno when its slot cannot be made writable. */
int pkdi_gather(struct pkdi_node *node);

#endif
