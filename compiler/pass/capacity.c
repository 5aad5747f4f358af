/* How many frames each edge holds. Where nothing is written, the smallest window with which a
 * fork-join runs at full rate: while the long side of the join works, the short side must hold what
 * arrives, n = ceil(latency of the long side * rate) + 1 waiting, and one more in hand.
 *
 * Why one walk over the graph is enough: let start(v) be the longest time from the origin to v, and
 * give the edge u -> v the window ceil((start(v) - start(u) - time(u)) * rate) + 2. Around a cycle
 * of the marked graph (forward arcs without tokens, reverse arcs with a window of tokens each) the
 * starts cancel out, so that tokens >= rate * the times of all nodes on it, which is the condition
 * for the full rate. What both sides have in common cancels as well.
 *
 * The time of a node is its budget; one period where none is declared; the double behind `latest`,
 * for a frame may wait for the firing before its own. Without a rate a stage counts as one period.
 * Requires origin. */
#include "pass/private.h"

#include <inttypes.h>

#define TIME_MAX (INT64_MAX / 4)

struct pace {
	bool timed;      /* times are ns; else stages */
	bool every;      /* fires on every frame of its origin */
	int64_t period;  /* between two firings, at full rate */
	int64_t time;    /* of a firing, with the wait for the one before */
	int64_t start;   /* longest time from the origin */
	uint32_t behind; /* firing input that comes last, or NO_ID */
};

static int64_t add(int64_t x, int64_t y)
{
	return x > TIME_MAX - y ? TIME_MAX : x + y;
}

static int64_t period_of_rate(double rate)
{
	double ns = 1e9 / rate;

	if (ns < 1)
		return 1;
	return ns > 1e18 ? INT64_C(1000000000000000000) : (int64_t)(ns + 0.5);
}

/* `slowest`: the least period of the nodes that must take every frame of this origin. */
static void pace_origin(const struct analysis *a, uint32_t n, int64_t slowest, struct pace *pace)
{
	const struct interface *face = a->graph->nodes.items[n].face;

	*pace = (struct pace){.timed = face->rate > 0, .every = true, .period = 1, .behind = NO_ID};
	if (pace->timed)
		pace->period = period_of_rate(face->rate);
	if (pace->period < slowest)
		pace->period = slowest;
}

/* Fills what comes from the firing inputs; true when one of them is `latest`. */
static bool pace_inputs(const struct analysis *a, uint32_t n, struct pace *paces)
{
	const struct graph *graph = a->graph;
	const struct graph_node *node = &graph->nodes.items[n];
	struct pace *pace = &paces[n];
	bool latest = false;

	*pace = (struct pace){.every = true, .period = 1, .behind = NO_ID};
	for (size_t i = 0; i < node->face->inputs.n; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID || !graph_edge_fires(&graph->edges.items[e]))
			continue;
		const struct pace *from = &paces[edge_producer(graph, e)];
		int64_t arrival = add(from->start, from->time);
		latest = latest || graph->edges.items[e].policy == EDGE_LATEST;
		pace->timed = from->timed;
		pace->every = pace->every && from->every;
		if (from->period > pace->period)
			pace->period = from->period;
		if (pace->behind == NO_ID || arrival > pace->start) {
			pace->start = arrival;
			pace->behind = e;
		}
	}
	pace->every = pace->every && !latest;
	return latest;
}

static void pace_node(const struct analysis *a, uint32_t n, int64_t slowest, struct pace *paces)
{
	const struct interface *face = a->graph->nodes.items[n].face;
	struct pace *pace = &paces[n];
	bool latest = false;

	if (face->origin != ORIGIN_NONE)
		pace_origin(a, n, slowest, pace);
	else
		latest = pace_inputs(a, n, paces);
	int64_t budget = pace->timed && face->budget_ns > 0 ? face->budget_ns : 0;
	if (budget > TIME_MAX / 2)
		budget = TIME_MAX / 2;
	pace->time = budget ? budget : pace->period;
	if (latest)
		pace->time *= 2;
	/* What fires more rarely than frames come is the pace of all that follows. */
	if (budget > pace->period)
		pace->period = budget;
}

/* Twice: a node that takes every frame and is slower than the rate slows its origin down to itself,
 * and then the windows before it need to hold fewer frames. */
