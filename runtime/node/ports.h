/* The arguments of step: pointers to the values of all inputs and to the memory of all outputs. */
#ifndef PKDI_PORTS_H
#define PKDI_PORTS_H

#include "node/node.h"

/* Fills node->in and node->out for the firing at hand. -ENOBUFS if an output has no free slot,
 * which cannot happen; another -errno if its slot cannot be made writable. */
int pkdi_ports_fill(struct pkdi_node *node);

/* For a firing without a step: its ticks alone, all other outputs being absent. */
int pkdi_ports_fill_ticks(struct pkdi_node *node);

#endif
