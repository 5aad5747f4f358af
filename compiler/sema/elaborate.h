/* The elaborator's own types: scopes of a pipeline's statements and what names mean in them.
 * Private to the files that are named below. */
#ifndef SEMA_ELABORATE_H
#define SEMA_ELABORATE_H

#include "sema/bound.h"
#include "sema/resolve.h"

enum binding_kind {
	BINDING_NODE,       /* all outputs of a node */
	BINDING_STREAM,     /* one output of a node */
	BINDING_BANK,       /* elements by number */
	BINDING_PIPELINE,   /* a pipeline inside this one: its outputs by name */
	BINDING_CONST,      /* a loop's variable, a generic */
	BINDING_PARAM,      /* a parameter: a term over the program's options */
	BINDING_EXPRESSION, /* a text that stands in place of the name; a node where one is needed */
	BINDING_PENDING,    /* not elaborated yet: an alias, an expression, a pipeline */
	BINDING_ERROR,      /* reported: agrees with everything */
};

struct meaning;

/* A node that computes an expression, as a value of one type. */
struct computed_stream {
	const struct type *type;
	uint32_t node;
};

struct binding {
	enum binding_kind kind;
	const char *path; /* with its path: "rig.left" */
	struct span at;
	uint32_t node, output;           /* NODE, STREAM */
	VEC(struct binding *) elements;  /* BANK; NULL where there is none */
	struct scope *inside;            /* PIPELINE: its own scope, with its outputs */
	const struct ast_decl *pipeline; /* PIPELINE */
	struct value value;              /* CONST */
	const struct term *term;         /* PARAM: what it is given; NULL after a mistake */
	const struct param *param;       /* PARAM: its declaration */
	const struct ast_expr *expr;     /* PENDING, EXPRESSION */
	struct scope *scope;             /* PENDING, EXPRESSION: where expr has meaning */
	const struct type *hint;        /* PENDING, EXPRESSION: the type declared for it, or NULL */
	bool forcing;                   /* PENDING: met again, it is a circle */
	struct binding *same;           /* another name for this expression */
	VEC(struct meaning *) meanings; /* EXPRESSION */
	VEC(struct computed_stream) nodes; /* EXPRESSION */
	bool used;                         /* EXPRESSION: it stands in another, or is read */
	const struct type *last_type;      /* EXPRESSION: found when its meaning was last built */
	/* What the text is, once it was asked; NO in a circle. */
	enum { UNASKED, YES, NO } is_constant, is_literal;
	bool anonymous;           /* EXPRESSION: it stands where it is used */
	struct privacy_mark mark; /* EXPRESSION; and of a choice, which has its own node */
};

/* A block of statements. Names of a loop's body are its own; those of a pipeline see nothing of the
 * pipeline that uses it. */
struct scope {
	struct scope *parent;   /* of a loop or an if; NULL for a pipeline */
	struct scope *pipeline; /* the scope of the whole pipeline: itself, or an ancestor */
	struct scope *user; /* of a whole pipeline: the one that uses it, NULL for the program */
	struct file_scope *file;
	const char *prefix;           /* of the names of nodes in it: "", "rig." */
	const char *suffix;           /* of names bound in a loop: "", "[2]" */
	struct map names;             /* name -> struct binding */
	const struct ast_decl *decl;  /* of the pipeline */
	const struct interface *face; /* of the pipeline; NULL for the program */
	struct map outputs;           /* of a pipeline: name -> struct binding */
	const struct within *within;  /* of a whole pipeline: where it is used */
	uint32_t depth;               /* of pipelines inside pipelines */
};

/* An input that names a stream of a pipeline that was still being elaborated. */
struct later {
	uint32_t node;
	size_t input;
	struct scope *scope;
	const struct ast_expr *operand;
};

struct scoped_stmt {
	const struct ast_stmt *stmt;
	struct scope *scope;
};

struct marked_binding {
	struct binding *binding;
	struct privacy_mark mark;
};

struct late_port {
	const struct port *port;
	struct binding *binding;
	struct span at;
};

