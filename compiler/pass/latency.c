/* assert latency(a -> b) <= t: the longest time from when a frame is there, at its origin, until
 * b's firing on it is over. It holds if every firing takes at most its budget, frames come at least
 * one period of the origin's rate T apart, a CPU is free for each process, and nothing crashes.
 *
 * The response R(v) of a node is its budget and those of the other nodes of its process: a process
 * goes round its nodes, so that each other fires once at most before v does. Let L(v) bound the end
 * of v's firing of a frame, counted from when the frame was there; L(origin) is its own response.
 * By induction over the frames, L(v) = begin(v) + R(v) for any begin(v) of at least
 *
 *   L(u)              for each firing input from u;
 *   n * R(v)  more    where that input is `latest(n)`: the firing in hand, and n - 1 before;
 *   n * (R(v) - T)    more, where positive, for the other inputs of such a node: the firings before
 *                     may have waited for them, a frame earlier each;
 *   L(u) - T          for a history: it waits for the frame before;
 *   L(w) - m * S      for each reader w that gates v with room for m frames: it must have taken the
 *                     m-th frame before, and v's come S apart. Not for an origin: a frame
 *                     that it has no room for has not come yet, or is refused;
 *
 * and where v does not choose by `latest`, if R(v) <= its spacing S. The firing before began a
 * spacing earlier, and so is over in time: a queue adds no wait of its own. The spacing is T on
 * every way, times n behind `every(n)`, which goes by the origin's numbers, and for each of n
 * workers; a `latest` may take two frames T apart, however slow it may be on other frames.
 *
 * Least solutions are longest paths; a cycle of positive length means that no bound follows. The
 * bound for a node a that is no origin is that of its origin, for how early a has a frame is not
 * known, and several may come from it at once. An expression without a budget counts 1 ms. Requires
 * capacity, deadlock and presence.
 *
 * A node that `makes <= n` values of one input makes them at once. Frames are followed through it
 * where one input fires it; else it is an origin, whose rate is that of its inputs. So n frames may
 * come a period T, and all of this holds for such bursts: R(v) is then the time for the c frames of
 * a burst that v takes, c = ceil(n / k) behind `every(k)`; the m-th frame before is at least
 * floor(m / c) bursts before; the frame before may be of the same burst, so that a history and the
 * other inputs of `latest` gain no T. What it makes at the end of its inputs comes right behind the
 * last burst: then 2n at once. */
#include "pass/private.h"

#include <inttypes.h>

#define EXPRESSION_NS INT64_C(1000000)
#define NAMES_SHOWN 4u
#define STEPS_SHOWN 8u

enum { DEPENDS_FIRE, DEPENDS_HISTORY, DEPENDS_ROOM };

/* What a node takes of the frames that are followed. */
struct share {
	bool followed;     /* the way from their origin to here is known */
	int64_t burst;     /* at once, at the most … */
	int64_t n_periods; /* … and the next no earlier than so many periods after them */
};

struct latency_pass {
	struct analysis *a;
	struct share *shares; /* per node */
	struct arcs needs;    /* from a node to those on whose firings it depends */
	const uint32_t *order;
	int64_t *response;  /* per node: of its share of a burst */
	uint32_t *n_latest; /* per node: n of its input latest(n), 0 = none */
	const struct graph_assertion *assertion;
	uint32_t origin;      /* of the frame that is followed */
	int64_t period;       /* T */
	const uint32_t *near; /* arcs_reach(needs, b): the nodes that matter */
	int64_t *begin;       /* per node; -1 = not known yet */
	uint32_t *behind;     /* per node, the arc that determines it, or NO_ID */
};

static int64_t times(int64_t time, int64_t n)
{
	return n > 0 && time > TIME_MAX / n ? TIME_MAX : time * n;
}

static int64_t burst_of(const struct latency_pass *l, uint32_t n)
{
	return l->shares[n].burst;
}

/* From one of its shares to the next, at the least. */
static int64_t spacing_of(const struct latency_pass *l, uint32_t n)
{
	return times(l->period, l->shares[n].n_periods);
}

static int64_t budget_of(const struct graph_node *node)
{
	if (!node->budget_ns && node->face->parts.n)
		return EXPRESSION_NS;
	return node->budget_ns;
}

