/* An expression on its way to becoming a term. A name that is bound to an expression stands for its
 * text: its term is built once for each kind of place, and shared by all that use it. Private to
 * expression.c, share.c, fuse.c, fuse_class.c, part.c, prune.c, meaning.c, operand.c, argument.c
 * and the files term*.c. */
#ifndef SEMA_LIFT_H
#define SEMA_LIFT_H

#include "sema/elaborate.h"
#include "sema/function.h"

/* A stream as expressions read it: what C makes, a choice, a sample or the past. There is one for
 * all that read it the same way. */
struct operand {
	struct bound_input input;      /* node UNBOUND: `of`, or not known yet */
	struct binding *of;            /* the stream of this expression */
	const struct ast_expr *stream; /* how it was named, in `scope` */
	struct scope *scope;
	const char *name; /* for a port: the last word of it */
	/* While the uses of a node are gathered: of which, and its number among them; while the node
	 * is written: its port. */
	const struct uses *gathered;
	size_t place;
	bool is_past;           /* of the node itself: its place is a number of struct past */
	struct operand *shared; /* the one of all that read alike, once that is known (share.c) */
};

/* What a text reads, at its first place in it: an operand, or another text that stands in it. */
struct use {
	struct operand *operand; /* or */
	struct meaning *text;
	struct span at;
	bool needed;   /* in some place … */
	bool always;   /* … and not only for each item of a list, which may have none */
	bool dated;    /* its number, time or age is asked for */
	bool by_other; /* an expression is looked back at by another */
};

VEC_OF(uses, struct use);
VEC_OF(meanings, struct meaning *);

#define NO_GUESS UINT32_MAX

/* What an expression means in one kind of place. */
struct meaning {
	struct binding *binding;
	bool wide, for_param;
	const struct type *hint;            /* what the place needs; NULL: nothing */
	enum { OPEN, KNOWN, FAILED } state; /* OPEN, met again without looking back: a circle */
	const struct type *guess; /* OPEN: the type of its own earlier values; NULL: not known */
	bool guessed;             /* OPEN: the guess was used */
	uint32_t level;           /* how many were OPEN when it was begun */
	uint32_t low; /* the lowest level of those still open whose guess it rests on; NO_GUESS */
	const struct term *term;
	struct uses uses; /* in the order of the text */
	bool has_streams;
	const struct type *fits; /* the type that its constants were last found to fit */
	/* While the uses of a meaning or of a node are gathered: of which; its number among them. */
	const struct uses *gathered;
	size_t place;
	bool gathered_needed;
	const struct meanings *ordered; /* the last list that it was put into */
	uint32_t visit;                 /* while it is asked what can begin (feedback.c) */
	/* While expressions are put together (fuse_class.c): its number; its class, 0: none. */
	uint32_t text, class;
	uint32_t number; /* those of one number have the same text (share.c) */
	/* While a node is written (part.c). */
	uint32_t n_places, part, n_nested;
};

struct lift {
	struct elaborator *e;
	struct scope *scope;
	struct meaning *meaning; /* whose term is built; NULL: a parameter's */
	const struct type *it;   /* what `it` is; NULL outside of where and aggregates */
	bool wide;               /* in sum and mean: numbers are read as i64, u64 or f64 */
	const char *whole;       /* "number": in the argument of that, where no item can stand */
	bool for_param;          /* a parameter is given this: options and constants alone */
};

/* ---- operand.c ---- */

/* The value of the stream that an operand names; NULL after a report. */
struct term *lift_operand(struct lift *lift, const struct ast_expr *expr);

/* What an edge reads, as the operand of a node that hands it on; NULL after a report. */
struct term *lift_relay(struct lift *lift, const struct ast_expr *stream, struct bound_input words);

/* ---- part.c ---- */

/* The parts of `face`, from the meanings of its expressions. */
struct writing {
	struct elaborator *e;
	struct arena *arena;
	struct interface *face;
	struct meanings *texts; /* of the node, each behind what stands in it */
	struct map names;       /* of its parts */
};

/* Counts for each text under this one in how many places of the node it stands (n_places). All that
 * the node has are counted before the first part is written. */
void count_places(struct writing *w, struct meaning *meaning);

/* Writes the parts that others read. */
void write_parts(struct writing *w);

/* The number of the part that computes it, written where there is none yet. */
uint32_t part_of(struct writing *w, struct meaning *meaning);

/* ---- fuse_class.c ---- */

/* Whether the node can be one with others: a choice begins a clock of its own. */
bool may_fuse(const struct bound_node *node);

/* Finds the classes of the texts of all nodes that stay: those of one are one node. They are below
 * the number that is returned. */
uint32_t fuse_classify(struct elaborator *e, const bool *stays);

/* ---- meaning.c ---- */

/* Takes the guess of an open meaning: what is being built rests on it. */
const struct type *meaning_guess(struct elaborator *e, struct meaning *open);

/* What a name means in the place of `expr`: a copy to be converted there. NULL after a report. */
struct term *lift_name(struct lift *lift, struct binding *binding, const struct ast_expr *expr,
                       const struct type *hint);

/* The meaning where nothing is needed of it; where a port needs a type. NULL after a report. */
struct meaning *meaning_of(struct elaborator *e, struct binding *binding, const struct type *hint);

/* Finds what its own text reads. */
void meaning_find_uses(struct elaborator *e, struct meaning *meaning);

/* Adds the operands of all of it to those of a node, each once, in the order of the whole text. */
void meaning_gather(struct elaborator *e, struct uses *uses, struct meaning *meaning);

