/* flow.nearest: the values that wait lie in memory of the node's own, in the places that pairing.h
 * gives them. */
#include "../base/value.h"
#include "pairing.h"

#include <errno.h>
#include <flow/nearest.pkd.h>
#include <stdlib.h>

struct flow_nearest {
	struct pairing pairing;
	const struct pkd_type *types[PAIRING_INPUTS];
	char *values[PAIRING_INPUTS];
	bool has_noted_order;
};

static void release(struct flow_nearest *self)
{
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++) {
		free(self->pairing.queues[i].times);
		free(self->values[i]);
	}
}

int flow_nearest_init(struct flow_nearest *self, const struct flow_nearest_params *params,
                      struct pkd_ctx *ctx)
{
	const struct flow_nearest_state *state = flow_nearest_get_state(ctx);
	size_t places = (size_t)params->queue_size + 1;

	self->pairing.within = params->within;
	self->pairing.min_gap = params->min_gap;
	self->pairing.size = params->queue_size;
	self->pairing.queues[0].n_left = state->pairing.first_left;
	self->pairing.queues[1].n_left = state->pairing.second_left;
	self->types[0] = params->A;
	self->types[1] = params->B;
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++) {
		self->pairing.queues[i].times = calloc(places, sizeof(int64_t));
		self->values[i] = calloc(places, self->types[i]->size);
		if (self->pairing.queues[i].times && self->values[i])
			continue;
		release(self);
		return pkd_error(ctx, ENOMEM,
		                 "no memory for %zu values of %u bytes: write a smaller queue_size",
		                 places, self->types[i]->size);
	}
	return PKD_OK;
}

static char *value_at(struct flow_nearest *self, uint32_t input, uint32_t place)
{
	return self->values[input] + (size_t)place * self->types[input]->size;
}

static void add(struct flow_nearest *self, const struct flow_nearest_in *in, struct pkd_ctx *ctx)
{
	uint32_t input = pkd_fired(ctx);
	const void *value = input == 0 ? in->a : in->b;
	uint32_t place = pairing_add(&self->pairing, input, pkd_time(ctx));

	if (place != UINT32_MAX)
		value_copy(self->types[input], value_at(self, input, place), value);
	else if (!self->has_noted_order) {
		self->has_noted_order = true;
		pkd_note(ctx, "capture times of '%s' go back: such values are left out",
		         input == 0 ? "a" : "b");
	}
}

/* The pair that was found, with its time. */
static void give(struct flow_nearest *self, struct flow_nearest_out *out,
                 struct flow_nearest_state *state)
{
	struct pairing_queue *queues = self->pairing.queues;
	int64_t first = queues[0].times[queues[0].first], second = queues[1].times[queues[1].first];

	value_copy(self->types[0], out->first, value_at(self, 0, queues[0].first));
	value_copy(self->types[1], out->second, value_at(self, 1, queues[1].first));
	pairing_take(&self->pairing);
	state->last = first > state->last ? first : state->last;
	state->last = second > state->last ? second : state->last;
	state->pairing = (struct flow_Pairing){first, second, queues[0].n_left, queues[1].n_left};
	*out->pairing = state->pairing;
}

/* Times do not go back, so what has no pair has the time of the last one. */
static void give_none(struct pkd_ctx *ctx)
{
	flow_nearest_absent_first(ctx);
	flow_nearest_absent_second(ctx);
}

static void give_counts(struct flow_nearest *self, struct flow_nearest_out *out,
                        struct flow_nearest_state *state)
{
	struct pairing_queue *queues = self->pairing.queues;

	state->pairing.first_left = queues[0].n_left + queues[0].n;
	state->pairing.second_left = queues[1].n_left + queues[1].n;
	*out->pairing = state->pairing;
}

int flow_nearest_step(struct flow_nearest *self, const struct flow_nearest_in *in,
                      struct flow_nearest_out *out, struct pkd_ctx *ctx)
{
	struct flow_nearest_state *state = flow_nearest_get_state(ctx);
	bool flushes = pkd_flushing(ctx), found;

	self->pairing.has_ended = flushes;
	if (!flushes && pkd_part(ctx) == 0)
		add(self, in, ctx);
	if (!state->begun)
		state->last = pkd_time(ctx);
	state->begun = true;
	found = pairing_find(&self->pairing);
	if (found) {
		give(self, out, state);
	} else {
		give_none(ctx);
		if (flushes)
			give_counts(self, out, state);
		else
			flow_nearest_absent_pairing(ctx);
	}
	pkd_set_time(ctx, state->last);
	if (flushes)
		return found ? PKD_OK : PKD_END;
	return found && pairing_find(&self->pairing) ? PKD_MORE : PKD_OK;
}

void flow_nearest_finish(struct flow_nearest *self)
{
	release(self);
}

PKD_NODE(flow_nearest);
