/* Expressions that give a node's parameter its value: constants, the pipeline's parameters and
 * operators over both. */
#include "sema/elaborate.h"
#include <string.h>

static struct binding *find_param(struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return NULL;
	struct binding *binding = scope_binding(scope, expr->name.text);
	return binding && binding->kind == BINDING_PARAM ? binding : NULL;
}

static bool mentions_param(struct scope *scope, const struct ast_expr *expr)
{
	if (find_param(scope, expr))
		return true;
	if (expr->kind != EXPR_UNARY && expr->kind != EXPR_BINARY)
		return false;
	return mentions_param(scope, expr->left) ||
	       (expr->right && mentions_param(scope, expr->right));
}

static struct formula *new_formula(struct sema *sema, enum formula_kind kind,
                                   const struct type *type, struct span span)
{
	struct formula *formula = arena_new(sema->arena, struct formula);
	formula->kind = kind;
	formula->type = type;
	formula->span = span;
	return formula;
}

/* A name that is neither a parameter nor anything else that has a value here. */
static bool is_unknown(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text || scope_binding(scope, expr->name.text) ||
	    scope_find(scope->file, expr->name.text))
		return false;
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

static const struct formula *build_constant(struct elaborator *e, struct scope *scope,
                                            const struct type *type, const struct ast_expr *expr)
{
	struct value value;
	if (type->kind == TYPE_ENUM) {
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
	struct formula *formula = new_formula(e->sema, FORMULA_CONST, type, expr->span);
	formula->value = value;
	return formula;
}

/* The type that an operator's operands have: that of the first parameter among them. */
static const struct type *operand_type(struct scope *scope, const struct ast_expr *expr)
{
	const struct binding *param = find_param(scope, expr);
	if (param)
		return param->param->type;
	if (expr->kind != EXPR_UNARY && expr->kind != EXPR_BINARY)
		return NULL;
	const struct type *left = operand_type(scope, expr->left);
	return left || !expr->right ? left : operand_type(scope, expr->right);
}

char formula_op(enum ast_op op)
{
	static const char chars[] = "-!+-*/%en<l>g&|?";
	return chars[op];
}

static bool is_number_type(const struct type *type)
{
	return type->kind <= TYPE_TIME && type->kind != TYPE_BOOL;
}

/* Whether the operator takes operands of `type` and yields `result`. */
static bool op_suits(enum ast_op op, const struct type *operands, const struct type *result)
{
	if (op == OP_NOT || op == OP_AND || op == OP_OR)
		return operands->kind == TYPE_BOOL && result->kind == TYPE_BOOL;
	if (op == OP_COALESCE)
		return false;
	if (op >= OP_EQ && op <= OP_GE)
		return is_number_type(operands) && result->kind == TYPE_BOOL;
	bool fraction = operands->kind == TYPE_F32 || operands->kind == TYPE_F64;
	return is_number_type(operands) && operands->kind != TYPE_TIME &&
	       type_equal(operands, result) && !(fraction && op == OP_MOD);
}

static const struct formula *build_operator(struct elaborator *e, struct scope *scope,
                                            const struct type *type, const struct ast_expr *expr)
{
	const struct type *operands = operand_type(scope, expr);
	if (operands->kind == TYPE_ERROR)
		return NULL;
	if (!op_suits(expr->op, operands, type)) {
		diag_report(e->sema->diags, E0302, expr->span,
		            "%s is needed here; this cannot be computed from %s", type->name,
		            operands->name);
		return NULL;
	}
	if ((expr->op == OP_DIV || expr->op == OP_MOD) && mentions_param(scope, expr->right)) {
		diag_report(e->sema->diags, E0309, expr->right->span,
		            "a division by a parameter, which could be 0");
		diag_help(e->sema->diags,
		          "divide by a constant, or pass the parameter to the node");
		return NULL;
	}
	struct formula *formula = new_formula(e->sema, expr->right ? FORMULA_BINARY : FORMULA_UNARY,
	                                      type, expr->span);
	formula->op = formula_op(expr->op);
	formula->left = formula_build(e, scope, operands, expr->left);
	if (expr->right)
		formula->right = formula_build(e, scope, operands, expr->right);
	return formula->left && (!expr->right || formula->right) ? formula : NULL;
}

static const struct formula *build_param(struct elaborator *e, const struct type *type,
                                         const struct ast_expr *expr, const struct binding *binding)
{
	const struct param *param = binding->param;
	if (param->type->kind == TYPE_ERROR || !binding->formula)
		return NULL;
	if (!type_equal(param->type, type)) {
		diag_report(e->sema->diags, E0302, expr->span, "%s is needed here, '%s' is %s",
		            type->name, param->name, param->type->name);
		diag_note(e->sema->diags, param->span, "declared here");
		return NULL;
	}
	return binding->formula;
}

const struct formula *formula_build(struct elaborator *e, struct scope *scope,
                                    const struct type *type, const struct ast_expr *expr)
{
	const struct binding *param = find_param(scope, expr);
	if (type->kind == TYPE_ERROR || expr->kind == EXPR_ERROR)
		return NULL;
	if (param)
		return build_param(e, type, expr, param);
	return mentions_param(scope, expr) ? build_operator(e, scope, type, expr)
	                                   : build_constant(e, scope, type, expr);
}