/* ---- Tables of the program ---- */

static void measure_responses(struct latency_pass *l)
{
	const struct graph *graph = l->a->graph;

	l->response = arena_alloc(l->a->arena, graph->nodes.n * sizeof *l->response);
	for (size_t p = 0; p < graph->processes.n; p++) {
		const struct graph_process *process = &graph->processes.items[p];
		int64_t time = 0;
		for (size_t i = 0; i < process->nodes.n; i++)
			time = time_add(time,
			                budget_of(&graph->nodes.items[process->nodes.items[i]]));
		for (size_t i = 0; i < process->nodes.n; i++) {
			uint32_t n = process->nodes.items[i];
			l->response[n] = times(time, burst_of(l, n));
		}
	}
}

/* Of the frames of an origin those whose numbers are multiples. */
static struct share share_of(const struct share *origin, int64_t multiple)
{
	int64_t n_bursts = multiple / origin->burst;

	return (struct share){
		.followed = origin->followed,
		.burst = (origin->burst + multiple - 1) / multiple,
		.n_periods = times(origin->n_periods, n_bursts > 1 ? n_bursts : 1),
	};
}

/* Of a node that begins numbers of its own. The end of its inputs comes right behind the last. */
static struct share share_of_origin(const struct latency_pass *l, uint32_t n)
{
	const struct graph *graph = l->a->graph;
	const struct interface *face = graph->nodes.items[n].face;
	struct share in = {.followed = n == l->origin, .burst = 1, .n_periods = 1};
	uint32_t e = split_edge(graph, n);

	/* How often one that wakes fires by itself, no declaration says. */
	if (e != NO_ID && n != l->origin && !face->wakes) {
		uint32_t from = edge_producer(graph, e);
		in = share_of(&l->shares[l->a->origin[from]],
		              multiple_of_edge(&graph->edges.items[e], &l->a->paces[from]));
	}
	in.burst = times(in.burst + face->flushes, face->makes ? face->makes : 1);
	return in;
}

static void find_shares(struct latency_pass *l)
{
	for (size_t i = 0; i < l->a->graph->nodes.n; i++) {
		uint32_t n = l->order[i], origin = l->a->origin[n];
		l->shares[n] = n == origin ? share_of_origin(l, n)
		                           : share_of(&l->shares[origin], l->a->paces[n].multiple);
	}
}

/* Its frames are followed no further back. */
static bool begins(const struct latency_pass *l, uint32_t n)
{
	return node_is_origin(&l->a->graph->nodes.items[n]) &&
	       (n == l->origin || !l->shares[n].followed);
}

static void make_needs(struct latency_pass *l)
{
	const struct graph *graph = l->a->graph;

	l->n_latest = arena_alloc(l->a->arena, graph->nodes.n * sizeof *l->n_latest);
	arcs_init(&l->needs, l->a->arena, graph->nodes.n);
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint32_t producer = edge_producer(graph, e);
		if (graph_edge_fires(edge) && !begins(l, edge->node))
			arcs_add(&l->needs, edge->node, producer, e, DEPENDS_FIRE);
		if (graph_edge_fires(edge) && edge->policy == EDGE_LATEST)
			l->n_latest[edge->node] = edge->count ? edge->count : 1;
		if (edge_looks_back(edge) && !begins(l, edge->node))
			arcs_add(&l->needs, edge->node, producer, e, DEPENDS_HISTORY);
		if (edge_gates(edge) && !begins(l, producer))
			arcs_add(&l->needs, producer, edge->node, e, DEPENDS_ROOM);
	}
	arcs_index(&l->needs);
}

/* ---- What must be known ---- */

static bool matters(const struct latency_pass *l, uint32_t n)
{
	return n == l->assertion->b || l->near[n] != NO_ID;
}

static const char *pair_words(const struct latency_pass *l)
{
	return arena_printf(l->a->arena, "from '%s' to '%s'", node_words(l->a, l->assertion->a),
	                    node_words(l->a, l->assertion->b));
}

