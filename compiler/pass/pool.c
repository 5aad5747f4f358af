/* Which nodes are the workers of a pool, and which one puts their frames in order. A deploy's pool
 * is expanded before there is a graph; it is known by its edges: worker k of n takes the frames
 * whose number is k modulo n, and no other edge begins at another than 0. */
#include "pass/private.h"

uint32_t edge_n_workers(const struct graph *graph, const struct graph_edge *edge)
{
	const struct graph_stream *stream = &graph->streams.items[edge->stream];
	const struct interface *face = graph->nodes.items[edge->node].face;

	if (edge->every_n < 2)
		return 1;
	if (edge->every_from)
		return edge->every_n;
	/* The first: there is a second beside it. */
	for (size_t i = 0; i < stream->edges.n; i++) {
		const struct graph_edge *other = &graph->edges.items[stream->edges.items[i]];
		if (other->every_from == 1 && other->every_n == edge->every_n &&
		    graph->nodes.items[other->node].face == face)
			return edge->every_n;
	}
	return 1;
}

/* The share that a node takes as the worker of a pool of n, or NO_ID. */
static uint32_t share_of(const struct graph *graph, uint32_t n, uint32_t n_workers)
{
	const struct graph_node *node = &graph->nodes.items[n];

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		if (node->inputs[i] == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[node->inputs[i]];
		if (edge_n_workers(graph, edge) == n_workers)
			return edge->every_from;
	}
	return NO_ID;
}

uint32_t ordered_pool(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];

	if (node->n_inputs < 2)
		return NO_ID;
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		if (node->inputs[i] == NO_ID)
			return NO_ID;
		const struct graph_edge *edge = &graph->edges.items[node->inputs[i]];
		bool plain = edge->policy == EDGE_QUEUE && !edge->first && !edge->every_n &&
		             !edge->every_ns && graph_edge_port(graph, edge)->optional;
		if (!plain ||
		    share_of(graph, edge_producer(graph, node->inputs[i]), node->n_inputs) != i)
			return NO_ID;
	}
	return edge_producer(graph, node->inputs[0]);
}

uint32_t edge_n_waiting(const struct graph *graph, const struct graph_edge *edge, uint32_t window)
{
	int64_t n = (int64_t)window + edge->first - edge_n_workers(graph, edge);

	return n > 0 ? (uint32_t)n : 0;
}
