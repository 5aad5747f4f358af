/* How many frames each edge holds. Where nothing is written, the smallest window with which a
 * fork-join runs at full rate: while the long side of the join works, the short side must hold
 * what arrives, n = ceil(latency of the long side * rate) + 1 waiting, and what is in hand: one,
 * or one for each worker, or what comes meanwhile where the node takes but some frames.
 *
 * Why start(v) of pace.c is enough to know: give the edge u -> v the window ceil((start(v) -
 * start(u) - time(u)) * rate) + 2. Around a cycle of the marked graph (forward arcs without
 * tokens, those of a history with one, reverse arcs with a window of tokens each) the starts
 * cancel out, so that tokens >= rate * the times of all nodes on it, which is the condition for
 * the full rate. What both sides have in common cancels as well.
 *
 * A history x[-k] adds k values. A reader keeps them behind the frame in hand, or, where it
 * looks back only, in place of it: for x[-1] the window is 3, and its writer may be one frame
 * ahead of the one that the next firing needs. One would do; but a writer that reads its own
 * output checks its room before it has given up the value of its last firing.
 *
 * A node that fires on any input may make several frames of one: there is room for them, at each
 * edge behind it, so that it goes on to the next input while they are worked on.
 *
 * A live origin cannot wait: the edges that leave it have room for what comes while an ordinary
 * machine keeps their readers waiting.
 *
 * Beside a written `queue(n)` every other way into the node holds as many, and so does every way
 * that meets it again further on: a promise that another edge breaks is none.
 *
 * A tick is there at once, and waits at its reader for the values of its frame: its edge holds
 * as many as may be under way between, or ticks would take back what queues allow.
 *
 * W0605: a node that must take every frame of a live origin, and whose budget says that it
 * cannot. Requires origin. */
#include "pass/private.h"

#include <inttypes.h>
#include <pkd/frame.h>
#include <stdlib.h>
#include <string.h>

/* Bursts that wait at the edge while its node waits for a later input. */
static uint64_t bursts_behind(const struct analysis *a, const struct graph_edge *edge,
                              const struct pace *from, const struct pace *to)
{
	int64_t slack = to->start - time_add(from->start, from->time);

	if (slack <= 0 || node_is_origin(&a->graph->nodes.items[edge->node]))
		return 0;
	return (uint64_t)(slack / from->period) + (slack % from->period != 0);
}

static bool reads_latest(const struct graph *graph, const struct graph_node *node)
{
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i];
		if (e != NO_ID && graph->edges.items[e].policy == EDGE_LATEST)
			return true;
	}
	return false;
}

/* Frames that come while the node works on one: its cursor holds them all. */
static uint64_t frames_in_hand(const struct analysis *a, const struct graph_edge *edge,
                               const struct pace *from, const struct pace *to)
{
	const struct graph_node *node = &a->graph->nodes.items[edge->node];
	uint64_t n = edge_n_workers(a->graph, edge);

	if (!to->response || !from->timed)
		return n;
	if (!edge->every_n && !edge->every_ns && !reads_latest(a->graph, node))
		return n;
	uint64_t meanwhile = (uint64_t)(to->response / from->period) +
	                     (to->response % from->period != 0);
	meanwhile *= (uint64_t)from->burst;
	return meanwhile > n ? meanwhile : n;
}

static const char *wait_words(struct analysis *a, const struct pace *from, const struct pace *to)
{
	const char *late = stream_words(a, a->graph->edges.items[to->behind].stream);
	int64_t slack = to->start - time_add(from->start, from->time);

	if (from->timed)
		return arena_printf(a->arena, "%s comes up to %s later, a frame every %s", late,
		                    time_words(a->arena, slack),
		                    time_words(a->arena, from->period));
	return arena_printf(a->arena, "%s comes %" PRId64 " stage%s later", late, slack,
	                    slack == 1 ? "" : "s");
}

