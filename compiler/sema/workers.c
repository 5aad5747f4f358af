/* Pools of workers, by expansion: worker k of n is a copy of the node that takes the frames whose
 * number is k modulo n, in a process of its own; what they make is merged in the order of frames by
 * a node for each output, which fires for a frame as soon as all workers hold it or are past it. No
 * word is shared between workers, and everything that is proved of nodes is proved of them.
 *
 * Dynamic workers claim frames as they come free instead. What is proved of the shares holds for
 * them: a frame is begun at the latest when the worker whose turn it would have been is free. */
#include "sema/bound.h"
#include "sema/c_unit.h"
#include "sema/resolve.h"

struct pool {
	struct sema *sema;
	struct bound *bound;
	uint32_t node; /* the first worker */
	uint32_t n;
	uint32_t number; /* from 1, of a pool whose workers claim; else 0 */
};

/* The node that was number `pool.node` before and the others stand in a row at the end. */
static uint32_t worker(const struct pool *pool, uint32_t first_copy, uint32_t k)
{
	return k == 0 ? pool->node : first_copy + k - 1;
}

static void take_share(const struct pool *pool, struct bound_node *node, uint32_t k)
{
	for (size_t i = 0; i < node->inputs.n; i++) {
		struct bound_input *input = &node->inputs.items[i];
		if (input->policy == POLICY_SAMPLE)
			continue;
		input->every_n = pool->n;
		input->every_from = k;
		input->pool = pool->number;
	}
}

static uint32_t process_of(const struct bound *bound, uint32_t node)
{
	for (uint32_t i = 0; i < bound->processes.n; i++)
		for (size_t k = 0; k < bound->processes.items[i].nodes.n; k++)
			if (bound->processes.items[i].nodes.items[k] == node)
				return i;
	return UNBOUND;
}

/* A name that no node has, and now has. */
static const char *claim_name(struct pool *pool, const char *name, uint32_t node)
{
	struct arena *arena = pool->sema->arena;
	while (map_get(&pool->bound->node_names, name))
		name = arena_printf(arena, "%s_", name);
	map_put(arena, &pool->bound->node_names, name, (void *)(uintptr_t)(node + 1));
	return name;
}

static uint32_t add_copies(struct pool *pool)
{
	struct arena *arena = pool->sema->arena;
	struct bound *bound = pool->bound;
	uint32_t first = (uint32_t)bound->nodes.n;
	uint32_t process = process_of(bound, pool->node);
	for (uint32_t k = 1; k < pool->n; k++) {
		struct bound_node copy = bound->nodes.items[pool->node];
		struct bound_process own = bound->processes.items[process];
		copy.copy_of = pool->node + 1;
		copy.name = claim_name(pool, arena_printf(arena, "%s_%u", copy.name, k + 1),
		                       first + k - 1);
		copy.inputs.items = NULL;
		copy.inputs.n = copy.inputs.cap = 0;
		for (size_t i = 0; i < bound->nodes.items[pool->node].inputs.n; i++)
			vec_push(arena, &copy.inputs,
			         bound->nodes.items[pool->node].inputs.items[i]);
		take_share(pool, &copy, k);
		own.name = arena_printf(arena, "%s_%u", own.name, k + 1); /* shown by ps */
		own.nodes.items = NULL;
		own.nodes.n = own.nodes.cap = 0;
		vec_push(arena, &own.nodes, first + k - 1);
		vec_push(arena, &bound->nodes, copy);
		vec_push(arena, &bound->processes, own);
	}
	take_share(pool, &bound->nodes.items[pool->node], 0);
	return first;
}

/* w1 ?? w2 ?? …: what the one worker made whose frame it is. */
static const struct term *merge_body(struct arena *arena, const struct type *type, uint32_t n,
                                     struct span span)
{
	const struct term *body = NULL;
	for (uint32_t k = n; k-- > 0;) {
		struct term *input = arena_new(arena, struct term);
		*input = (struct term){.kind = TERM_INPUT, .type = type, .span = span, .index = k};
		if (!body) {
			body = input;
			continue;
		}
		struct term *either = arena_new(arena, struct term);
		*either = (struct term){.kind = TERM_COALESCE,
		                        .type = type,
		                        .span = span,
		                        .left = input,
		                        .right = body};
		body = either;
	}
	return body;
}

static struct interface *merge_face(struct pool *pool, const struct port *output,
                                    const struct type *type, struct span span)
{
	struct arena *arena = pool->sema->arena;
	const struct bound_node *node = &pool->bound->nodes.items[pool->node];
	struct interface *face = arena_new(arena, struct interface);
	face->name = face->kind = "the order of workers";
	face->c_name = c_claim_node(
		pool->sema,
		arena_printf(arena, "%s_merge_%u_%s", pool->bound->name, pool->node, output->name));
	face->doc = "";
	face->span = node->face->span;
	face->unit = pool->bound->file->unit;
	face->stateless = true;
	face->declared = true; /* it only chooses */
	vec_push(arena, &face->parts,
	         (struct part){.name = output->name,
	                       .at = span,
	                       .term = merge_body(arena, type, pool->n, span)});
	for (uint32_t k = 0; k < pool->n; k++)
		vec_push(arena, &face->inputs,
		         (struct port){.name = arena_printf(arena, "worker_%u", k + 1),
		                       .doc = "",
		                       .span = span,
		                       .type = type,
		                       .optional = true});
	vec_push(arena, &face->outputs,
	         (struct port){.name = output->name,
	                       .doc = "",
	                       .span = span,
	                       .type = type,
	                       .optional = output->optional});
	return face;
}

