/* From a bound pipeline to the graph. */
#ifndef GRAPH_LOWER_H
#define GRAPH_LOWER_H

#include "graph/graph.h"
#include "sema/bound.h"

/* Never fails and reports nothing: the pipeline was checked without an error. */
struct graph *lower(struct sema *sema, const struct bound *bound);

#endif
