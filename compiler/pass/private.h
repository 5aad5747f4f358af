/* What the passes share: their entry points, walks over the graph, and names in a user's words. */
#ifndef PASS_PRIVATE_H
#define PASS_PRIVATE_H

#include "base/buf.h"
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

/* Strongly connected components: per vertex a number. */
uint32_t *arcs_components(const struct arcs *arcs);

/* A shortest cycle through the first arc that lies on one, for each component that has a cycle (the
 * first 50 of them), in the order of those arcs. */
VEC_OF(cycles, struct arc_path);
struct cycles arcs_cycles(const struct arcs *arcs);

/* Arcs of the edges that fire, from producer to reader. */
void arcs_of_firing(struct arcs *arcs, const struct graph *graph);

/* The nodes so that each comes after the producers of its firing inputs; requires causality. */
uint32_t *firing_order(const struct analysis *a);

/* ---- words.c: texts in the arena, as the user would say it ---- */

const char *node_name(const struct analysis *a, uint32_t node);

/* "cam", or "cam.depth" of a node with several outputs. */
const char *stream_words(const struct analysis *a, uint32_t stream);

/* "latest cam", "queue(4) cam", "cam"; the same stream under another policy. */
const char *edge_words(const struct analysis *a, uint32_t edge);
const char *edge_words_as(const struct analysis *a, uint32_t edge, const char *policy);

/* "a -> b -> a", shortened in the middle; the vertices are nodes. */
const char *path_words(const struct analysis *a, const struct arcs *arcs,
                       const struct arc_path *path);

/* "12 345 678"; "5.1 MiB"; "120 ms". */
const char *number_words(struct arena *arena, uint64_t number);
const char *bytes_words(struct arena *arena, uint64_t bytes);
const char *time_words(struct arena *arena, int64_t ns);

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

/* ---- isolation.c ---- */

/* Why one vertex of analysis.waits waits for another. A process of several nodes is a vertex, too,
 * numbered after the nodes: its members and it wait for each other. */
enum wait_kind {
	WAIT_VALUE,   /* fires on what the other produces */
	WAIT_ROOM,    /* the other reads without loss what it produces */
	WAIT_PROCESS, /* the other runs in the same process */
};

#endif
