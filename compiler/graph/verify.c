/* The graph's invariants: every number is in range, and every cross-reference leads back. */
#include "graph/graph.h"

#include <stdarg.h>
#include <stdlib.h>

static void __attribute__((format(printf, 1, 2), noreturn)) broken(const char *format, ...)
{
	va_list args;

	fputs("pkdc: internal error: broken graph: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* A slot at least for each port, in the order of the ports; several only for `[T; N]`. */
static void verify_slots(const struct graph_node *node, uint32_t n)
{
	uint32_t n_ports = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t port = node->input_ports[i];
		bool again = i > 0 && port == node->input_ports[i - 1];
		if (port >= node->face->inputs.n || (!again && port != n_ports))
			broken("slot %u of node %u is port %u", i, n, port);
		if (again && node->face->inputs.items[port].type->kind != TYPE_ARRAY)
			broken("port %u of node %u has several slots", port, n);
		n_ports = port + 1;
	}
	if (n_ports != node->face->inputs.n)
		broken("node %u has slots for %u of %zu ports", n, n_ports, node->face->inputs.n);
}

static void verify_inputs(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];

	verify_slots(node, n);
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID)
			continue;
		if (e >= graph->edges.n)
			broken("input %u of node %u is edge %u of %zu", i, n, e, graph->edges.n);
		const struct graph_edge *edge = &graph->edges.items[e];
		if (edge->node != n || edge->input != i)
			broken("input %u of node %u is edge %u, which is input %u of node %u", i, n,
			       e, edge->input, edge->node);
	}
}

/* A claim is of one value of one stream. */
static void verify_claims(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t n_claims = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++)
		n_claims += node->inputs[i] != NO_ID && graph->edges.items[node->inputs[i]].pool;
	if (n_claims > 1)
		broken("node %u claims frames at %u inputs", n, n_claims);
}

static void verify_outputs(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];

	for (size_t i = 0; i < graph_n_streams(node); i++) {
		uint32_t s = node->outputs[i];
		if (s >= graph->streams.n)
			broken("output %zu of node %u is stream %u of %zu", i, n, s,
			       graph->streams.n);
		const struct graph_stream *stream = &graph->streams.items[s];
		if (stream->node != n || stream->output != i)
			broken("output %zu of node %u is stream %u, which is output %u of node %u",
			       i, n, s, stream->output, stream->node);
	}
}

/* Together with verify_inputs and verify_outputs, which lead from nodes to edges and streams: the
 * numbers of both must agree with what the nodes name, or one of them hangs in the air. */
static void verify_nodes(const struct graph *graph)
{
	size_t n_edges = 0, n_streams = 0;

	for (uint32_t n = 0; n < graph->nodes.n; n++) {
		const struct graph_node *node = &graph->nodes.items[n];
		if (!node->name || !node->face)
			broken("node %u has no name or no interface", n);
		if (node->process >= graph->processes.n)
			broken("node %u is in process %u of %zu", n, node->process,
			       graph->processes.n);
		verify_inputs(graph, n);
		verify_outputs(graph, n);
		verify_claims(graph, n);
		for (uint32_t i = 0; i < node->n_inputs; i++)
			n_edges += node->inputs[i] != NO_ID;
		n_streams += graph_n_streams(node);
	}
	if (n_edges != graph->edges.n)
		broken("nodes name %zu edges of %zu", n_edges, graph->edges.n);
	if (n_streams != graph->streams.n)
		broken("nodes name %zu streams of %zu", n_streams, graph->streams.n);
}

