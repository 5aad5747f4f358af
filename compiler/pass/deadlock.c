/* E0602: no deadlock. The exact, lossless part of a program is a marked graph: each edge carries a
 * token for each frame, present or absent (the runtime settles absent frames, so a token always
 * comes). Arcs say "cannot go on before": a reader waits for its producer (no token; through a
 * history, however far back, for the frame before: one token), and through a queue its producer for
 * the reader (as many tokens as the window holds frames besides those looked back at). Such a graph
 * never stops iff every directed cycle holds a token (Commoner, Holt, Even, Pnueli 1971).
 *
 * What follows, honestly: queue(n) has n >= 1, so that its reverse arc holds n + 1 >= 2 tokens, and
 * an arc without a token is a forward one of a firing input; those have no cycle (causality). No
 * explicit queue can deadlock a program, not even one in a feedback, where each frame waits only
 * for the one before and there is room for two; one that is too small only slows it, and capacity
 * says so. E0602 thus stands for a mistake of the compiler's own. The check is the general one all
 * the same, for it must hold when other edges come (a rendezvous), and is tested with windows of 0.
 *
 * `latest` adds a forward arc alone: a join that pinned its choice advances its other inputs, and
 * its histories, past older frames without firing, so they are never held up by it. `every` passes
 * the frames that it does not take. Workers: each frame's own worker can always take it, and each
 * has rings of its own. Nodes that share a process add no arc, for room in every output is a
 * condition of firing and nothing waits inside one. A node that fires on any input waits for room
 * in its outputs, but never for a value while another is there: a circle of waiting goes upstream
 * only through a wait for a value, so none leads through it; nor where it makes many values of one
 * input, for it then waits for room alone, each time. Requires capacity. */
#include "pass/private.h"

enum { ARC_FORWARD, ARC_ROOM };

/* Arcs without a token only: a cycle of these is a cycle without a token. */
static void add_empty_arcs(const struct analysis *a, struct arcs *arcs)
{
	const struct graph *graph = a->graph;

	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint32_t producer = edge_producer(graph, e);
		if (graph_edge_fires(edge))
			arcs_add(arcs, producer, edge->node, e, ARC_FORWARD);
		if (edge_gates(edge) && (int64_t)a->window[e] + edge->first <= 0)
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
	            node_words(a, edge->node));
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
