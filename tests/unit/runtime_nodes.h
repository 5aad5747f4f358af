/* What the unit tests of the runtime share: a run, nodes that need no init, and a stand-in for the
 * loop of a process. */
#ifndef RUNTIME_NODES_H
#define RUNTIME_NODES_H

#include "run/run.h"

static struct pkdi_run run;
static uint32_t n_finished;

static inline int any_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	return PKD_OK;
}

static inline void any_finish(void *self)
{
	(void)self;
	n_finished++;
}

/* The initialiser of a struct pkd_methods. */
#define METHODS(size, init, step, finish)                     \
	{                                                     \
		PKD_ABI, size, init, step, finish, NULL, NULL \
	}

/* Polls and fires the node until it has nothing to do, as a process does that has slept. */
static inline enum pkdi_poll drive(uint32_t node)
{
	pkdi_node_before_sleep(&run.nodes[node]);
	for (;;) {
		enum pkdi_poll poll = pkdi_node_poll(&run.nodes[node], true);

		if (poll == PKDI_POLL_READY)
			assert_true(pkdi_node_fire(&run.nodes[node]) >= 0);
		else if (poll != PKDI_POLL_MOVED)
			return poll;
	}
}

#endif
