/* Numbers streams and edges, and copies what later stages need. */
#include "graph/lower.h"
#include "base/file.h"

/* What the program says goes before what the node declares. */
static struct privacy_mark mark_of(const struct bound_node *from, uint32_t output)
{
	const struct privacy_mark *mark = from->marks ? &from->marks[output] : NULL;

	return mark && mark->word != PRIVACY_UNSAID ? *mark
	                                            : from->face->outputs.items[output].mark;
}

static void lower_nodes(struct graph *graph, const struct bound *bound)
{
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *from = &bound->nodes.items[i];
		struct graph_node node = {.name = from->name,
		                          .unnamed = from->unnamed,
		                          .face = from->face,
		                          .at = from->at,
		                          .within = from->within,
		                          .sizes = from->sizes,
		                          .types = from->types,
		                          .memories = from->memories,
		                          .arguments = from->arguments,
		                          .copy_of = from->copy_of,
		                          .orders = from->orders,
		                          .budget_ns = from->budget_ns ? from->budget_ns
		                                                       : from->face->budget_ns,
		                          .rate = from->rate > 0 ? from->rate : from->face->rate,
		                          .rest = from->rest};
		node.outputs = arena_alloc(graph->arena,
		                           from->face->outputs.n * sizeof *node.outputs);
		for (uint32_t k = 0; k < from->face->outputs.n; k++) {
			const struct port *port = &from->face->outputs.items[k];
			node.outputs[k] = (uint32_t)graph->streams.n;
			vec_push(graph->arena, &graph->streams,
			         (struct graph_stream){.name = arena_printf(graph->arena, "%s.%s",
			                                                    from->name, port->name),
			                               .node = i,
			                               .output = k,
			                               .type = from->outputs[k],
			                               .mark = mark_of(from, k),
			                               .optional = port->optional});
		}
		vec_push(graph->arena, &graph->nodes, node);
	}
}

static uint32_t lower_edge(struct graph *graph, const struct bound_input *input, uint32_t node,
                           uint32_t slot)
{
	static const enum edge_policy policies[] = {[POLICY_QUEUE] = EDGE_QUEUE,
	                                            [POLICY_LATEST] = EDGE_LATEST,
	                                            [POLICY_SAMPLE] = EDGE_SAMPLE};
	uint32_t stream = graph->nodes.items[input->node].outputs[input->output];
	uint32_t edge = (uint32_t)graph->edges.n;
	vec_push(graph->arena, &graph->edges,
	         (struct graph_edge){.stream = stream,
	                             .node = node,
	                             .input = slot,
	                             .at = input->at,
	                             .policy = policies[input->policy],
	                             .count = input->count,
	                             .max_age_ns = input->max_age_ns,
	                             .first = input->first,
	                             .last = input->last,
	                             .every_n = input->every_n,
	                             .every_from = input->every_from,
	                             .pool = input->pool,
	                             .every_ns = input->every_ns});
	vec_push(graph->arena, &graph->streams.items[stream].edges, edge);
	return edge;
}

/* A slot for each connection of a port, or one for the port that has none. */
static void lower_inputs(struct graph *graph, const struct bound_node *from, uint32_t index)
{
	size_t most = from->face->inputs.n + from->inputs.n + 1;
	uint32_t *inputs = arena_alloc(graph->arena, most * sizeof *inputs);
	uint32_t *ports = arena_alloc(graph->arena, most * sizeof *ports);
	uint32_t n = 0;
	size_t i = 0; /* they are in the order of their ports */
	for (uint32_t port = 0; port < from->face->inputs.n; port++) {
		bool connected = false;
		for (; i < from->inputs.n && from->inputs.items[i].port == port; i++) {
			connected = true;
			ports[n] = port;
			inputs[n] = lower_edge(graph, &from->inputs.items[i], index, n);
			n++;
		}
		if (connected)
			continue;
		ports[n] = port;
		inputs[n++] = NO_ID;
	}
	graph->nodes.items[index].inputs = inputs;
	graph->nodes.items[index].input_ports = ports;
	graph->nodes.items[index].n_inputs = n;
}

static void lower_edges(struct graph *graph, const struct bound *bound)
{
	for (uint32_t i = 0; i < bound->nodes.n; i++)
		lower_inputs(graph, &bound->nodes.items[i], i);
}

static void lower_processes(struct graph *graph, const struct bound *bound)
{
	for (uint32_t i = 0; i < bound->processes.n; i++) {
		const struct bound_process *from = &bound->processes.items[i];
		struct graph_process process = {.name = from->name,
		                                .at = from->at,
		                                .n_restarts = from->n_restarts,
		                                .restart_per_ns = from->per_ns,
		                                .backoff_ns = from->backoff_ns,
		                                .stall_ns = from->stall_ns,
		                                .cpu = from->cpu,
		                                .cpu_last = from->cpu_last,
		                                .priority = from->priority,
		                                .memory_limit = (uint64_t)from->memory_limit,
		                                .no_processes = from->processes_at != NULL};
		if (from->failure) {
			process.failure_at = from->failure->span;
			process.end = from->failure->absent ? FAILURE_ABSENT : FAILURE_STOP;
		}
		for (size_t k = 0; k < from->nodes.n; k++) {
			vec_push(graph->arena, &process.nodes, from->nodes.items[k]);
			graph->nodes.items[from->nodes.items[k]].process = i;
		}
		vec_push(graph->arena, &graph->processes, process);
	}
}

static void lower_asserts(struct graph *graph, const struct bound *bound)
{
	static const enum assertion_kind kinds[] = {[BOUND_INDEPENDENT] = ASSERT_INDEPENDENT,
	                                            [BOUND_LIVE] = ASSERT_LIVE,
	                                            [BOUND_MEMORY] = ASSERT_MEMORY,
	                                            [BOUND_LATENCY] = ASSERT_LATENCY};
	for (size_t i = 0; i < bound->asserts.n; i++) {
		const struct bound_assertion *from = &bound->asserts.items[i];
		vec_push(graph->arena, &graph->asserts,
		         (struct graph_assertion){.kind = kinds[from->kind],
		                                  .at = from->at,
		                                  .a = from->a,
		                                  .b = from->b,
		                                  .a_at = from->a_at,
		                                  .b_at = from->b_at,
		                                  .limit = from->limit});
	}
}

struct graph *lower(struct sema *sema, const struct bound *bound)
{
	struct graph *graph = arena_new(sema->arena, struct graph);
	graph->arena = sema->arena;
	graph->sources = sema->sources;
	graph->name = bound->name;
	graph->doc = bound->doc;
	graph->source = path_base(sema->sources->list.items[bound->at.source].path);
	graph->at = bound->at;
	graph->unit = bound->file->unit;
	graph->texts = bound->texts.items;
	graph->n_texts = bound->texts.n;
	graph->n_pools = bound->n_pools;
	graph->spin_ns = bound->spin_ns;
	for (size_t i = 0; i < bound->params.n; i++)
		vec_push(graph->arena, &graph->params, bound->params.items[i]);
	lower_nodes(graph, bound);
	lower_edges(graph, bound);
	lower_processes(graph, bound);
	lower_asserts(graph, bound);
	return graph;
}
