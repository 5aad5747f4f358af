#include "node/traced.h"

#include "node/account.h"
#include "node/policy.h"

/* By `latest`, as the account has them. */
static uint64_t dropped_of(const struct pkdi_input *input)
{
	if (!input->stream || !input->ledger.words)
		return 0;
	return pkdi_ledger_get(&input->ledger, pkdi_position(input->words), PKDI_FATE_DROPPED);
}

void pkdi_traced_begin(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		node->inputs[i].traced_dropped = dropped_of(&node->inputs[i]);
}

/* ---- Firings ---- */

static void add_value(struct pkdi_node *node, struct pkdi_trace_event *event, uint64_t value)
{
	if (event->n_links == PKDI_TRACE_LINKS) {
		pkdi_trace_write(node->trace, event);
		event->kind = PKDI_TRACE_MORE;
		event->n_links = 0;
	}
	event->links[event->n_links++] = value;
}

/* The seq that it has taken in this firing, which has committed; 0 = none. */
static uint64_t taken_of(const struct pkdi_node *node, uint32_t i, bool more)
{
	const struct pkdi_input *input = &node->inputs[i];

	if (input->role == PKDI_ROLE_SAMPLED)
		return input->front ? input->cursor - 1 : 0;
	return input->role == PKDI_ROLE_FIRING && input->fires ? node->record_cursors[i] - !more
	                                                       : 0;
}

static void tell_dropped(struct pkdi_node *node, uint32_t i, int64_t now_ns)
{
	struct pkdi_input *input = &node->inputs[i];
	uint64_t dropped = dropped_of(input);

	if (dropped == input->traced_dropped)
		return;
	pkdi_trace_write(node->trace, &(struct pkdi_trace_event){
					      .start_ns = now_ns,
					      .frame = node->ctx.number,
					      .node = node->index,
					      .kind = PKDI_TRACE_DROP,
					      .what = PKDI_DROP_PASSED,
					      .n_links = 2,
					      .links = {dropped - input->traced_dropped, i},
				      });
	input->traced_dropped = dropped;
}

void pkdi_traced_firing(struct pkdi_node *node, int64_t start_ns, int64_t end_ns, bool committed,
                        bool more)
{
	const struct pkd_node *decl = node->decl;
	struct pkdi_trace_event event = {
		.start_ns = start_ns,
		.duration_ns = end_ns - start_ns,
		.frame = node->ctx.number,
		.node = node->index,
		.kind = PKDI_TRACE_FIRING,
		.what = !committed,
	};

	pkdi_trace_end_wait(node->trace, start_ns);
	for (uint32_t i = 0; i < decl->n_inputs; i++)
		if (decl->inputs[i].policy == PKD_LATEST)
			tell_dropped(node, i, start_ns);
	for (uint32_t i = 0; committed && i < decl->n_inputs && i < PKDI_TRACE_PORTS; i++) {
		uint64_t seq = taken_of(node, i, more);

		if (seq)
			add_value(node, &event, pkdi_trace_value(seq, i, false));
	}
	for (uint32_t i = 0; committed && i < decl->n_outputs && i < PKDI_TRACE_PORTS; i++) {
		const struct pkdi_record_output *output = &node->record_outputs[i];

		if (output->slot != PKDI_NO_SLOT)
			add_value(node, &event, pkdi_trace_value(output->seq, i, true));
	}
	pkdi_trace_write(node->trace, &event);
}

/* ---- The rest ---- */

static void write_instant(struct pkdi_node *node, enum pkdi_trace_kind kind, uint16_t what,
                          uint8_t n_links, uint64_t first, uint64_t second)
{
	pkdi_trace_write(node->trace, &(struct pkdi_trace_event){
					      .start_ns = pkd_now(),
					      .frame = node->ctx.number,
					      .node = node->index,
					      .kind = (uint8_t)kind,
					      .what = what,
					      .n_links = n_links,
					      .links = {first, second},
				      });
}

void pkdi_traced_call(struct pkdi_node *node, enum pkdi_call call, int64_t start_ns,
                      uint32_t command)
{
	pkdi_trace_end_wait(node->trace, start_ns);
	pkdi_trace_write(node->trace, &(struct pkdi_trace_event){
					      .start_ns = start_ns,
					      .duration_ns = pkd_now() - start_ns,
					      .frame = node->decided,
					      .node = node->index,
					      .kind = PKDI_TRACE_CALL,
					      .what = (uint16_t)call,
					      .n_links = 1,
					      .links = {command},
				      });
}

void pkdi_traced_lost(struct pkdi_node *node, enum pkdi_trace_drop why, uint32_t output)
{
	write_instant(node, PKDI_TRACE_DROP, (uint16_t)why, 2, 1, output);
}

void pkdi_traced_version(struct pkdi_node *node, uint64_t version)
{
	write_instant(node, PKDI_TRACE_VERSION, 0, 1, version, 0);
}

void pkdi_traced_failed(struct pkdi_node *node)
{
	write_instant(node, PKDI_TRACE_FAILED, 0, 0, 0, 0);
}

/* ---- Waits ---- */

/* As the last poll has found it: the cursors are on lines of others. */
static uint32_t full_output(const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (output->stream && output->slots.next >= output->room_until)
			return i;
	}
	return PKD_NONE;
}

/* The first without a value that may still come. */
static uint32_t empty_input(const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		const struct pkdi_input *input = &node->inputs[i];

		if (pkdi_policy_fires(input) && !input->front && input->settled != PKDI_ENDED)
			return i;
	}
	return PKD_NONE;
}

static uint64_t reason_of(const struct pkdi_node *node, bool begun)
{
	uint32_t held = atomic_load_explicit(node->held, memory_order_relaxed);
	uint32_t port = PKD_NONE;

	if (held == PKDI_HELD_PAUSED ||
	    (held == PKDI_HELD_RESTS && pkdi_node_is_source(node->decl)))
		return pkdi_trace_reason(node->index, PKDI_WAITS_RESUME, port);
	if (!begun && pkdi_node_is_source(node->decl))
		return pkdi_trace_reason(node->index, PKDI_WAITS_START, port);
	if (node->decl->origin != PKD_LIVE)
		port = full_output(node);
	if (port != PKD_NONE)
		return pkdi_trace_reason(node->index, PKDI_WAITS_ROOM, port);
	if (pkdi_node_is_source(node->decl) || node->ctx.due_ns)
		return pkdi_trace_reason(node->index, PKDI_WAITS_TIME, port);
	return pkdi_trace_reason(node->index, PKDI_WAITS_INPUT, empty_input(node));
}

void pkdi_traced_wait(struct pkdi_node *node, bool begun)
{
	struct pkdi_trace_event *wait = &node->trace->wait;

	if (node->ready && wait->n_links < PKDI_TRACE_LINKS)
		wait->links[wait->n_links++] = reason_of(node, begun);
}
