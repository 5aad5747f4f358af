/* Typing of operators: arithmetic, comparison, ??, if, when. */
#include "sema/lift.h"

static struct term *finish_binary(struct lift *lift, const struct ast_expr *expr,
                                  const struct type *type, struct term *left, struct term *right)
{
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_BINARY, type, expr->span);
	term->op = expr->op;
	term->left = left;
	term->right = right;
	bool by_zero = (expr->op == OP_DIV || expr->op == OP_MOD) && left->type &&
	               type_is_integer(left->type) &&
	               !(right->kind == TERM_CONST && right->value.i != 0);
	term->optional = left->optional || right->optional || by_zero;
	return term;
}

/* Both sides, in the type in which they meet. */
static bool build_operands(struct lift *lift, const struct ast_expr *expr, const struct type *hint,
                           struct term **ret_left, struct term **ret_right)
{
	struct term *left = term_build(lift, expr->left, hint);
	if (!left)
		return false;
	const struct type *left_hint = left->kind == TERM_CONST && hint ? hint : left->type;
	struct term *right = term_build(lift, expr->right, left_hint);
	if (!right)
		return false;
	if (left->kind == TERM_CONST && left->type && right->type &&
	    !type_equal(left->type, right->type)) {
		struct term *again = term_build(lift, expr->left, right->type);
		left = again ? again : left;
	}
	if (left->type && right->type && type_is_number(left->type) &&
	    type_is_number(right->type)) {
		const struct type *type = term_meet(left->type, right->type);
		left = term_convert(lift, left, type);
		right = term_convert(lift, right, type);
	} else if (left->type && !right->type) {
		right = term_convert(lift, right, left->type);
	} else if (right->type && !left->type) {
		left = term_convert(lift, left, right->type);
	}
	*ret_left = left;
	*ret_right = right;
	return left && right;
}

static struct term *no_operator(struct lift *lift, const struct ast_expr *expr,
                                const struct term *left, const struct term *right)
{
	diag_report(lift_diags(lift), E0302, expr->span, "this cannot be computed with %s and %s",
	            left->type ? left->type->name : "an unknown type",
	            right->type ? right->type->name : "an unknown type");
	return NULL;
}

/* ---- Two operands ---- */

static bool is_comparable(const struct type *type, enum ast_op op)
{
	bool equality = op == OP_EQ || op == OP_NE;
	return type_is_number(type) || type->kind == TYPE_TIME || type->kind == TYPE_STRING ||
	       ((type->kind == TYPE_BOOL || type->kind == TYPE_ENUM) && equality);
}

static struct term *build_comparison(struct lift *lift, const struct ast_expr *expr)
{
	struct term *left, *right;
	if (!build_operands(lift, expr, NULL, &left, &right))
		return NULL;
	bool strings = left->type && right->type && left->type->kind == TYPE_STRING &&
	               right->type->kind == TYPE_STRING;
	if (!left->type || !right->type || !is_comparable(left->type, expr->op) ||
	    (!strings && !type_equal(left->type, right->type)))
		return no_operator(lift, expr, left, right);
	return finish_binary(lift, expr, type_scalar(TYPE_BOOL), left, right);
}

static struct term *build_arithmetic(struct lift *lift, const struct ast_expr *expr,
                                     const struct type *hint)
{
	struct term *left, *right;
	if (!build_operands(lift, expr, hint, &left, &right))
		return NULL;
	if (!left->type || !right->type)
		return finish_binary(lift, expr, left->type ? left->type : right->type, left,
		                     right);
	bool times = left->type->kind == TYPE_TIME && right->type->kind == TYPE_TIME &&
	             (expr->op == OP_ADD || expr->op == OP_SUB);
	if (left->type->kind == TYPE_TIME && type_is_number(right->type) &&
	    (expr->op == OP_MUL || expr->op == OP_DIV)) {
		right = term_convert(lift, right, type_scalar(TYPE_I64));
		return finish_binary(lift, expr, left->type, left, right);
	}
	bool numbers = type_is_number(left->type) && type_equal(left->type, right->type) &&
	               !(type_is_fraction(left->type) && expr->op == OP_MOD);
	return times || numbers ? finish_binary(lift, expr, left->type, left, right)
	                        : no_operator(lift, expr, left, right);
}

