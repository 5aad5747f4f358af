/* Numbers streams and edges, and copies what later stages need. */
#include "graph/lower.h"
#include "base/file.h"

static void lower_nodes(struct graph *graph, const struct bound *bound)
{
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *from = &bound->nodes.items[i];
		struct graph_node node = {.name = from->name,
		                          .face = from->face,
		                          .at = from->at,
		                          .sizes = from->sizes,
		                          .types = from->types,
		                          .arguments = from->arguments};
		node.inputs = arena_alloc(graph->arena,
		                          (from->face->inputs.n + 1) * sizeof *node.inputs);
		node.outputs = arena_alloc(graph->arena,
		                           (from->face->outputs.n + 1) * sizeof *node.outputs);
		for (uint32_t k = 0; k < from->face->outputs.n; k++) {
			const struct port *port = &from->face->outputs.items[k];
			node.outputs[k] = (uint32_t)graph->streams.n;
			vec_push(graph->arena, &graph->streams,
			         (struct graph_stream){.name = arena_printf(graph->arena, "%s.%s",
			                                                    from->name, port->name),
			                               .node = i,
			                               .output = k,
			                               .type = from->outputs[k],
			                               .optional = port->optional});
		}
		vec_push(graph->arena, &graph->nodes, node);
	}
}

static void lower_edges(struct graph *graph, const struct bound *bound)
{
	static const enum edge_policy policies[] = {[POLICY_QUEUE] = EDGE_QUEUE,
	                                            [POLICY_LATEST] = EDGE_LATEST,
	                                            [POLICY_SAMPLE] = EDGE_SAMPLE};
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *from = &bound->nodes.items[i];
		for (uint32_t k = 0; k < from->face->inputs.n; k++) {
			const struct bound_input *input = &from->inputs[k];
			graph->nodes.items[i].inputs[k] = NO_ID;
			if (input->node == UNBOUND)
				continue;
			uint32_t stream = graph->nodes.items[input->node].outputs[input->output];
			uint32_t edge = (uint32_t)graph->edges.n;
			graph->nodes.items[i].inputs[k] = edge;
			vec_push(graph->arena, &graph->edges,
			         (struct graph_edge){.stream = stream,
			                             .node = i,
			                             .input = k,
			                             .at = input->at,
			                             .policy = policies[input->policy],
			                             .count = input->count,
			                             .max_age_ns = input->max_age_ns});
			vec_push(graph->arena, &graph->streams.items[stream].edges, edge);
		}
	}
}

static void lower_processes(struct graph *graph, const struct bound *bound)
{
	for (uint32_t i = 0; i < bound->processes.n; i++) {
		const struct bound_process *from = &bound->processes.items[i];
		struct graph_process process = {.name = from->name,
		                                .at = from->at,
		                                .n_restarts = from->n_restarts,
		                                .restart_per_ns = from->per_ns,
		                                .backoff_ns = from->backoff_ns};
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
	                                            [BOUND_MEMORY] = ASSERT_MEMORY};
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
	for (size_t i = 0; i < bound->params.n; i++)
		vec_push(graph->arena, &graph->params, bound->params.items[i]);
	lower_nodes(graph, bound);
	lower_edges(graph, bound);
	lower_processes(graph, bound);
	lower_asserts(graph, bound);
	return graph;
}