/* One use of a pipeline inside another. */
struct instance {
	struct interface *face;
	struct scope *inside;
	uint64_t *sizes;           /* face->generics.n */
	const struct type **types; /* face->generics.n */
	/* Ports that were given what was being built: checked once all is. */
	VEC(struct late_port) late_ports;
};

struct elaborator {
	struct sema *sema;
	struct bound *bound;
	VEC(struct binding *) pending; /* in the order in which they were declared */
	VEC(struct scoped_stmt) asserts;
	VEC(struct marked_binding) marked; /* `private` and `public`, as they are written */
	VEC(struct instance *) instances;
	VEC(struct later) later;
	VEC(struct meaning *) meanings; /* in the order in which they were built */
	/* Of meanings: how many are OPEN; at which level the texts in each other began that are being
	 * put in place of names; `low` of the one that is being built; the lowest level of those
	 * still open whose guess a node was made from. */
	uint32_t n_open, chain, low, made;
	struct map operand_keys, anonymous;
	struct map records; /* the fields of one whose type is written nowhere -> struct record */
	struct map kept;    /* names of nodes that a deploy or an assert speaks of */
	struct map text_names; /* name of an expression -> its number in bound->texts + 1 */
	struct map suffixes;   /* name -> the last number that was put behind it */
	uint32_t depth;        /* of forcing: aliases of aliases */
	uint32_t n_expressions, n_records;
	uint32_t n_declared; /* statements and rounds of loops, however often they were reached */
};

#define FORCE_MAX_DEPTH 2000
#define PIPELINE_MAX_DEPTH 32
#define NODES_MAX 100000
#define DECLARED_MAX (2 * NODES_MAX)
/* After a mistake, which may well be what makes it grow. */
#define DECLARED_MAX_WRONG 10000

/* ---- elaborate.c ---- */

struct binding *scope_binding(struct scope *scope, const char *name);

/* What a name is bound to, where that is a text that may stand in its place: an expression's, or
 * one that nothing has looked at yet. NULL: anything else. */
struct binding *scope_text(struct scope *scope, const char *name);

/* Whether it is known before any frame: a constant, or the name of a parameter. */
bool scope_is_value(struct scope *scope, const struct ast_expr *expr);

/* Replaces a pending binding by what it stands for. False after a report, or in a circle. */
bool elaborate_force(struct elaborator *e, struct binding *binding);

/* A constant in a scope: loop variables and generics count, parameters do not. */
struct value elaborate_const(struct elaborator *e, struct scope *scope,
                             const struct ast_expr *expr);

struct binding *binding_new(struct elaborator *e, enum binding_kind kind, const char *path,
                            struct span at);

/* A size of the pipeline becomes a constant in its scope. */
void scope_put_size(struct elaborator *e, struct scope *scope, const struct generic *generic,
                    uint64_t value);

/* ---- declare.c ---- */

/* Enters what the statements bind; loops and choices are unrolled. */
void declare_block(struct elaborator *e, struct scope *scope, const struct ast_stmts *stmts);

/* ---- elaborate_node.c ---- */

/* Adds a node; `name` without its path. The number of the node. */
uint32_t elaborate_node(struct elaborator *e, struct scope *scope, struct bound_node node,
                        const char *name);

/* The name with its path; one like `path` that no node has. */
const char *node_path(struct elaborator *e, struct scope *scope, const char *name);
const char *node_free_name(struct elaborator *e, const char *path);

/* ---- instance.c ---- */

/* Puts a pipeline in place of a pending call of it. */
void instance_elaborate(struct elaborator *e, struct binding *binding, struct symbol *symbol);

/* Checks the types of its outputs, once all are known. */
void instance_check_types(struct elaborator *e, struct instance *instance);

/* ---- prune.c ---- */

/* Whether each node stays: not the expressions that nobody reads, such as an output of an inner
 * pipeline. */
bool *prune(struct elaborator *e);

/* ---- share.c ---- */

/* Of nodes with the same text one stays, and is read in place of the others. */
void share_texts(struct elaborator *e, bool *stays);

/* ---- fuse.c ---- */

/* Makes one node of all expressions that have the same streams and clocks, and writes the inputs
 * and the parts of each; takes out the nodes that do not stay. */
