/* W0604, and W0602 of a choice that has a name: which choices, `latest` and `every`, thin the
 * frames that a node fires on, and where streams that were thinned by different ones are joined:
 * two `latest` choose apart, and a join fires only on what both happened to choose. Choices inside
 * one another lose nothing more. Requires origin. */
#include "base/map.h"
#include "pass/private.h"
#include "pass/stamp.h"

#include <string.h>

/* More are not told apart: no warning then. */
#define CHOICES_MAX 32u

/* Choices, ascending; each is an edge, the first that chooses in this way. */
struct choices {
	bool too_many;
	uint32_t n;
	uint32_t edges[];
};

struct choice_pass {
	struct analysis *a;
	const uint32_t *order;
	struct map first_every;       /* words of an `every` -> 1 + its first edge */
	const struct choices **nodes; /* per node; NULL: none */
};

static bool chooses(const struct graph_edge *edge)
{
	return graph_edge_fires(edge) &&
	       (edge->policy == EDGE_LATEST || edge->every_n > 1 || edge->every_ns);
}

/* `latest` is a choice of its own wherever it stands; the same `every` takes the same frames, for
 * it goes by the origin's numbers. */
static uint32_t choice_of(struct choice_pass *c, uint32_t e)
{
	const struct graph_edge *edge = &c->a->graph->edges.items[e];
	uint32_t producer = edge_producer(c->a->graph, e);

	if (edge->policy == EDGE_LATEST)
		return e;
	const char *key = arena_printf(c->a->arena, "%u %u %u %lld", c->a->origin[producer],
	                               edge->every_n, edge->every_from, (long long)edge->every_ns);
	uint32_t first = (uint32_t)(uintptr_t)map_get(&c->first_every, key);
	if (first)
		return first - 1;
	map_put(c->a->arena, &c->first_every, key, (void *)(uintptr_t)(e + 1));
	return e;
}

static const struct choices *join(struct choice_pass *c, const struct choices *x,
                                  const struct choices *y)
{
	if (!x || !y || x == y)
		return x ? x : y;
	size_t n_most = (size_t)x->n + y->n;
	struct choices *all = arena_alloc(c->a->arena, sizeof *all + n_most * sizeof all->edges[0]);
	uint32_t i = 0, k = 0;

	all->too_many = x->too_many || y->too_many;
	while (i < x->n || k < y->n) {
		uint32_t from_x = i < x->n ? x->edges[i] : NO_ID;
		uint32_t from_y = k < y->n ? y->edges[k] : NO_ID;
		all->edges[all->n++] = from_x < from_y ? from_x : from_y;
		i += from_x <= from_y;
		k += from_y <= from_x;
	}
	if (all->n > CHOICES_MAX) {
		all->n = CHOICES_MAX;
		all->too_many = true;
	}
	return all->n == x->n && !all->too_many ? x : all;
}

/* What thins the frames that come by an edge. */
static const struct choices *choices_of_edge(struct choice_pass *c, uint32_t e)
{
	const struct choices *from = c->nodes[edge_producer(c->a->graph, e)];

	if (!chooses(&c->a->graph->edges.items[e]))
		return from;
	struct choices *own = arena_alloc(c->a->arena, sizeof *own + sizeof own->edges[0]);
	own->n = 1;
	own->edges[0] = choice_of(c, e);
	return join(c, from, own);
}

/* Whether what `x` leaves out is left out by `by`, too. */
static bool is_inside(const struct choice_pass *c, uint32_t x, const struct choices *by)
{
	const struct graph_edge *edges = c->a->graph->edges.items;

	for (uint32_t i = 0; i < by->n; i++) {
		uint32_t y = by->edges[i];
		if (x == y)
			return true;
		if (edges[x].policy == EDGE_QUEUE && edges[y].policy == EDGE_QUEUE &&
		    edges[x].every_n && edges[y].every_n &&
		    edges[y].every_n % edges[x].every_n == 0 &&
		    edges[y].every_from % edges[x].every_n == edges[x].every_from)
			return true;
	}
	return false;
}

/* One of `x` that is not inside of `y`, or NO_ID. */
static uint32_t apart(const struct choice_pass *c, const struct choices *x, const struct choices *y)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (!is_inside(c, x->edges[i], y))
			return x->edges[i];
	return NO_ID;
}