/* The values of one input come at once. */
static void report_many(struct latency_pass *l, uint32_t n)
{
	struct analysis *a = l->a;
	const struct interface *face = a->graph->nodes.items[n].face;

	diag_report(
		a->diags, E0607, l->assertion->at,
		"the time %s cannot be computed: it is not known how many values '%s' makes of one "
		"input",
		pair_words(l), node_words(a, n));
	diag_note(a->diags, face->span, "as a node that 'fires any' it may make many");
	diag_help(a->diags,
	          "write 'makes <= 1', or how many values it makes of one input at most, in the "
	          "declaration of '%s'",
	          face->kind);
}

static void report_wakes(struct latency_pass *l, uint32_t n)
{
	struct analysis *a = l->a;
	const struct interface *face = a->graph->nodes.items[n].face;

	diag_report(
		a->diags, E0607, l->assertion->at,
		"the time %s cannot be computed: '%s' also fires by itself, and nothing says how "
		"often",
		pair_words(l), node_words(a, n));
	diag_note(a->diags, face->wakes_at, "as it 'wakes'");
}

/* The first node on the way, from its end, whose frames are not followed further back. */
static uint32_t break_of(const struct latency_pass *l, uint32_t to)
{
	uint32_t n = l->a->origin[to], e = split_edge(l->a->graph, n);

	while (e != NO_ID) {
		n = l->a->origin[edge_producer(l->a->graph, e)];
		e = split_edge(l->a->graph, n);
	}
	return n;
}

static void report_broken_way(struct latency_pass *l, uint32_t from, uint32_t to)
{
	struct analysis *a = l->a;
	uint32_t other = break_of(l, to);
	const struct interface *face = a->graph->nodes.items[other].face;
	const char *makes = "";

	if (face->wakes) {
		report_wakes(l, other);
		return;
	}
	if (node_n_firing(a->graph, other) == 1) {
		report_many(l, other);
		return;
	}
	diag_report(
		a->diags, E0607, l->assertion->at,
		"a frame of '%s' cannot be followed to '%s': '%s' in between fires on any of its "
		"inputs, and numbers its frames itself",
		node_words(a, from), node_words(a, to), node_words(a, other));
	if (!face->makes)
		makes = arena_printf(a->arena, ", and 'makes <= 1' in the declaration of '%s'",
		                     face->kind);
	diag_help(a->diags,
	          "write 'latency(%s -> %s)' for the way behind it, and how often it fires in the "
	          "deploy: 'rate %s = 30fps'%s",
	          node_words(a, other), node_words(a, to), node_words(a, other), makes);
}

static bool has_path(struct latency_pass *l)
{
	struct analysis *a = l->a;
	uint32_t from = l->assertion->a, to = l->assertion->b;
	struct arcs firing;

	arcs_init(&firing, a->arena, a->graph->nodes.n);
	arcs_of_firing(&firing, a->graph);
	arcs_index(&firing);
	const uint32_t *reached = arcs_reach(&firing, from);
	if (reached[to] == NO_ID) {
		diag_report(a->diags, E0607, l->assertion->at, "no frame of '%s' ever fires '%s'",
		            node_words(a, from), node_words(a, to));
		diag_help(a->diags, "name a node that fires '%s', through others or directly",
		          node_words(a, to));
		return false;
	}
	if (l->shares[to].followed)
		return true;
	report_broken_way(l, from, to);
	return false;
}

static bool has_burst(struct latency_pass *l)
{
	const struct interface *face = l->a->graph->nodes.items[l->origin].face;

	if (face->wakes)
		report_wakes(l, l->origin);
	else if (face->fires_any && !face->makes)
		report_many(l, l->origin);
	else
		return true;
	return false;
}

static bool has_rate(struct latency_pass *l)
{
	struct analysis *a = l->a;
	const struct graph_node *origin = &a->graph->nodes.items[l->origin];

	if (origin->rate > 0) {
		l->period = period_of_rate(origin->rate);
		return true;
	}
	diag_report(a->diags, E0607, l->assertion->at,
	            "the time %s cannot be computed: it is not known how often '%s' makes a frame",
	            pair_words(l), origin->name);
	diag_help(a->diags, "write 'rate %s = 30fps', or how often it is, in the deploy of '%s'",
	          origin->name, a->graph->name);
	return false;
}

