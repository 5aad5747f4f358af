/* What the report says, in ids: put in words by report.c, in JSON by report_json.c. Each requires
 * that the passes it reads are done. */
#ifndef PASS_FACTS_H
#define PASS_FACTS_H

#include "pass/private.h"

VEC_OF(ids, uint32_t);

/* The first reader whose window is the whole ring; NO_ID: none of them needs it. */
uint32_t fact_ring_edge(const struct analysis *a, uint32_t stream);

/* The tightest `assert memory`, or NULL. */
const struct graph_assertion *fact_memory_limit(const struct analysis *a);

/* Lossless readers that can leave a live origin without room; none of any other node. */
struct ids fact_refusing_edges(const struct analysis *a, uint32_t node);

/* A queue that was written smaller than a fork-join needs to run at full rate. */
bool fact_holds_up(const struct analysis *a, uint32_t edge);

/* All nodes that can make this one wait. */
struct ids fact_waited_for(const struct analysis *a, uint32_t node);

/* The private streams whose values a node reads. */
struct ids fact_private_read(const struct analysis *a, uint32_t node);

#endif
