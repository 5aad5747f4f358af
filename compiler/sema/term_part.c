/* Parts of constants and of parameters that are arrays, in expressions. */
#include "sema/lift.h"
#include <string.h>

/* ---- What is constant ---- */

bool term_is_const_name(const struct scope *scope, const char *name)
{
	const struct binding *binding = name ? scope_binding((struct scope *)scope, name) : NULL;
	if (!name || binding)
		return binding && binding->kind == BINDING_CONST;
	const struct symbol *symbol = scope_find(scope->file, name);
	return symbol && symbol->kind == SYMBOL_CONST;
}

/* detect.MAX */
static bool is_const_of_module(const struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_MEMBER || expr->left->kind != EXPR_NAME || !expr->left->name.text ||
	    scope_binding((struct scope *)scope, expr->left->name.text))
		return false;
	const struct symbol *module = scope_find(scope->file, expr->left->name.text);
	if (!module || module->kind != SYMBOL_MODULE || !module->module || !expr->name.text)
		return false;
	const struct symbol *symbol = map_get(&module->module->symbols, expr->name.text);
	return symbol && symbol->kind == SYMBOL_CONST;
}

/* `depth`: names of names; what is defined through too many others is told where it is used. */
static bool is_constant(const struct scope *scope, const struct ast_expr *expr, unsigned depth)
{
	if (!expr)
		return true;
	if (expr->kind == EXPR_NAME) {
		struct binding *named = expr->name.text
		                                ? scope_text((struct scope *)scope, expr->name.text)
		                                : NULL;
		if (!named)
			return term_is_const_name(scope, expr->name.text);
		if (named->is_constant == UNASKED && depth < FORCE_MAX_DEPTH) {
			named->is_constant = NO;
			if (is_constant(named->scope, named->expr, depth + 1))
				named->is_constant = YES;
		}
		return named->is_constant == YES;
	}
	if (expr->kind == EXPR_IT || expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW ||
	    expr->kind == EXPR_WHERE || expr->kind == EXPR_WHEN || expr->kind == EXPR_ERROR)
		return false;
	if (is_const_of_module(scope, expr))
		return true;
	for (size_t i = 0; i < expr->args.n; i++)
		if (!is_constant(scope, expr->args.items[i].value, depth))
			return false;
	bool empty = expr->kind == EXPR_LIST && expr->args.n == 0;
	if (empty || (expr->kind == EXPR_CALL && scope_type(scope, expr->left)))
		return false;
	bool function = expr->kind == EXPR_CALL && call_is_value(scope, expr) &&
	                const_has_call(expr);
	return (function || is_constant(scope, expr->left, depth)) &&
	       is_constant(scope, expr->right, depth) && is_constant(scope, expr->third, depth);
}

bool term_is_constant(const struct scope *scope, const struct ast_expr *expr)
{
	return is_constant(scope, expr, 0);
}

bool term_is_table(const struct scope *scope, const struct ast_expr *expr)
{
	return expr->kind == EXPR_INDEX && term_is_constant(scope, expr->left) &&
	       !term_is_constant(scope, expr->right);
}

/* ---- Constants as terms ---- */

static const struct type *item_type(struct lift *lift, const struct value *list,
                                    const struct type *hint)
{
	uint64_t longest = 1;
	if (hint)
		return hint;
	if (list->items[0].kind < VALUE_ENUM && list->items[0].kind != VALUE_STRING)
		return term_type_of(list->items[0].kind);
	if (list->items[0].kind != VALUE_STRING)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->items[i].s) > longest)
			longest = strlen(list->items[i].s);
	return type_string(lift->e->sema->arena, (struct size){.value = longest});
}

/* Whether a field of this value has room for the other: longer strings, fractions. */
static bool is_wider(const struct value *value, const struct value *than)
{
	bool longer = value->kind == VALUE_STRING && than->kind == VALUE_STRING &&
	              strlen(value->s) > strlen(than->s);
	return longer || (value->kind == VALUE_FLOAT && than->kind == VALUE_INT);
}

/* The type that all the records of a list fit; NULL after a report. */
static const struct type *record_of_all(struct lift *lift, const struct value *list,
                                        struct span span)
{
	struct value widest = list->items[0];
	struct value *fields = arena_alloc(lift->e->sema->arena, (widest.n + 1) * sizeof *fields);
	for (size_t k = 0; k < widest.n; k++) {
		fields[k] = widest.items[k];
		for (size_t i = 1; i < list->n; i++)
			for (size_t j = 0; j < list->items[i].n; j++)
				if (strcmp(list->items[i].names[j], widest.names[k]) == 0 &&
				    is_wider(&list->items[i].items[j], &fields[k]))
					fields[k] = list->items[i].items[j];
	}
	widest.items = fields;
	const struct term *term = term_of_record(lift, &widest, span, NULL);
	return term ? term->type : NULL;
}

/* An array of records: each is written out. */
static struct term *list_of_records(struct lift *lift, const struct value *list, struct span span,
                                    const struct type *item, uint64_t n)
{
	struct term *term = term_new(lift, TERM_LIST, NULL, span);
	item = item ? item : record_of_all(lift, list, span);
	if (!item)
		return NULL;
	term->items = arena_alloc(lift->e->sema->arena, list->n * sizeof *term->items);
	term->n_items = list->n;
	for (size_t i = 0; i < list->n; i++) {
		term->items[i] = term_of_record(lift, &list->items[i], span, item);
		if (!term->items[i])
			return NULL;
	}
	term->type = type_list(lift->e->sema->arena, item, (struct size){.value = n});
	return term;
}

