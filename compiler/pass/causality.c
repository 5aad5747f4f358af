/* E0601: a cycle of edges that all fire can never start, for each node in it waits for the one
 * before. A sample or a history (x[-1]) breaks it: neither waits for the frame at hand. One message
 * for each knot of such cycles, on a shortest cycle of it. */
#include "pass/private.h"

/* The edge of the cycle where `sample` costs least: the first whose port is declared T? already. */
static uint32_t edge_to_sample(const struct graph *graph, const struct arcs *arcs,
                               const struct arc_path *cycle)
{
	for (size_t i = 0; i < cycle->n; i++) {
		uint32_t e = arcs->list.items[cycle->items[i]].edge;
		if (graph_edge_port(graph, &graph->edges.items[e])->optional)
			return e;
	}
	return arcs->list.items[cycle->items[cycle->n - 1]].edge;
}

/* "x[-1]": the same values, of the frames before. */
static const char *words_before(const struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const char *name = stream_words(a, edge->stream);

	if (edge->first < 0)
		return arena_printf(a->arena, "%s[%d..-1]", name, edge->first - 1);
	return arena_printf(a->arena, "%s[-1]", name);
}

static void report_cycle(struct analysis *a, const struct arcs *arcs, const struct arc_path *cycle)
{
	const struct graph *graph = a->graph;
	uint32_t e = edge_to_sample(graph, arcs, cycle);
	const struct graph_edge *edge = &graph->edges.items[e];
	const struct port *port = graph_edge_port(graph, edge);
	uint32_t start = arcs->list.items[cycle->items[0]].from;

	diag_report(a->diags, E0601, edge->at,
	            "'%s' waits for itself: its input '%s' depends on its own output",
	            node_name(a, edge->node), port->name);
	diag_note(a->diags, graph->nodes.items[start].at, "each of these fires the next: %s",
	          path_words(a, arcs, cycle));
	const char *before = words_before(a, e);
	const char *sample = edge_words_as(a, e, "sample");
	if (port->optional)
		diag_help(a->diags,
		          "go back in time: write '%s' here, or '%s' to use the newest value "
		          "without waiting for it",
		          before, sample);
	else
		diag_help(a->diags,
		          "declare '%s' of '%s' as '%s?' and go back in time: write '%s' here, or "
		          "'%s' to use the newest value without waiting for it",
		          port->name, graph->nodes.items[edge->node].face->kind, port->type->name,
		          before, sample);
}

void pass_causality(struct analysis *a)
{
	struct arcs arcs;

	arcs_init(&arcs, a->arena, a->graph->nodes.n);
	arcs_of_firing(&arcs, a->graph);
	arcs_index(&arcs);
	struct cycles cycles = arcs_cycles(&arcs);
	for (size_t i = 0; i < cycles.n; i++)
		report_cycle(a, &arcs, &cycles.items[i]);
}