struct term *term_build_minmax(struct lift *lift, const struct ast_expr *expr, enum term_fold fold,
                               const struct type *hint)
{
	struct ast_expr pair = {.kind = EXPR_BINARY,
	                        .op = OP_ADD,
	                        .span = expr->span,
	                        .left = expr->args.items[0].value,
	                        .right = expr->args.items[1].value};
	struct term *sum = build_arithmetic(lift, &pair, hint);
	if (!sum)
		return NULL;
	sum->kind = TERM_MINMAX;
	sum->fold = fold;
	return sum;
}

static struct term *build_coalesce(struct lift *lift, const struct ast_expr *expr,
                                   const struct type *hint)
{
	struct term *left = term_build(lift, expr->left, hint);
	if (!left)
		return NULL;
	struct term *right = left->type ? term_build_as(lift, expr->right, left->type)
	                                : term_build(lift, expr->right, hint);
	if (right && !left->type)
		left = term_convert(lift, left, right->type);
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_COALESCE, right->type, expr->span);
	term->left = left;
	term->right = right;
	term->optional = right->optional;
	return term;
}

struct term *term_build_binary(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	const struct type *truth = type_scalar(TYPE_BOOL);
	if (expr->op == OP_COALESCE)
		return build_coalesce(lift, expr, hint);
	if (expr->op == OP_AND || expr->op == OP_OR)
		return finish_binary(lift, expr, truth, term_build_as(lift, expr->left, truth),
		                     term_build_as(lift, expr->right, truth));
	return expr->op >= OP_EQ && expr->op <= OP_GE ? build_comparison(lift, expr)
	                                              : build_arithmetic(lift, expr, hint);
}

/* ---- Others ---- */

struct term *term_build_unary(struct lift *lift, const struct ast_expr *expr,
                              const struct type *hint)
{
	struct term *left = expr->op == OP_NOT
	                            ? term_build_as(lift, expr->left, type_scalar(TYPE_BOOL))
	                            : term_build(lift, expr->left, hint);
	if (!left)
		return NULL;
	bool signed_number = left->type &&
	                     (type_is_fraction(left->type) || left->type->kind == TYPE_TIME ||
	                      (left->type->kind >= TYPE_I8 && left->type->kind <= TYPE_I64));
	if (expr->op == OP_NEG && !signed_number)
		return term_mismatch(lift, expr->span, "a signed number can be negated",
		                     left->type);
	struct term *term = term_new(lift, TERM_UNARY, left->type, expr->span);
	term->op = expr->op;
	term->left = left;
	term->optional = left->optional;
	return term;
}

struct term *term_build_if(struct lift *lift, const struct ast_expr *expr, const struct type *hint)
{
	struct term *test = term_build_as(lift, expr->left, type_scalar(TYPE_BOOL));
	struct term *yes = term_build(lift, expr->right, hint);
	struct term *no = yes ? term_build(lift, expr->third, yes->type) : NULL;
	if (!test || !yes || !no)
		return NULL;
	if (yes->kind == TERM_CONST && no->kind == TERM_CONST && yes->value.kind == VALUE_STRING &&
	    no->value.kind == VALUE_STRING) {
		const struct type *wider = yes->type->n.value > no->type->n.value ? yes->type
		                                                                  : no->type;
		yes->type = no->type = wider;
	}
	if (yes->type && no->type && !type_equal(yes->type, no->type)) {
		bool numbers = type_is_number(yes->type) && type_is_number(no->type);
		const struct type *type = numbers ? term_meet(yes->type, no->type) : NULL;
		if (!numbers)
			return no_operator(lift, expr, yes, no);
		yes = term_convert(lift, yes, type);
		no = term_convert(lift, no, type);
	}
	const struct type *type = yes->type ? yes->type : no->type;
	struct term *term = term_new(lift, TERM_IF, type, expr->span);
	term->left = test;
	term->right = term_convert(lift, yes, type);
	term->third = term_convert(lift, no, type);
	term->optional = test->optional || yes->optional || no->optional;
	return term->right && term->third ? term : NULL;
}

struct term *term_build_when(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	struct term *left = term_build(lift, expr->left, hint);
	struct term *right = term_build_as(lift, expr->right, type_scalar(TYPE_BOOL));
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_WHEN, left->type, expr->span);
	term->left = left;
	term->right = right;
	term->optional = true;
	return term;
}
