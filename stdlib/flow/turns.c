/* flow.turns: who waits longest has the next turn. */
#include "../base/value.h"

#include <flow/turns.pkd.h>

struct flow_turns {
	const struct flow_turns_params *params;
};

int flow_turns_init(struct flow_turns *self, const struct flow_turns_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

/* The memory has what was committed: the last turn is put there by the firing behind it. */
static void note_last(const struct flow_turns_state *state, uint64_t *numbers, uint64_t *turns)
{
	if (state->n == 0)
		return;
	numbers[state->last.which] = state->last.number;
	turns[state->last.which] = state->n;
}

int flow_turns_step(struct flow_turns *self, const struct flow_turns_in *in,
                    struct flow_turns_out *out, struct pkd_ctx *ctx)
{
	struct flow_turns_state *state = flow_turns_get_state(ctx);
	uint64_t *numbers = flow_turns_get_numbers(ctx), *turns = flow_turns_get_turns(ctx);
	uint32_t n = self->params->N, next = n;
	const struct pkd_frame *frame;

	note_last(state, numbers, turns);
	for (uint32_t i = 0; i < n; i++) {
		if (!in->values[i] || pkd_frame_of(in->values[i])->number == numbers[i])
			continue;
		if (next == n || turns[i] < turns[next])
			next = i;
	}
	if (next == n) {
		/* Not that of what has come, behind which the next turn may lie. */
		if (state->n > 0)
			pkd_set_time(ctx, state->time);
		flow_turns_absent_value(ctx);
		flow_turns_absent_turn(ctx);
		return PKD_OK;
	}
	frame = pkd_frame_of(in->values[next]);
	state->n++;
	state->last = (struct flow_Turn){next, frame->number, frame->capture_ns};
	if (state->n == 1 || frame->capture_ns > state->time)
		state->time = frame->capture_ns;
	pkd_set_time(ctx, state->time);
	value_copy(self->params->T, out->value, in->values[next]);
	*out->turn = state->last;
	return PKD_OK;
}

void flow_turns_finish(struct flow_turns *self)
{
	(void)self;
}

PKD_NODE(flow_turns);