static void report_apart(struct choice_pass *c, uint32_t n, uint32_t e, uint32_t one, uint32_t two,
                         bool either)
{
	struct analysis *a = c->a;
	const struct graph_edge *edges = a->graph->edges.items;
	const char *what = edge_words(a, one);

	diag_report(
		a->diags, W0604, edges[e].at,
		either ? "'%s' joins streams that select frames independently: on most frames one "
			 "of them is absent"
		       : "'%s' joins streams that select frames independently, and fires only on "
			 "frames of both",
		node_words(a, n));
	diag_note(a->diags, edges[one].at, "some come by '%s' here", what);
	diag_note(a->diags, edges[two].at, "the others by '%s' here", edge_words(a, two));
	bool numbered = edges[one].every_n && edges[two].every_n;
	if (edges[one].stream == edges[two].stream && !numbered)
		diag_help(a->diags, "choose once: write 'c = %s', and 'c' in both places",
		          strcmp(what, edge_words(a, two)) ? edge_words_as(a, one, "latest")
		                                           : what);
	else
		diag_help(a->diags,
		          "choose once, before the ways part: write 'c = latest %s', and 'c' in "
		          "place of '%s'",
		          node_words(a, a->origin[n]), node_words(a, a->origin[n]));
}

/* W0602 and E0405 have spoken of a `latest` that stands beside other inputs; not where its port is
 * a T?, for the others are taken without it. */
static bool is_reported(const struct analysis *a, const struct graph_node *node)
{
	size_t n_latest = 0, n_lossless = 0, n_optional = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		const struct graph_edge *edge = node->inputs[i] == NO_ID
		                                        ? NULL
		                                        : &a->graph->edges.items[node->inputs[i]];
		if (!edge || !graph_edge_fires(edge))
			continue;
		n_latest += edge->policy == EDGE_LATEST;
		n_optional += edge->policy == EDGE_LATEST &&
		              graph_edge_port(a->graph, edge)->optional;
		n_lossless += edge->policy == EDGE_QUEUE && !edge->every_n && !edge->every_ns;
	}
	return n_latest > 1 || (n_latest > n_optional && n_lossless > 0);
}

/* Whether `??` puts a value that no stream makes in place of an input that is absent. */
static bool is_filled_in(const struct term *term, uint32_t port)
{
	if (!term)
		return false;
	if (term->kind == TERM_COALESCE && term->left->kind == TERM_INPUT &&
	    term->left->index == port &&
	    (term->right->kind == TERM_CONST || term->right->kind == TERM_RECORD ||
	     term->right->kind == TERM_OPTION))
		return true;
	for (size_t i = 0; i < term_n_operands(term); i++)
		if (is_filled_in(term_operand(term, i), port))
			return true;
	return false;
}

static bool is_filled_in_node(const struct graph_node *node, uint32_t port)
{
	for (size_t i = 0; i < node->face->parts.n; i++)
		if (is_filled_in(node->face->parts.items[i].term, port))
			return true;
	return false;
}

struct joined {
	uint32_t edge;
	const struct choices *choices;
	bool optional;
	bool filled_in; /* where it is absent, a constant stands for it */
};
VEC_OF(joined_list, struct joined);

static bool check_pair(struct choice_pass *c, uint32_t n, const struct joined *x,
                       const struct joined *y)
{
	bool either = x->optional && y->optional && !(x->filled_in && y->filled_in);
	if (x->choices == y->choices || either || x->choices->too_many || y->choices->too_many)
		return false;
	uint32_t one = apart(c, x->choices, y->choices), two = apart(c, y->choices, x->choices);
	if (one == NO_ID || two == NO_ID)
		return false;
	report_apart(c, n, y->edge, one, two, y->optional || x->optional);
	return true;
}

/* Each with the first and with the one before it: a wide join takes no longer than it is wide. */
static bool check_join(struct choice_pass *c, uint32_t n, const struct joined_list *inputs)
{
	for (size_t i = 1; i < inputs->n; i++) {
		const struct joined *y = &inputs->items[i];
		if (check_pair(c, n, &inputs->items[0], y) || check_pair(c, n, y - 1, y))
			return true;
	}
	return false;
}

/* What thins the frames of a pool: all but that they are shared out. */
static const struct choices *choices_of_pool(struct choice_pass *c, uint32_t worker)
{
	const struct graph *graph = c->a->graph;
	const struct graph_node *node = &graph->nodes.items[worker];
	const struct choices *all = NULL;

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		bool latest = graph->edges.items[e].policy == EDGE_LATEST;
		all = join(c, all,
		           latest ? choices_of_edge(c, e) : c->nodes[edge_producer(graph, e)]);
	}
	return all;
}

