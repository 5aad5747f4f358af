/* E0611: values that need those before them, as coded pictures do, are read with gaps only by
 * inputs that are declared for that. */
#include "pass/private.h"

/* Whether it is one of a pool, each of which gets a share. */
static bool is_worker(const struct graph *graph, uint32_t node)
{
	for (uint32_t n = 0; n < graph->nodes.n; n++)
		if (graph->nodes.items[n].copy_of == node + 1)
			return true;
	return graph->nodes.items[node].copy_of != 0;
}

/* The word by which an edge passes values by; NULL: it reads all of them. */
static const char *losing_word(const struct graph *graph, const struct graph_edge *edge)
{
	if (edge->policy == EDGE_LATEST)
		return "latest";
	if (edge->policy == EDGE_SAMPLE)
		return "sample";
	if (!edge->pool && !edge->every_n && !edge->every_ns)
		return NULL;
	return is_worker(graph, edge->node) ? "workers" : "every";
}

static bool needs_all(const struct analysis *a, uint32_t edge, unsigned depth);

/* An expression may look at such values, and pass them on to what takes them with gaps. */
static bool passes_to_who_needs_all(const struct analysis *a, uint32_t n, unsigned depth)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	for (size_t i = 0; i < node->face->outputs.n; i++) {
		const struct graph_stream *stream = &a->graph->streams.items[node->outputs[i]];
		for (size_t r = 0; r < stream->edges.n; r++)
			if (needs_all(a, stream->edges.items[r], depth))
				return true;
	}
	return false;
}

/* Whether what reads the edge is wrong where some of its values are missing. */
static bool needs_all(const struct analysis *a, uint32_t e, unsigned depth)
{
	enum { DEEPEST = 64 }; /* through expressions, which may feed back */
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct port *port = graph_edge_port(a->graph, edge);
	if (port->lossy || port->type->kind == TYPE_ANY ||
	    !type_is_lossless(a->graph->streams.items[edge->stream].type))
		return false;
	if (!a->graph->nodes.items[edge->node].face->parts.n)
		return true;
	return depth < DEEPEST && passes_to_who_needs_all(a, edge->node, depth + 1);
}

static void report(struct analysis *a, uint32_t e, const char *word)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct type *type = a->graph->streams.items[edge->stream].type;
	const char *name = free_name(a, "whole");
	const char *dropper = type->kind == TYPE_RECORD ? type->record->dropper : NULL;

	diag_report(a->diags, E0611, edge_place(a, e),
	            "'%s' loses values of %s, each of which needs those before it", word,
	            type->name);
	if (is_worker(a->graph, edge->node))
		diag_help(a->diags, "leave out its 'workers': one node reads them all");
	else if (edge->policy == EDGE_SAMPLE)
		diag_help(a->diags,
		          "sample what a node makes of all of them: one alone is of no use");
	else if (dropper)
		diag_help(a->diags,
		          "bind '%s = %s(latest(60) %s)', and write '%s' in place of '%s' at '%s', "
		          "so that what it gets can be used",
		          name, dropper, edge_source(a, e), name, span_words(a, edge->at),
		          node_words(a, edge->node));
	else
		diag_help(a->diags, "write '%s' at '%s', so that it reads them all",
		          edge_source(a, e), node_words(a, edge->node));
	note_within(a, edge->node);
}

void pass_loss(struct analysis *a)
{
	for (uint32_t e = 0; e < a->graph->edges.n; e++) {
		const char *word = losing_word(a->graph, &a->graph->edges.items[e]);
		if (word && needs_all(a, e, 0))
			report(a, e, word);
	}
}
