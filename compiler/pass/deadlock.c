/* E0602: no deadlock. The exact, lossless part of a program is a marked graph: each edge carries a
 * token for each frame, present or absent (the runtime settles absent frames, so a token always
 * comes). Arcs say "cannot go on before": a reader waits for its producer (no token), and through a
 * queue its producer for the reader (as many tokens as the window holds frames). Such a graph never
 * stops iff every directed cycle holds a token (Commoner, Holt, Even, Pnueli 1971).
 *
 * What follows for today's edges, honestly: a window is n + 1 >= 2 for any queue(n), n >= 1, so an
 * arc without a token is a forward one, and those have no cycle (causality). No explicit queue can
 * deadlock a program; one that is too small for a fork-join only slows it, and capacity says so.
 * `latest` adds a forward arc alone: a join that pinned its choice advances its other inputs past
 * older frames without firing, so they are never held up by it. Nodes that share a process add no
 * arc, for room in every output is a condition of firing and nothing waits inside one. The check is
 * the general one all the same: it is what must hold when other edges come (a history, a
 * rendezvous), and it is tested with windows of 0. Requires capacity. */
#include "pass/private.h"

enum { ARC_FORWARD, ARC_ROOM };

/* Arcs without a token only: a cycle of these is a cycle without a token. */
static void add_empty_arcs(const struct analysis *a, struct arcs *arcs)
{
	const struct graph *graph = a->graph;

	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		if (!graph_edge_fires(edge))
			continue;
		uint32_t producer = edge_producer(graph, e);
		arcs_add(arcs, producer, edge->node, e, ARC_FORWARD);
		if (edge->policy == EDGE_QUEUE && a->window[e] == 0)
			arcs_add(arcs, edge->node, producer, e, ARC_ROOM);
	}
}

static void report_deadlock(struct analysis *a, const struct arcs *arcs,
                            const struct arc_path *cycle)
{
	const struct arc *guilty = &arcs->list.items[cycle->items[0]];

	for (size_t i = 0; i < cycle->n; i++) {
		const struct arc *arc = &arcs->list.items[cycle->items[i]];
		if (arc->kind == ARC_ROOM && guilty->kind != ARC_ROOM)
			guilty = arc;
	}
	const struct graph_edge *edge = &a->graph->edges.items[guilty->edge];
	diag_report(a->diags, E0602, edge->at, "a deadlock: '%s' can never fire",
	            node_name(a, edge->node));
	diag_note(a->diags, a->graph->nodes.items[guilty->from].at,
	          "each of these waits for the one before: %s", path_words(a, arcs, cycle));
	if (guilty->kind == ARC_ROOM)
		diag_help(a->diags, "write '%s', room for the one frame that the cycle needs",
		          edge_words_as(a, guilty->edge, "queue(1)"));
	else
		diag_help(a->diags, "write '%s', which does not wait",
		          edge_words_as(a, guilty->edge, "sample"));
}

void pass_deadlock(struct analysis *a)
{
	struct arcs arcs;

	arcs_init(&arcs, a->arena, a->graph->nodes.n);
	add_empty_arcs(a, &arcs);
	arcs_index(&arcs);
	struct cycles cycles = arcs_cycles(&arcs);
	for (size_t i = 0; i < cycles.n; i++)
		report_deadlock(a, &arcs, &cycles.items[i]);
}
