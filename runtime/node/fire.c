#include "node/parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel/freeze.h"
#include "node/made.h"
#include "node/ports.h"
#include "node/record.h"
#include "node/say.h"
#include "node/traced.h"

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
			return pkdi_made_unprotected(node, r);
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

/* Whatever follows an output does not belong to the node: a header, or what the next one reads.
 * And a value that is not valid for its declared type reaches nobody. */
static int check_outputs(struct pkdi_node *node, bool are_made)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (!output->stream)
			continue;
		if (!pkdi_output_is_intact(output))
			return pkdi_made_beyond(node, output);
		if (are_made && !output->absent && node->plans[i].checks &&
		    !pkdi_plan_check(&node->plans[i], output->header + 1)) {
			int r = pkdi_made_wrong(node, output, &node->plans[i]);

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
		return r == -ENOBUFS ? r : pkdi_made_unprotected(node, r);
	}
	/* What it dies of without an input is no frame, and the next one has the same number. */
	atomic_store_explicit(&node->words->in_hand, node->ctx.woken ? 0 : node->ctx.number,
	                      memory_order_relaxed);
	atomic_store_explicit(node->step_since_ns, start_ns, memory_order_relaxed);
	pkdi_node_set_calling(node, node->index + 1);
	r = node->decl->methods->step(node->self, node->in, node->out, &node->ctx);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (node->outputs[i].stream)
			pkdi_slots_prefetch(&node->outputs[i].slots);
	settle_stamps(node);
	pkdi_node_set_calling(node, 0);
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
	pkdi_node_set_calling(node,
	                      node->index + 1); /* left set, for the supervisor to name the node */
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
		pkdi_node_set_calling(node, 0);
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

static void commit(struct pkdi_node *node, bool publishes, enum pkdi_then then)
{
	pkdi_record_commit(node, publishes, then);
	node->decided = node->ctx.number;
	pkdi_node_notify(node);
}

/* What the firing has made becomes visible, unless there is no room for a frame that cannot
 * wait. */
static int publish(struct pkdi_node *node, int64_t now_ns, enum pkdi_then then)
{
	int r;

	if (pkdi_node_cannot_wait(node) && pkdi_node_is_paused(node)) {
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
		return fail(node, r == -ENOBUFS ? r : pkdi_made_unprotected(node, r));
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
	pkdi_node_set_calling(node, 0);
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
	if (pkdi_node_is_untold(node))
		return tell_changes(node);
	/* The firing may be the first with values that are newer still. */
	if (node->live.reads && node->firing.number != pkdi_read(&node->orders->failed_number))
		pkdi_node_apply_live(node, node->firing.number);
	if (pkdi_node_is_untold(node))
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
	if (pkdi_node_rests(node) && !pkdi_node_is_source(node->decl) &&
	    !pkd_flushing(&node->ctx) && !node->ctx.woken)
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