/* No node's room depends on other frames than those that are followed. */
static bool has_one_origin(struct latency_pass *l)
{
	struct analysis *a = l->a;

	for (size_t i = 0; i < l->needs.list.n; i++) {
		const struct arc *arc = &l->needs.list.items[i];
		if (!matters(l, arc->from) || l->shares[arc->to].followed)
			continue;
		diag_report(
			a->diags, E0607, l->assertion->at,
			"the time %s cannot be computed: '%s' may have to wait for room at '%s', "
			"which fires on other frames, too",
			pair_words(l), node_words(a, arc->from), node_words(a, arc->to));
		diag_note(a->diags, a->graph->edges.items[arc->edge].at, "for '%s' loses nothing",
		          edge_words(a, arc->edge));
		diag_help(a->diags, "%s", edge_advice(a, arc->edge, "latest"));
		return false;
	}
	return true;
}

/* Of all nodes that matter, and of their processes. */
static bool has_budgets(struct latency_pass *l)
{
	struct analysis *a = l->a;
	const struct graph *graph = a->graph;
	uint32_t missing[NAMES_SHOWN];
	size_t n_missing = 0;

	for (uint32_t n = 0; n < graph->nodes.n; n++) {
		const struct graph_node *node = &graph->nodes.items[n];
		const struct graph_process *process = &graph->processes.items[node->process];
		bool counts = n != l->origin && matters(l, n);
		for (size_t i = 0; i < process->nodes.n && !counts && !budget_of(node); i++)
			counts = process->nodes.items[i] != n &&
			         matters(l, process->nodes.items[i]);
		if (!counts || budget_of(node))
			continue;
		if (n_missing < NAMES_SHOWN)
			missing[n_missing] = n;
		n_missing++;
	}
	if (!n_missing)
		return true;
	diag_report(a->diags, E0607, l->assertion->at,
	            "the time %s cannot be computed: it is not known how long '%s' takes",
	            pair_words(l), node_words(a, missing[0]));
	for (size_t i = 1; i < n_missing && i < NAMES_SHOWN; i++)
		diag_note(a->diags, graph->nodes.items[missing[i]].at, "nor how long '%s' takes",
		          node_words(a, missing[i]));
	if (n_missing > NAMES_SHOWN)
		diag_note(a->diags, (struct span){0}, "nor of %zu more", n_missing - NAMES_SHOWN);
	diag_help(
		a->diags,
		"write 'budget %s = 20ms', or what it takes at most, in a deploy, or 'budget 20ms' "
		"in the declaration of '%s'",
		node_words(a, missing[0]), graph->nodes.items[missing[0]].face->kind);
	return false;
}

static const char *response_words(const struct latency_pass *l, uint32_t n)
{
	const struct analysis *a = l->a;
	const struct graph_node *node = &a->graph->nodes.items[n];
	const char *time = time_words(a->arena, l->response[n]);

	if (burst_of(l, n) > 1)
		time = arena_printf(a->arena, "%s for %" PRId64 " frames at once", time,
		                    burst_of(l, n));
	if (a->graph->processes.items[node->process].nodes.n == 1)
		return time;
	return arena_printf(a->arena, "%s, with the other nodes of process '%s'", time,
	                    a->graph->processes.items[node->process].name);
}

/* The first edge that fires a node. */
static uint32_t first_firing(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t i = 0;

	while (node_firing_edge(graph, node, i) == NO_ID)
		i++;
	return node_firing_edge(graph, node, i);
}

/* Which frames an expression has the time for, with the node that chooses them. */
static const char *every_enough(const struct latency_pass *l, uint32_t n)
{
	int64_t response = time_add(l->response[n], EXPRESSION_NS);

	return arena_printf(l->a->arena, "every(%" PRId64 ")", workers_needed(response, l->period));
}

