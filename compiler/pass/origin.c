/* Which origin numbers the frames of each node. An exact join needs one: frames of two origins have
 * numbers that mean different things. What fires on any of its inputs joins nothing and is an
 * origin. Requires causality, so that each node has an order. */
#include "pass/private.h"

#include <string.h>

/* The first connected input, of a node that none fires, or NO_ID. */
static uint32_t first_passive(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i];
		if (e != NO_ID && !graph_edge_fires(&a->graph->edges.items[e]))
			return e;
	}
	return NO_ID;
}

/* What an edge word can stand before. */
static bool is_operand(const char *text)
{
	return text[strcspn(text, " ({\"…")] == '\0';
}

static void report_unfired(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	uint32_t passive = first_passive(a, n);

	diag_report(a->diags, E0403, node->at, "nothing fires '%s'", node_words(a, n));
	if (node_is_expression(node)) {
		diag_note(a->diags, node->face->span,
		          "what is looked back at and what is sampled fires nothing, and no other "
		          "stream stands in this");
		note_within(a, n);
		if (!help_present(a, n))
			diag_help(a->diags,
			          "an expression fires on the frames of a stream in it: "
			          "'... + (if present(x) then 1 else 0)' counts those of x");
		return;
	}
	if (passive != NO_ID) {
		const struct graph_edge *edge = &a->graph->edges.items[passive];
		diag_note(a->diags, edge->at, "'%s' looks %s only when something else fires '%s'",
		          edge_words(a, passive),
		          edge_looks_back(edge) ? "back" : "at the newest value", node->name);
		note_within(a, n);
		if (is_operand(edge_words_as(a, passive, "")))
			diag_help(a->diags,
			          "write '%s' to fire on the newest frame, or '%s' to fire on "
			          "every frame",
			          edge_words_as(a, passive, "latest"),
			          edge_words_as(a, passive, ""));
		else
			diag_help(a->diags, "write '%s' to fire on every frame",
			          edge_words_as(a, passive, ""));
	} else if (node->face->inputs.n) {
		diag_help(a->diags, "connect one of its inputs: '%s: ...'",
		          node->face->inputs.items[0].name);
	} else {
		diag_note(a->diags, node->face->span,
		          "'%s' has no inputs and does not say that it is an origin",
		          node->face->kind);
		diag_help(a->diags, "write 'origin paced' (it waits for room) or 'origin live' "
		                    "(it cannot wait) in its declaration");
	}
}

/* What the firing inputs of a node are, edge numbers or NO_ID. */
struct firing {
	uint32_t first;           /* whose origin is known */
	uint32_t other;           /* of another origin than `first` */
	uint32_t latest, latest2; /* first and second */
	bool latest_needed;       /* the first one's port is no T?: without it, nothing fires */
	uint32_t lossless;        /* first plain or queue that takes every frame */
	uint32_t any;             /* first of all */
	size_t n;
};

static void add_firing(const struct analysis *a, struct firing *f, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	uint32_t origin = a->origin[edge_producer(a->graph, e)];

	if (!f->n++)
		f->any = e;
	if (edge->policy == EDGE_QUEUE && f->lossless == NO_ID && !edge->every_n && !edge->every_ns)
		f->lossless = e;
	if (edge->policy == EDGE_LATEST && f->latest != NO_ID && f->latest2 == NO_ID)
		f->latest2 = e;
	if (edge->policy == EDGE_LATEST && f->latest == NO_ID) {
		f->latest = e;
		f->latest_needed = !graph_edge_port(a->graph, edge)->optional;
	}
	if (origin == NO_ID)
		return;
	if (f->first == NO_ID)
		f->first = e;
	else if (f->other == NO_ID && origin != a->origin[edge_producer(a->graph, f->first)])
		f->other = e;
}

static struct firing firing_of(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	struct firing f = {.first = NO_ID,
	                   .other = NO_ID,
	                   .latest = NO_ID,
	                   .latest2 = NO_ID,
	                   .lossless = NO_ID,
	                   .any = NO_ID};

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(a->graph, node, i);
		if (e != NO_ID)
			add_firing(a, &f, e);
	}
	return f;
}

/* Whether its node may leave the value out: then the other one is what fires whatever happens, as
 * the link of a camera does that has no frame. */
static bool has_gaps(const struct graph *graph, uint32_t e)
{
	return graph->streams.items[graph->edges.items[e].stream].optional;
}

/* Says to sample one of two edges, one whose port can be absent if there is one. */
static void help_sample_one(struct analysis *a, uint32_t keep, uint32_t sample, const char *why)
{
	const struct graph *graph = a->graph;
	bool can = graph_edge_port(graph, &graph->edges.items[sample])->optional;
	bool other_can = graph_edge_port(graph, &graph->edges.items[keep])->optional;
	bool other_is_better = has_gaps(graph, keep) && !has_gaps(graph, sample);

	help_sample(a, other_can > can || (other_can == can && other_is_better) ? keep : sample,
	            why);
}

