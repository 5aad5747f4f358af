/* A pipeline with every name bound, every loop unrolled, every pipeline inside it expanded and
 * every type inferred: what elaborate makes and lower reads. */
#ifndef SEMA_BOUND_H
#define SEMA_BOUND_H

#include "sema/scope.h"
#include <stdio.h>

#define UNBOUND UINT32_MAX

/* What one slot of a node's inputs is connected to. */
struct bound_input {
	uint32_t port;                /* of the interface */
	uint32_t node, output;        /* node UNBOUND: a mistake that was reported */
	enum ast_policy policy;       /* plain is QUEUE with count 0 */
	uint32_t count;               /* of queue(n), latest(n); 0 = not written */
	int64_t max_age_ns;           /* of sample; 0 = none */
	int32_t first, last;          /* x[first .. last]; 0, 0 for x */
	uint32_t every_n, every_from; /* frames number 1 + every_from + k * every_n */
	int64_t every_ns;
	uint32_t pool; /* whose workers claim their frames, from 1; 0 = every_from counts */
	const struct type *type; /* while node is not known: of the past of what is being built */
	struct span at;
};

/* A sample and the past fire nothing. */
static inline bool bound_input_fires(const struct bound_input *input)
{
	return input->policy != POLICY_SAMPLE && input->last == 0;
}

struct scope;
struct binding;
struct meaning;

/* One use of a node, or a node made of an expression. */
struct bound_node {
	const char *name; /* unique, with its path: "cam", "rig.left", "cam[2]" */
	struct span at;   /* of the name it is bound to, or of the call */
	bool named;       /* bound by the user */
	bool unnamed;     /* an expression that stands where it is read: its name is made up */
	bool ambiguous;   /* named after its node, as another is: cannot be referred to */
	const struct ast_expr *call;    /* NULL for an expression */
	struct scope *scope;            /* where its arguments have meaning */
	const struct within *within;    /* the use of a pipeline that it is in, or NULL */
	bool has_arguments;             /* they were bound */
	struct interface *face;         /* NULL after a mistake */
	VEC(struct bound_input) inputs; /* connected slots, by port */
	uint64_t *sizes;                /* face->generics.n; 0 = not known */
	struct span *size_from;         /* who determined it */
	const struct type **types;      /* face->generics.n, of GENERIC_TYPE */
	const struct type **outputs;    /* face->outputs.n, concrete or type_error */
	const struct type **memories;   /* face->memories.n, likewise */
	const struct term **arguments;  /* face->params.n; NULL = the default */
	int64_t budget_ns;              /* of the deploy; 0 = the interface's */
	double rate;                    /* likewise */
	enum rest rest;                 /* likewise */
	uint32_t n_workers;             /* of the deploy; expanded by workers.c */
	bool dynamic;                   /* they claim their frames */
	uint32_t copy_of;               /* another worker of a pool: of this node, + 1; 0 = none */
	uint32_t orders; /* puts the frames of a pool in order: its first worker, + 1; 0 = none */
	uint32_t visit;  /* of unify: new, open, done */
	struct meaning *meaning;    /* of an expression; NULL: of no one */
	struct binding *kept;       /* such a one that a deploy or an assert speaks of */
	struct privacy_mark *marks; /* face->outputs.n, of no expression; NULL: none is written */
};

enum bound_assertion_kind { BOUND_INDEPENDENT, BOUND_LIVE, BOUND_MEMORY, BOUND_LATENCY };

struct bound_assertion {
	enum bound_assertion_kind kind;
	struct span at, a_at, b_at;
	uint32_t a, b;
	uint64_t limit; /* bytes, ns */
};

struct bound_process {
	const char *name;
	struct span at;
	VEC(uint32_t) nodes;
	const struct ast_rule *failure; /* NULL: the default */
	uint32_t n_restarts;
	int64_t per_ns, backoff_ns, stall_ns;
	const struct ast_arg *memory_at, *processes_at; /* what limits it; NULL: nothing */
	int64_t memory_limit;                           /* bytes; 0 = none */
	int32_t cpu, cpu_last, priority;
};

/* What the name of an expression has become: an output of a node, or, where `output` is NULL, no
 * stream: the node computes it on the way. */
struct bound_text {
	const char *path;
	const char *node, *output;
	bool is_node; /* the node has this name, and no other output */
};

enum { NO_SPIN = -1 }; /* spin_ns, where processes sleep at once */

struct bound {
	const char *name, *doc;
	struct span at;
	struct file_scope *file;
	VEC(struct param) params;
	VEC(struct bound_node) nodes;
	struct map node_names; /* name -> 1 + number of the node, as a pointer */
	struct map targets;    /* path of each name that a statement binds */
	VEC(struct bound_text) texts;
	VEC(struct bound_assertion) asserts;
	VEC(struct bound_process) processes; /* every node is in one */
	uint32_t n_pools;                    /* of workers that claim their frames */
	int64_t spin_ns;                     /* wait spin t; 0 = no such rule */
};

/* Elaborates a pipeline as a program; expressions that the deploy (NULL: none) names get nodes of
 * their own. The result is whole only when nothing was reported. */
struct bound *elaborate_program(struct sema *sema, struct file_scope *file,
                                const struct ast_decl *pipeline, const struct ast_decl *deploy);

/* Applies the rules of its deploy (NULL: none). */
void deploy_apply(struct sema *sema, struct bound *bound, const struct ast_decl *deploy);

/* workers.c: makes a pool of each node that has several workers. Called by deploy_apply. */
void expand_workers(struct sema *sema, struct bound *bound);

/* The node that a name in an assert means, UNBOUND after a report with `unknown`. `path` is the
 * name with its path: "rig.left[2]". */
uint32_t bound_find(struct sema *sema, const struct bound *bound, const char *path,
                    struct span span, enum diag_code unknown);

/* --dump=types. */
void bound_print(const struct bound *bound, FILE *file);

#endif
