/* The whole compiler, as a subcommand uses it. */
#ifndef COMPILE_H
#define COMPILE_H

#include "pass/pass.h"

enum stage { STAGE_NONE, STAGE_TOKENS, STAGE_AST, STAGE_TYPES, STAGE_GRAPH, STAGE_PASSES };

struct compilation {
	struct arena *arena;
	struct sources sources;
	struct diags diags;
	struct unit *main;             /* the file given; NULL where it could not be read */
	VEC(struct unit *) units;      /* every file read, the main one first */
	struct graph *graph;           /* NULL after errors, or for a file without a pipeline */
	struct analysis *analysis;     /* NULL without a graph */
	const struct ast_file *module; /* of the file given, where it has no program; else NULL */
};

struct compile_options {
	const char *file;
	const char *stdlib;         /* directory that holds the stdlib modules */
	const char *pipeline;       /* NULL: the only one, or the one named like the file */
	const char *deploy;         /* NULL: the only one of that pipeline */
	bool library;               /* the file needs no pipeline (pkdc header, pkdc nodes) */
	bool module;                /* it may be for others alone: without a program (pkdc check) */
	enum stage dump;            /* printed to stdout as soon as it is made */
	const char *const *defines; /* "NAME=value": other values for constants of the file */
	size_t n_defines;
};

/* Returns 0 when there were no errors. Messages are in c->diags, not yet printed, except that a
 * file that cannot be read is a diagnostic without a place. */
int compile(struct compilation *c, const struct compile_options *options);
void compile_finish(struct compilation *c);

/* Whether a declaration of a program can be called so. */
bool compile_is_name(struct arena *arena, const char *name);

/* All modules of the standard library, for `pkdc nodes`. */
int compile_stdlib(struct compilation *c, const char *stdlib);

#endif
