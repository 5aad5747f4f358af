/* An expression on its way to becoming a node. Private to expression.c and term.c. */
#ifndef SEMA_LIFT_H
#define SEMA_LIFT_H

#include "sema/elaborate.h"

struct lifted_input {
	struct bound_input input;
	struct port port;
	const struct ast_expr *later; /* the operand, where its stream is not known yet */
	struct term *term;            /* its TERM_INPUT: without a type while it is the node's own */
};

struct lift {
	struct elaborator *e;
	struct scope *scope;
	VEC(struct lifted_input) inputs;
	VEC(struct term *) uses; /* each TERM_INPUT */
	const struct type *self; /* of the expression's own earlier values; NULL: not known yet */
	const struct type *it; /* what `it` is; NULL outside of where and aggregates */
	bool lenient;          /* below ??, present(): the node fires though this is absent */
};

/* The typed form of an expression, NULL after a report. `hint` is the type that is needed, if any: a
 * literal takes it. The result has another type than the hint where only that fits. */
struct term *term_build(struct lift *lift, const struct ast_expr *expr,
                        const struct type *hint);

/* The same, converted to `type` or reported. */
struct term *term_build_as(struct lift *lift, const struct ast_expr *expr,
                           const struct type *type);

/* The same, converted where it is a number and `type` another; else as it is. */
struct term *term_build_near(struct lift *lift, const struct ast_expr *expr,
                             const struct type *type);

/* The value of the stream that an operand names: input number `index` of the node. */
struct term *lift_input(struct lift *lift, const struct ast_expr *operand);

/* Says of the whole expression, now that all uses of its inputs are known, what may be absent. */
bool term_settle_absence(struct lift *lift, const struct term *term);

struct term *term_new(struct lift *lift, enum term_kind kind, const struct type *type,
                      struct span span);

#endif