/* Adds it and the texts that stand in it, those first, each once in the list, which is of the
 * arena. */
void meaning_order(struct elaborator *e, struct meanings *list, struct meaning *meaning);

/* ---- term.c ---- */

/* The typed form of an expression, NULL after a report. `hint` is the type that is needed, if any:
 * a literal takes it, and a record, a list or an enum's value may need it. It reaches no number
 * inside of the expression. The result has another type than the hint where only that fits. */
struct term *term_build(struct lift *lift, const struct ast_expr *expr, const struct type *hint);

/* The same, converted to `type` or reported. */
struct term *term_build_as(struct lift *lift, const struct ast_expr *expr, const struct type *type);

/* The same, converted where it is a number or string and `type` another; else as it is. */
struct term *term_build_near(struct lift *lift, const struct ast_expr *expr,
                             const struct type *type);

struct term *term_new(struct lift *lift, enum term_kind kind, const struct type *type,
                      struct span span);

static inline struct diags *lift_diags(struct lift *lift)
{
	return lift->e->sema->diags;
}

/* The name of a type, or "this record" where it has none. */
const char *term_record_words(const struct type *type);

/* Reports "`what`, not `type`"; NULL. */
struct term *term_mismatch(struct lift *lift, struct span span, const char *what,
                           const struct type *type);

/* Reports a part, "a record is needed before a field", of what has no type yet; NULL. */
struct term *term_part_of_itself(struct lift *lift, struct span span, const char *what);

/* Whether a type has all numbers of another. */
bool term_holds(const struct type *type, const struct type *from);

/* The type with all values of two: NULL where they have none. */
const struct type *term_common(const struct type *a, const struct type *b);

/* Converts terms to the type in which they meet; among others, literals take the type of those.
 * False, without a report, where they do not meet; what has no type yet takes that of the
 * others. */
bool term_meet_all(struct lift *lift, const struct ast_expr *const *exprs, struct term **terms,
                   size_t n);

/* What a declared type says to the parts of an expression: nothing to its numbers. */
const struct type *term_shape(const struct type *hint);

/* A time as f64, in nanoseconds. */
struct term *term_fraction(struct lift *lift, struct term *term);

/* The term with this type, by conversion where the types allow one; NULL when they do not. */
struct term *term_convert(struct lift *lift, struct term *term, const struct type *type);

/* As term_convert where nothing is lost by it; NULL otherwise. */
struct term *term_widen(struct lift *lift, struct term *term, const struct type *type);

struct term *term_build_const(struct lift *lift, const struct ast_expr *expr,
                              const struct type *hint);

/* The type of a constant that stands by itself: of a boolean, a number, a time or a rate. */
const struct type *term_type_of(enum value_kind kind);

/* An element of `left`, a list or an array, at the index that the expression has; NULL after a
 * report, and where left is NULL. */
struct term *term_build_element(struct lift *lift, const struct ast_expr *expr, struct term *left);

/* ---- term_absence.c ---- */

/* Says of a part of a node, whose inputs are known, what in it may be absent. */
bool term_settle_absence(const struct interface *face, struct term *term);

/* ---- term_part.c ---- */

/* Whether a name stands for a constant; an expression is one. */
bool term_is_const_name(const struct scope *scope, const char *name);
bool term_is_constant(const struct scope *scope, const struct ast_expr *expr);

/* Reports a string parameter in an expression over streams; NULL. */
struct term *term_no_string(struct lift *lift, struct span span);

/* A part of a constant or of a parameter: PATHS[i], SIZE.w, sources[0], TABLE[n]. False where it
 * is none; *ret_term is NULL after a report. */
bool term_build_part(struct lift *lift, const struct ast_expr *expr, const struct type *hint,
                     struct term **ret_term);

/* An array constant as a list. */
struct term *term_of_list(struct lift *lift, const struct value *list, struct span span,
                          const struct type *hint);

/* A constant as a term; NULL after a report. */
struct term *term_of_value(struct lift *lift, struct value value, struct span span,
                           const struct type *hint);

/* ---- term_operator.c ---- */

struct term *term_build_unary(struct lift *lift, const struct ast_expr *expr);
struct term *term_build_binary(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint);
struct term *term_build_if(struct lift *lift, const struct ast_expr *expr, const struct type *hint);
struct term *term_build_when(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint);

/* ---- term_function.c ---- */

struct term *term_build_call(struct lift *lift, const struct ast_expr *expr);

/* The type that a function converts to; NULL: it is no conversion. */
const struct type *term_cast_type(enum function function);

/* ---- term_list.c ---- */

struct term *term_build_where(struct lift *lift, const struct ast_expr *expr);
struct term *term_build_select(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint);

/* Functions of a list: `list` is the first argument of the call. */
struct term *term_build_fold(struct lift *lift, const struct ast_expr *expr, enum function function,
                             struct term *list);
struct term *term_build_item(struct lift *lift, const struct ast_expr *expr, enum function function,
                             struct term *list);
struct term *term_build_items(struct lift *lift, const struct ast_expr *expr,
                              enum function function, struct term *list);

/* ---- term_record.c ---- */

struct term *term_build_record(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint);
struct term *term_build_list(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint);

/* Alert(level: 1.0, id: 2): a record that names its type. */
struct term *term_build_typed_record(struct lift *lift, const struct ast_expr *expr);

/* A constant record. */
struct term *term_of_record(struct lift *lift, const struct value *value, struct span span,
                            const struct type *hint);

#endif
