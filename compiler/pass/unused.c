/* Which outputs have a reader: only those get a channel. The node is given NULL for the others, so
 * an unread output beside a read one costs nothing and is no mistake; a node whose every output is
 * unread works for nobody. */
#include "pass/private.h"

void pass_unused(struct analysis *a)
{
	const struct graph *graph = a->graph;

	a->has_channel = arena_alloc(a->arena, graph->streams.n * sizeof *a->has_channel);
	for (uint32_t s = 0; s < graph->streams.n; s++)
		a->has_channel[s] = graph->streams.items[s].edges.n != 0;
	for (uint32_t n = 0; n < graph->nodes.n; n++) {
		const struct graph_node *node = &graph->nodes.items[n];
		size_t n_outputs = node->face->outputs.n;
		bool read = n_outputs == 0;
		for (size_t i = 0; i < n_outputs && !read; i++)
			read = a->has_channel[node->outputs[i]];
		if (read)
			continue;
		diag_report(a->diags, W0601, node->at, "nobody reads what '%s' makes", node->name);
		diag_help(a->diags, "connect '%s' to an input, or remove this node",
		          stream_words(a, node->outputs[0]));
	}
}