static const char *in_hand_words(struct analysis *a, const struct graph_edge *edge,
                                 uint64_t in_hand)
{
	uint32_t n_workers = edge_n_workers(a->graph, edge);

	if (in_hand == 1)
		return "one waiting, one in hand";
	if (in_hand == n_workers)
		return arena_printf(a->arena, "one waiting, one in the hand of each of %u workers",
		                    n_workers);
	return arena_printf(a->arena, "one waiting, %" PRIu64 " come while one is worked on",
	                    in_hand);
}

static const char *with_history(struct analysis *a, const struct graph_edge *edge,
                                const char *reason)
{
	if (!edge->first)
		return reason;
	return arena_printf(a->arena, "%s, %d looked back at", reason, -edge->first);
}

/* What there is room for without being asked: as many large values as a machine has memory for. */
#define ROOM_BYTES (UINT64_C(16) << 20)
#define ROOM_FRAMES UINT64_C(1024)

static uint64_t most_frames(const struct analysis *a, uint32_t stream)
{
	struct layout layout = {0, 1};

	if (type_layout(a->graph->streams.items[stream].type, &layout) < 0)
		return 0;
	return ROOM_BYTES / (layout.size + sizeof(struct pkd_frame));
}

/* Of the frames that come at once. */
static uint64_t held_of_burst(const struct analysis *a, uint32_t stream, uint64_t burst)
{
	uint64_t most = most_frames(a, stream);

	most = most < ROOM_FRAMES ? most : ROOM_FRAMES;
	most = most > 0 ? most : 1;
	return burst < most ? burst : most;
}

static const char *burst_words(struct analysis *a, uint32_t e, uint64_t waiting)
{
	uint32_t origin = a->origin[edge_producer(a->graph, e)];

	return arena_printf(a->arena, "%" PRIu64 " of those that '%s' makes at once, one in hand",
	                    waiting, node_words(a, origin));
}

static uint64_t window_of_queue(struct analysis *a, uint32_t e)
{
	const struct graph_edge *edge = &a->graph->edges.items[e];
	const struct pace *from = &a->paces[edge_producer(a->graph, e)];
	const struct pace *to = &a->paces[edge->node];
	uint32_t n_workers = edge_n_workers(a->graph, edge);
	uint64_t bursts = bursts_behind(a, edge, from, to) + 1, burst = (uint64_t)from->burst;
	uint64_t waiting = bursts * burst;
	uint64_t in_hand = frames_in_hand(a, edge, from, to);
	uint64_t back = (uint64_t) - (int64_t)edge->first, wanted = waiting + in_hand + back;

	a->window_wanted[e] = wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX;
	if (burst > 1)
		waiting = bursts * held_of_burst(a, edge->stream, burst);
	const char *reason = bursts > 1  ? wait_words(a, from, to)
	                     : burst > 1 ? burst_words(a, e, waiting)
	                     : edge_looks_back(edge) && in_hand == 1
	                             ? "two on the way"
	                             : in_hand_words(a, edge, in_hand);
	uint64_t window = waiting + in_hand + back;
	if (edge->count) {
		window = (uint64_t)edge->count + n_workers + back;
		if (window >= wanted)
			reason = "as written, and one in hand";
		if (window >= wanted && n_workers > 1)
			reason = arena_printf(a->arena, "as written, and %u in hand", n_workers);
	}
	a->window_reason[e] = with_history(a, edge, reason);
	return window;
}

/* A slot that is in hand although the ring has gone on. What gates its writer needs none. */
static uint32_t pins_of(const struct graph *graph, const struct graph_edge *edge)
{
	bool samples = graph_edge_fires(edge) && graph->nodes.items[edge->node].face->fires_any;

	return edge_gates(edge) && !samples ? 0 : (uint32_t)(1 - edge->first);
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
	if (!edge_gates(edge))
		return;
	diag_note(a->diags, a->graph->nodes.items[edge->node].at, "at this node: %s",
	          a->window_reason[e]);
	diag_help(a->diags,
	          "write '%s' to accept that the join slows '%s', or lower the budgets on the way",
	          edge_words_as(a, e, "queue(100)"), node_words(a, edge_producer(a->graph, e)));
}

/* ---- Wider than the rate asks ---- */

/* False where the edge holds as many already. More than a stream has slots for is not asked: nobody
 * has written it. */
