#include "node/node.h"

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

static void set_calling(const struct pkdi_node *node, uint32_t calling)
{
	atomic_store_explicit(node->calling, calling, memory_order_relaxed);
}

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
	set_calling(node, node->index + 1);
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

/* To be called after storing words that neighbours may wait for. */
static void notify(struct pkdi_node *node)
{
	if (!node->n_down && !node->n_up_gated)
		return;
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

static bool settle_outputs(struct pkdi_node *node, uint64_t number)
{
	bool moved = false;

	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		moved |= pkdi_output_settle(&node->outputs[i], number);
	return moved;
}

/* ---- Commit and recovery ---- */

static void commit(struct pkdi_node *node, bool publishes, enum pkdi_then then)
{
	pkdi_record_commit(node, publishes, then);
	node->decided = node->ctx.number;
	notify(node);
}

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
	notify(node);
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
		set_calling(node, 0);
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
	set_calling(node, calling);
	node->finish_failed = node->ctx.reported;
}

void pkdi_node_leave(struct pkdi_node *node)
{
	/* First, so that an incarnation that finds it continues leaving. */
	atomic_store(&node->words->state, PKDI_LEFT);
	settle_outputs(node, PKDI_ENDED);
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].stream)
			pkdi_input_leave(&node->inputs[i]);
	node->chosen = false;
	pkdi_wake_fence();
	wake(node, node->down, node->n_down);
	wake(node, node->up, node->n_up);
	pkdi_node_abandon(node);
}

/* ---- Choosing ---- */

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
	return node->ahead_seq &&
	       pkdi_ring_find(&node->inputs[node->ahead_input].ring, node->ahead_seq) !=
	               PKDI_NO_SLOT;
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

/* A source at rest makes no frames; other nodes pass theirs by, also when the program stops. */
static bool rests(const struct pkdi_node *node)
{
	return atomic_load_explicit(node->held, memory_order_relaxed) == PKDI_HELD_RESTS;
}

/* Is it time for a call without an input? Otherwise it may be the time that the process sleeps
 * until. */
static bool is_due_to_wake(struct pkdi_node *node, bool may_begin)
{
	/* A flush that waits goes on as a flush. */
	if (!node->wake_ns || !may_begin || rests(node) || pkd_flushing(&node->ctx))
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
	notify(node);
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
		notify(node);
		return PKDI_POLL_MOVED;
	}
	choice = pkdi_firing_choose(node->inputs, node->decl->n_inputs, node->skip_watermarks,
	                            &node->firing);
	if (choice == PKDI_CHOICE_DRAINED)
		return end_or_flush(node);
	if (node->firing.settled > node->decided)
		node->decided = node->firing.settled;
	/* Frames dropped by a lossy choice are settled here, before the step. */
	moved |= settle_outputs(node, node->firing.settled) || choice == PKDI_CHOICE_SKIPPED ||
	         node->firing.moved;
	if (moved)
		notify(node);
	if (choice == PKDI_CHOICE_FIRE) {
		node->chosen = true;
		return PKDI_POLL_READY;
	}
	return moved ? PKDI_POLL_MOVED : PKDI_POLL_IDLE;
}

/* A stop lets everything go on, so that it ends. */
static bool is_paused(const struct pkdi_node *node)
{
	return atomic_load_explicit(node->held, memory_order_relaxed) == PKDI_HELD_PAUSED &&
	       atomic_load_explicit(&node->program_words->phase, memory_order_relaxed) ==
	               PKDI_PHASE_RUN;
}

/* A live source goes on while it is paused, and what it makes is dropped. */
static bool cannot_wait(const struct pkdi_node *node)
{
	return node->decl->origin == PKD_LIVE && pkdi_node_is_source(node->decl);
}

/* The values with which it fires with frame `number`. */
static void apply_live(struct pkdi_node *node, uint64_t number)
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
		apply_live(node, next);
}

/* The node's code is to be told of new values before it is called with them. */
static bool is_untold(struct pkdi_node *node)
{
	return node->decl->methods->changed && node->live.n && pkdi_live_has_changed(&node->live);
}

