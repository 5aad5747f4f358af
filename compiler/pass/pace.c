/* How fast frames come to each node and how long each takes: what the windows and the latencies are
 * computed from. Not a pass: capacity calls it, and keeps the table. Requires origin.
 *
 * The time of a node is its budget, with those of the other nodes of its process, for they may all
 * fire before it; one period where none is declared; the double behind `latest`, for a frame may
 * wait for the firing before its own. Without a rate a stage counts as one period.
 *
 * start(v) is the longest time from the origin to v. A history x[-1] waits for the frame before: it
 * counts a period less. So do the feedbacks that it makes; one that takes longer than a period
 * slows its origin, as a node does that takes every frame and is slower than the rate. A feedback
 * of nodes without budgets is taken to keep up.
 *
 * A node that fires on any input may make several frames of one, at once. The rate of such an
 * origin is that of its inputs: in each period comes a burst, and each node takes its share of it,
 * in a time that counts as one firing. */
#include "pass/private.h"

int64_t time_add(int64_t x, int64_t y)
{
	return x > TIME_MAX - y ? TIME_MAX : x + y;
}

static int64_t time_multiply(int64_t time, int64_t n)
{
	return time > TIME_MAX / n ? TIME_MAX : time * n;
}

int64_t period_of_rate(double rate)
{
	double ns = 1e9 / rate;

	if (ns < 1)
		return 1;
	return ns > 1e18 ? INT64_C(1000000000000000000) : (int64_t)(ns + 1e-6);
}

int64_t workers_needed(int64_t time, int64_t period)
{
	int64_t n = time / period;

	return n + (time - n * period > n); /* a period is rounded to whole ns */
}

/* The budgets of all nodes of the node's process: each may fire once before it does, for a process
 * goes round its nodes. Nodes without a budget count nothing. */
static int64_t response_time(const struct analysis *a, uint32_t n)
{
	const struct graph_node *nodes = a->graph->nodes.items;
	const struct graph_process *process = &a->graph->processes.items[nodes[n].process];
	int64_t time = 0;

	for (size_t i = 0; i < process->nodes.n; i++)
		time = time_add(time, nodes[process->nodes.items[i]].budget_ns);
	return time;
}

/* Response times of all nodes, each process walked once. */
static int64_t *response_times(const struct analysis *a)
{
	int64_t *times = arena_alloc(a->arena, a->graph->nodes.n * sizeof *times);

	for (size_t p = 0; p < a->graph->processes.n; p++) {
		const struct graph_process *process = &a->graph->processes.items[p];
		int64_t time = process->nodes.n ? response_time(a, process->nodes.items[0]) : 0;
		for (size_t i = 0; i < process->nodes.n; i++)
			times[process->nodes.items[i]] = time;
	}
	return times;
}

/* The least common multiple; saturates. */
static int64_t common_multiple(int64_t x, int64_t y)
{
	int64_t a = x, b = y;

	while (b) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return time_multiply(x, y / a);
}

/* every(n) goes by the origin's numbers: of frames that are all odd, every(2) takes all. */
int64_t multiple_of_edge(const struct graph_edge *edge, const struct pace *from)
{
	return edge->every_n ? common_multiple(from->multiple, edge->every_n) : from->multiple;
}

uint32_t split_edge(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t e = NO_ID;

	if (!node->face->makes || node_n_firing(graph, n) != 1)
		return NO_ID;
	for (uint32_t i = 0; i < node->n_inputs && e == NO_ID; i++)
		e = node_firing_edge(graph, node, i);
	return e;
}

/* Frames that it makes at once, at the most: of one input, or of each that comes at once. */
static int64_t burst_of_origin(const struct analysis *a, uint32_t n, const struct pace *paces)
{
	uint32_t makes = a->graph->nodes.items[n].face->makes, e = split_edge(a->graph, n);

	if (e == NO_ID)
		return makes ? makes : 1;
	const struct pace *from = &paces[edge_producer(a->graph, e)];
	const struct pace *origin = &paces[a->origin[edge_producer(a->graph, e)]];
	int64_t multiple = multiple_of_edge(&a->graph->edges.items[e], from);
	return time_multiply((origin->burst + multiple - 1) / multiple, makes);
}

