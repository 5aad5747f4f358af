#include "node/parts.h"

#include "node/history.h"
#include "node/record.h"
#include "node/traced.h"

static bool has_room(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (!pkdi_output_has_room(&node->outputs[i]))
			return false;
	return true;
}

/* Has the node lost its purpose? Not while one output has a reader, and not if it has no readers
 * by design. */
static bool have_readers_gone(const struct pkdi_node *node)
{
	bool had_readers = false;

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (pkdi_output_has_lost_readers(output))
			had_readers = true;
		else if (pkdi_output_has_readers(output))
			return false;
	}
	return had_readers;
}

/* Checked only now and then, and always before a sleep: the answer is on lines that the readers
 * store to all the time. */
enum { POLLS = 32 };

static bool must_leave(struct pkdi_node *node)
{
	uint32_t phase = atomic_load_explicit(&node->program_words->phase, memory_order_acquire);

	node->phase = phase;
	return phase == PKDI_PHASE_STOP ||
	       (node->n_polls++ % POLLS == 0 && have_readers_gone(node)) ||
	       (phase == PKDI_PHASE_DRAIN &&
	        (node->drives_itself || pkdi_node_is_source(node->decl)));
}

/* A firing that bears the node's own number. */
static enum pkdi_poll fire_next(struct pkdi_node *node)
{
	node->firing.number = pkdi_record_number(&node->words->record) + 1;
	node->firing.origin = node->index;
	node->chosen = true;
	return PKDI_POLL_READY;
}

/* Has a value come that step looked for ahead of those in hand? */
static bool has_more_ahead(const struct pkdi_node *node)
{
	return node->ahead_seq && pkdi_ring_find(&node->inputs[node->ahead_input].ring,
	                                         node->ahead_seq) != PKDI_NO_SLOT;
}

/* After a PKD_LATER the step is called when it is due; earlier, once, when the program begins to
 * stop: what waits may then go on at once. */
static bool is_early(struct pkdi_node *node)
{
	if (!node->ctx.due_ns || node->phase != node->later_phase || has_more_ahead(node))
		return false;
	*node->now_ns = pkd_now();
	if (*node->now_ns >= node->ctx.due_ns)
		return false;
	node->due_ns = node->ctx.due_ns;
	return true;
}

static enum pkdi_poll poll_origin(struct pkdi_node *node, bool may_begin)
{
	if (!may_begin || (node->decl->origin == PKD_PACED && !has_room(node)) || is_early(node))
		return PKDI_POLL_IDLE;
	node->firing = (struct pkdi_firing){0};
	return fire_next(node);
}

/* Releases what no later frame looks back at, so that the writers have room: this node itself
 * may be one of them. */
static bool advance_histories(struct pkdi_node *node)
{
	bool moved = false;

	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].role == PKDI_ROLE_HISTORY)
			moved |= pkdi_history_advance(&node->inputs[i], node->decided + 1);
	return moved;
}

/* Nothing will come any more. */
static enum pkdi_poll end_or_flush(struct pkdi_node *node)
{
	const struct pkdi_leftover *leftover = pkdi_record_leftover(node);

	if (!node->decl->flushes) {
		pkdi_node_leave(node);
		return PKDI_POLL_MOVED;
	}
	pkdi_firing_flush(node->inputs, node->decl->n_inputs, &node->firing);
	node->firing.capture_ns = leftover->capture_ns;
	node->firing.part = leftover->input == PKD_NONE ? leftover->n_parts : 0;
	return fire_next(node);
}

static bool goes_on(struct pkdi_node *node)
{
	const struct pkdi_leftover *leftover = pkdi_record_leftover(node);

	if (!leftover->n_parts || leftover->input >= node->decl->n_inputs ||
	    !pkdi_firing_go_on(node->inputs, node->decl->n_inputs, leftover->input, &node->firing))
		return false;
	node->firing.part = leftover->n_parts;
	return true;
}

/* Is it time for a call without an input? Otherwise it may be the time that the process sleeps
 * until. */
static bool is_due_to_wake(struct pkdi_node *node, bool may_begin)
{
	/* A flush that waits goes on as a flush. */
	if (!node->wake_ns || !may_begin || pkdi_node_rests(node) || pkd_flushing(&node->ctx))
		return false;
	if (node->wake_ns > 1 && !*node->now_ns)
		*node->now_ns = pkd_now();
	if (node->wake_ns <= 1 || *node->now_ns >= node->wake_ns)
		return true;
	node->due_ns = node->wake_ns;
	return false;
}

static enum pkdi_poll wake_up(struct pkdi_node *node)
{
	pkdi_firing_flush(node->inputs, node->decl->n_inputs, &node->firing);
	node->firing.woken = true;
	return fire_next(node);
}

static enum pkdi_poll poll_any(struct pkdi_node *node, bool may_begin)
{
	enum pkdi_choice choice;
	bool wakes;

