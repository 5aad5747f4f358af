/* The program as a graph: what the passes prove and the emitters write. Nodes, streams and edges
 * are numbered from 0 and refer to each other by number; spans tell where each was written. Made by
 * lower from a program without errors; tick.c and stamp.c add marks and their edges. Constant
 * afterwards: passes write tables of their own. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "front/diag.h"
#include "sema/bound.h"
#include "sema/interface.h"
#include <stdio.h>

#define NO_ID UINT32_MAX

enum edge_policy {
	EDGE_QUEUE,  /* every frame: plain, or queue(n) */
	EDGE_LATEST, /* latest, latest(n) */
	EDGE_SAMPLE, /* sample, sample(max_age: t); does not fire the node */
};

/* One reader of a stream: the connection of an input. */
struct graph_edge {
	uint32_t stream;
	uint32_t node, input; /* slot number `input` of the node */
	struct span at;       /* the argument: "latest cam" */
	enum edge_policy policy;
	uint32_t count;     /* n of queue(n) or latest(n); 0 = not written */
	int64_t max_age_ns; /* sample; 0 = none */
	/* Which values: 0, 0 is the newest alone; -7, 0 a window of eight; -1, -1 the one before.
	 * Fires only where last is 0. */
	int32_t first, last;
	/* every(n): frames number 1 + every_from, 1 + every_from + n, … ; 0 = all. */
	uint32_t every_n;
	uint32_t every_from; /* below every_n; not 0 for the workers of a pool */
	uint32_t pool;       /* its workers claim frames instead, from 1; 0 = they do not */
	int64_t every_ns;    /* every(t): the first of each period of capture time; 0 = all */
};

/* One output of one node. There is a stream for each output, read or not. */
struct graph_stream {
	const char *name; /* "cam.frame" */
	uint32_t node, output;
	const struct type *type;  /* concrete */
	bool optional;            /* declared T? */
	struct privacy_mark mark; /* of the program, else of the declaration; of C alone */
	VEC(uint32_t) edges;      /* its readers, in source order */
};

/* A stream that the compiler adds behind a node's outputs, for readers of frame numbers and times
 * alone: its values mean nothing. */
struct graph_mark {
	const char *name; /* "tick", "frame stamp" */
	/* A stamp: there on the frames on which this output has a value. NO_ID: a tick, there
	 * whenever the node fires. */
	uint32_t of;
};

struct graph_node {
	const char *name; /* "cam" */
	bool unnamed;     /* an expression whose name is made up: "expression_1" */
	const struct interface *face;
	struct span at;
	const struct within *within; /* the use of a pipeline that it is in, or NULL */
	/* n_inputs edges: a slot for each port, NO_ID where unconnected, and for a bank a slot for
	 * each element. */
	uint32_t *inputs;
	uint32_t *input_ports; /* n_inputs: the slot's port of the interface, ascending */
	uint32_t n_inputs;
	uint32_t *outputs; /* face->outputs.n streams, and one for each mark behind them */
	VEC(struct graph_mark) marks;
	uint64_t *sizes;           /* face->generics.n: of a size or a format; unused for a type */
	const struct type **types; /* face->generics.n: of a type; NULL where unconnected */
	const struct type **memories;  /* face->memories.n, concrete */
	const struct term **arguments; /* face->params.n, NULL = the declared default */
	uint32_t copy_of;              /* another worker of a pool: of this node, + 1; 0 = none */
	uint32_t orders; /* puts the frames of a pool in order: its first worker, + 1; 0 = none */
	uint32_t process;
	int64_t budget_ns; /* of the deploy, else of the interface; 0 = none */
	double rate;       /* frames a second: likewise */
	enum rest rest;    /* of the deploy */
};

enum failure_end { FAILURE_STOP, FAILURE_ABSENT };

struct graph_process {
	const char *name; /* of the group; of its only node */
	struct span at;
	VEC(uint32_t) nodes;    /* in source order */
	struct span failure_at; /* `on crash of …`; all zeroes: the default, stop */
	uint32_t n_restarts;
	int64_t restart_per_ns, backoff_ns;
	enum failure_end end;
	int64_t stall_ns;      /* a node that takes longer for a firing is killed; 0 = never */
	int32_t cpu, cpu_last; /* which CPUs; -1 = any */
	int32_t priority;      /* 1 … 99 real-time (SCHED_FIFO); 0 = ordinary */
	uint64_t memory_limit; /* bytes of its own; 0 = none */
	bool no_processes;     /* it starts none, whatever its nodes declare */
};

enum assertion_kind {
	ASSERT_INDEPENDENT, /* independent(a, b): a never waits for b */
	ASSERT_LIVE,        /* live(a -> b): all that b waits for lies between a and b */
	ASSERT_MEMORY,      /* memory <= limit */
	ASSERT_LATENCY,     /* latency(a -> b) <= limit */
};

struct graph_assertion {
	enum assertion_kind kind;
	struct span at;
	uint32_t a, b; /* nodes */
	struct span a_at, b_at;
	uint64_t limit; /* bytes; latency: ns */
};

struct graph {
	struct arena *arena;
	struct sources *sources;
	const char *name, *doc; /* of the pipeline */
	const char *source;     /* "people.pkd": base name of the main file */
	struct span at;
	struct unit *unit;        /* of the main file */
	VEC(struct param) params; /* of the pipeline: the program's options */
	VEC(struct graph_node) nodes;
	VEC(struct graph_stream) streams;
	VEC(struct graph_edge) edges;
	VEC(struct graph_process) processes; /* each node is in exactly one */
	VEC(struct graph_assertion) asserts;
	const struct bound_text *texts; /* n_texts: what the names of expressions have become */
	size_t n_texts;
	uint32_t n_pools; /* whose workers claim frames */
	int64_t spin_ns;  /* wait spin t: as in struct pkd_program */
};

/* Whose parameters node number n has: the workers of a pool have those of the first. */
static inline uint32_t graph_params_of(const struct graph *graph, uint32_t n)
{
	uint32_t copy_of = graph->nodes.items[n].copy_of;

	return copy_of ? copy_of - 1 : n;
}

/* How many streams the node makes: its outputs, and its marks where somebody reads them. */
static inline size_t graph_n_streams(const struct graph_node *node)
{
	return node->face->outputs.n + node->marks.n;
}

/* "frame", "tick". */
const char *graph_output_name(const struct graph_node *node, size_t output);

/* The output of its node that a stream is, or that it stamps; NO_ID: a tick. */
uint32_t graph_output_of(const struct graph *graph, uint32_t stream);

/* The stream of this mark; NO_ID where the node has none. */
uint32_t graph_find_mark(const struct graph_node *node, uint32_t of);

/* The same, added where there is none. */
uint32_t graph_add_mark(struct graph *graph, uint32_t node, uint32_t of);

/* True when the edge's input fires its node; its declared T?. */
bool graph_edge_fires(const struct graph_edge *edge);
const struct port *graph_edge_port(const struct graph *graph, const struct graph_edge *edge);

/* Checks every number and cross-reference; aborts with a message, for it is the compiler's own
 * mistake. Run after lower, and after each pass in debug builds. */
void graph_verify(const struct graph *graph);

/* --dump=graph. */
void graph_print(const struct graph *graph, FILE *file);

#endif