static bool is_read(const struct bound *bound, uint32_t node, uint32_t output)
{
	for (size_t i = 0; i < bound->nodes.n; i++)
		for (size_t k = 0; k < bound->nodes.items[i].inputs.n; k++)
			if (bound->nodes.items[i].inputs.items[k].node == node &&
			    bound->nodes.items[i].inputs.items[k].output == output)
				return true;
	return false;
}

static void redirect(struct bound *bound, uint32_t node, uint32_t output, uint32_t to)
{
	for (size_t i = 0; i < bound->nodes.n; i++)
		for (size_t k = 0; k < bound->nodes.items[i].inputs.n; k++) {
			struct bound_input *input = &bound->nodes.items[i].inputs.items[k];
			if (input->node != node || input->output != output)
				continue;
			input->node = to;
			input->output = 0;
		}
}

/* How far the others may get ahead of a worker that has a long frame: as far as the node's queue
 * says, and then what they have made must find room, too. 0 = as the compiler computes it. */
static uint32_t queue_ahead(const struct pool *pool)
{
	const struct bound_node *node = &pool->bound->nodes.items[pool->node];
	for (size_t i = 0; pool->number && i < node->inputs.n; i++)
		if (node->inputs.items[i].policy == POLICY_QUEUE)
			return node->inputs.items[i].count;
	return 0;
}

static void merge_output(struct pool *pool, uint32_t first_copy, uint32_t output)
{
	struct arena *arena = pool->sema->arena;
	struct bound *bound = pool->bound;
	const struct bound_node *node = &bound->nodes.items[pool->node];
	const struct port *port = &node->face->outputs.items[output];
	if (!is_read(bound, pool->node, output))
		return;
	struct bound_node merge = {
		.at = node->at, .named = true, .has_arguments = true, .orders = pool->node + 1};
	merge.face = merge_face(pool, port, node->outputs[output], node->at);
	merge.outputs = arena_alloc(arena, sizeof *merge.outputs);
	merge.outputs[0] = node->outputs[output];
	merge.sizes = arena_alloc(arena, sizeof *merge.sizes);
	merge.types = arena_alloc(arena, sizeof *merge.types);
	merge.arguments = arena_alloc(arena, sizeof *merge.arguments);
	uint32_t index = (uint32_t)bound->nodes.n;
	merge.name = claim_name(pool, arena_printf(arena, "%s_%s", node->name, port->name), index);
	uint32_t ahead = queue_ahead(pool);
	redirect(bound, pool->node, output, index);
	for (uint32_t k = 0; k < pool->n; k++)
		vec_push(arena, &merge.inputs,
		         (struct bound_input){.port = k,
		                              .node = worker(pool, first_copy, k),
		                              .output = output,
		                              .policy = POLICY_QUEUE,
		                              .count = ahead,
		                              .at = node->at});
	vec_push(arena, &bound->nodes, merge);
	/* It has no name that a deploy could give it a policy by, so it has that of the workers. */
	const struct bound_process *workers =
		&bound->processes.items[process_of(bound, pool->node)];
	struct bound_process process = {.name = merge.name,
	                                .at = merge.at,
	                                .failure = workers->failure,
	                                .n_restarts = workers->n_restarts,
	                                .per_ns = workers->per_ns,
	                                .backoff_ns = workers->backoff_ns,
	                                .cpu = -1,
	                                .cpu_last = -1};
	vec_push(arena, &process.nodes, index);
	vec_push(arena, &bound->processes, process);
}

/* What is asserted of the node holds for each worker. */
static void spread_asserts(struct pool *pool, uint32_t first_copy)
{
	struct bound *bound = pool->bound;
	for (size_t i = 0, n = bound->asserts.n; i < n; i++) {
		for (uint32_t k = 1; k < pool->n; k++) {
			struct bound_assertion copy = bound->asserts.items[i];
			bool a = copy.kind != BOUND_MEMORY && copy.a == pool->node;
			bool b = copy.kind != BOUND_MEMORY && copy.b == pool->node;
			if (!a && !b)
				continue;
			copy.a = a ? worker(pool, first_copy, k) : copy.a;
			copy.b = b ? worker(pool, first_copy, k) : copy.b;
			vec_push(pool->sema->arena, &bound->asserts, copy);
		}
	}
}

void expand_workers(struct sema *sema, struct bound *bound)
{
	for (uint32_t i = 0, n = (uint32_t)bound->nodes.n; i < n; i++) {
		struct pool pool = {sema, bound, i, bound->nodes.items[i].n_workers, 0};
		if (pool.n < 2 || sema->diags->n_errors > 0)
			continue;
		uint32_t n_outputs = (uint32_t)bound->nodes.items[i].face->outputs.n;
		if (bound->nodes.items[i].dynamic)
			pool.number = ++bound->n_pools;
		bound->nodes.items[i].n_workers = 0; /* from here on, workers are nodes */
		uint32_t first_copy = add_copies(&pool);
		for (uint32_t output = 0; output < n_outputs; output++)
			merge_output(&pool, first_copy, output);
		spread_asserts(&pool, first_copy);
	}
}
