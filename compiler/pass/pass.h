/* The analyses: each reads the graph and earlier tables, writes only its own table and messages. */
#ifndef PASS_PASS_H
#define PASS_PASS_H

#include "base/buf.h"
#include "graph/graph.h"

enum pass_id {
#define PASS(name, establishes, needs) PASS_##name,
#include "pass/pass.def"
#undef PASS
	PASS_N
};

/* Of a stream; see docs/runtime.md for the sum. */
struct stream_memory {
	uint32_t ring_size; /* D: the largest window of its readers */
	uint32_t n_pins;  /* ΣP: of each lossy or sampling reader one, and what it looks back at */
	uint32_t n_loans; /* L */
	uint32_t n_slots; /* D + ΣP + L; 0 where no channel is made */
	uint32_t value_size; /* bytes */
	uint32_t slot_size;  /* bytes: header and value, rounded up to 64, from 4096 on to 4096 */
	uint64_t bytes;      /* n_slots * slot_size, rounded up to 4096 */
};

/* Of a stream that is shown to nobody who looks from outside; or was, but for a word. */
struct stream_privacy {
	bool is_private;
	bool is_released; /* `public`, and without that it would be private */
	uint32_t from;    /* the stream that makes it so: itself, where it is marked */
	struct span at;   /* the word `private` that all of it comes from; or the word `public` */
};

/* A bound that latency computed for an assertion. */
struct latency {
	int64_t bound_ns;
	const char *path;  /* "cam -> view -> show" */
	const char *terms; /* "view 15 ms, show 10 ms, …" */
};

struct analysis {
	const struct graph *graph;
	struct arena *arena;
	struct diags *diags;
	bool done[PASS_N]; /* ran without an error of its own */

	uint32_t *origin;     /* origin: per node, the origin node that numbers its frames */
	bool *may_be_absent;  /* presence: per stream */
	const char **absence; /* presence: per stream, why, in words; NULL where never absent */
	bool *has_channel;    /* unused: per stream */
	struct stream_privacy *privacy; /* privacy: per stream */
	struct pace *paces;             /* capacity: per node, see private.h */
	/* capacity: per edge; queue: waiting, in hand and looked back at; latest: n and looked back
	 * at; sample: 1 */
	uint32_t *window;
	/* capacity: per edge of a queue, the least that slows nobody; a smaller one was written */
	uint32_t *window_wanted;
	/* capacity: per edge, slots that its reader may hold although the ring has gone on: 0 where
	 * its cursor gates the writer */
	uint32_t *pins;
	const char **window_reason;   /* capacity: per edge, in words, for the report */
	struct stream_memory *memory; /* memory: per stream */
	uint64_t memory_total;        /* memory: bytes */
	struct latency *latency;      /* latency: per assertion; bound_ns < 0 where there is none */
	struct arcs *waits; /* isolation: who waits for whom in one step; ask pass_waits_for */
};

/* The graph alone, without any table, for what is asked before the passes run. */
struct analysis *pass_begin(const struct graph *graph, struct diags *diags);

/* Runs all that can run. The analysis is in the graph's arena. */
struct analysis *pass_run_all(const struct graph *graph, struct diags *diags);

/* True when node `a` can be made to wait by node `b`, through any number of steps. Walks the graph
 * at each call: a table of all pairs would be too large for a program of ten thousand nodes. */
bool pass_waits_for(const struct analysis *analysis, uint32_t a, uint32_t b);

/* How many workers the edge's node is one of, 1 where it is none. */
uint32_t edge_n_workers(const struct graph *graph, const struct graph_edge *edge);

/* The n of queue(n) that gives a window: without what is in hand and looked back at. */
uint32_t edge_n_waiting(const struct graph *graph, const struct graph_edge *edge, uint32_t window);

/* --dump=passes: every table. */
void pass_print(const struct analysis *analysis, FILE *file);

/* pkdc check --report: the proofs as a short table, one line a fact with its reason. */
void pass_report(const struct analysis *analysis, FILE *file);

/* The same facts for other programs. */
void pass_report_json(const struct analysis *analysis, struct buf *out);

#endif
