/* Which streams may lack frames, and what may therefore not be connected where a value is needed.
 * An inference in the manner of the synchronous languages' clocks, with one bit for a clock.
 * Requires origin. */
#include "pass/private.h"

#include <string.h>

static bool is_every(const struct graph_edge *edge)
{
	return edge->every_n > 1 || edge->every_ns;
}

/* Why the firing input `e` keeps its node, or its pool, from firing on some frames, or NULL. */
static const char *why_not_fired(const struct analysis *a, uint32_t e, bool pool)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const char *name = node_words(a, edge->node);

	if (graph_edge_port(a->graph, edge)->optional && node_n_firing(a->graph, edge->node) > 1)
		return NULL;
	if (edge->policy == EDGE_LATEST)
		return arena_printf(a->arena, "%s fires on '%s', which drops frames", name,
		                    edge_words(a, e));
	if (graph_edge_port(a->graph, edge)->optional)
		return NULL;
	if (is_every(edge) && !pool && edge_n_workers(a->graph, edge) > 1)
		return arena_printf(a->arena, "%s is one of %u workers", name, edge->every_n);
	if (is_every(edge) && !pool)
		return arena_printf(a->arena, "%s fires on '%s', which leaves out frames", name,
		                    edge_words(a, e));
	if (a->may_be_absent[edge->stream])
		return arena_printf(a->arena, "%s fires only where %s is present", name,
		                    stream_words(a, edge->stream));
	return NULL;
}

/* Why a node does not fire on every frame of its origin, or NULL. A T? input does not hold a firing
 * back, but it does not cause one either: some input must hold the frame. One that fires on any
 * value numbers its firings itself. */
static const char *why_node_is_thin(const struct analysis *a, uint32_t n, bool pool)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	bool may_lack_all = true, fires = false;

	for (uint32_t i = 0; i < node->n_inputs && !node->face->fires_any; i++) {
		uint32_t e = node_firing_edge(a->graph, node, i);
		if (e == NO_ID)
			continue;
		const struct graph_edge *edge = &a->graph->edges.items[e];
		const char *why = why_not_fired(a, e, pool);
		if (why)
			return why;
		fires = true;
		may_lack_all = may_lack_all &&
		               (a->may_be_absent[edge->stream] || edge->policy == EDGE_LATEST ||
		                (is_every(edge) && !pool));
	}
	if (fires && may_lack_all)
		return arena_printf(a->arena, "%s fires only where one of its inputs is present",
		                    node->name);
	return NULL;
}

const char *why_firing_loses(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const struct graph_process *process = &a->graph->processes.items[node->process];

	if (process->end == FAILURE_ABSENT)
		return arena_printf(a->arena, "%s may crash and be given up", node_words(a, n));
	if (process->n_restarts)
		return arena_printf(a->arena, "a frame that makes %s crash twice is given up",
		                    node_words(a, n));
	if (node->rest && (node->face->origin == ORIGIN_NONE || node->face->fires_any))
		return arena_printf(a->arena, "%s may rest", node_words(a, n));
	return NULL;
}

/* Together the workers of a pool fire on what one node in their place would. */
static const char *why_pool_is_thin(const struct analysis *a, uint32_t n, uint32_t worker)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const char *why = why_node_is_thin(a, worker, true);

	for (uint32_t i = 0; i < node->n_inputs && !why; i++)
		why = why_firing_loses(a, edge_producer(a->graph, node->inputs[i]));
	return why;
}

static void infer_outputs(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	uint32_t worker = ordered_pool(a->graph, n);
	const char *thin = worker == NO_ID ? why_node_is_thin(a, n, false)
	                                   : why_pool_is_thin(a, n, worker);
	const char *why = thin ? thin : why_firing_loses(a, n);

	for (size_t i = 0; i < node->face->outputs.n; i++) {
		uint32_t s = node->outputs[i];
		const struct graph_stream *stream = &a->graph->streams.items[s];
		const char *own = why;
		if (!own && stream->optional && worker != NO_ID)
			own = arena_printf(a->arena, "the workers of %s declare it '%s?'",
			                   node->name, node->face->outputs.items[i].type->name);
		else if (!own && stream->optional && node->face->parts.n)
			own = arena_printf(a->arena, "the expression of %s may have no value",
			                   node->name);
		else if (!own && stream->optional)
			own = arena_printf(a->arena, "%s declares it '%s?'", node->face->kind,
			                   node->face->outputs.items[i].type->name);
		a->absence[s] = own;
		a->may_be_absent[s] = own != NULL;
	}
	for (size_t i = 0; i < node->marks.n; i++) {
		uint32_t of = node->marks.items[i].of, s = node->outputs[node->face->outputs.n + i];
		/* A tick is there whenever the node fires, and where that has failed. */
		a->absence[s] = of == NO_ID ? thin : a->absence[node->outputs[of]];
		a->may_be_absent[s] = a->absence[s] != NULL;
	}
}

/* Whether a sample may be a plain input instead: it is of the origin that fires the node, and not
 * made from what the node makes. */
static bool may_fire(const struct analysis *a, uint32_t e)
{
	uint32_t node = a->graph->edges.items[e].node, producer = edge_producer(a->graph, e);
	struct arcs firing;

	arcs_init(&firing, a->arena, a->graph->nodes.n);
	arcs_of_firing(&firing, a->graph);
	arcs_index(&firing);
	return a->origin[node] == a->origin[producer] && node != producer &&
	       arcs_reach(&firing, node)[producer] == NO_ID;
}

