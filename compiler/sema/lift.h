/* An expression on its way to becoming a term. Private to expression.c, argument.c and the files
 * term*.c. */
#ifndef SEMA_LIFT_H
#define SEMA_LIFT_H

#include "sema/elaborate.h"

struct lifted_input {
	struct bound_input input;
	struct port port;
	const struct ast_expr *later; /* the operand, where its stream is not known yet */
	struct term *term; /* its TERM_INPUT: without a type while it is the node's own */
};

struct lift {
	struct elaborator *e;
	struct scope *scope;
	VEC(struct lifted_input) inputs;
	VEC(struct term *) uses; /* each TERM_INPUT */
	const struct type *self; /* of the expression's own earlier values; NULL: not known yet */
	const struct type *it;   /* what `it` is; NULL outside of where and aggregates */
	bool wide;               /* in sum and mean: numbers are read as i64, u64 or f64 */
	bool for_param;          /* a parameter is given this: options and constants alone */
};

/* ---- expression.c ---- */

/* The value of the stream that an operand names: input number `index` of the node. */
struct term *lift_input(struct lift *lift, const struct ast_expr *operand);

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

/* Says of the whole expression, now that all uses of its inputs are known, what may be absent. */
bool term_settle_absence(struct lift *lift, const struct term *term);

struct term *term_new(struct lift *lift, enum term_kind kind, const struct type *type,
                      struct span span);

static inline struct diags *lift_diags(struct lift *lift)
{
	return lift->e->sema->diags;
}

/* Reports "`what`, not `type`"; NULL. */
struct term *term_mismatch(struct lift *lift, struct span span, const char *what,
                           const struct type *type);

/* The type in which two numbers meet: the wider one; i64 for integers of different signs; f64 for a
 * fraction and an integer that f32 cannot hold. */
const struct type *term_meet(const struct type *a, const struct type *b);

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

/* ---- term_part.c ---- */

/* Whether a name stands for a constant. */
bool term_is_const_name(const struct scope *scope, const char *name);

/* Reports a string parameter in an expression over streams; NULL. */
struct term *term_no_string(struct lift *lift, struct span span);

/* A part of a constant or of a parameter: PATHS[i], SIZE.w, sources[0], TABLE[n]. False where it
 * is none; *ret_term is NULL after a report. */
bool term_build_part(struct lift *lift, const struct ast_expr *expr, const struct type *hint,
                     struct term **ret_term);

/* An array constant as a list. */
struct term *term_of_list(struct lift *lift, const struct value *list, struct span span,
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

#endif