static bool widen(struct analysis *a, uint32_t e, uint64_t window)
{
	window = window < SLOTS_MAX ? window : SLOTS_MAX - 1; /* one is being written */
	if (window <= a->window[e])
		return false;
	a->window[e] = (uint32_t)window;
	return true;
}

/* ---- Live origins ---- */

/* What an ordinary machine may keep a reader waiting: a live origin, which cannot wait, has room
 * for it. Where no rate is stated, for so many frames of values that are not large. */
#define JITTER_NS INT64_C(100000000)
#define JITTER_FRAMES 64
#define JITTER_VALUE (UINT64_C(1) << 20)

static uint64_t frames_of_jitter(const struct analysis *a, uint32_t stream)
{
	const struct graph_stream *s = &a->graph->streams.items[stream];
	double rate = a->graph->nodes.items[s->node].rate;
	struct layout layout = {0, 1};
	uint64_t n;

	if (type_layout(s->type, &layout) < 0)
		return 0;
	if (rate > 0)
		n = (uint64_t)((JITTER_NS - 1) / period_of_rate(rate)) + 1;
	else
		n = layout.size <= JITTER_VALUE ? JITTER_FRAMES : 0;
	uint64_t most = most_frames(a, stream);
	return n < most ? n : most;
}

static const char *jitter_words(struct analysis *a, uint32_t n, uint64_t n_frames)
{
	double rate = a->graph->nodes.items[n].rate;

	if (rate <= 0)
		return arena_printf(a->arena,
		                    "%" PRIu64
		                    " come while its reader is held up: '%s' states no rate",
		                    n_frames, a->graph->nodes.items[n].face->kind);
	return arena_printf(a->arena, "%" PRIu64 " come in the %s that its reader is held up",
	                    n_frames,
	                    time_words(a->arena, (int64_t)n_frames * period_of_rate(rate)));
}

/* Frames that come while the reader, or the machine, is busy with other things. */
static void absorb_jitter(struct analysis *a)
{
	const struct graph *graph = a->graph;

	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint32_t n = edge_producer(graph, e);
		const struct graph_node *node = &graph->nodes.items[n];
		if (node->face->origin != ORIGIN_LIVE || !edge_gates(edge) || edge->count ||
		    edge->node == n)
			continue;
		uint64_t n_frames = frames_of_jitter(a, edge->stream);
		uint64_t window = n_frames + 1 + (uint64_t) - (int64_t)edge->first;
		if (widen(a, e, window))
			a->window_reason[e] = with_history(a, edge, jitter_words(a, n, n_frames));
	}
}

/* ---- What is written ---- */

/* A `queue(n)` promises that n frames may wait: every other lossless way from the same origin
 * into the node holds as many, or it would hold them up before. What is looked back at, and made
 * of the node's own firings, holds nothing up. */
static void keep_promise(struct analysis *a, const uint32_t *place, uint32_t written)
{
	const struct graph *graph = a->graph;
	const struct graph_edge *promise = &graph->edges.items[written];
	const struct graph_node *node = &graph->nodes.items[promise->node];
	uint32_t origin = a->origin[edge_producer(graph, written)];

	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node->inputs[i];
		if (e == NO_ID || e == written)
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		uint32_t producer = edge_producer(graph, e);
		int64_t window = (int64_t)a->window[written] + promise->first - edge->first;
		if (edge_gates(edge) && !edge->count && window > 0 &&
		    a->origin[producer] == origin && place[producer] < place[promise->node] &&
		    widen(a, e, (uint64_t)window))
			a->window_reason[e] = with_history(a, edge,
			                                   arena_printf(a->arena,
			                                                "as many as '%s' beside it",
			                                                edge_words(a, written)));
	}
}

static void keep_promises(struct analysis *a, const uint32_t *place)
{
	const struct graph *graph = a->graph;

	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		if (edge->policy == EDGE_QUEUE && edge->count &&
		    !graph->nodes.items[edge->node].face->fires_any)
			keep_promise(a, place, e);
	}
}

/* How many frames the queues written on the way to a node let wait, from its origin on: of the way
 * that has most, with those at the node itself, or without. */
