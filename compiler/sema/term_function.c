/* Typing of where and of the functions of the language. */
#include "sema/lift.h"
#include <string.h>

/* ---- Over the items of a list ---- */

/* A list, and an expression over its items. */
static struct term *build_over(struct lift *lift, struct term *term, struct term *list,
                               const struct ast_expr *body, const struct type *type)
{
	const struct type *outer = lift->it;
	if (!list)
		return NULL;
	if (!list->type || list->type->kind != TYPE_LIST)
		return term_mismatch(lift, list->span, "a list is needed here", list->type);
	term->left = list;
	term->optional = list->optional;
	if (!body)
		return term;
	lift->it = list->type->item;
	term->right = type ? term_build_as(lift, body, type) : term_build(lift, body, NULL);
	lift->it = outer;
	if (!term->right)
		return NULL;
	term->optional = term->optional || term->right->optional;
	return term;
}

struct term *term_build_where(struct lift *lift, const struct ast_expr *expr)
{
	struct term *list = term_build(lift, expr->left, NULL);
	struct term *term = term_new(lift, TERM_WHERE, list ? list->type : NULL, expr->span);
	return build_over(lift, term, list, expr->right, type_scalar(TYPE_BOOL));
}

static struct term *build_fold(struct lift *lift, const struct ast_expr *expr, enum term_fold fold,
                               struct term *list)
{
	bool counts = fold == FOLD_COUNT || fold == FOLD_EXISTS || fold == FOLD_ALL;
	const struct ast_expr *body = expr->args.n > 1 ? expr->args.items[1].value : NULL;
	struct term *term = term_new(lift, TERM_FOLD, NULL, expr->span);
	term->fold = fold;
	if (!build_over(lift, term, list, body, counts ? type_scalar(TYPE_BOOL) : NULL))
		return NULL;
	const struct type *item = term->right ? term->right->type : list->type->item;
	if (fold == FOLD_COUNT) {
		term->type = type_scalar(TYPE_U32);
	} else if (counts) {
		if (!term->right && item->kind != TYPE_BOOL)
			return term_mismatch(lift, expr->span,
			                     "write what is to hold: exists(x, it > 0)", item);
		term->type = type_scalar(TYPE_BOOL);
	} else {
		if (!item || (!type_is_number(item) && item->kind != TYPE_TIME))
			return term_mismatch(lift, expr->span, "numbers are needed here", item);
		term->type = item;
		/* The least of nothing is not there; the sum of nothing is 0. */
		term->optional = term->optional || fold != FOLD_SUM;
	}
	return term;
}

/* ---- Calls ---- */

static struct term *about_input(struct lift *lift, const struct ast_expr *expr, enum term_kind kind,
                                enum type_kind type)
{
	struct term *input = lift_input(lift, expr->args.items[0].value);
	if (!input)
		return NULL;
	struct term *term = term_new(lift, kind, type_scalar(type), expr->span);
	term->index = input->index;
	term->left = input;
	return term;
}

struct term *term_build_call(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	static const struct {
		const char *name;
		enum term_fold fold;
		size_t most;
	} folds[] = {{"min", FOLD_MIN, 2},     {"max", FOLD_MAX, 2},       {"sum", FOLD_SUM, 2},
	             {"count", FOLD_COUNT, 2}, {"exists", FOLD_EXISTS, 2}, {"all", FOLD_ALL, 2}};
	const char *name = expr->left->kind == EXPR_NAME ? expr->left->name.text : NULL;
	if (!name || !expression_builtin(name)) {
		diag_report(lift_diags(lift), E0311, expr->span,
		            "a call inside an expression has no "
		            "name");
		diag_help(lift_diags(lift), "bind it first: x = …, then write x here");
		return NULL;
	}
	if (expr->args.n < 1 || expr->args.n > 2) {
		diag_report(lift_diags(lift), E0305, expr->span, "'%s' takes one or two arguments",
		            name);
		return NULL;
	}
	static const char *const single[] = {"len", "number", "time", "age", "present"};
	for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
		if (strcmp(name, single[i]) != 0 || expr->args.n == 1)
			continue;
		diag_report(lift_diags(lift), E0305, expr->span, "'%s' takes one argument", name);
		return NULL;
	}
	if (strcmp(name, "number") == 0)
		return about_input(lift, expr, TERM_NUMBER, TYPE_U64);
	if (strcmp(name, "time") == 0)
		return about_input(lift, expr, TERM_TIME, TYPE_TIME);
	if (strcmp(name, "age") == 0)
		return about_input(lift, expr, TERM_AGE, TYPE_TIME);
	if (strcmp(name, "present") == 0)
		return about_input(lift, expr, TERM_PRESENT, TYPE_BOOL);
	struct term *first = term_build(lift, expr->args.items[0].value, hint);
	if (!first)
		return NULL;
	bool list = first->type && first->type->kind == TYPE_LIST;
	if (strcmp(name, "len") == 0) {
		if (!list)
			return term_mismatch(lift, first->span, "a list has a length", first->type);
		struct term *term = term_new(lift, TERM_LENGTH, type_scalar(TYPE_U32), expr->span);
		term->left = first;
		term->optional = first->optional;
		return term;
	}
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		if (strcmp(folds[i].name, name) != 0)
			continue;
		bool pair = !list && folds[i].fold <= FOLD_MAX && expr->args.n == 2;
		return pair ? term_build_minmax(lift, expr, folds[i].fold, hint)
		            : build_fold(lift, expr, folds[i].fold, first);
	}
	return NULL;
}
