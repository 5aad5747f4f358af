/* What a parameter is given: an expression over constants and the pipeline's parameters, which all
 * have their values once the program's options are known. */
#include "sema/lift.h"

static struct binding *find_param(struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return NULL;
	struct binding *binding = scope_binding(scope, expr->name.text);
	return binding && binding->kind == BINDING_PARAM ? binding : NULL;
}

/* A function that constants do not have. */
static bool calls(const struct ast_expr *expr)
{
	return expr->kind == EXPR_CALL && !const_has_call(expr);
}

/* Whether the program computes it: with parameters, or a function. The rest is a constant. */
static bool is_computed(struct scope *scope, const struct ast_expr *expr)
{
	if (!expr)
		return false;
	const struct binding *named = expr->kind == EXPR_NAME && expr->name.text
	                                      ? scope_text(scope, expr->name.text)
	                                      : NULL;
	if (named && !term_is_constant(scope, expr))
		return true;
	if (find_param(scope, expr) || calls(expr) || is_computed(scope, expr->left) ||
	    is_computed(scope, expr->right) || is_computed(scope, expr->third))
		return true;
	for (size_t i = 0; i < expr->args.n; i++)
		if (is_computed(scope, expr->args.items[i].value))
			return true;
	return false;
}

/* A name that is neither a parameter nor anything else that has a value here. */
static bool is_unknown(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text || scope_binding(scope, expr->name.text) ||
	    scope_find(scope->file, expr->name.text))
		return false;
	if (scope_is_lost(scope->file, expr->name.text))
		return true;
	VEC(const char *) names = {0};
	for (struct scope *s = scope; s; s = s->parent)
		for (size_t i = 0; i < s->names.n; i++)
			vec_push(e->sema->arena, &names, s->names.entries[i].key);
	for (size_t i = 0; i < scope->file->module->symbols.n; i++)
		vec_push(e->sema->arena, &names, scope->file->module->symbols.entries[i].key);
	diag_report(e->sema->diags, E0201, expr->span, "unknown name '%s'", expr->name.text);
	diag_suggest(e->sema->diags, expr->name.text, names.items, names.n);
	return true;
}

static const struct term *build_constant(struct elaborator *e, struct scope *scope,
                                         const struct type *type, const struct ast_expr *expr)
{
	struct value value;
	bool enums = type->kind == TYPE_ARRAY && type->item->kind == TYPE_ENUM;
	if (type->kind == TYPE_ENUM || enums) {
		value = resolve_constant(e->sema, scope->file, type, expr);
	} else {
		if (is_unknown(e, scope, expr))
			return NULL;
		value = elaborate_const(e, scope, expr);
		if (!resolve_value(e->sema, type, expr->span, &value))
			return NULL;
	}
	if (value.kind == VALUE_NONE)
		return NULL;
	struct term *term = arena_new(e->sema->arena, struct term);
	*term = (struct term){.kind = TERM_CONST, .type = type, .span = expr->span, .value = value};
	return term;
}

/* A parameter of the pipeline alone: its declaration is what there is to show. */
static const struct term *pass_on(struct elaborator *e, const struct type *type,
                                  const struct ast_expr *expr, const struct binding *binding)
{
	const struct param *param = binding->param;
	if (param->type->kind == TYPE_ERROR || !binding->term)
		return NULL;
	if (type_equal(param->type, type))
		return binding->term;
	struct lift lift = {.e = e, .for_param = true};
	struct term *term = arena_new(e->sema->arena, struct term);
	*term = *binding->term;
	term = term_widen(&lift, term, type);
	if (!term) {
		diag_report(e->sema->diags, E0302, expr->span, "%s is needed here, '%s' is %s",
		            type->name, param->name, param->type->name);
		diag_note(e->sema->diags, param->span, "declared here");
	}
	return term;
}

/* Exactly, or the program says so before it begins; no fraction is cut unasked. */
static struct term *convert(struct lift *lift, struct term *term, const struct type *type)
{
	bool cut = term->type && type_is_fraction(term->type) && type_is_integer(type);
	return cut && term->kind != TERM_CONST ? NULL : term_convert(lift, term, type);
}

/* [a, b] for a parameter that is an array. */
static const struct term *build_array(struct elaborator *e, struct scope *scope,
                                      const struct type *type, const struct ast_expr *expr)
{
	struct term *term = arena_new(e->sema->arena, struct term);
	*term = (struct term){.kind = TERM_LIST, .type = type, .span = expr->span};
	term->n_items = expr->args.n;
	term->items = arena_alloc(e->sema->arena, (expr->args.n + 1) * sizeof *term->items);
	if (expr->args.n != type->n.value) {
		diag_report(e->sema->diags, E0307, expr->span,
		            "%s takes %llu values, these are %zu", type->name,
		            (unsigned long long)type->n.value, expr->args.n);
		return NULL;
	}
	for (size_t i = 0; i < expr->args.n; i++) {
		term->items[i] = argument_build(e, scope, type->item, expr->args.items[i].value);
		if (!term->items[i])
			return NULL;
	}
	return term;
}

/* Parameters that pass through nested pipelines are written out where they end: each that names one
 * twice doubles what is written. */
#define WEIGHT_MAX 4096

static uint32_t weigh(const struct term *term)
{
	uint32_t weight = 1;
	if (!term)
		return 0;
	if (term->weight)
		return term->weight;
	for (size_t i = 0; i < term_n_operands(term) && weight < WEIGHT_MAX; i++)
		weight += weigh(term_operand(term, i));
	weight = weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
	((struct term *)term)->weight = weight;
	return weight;
}

static bool is_light(struct elaborator *e, const struct term *term)
{
	if (weigh(term) < WEIGHT_MAX)
		return true;
	diag_report(e->sema->diags, E0105, term->span,
	            "written out, with the parameters that it is computed from, this has more than "
	            "%d parts",
	            WEIGHT_MAX);
	return false;
}

const struct term *argument_build(struct elaborator *e, struct scope *scope,
                                  const struct type *type, const struct ast_expr *expr)
{
	const struct binding *param = find_param(scope, expr);
	if (type->kind == TYPE_ERROR || expr->kind == EXPR_ERROR)
		return NULL;
	if (param)
		return pass_on(e, type, expr, param);
	if (!is_computed(scope, expr))
		return build_constant(e, scope, type, expr);
	if (type->kind == TYPE_ARRAY && expr->kind == EXPR_LIST)
		return build_array(e, scope, type, expr);
	struct lift lift = {.e = e, .scope = scope, .for_param = true};
	size_t errors = e->sema->diags->n_errors;
	struct term *built = term_build(&lift, expr, type);
	struct term *term = built ? convert(&lift, built, type) : NULL;
	if (built && !term && e->sema->diags->n_errors == errors)
		diag_report(e->sema->diags, E0302, expr->span, "%s is needed here, this is %s",
		            type->name, built->type ? built->type->name : "not known");
	if (built && built->type && !term && type_is_fraction(built->type) && type_is_integer(type))
		diag_help(e->sema->diags, "write '%s(%s)' to cut its fraction", type->name,
		          resolve_source(e->sema, expr->span));
	return term && is_light(e, term) ? term : NULL;
}
