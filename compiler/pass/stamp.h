/* Stamps: a value's presence, frame number and times as a stream of their own. */
#ifndef PASS_STAMP_H
#define PASS_STAMP_H

#include "graph/graph.h"

/* A reader that never looks at the value itself (an input of type `any`; in an expression one of
 * which there is only the number, the time, the age, or whether it is there) would hold the slots
 * of all values that it has not yet taken. Where the values are large, it is given the stamps of
 * the output in their place: frame by frame the same, in a byte each. */
void stamp_use(struct graph *graph);

/* Whether a reader with such an interface looks at the value of this port. */
bool stamp_needs_value(const struct interface *face, uint32_t port);

#endif