void fuse(struct elaborator *e, const bool *stays);

/* ---- stream.c ---- */

struct stream_ref {
	uint32_t node, output; /* node UNBOUND: reported, or (retry) not known yet */
	bool retry;
};

/* The stream that a name, a member or an element means. */
struct stream_ref stream_resolve(struct elaborator *e, struct scope *scope,
                                 const struct ast_expr *expr);

/* The binding that it means, without asking for a single stream; NULL after a report. */
struct binding *stream_binding(struct elaborator *e, struct scope *scope,
                               const struct ast_expr *expr);

/* The stream that a binding means, if it is one. */
struct stream_ref stream_of_binding(struct elaborator *e, struct binding *binding,
                                    struct span span);

/* x[-1] of a stream: the index is a negative constant. */
bool stream_is_history(struct elaborator *e, struct scope *scope, const struct ast_expr *expr);

/* What an operand means, quietly: NULL where that is no stream, bank, pipeline or expression. */
struct binding *stream_quiet_binding(struct elaborator *e, struct scope *scope,
                                     const struct ast_expr *expr);

/* The expression that an operand means, also as the only output of a pipeline; NULL: none. */
struct binding *stream_expression(struct elaborator *e, struct scope *scope,
                                  const struct ast_expr *expr);

/* A help for a value that is written where a stream is needed. */
void stream_help_value(struct elaborator *e, const char *text);

/* Whether the expression names streams in a way that needs a node of its own. */
bool stream_is_expression(struct elaborator *e, struct scope *scope, const struct ast_expr *expr);

/* ---- edge.c ---- */

/* Connects a port of a node to what an argument says: a stream with its edge words, a window, a
 * bank, an expression. */
void edge_connect(struct elaborator *e, uint32_t node, uint32_t port, struct scope *scope,
                  const struct ast_expr *expr);

/* Reads edge words into `input`; the operand under them. */
const struct ast_expr *edge_operand(struct elaborator *e, struct scope *scope,
                                    const struct ast_expr *expr, struct bound_input *input);

/* Resolves the inputs that had to wait. */
void edge_finish(struct elaborator *e);

/* ---- call.c ---- */

/* Binds the arguments of a node's call, once. */
void call_bind(struct elaborator *e, uint32_t index);

/* Which expression each argument of a call gives to which part of an interface; NULL: none. */
struct call_arguments {
	const struct ast_expr **inputs, **params, **generics;
	bool all_known; /* no argument named something that is not there */
};
struct call_arguments call_arguments(struct elaborator *e, const struct interface *face,
                                     const struct ast_expr *call);

/* The record or enum that is named, NULL where it is none; of a module, too. */
struct symbol *scope_type(const struct scope *scope, const struct ast_expr *expr);

/* Whether a call is part of an expression: of a function of the language, where no node of the file
 * has its name, or of a record, which names its type. */
bool call_is_value(const struct scope *scope, const struct ast_expr *expr);

/* Reports a call inside of an expression that calls no function. */
void call_report_inside(struct elaborator *e, struct scope *scope, const struct ast_expr *call);

/* The node or pipeline that a call names; NULL after a report. */
struct symbol *call_callee(struct elaborator *e, struct scope *scope, const struct ast_expr *call);

/* ---- term_part.c ---- */

/* TABLE[n]: an array constant, and an index that is none. */
bool term_is_table(const struct scope *scope, const struct ast_expr *expr);

/* ---- argument.c ---- */

/* What a parameter of type `type` is given: a term over constants and options; NULL after a
 * report. */
const struct term *argument_build(struct elaborator *e, struct scope *scope,
                                  const struct type *type, const struct ast_expr *expr);

/* ---- expression.c ---- */

/* The stream of an expression, made by a node where there is none yet; `hint` is the type that is
 * needed, or NULL. */
struct stream_ref expression_stream(struct elaborator *e, struct binding *binding, struct span span,
                                    const struct type *hint);

/* The type of that stream, NULL after a report. */
const struct type *expression_type(struct elaborator *e, struct binding *binding);

