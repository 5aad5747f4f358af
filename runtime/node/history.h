/* Histories: x[-1] of the frame at hand, for a node that something else fires.
 *
 * They are no part of the join. A firing of frame f waits until the stream has settled f - 1, for
 * only then it is known what came before; its values are the newest with a number below f. That a
 * node reads its own output in this way, or one that depends on its own, is no deadlock: it settles
 * its outputs up to f - 1 when it chooses f.
 *
 * The cursor stands at the oldest value that may still be needed, and gates the writer as that of a
 * queue does: everything from it on stays in the ring. It follows what the node has decided, not
 * only what it has fired. */
#ifndef PKDI_HISTORY_H
#define PKDI_HISTORY_H

#include "channel/channel.h"

/* Is it known what came before frame `number`? input->settled has been read before. */
bool pkdi_history_is_settled(const struct pkdi_input *input, uint64_t number);

/* The node fires no frame before `number` any more: gives up what no later one needs. True when
 * that has made room. */
bool pkdi_history_advance(struct pkdi_input *input, uint64_t number);

/* Sets the places to the values before frame `number`. */
void pkdi_history_put(struct pkdi_input *input, uint64_t number);

#endif
