#include "node/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel/freeze.h"
#include "node/history.h"
#include "node/policy.h"
#include "node/ports.h"
#include "node/record.h"
#include "node/say.h"
#include "node/traced.h"
#include "node/typed.h"

static __attribute__((cold)) void trace_call(struct pkdi_node *node, int64_t since_ns)
{
	enum pkdi_call call = atomic_load_explicit(node->call, memory_order_relaxed);
	uint32_t command = 0;

	if (call == PKDI_CALL_COMMAND)
		command = pkdi_request_of(&node->calls, node->calls.done + 1)->command;
	pkdi_traced_call(node, call, since_ns, command);
}

void pkdi_node_begin_call(struct pkdi_node *node, enum pkdi_call call)
{
	atomic_store_explicit(node->call, call, memory_order_relaxed);
	atomic_store_explicit(node->step_since_ns, pkd_now(), memory_order_relaxed);
	pkdi_node_set_calling(node, node->index + 1);
}

/* `calling` is left to the caller: after a failure it tells the supervisor which node it was. */
void pkdi_node_end_call(struct pkdi_node *node)
{
	int64_t since_ns = atomic_load_explicit(node->step_since_ns, memory_order_relaxed);

	atomic_store_explicit(node->step_since_ns, 0, memory_order_relaxed);
	if (pkdi_is_traced(node))
		trace_call(node, since_ns);
	atomic_store_explicit(node->call, PKDI_CALL_STEP, memory_order_relaxed);
	/* It may have taken long: an earlier reading of the clock is stale. */
	*node->now_ns = 0;
}

/* Ringing is a system call and takes some time. */
static void wake(struct pkdi_node *node, struct pkdi_neighbour *const *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (pkdi_wake(list[i]))
			*node->now_ns = 0;
}

/* Is half of the window of a lossless input free again? Not waking the writer loses nothing:
 * this node still has the other half to process. Values looked back at are in the window for
 * good. */
static bool is_half_free(const struct pkdi_input *input)
{
	uint64_t kept = input->role == PKDI_ROLE_HISTORY ? (uint64_t) - (int64_t)input->decl->first
	                                                 : 0;
	uint64_t newest = pkdi_ring_newest(&input->ring, input->cursor);
	uint64_t held = newest ? newest + 1 - input->cursor : 0;

	return held <= kept || 2 * (held - kept) <= input->window - kept;
}

/* Hysteresis: a writer that waits for credits is woken when half of them are free again, not for
 * every frame. A deferred wake is sent before this node's process sleeps. */
static bool wants_more(const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		const struct pkdi_input *input = &node->inputs[i];

		if (input->stream && input->decl->policy == PKD_QUEUE && is_half_free(input))
			return true;
	}
	return false;
}

static bool is_a_writer_asleep(const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->n_up_gated; i++)
		if (pkdi_is_asleep(node->up[i]))
			return true;
	return false;
}

void pkdi_node_wake_neighbours(struct pkdi_node *node)
{
	pkdi_wake_fence();
	wake(node, node->down, node->n_down);
	/* In this order: what the writers have published is on lines that they store to all the
	 * time. */
	node->wake_pending = is_a_writer_asleep(node) && !wants_more(node);
	if (!node->wake_pending)
		wake(node, node->up, node->n_up_gated);
}

void pkdi_node_before_sleep(struct pkdi_node *node)
{
	node->n_polls = 0;
	for (uint32_t i = 0; node->ready && i < node->decl->n_inputs; i++)
		pkdi_believe_ring(&node->inputs[i]);
	/* Only if one was deferred: two neighbours that rang each other before every sleep would
	 * never sleep. */
	if (!node->wake_pending)
		return;
	node->wake_pending = false;
	pkdi_wake_fence();
	wake(node, node->up, node->n_up_gated);
}

/* ---- Recovery ---- */

bool pkdi_node_drives_itself(const struct pkd_node *decl)
{
	for (uint32_t i = 0; i < decl->n_inputs; i++)
		if (pkdi_policy_role(&decl->inputs[i]) == PKDI_ROLE_FIRING)
			return false;
	return decl->wakes;
}

void pkdi_node_recover(struct pkdi_node *node)
{
	struct pkdi_record *record = &node->words->record;

	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		pkdi_policy_start(&node->inputs[i]);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		pkdi_output_start(&node->outputs[i]);
	if (atomic_load(&record->committed) != atomic_load(&record->applied))
		pkdi_record_apply(node);
	pkdi_account_recover(node);
	if (node->calls.answers)
		pkdi_call_recover(node);
	node->ctx = (struct pkd_ctx){.node = node, .number = pkdi_record_number(record)};
	node->decided = node->ctx.number;
	node->due_ns = INT64_MAX;
	node->chosen = false;
	node->wake_ns = 0;
	node->was_woken = true;
	node->drives_itself = pkdi_node_drives_itself(node->decl);
	atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
	/* The process may have died while leaving. */
	if (atomic_load(&node->words->state) == PKDI_LEFT)
		pkdi_node_leave(node);
	pkdi_node_notify(node);
}

/* ---- Start and end ---- */

int pkdi_node_start(struct pkdi_node *node)
{
	const struct pkd_node *decl = node->decl;
	int r;

	if (atomic_load(&node->words->state) == PKDI_LEFT)
		return 0;
	if (decl->methods->abi != PKD_ABI) {
		pkdi_node_log(node->log, decl,
		              "%s was compiled for another version of libpkd: run pkdc build again",
		              decl->kind);
		return -EINVAL;
	}
	node->ctx.reported = false;
	node->ctx.state = pkdi_record_spare_state(node);
	/* One that is started again begins with the values of its next frame. */
	if (node->live.reads)
		pkdi_live_apply(&node->live, node->decided + 1);
	pkdi_node_begin_call(node, PKDI_CALL_INIT);
	r = decl->methods->init(node->self, decl->params, &node->ctx);
	pkdi_node_end_call(node);
	if (r == PKD_OK || r == PKD_END)
		pkdi_node_set_calling(node, 0);
	if (r == PKD_END) {
		pkdi_node_leave(node);
		return 0;
	}
	if (r != PKD_OK) {
		if (!node->ctx.reported)
			pkdi_node_log(node->log, decl, "init failed: %s",
			              r < 0 ? strerror(-r)
			                    : "it returned a value that only step may return");
		return r < 0 ? r : -EINVAL;
	}
	if (node->live.reads)
		pkdi_live_have_told(&node->live);
	node->ready = true;
	atomic_store(&node->words->state, PKDI_RUNNING);
	return 0;
}

void pkdi_node_abandon(struct pkdi_node *node)
{
	uint32_t calling = atomic_load_explicit(node->calling, memory_order_relaxed);

	if (!node->ready)
		return;
	node->ready = false;
	if (node->decl->methods->ready)
		pkdi_watch_forget(node->watch, node->index);
	node->ctx.reported = false;
	pkdi_node_begin_call(node, PKDI_CALL_FINISH);
	node->decl->methods->finish(node->self);
	pkdi_node_end_call(node);
	pkdi_node_set_calling(node, calling);
	node->finish_failed = node->ctx.reported;
}

void pkdi_node_leave(struct pkdi_node *node)
{
	/* First, so that an incarnation that finds it continues leaving. */
	atomic_store(&node->words->state, PKDI_LEFT);
	pkdi_node_settle(node, PKDI_ENDED);
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].stream)
			pkdi_input_leave(&node->inputs[i]);
	node->chosen = false;
	pkdi_wake_fence();
	wake(node, node->down, node->n_down);
	wake(node, node->up, node->n_up);
	pkdi_node_abandon(node);
}