static enum pkdi_poll poll_firing(struct pkdi_node *node, bool may_begin)
{
	node->due_ns = INT64_MAX;
	if (is_paused(node) && !cannot_wait(node))
		return PKDI_POLL_IDLE;
	if (rests(node) && pkdi_node_is_source(node->decl))
		return PKDI_POLL_IDLE;
	if (node->chosen || is_untold(node))
		return PKDI_POLL_READY;
	if (pkdi_node_is_source(node->decl))
		return poll_origin(node, may_begin);
	/* One at rest passes by what waits, but for what is made at the end. */
	if ((!rests(node) || pkd_flushing(&node->ctx)) && is_early(node))
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

/* ---- Firing ---- */

static __attribute__((cold)) int no_protection(struct pkdi_node *node, int r)
{
	/* Not the fault of the frame: it does not count as one that the node has died on. */
	atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
	pkdi_node_log(node->log, node->decl,
	              "cannot write-protect its outputs: %s; --freeze=off does not need it",
	              strerror(-r));
	node->ctx.reported = true;
	return r;
}

/* From here on the values may be published and must not change. */
static int seal_values(struct pkdi_node *node, int64_t now_ns)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];
		struct pkd_frame header;
		int r;

		if (!output->stream || output->absent)
			continue;
		header = (struct pkd_frame){
			.seq = output->slots.next,
			.number = node->ctx.number,
			.capture_ns = node->ctx.capture_ns,
			.publish_ns = now_ns,
			.size = output->stream->value_size,
			.incarnation = atomic_load_explicit(&node->orders->incarnation,
		                                            memory_order_relaxed),
			.type_id = output->index,
			.origin = node->ctx.origin,
		};
		/* The ring's entry may be there, and others read it meanwhile. */
		memcpy(output->header, &header, offsetof(struct pkd_frame, entry));
		r = output->frozen ? pkdi_freeze_close(output) : 0;
		if (r < 0)
			return no_protection(node, r);
	}
	return 0;
}

/* A lossless graph takes whole frames: a live frame that does not fit everywhere goes nowhere,
 * and is counted against the first reader without room. */
static bool is_refused(struct pkdi_node *node)
{
	const struct pkdi_gate *gate = NULL;
	uint32_t refused_at = 0;

	if (node->decl->origin != PKD_LIVE)
		return false;
	for (uint32_t i = 0, first = 0; i < node->decl->n_outputs && !gate; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (!output->absent)
			gate = pkdi_output_full_gate(output);
		if (gate) {
			node->refused_for = first + (uint32_t)(gate - output->gates);
			refused_at = i;
		}
		first += output->n_gates;
	}
	if (!gate)
		return false;
	node->lost = PKDI_LOST_REFUSED;
	if (pkdi_is_traced(node))
		pkdi_traced_lost(node, PKDI_DROP_REFUSED, refused_at);
	return true;
}

static void account(struct pkdi_node *node, int64_t ns)
{
	struct pkdi_node_words *words = node->words;

	pkdi_count(&words->n_firings, 1);
	pkdi_count(&words->busy_ns, (uint64_t)ns);
	pkdi_count(&words->steps[pkdi_step_bucket((uint64_t)ns)], 1);
	if ((uint64_t)ns > pkdi_read(&words->longest_ns))
		atomic_store_explicit(&words->longest_ns, (uint64_t)ns, memory_order_relaxed);
}

static __attribute__((cold)) int say_overrun(struct pkdi_node *node,
                                             const struct pkdi_output *output)
{
	char who[PKDI_WHO_SIZE];

	pkdi_log(
		node->log,
		"%s wrote beyond its output '%s' (stream %s, frame %llu): %s has room for %u bytes",
		pkdi_node_who(node->decl, who), node->decl->outputs[output - node->outputs].name,
		output->stream->name, (unsigned long long)node->ctx.number, output->stream->type,
		output->stream->value_size);
	node->ctx.reported = true;
	return -EOVERFLOW;
}

static __attribute__((cold)) int report_mismatch(struct pkdi_node *node,
                                                 const struct pkdi_output *output,
                                                 const struct pkd_type *type)
{
	struct pkdi_mismatch mismatch;

	/* A thread of the node may have mended it meanwhile; it was wrong nevertheless. */
	if (pkdi_typed_check(type, output->header + 1, &mismatch))
		mismatch = (struct pkdi_mismatch){"", "was changed after the step"};
	pkdi_node_log(node->log, node->decl, "output '%s%s' %s (frame %llu)",
	              node->decl->outputs[output - node->outputs].name, mismatch.place,
	              mismatch.text, (unsigned long long)node->ctx.number);
	node->ctx.reported = true;
	return -EBADMSG;
}

