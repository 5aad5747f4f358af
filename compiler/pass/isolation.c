/* Who can make whom wait. In one step, a waits for b when b produces a firing input of a or one
 * that a looks back at (x[-1]: b must have settled the frame before), when b reads a stream of a
 * without loss, or when both run in one process (one thread). A node that fires on any of several
 * inputs waits for none of them; but it does wait for what all of them wait for. The many values
 * that it may make of one input wait for room alone, as its first does. A node that shares a
 * process waits while another works, not while that one waits itself: room and values are
 * conditions of firing, and nothing waits inside a process. The question of an assertion is
 * whether such steps lead from one node to another; a failure and the CPU are outside it. Requires
 * causality. */
#include "pass/private.h"

#include <inttypes.h>

#define STEPS_SHOWN 8u
#define FORGETFUL_SHOWN 4u

/* A node at work, as the others of its process see it: it waits for nobody. */
static uint32_t at_work(const struct graph *graph, uint32_t n)
{
	return (uint32_t)(graph->nodes.n + graph->processes.n) + n;
}

static uint32_t node_of(const struct graph *graph, uint32_t vertex)
{
	return vertex < graph->nodes.n ? vertex : vertex - at_work(graph, 0);
}

uint32_t *waits_of(const struct analysis *a, uint32_t n)
{
	uint32_t *reached = arcs_reach(a->waits, n);

	for (uint32_t m = 0; m < a->graph->nodes.n; m++)
		if (reached[m] == NO_ID)
			reached[m] = reached[at_work(a->graph, m)];
	return reached;
}

bool pass_waits_for(const struct analysis *analysis, uint32_t a, uint32_t b)
{
	return a == b || waits_of(analysis, a)[b] != NO_ID;
}

static bool fires_on_any(const struct graph *graph, uint32_t n)
{
	return graph->nodes.items[n].face->fires_any && node_n_firing(graph, n) > 1;
}

static void add_edges(struct arcs *arcs, const struct graph *graph)
{
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint32_t producer = edge_producer(graph, e);
		bool fires = graph_edge_fires(edge) && !fires_on_any(graph, edge->node);
		if (fires || edge_looks_back(edge))
			arcs_add(arcs, edge->node, producer, e, WAIT_VALUE);
		if (edge_gates(edge))
			arcs_add(arcs, producer, edge->node, e, WAIT_ROOM);
	}
}

/* What each firing input of `n` waits for, counted per vertex; the number of inputs. */
static uint32_t count_reached(const struct arcs *arcs, const struct graph *graph, uint32_t n,
                              uint32_t *counts)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t n_inputs = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		uint32_t producer = edge_producer(graph, e);
		const uint32_t *reached = arcs_reach(arcs, producer);
		for (uint32_t v = 0; v < graph->nodes.n; v++)
			counts[v] += v == producer || reached[v] != NO_ID ||
			             reached[at_work(graph, v)] != NO_ID;
		n_inputs++;
	}
	return n_inputs;
}

/* Lets `n` wait for what all its inputs wait for; true when that adds a step. */
static bool add_common(struct arcs *arcs, const struct graph *graph, uint32_t n)
{
	uint32_t *counts = arena_alloc(arcs->arena, arcs->n_vertices * sizeof *counts);
	uint32_t n_inputs = count_reached(arcs, graph, n, counts);
	const uint32_t *known = arcs_reach(arcs, n);
	bool added = false;

	for (uint32_t v = 0; v < graph->nodes.n; v++) {
		if (counts[v] != n_inputs || v == n || known[v] != NO_ID ||
		    known[at_work(graph, v)] != NO_ID)
			continue;
		arcs_add(arcs, n, v, NO_ID, WAIT_COMMON);
		added = true;
	}
	if (added)
		arcs_index(arcs);
	return added;
}

static struct arcs *wait_arcs(const struct analysis *a)
{
	const struct graph *graph = a->graph;
	struct arcs *arcs = arena_new(a->arena, struct arcs);
	uint32_t n_nodes = (uint32_t)graph->nodes.n;

