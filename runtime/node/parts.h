/* What the files of a node share: node.c, poll.c, fire.c and made.c. */
#ifndef PKDI_PARTS_H
#define PKDI_PARTS_H

#include "node/node.h"
#include "node/record.h"

/* For pkdi_node_notify. */
void pkdi_node_wake_neighbours(struct pkdi_node *node);

/* The live values with which it fires with frame `number`. */
void pkdi_node_apply_live(struct pkdi_node *node, uint64_t number);

/* To be called after storing words that neighbours may wait for. */
static inline void pkdi_node_notify(struct pkdi_node *node)
{
	if (node->n_down || node->n_up_gated)
		pkdi_node_wake_neighbours(node);
}

/* All outputs; true if one of them had not been settled that far. */
static inline bool pkdi_node_settle(struct pkdi_node *node, uint64_t number)
{
	bool moved = false;

	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		moved |= pkdi_output_settle(&node->outputs[i], number);
	return moved;
}

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