static void verify_edges(const struct graph *graph)
{
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		if (edge->stream >= graph->streams.n || edge->node >= graph->nodes.n)
			broken("edge %u leads from stream %u to node %u", e, edge->stream,
			       edge->node);
		if (edge->input >= graph->nodes.items[edge->node].n_inputs)
			broken("edge %u is input %u, which node %u has not", e, edge->input,
			       edge->node);
		if (edge->policy == EDGE_SAMPLE ? edge->count != 0 : edge->max_age_ns != 0)
			broken("edge %u has what its policy has not", e);
		if (edge->max_age_ns < 0 || edge->every_ns < 0)
			broken("edge %u has a negative time", e);
		if (edge->every_n ? edge->every_from >= edge->every_n : edge->every_from != 0)
			broken("edge %u takes frames from %u on of each %u", e, edge->every_from,
			       edge->every_n);
		if (edge->pool > graph->n_pools ||
		    (edge->pool && (edge->policy != EDGE_QUEUE || edge->every_n < 2)))
			broken("edge %u claims frames, and is no worker's queue", e);
		if (edge->first > edge->last || edge->last > 0)
			broken("edge %u looks at values %d to %d", e, edge->first, edge->last);
		if (edge->policy == EDGE_SAMPLE && (edge->first || edge->every_n || edge->every_ns))
			broken("edge %u samples a history, or chooses frames", e);
	}
}

static void verify_streams(const struct graph *graph)
{
	bool *seen = arena_alloc(graph->arena, graph->edges.n * sizeof *seen);
	size_t n_readers = 0;

	for (uint32_t s = 0; s < graph->streams.n; s++) {
		const struct graph_stream *stream = &graph->streams.items[s];
		if (!stream->name || !stream->type)
			broken("stream %u has no name or no type", s);
		if (stream->node >= graph->nodes.n ||
		    stream->output >= graph_n_streams(&graph->nodes.items[stream->node]))
			broken("stream %u is output %u of node %u", s, stream->output,
			       stream->node);
		for (size_t i = 0; i < stream->edges.n; i++) {
			uint32_t e = stream->edges.items[i];
			if (e >= graph->edges.n || graph->edges.items[e].stream != s)
				broken("edge %u does not read stream %u", e, s);
			if (seen[e])
				broken("stream %u names edge %u twice", s, e);
			seen[e] = true;
		}
		n_readers += stream->edges.n;
	}
	if (n_readers != graph->edges.n)
		broken("streams name %zu edges of %zu", n_readers, graph->edges.n);
}

static void verify_processes(const struct graph *graph)
{
	bool *seen = arena_alloc(graph->arena, graph->nodes.n * sizeof *seen);
	size_t n_members = 0;

	for (uint32_t p = 0; p < graph->processes.n; p++) {
		const struct graph_process *process = &graph->processes.items[p];
		if (!process->name || !process->nodes.n)
			broken("process %u has no name or no node", p);
		for (size_t i = 0; i < process->nodes.n; i++) {
			uint32_t n = process->nodes.items[i];
			if (n >= graph->nodes.n || graph->nodes.items[n].process != p)
				broken("node %u is not in process %u", n, p);
			if (seen[n])
				broken("process %u names node %u twice", p, n);
			seen[n] = true;
		}
		n_members += process->nodes.n;
	}
	if (n_members != graph->nodes.n)
		broken("processes name %zu nodes of %zu", n_members, graph->nodes.n);
}

static void verify_asserts(const struct graph *graph)
{
	for (size_t i = 0; i < graph->asserts.n; i++) {
		const struct graph_assertion *assertion = &graph->asserts.items[i];
		if (assertion->kind == ASSERT_MEMORY)
			continue;
		if (assertion->a >= graph->nodes.n || assertion->b >= graph->nodes.n)
			broken("assertion %zu names nodes %u and %u of %zu", i, assertion->a,
			       assertion->b, graph->nodes.n);
	}
}

void graph_verify(const struct graph *graph)
{
	if (graph->nodes.n >= NO_ID || graph->edges.n >= NO_ID || graph->streams.n >= NO_ID)
		broken("too many nodes, streams or edges to be numbered");
	verify_edges(graph);
	verify_nodes(graph);
	verify_streams(graph);
	verify_processes(graph);
	verify_asserts(graph);
}
