/* Typing of what looks at the items of a list: where, select, and the functions of lists. */
#include "sema/lift.h"
#include <string.h>

/* An array is no list, and a list of its elements is one. */
static void help_elements(struct lift *lift, const char *x, uint64_t n)
{
	enum { MOST = 6 };
	const char *all = "";
	for (uint64_t i = 0; i < n && n <= MOST; i++)
		all = arena_printf(lift->e->sema->arena, "%s%s%s[%llu]", all, i ? ", " : "", x,
		                   (unsigned long long)i);
	if (n <= MOST)
		diag_help(lift_diags(lift), "write '[%s]' for the list of its elements", all);
	else
		diag_help(lift_diags(lift),
		          "an array is no list: name its elements, '[%s[0], %s[1], …]', or let a "
		          "node give a list",
		          x, x);
}

/* mean(x) of a stream of numbers: its last values make a list. */
static struct term *no_list(struct lift *lift, const struct term *term)
{
	const char *x = resolve_source(lift->e->sema, term->span);
	term_mismatch(lift, term->span, "a list is needed here", term->type);
	if (term->type && (type_is_number(term->type) || term->type->kind == TYPE_TIME) &&
	    (term->kind == TERM_INPUT || term->kind == TERM_PART) && !lift->it &&
	    !strpbrk(x, " []"))
		diag_help(lift_diags(lift),
		          "write '[%s, %s[-1], %s[-2]]' for its last three values", x, x, x);
	if (term->type && term->type->kind == TYPE_ARRAY && !strpbrk(x, " \n"))
		help_elements(lift, x, term->type->n.value);
	return NULL;
}

/* A list, and an expression over its items, of `type` where that is given; in a select, near to it.
 * In sum and mean, `wide`, it is computed as the result is. */
static struct term *build_over(struct lift *lift, struct term *term, struct term *list,
                               const struct ast_expr *body, const struct type *type, bool wide)
{
	const struct type *outer = lift->it;
	bool outer_wide = lift->wide;
	if (!list)
		return NULL;
	if (!list->type || list->type->kind != TYPE_LIST)
		return no_list(lift, list);
	term->left = list;
	if (!body)
		return term;
	lift->it = list->type->item;
	lift->wide = wide;
	bool near = term->kind == TERM_SELECT;
	term->right = near && type ? term_build_near(lift, body, type)
	              : type       ? term_build_as(lift, body, type)
	                           : term_build(lift, body, NULL);
	lift->it = outer;
	lift->wide = outer_wide;
	if (!term->right)
		return NULL;
	return term;
}

static const struct ast_expr *body_of(const struct ast_expr *call)
{
	return call->args.n > 1 ? call->args.items[1].value : NULL;
}

/* ---- Operators ---- */

struct term *term_build_where(struct lift *lift, const struct ast_expr *expr)
{
	struct term *list = term_build(lift, expr->left, NULL);
	struct term *term = term_new(lift, TERM_WHERE, list ? list->type : NULL, expr->span);
	return build_over(lift, term, list, expr->right, type_scalar(TYPE_BOOL), false);
}

struct term *term_build_select(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	const struct type *near = hint && hint->kind == TYPE_LIST ? hint->item : NULL;
	struct term *list = term_build(lift, expr->left, NULL);
	struct term *term = term_new(lift, TERM_SELECT, NULL, expr->span);
	if (!build_over(lift, term, list, expr->right, near, false))
		return NULL;
	const struct type *item = term->right->type;
	struct layout layout;
	if (!item || item->kind == TYPE_IMAGE || type_layout(item, &layout) != 0)
		return term_mismatch(lift, expr->right->span, "a list cannot have these items",
		                     item);
	term->type = type_list(lift->e->sema->arena, item, list->type->n);
	if (type_layout(term->type, &layout) != 0)
		return term_mismatch(lift, expr->span, "a list cannot be so large", term->type);
	return term;
}

/* ---- Functions ---- */

static bool is_ordered(const struct type *type)
{
	return type && (type_is_number(type) || type->kind == TYPE_TIME);
}

static const struct type *fold_type(enum term_fold fold, const struct type *item)
{
	if (fold == FOLD_SUM)
		return type_wide(item);
	return fold == FOLD_MEAN && item->kind != TYPE_TIME ? type_scalar(TYPE_F64) : item;
}

struct term *term_build_fold(struct lift *lift, const struct ast_expr *expr, enum function function,
                             struct term *list)
{
	static const enum term_fold folds[N_FUNCTIONS] = {
		[FUNCTION_MIN] = FOLD_MIN,       [FUNCTION_MAX] = FOLD_MAX,
		[FUNCTION_SUM] = FOLD_SUM,       [FUNCTION_MEAN] = FOLD_MEAN,
		[FUNCTION_COUNT] = FOLD_COUNT,   [FUNCTION_ALL] = FOLD_ALL,
		[FUNCTION_EXISTS] = FOLD_EXISTS,
	};
	enum term_fold fold = folds[function];
	bool counts = fold == FOLD_COUNT || fold == FOLD_EXISTS || fold == FOLD_ALL;
	const struct ast_expr *body = body_of(expr);
	struct term *term = term_new(lift, TERM_FOLD, NULL, expr->span);
	term->fold = fold;
	if (!build_over(lift, term, list, body, counts ? type_scalar(TYPE_BOOL) : NULL,
	                fold == FOLD_SUM || fold == FOLD_MEAN))
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
		if (!is_ordered(item))
			return term_mismatch(lift, expr->span, "numbers are needed here", item);
		term->type = fold_type(fold, item);
	}
	return term;
}

struct term *term_build_item(struct lift *lift, const struct ast_expr *expr, enum function function,
                             struct term *list)
{
	bool first = function == FUNCTION_FIRST;
	struct term *term = term_new(lift, first ? TERM_ELEMENT : TERM_BEST, NULL, expr->span);
	if (!build_over(lift, term, list, body_of(expr), NULL, false))
		return NULL;
	if (first) {
		struct term *index = term_new(lift, TERM_CONST, type_scalar(TYPE_I64), expr->span);
		index->value = (struct value){.kind = VALUE_INT};
		term->right = index;
	} else if (!is_ordered(term->right->type)) {
		return term_mismatch(lift, term->right->span, "a number or a time is needed here",
		                     term->right->type);
	}
	term->type = list->type->item;
	return term;
}

struct term *term_build_items(struct lift *lift, const struct ast_expr *expr,
                              enum function function, struct term *list)
{
	bool sorts = function == FUNCTION_SORTED;
	struct term *term = term_new(lift, sorts ? TERM_SORTED : TERM_TAKE, list->type, expr->span);
	if (!build_over(lift, term, list, sorts ? body_of(expr) : NULL, NULL, false))
		return NULL;
	if (sorts) {
		const struct type *key = term->right ? term->right->type : list->type->item;
		return is_ordered(key)
		               ? term
		               : term_mismatch(lift, expr->span,
		                               "a number or a time is needed to sort by", key);
	}
	struct term *n = term_build(lift, body_of(expr), NULL);
	if (!n)
		return NULL;
	if (!n->type || !type_is_integer(n->type))
		return term_mismatch(lift, n->span, "a whole number is needed here", n->type);
	term->right = term_convert(lift, n, type_scalar(TYPE_I64));
	return term;
}
