/* flow.nearest: the values that wait lie in persistent memory, in the places that pairing.h gives
 * them. A firing adds one at most, in a place that none of those has that waited before it. */
#include "../base/value.h"
#include "pairing.h"

#include <flow/nearest.pkd.h>

struct flow_nearest {
	struct pairing pairing; /* of the firing at hand; between firings it is in the state */
	const struct pkd_type *types[PAIRING_INPUTS];
	char *values[PAIRING_INPUTS];
	bool has_noted_order;
};

_Static_assert(sizeof(struct pairing) <= sizeof(((struct flow_nearest_state *)0)->search.data),
               "nearest.pkd gives it more");

int flow_nearest_init(struct flow_nearest *self, const struct flow_nearest_params *params,
                      struct pkd_ctx *ctx)
{
	self->pairing = (struct pairing){
		.within = params->within, .min_gap = params->min_gap, .size = params->N};
	self->pairing.queues[0].times = flow_nearest_get_first_times(ctx);
	self->pairing.queues[1].times = flow_nearest_get_second_times(ctx);
	self->types[0] = params->A;
	self->types[1] = params->B;
	self->values[0] = flow_nearest_get_firsts(ctx);
	self->values[1] = flow_nearest_get_seconds(ctx);
	return PKD_OK;
}

/* Its pointers are those of this process. */
static void go_on(struct flow_nearest *self, const struct flow_nearest_state *state)
{
	struct pairing now = self->pairing;

	if (!state->search.len)
		return;
	memcpy(&self->pairing, state->search.data, sizeof(self->pairing));
	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		self->pairing.queues[i].times = now.queues[i].times;
}

static void keep(const struct flow_nearest *self, struct flow_nearest_state *state)
{
	struct pairing kept = self->pairing;

	for (uint32_t i = 0; i < PAIRING_INPUTS; i++)
		kept.queues[i].times = NULL;
	memcpy(state->search.data, &kept, sizeof(kept));
	state->search.len = sizeof(kept);
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
	bool flushes = pkd_flushing(ctx), found, more;

	go_on(self, state);
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
	more = found && pairing_find(&self->pairing);
	keep(self, state);
	if (flushes)
		return found ? PKD_OK : PKD_END;
	return more ? PKD_MORE : PKD_OK;
}

void flow_nearest_finish(struct flow_nearest *self)
{
	(void)self;
}

PKD_NODE(flow_nearest);