/* `slowest`: the least period of the nodes that must take every frame of this origin. */
static void pace_origin(const struct analysis *a, uint32_t n, int64_t slowest, struct pace *paces)
{
	double rate = a->graph->nodes.items[n].rate;
	struct pace *pace = &paces[n];

	*pace = (struct pace){.timed = rate > 0,
	                      .exact = true,
	                      .full = true,
	                      .period = 1,
	                      .multiple = 1,
	                      .burst = burst_of_origin(a, n, paces),
	                      .behind = NO_ID};
	if (pace->timed)
		pace->period = pace->frames = pace->spacing = period_of_rate(rate);
	if (pace->period < slowest)
		pace->period = slowest;
}

/* What a T input says of the frames that its node fires on. */
static void pace_needed(const struct graph_edge *edge, const struct pace *from, struct pace *pace)
{
	int64_t multiple = multiple_of_edge(edge, from);
	int64_t period = time_multiply(from->period, multiple / from->multiple);

	if (from->timed && edge->every_ns > period)
		period = edge->every_ns;
	if (period > pace->period)
		pace->period = period;
	if (edge->every_ns > pace->frames && from->timed)
		pace->frames = edge->every_ns;
	if (from->frames > pace->frames)
		pace->frames = from->frames;
	pace->multiple = common_multiple(pace->multiple, multiple);
}

/* A node that puts the frames of workers in order fires as they would if there were one. */
static void pace_order(const struct analysis *a, uint32_t worker, uint32_t n_workers,
                       struct pace *paces, struct pace *pace)
{
	const struct graph *graph = a->graph;
	const struct graph_node *node = &graph->nodes.items[worker];

	int64_t work = time_multiply(paces[worker].response / paces[worker].burst,
	                             paces[a->origin[worker]].burst);
	pace->period = n_workers ? (work + n_workers - 1) / n_workers : work;
	pace->full = true;
	pace->multiple = 1;
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		const struct pace *from = &paces[edge_producer(graph, e)];
		pace->full = pace->full && from->full && graph->edges.items[e].policy == EDGE_QUEUE;
		if (from->period > pace->period)
			pace->period = from->period;
		if (!graph_edge_port(graph, &graph->edges.items[e])->optional)
			pace->multiple = common_multiple(pace->multiple, from->multiple);
	}
}

/* Fills what comes from the firing inputs; true when one of them is `latest`. */
static bool pace_inputs(const struct analysis *a, uint32_t n, struct pace *paces)
{
	const struct graph *graph = a->graph;
	const struct graph_node *node = &graph->nodes.items[n];
	const struct pace *origin = &paces[a->origin[n]];
	uint32_t worker = ordered_pool(graph, n);
	struct pace *pace = &paces[n];
	bool latest = false;

	*pace = (struct pace){.timed = origin->timed,
	                      .exact = true,
	                      .full = true,
	                      .period = 1,
	                      .multiple = 1,
	                      .behind = NO_ID};
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		const struct pace *from = &paces[edge_producer(graph, e)];
		latest = latest || edge->policy == EDGE_LATEST;
		pace->exact = pace->exact && from->exact;
		pace->full = pace->full && from->full && !edge->every_n && !edge->every_ns;
		if (!graph_edge_port(graph, edge)->optional)
			pace_needed(edge, from, pace);
		else if (from->period > pace->period && worker == NO_ID)
			pace->period = from->period;
	}
	if (worker != NO_ID)
		pace_order(a, worker, node->n_inputs, paces, pace);
	pace->burst = (origin->burst + pace->multiple - 1) / pace->multiple;
	pace->spacing = origin->spacing;
	if (pace->multiple > origin->burst)
		pace->spacing = time_multiply(origin->spacing, pace->multiple / origin->burst);
	if (pace->spacing > pace->frames)
		pace->frames = pace->spacing;
	pace->exact = pace->exact && !latest;
	pace->full = pace->full && !latest;
	return latest;
}