	arcs_init(arcs, a->arena, 2 * graph->nodes.n + graph->processes.n);
	add_edges(arcs, graph);
	for (uint32_t p = 0; p < graph->processes.n; p++) {
		const struct graph_process *process = &graph->processes.items[p];
		for (size_t i = 0; i < process->nodes.n && process->nodes.n > 1; i++) {
			uint32_t n = process->nodes.items[i];
			arcs_add(arcs, n, n_nodes + p, NO_ID, WAIT_PROCESS);
			arcs_add(arcs, n_nodes + p, at_work(graph, n), NO_ID, WAIT_PROCESS);
		}
	}
	arcs_index(arcs);
	/* One may have what another lacked: until nothing is added. */
	for (bool added = true; added;) {
		added = false;
		for (uint32_t n = 0; n < n_nodes; n++)
			if (fires_on_any(graph, n))
				added = add_common(arcs, graph, n) || added;
	}
	return arcs;
}

static void note_room(struct analysis *a, const struct arc *arc)
{
	const char *from = node_words(a, arc->from), *to = node_words(a, arc->to);
	const struct span at = a->graph->edges.items[arc->edge].at;

	if (a->graph->nodes.items[arc->from].face->origin == ORIGIN_LIVE)
		diag_note(
			a->diags, at,
			"'%s' loses whole frames while '%s' is behind, for '%s' must have every one",
			from, to, edge_words(a, arc->edge));
	else
		diag_note(
			a->diags, at,
			"'%s' waits for room until '%s' has taken a frame, for '%s' must have every "
			"one",
			from, to, edge_words(a, arc->edge));
}

/* One step of the chain. Two arcs lead through a process; the first speaks for both. */
static void note_step(struct analysis *a, const struct arc *arc, const struct arc *next)
{
	uint32_t n_nodes = (uint32_t)a->graph->nodes.n;

	switch ((enum wait_kind)arc->kind) {
	case WAIT_VALUE:
		diag_note(a->diags, a->graph->edges.items[arc->edge].at,
		          "'%s' waits for '%s', for it %s '%s'", node_words(a, arc->from),
		          node_words(a, arc->to),
		          edge_looks_back(&a->graph->edges.items[arc->edge]) ? "looks back at"
		                                                             : "fires on",
		          edge_words(a, arc->edge));
		break;
	case WAIT_COMMON:
		diag_note(a->diags, a->graph->nodes.items[arc->from].at,
		          "'%s' waits for '%s', for whatever fires it does",
		          node_words(a, arc->from), node_words(a, arc->to));
		break;
	case WAIT_ROOM:
		note_room(a, arc);
		break;
	case WAIT_PROCESS:
		if (arc->to - n_nodes < a->graph->processes.n)
			diag_note(a->diags, a->graph->processes.items[arc->to - n_nodes].at,
			          "'%s' waits while '%s' works, for both run in process '%s'",
			          node_words(a, arc->from),
			          node_words(a, node_of(a->graph, next->to)),
			          a->graph->processes.items[arc->to - n_nodes].name);
		break;
	}
}

static void note_chain(struct analysis *a, const struct arc_path *path)
{
	const struct arc *arcs = a->waits->list.items;

	for (size_t i = 0; i < path->n; i++) {
		const struct arc *arc = &arcs[path->items[i]];
		if (i == STEPS_SHOWN && path->n > STEPS_SHOWN + 1) {
			diag_note(a->diags, (struct span){0}, "and so on, %zu more steps, to '%s'",
			          path->n - STEPS_SHOWN,
			          node_words(a,
			                     node_of(a->graph, arcs[path->items[path->n - 1]].to)));
			return;
		}
		note_step(a, arc, i + 1 < path->n ? &arcs[path->items[i + 1]] : arc);
	}
}

/* Whether the node of this step could sample instead, for something else fires it. */
static bool may_sample(const struct analysis *a, const struct arc *arc)
{
	return !graph_edge_fires(&a->graph->edges.items[arc->edge]) ||
	       node_n_firing(a->graph, arc->from) > 1;
}

/* The last step is the one that the culprit takes part in: what would cut it? Where nothing would,
 * for it alone fires its node, a step before it may be cut. */
