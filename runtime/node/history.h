/* Histories: x[-1] of the frame at hand, for a node that something else fires.
 *
 * They take no part in the join. A firing of frame f waits until the stream has settled f - 1,
 * because only then is it known what came before; its values are the newest with a number below
 * f. A node that reads its own output in this way, or one that depends on it, does not deadlock:
 * it settles its outputs up to f - 1 when it chooses f.
 *
 * The cursor is at the oldest value that may still be needed, and gates the writer like that of
 * a queue: everything from it on stays in the ring. It follows what the node has decided, not
 * only what it has fired. */
#ifndef PKDI_HISTORY_H
#define PKDI_HISTORY_H

#include "channel/channel.h"

/* Is it known what came before frame `number`? input->settled has been read before. */
bool pkdi_history_is_settled(const struct pkdi_input *input, uint64_t number);

/* The node will fire no frame before `number`: releases what no later one needs. True if that
 * returned a credit. */
bool pkdi_history_advance(struct pkdi_input *input, uint64_t number);

/* Points the places at the values before frame `number`. */
void pkdi_history_put(struct pkdi_input *input, uint64_t number);

#endif