static uint64_t written_on_way(const struct graph *graph, const uint64_t *written, uint32_t n,
                               bool with_own)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint64_t most = 0;

	for (uint32_t slot = 0; slot < node->n_inputs && !node_is_origin(node); slot++) {
		uint32_t e = node_firing_edge(graph, node, slot);
		if (e == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[e];
		uint64_t frames = written[edge_producer(graph, e)];
		if (with_own && edge->policy == EDGE_QUEUE)
			frames += edge->count;
		most = frames > most ? frames : most;
	}
	return most;
}

/* The same promise where the ways meet again further on: what waits at `queue(n)` on the one way to
 * a join is missing on the other. */
static void keep_promises_behind(struct analysis *a, const uint32_t *order)
{
	const struct graph *graph = a->graph;
	uint64_t *written = arena_alloc(a->arena, graph->nodes.n * sizeof *written);

	for (size_t i = 0; i < graph->nodes.n; i++) {
		uint32_t n = order[i];
		const struct graph_node *node = &graph->nodes.items[n];
		uint64_t most = written_on_way(graph, written, n, false);
		written[n] = written_on_way(graph, written, n, true);
		for (uint32_t slot = 0; slot < node->n_inputs && most; slot++) {
			uint32_t e = node_firing_edge(graph, node, slot);
			uint64_t before = e == NO_ID ? most : written[edge_producer(graph, e)];
			if (before < most && edge_gates(&graph->edges.items[e]) &&
			    !graph->edges.items[e].count &&
			    widen(a, e, a->window[e] + most - before))
				a->window_reason[e] = "as many as may wait on the way beside it";
		}
	}
}

/* ---- Ticks ---- */

VEC_OF(places, uint32_t);

struct ticks {
	const struct analysis *a;
	const uint32_t *order, *place; /* the firing order; per node: its place in it */
	uint64_t *n_frames;            /* per node: from the root at hand; 0 = there is no way */
	bool *found;                   /* per node: its place is in `between` */
	struct places between;
};

/* The edge by which a value comes that fires the node; NO_ID where the slot has none. A tick comes
 * beside the values, and holds no more of the frames than they do. */
static uint32_t value_edge(const struct graph *graph, const struct graph_node *node, uint32_t slot)
{
	uint32_t e = node_firing_edge(graph, node, slot);

	return e != NO_ID && graph_output_of(graph, graph->edges.items[e].stream) != NO_ID ? e
	                                                                                   : NO_ID;
}

static void find_place(struct ticks *t, uint32_t root, uint32_t n)
{
	if (t->place[n] <= t->place[root] || t->found[n])
		return;
	t->found[n] = true;
	vec_push(t->a->arena, &t->between, t->place[n]);
}