/* The edge of a choice that has a name and is needed here, or NO_ID. */
static uint32_t named_latest(const struct choice_pass *c, const struct joined *input)
{
	const struct graph *graph = c->a->graph;
	const struct graph_node *producer = &graph->nodes.items[edge_producer(graph, input->edge)];
	uint32_t e = node_is_relay(producer) ? node_firing_edge(graph, producer, 0) : NO_ID;

	return !input->optional && e != NO_ID && graph->edges.items[e].policy == EDGE_LATEST &&
	                       graph->edges.items[input->edge].policy == EDGE_QUEUE
	               ? e
	               : NO_ID;
}

static bool has_choice(const struct choices *choices, uint32_t e)
{
	for (uint32_t i = 0; choices && i < choices->n; i++)
		if (choices->edges[i] == e)
			return true;
	return choices && choices->too_many;
}

/* Whether the node reads a value by the edge, and not only which frame it is of. */
static bool reads_value(const struct graph *graph, uint32_t e)
{
	const struct graph_edge *edge = &graph->edges.items[e];
	const struct graph_node *node = &graph->nodes.items[edge->node];

	return edge->stream < graph->streams.n &&
	       graph->streams.items[edge->stream].output <
	               graph->nodes.items[edge_producer(graph, e)].face->outputs.n &&
	       stamp_needs_value(node->face, node->input_ports[edge->input]);
}

/* A `latest` with a name, beside an input without it: as W0602 says of one without a name. */
static void check_named(struct choice_pass *c, uint32_t n, const struct joined_list *inputs)
{
	struct analysis *a = c->a;

	for (size_t i = 0; i < inputs->n; i++) {
		const struct joined *k = &inputs->items[i];
		uint32_t latest = named_latest(c, k);
		for (size_t j = 0; j < inputs->n && latest != NO_ID; j++) {
			const struct joined *x = &inputs->items[j];
			const struct graph_edge *edge = &a->graph->edges.items[x->edge];
			if (j == i || has_choice(x->choices, latest) || chooses(edge) ||
			    !reads_value(a->graph, x->edge))
				continue;
			diag_report(a->diags, W0602, a->graph->edges.items[k->edge].at,
			            "'%s' is '%s', and makes '%s' skip frames of its other inputs, "
			            "too",
			            edge_source(a, k->edge), edge_words(a, latest),
			            node_words(a, n));
			diag_note(a->diags, edge->at,
			          "'%s' brings frames that 'latest' did not choose, and a join "
			          "fires only on those of both",
			          edge_source(a, x->edge));
			note_within(a, n);
			help_sample(a, k->edge,
			            arena_printf(a->arena, ", so that '%s' fires on every frame",
			                         node_words(a, n)));
			return;
		}
	}
}

static void visit(struct choice_pass *c, uint32_t n)
{
	const struct graph *graph = c->a->graph;
	const struct graph_node *node = &graph->nodes.items[n];
	const struct choices *all = NULL;
	struct joined_list thin = {0}, joined = {0};
	bool needs = false; /* one of its inputs says alone when it fires */

	for (uint32_t i = 0; i < node->n_inputs && !node_is_origin(node); i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		bool optional = graph_edge_port(graph, edge)->optional;
		const struct choices *choices = choices_of_edge(c, e);
		needs = needs || !optional;
		vec_push(c->a->arena, &joined, (struct joined){e, choices, optional, false});
		if (choices)
			vec_push(c->a->arena, &thin,
			         (struct joined){e, choices, optional,
			                         optional && is_filled_in_node(
								     node, node->input_ports[i])});
		if (!optional || node_n_firing(graph, n) == 1)
			all = join(c, all, choices);
	}
	uint32_t worker = ordered_pool(graph, n);
	c->nodes[n] = worker == NO_ID ? all : choices_of_pool(c, worker);
	for (size_t i = 0; needs && i < thin.n; i++)
		thin.items[i].filled_in = false;
	if (!is_reported(c->a, node) && !check_join(c, n, &thin))
		check_named(c, n, &joined);
}

void pass_choice(struct analysis *a)
{
	struct choice_pass c = {.a = a, .order = firing_order(a)};

	c.nodes = arena_alloc(a->arena, a->graph->nodes.n * sizeof *c.nodes);
	for (size_t i = 0; i < a->graph->nodes.n; i++)
		visit(&c, c.order[i]);
}