static void report_two_origins(struct analysis *a, uint32_t n, const struct firing *f)
{
	const struct graph_edge *edges = a->graph->edges.items;
	uint32_t one = a->origin[edge_producer(a->graph, f->first)];
	uint32_t two = a->origin[edge_producer(a->graph, f->other)];

	struct span at = edge_place(a, f->other);

	diag_report(a->diags, E0404, at, "'%s' joins frames of two origins: '%s' and '%s'",
	            node_words(a, n), node_words(a, one), node_words(a, two));
	diag_note(a->diags, edges[f->first].at, "'%s' is numbered by '%s', '%s' by '%s'",
	          edge_source(a, f->first), node_words(a, one), edge_source(a, f->other),
	          node_words(a, two));
	if (at.start != edges[f->other].at.start || at.source != edges[f->other].at.source)
		diag_note(a->diags, edges[f->other].at, "'%s' comes in by a name",
		          edge_source(a, f->other));
	note_within(a, n);
	help_sample_one(a, f->first, f->other, " to take its newest value when the other fires");
}

static void report_two_latest(struct analysis *a, uint32_t n, const struct firing *f)
{
	const struct graph_edge *edges = a->graph->edges.items;

	diag_report(a->diags, E0405, edges[f->latest2].at,
	            "two 'latest' inputs of '%s' would each choose another frame",
	            node_words(a, n));
	diag_note(a->diags, edges[f->latest].at,
	          "this one chooses; a join fires only on inputs of one frame");
	note_within(a, n);
	help_sample_one(a, f->latest, f->latest2, " so that one 'latest' alone fires the node");
}

static void report_late_latest(struct analysis *a, uint32_t n, const struct firing *f)
{
	const struct graph_edge *edges = a->graph->edges.items;

	diag_report(a->diags, W0602, edges[f->latest].at,
	            "'%s' makes '%s' skip frames of its other inputs, too",
	            edge_words(a, f->latest), node_words(a, n));
	diag_note(a->diags, edges[f->lossless].at,
	          "'%s' brings every frame, and a join fires only on those that 'latest' chose",
	          edge_words(a, f->lossless));
	note_within(a, n);
	help_sample(
		a, f->latest,
		arena_printf(a->arena, ", so that '%s' fires on every frame", node_words(a, n)));
}

/* An origin numbers its own frames, so it cannot take the numbers of others. */
static void report_fired_origin(struct analysis *a, uint32_t n, uint32_t e)
{
	diag_report(a->diags, E0404, a->graph->edges.items[e].at,
	            "'%s' is an origin and numbers its own frames; '%s' would fire it by those of "
	            "'%s'",
	            node_words(a, n), edge_words(a, e), node_words(a, edge_producer(a->graph, e)));
	diag_help(a->diags, "write '%s'", edge_words_as(a, e, "sample"));
}

static uint32_t find_origin(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	struct firing f = firing_of(a, n);

	if (!f.n && !node->face->wakes &&
	    (node->face->origin == ORIGIN_NONE || node->face->fires_any))
		report_unfired(a, n);
	if (node_is_origin(node)) {
		if (f.n && !node->face->fires_any)
			report_fired_origin(a, n, f.any);
		return n;
	}
	if (f.other != NO_ID)
		report_two_origins(a, n, &f);
	else if (f.latest2 != NO_ID)
		report_two_latest(a, n, &f);
	else if (f.latest != NO_ID && f.latest_needed && f.lossless != NO_ID)
		report_late_latest(a, n, &f);
	return f.first == NO_ID ? NO_ID : a->origin[edge_producer(a->graph, f.first)];
}

/* What chooses frames to fire on has no sense where none fires. */
static void report_idle_choice(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const char *every = edge_every_words(a, e);

	diag_report(a->diags, E0408, edge->at,
	            "'%s' chooses frames to fire on, and a look back fires nothing",
	            *every ? every : "latest");
	diag_help(a->diags, "write '%s[%d..0]' to fire on the newest frame and see those before it",
	          edge_words_as(a, e, *every ? every : "latest"), edge->first);
}

/* "The frame before" is a number of one origin. */
static void check_history(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	uint32_t own = a->origin[edge->node], origin = a->origin[edge_producer(a->graph, e)];

	if (edge->policy == EDGE_LATEST || edge->every_n || edge->every_ns)
		report_idle_choice(a, e);
	/* Of a node that joins two origins this was said. */
	if (own == NO_ID || origin == NO_ID || own == origin ||
	    firing_of(a, edge->node).other != NO_ID)
		return;
	diag_report(
		a->diags, E0404, edge->at,
		"'%s' looks back at frames of the origin '%s', and '%s' fires on frames of '%s'",
		edge_words(a, e), node_words(a, origin), node_words(a, edge->node),
		node_words(a, own));
	diag_help(a->diags, "write '%s' to take its newest value", edge_words_as(a, e, "sample"));
}

void pass_origin(struct analysis *a)
{
	const struct graph *graph = a->graph;
	const uint32_t *order = firing_order(a);

	a->origin = arena_alloc(a->arena, graph->nodes.n * sizeof *a->origin);
	for (size_t i = 0; i < graph->nodes.n; i++)
		a->origin[order[i]] = find_origin(a, order[i]);
	for (uint32_t e = 0; e < graph->edges.n; e++)
		if (edge_looks_back(&graph->edges.items[e]))
			check_history(a, e);
}
