/* What the files of a node share: node.c, poll.c, fire.c and made.c. */
#ifndef PKDI_PARTS_H
#define PKDI_PARTS_H

#include "node/node.h"
#include "node/record.h"

/* To be called after storing words that neighbours may wait for. */
void pkdi_node_notify(struct pkdi_node *node);
/* All outputs; true if one of them had not been settled that far. */
bool pkdi_node_settle(struct pkdi_node *node, uint64_t number);
/* The firing in node->ctx. */
void pkdi_node_commit(struct pkdi_node *node, bool publishes, enum pkdi_then then);

/* The live values with which it fires with frame `number`. */
void pkdi_node_apply_live(struct pkdi_node *node, uint64_t number);

/* After a step: what it has put into its outputs is within their bounds and, where they are made,
 * valid for their types. 0, or a negative errno after a line on stderr. */
int pkdi_node_check_outputs(struct pkdi_node *node, bool are_made);
/* Writes the headers; from here on the values may be published and must not change. Likewise. */
int pkdi_node_seal(struct pkdi_node *node, int64_t now_ns);
/* Says that the system refused to change the protection of an output; returns r. */
int pkdi_node_no_protection(struct pkdi_node *node, int r);

static inline void pkdi_node_set_calling(const struct pkdi_node *node, uint32_t calling)
{
	atomic_store_explicit(node->calling, calling, memory_order_relaxed);
}

/* A source at rest makes no frames; other nodes pass theirs by, also when the program stops. */
static inline bool pkdi_node_rests(const struct pkdi_node *node)
{
	return atomic_load_explicit(node->held, memory_order_relaxed) == PKDI_HELD_RESTS;
}

/* A stop lets everything go on, so that it ends. */
static inline bool pkdi_node_is_paused(const struct pkdi_node *node)
{
	return atomic_load_explicit(node->held, memory_order_relaxed) == PKDI_HELD_PAUSED &&
	       atomic_load_explicit(&node->program_words->phase, memory_order_relaxed) ==
	               PKDI_PHASE_RUN;
}

/* A live source goes on while it is paused, and what it makes is dropped. */
static inline bool pkdi_node_cannot_wait(const struct pkdi_node *node)
{
	return node->decl->origin == PKD_LIVE && pkdi_node_is_source(node->decl);
}

/* The node's code is to be told of new values before it is called with them. */
static inline bool pkdi_node_is_untold(struct pkdi_node *node)
{
	return node->decl->methods->changed && node->live.n && pkdi_live_has_changed(&node->live);
}

#endif