static int compare_places(const void *a, const void *b)
{
	const uint32_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* The readers of the tick, and what lies between its root and them, in the firing order. */
static void find_between(struct ticks *t, uint32_t root, const struct graph_stream *tick)
{
	const struct graph *graph = t->a->graph;

	for (size_t i = 0; i < tick->edges.n; i++)
		find_place(t, root, graph->edges.items[tick->edges.items[i]].node);
	for (size_t i = 0; i < t->between.n; i++) {
		const struct graph_node *node = &graph->nodes.items[t->order[t->between.items[i]]];
		for (uint32_t slot = 0; slot < node->n_inputs; slot++) {
			uint32_t e = value_edge(graph, node, slot);
			if (e != NO_ID)
				find_place(t, root, edge_producer(graph, e));
		}
	}
	if (t->between.n)
		qsort(t->between.items, t->between.n, sizeof *t->between.items, compare_places);
}

/* How many frames may be under way from the root to each node between: the largest sum of windows
 * on a way of values, and one in the hand of each node. */
static void count_under_way(struct ticks *t, uint32_t root)
{
	const struct graph *graph = t->a->graph;

	t->n_frames[root] = 1;
	for (size_t i = 0; i < t->between.n; i++) {
		uint32_t n = t->order[t->between.items[i]];
		const struct graph_node *node = &graph->nodes.items[n];
		for (uint32_t slot = 0; slot < node->n_inputs; slot++) {
			uint32_t e = value_edge(graph, node, slot);
			uint64_t before = e == NO_ID ? 0 : t->n_frames[edge_producer(graph, e)];
			if (before && before + t->a->window[e] + 1 > t->n_frames[n])
				t->n_frames[n] = before + t->a->window[e] + 1;
		}
	}
}

static void forget_between(struct ticks *t, uint32_t root)
{
	t->n_frames[root] = 0;
	for (size_t i = 0; i < t->between.n; i++) {
		uint32_t n = t->order[t->between.items[i]];
		t->n_frames[n] = 0;
		t->found[n] = false;
	}
	t->between.n = 0;
}

static void widen_ticks(struct analysis *a, const uint32_t *order, const uint32_t *place)
{
	const struct graph *graph = a->graph;
	struct ticks t = {.a = a, .order = order, .place = place};

	t.n_frames = arena_alloc(a->arena, graph->nodes.n * sizeof *t.n_frames);
	t.found = arena_alloc(a->arena, graph->nodes.n * sizeof *t.found);
	for (uint32_t n = 0; n < graph->nodes.n; n++) {
		uint32_t stream = graph_find_mark(&graph->nodes.items[n], NO_ID);
		if (stream == NO_ID)
			continue;
		const struct graph_stream *tick = &graph->streams.items[stream];
		find_between(&t, n, tick);
		count_under_way(&t, n);
		for (size_t i = 0; i < tick->edges.n; i++) {
			uint32_t e = tick->edges.items[i];
			if (widen(a, e, t.n_frames[graph->edges.items[e].node]))
				a->window_reason[e] = "as many as may be under way between";
		}
		forget_between(&t, n);
	}
}

/* ---- Plausibility ---- */

/* The first lossless input by which the node must take every frame that comes. */
static uint32_t lossless_input(const struct graph *graph, const struct graph_node *node)
{
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		uint32_t e = node_firing_edge(graph, node, i);
		if (e != NO_ID)
			return e;
	}
	return NO_ID;
}

/* Whether frames are refused at the node's origin when it is too slow, at a rate that is known. */
static bool must_keep_up(const struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	const struct pace *pace = &a->paces[n];

	return !node_is_origin(node) && pace->exact && pace->frames && node->budget_ns &&
	       a->graph->nodes.items[a->origin[n]].face->origin == ORIGIN_LIVE;
}

/* As sema/deploy.c has it: workers take frames in turn, so that none may choose or look back. */
static bool can_have_workers(const struct graph *graph, const struct graph_node *node)
{
	if (node->face->pasts.n > 0)
		return false;
	for (uint32_t i = 0; i < node->n_inputs; i++) {
		if (node->inputs[i] == NO_ID)
			continue;
		const struct graph_edge *edge = &graph->edges.items[node->inputs[i]];
		if (edge->every_n || edge->every_ns || edge->first)
			return false;
	}
	return true;
}

static bool report_slow_node(struct analysis *a, uint32_t n)
{
	const struct graph_node *node = &a->graph->nodes.items[n];
	int64_t frames = a->paces[n].frames;
	uint32_t e = lossless_input(a->graph, node);
	const struct graph_edge *edge = &a->graph->edges.items[e];
	uint32_t n_workers = edge_n_workers(a->graph, edge);

	if (workers_needed(node->budget_ns, frames) <= 1)
		return false;
	if (edge->every_from)
		return true; /* the first worker has spoken for all */
	int64_t n_needed = workers_needed(node->budget_ns, frames / n_workers);
	diag_report(a->diags, W0605, node->at,
	            "'%s' takes up to %s for a frame, and %s comes every %s", node_words(a, n),
	            time_words(a->arena, node->budget_ns),
	            n_workers > 1 ? arena_printf(a->arena, "to each of %u workers one", n_workers)
	                          : "one",
	            time_words(a->arena, frames));
	diag_note(a->diags, edge->at,
	          "'%s' must have every frame; those that there is no room for are lost at '%s'",
	          edge_words(a, e), node_words(a, a->origin[n]));
	const char *latest = edge_words_as(a, e, "latest");
	if (node->unnamed || (n_workers == 1 && !can_have_workers(a->graph, node)))
		diag_help(a->diags, "%s", edge_advice(a, e, "latest"));
	else if (node_is_expression(node))
		diag_help(a->diags, "write 'workers %s = %" PRId64 "' in a deploy, or %s",
		          node->name, n_needed, edge_advice(a, e, "latest"));
	else if (node->face->stateless)
		diag_help(a->diags, "write 'workers %s = %" PRId64 "' in a deploy, or '%s'",
		          node->name, n_needed, latest);
	else
		diag_help(a->diags,
		          "write '%s', or declare '%s' stateless and give it %" PRId64 " workers",
		          latest, node->face->kind, n_needed);
	return true;
}

