#include "run/wishes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options/param.h"
#include "options/value.h"
#include "run/settings.h"

/* A string without a capacity has no bound, and its memory is of one process. */
static bool may_change(const struct pkdi_param *target)
{
	return (target->param->kind != PKD_STRING || target->param->capacity) &&
	       (!target->node || target->param->live);
}

static void find_values(struct pkdi_run *run)
{
	struct pkdi_live_values *live = &run->live;
	struct pkdi_param target;
	uint32_t at = 0;

	for (uint32_t i = 0; pkdi_param_nth(run->program, i, &target); i++) {
		struct pkdi_live_value *value = &live->values[live->n];
		size_t size = pkdi_value_size(target.param);

		if (!may_change(&target))
			continue;
		at = (at + 7) / 8 * 8;
		*value = (struct pkdi_live_value){.param = target.param,
		                                  .params = target.params,
		                                  .target = i,
		                                  .at = at,
		                                  .size = (uint32_t)size};
		at += (uint32_t)size;
		live->n++;
		live->n_options += !target.node;
	}
	live->flags_at = at;
	live->size = sizeof(struct pkdi_wish) + at + live->n_params;
	live->size = (live->size + PKDI_LINE - 1) / PKDI_LINE * PKDI_LINE;
}

static size_t most_bytes(const struct pkdi_live_values *live)
{
	size_t most = 1;

	for (uint32_t i = 0; i < live->n; i++)
		if (live->values[i].size > most)
			most = live->values[i].size;
	return most;
}

/* Whether a change of the pipeline's parameters could reach anybody. */
static bool is_of_use(const struct pkdi_run *run)
{
	if (run->live.n > run->live.n_options)
		return true;
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (run->program->nodes[i].reads_options && run->live.n)
			return true;
	return false;
}

/* Where nodes copy requests to. */
static bool allocate_requests(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_calls *calls = &run->nodes[i].calls;

		if (!run->program->nodes[i].n_commands)
			continue;
		calls->request = calloc(1, calls->request_size);
		if (!calls->request)
			return false;
	}
	return true;
}

/* The mailboxes of nodes with commands and the answers to nodes that set, from `at` on; with a NULL
 * base they are only measured. Returns where they end. */
static size_t place_requests(struct pkdi_run *run, char *base, size_t at)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkd_node *decl = &run->program->nodes[i];
		struct pkdi_calls *calls = &run->nodes[i].calls;

		at = pkdi_settings_place(run, i, base, at);
		if (!decl->n_commands)
			continue;
		calls->request_size = pkdi_call_request_size(decl);
		calls->answer_size = pkdi_call_answer_size(decl);
		calls->fits = pkdi_value_is_in_range;
		if (base)
			calls->requests = (struct pkdi_request_words *)(void *)(base + at);
		at += pkdi_call_requests_size(decl);
		at = (at + PKDI_LINE - 1) / PKDI_LINE * PKDI_LINE;
	}
	return at;
}

int pkdi_wishes_create(struct pkdi_run *run, const struct pkdi_options *options)
{
	struct pkdi_live_values *live = &run->live;
	size_t ring, requests;
	int r;

	live->n_params = pkdi_param_count(run->program);
	live->fits = pkdi_value_is_in_range;
	live->values = calloc(live->n_params + 1, sizeof(*live->values));
	live->words = calloc(run->program->n_nodes + 1, sizeof(*live->words));
	live->is_set = calloc(live->n_params + 1, sizeof(*live->is_set));
	if (!live->values || !live->words || !live->is_set)
		return -ENOMEM;
	if (options->is_set)
		memcpy(live->is_set, options->is_set, live->n_params);
	find_values(run);
	live->scratch = malloc(most_bytes(live));
	if (!live->scratch)
		return -ENOMEM;
	if (!is_of_use(run))
		live->n = 0;
	ring = sizeof(*live->wishes) + (live->n ? PKDI_WISHES * live->size : 0);
	requests = ring + run->program->n_nodes * sizeof(*run->held) +
	           run->n_processes * sizeof(*run->restarts);
	requests = (requests + PKDI_LINE - 1) / PKDI_LINE * PKDI_LINE;
	r = pkdi_map_create_sealed(&run->wishes_map, "pkd-wishes",
	                           place_requests(run, NULL, requests));
	if (r < 0)
		return r;
	live->wishes = (struct pkdi_wishes *)(void *)run->wishes_map.address;
	run->held = (_Atomic uint32_t *)(void *)(run->wishes_map.address + ring);
	run->restarts = run->held + run->program->n_nodes;
	place_requests(run, run->wishes_map.address, requests);
	if (!allocate_requests(run))
		return -ENOMEM;
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		if (run->program->nodes[i].rest == PKD_STARTS_RESTING)
			atomic_store(&run->held[i], PKDI_HELD_RESTS);
	if (live->n)
		pkdi_wishes_pack(live, pkdi_wish_of(live, 0));
	return 0;
}

