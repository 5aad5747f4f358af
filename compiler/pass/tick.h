/* Ticks: a clock's frames as a stream of their own, for whoever must fire where no value is. */
#ifndef PASS_TICK_H
#define PASS_TICK_H

#include "graph/graph.h"

/* An expression that needs none of its streams fires on every frame of their clocks, also where
 * all of them are absent. Gives it the ticks that it takes for that, as edges of the graph;
 * nothing where its streams are there on every such frame, or where the program has mistakes.
 * Reports to `diags` each `??` that catches nothing (W0606). */
void tick_add(struct graph *graph, struct diags *diags);

#endif