/* Nodes that keep up alone, but not together in one process. */
static void check_process(struct analysis *a, const struct graph_process *process)
{
	double load = 0;
	uint32_t slowest = NO_ID;

	for (size_t i = 0; i < process->nodes.n && process->nodes.n > 1; i++) {
		uint32_t n = process->nodes.items[i];
		const struct graph_node *nodes = a->graph->nodes.items;
		if (!must_keep_up(a, n))
			continue;
		load += (double)nodes[n].budget_ns / (double)a->paces[n].frames;
		if (slowest == NO_ID || nodes[n].budget_ns > nodes[slowest].budget_ns)
			slowest = n;
	}
	if (load <= 1 + 1e-6)
		return;
	diag_report(a->diags, W0605, process->at,
	            "the nodes of process '%s' need %.0f%% of the time between two frames",
	            process->name, load * 100);
	diag_note(a->diags, (struct span){0},
	          "they take turns; frames that there is no room for are lost at '%s'",
	          node_words(a, a->origin[slowest]));
	diag_help(a->diags, "%s", own_process_words(a, slowest));
}

static void check_pace(struct analysis *a)
{
	const struct graph *graph = a->graph;

	for (size_t p = 0; p < graph->processes.n; p++) {
		const struct graph_process *process = &graph->processes.items[p];
		bool reported = false;
		for (size_t i = 0; i < process->nodes.n; i++) {
			uint32_t n = process->nodes.items[i];
			if (must_keep_up(a, n))
				reported = report_slow_node(a, n) || reported;
		}
		if (!reported)
			check_process(a, process);
	}
}

void pass_capacity(struct analysis *a)
{
	const struct graph *graph = a->graph;

	a->paces = pace_all(a);
	a->pins = arena_alloc(a->arena, graph->edges.n * sizeof *a->pins);
	a->window = arena_alloc(a->arena, graph->edges.n * sizeof *a->window);
	a->window_wanted = arena_alloc(a->arena, graph->edges.n * sizeof *a->window_wanted);
	a->window_reason = arena_alloc(a->arena, graph->edges.n * sizeof *a->window_reason);
	for (uint32_t e = 0; e < graph->edges.n; e++) {
		const struct graph_edge *edge = &graph->edges.items[e];
		uint64_t window = 1;
		switch (edge->policy) {
		case EDGE_QUEUE:
			window = window_of_queue(a, e);
			break;
		case EDGE_LATEST:
			window = (uint64_t)(edge->count ? edge->count : 1) + (uint64_t) -
			         (int64_t)edge->first;
			a->window_reason[e] = with_history(a, edge, "the newest that wait");
			break;
		case EDGE_SAMPLE:
			a->window_reason[e] = "the newest value";
			break;
		}
		if (window > SLOTS_MAX)
			report_too_large(a, e, window);
		a->window[e] = (uint32_t)(window > SLOTS_MAX ? SLOTS_MAX : window);
		a->pins[e] = pins_of(graph, edge);
	}
	absorb_jitter(a);
	const uint32_t *order = firing_order(a);
	uint32_t *place = arena_alloc(a->arena, graph->nodes.n * sizeof *place);
	for (uint32_t i = 0; i < graph->nodes.n; i++)
		place[order[i]] = i;
	keep_promises(a, place);
	keep_promises_behind(a, order);
	widen_ticks(a, order, place);
	check_pace(a);
}
