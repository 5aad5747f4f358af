/* Expressions that give a node's parameter its value: constants, the pipeline's parameters and
 * operators over both. */
#include "sema/bound.h"
#include "sema/resolve.h"
#include <string.h>

static uint32_t find_param(const struct bound *bound, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return UNBOUND;
	for (uint32_t i = 0; i < bound->params.n; i++)
		if (strcmp(bound->params.items[i].name, expr->name.text) == 0)
			return i;
	return UNBOUND;
}

static bool mentions_param(const struct bound *bound, const struct ast_expr *expr)
{
	if (find_param(bound, expr) != UNBOUND)
		return true;
	if (expr->kind != EXPR_UNARY && expr->kind != EXPR_BINARY)
		return false;
	return mentions_param(bound, expr->left) ||
	       (expr->right && mentions_param(bound, expr->right));
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

/* A name that is neither a parameter nor anything else in the file. */
static bool is_unknown(struct sema *sema, struct bound *bound, const struct ast_expr *expr)
{
	if (expr->kind != EXPR_NAME || !expr->name.text || scope_find(bound->file, expr->name.text))
		return false;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < bound->params.n; i++)
		vec_push(sema->arena, &names, bound->params.items[i].name);
	for (size_t i = 0; i < bound->file->module->symbols.n; i++)
		vec_push(sema->arena, &names, bound->file->module->symbols.entries[i].key);
	diag_report(sema->diags, E0201, expr->span, "unknown name '%s'", expr->name.text);
	diag_suggest(sema->diags, expr->name.text, names.items, names.n);
	return true;
}

static const struct formula *build_constant(struct sema *sema, struct bound *bound,
                                            const struct type *type, const struct ast_expr *expr)
{
	if (type->kind != TYPE_ENUM && is_unknown(sema, bound, expr))
		return NULL;
	struct value value = resolve_constant(sema, bound->file, type, expr);
	if (value.kind == VALUE_NONE)
		return NULL;
	struct formula *formula = new_formula(sema, FORMULA_CONST, type, expr->span);
	formula->value = value;
	return formula;
}

/* The type that an operator's operands have: that of the first parameter among them. */
static const struct type *operand_type(const struct bound *bound, const struct ast_expr *expr)
{
	uint32_t param = find_param(bound, expr);
	if (param != UNBOUND)
		return bound->params.items[param].type;
	if (expr->kind != EXPR_UNARY && expr->kind != EXPR_BINARY)
		return NULL;
	const struct type *left = operand_type(bound, expr->left);
	return left || !expr->right ? left : operand_type(bound, expr->right);
}

static char op_char(enum ast_op op)
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
	if (op >= OP_EQ && op <= OP_GE)
		return is_number_type(operands) && result->kind == TYPE_BOOL;
	bool fraction = operands->kind == TYPE_F32 || operands->kind == TYPE_F64;
	return is_number_type(operands) && operands->kind != TYPE_TIME &&
	       type_equal(operands, result) && !(fraction && op == OP_MOD);
}

static const struct formula *build_operator(struct sema *sema, struct bound *bound,
                                            const struct type *type, const struct ast_expr *expr)
{
	const struct type *operands = operand_type(bound, expr);
	if (operands->kind == TYPE_ERROR)
		return NULL;
	if (!op_suits(expr->op, operands, type)) {
		diag_report(sema->diags, E0302, expr->span,
		            "%s is needed here; this cannot be computed from %s", type->name,
		            operands->name);
		return NULL;
	}
	if ((expr->op == OP_DIV || expr->op == OP_MOD) && mentions_param(bound, expr->right)) {
		diag_report(sema->diags, E0309, expr->right->span,
		            "a division by a parameter, which could be 0");
		diag_help(sema->diags, "divide by a constant, or pass the parameter to the node");
		return NULL;
	}
	struct formula *formula = new_formula(
	        sema, expr->right ? FORMULA_BINARY : FORMULA_UNARY, type, expr->span);
	formula->op = op_char(expr->op);
	formula->left = formula_build(sema, bound, operands, expr->left);
	if (expr->right)
		formula->right = formula_build(sema, bound, operands, expr->right);
	return formula->left && (!expr->right || formula->right) ? formula : NULL;
}

static const struct formula *build_param(struct sema *sema, struct bound *bound,
                                         const struct type *type, const struct ast_expr *expr)
{
	const struct param *param = &bound->params.items[find_param(bound, expr)];
	if (param->type->kind == TYPE_ERROR)
		return NULL;
	if (!type_equal(param->type, type)) {
		diag_report(sema->diags, E0302, expr->span, "%s is needed here, '%s' is %s",
		            type->name, param->name, param->type->name);
		diag_note(sema->diags, param->span, "declared here");
		return NULL;
	}
	struct formula *formula = new_formula(sema, FORMULA_PARAM, type, expr->span);
	formula->param = find_param(bound, expr);
	return formula;
}

const struct formula *formula_build(struct sema *sema, struct bound *bound,
                                    const struct type *type, const struct ast_expr *expr)
{
	if (type->kind == TYPE_ERROR || expr->kind == EXPR_ERROR)
		return NULL;
	if (find_param(bound, expr) != UNBOUND)
		return build_param(sema, bound, type, expr);
	return mentions_param(bound, expr) ? build_operator(sema, bound, type, expr)
	                                   : build_constant(sema, bound, type, expr);
}
