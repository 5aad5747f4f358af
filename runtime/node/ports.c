#include "node/ports.h"

#include <errno.h>
#include <string.h>

#include "channel/freeze.h"
#include "node/history.h"
#include "node/policy.h"

/* Points at the value and those before it, the first of them being value base - 1 of the stream.
 * They are in the ring behind the cursor, or held. */
static void put(struct pkdi_input *input, const struct pkd_frame *frame, uint64_t base, bool held)
{
	uint32_t n = input->n_values;

	input->place[n - 1] = frame ? frame + 1 : NULL;
	for (uint32_t back = 1; back < n; back++) {
		uint64_t seq = base > back ? base - back : 0;
		const struct pkd_frame *before = NULL;

		if (seq)
			before = held ? pkdi_input_held(input, seq, back)
			              : pkdi_input_find(input, seq);
		input->place[n - 1 - back] = before ? before + 1 : NULL;
	}
}

/* A frame that the input lacks is absent; its history is there nevertheless. */
static void put_firing(struct pkdi_input *input)
{
	const struct pkd_frame *front = input->fires ? input->front : NULL;

	if (input->n_values == 1)
		input->place[0] = front ? front + 1 : NULL;
	else if (input->decl->policy == PKD_QUEUE)
		put(input, front, input->cursor, false);
	else
		put(input, front, input->front ? input->front->seq : 0, true);
}

/* Another input has fired the node. */
static void put_shown(struct pkdi_input *input)
{
	const struct pkd_frame *frame = pkdi_policy_show(input);

	put(input, frame, frame ? frame->seq : 0, true);
}

/* The newest value at this moment, unless it is too old. Both cases are counted, by the commit. */
static void put_sampled(const struct pkdi_node *node, struct pkdi_input *input)
{
	const struct pkd_frame *frame;

	pkdi_policy_look(input);
	frame = input->front;
	input->looked = true;
	input->saw = false;
	if (frame) {
		int64_t ns = pkd_age(&node->ctx, frame + 1);

		input->saw_age_ns = ns > 0 ? (uint64_t)ns : 0;
		input->saw = !input->decl->max_age_ns || ns <= input->decl->max_age_ns;
	}
	if (input->saw)
		put(input, frame, frame->seq, true);
	else
		put(input, NULL, 0, true);
}

/* Empties the output: what a step does not write is empty, and never left over from another frame.
 * Where nobody reads, only lengths must be right. */
static inline void empty(const struct pkdi_plan *plan, bool is_read, void *value)
{
	if (is_read || (plan->type && !plan->type->flat))
		pkdi_plan_empty(plan, value);
}

/* The value is followed by a canary, or by the header of the next slot, or by the guard after
 * all of them. Where slots are write-protected, the rest of this one is unused, and writing
 * there would cost a page fault. */
static void set_canary(struct pkdi_output *output)
{
	const uint64_t pattern = UINT64_C(0xc5a3f19d0b7e6421);
	const struct pkd_stream *stream = output->stream;
	char *behind = (char *)(output->header + 1) + stream->value_size;
	size_t slack = stream->slot_size - sizeof(*output->header) - stream->value_size;
	bool last = !output->made && output->slots.loaned == stream->n_slots - 1;

	output->behind = NULL;
	if (output->made || (slack >= sizeof(pattern) && !output->frozen))
		memcpy(behind, &pattern, sizeof(pattern));
	else if (last && slack < sizeof(pattern))
		return;
	output->behind = behind;
	memcpy(&output->canary, behind, sizeof(output->canary));
}

/* The memory of the next value. */
static int loan(struct pkdi_output *output, void **ret_value)
{
	int r;

	*ret_value = pkdi_output_loan(output, &output->header);
	if (!*ret_value)
		return -ENOBUFS;
	r = output->frozen ? pkdi_freeze_open(output) : 0;
	if (r < 0)
		return r;
	set_canary(output);
	return 0;
}

int pkdi_ports_fill_ticks(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];
		int r;

		output->absent = !node->decl->outputs[i].is_tick;
		if (output->absent || !output->stream)
			continue;
		r = loan(output, &node->out[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int fill_outputs(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];
		void *value = output->unread;
		int r = output->stream ? loan(output, &value) : 0;

		if (r < 0)
			return r;
		if (value)
			empty(&node->plans[i], output->stream, value);
		node->out[i] = value;
		output->absent = false;
	}
	return 0;
}

/* At the end of all inputs there are none, nor samples of any. */
static void put_none(struct pkdi_input *input)
{
	for (uint32_t i = 0; i < input->n_values; i++)
		input->place[i] = NULL;
}

int pkdi_ports_fill(struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];

		if (node->ctx.fired == PKD_NONE) {
			put_none(input);
			continue;
		}
		switch (input->role) {
		case PKDI_ROLE_NONE: /* its places are NULL for ever */
			break;
		case PKDI_ROLE_FIRING:
			if (node->decl->fires_any && !input->fires)
				put_shown(input);
			else
				put_firing(input);
			break;
		case PKDI_ROLE_SAMPLED:
			put_sampled(node, input);
			break;
		case PKDI_ROLE_HISTORY:
			pkdi_history_put(input, node->ctx.number);
			break;
		}
	}
	return fill_outputs(node);
}
