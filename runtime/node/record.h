/* The redo record: a firing is a transaction.
 *
 *   choose   room in every output; the frame of the inputs, which stay pinned or in the ring
 *   step     into loaned slots; nothing is visible yet
 *   record   what is to be done, plain stores
 *   commit   one store: the record's number
 *   apply    publish each slot, settle each output, unpin, store cursors; store `applied`
 *
 * A node that fires on any input may go on with it, PKD_MORE: each step is such a transaction,
 * which leaves the cursor, or the pin, where it is, and says in the record which input it was and
 * how many parts of it there have been. Its flushes at the end are parts of no input.
 *
 * Killed before the commit: nothing was visible, and the next incarnation fires the frame again.
 * Killed after it: the next incarnation applies the record again, each part being idempotent, and
 * does not call step. Only compiler order matters between these stores: what a dead process has
 * retired, the kernel has made visible before its pidfd says that it is dead. */
#ifndef PKDI_RECORD_H
#define PKDI_RECORD_H

#include "node/node.h"

enum pkdi_then {
	PKDI_THEN_NEXT,  /* fires on other inputs, or frames, after this */
	PKDI_THEN_MORE,  /* goes on with the same one, which therefore stays */
	PKDI_THEN_LEAVE, /* it was the node's last firing */
};

/* Records the firing at hand, commits it and applies it. `publishes`: the loaned slots that are
 * not marked absent; otherwise all outputs are absent. */
void pkdi_record_commit(struct pkdi_node *node, bool publishes, enum pkdi_then then);

/* The same for a request that the node has answered, node->calls.done: nothing of the node's
 * firings changes, and its persistent state becomes the spare copy. */
void pkdi_record_commit_call(struct pkdi_node *node);

/* What the last firing committed has left. */
struct pkdi_leftover *pkdi_record_leftover(const struct pkdi_node *node);

/* The copy of the node's persistent state that the next firing may change: made equal to the
 * current one, which it replaces when the firing commits. NULL for a node without state. */
void *pkdi_record_spare_state(struct pkdi_node *node);

/* Applies the record. Idempotent: all of it may have been done before, in this incarnation or in
 * the last one. */
void pkdi_record_apply(struct pkdi_node *node);

#endif