static void pace_node(const struct analysis *a, uint32_t n, int64_t response, int64_t slowest,
                      struct pace *paces)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	struct pace *pace = &paces[n];
	bool latest = false;

	if (node_is_origin(node))
		pace_origin(a, n, slowest, paces);
	else
		latest = pace_inputs(a, n, paces);
	if (pace->timed && node->budget_ns > 0)
		pace->response = time_multiply(response, pace->burst);
	if (pace->response > TIME_MAX / 2)
		pace->response = TIME_MAX / 2;
	pace->time = pace->response ? pace->response : pace->period;
	if (latest)
		pace->time *= 2;
	/* What fires more rarely than frames come is the pace of all that follows. */
	if (pace->response > pace->period)
		pace->period = pace->response;
}

/* ---- Starts ---- */

struct starts {
	const struct analysis *a;
	const uint32_t *order;
	uint32_t *place; /* per node: its place in the order */
	uint64_t *due;   /* per place, a bit: what the node reads has been raised */
	struct pace *paces;
	bool *ignored; /* per edge: a history in a feedback that is taken to keep up */
	size_t n_histories;
};

/* Raises the start of a node to what its inputs need; true when it changed. */
static bool raise_start(struct starts *s, uint32_t n)
{
	const struct graph *graph = s->a->graph;
	const struct graph_node *node = &graph->nodes.items[n];
	struct pace *pace = &s->paces[n];
	bool raised = false;

	for (uint32_t i = 0; i < node->n_inputs && !node_is_origin(node); i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID || s->ignored[e])
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		bool back = edge_looks_back(edge);
		if (!back && !graph_edge_fires(edge))
			continue;
		const struct pace *from = &s->paces[edge_producer(graph, e)];
		int64_t arrival = time_add(from->start, from->time) - (back ? from->period : 0);
		if (arrival <= pace->start && (back || pace->behind != NO_ID))
			continue;
		raised = raised || arrival > pace->start;
		pace->start = arrival > pace->start ? arrival : pace->start;
		pace->behind = e;
	}
	return raised;
}

static void make_due(struct starts *s, uint32_t place)
{
	s->due[place / 64] |= UINT64_C(1) << place % 64;
}

static void make_readers_due(struct starts *s, uint32_t n)
{
	const struct graph *graph = s->a->graph;
	const struct graph_node *node = &graph->nodes.items[n];

	for (size_t i = 0; i < graph_n_streams(node); i++) {
		const struct graph_stream *stream = &graph->streams.items[node->outputs[i]];
		for (size_t k = 0; k < stream->edges.n; k++)
			make_due(s, s->place[graph->edges.items[stream->edges.items[k]].node]);
	}
}

/* Goes once through the order; the last node whose start rose, or NO_ID. */
static uint32_t relax_once(struct starts *s)
{
	size_t n_words = s->a->graph->nodes.n / 64 + 1;
	uint32_t last = NO_ID;

	for (size_t i = 0; i < n_words; i++) {
		uint64_t ahead = UINT64_MAX;
		while (s->due[i] & ahead) {
			int bit = __builtin_ctzll(s->due[i] & ahead);
			uint32_t n = s->order[i * 64 + (size_t)bit];
			ahead = UINT64_MAX << bit << 1;
			s->due[i] &= ~(UINT64_C(1) << bit);
			if (!raise_start(s, n))
				continue;
			last = n;
			make_readers_due(s, n);
		}
	}
	return last;
}

