/* Pools as the passes see them: a deploy's pool is expanded before there is a graph
 * (sema/workers.c). Worker k of n takes the frames whose number is k modulo n, and no other edge
 * begins at another than 0. */
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

uint32_t ordered_pool(const struct graph *graph, uint32_t n)
{
	uint32_t orders = graph->nodes.items[n].orders;

	return orders ? orders - 1 : NO_ID;
}

uint32_t edge_n_waiting(const struct graph *graph, const struct graph_edge *edge, uint32_t window)
{
	int64_t n = (int64_t)window + edge->first - edge_n_workers(graph, edge);

	return n > 0 ? (uint32_t)n : 0;
}
