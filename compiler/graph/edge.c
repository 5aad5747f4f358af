/* What an edge is to the node that reads it. */
#include "graph/graph.h"

bool graph_edge_fires(const struct graph_edge *edge)
{
	switch (edge->policy) {
	case EDGE_QUEUE:
	case EDGE_LATEST:
		return edge->last == 0;
	case EDGE_SAMPLE:
		break;
	}
	return false;
}

const struct port *graph_edge_port(const struct graph *graph, const struct graph_edge *edge)
{
	const struct graph_node *node = &graph->nodes.items[edge->node];

	return &node->face->inputs.items[node->input_ports[edge->input]];
}