struct term *term_of_list(struct lift *lift, const struct value *list, struct span span,
                          const struct type *hint)
{
	struct arena *arena = lift->e->sema->arena;
	bool hinted = hint && hint->kind == TYPE_LIST && !hint->n.variable;
	uint64_t n = hinted && hint->n.value >= list->n ? hint->n.value : list->n;
	if (list->items[0].kind == VALUE_RECORD && !lift->for_param)
		return list_of_records(
			lift, list, span,
			hinted && hint->item->kind == TYPE_RECORD ? hint->item : NULL, n);
	const struct type *item = item_type(lift, list, hinted ? hint->item : NULL);
	struct term *term = term_new(lift, TERM_CONST, NULL, span);
	struct value *items = arena_alloc(arena, list->n * sizeof *items);
	if (!item || lift->for_param) {
		diag_report(lift_diags(lift), E0302, span,
		            "an element of this constant is needed here, not the whole array");
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++) {
		items[i] = list->items[i];
		if (!resolve_value(lift->e->sema, item, span, &items[i]))
			return NULL;
		if (item->kind == TYPE_STRING && strlen(items[i].s) > item->n.value)
			items[i].s = arena_strndup(arena, items[i].s, item->n.value);
	}
	term->type = type_list(arena, item, (struct size){.value = n});
	term->value = *list;
	term->value.items = items;
	return term;
}

/* ---- Parameters ---- */

static struct term *no_table(struct lift *lift, const struct ast_expr *expr)
{
	diag_report(lift_diags(lift), E0309, expr->right->span,
	            "which element is given to a parameter must be a constant");
	diag_help(lift_diags(lift), "choose among elements with 'if ... then ... else ...'");
	return NULL;
}

struct term *term_no_string(struct lift *lift, struct span span)
{
	const char *name = resolve_source(lift->e->sema, span);
	diag_report(lift_diags(lift), E0302, span,
	            "'%s' is a string without a capacity: it is for nodes, and cannot stand in an "
	            "expression",
	            name);
	if (!strchr(name, '['))
		diag_help(lift_diags(lift), "declare it '%s: string<64>'", name);
	return NULL;
}

static struct term *build_element(struct lift *lift, const struct ast_expr *expr,
                                  const struct binding *binding)
{
	const struct type *type = binding->param->type;
	struct value index = elaborate_const(lift->e, lift->scope, expr->right);
	if (index.kind == VALUE_NONE || !binding->term)
		return NULL;
	if (index.kind != VALUE_INT || index.i < 0 || (uint64_t)index.i >= type->n.value) {
		diag_report(lift_diags(lift), E0307, expr->right->span,
		            "'%s' has the elements 0 to %llu", binding->param->name,
		            (unsigned long long)type->n.value - 1);
		diag_note(lift_diags(lift), binding->param->span, "declared here");
		return NULL;
	}
	if (binding->term->kind == TERM_CONST && (uint64_t)index.i >= binding->term->value.n)
		return NULL; /* its value has mistakes, which were told */
	struct term *term = arena_new(lift->e->sema->arena, struct term);
	*term = *binding->term;
	if (term->kind == TERM_LIST) {
		*term = *binding->term->items[index.i];
	} else {
		if (term->kind == TERM_CONST)
			term->value = binding->term->value.items[index.i];
		term->element = (uint32_t)index.i + 1;
		term->type = type->item;
	}
	term->span = expr->span;
	if (term->type->kind == TYPE_STRING && !lift->for_param)
		return term_no_string(lift, expr->span);
	return term;
}

/* len(PATHS), too: but what stands between literals has the type of literals. */
static bool is_part(const struct ast_expr *expr)
{
	if (expr->kind != EXPR_CALL)
		return expr->kind == EXPR_MEMBER || expr->kind == EXPR_INDEX;
	const struct ast_expr *first = expr->args.n > 0 ? expr->args.items[0].value : NULL;
	return first && expr->args.n == 1 && const_has_call(expr) &&
	       (first->kind == EXPR_NAME || is_part(first));
}

bool term_build_part(struct lift *lift, const struct ast_expr *expr, const struct type *hint,
                     struct term **ret_term)
{
	const struct ast_expr *base = expr->left;
	if (expr->kind == EXPR_INDEX && base->kind == EXPR_NAME && base->name.text) {
		const struct binding *binding = scope_binding(lift->scope, base->name.text);
		if (binding && binding->kind == BINDING_PARAM && binding->param &&
		    binding->param->type->kind == TYPE_ARRAY) {
			*ret_term = build_element(lift, expr, binding);
			return true;
		}
	}
	if (term_is_table(lift->scope, expr)) {
		/* Looked up in each firing. */
		*ret_term = lift->for_param
		                    ? no_table(lift, expr)
		                    : term_build_element(lift, expr,
		                                         term_build_const(lift, expr->left, NULL));
		return true;
	}
	if (!is_part(expr) || !term_is_constant(lift->scope, expr))
		return false;
	*ret_term = term_build_const(lift, expr, hint);
	return true;
}
