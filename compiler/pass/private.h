/* What the passes share: their entry points, walks over the graph, and names in a user's words. */
#ifndef PASS_PRIVATE_H
#define PASS_PRIVATE_H

#include "base/buf.h"
#include "base/quantity.h"
#include "pass/pass.h"

#define PASS(name, establishes, needs) void pass_##name(struct analysis *a);
#include "pass/pass.def"
#undef PASS

/* A ring entry holds the slot's number in 12 bits. */
#define SLOTS_MAX 4095u

/* ---- walk.c: directed graphs over numbered vertices ---- */

struct arc {
	uint32_t from, to;
	uint32_t edge; /* the edge of the program that it stands for, or NO_ID */
	uint32_t kind; /* the pass's own */
};

/* Add arcs with arcs_add, then arcs_index once, then walk. */
struct arcs {
	struct arena *arena;
	uint32_t n_vertices;
	VEC(struct arc) list;
	uint32_t *first; /* n_vertices + 1: those of v are order[first[v] … first[v + 1] - 1] */
	uint32_t *order; /* numbers of arcs, of one vertex in the order in which they were added */
};

void arcs_init(struct arcs *arcs, struct arena *arena, size_t n_vertices);
void arcs_add(struct arcs *arcs, uint32_t from, uint32_t to, uint32_t edge, uint32_t kind);
void arcs_index(struct arcs *arcs);

/* Breadth first from a vertex: per vertex the arc by which it was first reached, NO_ID where it was
 * not; the start itself has one only when it lies on a cycle. */
uint32_t *arcs_reach(const struct arcs *arcs, uint32_t start);

/* Numbers of arcs, from `start` to `end`, of a shortest path; arcs_reach(start) made `reached`. */
VEC_OF(arc_path, uint32_t);
struct arc_path arcs_path(const struct arcs *arcs, const uint32_t *reached, uint32_t start,
                          uint32_t end);

/* A shortest cycle through the first arc that lies on one, for each component that has a cycle (the
 * first 50 of them), in the order of those arcs. */
VEC_OF(cycles, struct arc_path);
struct cycles arcs_cycles(const struct arcs *arcs);

/* Arcs of the edges that fire, from producer to reader. */
void arcs_of_firing(struct arcs *arcs, const struct graph *graph);

/* The nodes so that each comes after the producers of its firing inputs; requires causality. */
uint32_t *firing_order(const struct analysis *a);

/* ---- words.c: texts in the arena, as the user would say it ---- */

/* As reports, graphs and a program that runs show it; in messages, an expression that has no name
 * of its own is called by its text: "k.n + 1" and not "expression_1". */
const char *node_name(const struct analysis *a, uint32_t node);
const char *node_words(const struct analysis *a, uint32_t node);

/* "cam", or "cam.depth" of a node with several outputs; likewise. */
const char *stream_name(const struct analysis *a, uint32_t stream);
const char *stream_words(const struct analysis *a, uint32_t stream);
bool stream_is_unnamed(const struct analysis *a, uint32_t stream);

/* "latest cam", "queue(4) cam", "every(2) cam", "cam[-7..0]", "cam[-1]", likewise; in messages, the
 * same stream, or window of it, under another policy. */
const char *edge_name(const struct analysis *a, uint32_t edge);
const char *edge_words(const struct analysis *a, uint32_t edge);
const char *edge_words_as(const struct analysis *a, uint32_t edge, const char *policy);
/* "every(1s)"; "" for a worker. */
const char *edge_every_words(const struct analysis *a, uint32_t edge);

/* ---- advice.c: how something is written otherwise ---- */

/* As it stands in the program. */
const char *span_words(const struct analysis *a, struct span span);

/* What an edge reads: the name of the stream, or the expression in its place. */
const char *edge_source(const struct analysis *a, uint32_t edge);

/* "write 'latest cam' at 'show'": the edge under another word, "sample", "latest", "queue(4)". At
 * an expression, which reads plainly, a choice is bound to a name first. */
/* Where an edge is spoken of: where it is written, but for an expression into which it comes by a
 * name; then where that expression stands. */
struct span edge_place(const struct analysis *a, uint32_t edge);

const char *edge_advice(const struct analysis *a, uint32_t edge, const char *policy);

/* A help to sample by this edge; `why` goes on, as in " to take its newest value". */
void help_sample(struct analysis *a, uint32_t edge, const char *why);

/* The name that a help gives to something, and "_2" behind it where there is such a node. */
const char *free_name(const struct analysis *a, const char *name);

/* A help to put a value in place of one that may be missing, on the frames that fire its node. */
void help_filled(struct analysis *a, uint32_t edge);

/* A help to fire an expression, which nothing does, on the frames of a stream; false where there is
 * none. */
bool help_present(struct analysis *a, uint32_t node);

/* "give 'cam' a process of its own" */
const char *own_process_words(const struct analysis *a, uint32_t node);

/* Notes on the uses of pipelines that the node is in: what it reads may be wrong there alone. */
void note_within(struct analysis *a, uint32_t node);

/* ---- words.c, too ---- */

/* "a -> b -> a", shortened in the middle; the vertices are nodes. */
const char *path_words(const struct analysis *a, const struct arcs *arcs,
                       const struct arc_path *path);