/* Whether what has one type of number or string is to be converted where another is needed: an
 * expression always, what C makes where nothing is lost. */
bool expression_converts(const struct binding *binding, const struct type *from,
                         const struct type *to);

/* The type of the one stream that a binding means, as far as it is known; else NULL. */
const struct type *binding_type(struct elaborator *e, struct binding *binding);

/* An expression that stands where it is used, in a place that has a name or not (NULL). */
struct binding *expression_here(struct elaborator *e, struct scope *scope,
                                const struct ast_expr *expr, const char *path);

/* ---- meaning.c ---- */

/* Around what makes nodes, or knows types for good: both rest on the guesses that are taken
 * meanwhile. The first gives what the second takes. */
uint32_t meaning_before_making(struct elaborator *e);
void meaning_after_making(struct elaborator *e, uint32_t low);

/* Whether the expression is being built. */
bool meaning_is_open(const struct binding *binding);

/* The same; its type is what it is taken for, which the caller now
 * rests on; NULL: not known yet. */
bool meaning_guess_open(struct elaborator *e, const struct binding *binding,
                        const struct type **ret_type);

/* Reports that the type of what stands at `at` goes in a circle through the expression `of`. */
void meaning_report_untyped(struct elaborator *e, const struct binding *of, struct span at);

/* Finds the mistakes in an expression, whether or not something uses it. */
void expression_check(struct elaborator *e, struct binding *binding);

/* Gives it a node where one is needed though nothing reads it: of an expression that stands in no
 * other, or is kept. */
void expression_complete(struct elaborator *e, struct binding *binding);

/* Finds the streams of all that expressions read, now that everything is declared. */
void expression_resolve(struct elaborator *e);

/* Whether a name is bound to x[-1] or to a sample: it is read as if these stood in its place. */
bool expression_is_read(struct elaborator *e, const struct binding *binding);

/* A node that hands on what the edge chooses, so that all its readers see the same. */
struct stream_ref expression_relay(struct elaborator *e, struct scope *scope,
                                   const struct ast_expr *edge, const char *name);

/* ---- feedback.c ---- */

/* Reports expressions that wait for their own first value; all nodes and their inputs are known. */
void feedback_check(struct elaborator *e);

/* ---- secret.c ---- */

/* Whether a parameter may be given this: a secret one only what is secret, a path nothing that is;
 * otherwise a report. */
bool secret_check_argument(struct elaborator *e, const struct interface *face,
                           const struct param *param, struct span span,
                           const struct term *argument);

/* ---- privacy.c ---- */

/* A name was bound with such a word before it, or with none. */
void privacy_declare(struct elaborator *e, struct binding *binding, struct privacy_mark mark);

/* Marks what the names mean; everything is elaborated. */
void privacy_settle(struct elaborator *e);

/* ---- assertion.c ---- */

void assertion_check(struct elaborator *e, struct scope *scope, const struct ast_stmt *stmt);

/* ---- unify.c ---- */

/* The number of a generic of the interface, SIZE_MAX where it has none of that name. */
size_t generic_index(const struct interface *face, const char *name);

/* Infers what is known of the node and of all that it is made from; then its outputs have types,
 * except in a circle. */
void unify_node(struct elaborator *e, uint32_t start);

/* The type of an output, inferred only where it is not declared; NULL: there is none, or it depends
 * on itself. */
const struct type *unify_output(struct elaborator *e, uint32_t node, uint32_t output);

/* All nodes, and a check of every input. */
void unify_all(struct elaborator *e);

/* How many streams a port of an array takes, against how many there are. */
bool unify_count(const struct interface *face, uint64_t *sizes, struct size declared, uint64_t n,
                 uint64_t *ret_wanted);

/* One declared type with the generics of a pipeline, against an actual one: binds them in `sizes`
 * and `types`, arrays along `generics`. */
bool unify_port(const struct generic *generics, size_t n, uint64_t *sizes,
                const struct type **types, const struct type *declared, const struct type *actual);

/* E0302: `at` is given to a port that takes another type. */
void unify_report(struct sema *sema, const struct interface *face, const struct port *port,
                  const struct type *declared, const struct type *actual, struct span at);

#endif