static void help_cut(struct analysis *a, const struct arc_path *path)
{
	const struct arc *arcs = a->waits->list.items;
	const struct arc *last = &arcs[path->items[path->n - 1]];

	for (size_t i = path->n; i > 0 && last->kind == WAIT_VALUE && !may_sample(a, last); i--) {
		const struct arc *arc = &arcs[path->items[i - 1]];
		if (arc->kind == WAIT_ROOM || (arc->kind == WAIT_VALUE && may_sample(a, arc)))
			last = arc;
	}
	switch ((enum wait_kind)last->kind) {
	case WAIT_VALUE:
		if (!may_sample(a, last)) {
			diag_help(a->diags,
			          "let '%s' fire on something that does not wait for '%s', and "
			          "sample what does",
			          node_words(a, arcs[path->items[0]].from),
			          node_words(a, last->to));
			break;
		}
		help_sample(a, last->edge,
		            arena_printf(a->arena, ", so that '%s' does not wait for it",
		                         node_words(a, last->from)));
		break;
	case WAIT_COMMON:
		diag_help(a->diags, "let '%s' fire on something that does not wait for '%s', too",
		          node_words(a, last->from), node_words(a, last->to));
		break;
	case WAIT_ROOM:
		diag_help(a->diags, "%s, so that it cannot hold up '%s'",
		          edge_advice(a, last->edge,
		                      edge_looks_back(&a->graph->edges.items[last->edge])
		                              ? "sample"
		                              : "latest"),
		          node_words(a, last->from));
		break;
	case WAIT_PROCESS:
		diag_help(a->diags, "%s", own_process_words(a, node_of(a->graph, last->to)));
		break;
	}
}

static void check_independent(struct analysis *a, const struct graph_assertion *assertion)
{
	const char *name = node_words(a, assertion->a), *other = node_words(a, assertion->b);

	if (assertion->a == assertion->b) {
		diag_report(a->diags, E0604, assertion->at, "'%s' cannot be independent of itself",
		            name);
		diag_help(a->diags, "name two nodes");
		return;
	}
	const uint32_t *reached = waits_of(a, assertion->a);
	if (reached[assertion->b] == NO_ID)
		return;
	struct arc_path path = arcs_path(a->waits, reached, assertion->a, assertion->b);
	diag_report(a->diags, E0604, assertion->at, "'%s' can be made to wait by '%s'", name,
	            other);
	note_chain(a, &path);
	help_cut(a, &path);
}

/* Per node, whether it lies on a path of firing edges from a to b. */
static bool *nodes_between(const struct analysis *a, uint32_t from, uint32_t to)
{
	struct arcs forward, backward;
	size_t n_nodes = a->graph->nodes.n;
	bool *between = arena_alloc(a->arena, n_nodes * sizeof *between);

	arcs_init(&forward, a->arena, n_nodes);
	arcs_init(&backward, a->arena, n_nodes);
	arcs_of_firing(&forward, a->graph);
	for (size_t i = 0; i < forward.list.n; i++) {
		const struct arc *arc = &forward.list.items[i];
		arcs_add(&backward, arc->to, arc->from, arc->edge, 0);
	}
	arcs_index(&forward);
	arcs_index(&backward);
	const uint32_t *after = arcs_reach(&forward, from);
	const uint32_t *before = arcs_reach(&backward, to);
	for (uint32_t n = 0; n < n_nodes; n++)
		between[n] = (n == from || after[n] != NO_ID) && (n == to || before[n] != NO_ID);
	return between;
}

/* The nearest node that `b` can wait for and that is not between, or NO_ID. The walk is breadth
 * first, but its result is by vertex, so nearness is counted on the path. */
static uint32_t nearest_outside(const struct analysis *a, const uint32_t *reached, uint32_t b,
                                const bool *between)
{
	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		if (between[n] || reached[n] == NO_ID || n == b)
			continue;
		/* The first one outside on the way there is at least as near. */
		struct arc_path path = arcs_path(a->waits, reached, b, n);
		for (size_t i = 0; i < path.n; i++) {
			uint32_t to = a->waits->list.items[path.items[i]].to;
			if (to - a->graph->nodes.n < a->graph->processes.n)
				continue;
			to = node_of(a->graph, to);
			if (!between[to])
				return to;
		}
	}
	return NO_ID;
}