/* A node whose start rose in the last of many rounds, or NO_ID. */
static uint32_t relax(struct starts *s)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < s->a->graph->nodes.n; i++)
		make_due(s, i);
	for (size_t round = 0; round <= s->n_histories + 1 && last != NO_ID; round++)
		last = relax_once(s);
	return last;
}

static void ignore_histories(struct starts *s)
{
	const struct graph *graph = s->a->graph;

	for (uint32_t e = 0; e < graph->edges.n; e++)
		s->ignored[e] = edge_looks_back(&graph->edges.items[e]);
}

/* The feedback that keeps raising `n`: the least period with which it does not, or 0 when that is
 * not known; then its histories are ignored from now on. */
static int64_t period_of_feedback(struct starts *s, uint32_t n)
{
	const struct graph *graph = s->a->graph;
	int64_t time = 0, n_tokens = 0;
	bool known = true;

	for (size_t i = 0; i < graph->nodes.n && s->paces[n].behind != NO_ID; i++)
		n = edge_producer(graph, s->paces[n].behind);
	for (uint32_t v = n; s->paces[v].behind != NO_ID;) {
		uint32_t e = s->paces[v].behind;
		v = edge_producer(graph, e);
		time = time_add(time, s->paces[v].time);
		n_tokens += edge_looks_back(&graph->edges.items[e]);
		known = known && s->paces[v].response && s->paces[v].exact;
		if (v == n)
			break;
	}
	if (s->paces[n].behind == NO_ID) {
		ignore_histories(s);
		return 0;
	}
	if (known && n_tokens && time < TIME_MAX)
		return (time + n_tokens - 1) / n_tokens;
	for (uint32_t v = n; s->paces[v].behind != NO_ID;) {
		uint32_t e = s->paces[v].behind;
		s->ignored[e] = edge_looks_back(&graph->edges.items[e]);
		v = edge_producer(graph, e);
		if (v == n)
			break;
	}
	return 0;
}

/* Twice: a node that takes every frame and is slower than the rate slows its origin down to itself,
 * and then the windows before it need to hold fewer frames. Then once for each feedback that is too
 * slow. */
struct pace *pace_all(const struct analysis *a)
{
	size_t n_nodes = a->graph->nodes.n, n_edges = a->graph->edges.n;
	struct starts s = {.a = a, .order = firing_order(a)};
	int64_t *slowest = arena_alloc(a->arena, n_nodes * sizeof *slowest);
	const int64_t *response = response_times(a);

	s.place = arena_alloc(a->arena, n_nodes * sizeof *s.place);
	s.due = arena_alloc(a->arena, (n_nodes / 64 + 1) * sizeof *s.due);
	for (uint32_t i = 0; i < n_nodes; i++)
		s.place[s.order[i]] = i;
	s.paces = arena_alloc(a->arena, n_nodes * sizeof *s.paces);
	s.ignored = arena_alloc(a->arena, n_edges * sizeof *s.ignored);
	for (uint32_t e = 0; e < n_edges; e++)
		s.n_histories += edge_looks_back(&a->graph->edges.items[e]);
	for (size_t i = 0; i < n_nodes; i++) {
		uint32_t n = s.order[i], origin = a->origin[n];
		pace_node(a, n, response[n], 0, s.paces);
		if (s.paces[n].full && s.paces[n].period > slowest[origin])
			slowest[origin] = s.paces[n].period;
	}
	for (size_t tries = 0;; tries++) {
		for (size_t i = 0; i < n_nodes; i++)
			pace_node(a, s.order[i], response[s.order[i]],
			          slowest[a->origin[s.order[i]]], s.paces);
		if (tries > FEEDBACKS_MAX)
			ignore_histories(&s);
		uint32_t raised = relax(&s);
		if (raised == NO_ID)
			return s.paces;
		int64_t *least = &slowest[a->origin[raised]];
		int64_t period = period_of_feedback(&s, raised);
		if (period > *least)
			*least = period;
	}
}