	if (node->decl->origin == PKD_PACED && !has_room(node))
		return PKDI_POLL_IDLE;
	if (goes_on(node))
		return fire_next(node);
	wakes = is_due_to_wake(node, may_begin);
	if (wakes && !node->was_woken)
		return wake_up(node);
	choice = pkdi_firing_choose_any(node->inputs, node->decl->n_inputs, node->skip_watermarks,
	                                &node->firing);
	if (choice == PKDI_CHOICE_FIRE)
		return fire_next(node);
	/* Otherwise one that always wants to be woken would never end. */
	if (choice == PKDI_CHOICE_DRAINED && !node->drives_itself)
		return end_or_flush(node);
	if (wakes)
		return wake_up(node);
	if (!node->firing.moved)
		return PKDI_POLL_IDLE;
	pkdi_node_notify(node);
	return PKDI_POLL_MOVED;
}

static enum pkdi_poll poll_join(struct pkdi_node *node)
{
	enum pkdi_choice choice;
	/* Anything that makes room for a writer counts. */
	bool moved = node->has_history && advance_histories(node);

	/* Before the inputs are chosen: once a frame is chosen, nothing waits for anything. */
	if (!has_room(node)) {
		if (!moved)
			return PKDI_POLL_IDLE;
		pkdi_node_notify(node);
		return PKDI_POLL_MOVED;
	}
	choice = pkdi_firing_choose(node->inputs, node->decl->n_inputs, node->skip_watermarks,
	                            &node->firing);
	if (choice == PKDI_CHOICE_DRAINED)
		return end_or_flush(node);
	if (node->firing.settled > node->decided)
		node->decided = node->firing.settled;
	/* Frames dropped by a lossy choice are settled here, before the step. */
	moved |= pkdi_node_settle(node, node->firing.settled) || choice == PKDI_CHOICE_SKIPPED ||
	         node->firing.moved;
	if (moved)
		pkdi_node_notify(node);
	if (choice == PKDI_CHOICE_FIRE) {
		node->chosen = true;
		return PKDI_POLL_READY;
	}
	return moved ? PKDI_POLL_MOVED : PKDI_POLL_IDLE;
}

/* The values with which it fires with frame `number`. */
void pkdi_node_apply_live(struct pkdi_node *node, uint64_t number)
{
	uint64_t before = pkdi_read(&node->words->live.applied), after;

	pkdi_live_apply(&node->live, number);
	after = pkdi_read(&node->words->live.applied);
	if (after == before)
		return;
	node->ctx.due_ns = 0; /* they may say another time */
	if (pkdi_is_traced(node))
		pkdi_traced_version(node, after);
}

/* Takes new values of parameters, also while there is nothing to fire with. */
static void follow_live(struct pkdi_node *node)
{
	struct pkdi_live *live = &node->live;
	uint64_t next = node->decided + 1;

	if (live->leads)
		pkdi_live_take(live, next = pkdi_record_number(&node->words->record) + 1);
	if (live->reads &&
	    pkdi_read(&live->all->words[live->root]->newest) != pkdi_read(&live->words->applied))
		pkdi_node_apply_live(node, next);
}

static enum pkdi_poll poll_firing(struct pkdi_node *node, bool may_begin)
{
	node->due_ns = INT64_MAX;
	if (pkdi_node_is_paused(node) && !pkdi_node_cannot_wait(node))
		return PKDI_POLL_IDLE;
	if (pkdi_node_rests(node) && pkdi_node_is_source(node->decl))
		return PKDI_POLL_IDLE;
	if (node->chosen || pkdi_node_is_untold(node))
		return PKDI_POLL_READY;
	if (pkdi_node_is_source(node->decl))
		return poll_origin(node, may_begin);
	/* One at rest passes by what waits, but for what is made at the end. */
	if ((!pkdi_node_rests(node) || pkd_flushing(&node->ctx)) && is_early(node))
		return PKDI_POLL_IDLE;
	return node->decl->fires_any ? poll_any(node, may_begin) : poll_join(node);
}

/* A request comes before the next firing, and the next request behind it. */
static enum pkdi_poll poll_calls(struct pkdi_node *node, bool may_begin)
{
	enum pkdi_poll poll = node->calls.waits ? poll_firing(node, may_begin) : PKDI_POLL_IDLE;

	if (poll != PKDI_POLL_IDLE)
		return poll;
	node->calls.chosen = true;
	return PKDI_POLL_READY;
}

enum pkdi_poll pkdi_node_poll(struct pkdi_node *node, bool may_begin)
{
	if (!node->ready)
		return PKDI_POLL_LEFT;
	if (must_leave(node)) {
		pkdi_node_leave(node);
		return PKDI_POLL_MOVED;
	}
	/* All that it has is in the words, for the next run. */
	if (node->phase == PKDI_PHASE_SUSPEND) {
		pkdi_node_abandon(node);
		return PKDI_POLL_LEFT;
	}
	if (node->live.all)
		follow_live(node);
	if (node->calls.requests && pkdi_call_is_due(&node->calls))
		return poll_calls(node, may_begin);
	return poll_firing(node, may_begin);
}