static __attribute__((cold)) int say_forgotten(struct pkdi_node *node,
                                               const struct pkdi_output *output)
{
	const char *name = node->decl->outputs[output - node->outputs].name;
	char kind[128];

	snprintf(kind, sizeof(kind), "%s", node->decl->kind);
	for (char *c = kind; *c; c++)
		*c = *c == '.' ? '_' : *c;
	pkdi_node_log(node->log, node->decl,
	              "output '%s' was neither written nor marked absent (frame %llu): where there "
	              "is no value, call %s_absent_%s(ctx)",
	              name, (unsigned long long)node->ctx.number, kind, name);
	node->ctx.reported = true;
	return -EBADMSG;
}

/* The plan has found something. A number that happens to be the mark is one that was not written,
 * and 0, where the rest of the value was. */
static __attribute__((cold)) int look_closer(struct pkdi_node *node,
                                             const struct pkdi_output *output,
                                             const struct pkdi_plan *plan)
{
	struct pkdi_mismatch mismatch;
	bool marked = plan->mark != 0;

	if (marked && pkdi_plan_is_unwritten(plan, output->header + 1))
		return say_forgotten(node, output);
	if (marked && pkdi_typed_check(plan->type, output->header + 1, &mismatch))
		return 0;
	return report_mismatch(node, output, plan->type);
}

/* Whatever follows an output does not belong to the node: a header, or what the next one reads.
 * And a value that is not valid for its declared type reaches nobody. */
