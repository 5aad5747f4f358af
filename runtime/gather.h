/* What step is given: pointers to the values of all inputs and to the memory of all outputs. */
#ifndef PKDI_GATHER_H
#define PKDI_GATHER_H

#include "node.h"

/* Fills node->in and node->out for the firing at hand. False when an output has no free slot, which
 * cannot happen. */
bool pkdi_gather(struct pkdi_node *node);

#endif
