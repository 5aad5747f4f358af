/* Values and formulas as C text, such that -Wconversion and -Wparentheses have nothing to say. */
#include "emit/out.h"
#include "emit/parts.h"

static bool is_float(const struct type *type)
{
	return type->kind == TYPE_F32 || type->kind == TYPE_F64;
}

static const char *number_c(struct arena *arena, const struct value *value, const struct type *type)
{
	bool has_fraction = value->kind == VALUE_FLOAT || value->kind == VALUE_RATE;

	if (is_float(type))
		return out_float(arena, has_fraction ? value->f : (double)value->i,
		                 type->kind == TYPE_F32);
	if (has_fraction)
		return out_float(arena, value->f, false);
	if (value->i == INT64_MIN)
		return "INT64_MIN";
	return arena_printf(arena, "%lld", (long long)value->i);
}

const char *value_c(struct arena *arena, const struct value *value, const struct type *type,
                    size_t column)
{
	switch (value->kind) {
	case VALUE_BOOL:
		return value->i ? "true" : "false";
	case VALUE_INT:
	case VALUE_FLOAT:
	case VALUE_TIME:
	case VALUE_RATE:
		return number_c(arena, value, type);
	case VALUE_STRING:
		return out_quote(arena, value->s, column);
	case VALUE_ENUM:
		return arena_printf(arena, "%s_%s", value->enumeration->c_name,
		                    value->enumeration->names.items[value->i]);
	case VALUE_NONE:
		break;
	}
	return "0";
}

/* ---- Formulas ---- */

static const struct {
	char op;
	const char *word;
	int binding; /* C's precedence: more binds tighter */
	bool compares;
} operators[] = {
	{'*', "*", 6, false},  {'/', "/", 6, false}, {'%', "%", 6, false}, {'+', "+", 5, false},
	{'-', "-", 5, false},  {'<', "<", 4, true},  {'>', ">", 4, true},  {'l', "<=", 4, true},
	{'g', ">=", 4, true},  {'e', "==", 3, true}, {'n', "!=", 3, true}, {'&', "&&", 2, false},
	{'|', "||", 1, false},
};

static size_t find_operator(char op)
{
	size_t i = 0;

	while (i + 1 < sizeof operators / sizeof operators[0] && operators[i].op != op)
		i++;
	return i;
}

/* Arithmetic on what is narrower than int is done, and has its result, in int. */
static bool narrower_than_int(const struct type *type)
{
	return type->kind == TYPE_I8 || type->kind == TYPE_I16 || type->kind == TYPE_U8 ||
	       type->kind == TYPE_U16;
}

/* Whether C's value of the formula has another type than `type`, in which it is wanted. */
static bool needs_cast(const struct formula *formula, const struct type *type)
{
	if (formula->kind == FORMULA_CONST || !formula->type || type->kind == TYPE_STRING)
		return false; /* a constant is written in the type wanted */
	if (formula->type->kind != type->kind)
		return true;
	return formula->kind != FORMULA_PARAM && narrower_than_int(type);
}

/* What both sides of a comparison are brought to. */
static const struct type *common_type(const struct formula *formula)
{
	const struct formula *left = formula->left, *right = formula->right;

	if (left->kind == FORMULA_CONST)
		return right->type;
	if (right->kind != FORMULA_CONST && is_float(right->type) && left->type->kind != TYPE_F64)
		return right->type;
	return left->type;
}

struct writer {
	struct arena *arena;
	const struct graph *graph;
};

static const char *expression(const struct writer *w, const struct formula *formula,
                              const struct type *type);

/* An operand of operator number `above`, in parentheses where C or a reader needs them. */
static const char *operand(const struct writer *w, const struct formula *formula,
                           const struct type *type, size_t above, bool right)
{
	const char *text = expression(w, formula, type);
	bool wrap = false;

	if (needs_cast(formula, type))
		return text; /* a cast binds tighter than all binary operators */
	if (formula->kind == FORMULA_BINARY) {
		size_t own = find_operator(formula->op);
		int difference = operators[own].binding - operators[above].binding;
		wrap = difference < 0 || (difference == 0 && right) ||
		       (operators[own].compares && operators[above].compares) ||
		       (operators[own].op == '&' && operators[above].op == '|');
	} else if (formula->kind == FORMULA_UNARY) {
		wrap = operators[above].compares || right;
	} else {
		wrap = text[0] == '-' && right;
	}
	return wrap ? arena_printf(w->arena, "(%s)", text) : text;
}

static const char *binary(const struct writer *w, const struct formula *formula)
{
	size_t op = find_operator(formula->op);
	const struct type *type = formula->type;

	if (operators[op].compares)
		type = common_type(formula);
	return arena_printf(w->arena, "%s %s %s", operand(w, formula->left, type, op, false),
	                    operators[op].word, operand(w, formula->right, type, op, true));
}

static const char *unary(const struct writer *w, const struct formula *formula)
{
	const struct formula *inner = formula->left;
	const char *text = expression(w, inner, formula->type);
	bool wrap = (inner->kind == FORMULA_BINARY && !needs_cast(inner, formula->type)) ||
	            text[0] == '-';

	return arena_printf(w->arena, wrap ? "%c(%s)" : "%c%s", formula->op, text);
}

/* The formula without regard to the type wanted. */
static const char *bare(const struct writer *w, const struct formula *formula)
{
	if (formula->kind == FORMULA_PARAM)
		return arena_printf(w->arena, "options.%s",
		                    w->graph->params.items[formula->param].name);
	return formula->kind == FORMULA_UNARY ? unary(w, formula) : binary(w, formula);
}

static const char *expression(const struct writer *w, const struct formula *formula,
                              const struct type *type)
{
	if (formula->kind == FORMULA_CONST)
		return value_c(w->arena, &formula->value, type, 0);
	const char *text = bare(w, formula);
	if (!needs_cast(formula, type))
		return text;
	return arena_printf(w->arena, formula->kind == FORMULA_PARAM ? "(%s)%s" : "(%s)(%s)",
	                    type_c_param(type), text);
}

const char *formula_c(struct arena *arena, const struct graph *graph, const struct formula *formula,
                      const struct type *type, size_t column)
{
	struct writer w = {arena, graph};

	if (formula->kind == FORMULA_CONST)
		return value_c(arena, &formula->value, type, column);
	return expression(&w, formula, type);
}
