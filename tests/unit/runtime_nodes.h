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

/* The account of input `i` of the node; and of the node's firings. */
static inline struct pkdi_edge_account account_of(uint32_t node, uint32_t i)
{
	struct pkdi_edge_account account;

	pkdi_account_edge(&run.nodes[node], i, &account);
	if (run.nodes[node].inputs[i].role != PKDI_ROLE_FIRING)
		return account;
	assert_int_equal(account.delivered + account.dropped + account.thinned +
	                         account.other_worker + account.unjoined + account.failed +
	                         account.left + account.in_flight,
	                 account.published);
	return account;
}
static inline struct pkdi_node_account firings_of(uint32_t node)
{
	struct pkdi_node_account account;

	pkdi_account_node(&run.nodes[node], &account);
	return account;
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