static void report_absent(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct graph_node *node = &a->graph->nodes.items[edge->node];
	const struct port *port = graph_edge_port(a->graph, edge);
	const char *type = port->type->name;

	diag_report(a->diags, E0406, edge->at,
	            "'%s' may have no value yet, and input '%s' of '%s' needs one",
	            edge_words(a, e), port->name, node->name);
	diag_note(a->diags, port->span, "declared '%s: %s' here, which is never absent", port->name,
	          type);
	note_within(a, edge->node);
	if (edge->policy == EDGE_SAMPLE && may_fire(a, e))
		diag_help(a->diags,
		          "declare the port '%s: %s?', or write '%s' to fire on every frame",
		          port->name, type, edge_words_as(a, e, ""));
	else if (edge->policy == EDGE_SAMPLE)
		diag_help(a->diags, "declare the port '%s: %s?'", port->name, type);
	else if (edge->first < edge->last)
		diag_help(a->diags, "declare the port '%s: %s?': at first, values are missing",
		          port->name, type);
	else if (!edge->first)
		diag_help(a->diags, "declare the port '%s: %s?': '%s' fires on any of its inputs",
		          port->name, type, node->face->kind);
	else
		diag_help(a->diags, "declare the port '%s: %s?': at first, the value is missing",
		          port->name, type);
	if (edge->policy == EDGE_SAMPLE || edge->first < 0)
		help_filled(a, e);
}

/* A sampled value may be missing: before the first one, and once it is too old. What a history
 * looks back at is missing at the beginning. A node that fires on any input samples the others. */
static void check_value(struct analysis *a, uint32_t e, bool fires_any)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	bool may_lack = edge->policy == EDGE_SAMPLE || edge->first < 0 || fires_any;

	if (may_lack && !graph_edge_port(a->graph, edge)->optional)
		report_absent(a, e);
}

static const char *last_word(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/* "rig.cam.frame": of a pipeline's own node, which has no name outside of it. */
static bool is_inside(const char *words)
{
	const char *dot = strchr(words, '.');
	return dot && strchr(dot + 1, '.');
}

/* A help to sample a record of both in an expression, or of what expressions make; false where
 * there can be none. */
static bool help_both(struct analysis *a, uint32_t e, uint32_t before)
{
	const struct graph *graph = a->graph;
	const struct graph_edge *edges = graph->edges.items;
	const struct graph_stream *one = &graph->streams.items[edges[before].stream];
	const struct graph_stream *two = &graph->streams.items[edges[e].stream];
	bool read_in = node_is_expression(&graph->nodes.items[edges[e].node]);
	bool made_in = graph->nodes.items[one->node].face->parts.n > 0;
	const char *x = stream_words(a, edges[before].stream),
		   *y = stream_words(a, edges[e].stream);
	const char *first = last_word(x), *second = last_word(y);

	if ((!read_in && !made_in) || one->type->kind == TYPE_IMAGE ||
	    two->type->kind == TYPE_IMAGE || strcmp(first, second) == 0 || is_inside(x))
		return false;
	if (read_in)
		diag_help(
			a->diags,
			"bind both in one record, 'both = { %s: %s, %s: %s }', with '?\?' where one "
			"may be absent, and write '(sample both).%s' and '(sample both).%s'",
			first, x, second, y, first, second);
	else
		diag_help(
			a->diags,
			"bind both in one record, 'both = { %s: %s, %s: %s }', with '?\?' where one "
			"may be absent, and let '%s' take that by 'sample both'",
			first, x, second, y, graph->nodes.items[edges[e].node].face->kind);
	return true;
}

/* Two samples are two choices, made one after the other: between them a frame may be published. */
static void report_torn(struct analysis *a, uint32_t e, uint32_t before)
{
	const struct graph_edge *edges = a->graph->edges.items;
	uint32_t producer = edge_producer(a->graph, e);

	diag_report(a->diags, E0407, edges[e].at,
	            "'%s' samples two outputs of '%s', and could see them of different frames",
	            node_words(a, edges[e].node), node_words(a, producer));
	diag_note(a->diags, edges[before].at, "the other is sampled here");
	note_within(a, edges[e].node);
	if (!help_both(a, e, before))
		diag_help(a->diags,
		          "let '%s' publish both in one record, 'type Both { ... }' with an output "
		          "of that type, and sample that",
		          a->graph->nodes.items[producer].face->kind);
}

struct sampled {
	uint32_t reader, edge; /* the last node that sampled an output of this one, plus 1 */
};

static void check_node(struct analysis *a, uint32_t n, struct sampled *sampled)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const struct graph_edge *edges = a->graph->edges.items;

	bool fires_any = node->face->fires_any && node_n_firing(a->graph, n) > 1;
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID)
			continue;
		check_value(a, e, fires_any);
		if (edges[e].policy != EDGE_SAMPLE)
			continue;
		struct sampled *last = &sampled[edge_producer(a->graph, e)];
		if (last->reader == n + 1 && graph_output_of(a->graph, edges[last->edge].stream) !=
		                                     graph_output_of(a->graph, edges[e].stream))
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