static struct pace *pace_all(const struct analysis *a)
{
	size_t n_nodes = a->graph->nodes.n;
	const uint32_t *order = firing_order(a);
	struct pace *paces = arena_alloc(a->arena, n_nodes * sizeof *paces);
	int64_t *slowest = arena_alloc(a->arena, n_nodes * sizeof *slowest);

	for (size_t i = 0; i < n_nodes; i++) {
		uint32_t n = order[i], origin = a->origin[n];
		pace_node(a, n, 0, paces);
		if (paces[n].every && paces[n].period > slowest[origin])
			slowest[origin] = paces[n].period;
	}
	for (size_t i = 0; i < n_nodes; i++)
		pace_node(a, order[i], slowest[a->origin[order[i]]], paces);
	return paces;
}

/* Frames that wait at the edge while its node waits for a later input. */
static uint64_t frames_behind(const struct pace *from, const struct pace *to)
{
	int64_t slack = to->start - add(from->start, from->time);

	if (slack <= 0)
		return 0;
	return (uint64_t)(slack / from->period) + (slack % from->period != 0);
}

static const char *wait_words(struct analysis *a, const struct pace *from, const struct pace *to)
{
	const char *late = stream_words(a, a->graph->edges.items[to->behind].stream);
	int64_t slack = to->start - add(from->start, from->time);

	if (from->timed)
		return arena_printf(a->arena, "%s comes up to %s later, a frame every %s", late,
		                    time_words(a->arena, slack),
		                    time_words(a->arena, from->period));
	return arena_printf(a->arena, "%s comes %" PRId64 " stage%s later", late, slack,
	                    slack == 1 ? "" : "s");
}

static uint64_t window_of_queue(struct analysis *a, uint32_t e, const struct pace *paces)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct pace *from = &paces[edge_producer(a->graph, e)], *to = &paces[edge->node];
	uint64_t waiting = frames_behind(from, to) + 1;
	a->window_wanted[e] = waiting < UINT32_MAX ? (uint32_t)waiting + 1 : UINT32_MAX;

	if (!edge->count) {
		a->window_reason[e] = waiting == 1 ? "one waiting, one in hand"
		                                   : wait_words(a, from, to);
		return waiting + 1;
	}
	a->window_reason[e] = edge->count >= waiting ? "as written, and one in hand"
	                                             : wait_words(a, from, to);
	return (uint64_t)edge->count + 1;
}

static void report_too_large(struct analysis *a, uint32_t e, uint64_t window)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];

	diag_report(a->diags, E0606, edge->at,
	            "'%s' needs room for %" PRIu64 " frames, and a stream has at most %u slots",
	            edge_words(a, e), window, SLOTS_MAX);
	if (edge->count) {
		diag_help(a->diags, "write a smaller number");
		return;
	}
	diag_note(a->diags, a->graph->nodes.items[edge->node].at, "at this join %s",
	          a->window_reason[e]);
	diag_help(a->diags,
	          "write '%s' to accept that the join slows '%s', or lower the budgets on the way",
	          edge_words_as(a, e, "queue(100)"), node_name(a, edge_producer(a->graph, e)));
}

void pass_capacity(struct analysis *a)
{
	const struct graph *graph = a->graph;
	const struct pace *paces = pace_all(a);

	a->window = arena_alloc(a->arena, graph->edges.n * sizeof *a->window);
	a->window_wanted = arena_alloc(a->arena, graph->edges.n * sizeof *a->window_wanted);
	a->window_reason = arena_alloc(a->arena, graph->edges.n * sizeof *a->window_reason);
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint64_t window = 1;
		switch (edge->policy) {
		case EDGE_QUEUE:
			window = window_of_queue(a, e, paces);
			break;
		case EDGE_LATEST:
			window = edge->count ? edge->count : 1;
			a->window_reason[e] = "the newest that wait";
			break;
		case EDGE_SAMPLE:
			a->window_reason[e] = "the newest value";
			break;
		}
		if (window > SLOTS_MAX)
			report_too_large(a, e, window);
		a->window[e] = (uint32_t)(window > SLOTS_MAX ? SLOTS_MAX : window);
	}
}