/* A node that takes every frame it is given must be ready for the next. */
static bool keeps_up(struct latency_pass *l)
{
	struct analysis *a = l->a;
	const struct graph_node *nodes = a->graph->nodes.items;

	for (uint32_t n = 0; n < a->graph->nodes.n; n++) {
		int64_t spacing = spacing_of(l, n);
		if (n == l->origin || !matters(l, n) || l->n_latest[n] ||
		    workers_needed(l->response[n], spacing) <= 1)
			continue;
		diag_report(
			a->diags, E0607, l->assertion->at,
			"the time %s has no bound: '%s' takes up to %s%s, and the next may come %s "
			"after %s",
			pair_words(l), nodes[n].name, response_words(l, n),
			burst_of(l, n) > 1 ? "" : " for a frame", time_words(a->arena, spacing),
			burst_of(l, n) > 1 ? "them" : "it");
		diag_note(a->diags, nodes[n].at, "frames may wait here, more and more of them");
		if (a->graph->processes.items[nodes[n].process].nodes.n > 1 &&
		    times(budget_of(&nodes[n]), burst_of(l, n)) <= spacing)
			diag_help(a->diags, "give '%s' a process of its own", nodes[n].name);
		else if (node_is_expression(&nodes[n]))
			diag_help(a->diags, "%s, so that it keeps up",
			          edge_advice(a, first_firing(a->graph, n), every_enough(l, n)));
		else
			diag_help(a->diags,
			          "let it fire on 'latest ...', or write 'workers %s = %" PRId64
			          "' in a deploy, which needs a stateless node",
			          nodes[n].name, workers_needed(l->response[n], l->period));
		return false;
	}
	return true;
}

/* ---- The bound ---- */

static int64_t clamp(int64_t time)
{
	return time > TIME_MAX ? TIME_MAX : time;
}

/* What an arc adds to the end of the firing that it leads to. */
static int64_t weight(const struct latency_pass *l, const struct arc *arc)
{
	const struct graph_edge *edge = &l->a->graph->edges.items[arc->edge];
	int64_t response = l->response[arc->from], n = l->n_latest[arc->from];
	int64_t burst = burst_of(l, arc->from), apart = burst > 1 ? 0 : l->period;
	int64_t before = n && response > apart ? times(response - apart, n) : 0;

	switch (arc->kind) {
	case DEPENDS_FIRE:
		return edge->policy == EDGE_LATEST ? times(response, n) : before;
	case DEPENDS_HISTORY:
		return before - apart;
	default:
		return -times(spacing_of(l, arc->from),
		              ((int64_t)l->a->window[arc->edge] + edge->first) / burst);
	}
}

static int64_t end_of(const struct latency_pass *l, uint32_t n)
{
	if (n == l->origin)
		return l->response[n];
	return l->begin[n] < 0 ? -1 : clamp(l->begin[n] + l->response[n]);
}

static bool raise_begin(struct latency_pass *l, uint32_t n)
{
	bool raised = false;

	if (n == l->origin || !matters(l, n))
		return false;
	for (uint32_t k = l->needs.first[n]; k < l->needs.first[n + 1]; k++) {
		const struct arc *arc = &l->needs.list.items[l->needs.order[k]];
		int64_t end = end_of(l, arc->to);
		if (end < 0 || clamp(end + weight(l, arc)) <= l->begin[n])
			continue;
		l->begin[n] = clamp(end + weight(l, arc));
		l->behind[n] = l->needs.order[k];
		raised = true;
	}
	return raised;
}

/* A node whose begin has no bound, or NO_ID. */
static uint32_t raise_all(struct latency_pass *l)
{
	size_t n_nodes = l->a->graph->nodes.n;
	uint32_t last = NO_ID;

	for (uint32_t n = 0; n < n_nodes; n++) {
		l->begin[n] = -1;
		l->behind[n] = NO_ID;
	}
	for (size_t round = 0; round <= n_nodes; round++) {
		last = NO_ID;
		for (size_t i = 0; i < n_nodes; i++)
			if (raise_begin(l, l->order[i]))
				last = l->order[i];
		if (last == NO_ID)
			return NO_ID;
	}
	return last;
}

static uint32_t node_behind(const struct latency_pass *l, uint32_t n)
{
	return l->behind[n] == NO_ID ? NO_ID : l->needs.list.items[l->behind[n]].to;
}

/* From the last node back; as arcs from the first on, each `from` depending on its `to`. */
static struct arc_path path_to(const struct latency_pass *l, uint32_t end, uint32_t stop)
{
	struct arc_path back = {0}, path = {0};

	for (uint32_t n = end; l->behind[n] != NO_ID && back.n <= l->a->graph->nodes.n;) {
		vec_push(l->a->arena, &back, l->behind[n]);
		n = node_behind(l, n);
		if (n == stop)
			break;
	}
	for (size_t i = back.n; i > 0; i--)
		vec_push(l->a->arena, &path, back.items[i - 1]);
	return path;
}

