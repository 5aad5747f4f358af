/* Inputs that want the value of the very frame that fires their node, and are given the newest one
 * of another, or an older one. */
#include "pass/private.h"

void pass_exact(struct analysis *a)
{
	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		const struct graph_edge *edge = &a->graph->edges.items[e];
		const struct port *port = graph_edge_port(a->graph, edge);
		if (!port->exact || (edge->policy != EDGE_SAMPLE && !edge_looks_back(edge)))
			continue;
		diag_report(a->diags, W0607, edge_place(a, e),
		            "'%s' of %s wants the value of the same frame, and '%s' is of another",
		            port->name, node_words(a, edge->node), edge_words(a, e));
		diag_note(a->diags, port->span, "it is declared 'exact' here");
		if (a->origin[edge_producer(a->graph, e)] != a->origin[edge->node])
			diag_help(a->diags,
			          "no other value belongs to its frames, either: this one is made "
			          "from those of '%s'",
			          node_words(a, a->origin[edge_producer(a->graph, e)]));
		else if (edge->policy == EDGE_SAMPLE)
			diag_help(
				a->diags,
				"write '%s' without 'sample': it waits for the value of its frame",
				edge_source(a, e));
		else
			diag_help(a->diags, "write '%s'", edge_source(a, e));
		note_within(a, edge->node);
	}
}