/* The origin whose frames a node fires with, found through its inputs: those that fire it all have
 * the same. */
static uint32_t find_root(const struct pkdi_run *run, uint32_t node)
{
	for (uint32_t steps = 0; steps <= run->program->n_nodes; steps++) {
		const struct pkd_node *decl = &run->program->nodes[node];
		uint32_t next = node;

		for (uint32_t i = 0; i < decl->n_inputs && decl->origin == PKD_NOT_ORIGIN; i++) {
			const struct pkd_input *input = &decl->inputs[i];

			if (input->stream != PKD_NONE && input->policy != PKD_SAMPLE &&
			    !input->last)
				next = run->program->streams[input->stream].writer;
		}
		if (next == node)
			break;
		node = next;
	}
	return node;
}

static uint32_t leader_of(const struct pkdi_run *run, uint32_t node)
{
	for (uint32_t i = 0; i < node; i++)
		if (run->program->nodes[i].params &&
		    run->program->nodes[i].params == run->program->nodes[node].params)
			return i;
	return node;
}

void pkdi_wishes_link(struct pkdi_run *run)
{
	struct pkdi_live_values *live = &run->live;

	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		run->nodes[i].held = &run->held[i];
	for (uint32_t i = 0; i < run->program->n_nodes && live->n; i++) {
		struct pkdi_node *node = &run->nodes[i];
		struct pkdi_live *own = &node->live;
		uint32_t leader = leader_of(run, i);

		live->words[i] = &node->words->live;
		*own = (struct pkdi_live){.all = live,
		                          .words = &node->words->live,
		                          .leads = node->decl->origin != PKD_NOT_ORIGIN,
		                          .root = find_root(run, i),
		                          .loaded = &run->nodes[leader].live_loaded};
		for (uint32_t k = live->n; k-- > live->n_options;)
			if (live->values[k].params == node->decl->params) {
				own->first = k;
				own->n++;
			}
		own->reads = own->n > 0 || node->decl->reads_options;
	}
}

void pkdi_wishes_pack(const struct pkdi_live_values *live, struct pkdi_wish *wish)
{
	for (uint32_t i = 0; i < live->n; i++) {
		const struct pkdi_live_value *value = &live->values[i];

		memcpy(wish->bytes + value->at, value->params + value->param->offset, value->size);
	}
	memcpy(wish->bytes + live->flags_at, live->is_set, live->n_params);
}

void pkdi_wishes_unpack(const struct pkdi_live_values *live, const struct pkdi_wish *wish)
{
	for (uint32_t i = 0; i < live->n; i++) {
		const struct pkdi_live_value *value = &live->values[i];

		memcpy(value->params + value->param->offset, wish->bytes + value->at, value->size);
	}
	memcpy(live->is_set, wish->bytes + live->flags_at, live->n_params);
}

void pkdi_wishes_finish(struct pkdi_run *run)
{
	pkdi_map_finish(&run->wishes_map);
	for (uint32_t i = 0; run->nodes && i < run->program->n_nodes; i++)
		free(run->nodes[i].calls.request);
	free(run->live.scratch);
	free(run->live.values);
	free(run->live.words);
	free(run->live.is_set);
}
