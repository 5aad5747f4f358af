/* A pipeline with every name bound and every type inferred: what check makes and lower reads. */
#ifndef SEMA_BOUND_H
#define SEMA_BOUND_H

#include "sema/scope.h"
#include <stdio.h>

#define UNBOUND UINT32_MAX

/* What an input of a node is connected to. */
struct bound_input {
	uint32_t node, output;  /* node UNBOUND: not connected */
	enum ast_policy policy; /* plain is QUEUE with count 0 */
	uint32_t count;         /* of queue(n), latest(n); 0 = not written */
	int64_t max_age_ns;     /* of sample; 0 = none */
	struct span at;
};

/* One use of a node. */
struct bound_node {
	const char *name; /* unique: the name it is bound to, or its node's */
	struct span at;   /* of that name, or of the call */
	bool named;       /* bound by the user */
	bool ambiguous;   /* named after its node, as another is: cannot be referred to */
	const struct ast_expr *call;
	struct interface *face;          /* NULL after a mistake */
	struct bound_input *inputs;      /* face->inputs.n */
	uint64_t *sizes;                 /* face->generics.n; 0 = not known */
	struct span *size_from;          /* who determined it */
	const struct type **types;       /* face->generics.n, of GENERIC_TYPE */
	const struct type **outputs;     /* face->outputs.n, concrete or type_error */
	const struct formula **arguments; /* face->params.n; NULL = the default */
};

enum bound_assertion_kind { BOUND_INDEPENDENT, BOUND_LIVE, BOUND_MEMORY };

struct bound_assertion {
	enum bound_assertion_kind kind;
	struct span at, a_at, b_at;
	uint32_t a, b;
	uint64_t limit;
};

struct bound_process {
	const char *name;
	struct span at;
	VEC(uint32_t) nodes;
	const struct ast_rule *failure; /* NULL: the default */
	uint32_t n_restarts;
	int64_t per_ns, backoff_ns;
};

struct bound {
	const char *name, *doc;
	struct span at;
	struct file_scope *file;
	VEC(struct param) params;
	VEC(struct bound_node) nodes;
	struct map node_names; /* name -> the number of the first node of that name, and 1 */
	VEC(struct bound_assertion) asserts;
	VEC(struct bound_process) processes; /* every node is in one */
};

/* Binds the statements of a pipeline and the rules of its deploy (NULL: none). The result is whole
 * only when nothing was reported. */
struct bound *check_pipeline(struct sema *sema, struct file_scope *file,
                             const struct ast_decl *pipeline);
void check_deploy(struct sema *sema, struct bound *bound, const struct ast_decl *deploy);

/* The node that a name in an assert or a deploy means, UNBOUND after a report with `unknown`. */
uint32_t check_node_name(struct sema *sema, const struct bound *bound, struct ast_name name,
                         enum diag_code unknown);

/* unify.c: infers sizes and types of every node from what it is connected to, and checks them. */
void unify_pipeline(struct sema *sema, struct bound *bound);

/* formula.c: what a parameter of type `type` is bound to; NULL after a report. */
const struct formula *formula_build(struct sema *sema, struct bound *bound,
                                    const struct type *type, const struct ast_expr *expr);

/* --dump=types. */
void bound_print(const struct bound *bound, FILE *file);

#endif
