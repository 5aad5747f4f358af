/* The redo record: a firing is a transaction.
 *
 *   choose   room in every output; the frame of the inputs, which stay pinned or in the ring
 *   step     into loaned slots; nothing is visible yet
 *   record   what is to be done, plain stores
 *   commit   one store: the record's number
 *   apply    publish each slot, settle each output, unpin, store cursors; store `applied`
 *
 * Killed before the commit: nothing was visible, and the next incarnation fires the frame again.
 * Killed after it: the next incarnation applies the record again, each part being idempotent, and
 * does not call step. Only compiler order matters between these stores: what a dead process has
 * retired, the kernel has made visible before its pidfd says that it is dead. */
#ifndef PKDI_RECORD_H
#define PKDI_RECORD_H

#include "node/node.h"

/* Records the firing at hand, commits it and applies it. `publishes`: the loaned slots that are
 * not marked absent; otherwise all outputs are absent. `leaves`: it is the node's last firing. */
void pkdi_record_commit(struct pkdi_node *node, bool publishes, bool leaves);

/* The copy of the node's persistent state that the next firing may change: made equal to the
 * current one, which it replaces when the firing commits. NULL for a node without state. */
void *pkdi_record_spare_state(struct pkdi_node *node);

/* Applies the record. Idempotent: all of it may have been done before, in this incarnation or in
 * the last one. */
void pkdi_record_apply(struct pkdi_node *node);

#endif