static int check_outputs(struct pkdi_node *node, bool are_made)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (!output->stream)
			continue;
		if (!pkdi_output_is_intact(output))
			return say_overrun(node, output);
		if (are_made && !output->absent && node->plans[i].checks &&
		    !pkdi_plan_check(&node->plans[i], output->header + 1)) {
			int r = look_closer(node, output, &node->plans[i]);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* No input has a capture time for it, nor a firing before. */
static bool is_timed_by_call(const struct pkdi_node *node)
{
	return pkdi_node_is_source(node->decl) || node->ctx.woken ||
	       (node->ctx.fired == PKD_NONE && !pkdi_read(&node->words->record.committed));
}

static bool has_values(int r)
{
	return r == PKD_OK || r == PKD_MORE || r == PKD_END;
}

/* A stamp is there where its output is. */
static void settle_stamps(struct pkdi_node *node)
{
	const struct pkd_node *decl = node->decl;

	for (uint32_t i = decl->n_outputs; i-- > 0 && !decl->outputs[i].type;)
		if (decl->outputs[i].stamps)
			node->outputs[i].absent =
				node->outputs[decl->outputs[i].stamps - decl->outputs].absent;
}

/* Once a node that fires on any input has set a capture time, none is earlier than the one before:
 * those who take a frame of each period, or write a film, go by them. */
static bool goes_back(const struct pkdi_node *node)
{
	return node->decl->fires_any && node->ctx.is_timed &&
	       pkdi_read(&node->words->record.committed) &&
	       node->ctx.capture_ns < pkdi_record_leftover(node)->capture_ns;
}

/* Calls step; returns its result, and the times of its start and end. */
static int call_step(struct pkdi_node *node, int64_t *ret_start_ns, int64_t *ret_end_ns)
{
	int64_t start_ns;
	int r;

	/* A clock that has just been read is good enough. */
	start_ns = *node->now_ns;
	if (!start_ns)
		start_ns = pkd_now();
	*ret_start_ns = start_ns;
	if (is_timed_by_call(node))
		node->ctx.capture_ns = start_ns;
	if (node->ctx.woken && goes_back(node))
		node->ctx.capture_ns = pkdi_record_leftover(node)->capture_ns;
	r = pkdi_ports_fill(node);
	if (r == -ENOBUFS) {
		pkdi_node_log(node->log, node->decl, "no slot is free: this is a bug in libpkd");
		node->ctx.reported = true;
	}
	if (r < 0) {
		*ret_end_ns = start_ns;
		return r == -ENOBUFS ? r : no_protection(node, r);
	}
	/* What it dies of without an input is no frame, and the next one has the same number. */
	atomic_store_explicit(&node->words->in_hand, node->ctx.woken ? 0 : node->ctx.number,
	                      memory_order_relaxed);
	atomic_store_explicit(node->step_since_ns, start_ns, memory_order_relaxed);
	set_calling(node, node->index + 1);
	r = node->decl->methods->step(node->self, node->in, node->out, &node->ctx);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (node->outputs[i].stream)
			pkdi_slots_prefetch(&node->outputs[i].slots);
	settle_stamps(node);
	set_calling(node, 0);
	atomic_store_explicit(node->step_since_ns, 0, memory_order_relaxed);
	*node->now_ns = *ret_end_ns = pkd_now();
	if (has_values(r))
		account(node, *ret_end_ns - start_ns);
	if (r >= 0) {
		int checked = check_outputs(node, has_values(r));

		r = checked < 0 ? checked : r;
	}
	return r;
}

static __attribute__((cold)) int fail(struct pkdi_node *node, int r)
{
	set_calling(node, node->index + 1); /* left set, for the supervisor to name the node */
	if (!node->ctx.reported)
		pkdi_node_log(node->log, node->decl, "step failed at frame %llu: %s",
		              (unsigned long long)node->ctx.number, strerror(-r));
	if (!node->ctx.reported && r == -EACCES)
		pkdi_node_hint(node);
	return r < 0 ? r : -EINVAL;
}

/* Before a call between firings. */
static void begin_between(struct pkdi_node *node, enum pkdi_call call)
{
	uint64_t committed = pkdi_read(&node->words->record.committed);

	node->ctx.state = node->states[committed % 2];
	node->ctx.reported = false;
	pkdi_node_begin_call(node, call);
}

static int end_between(struct pkdi_node *node, const char *what, int r)
{
	pkdi_node_end_call(node);
	if (r == PKD_OK) {
		set_calling(node, 0);
		return 0;
	}
	if (!node->ctx.reported)
		pkdi_node_log(node->log, node->decl, "%s failed: %s", what,
		              r < 0 ? strerror(-r)
		                    : "it returned a value that only step may return");
	return r < 0 ? r : -EINVAL;
}

int pkdi_node_fd_ready(struct pkdi_node *node)
{
	int r;

	if (!node->ready)
		return 0;
	begin_between(node, PKDI_CALL_READY);
	r = node->decl->methods->ready(node->self, &node->ctx);
	node->ctx.due_ns = 0;
	return end_between(node, "ready", r);
}

/* Returns 1: the node is to be polled again. What it dies of here is no frame. */
static int tell_changes(struct pkdi_node *node)
{
	int r;

	atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
	pkdi_live_tell(&node->live);
	begin_between(node, PKDI_CALL_CHANGED);
	r = node->decl->methods->changed(node->self, node->decl->params, &node->ctx);
	r = end_between(node, "changed", r);
	if (r >= 0)
		pkdi_live_have_told(&node->live);
	return r < 0 ? r : 1;
}

/* The first firing has committed: the node's outputs can be named. */
static void tell_supervisor(struct pkdi_node *node)
{
	const uint64_t one = 1;

	node->waits_for_names = false;
	/* The supervisor also looks when the process ends. */
	if (write(node->supervisor_fd, &one, sizeof(one)) < 0)
		return;
}

static __attribute__((cold)) int say_goes_back(struct pkdi_node *node)
{
	int64_t before_ns = pkdi_record_leftover(node)->capture_ns;

	pkdi_node_log(
		node->log, node->decl,
		"the capture time of frame %llu is %lld ns before that of the frame before: a "
		"node that sets it with pkd_set_time never lets it go back",
		(unsigned long long)node->ctx.number,
		(long long)(before_ns - node->ctx.capture_ns));
	node->ctx.reported = true;
	return -EINVAL;
}

/* What the firing has made becomes visible, unless there is no room for a frame that cannot
 * wait. */
static int publish(struct pkdi_node *node, int64_t now_ns, enum pkdi_then then)
{
	int r;

	if (cannot_wait(node) && is_paused(node)) {
		node->lost = PKDI_LOST_PAUSED;
		if (pkdi_is_traced(node))
			pkdi_traced_lost(node, PKDI_DROP_PAUSED, PKD_NONE);
		commit(node, false, then);
		return 0;
	}
	if (is_refused(node)) {
		commit(node, false, then);
		return 0;
	}
	r = seal_values(node, now_ns);
	if (r < 0)
		return r;
	commit(node, true, then);
	return 1;
}

/* A frame without a step, as the node has died of it twice, or is at rest: all that it makes is
 * absent, and the clock goes on. What was left of the same input, or of a flush that failed, is not
 * made: step alone would know what that is. */
static int pass(struct pkdi_node *node, enum pkdi_lost lost, enum pkdi_fate fate)
{
	bool flushes = pkd_flushing(&node->ctx);
	int64_t now_ns = pkd_now();
	int r;

	node->lost = lost;
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].fires)
			pkdi_account_pass(&node->inputs[i], node->inputs[i].cursor + 1, fate);
	if (pkdi_is_traced(node) && lost == PKDI_LOST_RESTED)
		pkdi_traced_lost(node, PKDI_DROP_RESTED, PKD_NONE);
	else if (pkdi_is_traced(node))
		pkdi_traced_failed(node);
	if (is_timed_by_call(node))
		node->ctx.capture_ns = now_ns;
	if (goes_back(node))
		node->ctx.capture_ns = pkdi_record_leftover(node)->capture_ns;
	r = pkdi_ports_fill_ticks(node);
	if (r < 0)
		return fail(node, r == -ENOBUFS ? r : no_protection(node, r));
	r = publish(node, now_ns, flushes ? PKDI_THEN_LEAVE : PKDI_THEN_NEXT);
	if (r < 0)
		return fail(node, r);
	if (flushes)
		pkdi_node_leave(node);
	return 1;
}

