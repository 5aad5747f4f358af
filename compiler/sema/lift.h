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
	bool for_param;          /* a parameter is given this: options and constants alone */
};

/* ---- expression.c ---- */

/* The value of the stream that an operand names: input number `index` of the node. */
struct term *lift_input(struct lift *lift, const struct ast_expr *operand);

/* ---- term.c ---- */

/* The typed form of an expression, NULL after a report. `hint` is the type that is needed, if any:
 * a literal takes it. The result has another type than the hint where only that fits. */
struct term *term_build(struct lift *lift, const struct ast_expr *expr, const struct type *hint);

/* The same, converted to `type` or reported. */
struct term *term_build_as(struct lift *lift, const struct ast_expr *expr, const struct type *type);

/* The same, converted where it is a number and `type` another; else as it is. */
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

/* The term with this type, by conversion where the types allow one; NULL when they do not. */
struct term *term_convert(struct lift *lift, struct term *term, const struct type *type);

/* As term_convert where nothing is lost by it; NULL otherwise. */
struct term *term_widen(struct lift *lift, struct term *term, const struct type *type);

/* ---- term_operator.c ---- */

struct term *term_build_unary(struct lift *lift, const struct ast_expr *expr,
                              const struct type *hint);
struct term *term_build_binary(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint);
struct term *term_build_minmax(struct lift *lift, const struct ast_expr *expr, enum term_fold fold,
                               const struct type *hint);
struct term *term_build_if(struct lift *lift, const struct ast_expr *expr, const struct type *hint);
struct term *term_build_when(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint);

/* ---- term_function.c ---- */

struct term *term_build_where(struct lift *lift, const struct ast_expr *expr);
struct term *term_build_call(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint);

/* ---- term_record.c ---- */

struct term *term_build_record(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint);
struct term *term_build_list(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint);

#endif