/* A list that is cut: "a, b, c and 7 more". */
struct words {
	struct arena *arena;
	size_t n_max; /* shown */
	size_t n;     /* added */
	VEC(const char *) list;
};
void words_init(struct words *words, struct arena *arena, size_t n_max);
void words_add(struct words *words, const char *word);
const char *words_join(const struct words *words); /* "none" when empty */

static inline uint32_t edge_producer(const struct graph *graph, uint32_t edge)
{
	return graph->streams.items[graph->edges.items[edge].stream].node;
}

/* The edge of a slot, NO_ID where it is unconnected or does not fire the node. */
static inline uint32_t node_firing_edge(const struct graph *graph, const struct graph_node *node,
                                        uint32_t slot)
{
	uint32_t e = node->inputs[slot];

	return e != NO_ID && graph_edge_fires(&graph->edges.items[e]) ? e : NO_ID;
}

/* How many connected inputs fire the node. */
static inline uint32_t node_n_firing(const struct graph *graph, uint32_t n)
{
	const struct graph_node *node = &graph->nodes.items[n];
	uint32_t count = 0;

	for (uint32_t i = 0; i < node->n_inputs; i++)
		count += node_firing_edge(graph, node, i) != NO_ID;
	return count;
}

/* x[-1]: a look back at frames before the one that fires. */
static inline bool edge_looks_back(const struct graph_edge *edge)
{
	return edge->last < 0;
}

/* The writer waits for room until this reader has taken a frame. */
static inline bool edge_gates(const struct graph_edge *edge)
{
	return edge->policy == EDGE_QUEUE;
}

/* A choice that was given a name: it has its edge, and no expression. */
static inline bool node_is_relay(const struct graph_node *node)
{
	return node->face->parts.n == 1 && node->face->parts.items[0].term->kind == TERM_INPUT;
}

/* An expression, and no choice. */
static inline bool node_is_expression(const struct graph_node *node)
{
	return node->face->parts.n > 0 && !node_is_relay(node);
}

/* Its frames bear its own numbers. */
static inline bool node_is_origin(const struct graph_node *node)
{
	return node->face->origin != ORIGIN_NONE || node->face->fires_any;
}

/* ---- privacy.c ---- */

/* Whether the node of the edge is given the values: an input of type `any` is not. */
bool edge_is_read(const struct graph *graph, uint32_t edge);

/* ---- presence.c ---- */

/* Why the node may make nothing of a frame although the program goes on, or NULL: a crash, or a
 * rest. A source at rest has no frames. */
const char *why_firing_loses(const struct analysis *a, uint32_t n);

/* ---- pool.c: workers are nodes, see sema/workers.c ---- */

/* The first worker of the pool whose frames the node puts in order, or NO_ID. */
uint32_t ordered_pool(const struct graph *graph, uint32_t n);

/* ---- pace.c ---- */

#define TIME_MAX (INT64_MAX / 4)
#define FEEDBACKS_MAX 32u /* slow feedbacks that are looked at one by one */

struct pace {
	bool timed;       /* times are ns; else stages */
	bool exact;       /* no `latest` between its origin and it */
	bool full;        /* and no `every`: it fires on every frame that it is given */
	int64_t period;   /* between two firings, at full rate */
	int64_t multiple; /* its frames' numbers differ by multiples of it: `every` above it */
	int64_t burst;    /* frames that may come at once, in each period: of one input, `makes` */
	int64_t frames;   /* period if nothing were slow: from the rate alone; 0 = no rate */
	int64_t spacing;  /* between two firings, at the least, of frames that come at the rate */
	int64_t response; /* its budget and those of its process, for a burst; 0 = not known */
	int64_t time;     /* of a firing, or a burst of them, with the wait for the one before */
	int64_t start;    /* longest time from the origin */
	uint32_t behind;  /* input that comes last, or NO_ID */
};

struct pace *pace_all(const struct analysis *a);

int64_t time_add(int64_t x, int64_t y); /* saturates at TIME_MAX; y >= 0 */
int64_t period_of_rate(double rate);    /* rounded down to ns */

/* The one input that fires a node which makes up to a known number of values of it, or NO_ID. */
uint32_t split_edge(const struct graph *graph, uint32_t n);

/* Of the numbers that come through the edge. */
int64_t multiple_of_edge(const struct graph_edge *edge, const struct pace *from);

/* How many nodes of that time take frames of that period in turns. */
int64_t workers_needed(int64_t time, int64_t period);

/* ---- isolation.c ---- */

/* Per node, the step by which it was first reached from `n`; NO_ID: `n` does not wait for it. */
uint32_t *waits_of(const struct analysis *a, uint32_t n);

/* Why one vertex of analysis.waits waits for another. After the nodes come the processes of several
 * nodes, and after them the nodes once more, at work: a member waits for its process, and that for
 * its members at work. */
enum wait_kind {
	WAIT_VALUE,   /* fires on what the other produces, or looks back at it */
	WAIT_COMMON,  /* fires on any of its inputs, and all of them wait for the other */
	WAIT_ROOM,    /* the other reads without loss what it produces */
	WAIT_PROCESS, /* the other runs in the same process */
};

#endif
