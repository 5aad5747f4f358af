/* Which streams may lack frames, and what may therefore not be connected where a value is needed.
 * An inference in the manner of the synchronous languages' clocks, with one bit for a clock.
 * Requires origin. */
#include "pass/private.h"

/* Why the firing input `e` keeps its node from firing on some frames, or NULL. */
static const char *why_not_fired(const struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const char *name = node_name(a, edge->node);

	if (edge->policy == EDGE_LATEST)
		return arena_printf(a->arena, "%s fires on '%s', which drops frames", name,
		                    edge_words(a, e));
	if (a->may_be_absent[edge->stream] && !graph_edge_port(a->graph, edge)->optional)
		return arena_printf(a->arena, "%s fires only where %s is present", name,
		                    stream_words(a, edge->stream));
	return NULL;
}

/* Why a node does not fire on every frame of its origin, or NULL. A T? input does not hold a firing
 * back, but it does not cause one either: some input must hold the frame. */
static const char *why_node_is_thin(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	bool may_lack_all = true, fires = false;

	for (size_t i = 0; i < node->face->inputs.n; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID || !graph_edge_fires(&a->graph->edges.items[e]))
			continue;
		const char *why = why_not_fired(a, e);
		if (why)
			return why;
		fires = true;
		may_lack_all = may_lack_all && a->may_be_absent[a->graph->edges.items[e].stream];
	}
	if (fires && may_lack_all)
		return arena_printf(a->arena, "%s fires only where one of its inputs is present",
		                    node->name);
	return NULL;
}

/* Why a crash may cost the node's frames although the program goes on, or NULL. */
static const char *why_failure_loses(const struct analysis *a, uint32_t n)
{
	const struct graph_process *process =
		&a->graph->processes.items[a->graph->nodes.items[n].process];

	if (process->end == FAILURE_ABSENT)
		return arena_printf(a->arena, "%s may crash and be given up", node_name(a, n));
	if (process->n_restarts)
		return arena_printf(a->arena, "a frame that makes %s crash twice is given up",
		                    node_name(a, n));
	return NULL;
}

static void infer_outputs(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const char *why = why_node_is_thin(a, n);

	if (!why)
		why = why_failure_loses(a, n);
	for (size_t i = 0; i < node->face->outputs.n; i++) {
		uint32_t s = node->outputs[i];
		const struct graph_stream *stream = &a->graph->streams.items[s];
		const char *own = why;
		if (!own && stream->optional)
			own = arena_printf(a->arena, "%s declares it '%s?'", node->face->kind,
			                   node->face->outputs.items[i].type->name);
		a->absence[s] = own;
		a->may_be_absent[s] = own != NULL;
	}
}

/* A sampled value may be missing: before the first one, and once it is too old. */
static void check_sample(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct graph_node *node = &a->graph->nodes.items[edge->node];
	const struct port *port = graph_edge_port(a->graph, edge);

	if (port->optional)
		return;
	diag_report(a->diags, E0406, edge->at,
	            "'%s' may have no value yet, and input '%s' of '%s' needs one",
	            edge_words(a, e), port->name, node->name);
	diag_note(a->diags, port->span, "declared '%s: %s' here, which is never absent", port->name,
	          port->type->name);
	diag_help(a->diags, "declare the port '%s: %s?', or write '%s' to fire on every frame",
	          port->name, port->type->name, edge_words_as(a, e, ""));
}

/* Two samples are two choices, made one after the other: between them a frame may be published. */
static void report_torn(struct analysis *a, uint32_t e, uint32_t before)
{
	const struct graph_edge *edges = a->graph->edges.items;
	uint32_t producer = edge_producer(a->graph, e);

	diag_report(a->diags, E0407, edges[e].at,
	            "'%s' samples two outputs of '%s', and could see them of different frames",
	            node_name(a, edges[e].node), node_name(a, producer));
	diag_note(a->diags, edges[before].at, "the other is sampled here");
	diag_help(a->diags,
	          "let '%s' publish both in one record, 'type Both { ... }' with an output of that "
	          "type, and sample that",
	          a->graph->nodes.items[producer].face->kind);
}

struct sampled {
	uint32_t reader, edge; /* the last node that sampled an output of this one, plus 1 */
};

static void check_node(struct analysis *a, uint32_t n, struct sampled *sampled)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const struct graph_edge *edges = a->graph->edges.items;

	for (size_t i = 0; i < node->face->inputs.n; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID || edges[e].policy != EDGE_SAMPLE)
			continue;
		struct sampled *last = &sampled[edge_producer(a->graph, e)];
		check_sample(a, e);
		if (last->reader == n + 1 && edges[last->edge].stream != edges[e].stream)
			report_torn(a, e, last->edge);
		if (last->reader != n + 1)
			*last = (struct sampled){n + 1, e};
	}
}

void pass_presence(struct analysis *a)
{
	const uint32_t *order = firing_order(a);
	size_t n_nodes = a->graph->nodes.n, n_streams = a->graph->streams.n;
	struct sampled *sampled = arena_alloc(a->arena, n_nodes * sizeof *sampled);

	a->may_be_absent = arena_alloc(a->arena, n_streams * sizeof *a->may_be_absent);
	a->absence = arena_alloc(a->arena, n_streams * sizeof *a->absence);
	for (size_t i = 0; i < n_nodes; i++)
		infer_outputs(a, order[i]);
	for (uint32_t n = 0; n < n_nodes; n++)
		check_node(a, n, sampled);
}