/* PKD_LATER: until the time that pkd_later was told, or a descriptor that the node watches. The
 * inputs stay as they are, and are chosen again. */
static int wait_later(struct pkdi_node *node)
{
	if (node->ctx.woken) {
		if (node->ctx.due_ns)
			pkd_wake(&node->ctx, node->ctx.due_ns);
		node->ctx.due_ns = 0; /* inputs do not wait for it */
		return 0;
	}
	node->later_phase = node->phase; /* a stop that came since is one that step may not know */
	if (node->ctx.due_ns)
		return 0;
	if (node->decl->methods->ready && pkdi_watch_any(node->watch, node->index)) {
		node->ctx.due_ns = INT64_MAX;
		return 0;
	}
	pkdi_node_log(node->log, node->decl,
	              "step returned PKD_LATER at frame %llu without saying until when: return "
	              "pkd_later(ctx, due), or watch a descriptor with pkd_watch",
	              (unsigned long long)node->ctx.number);
	node->ctx.reported = true;
	return fail(node, -EINVAL);
}

/* What follows the firing, or -EINVAL for what this node may not return. */
static int then_of(struct pkdi_node *node, int r)
{
	const struct pkd_node *decl = node->decl;
	bool flushes = pkd_flushing(&node->ctx);

	if (r == PKD_END || r == PKD_SKIP)
		return PKDI_THEN_LEAVE;
	if (node->ctx.woken && r == PKD_MORE) {
		pkd_wake(&node->ctx, 0);
		return PKDI_THEN_NEXT;
	}
	if (r == PKD_MORE && !decl->fires_any) {
		pkdi_node_log(node->log, decl,
		              "step returned PKD_MORE at frame %llu, and %s does not declare "
		              "`fires any`: a frame has one value in each of its streams",
		              (unsigned long long)node->ctx.number, decl->kind);
		node->ctx.reported = true;
		return -EINVAL;
	}
	if (r == PKD_OK && !flushes)
		return PKDI_THEN_NEXT;
	if (r != PKD_OK && r != PKD_MORE) {
		pkdi_node_log(node->log, decl,
		              "step returned %d at frame %llu, which is no status: a step gives "
		              "its values by '*out->NAME = ...' and returns PKD_OK",
		              r, (unsigned long long)node->ctx.number);
		node->ctx.reported = true;
		return -EINVAL;
	}
	if (!decl->makes || node->ctx.part + 1 < decl->makes)
		return PKDI_THEN_MORE;
	pkdi_node_log(node->log, decl, "has fired %llu times %s, and declares `makes <= %llu`",
	              (unsigned long long)decl->makes,
	              flushes ? "at the end of its inputs" : "for one input",
	              (unsigned long long)decl->makes);
	node->ctx.reported = true;
	return -EINVAL;
}

