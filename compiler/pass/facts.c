/* What the report says, in ids. */
#include "pass/facts.h"

uint32_t fact_ring_edge(const struct analysis *a, uint32_t stream)
{
	const struct graph_stream *s = &a->graph->streams.items[stream];

	for (size_t i = 0; i < s->edges.n; i++)
		if (a->window[s->edges.items[i]] == a->memory[stream].ring_size)
			return s->edges.items[i];
	return NO_ID;
}

const struct graph_assertion *fact_memory_limit(const struct analysis *a)
{
	const struct graph_assertion *least = NULL;

	for (size_t i = 0; i < a->graph->asserts.n; i++) {
		const struct graph_assertion *assertion = &a->graph->asserts.items[i];
		if (assertion->kind == ASSERT_MEMORY && (!least || assertion->limit < least->limit))
			least = assertion;
	}
	return least;
}

struct ids fact_refusing_edges(const struct analysis *a, uint32_t node)
{
	const struct graph_node *n = &a->graph->nodes.items[node];
	struct ids ids = {0};

	for (size_t i = 0; i < graph_n_streams(n) && n->face->origin == ORIGIN_LIVE; i++) {
		const struct graph_stream *stream = &a->graph->streams.items[n->outputs[i]];
		for (size_t k = 0; k < stream->edges.n; k++)
			if (a->graph->edges.items[stream->edges.items[k]].policy == EDGE_QUEUE)
				vec_push(a->arena, &ids, stream->edges.items[k]);
	}
	return ids;
}

bool fact_holds_up(const struct analysis *a, uint32_t edge)
{
	return a->graph->edges.items[edge].policy == EDGE_QUEUE &&
	       a->window[edge] < a->window_wanted[edge];
}

struct ids fact_waited_for(const struct analysis *a, uint32_t node)
{
	const uint32_t *reached = arcs_reach(a->waits, node);
	struct ids ids = {0};

	for (uint32_t m = 0; m < a->graph->nodes.n; m++)
		if (m != node && reached[m] != NO_ID)
			vec_push(a->arena, &ids, m);
	return ids;
}

struct ids fact_private_read(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	struct ids streams = {0};

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i],
			 s = e == NO_ID ? NO_ID : a->graph->edges.items[e].stream;
		bool known = s == NO_ID || !a->privacy[s].is_private || !edge_is_read(a->graph, e);
		for (size_t k = 0; k < streams.n; k++)
			known = known || streams.items[k] == s;
		if (!known)
			vec_push(a->arena, &streams, s);
	}
	return streams;
}
