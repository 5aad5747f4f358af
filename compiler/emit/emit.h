/* The writers of what the compiler makes. Each appends to a buffer; same input, same bytes: no
 * absolute path, no time, no pointer order. */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include "base/buf.h"
#include "pass/pass.h"

/* NODE.pkd.h of one .pkd file: its types, and the interface of each of its nodes. */
void emit_header(const struct unit *unit, struct buf *out);

/* NAME_pkd.pyi of one .pkd file: its nodes in Python. False: it has none. */
bool emit_stub(const struct unit *unit, struct buf *out);

/* The nodes whose steps stand in one .pkd file, as far as the program has them: NODE.pkd.c. False:
 * there are none. `path` is where it will lie: then compilers name this and the .pkd file by paths
 * that lead there from the current directory. NULL: by names that do not depend on it. */
bool emit_steps(const struct analysis *analysis, const struct unit *unit, const char *path,
                struct buf *out);
const char *emit_steps_file(struct arena *arena, const struct unit *unit);

/* The sources in Python, in the order in which the program numbers them. */
struct python_source {
	const char *path; /* as declared, relative to the unit's directory */
	const struct unit *unit;
};
VEC_OF(python_sources, struct python_source);
void emit_python_sources(const struct graph *graph, struct arena *arena,
                         struct python_sources *ret_sources);

/* The program: constant tables for pkd_main, in one C file. */
void emit_program(const struct analysis *analysis, struct buf *out);

/* A drawing of the graph for Graphviz: nodes, clustered by process; edges labelled with their
 * policy and capacity. */
void emit_dot(const struct analysis *analysis, struct buf *out);
void emit_mermaid(const struct analysis *analysis, struct buf *out);

/* What is written on the line of an edge: the output where there are several, and the separator;
 * the policy; the capacity as a user would write it (n waiting). */
/* What a node is, for a reader of the graph: its kind; of an expression its text, on one line. */
const char *emit_node_words(const struct graph *graph, const struct graph_node *node);

void emit_edge_label(const struct analysis *a, uint32_t e, const char *separator, struct buf *out);

/* The graph for other programs: nodes, streams, edges, processes, memory. */
void emit_json(const struct analysis *analysis, struct buf *out);

#endif