/* Where it fails, the node stays the one whose code runs, for the supervisor to name it. */
static int carry_out(struct pkdi_node *node)
{
	int r;

	node->calls.chosen = false;
	r = pkdi_call_carry_out(node);
	if (r < 0)
		return r;
	set_calling(node, 0);
	return 1;
}

/* What follows a step: its values become visible, or it has failed. */
static int end_firing(struct pkdi_node *node, int r, int64_t end_ns, int then)
{
	if (then < 0)
		return fail(node, r);
	if (goes_back(node))
		return fail(node, say_goes_back(node));
	node->ctx.due_ns = 0;
	if (r == PKD_SKIP) {
		node->ctx.number--; /* there is no such frame */
		node->lost = PKDI_LOST_NO_FRAME;
		commit(node, false, PKDI_THEN_LEAVE);
	} else {
		int published = publish(node, end_ns, (enum pkdi_then)then);

		if (published < 0)
			return fail(node, published);
		if (published && node->waits_for_names)
			tell_supervisor(node);
	}
	return 1;
}

/* A step that is told of a stop may end early, or for good. Where the run is only suspended that
 * does not count: it is as if the process had been killed in it. */
static bool is_undone(const struct pkdi_node *node)
{
	return node->knows_of_stop &&
	       atomic_load_explicit(&node->program_words->phase, memory_order_relaxed) ==
	               PKDI_PHASE_SUSPEND;
}

int pkdi_node_fire(struct pkdi_node *node)
{
	int64_t start_ns, end_ns;
	int r, then, done;

	node->calls.waits = node->calls.chosen;
	if (node->calls.chosen)
		return carry_out(node);
	if (is_untold(node))
		return tell_changes(node);
	/* The firing may be the first with values that are newer still. */
	if (node->live.reads && node->firing.number != pkdi_read(&node->orders->failed_number))
		apply_live(node, node->firing.number);
	if (is_untold(node))
		return tell_changes(node);
	node->chosen = false;
	node->lost = PKDI_LOST_NOT;
	node->ctx = (struct pkd_ctx){
		.node = node,
		.number = node->firing.number,
		.capture_ns = node->firing.capture_ns,
		.origin = node->firing.origin,
		.fired = node->firing.fired,
		.woken = node->firing.woken,
		.part = node->firing.part,
		.is_timed = node->decl->fires_any && pkdi_record_leftover(node)->is_timed,
		.state = node->states[0] ? pkdi_record_spare_state(node) : NULL,
	};
	node->ahead_seq = 0;
	node->knows_of_stop = false;
	node->was_woken = node->ctx.woken;
	if (node->ctx.woken)
		node->wake_ns = 0;
	else if (node->ctx.number == pkdi_read(&node->orders->failed_number))
		return pass(node, PKDI_LOST_FAILED, PKDI_FATE_FAILED);
	/* What it keeps for the end is made even then. */
	if (rests(node) && !pkdi_node_is_source(node->decl) && !pkd_flushing(&node->ctx) &&
	    !node->ctx.woken)
		return pass(node, PKDI_LOST_RESTED, PKDI_FATE_RESTED);
	r = call_step(node, &start_ns, &end_ns);
	if (is_undone(node)) {
		pkdi_node_abandon(node);
		return 0;
	}
	if (r == PKD_LATER)
		return wait_later(node);
	then = r < 0 ? r : then_of(node, r);
	done = end_firing(node, r, end_ns, then);
	if (pkdi_is_traced(node) && r != PKD_SKIP)
		pkdi_traced_firing(node, start_ns, end_ns, done > 0, then == PKDI_THEN_MORE);
	if (done > 0 && then == PKDI_THEN_LEAVE)
		pkdi_node_leave(node);
	return done;
}
