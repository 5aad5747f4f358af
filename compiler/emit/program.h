/* What the parts of emit_program share. */
#ifndef EMIT_PROGRAM_H
#define EMIT_PROGRAM_H

#include "emit/parts.h"
#include "pass/pass.h"

struct program {
	const struct analysis *analysis;
	const struct graph *graph;
	struct arena *arena;
	struct buf *out;
	VEC(const struct interface *) faces; /* of the node kinds used, each once */
	const char **node_names;             /* in C: "cam", "view_boxes" */
	const char **stream_names;           /* "cam_frame"; NULL where there is no channel */
	const char *options;                 /* struct of the pipeline's parameters */
	struct described described;
};

/* Types that are described at run time, options, NAME_params of every node, `bind`, and the tables
 * of parameters (emit_params.c). */
void emit_params(struct program *program);

#endif