static void check_live(struct analysis *a, const struct graph_assertion *assertion)
{
	const char *from = node_words(a, assertion->a), *to = node_words(a, assertion->b);
	const bool *between = nodes_between(a, assertion->a, assertion->b);

	if (!between[assertion->b]) {
		diag_report(
			a->diags, E0605, assertion->at,
			"no frame of '%s' ever fires '%s': there is no path of plain, 'queue' or "
			"'latest' inputs from one to the other",
			from, to);
		diag_help(a->diags, "name a node that '%s' reads from", to);
		return;
	}
	const uint32_t *reached = waits_of(a, assertion->b);
	uint32_t outside = nearest_outside(a, reached, assertion->b, between);
	if (outside == NO_ID)
		return;
	struct arc_path path = arcs_path(a->waits, reached, assertion->b, outside);
	diag_report(a->diags, E0605, assertion->at,
	            "'%s' can be made to wait by '%s', which is not between '%s' and '%s'", to,
	            node_words(a, outside), from, to);
	note_chain(a, &path);
	help_cut(a, &path);
}

/* What a node keeps in its memory is gone when the runtime starts it again; an origin begins its
 * file anew, though it numbers on. Where a node says what it keeps, nothing else is known of it. */
static bool forgets(const struct interface *face)
{
	if (face->stateless || face->parts.n)
		return false;
	return (face->persistent.n == 0 && face->memories.n == 0) || face->state.n > 0 ||
	       face->members.text;
}

static void check_restart(struct analysis *a, const struct graph_process *process)
{
	uint32_t forgetful[FORGETFUL_SHOWN];
	size_t n = 0;

	for (size_t i = 0; i < process->nodes.n && n < FORGETFUL_SHOWN; i++) {
		uint32_t node = process->nodes.items[i];
		if (forgets(a->graph->nodes.items[node].face))
			forgetful[n++] = node;
	}
	if (!n)
		return;
	const struct graph_node *first = &a->graph->nodes.items[forgetful[0]];
	bool origin = first->face->origin != ORIGIN_NONE;
	diag_report(a->diags, W0603, process->failure_at,
	            origin ? "a restart of '%s' begins its frames anew, with the next numbers"
	                   : "a restart of '%s' forgets what it kept in memory",
	            first->name);
	for (size_t i = 0; i < n; i++) {
		const struct graph_node *node = &a->graph->nodes.items[forgetful[i]];
		if (node->face->state.n > 0 || node->face->members.text)
			diag_note(a->diags, node->at,
			          "'%s' declares a 'state' that is not persistent",
			          node->face->kind);
		else
			diag_note(a->diags, node->at, "'%s' is not declared 'stateless'",
			          node->face->kind);
	}
	if (first->face->unit && first->face->unit->stdlib) {
		diag_help(
			a->diags,
			origin ? "'%s' is a node of pkd: what must not begin anew has "
				 "'on crash of … { stop }'"
			       : "'%s' is a node of pkd: keep it in a process without the nodes that "
				 "may crash, or let its readers stand what it forgets",
			first->face->kind);
		return;
	}
	diag_help(
		a->diags,
		origin ? "write 'persistent state' in the declaration of '%s' for where it is, or "
			 "'stateless' if it keeps nothing"
		       : "write 'stateless' in the declaration of '%s' if it keeps nothing "
			 "between two firings, or 'persistent state' for all that it keeps",
		first->face->kind);
}

void pass_isolation(struct analysis *a)
{
	const struct graph *graph = a->graph;

	a->waits = wait_arcs(a);
	for (size_t i = 0; i < graph->asserts.n; i++) {
		const struct graph_assertion *assertion = &graph->asserts.items[i];
		if (assertion->kind == ASSERT_INDEPENDENT)
			check_independent(a, assertion);
		else if (assertion->kind == ASSERT_LIVE)
			check_live(a, assertion);
	}
	for (size_t i = 0; i < graph->processes.n; i++)
		if (graph->processes.items[i].n_restarts)
			check_restart(a, &graph->processes.items[i]);
}
