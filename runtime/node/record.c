#include "node/record.h"

#include <string.h>

#include "node/account.h"
#include "node/policy.h"

/* Keeps the stores of the record between those of `applied` and `committed` in program order. */
static void order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

void *pkdi_record_spare_state(struct pkdi_node *node)
{
	uint64_t committed = atomic_load_explicit(&node->words->record.committed,
	                                          memory_order_relaxed);
	void *spare = node->states[(committed + 1) % 2];

	if (spare)
		memcpy(spare, node->states[committed % 2], node->decl->state_size);
	return spare;
}

void pkdi_record_apply(struct pkdi_node *node)
{
	struct pkdi_record *record = &node->words->record;

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];

		if (output->stream && node->record_outputs[i].slot != PKDI_NO_SLOT)
			pkdi_output_publish(output, node->record_outputs[i].seq,
			                    node->record_outputs[i].slot);
		pkdi_output_settle(output, record->settled);
	}
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];

		if (pkdi_policy_fires(input) && node->record_cursors[i] > input->cursor)
			pkdi_input_advance(input, node->record_cursors[i]);
	}
	if (record->leaves)
		atomic_store(&node->words->state, PKDI_LEFT);
	if (node->calls.answers)
		atomic_store_explicit(&node->calls.answers->answered, record->called,
		                      memory_order_release);
	order();
	atomic_store_explicit(&record->applied,
	                      atomic_load_explicit(&record->committed, memory_order_relaxed),
	                      memory_order_release);
	order();
}

struct pkdi_leftover *pkdi_record_leftover(const struct pkdi_node *node)
{
	struct pkdi_record *record = &node->words->record;

	return &record->leftover[atomic_load_explicit(&record->committed, memory_order_relaxed) %
	                         2];
}

static void write_leftover(const struct pkdi_node *node, struct pkdi_leftover *leftover,
                           enum pkdi_then then)
{
	const struct pkd_ctx *ctx = &node->ctx;

	*leftover = (struct pkdi_leftover){
		.n_parts = then == PKDI_THEN_MORE ? ctx->part + 1 : 0,
		.input = ctx->fired,
		.is_timed = ctx->is_timed,
		.capture_ns = ctx->capture_ns,
	};
}

/* The record is whole. */
static void finish(struct pkdi_node *node, uint64_t committed)
{
	order();
	atomic_store_explicit(&node->words->record.committed, committed + 1, memory_order_release);
	order();
	pkdi_record_apply(node);
}

void pkdi_record_commit(struct pkdi_node *node, bool publishes, enum pkdi_then then)
{
	struct pkdi_record *record = &node->words->record;
	uint64_t committed = atomic_load_explicit(&record->committed, memory_order_relaxed);
	bool leaves = then == PKDI_THEN_LEAVE, more = then == PKDI_THEN_MORE;
	bool whole = !node->lost;

	record->settled = leaves ? PKDI_ENDED : node->ctx.number;
	record->leaves = leaves;
	record->called = node->calls.done;
	atomic_store_explicit(&record->number[(committed + 1) % 2], node->ctx.number,
	                      memory_order_relaxed);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];
		bool present = publishes && output->stream && !output->absent;

		node->record_outputs[i] = (struct pkdi_record_output){
			.seq = output->slots.next,
			.slot = present ? output->slots.loaned : PKDI_NO_SLOT,
		};
		whole &= present || !output->stream;
		if (present)
			pkdi_output_step(output, node->ctx.number);
	}
	if (!whole)
		pkdi_account_unmade(node, committed, publishes);
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];

		node->record_cursors[i] = input->cursor + (input->fires && !more);
		if (input->role == PKDI_ROLE_SAMPLED)
			pkdi_account_look(input, committed);
	}
	if (node->decl->fires_any || node->decl->flushes)
		write_leftover(node, &record->leftover[(committed + 1) % 2], then);
	finish(node, committed);
}

void pkdi_record_commit_call(struct pkdi_node *node)
{
	struct pkdi_record *record = &node->words->record;
	uint64_t committed = atomic_load_explicit(&record->committed, memory_order_relaxed);
	uint64_t number = pkdi_record_number(record);

	record->settled = number;
	record->leaves = false;
	record->called = node->calls.done;
	atomic_store_explicit(&record->number[(committed + 1) % 2], number, memory_order_relaxed);
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		node->record_outputs[i].slot = PKDI_NO_SLOT;
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		node->record_cursors[i] = node->inputs[i].cursor;
		if (node->inputs[i].role == PKDI_ROLE_SAMPLED)
			pkdi_account_look(&node->inputs[i], committed);
	}
	/* For the account it is a commit without a frame. */
	node->lost = PKDI_LOST_NO_FRAME;
	pkdi_account_unmade(node, committed, false);
	node->lost = PKDI_LOST_NOT;
	record->leftover[(committed + 1) % 2] = record->leftover[committed % 2];
	finish(node, committed);
}