/* "cam -> view -> show" */
static const char *way_words(const struct latency_pass *l, const struct arc_path *path)
{
	struct arcs forward;
	struct arc_path all = {0};

	arcs_init(&forward, l->a->arena, l->a->graph->nodes.n);
	for (uint32_t i = 0; i < path->n; i++) {
		const struct arc *arc = &l->needs.list.items[path->items[i]];
		arcs_add(&forward, arc->to, arc->from, arc->edge, arc->kind);
		vec_push(l->a->arena, &all, i);
	}
	return path_words(l->a, &forward, &all);
}

static void report_unbounded(struct latency_pass *l, uint32_t n)
{
	struct analysis *a = l->a;
	uint32_t feedback = NO_ID, room = NO_ID;

	for (size_t i = 0; i <= a->graph->nodes.n && node_behind(l, n) != NO_ID; i++)
		n = node_behind(l, n);
	struct arc_path cycle = path_to(l, n, n);
	for (size_t i = 0; i < cycle.n; i++) {
		const struct arc *arc = &l->needs.list.items[cycle.items[i]];
		if (arc->kind == DEPENDS_HISTORY)
			feedback = arc->edge;
		if (arc->kind == DEPENDS_ROOM &&
		    (room == NO_ID || a->window_wanted[arc->edge] > a->window[arc->edge]))
			room = arc->edge;
	}
	diag_report(a->diags, E0607, l->assertion->at,
	            "the time %s has no bound: these take longer than the %s between two frames",
	            pair_words(l), time_words(a->arena, l->period));
	diag_note(a->diags, a->graph->nodes.items[n].at,
	          "each of these waits for the one before: %s",
	          cycle.n ? way_words(l, &cycle) : node_words(a, n));
	if (room != NO_ID) {
		const struct graph_edge *edge = &a->graph->edges.items[room];
		uint32_t wanted = a->window_wanted[room];
		uint32_t n_wanted = wanted > a->window[room] ? wanted : a->window[room] + 1;
		const char *queue = arena_printf(a->arena, "queue(%u)",
		                                 edge_n_waiting(a->graph, edge, n_wanted));
		diag_help(a->diags, "%s, so that '%s' finds room", edge_advice(a, room, queue),
		          node_words(a, edge_producer(a->graph, room)));
	} else if (feedback != NO_ID) {
		diag_help(a->diags, "look back at '%s', which does not wait",
		          edge_words_as(a, feedback, "sample"));
	}
}

/* ---- What is said of it ---- */

/* "show 15 ms + 15 ms for the firing before" */
static const char *term_words(const struct latency_pass *l, const struct arc *arc)
{
	const struct analysis *a = l->a;
	int64_t more = weight(l, arc);
	const char *own = response_words(l, arc->from), *wait = "";

	if (arc->kind == DEPENDS_HISTORY)
		wait = arena_printf(a->arena, ", after the frame before at '%s'",
		                    node_words(a, arc->to));
	else if (arc->kind == DEPENDS_ROOM)
		wait = arena_printf(
			a->arena, ", after room at '%s', %d frames before", node_words(a, arc->to),
			(int)a->window[arc->edge] + a->graph->edges.items[arc->edge].first);
	else if (more > 0)
		wait = arena_printf(a->arena, ", after up to %s for the firing before",
		                    time_words(a->arena, more));
	return arena_printf(a->arena, "%s%s", own, wait);
}

static void note_path(const struct latency_pass *l, const struct arc_path *path)
{
	const struct analysis *a = l->a;
	const struct graph_node *nodes = a->graph->nodes.items;

	if (l->response[l->origin])
		diag_note(a->diags, nodes[l->origin].at, "'%s' takes up to %s",
		          node_words(a, l->origin), response_words(l, l->origin));
	for (size_t i = 0; i < path->n; i++) {
		const struct arc *arc = &l->needs.list.items[path->items[i]];
		if (i == STEPS_SHOWN && path->n > STEPS_SHOWN + 1) {
			diag_note(a->diags, (struct span){0}, "and so on, %zu more steps, to '%s'",
			          path->n - i, node_words(a, l->assertion->b));
			return;
		}
		diag_note(a->diags, nodes[arc->from].at, "'%s' takes up to %s: until %s",
		          node_words(a, arc->from), term_words(l, arc),
		          time_words(a->arena, end_of(l, arc->from)));
	}
}

static void report_late(struct latency_pass *l, const struct arc_path *path, int64_t bound)
{
	struct analysis *a = l->a;
	int64_t limit = (int64_t)l->assertion->limit;
	uint32_t slowest = l->assertion->b;

	for (size_t i = 0; i < path->n; i++) {
		const struct arc *arc = &l->needs.list.items[path->items[i]];
		if (l->response[arc->from] > l->response[slowest])
			slowest = arc->from;
	}
	diag_report(a->diags, E0608, l->assertion->at,
	            "a frame may take %s %s, %s more than the %s asserted",
	            time_words(a->arena, bound), pair_words(l), time_words(a->arena, bound - limit),
	            time_words(a->arena, limit));
	note_path(l, path);
	const struct graph_node *node = &a->graph->nodes.items[slowest];
	int64_t unit = bound > 10000000 ? 1000000 : 1000;
	const char *enough = time_source(a->arena, (bound + unit - 1) / unit * unit);
	if (l->response[slowest] > times(budget_of(node), burst_of(l, slowest)))
		diag_help(a->diags, "%s, or write '<= %s'", own_process_words(a, slowest), enough);
	else
		diag_help(a->diags,
		          "make '%s' faster and give it a smaller budget, or write '<= %s'",
		          node_words(a, slowest), enough);
}

static const char *terms_of(const struct latency_pass *l, const struct arc_path *path)
{
	struct words words;

	words_init(&words, l->a->arena, STEPS_SHOWN);
	if (l->response[l->origin])
		words_add(&words, arena_printf(l->a->arena, "%s %s", node_words(l->a, l->origin),
		                               response_words(l, l->origin)));
	for (size_t i = 0; i < path->n; i++) {
		const struct arc *arc = &l->needs.list.items[path->items[i]];
		words_add(&words, arena_printf(l->a->arena, "%s %s", node_words(l->a, arc->from),
		                               term_words(l, arc)));
	}
	return words_join(&words);
}

static void check(struct latency_pass *l, struct latency *ret_latency)
{
	l->origin = l->a->origin[l->assertion->a];
	find_shares(l);
	if (!has_path(l))
		return;
	measure_responses(l);
	make_needs(l);
	l->near = arcs_reach(&l->needs, l->assertion->b);
	if (!has_burst(l) || !has_rate(l) || !has_one_origin(l) || !has_budgets(l) || !keeps_up(l))
		return;
	uint32_t unbounded = raise_all(l);
	if (unbounded != NO_ID) {
		report_unbounded(l, unbounded);
		return;
	}
	int64_t bound = end_of(l, l->assertion->b);
	struct arc_path path = path_to(l, l->assertion->b, NO_ID);
	ret_latency->bound_ns = bound;
	ret_latency->path = way_words(l, &path);
	ret_latency->terms = terms_of(l, &path);
	if (l->assertion->limit < (uint64_t)bound)
		report_late(l, &path, bound);
}

void pass_latency(struct analysis *a)
{
	const struct graph *graph = a->graph;
	struct latency_pass l = {.a = a};
	bool asserted = false;

	a->latency = arena_alloc(a->arena, graph->asserts.n * sizeof *a->latency);
	for (size_t i = 0; i < graph->asserts.n; i++)
		asserted = asserted || graph->asserts.items[i].kind == ASSERT_LATENCY;
	if (!asserted)
		return;
	l.shares = arena_alloc(a->arena, graph->nodes.n * sizeof *l.shares);
	l.order = firing_order(a);
	l.begin = arena_alloc(a->arena, graph->nodes.n * sizeof *l.begin);
	l.behind = arena_alloc(a->arena, graph->nodes.n * sizeof *l.behind);
	for (size_t i = 0; i < graph->asserts.n; i++) {
		a->latency[i].bound_ns = -1;
		l.assertion = &graph->asserts.items[i];
		if (l.assertion->kind == ASSERT_LATENCY)
			check(&l, &a->latency[i]);
	}
}
