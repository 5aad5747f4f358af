/* Constants: literals, units, operators. Integers are checked for overflow, never wrapped. */
#include "sema/const.h"
#include "sema/resolve.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *value_kind_text(enum value_kind kind)
{
	static const char *const texts[] = {
		"nothing",  "a boolean", "a whole number", "a floating-point number",
		"a string", "a time",    "a rate",         "an enum value",
		"an array", "a record"};
	return texts[kind];
}

/* In the largest unit that a time is a whole number of. */
static void write_time(int64_t ns, char text[VALUE_TEXT_SIZE])
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = ns ? 0 : 3;

	for (; ns && ns % 1000 == 0 && unit < 3; unit++)
		ns /= 1000;
	snprintf(text, VALUE_TEXT_SIZE, "%lld%s", (long long)ns, units[unit]);
}

const char *value_number_text(const struct value *value, char text[VALUE_TEXT_SIZE])
{
	if (value->kind == VALUE_FLOAT)
		snprintf(text, VALUE_TEXT_SIZE, "%.15g", value->f);
	else if (value->kind == VALUE_TIME)
		write_time(value->i, text);
	else
		snprintf(text, VALUE_TEXT_SIZE, "%lld", (long long)value->i);
	return text;
}

static struct value int_value(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .i = i, .f = (double)i};
}

static struct value float_value(double f)
{
	return (struct value){.kind = VALUE_FLOAT, .f = f};
}

static struct value bool_value(bool truth)
{
	return (struct value){.kind = VALUE_BOOL, .i = truth};
}

/* The digits of a number without its underscores. */
static const char *without_underscores(struct sema *sema, const char *text, size_t length)
{
	char *out = arena_alloc(sema->arena, length + 1), *to = out;
	for (size_t i = 0; i < length; i++)
		if (text[i] != '_')
			*to++ = text[i];
	return out;
}

static struct value too_large(struct sema *sema, struct span span)
{
	diag_report(sema->diags, E0104, span, "this number is too large");
	diag_help(sema->diags, "the largest whole number is 9223372036854775807");
	return (struct value){0};
}

static struct value eval_int(struct sema *sema, const struct ast_expr *expr)
{
	const char *text = without_underscores(sema, expr->text, strlen(expr->text));
	bool hex = text[0] == '0' && text[1] == 'x';
	errno = 0;
	long long i = strtoll(text, NULL, hex ? 16 : 10);
	return errno == ERANGE ? too_large(sema, expr->span) : int_value(i);
}

static const struct unit_word {
	const char *word;
	enum value_kind kind;
	double factor;
} units[] = {
#define UNIT(word, measures, factor) {word, VALUE_##measures, factor},
#include <pkd/unit.def>
#undef UNIT
};

/* "ns us ms s min h, fps Hz kHz, …" */
static const char *list_units(struct arena *arena)
{
	const char *list = units[0].word;
	for (size_t i = 1; i < sizeof units / sizeof *units; i++)
		list = arena_printf(arena, "%s%s %s", list,
		                    units[i].kind == units[i - 1].kind ? "" : ",", units[i].word);
	return list;
}

static struct value eval_quantity(struct sema *sema, const struct ast_expr *expr)
{
	size_t digits = strspn(expr->text, "0123456789_.");
	const char *word = expr->text + digits;
	double number = strtod(without_underscores(sema, expr->text, digits), NULL);
	const char *words[sizeof units / sizeof *units];
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		words[i] = units[i].word;
		if (strcmp(units[i].word, word) != 0)
			continue;
		double scaled = number * units[i].factor;
		if (units[i].kind == VALUE_RATE)
			return (struct value){.kind = VALUE_RATE, .f = scaled};
		if (scaled >= 9.2e18)
			return too_large(sema, expr->span);
		if (scaled != floor(scaled)) {
			diag_report(sema->diags, E0309, expr->span,
			            "'%s' is not a whole number of %s", expr->text,
			            units[i].kind == VALUE_TIME ? "nanoseconds" : "bytes");
			return (struct value){0};
		}
		return (struct value){.kind = units[i].kind, .i = (int64_t)scaled, .f = scaled};
	}
	diag_report(sema->diags, E0107, expr->span, "unknown unit '%s'", word);
	diag_suggest(sema->diags, word, words, sizeof words / sizeof *words);
	diag_help(sema->diags, "the units are %s", list_units(sema->arena));
	return (struct value){0};
}

/* ---- Operators ---- */

static struct value no_operator(struct sema *sema, struct span span, enum ast_op op,
                                struct value left, struct value right)
{
	if (left.kind != VALUE_NONE && right.kind != VALUE_NONE)
		diag_report(sema->diags, E0309, span, "operator '%s' does not accept %s and %s",
		            operators[op].word, value_kind_text(left.kind),
		            value_kind_text(right.kind));
	return (struct value){0};
}

static struct value divide_by_zero(struct sema *sema, struct span span)
{
	diag_report(sema->diags, E0309, span, "division by zero");
	return (struct value){0};
}

static struct value apply_int(struct sema *sema, struct span span, enum ast_op op, int64_t a,
                              int64_t b)
{
	int64_t result = 0;
	bool overflow = false;
	if ((op == OP_DIV || op == OP_MOD) && b == 0)
		return divide_by_zero(sema, span);
	if ((op == OP_DIV || op == OP_MOD) && a == INT64_MIN && b == -1)
		return too_large(sema, span);
	if (op == OP_ADD)
		overflow = __builtin_add_overflow(a, b, &result);
	else if (op == OP_SUB)
		overflow = __builtin_sub_overflow(a, b, &result);
	else if (op == OP_MUL)
		overflow = __builtin_mul_overflow(a, b, &result);
	else
		result = op == OP_DIV ? a / b : a % b;
	return overflow ? too_large(sema, span) : int_value(result);
}

static struct value apply_float(struct sema *sema, struct span span, enum ast_op op, double a,
                                double b)
{
	if ((op == OP_DIV || op == OP_MOD) && b == 0)
		return divide_by_zero(sema, span);
	double result = op == OP_ADD   ? a + b
	                : op == OP_SUB ? a - b
	                : op == OP_MUL ? a * b
	                : op == OP_DIV ? a / b
	                               : fmod(a, b);
	return float_value(result);
}

/* Whether a comparison holds for operands in this order: negative, 0, positive. */
static bool holds(enum ast_op op, int order)
{
	if (op == OP_EQ || op == OP_NE)
		return (order == 0) == (op == OP_EQ);
	if (op == OP_LT || op == OP_LE)
		return order < 0 || (order == 0 && op == OP_LE);
	return order > 0 || (order == 0 && op == OP_GE);
}

static bool is_comparison(enum ast_op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

static bool is_number(struct value value)
{
	return value.kind == VALUE_INT || value.kind == VALUE_FLOAT;
}

static struct value apply_binary(struct sema *sema, struct span span, enum ast_op op,
                                 struct value a, struct value b)
{
	bool both_int = a.kind == VALUE_INT && b.kind == VALUE_INT;
	bool both_time = a.kind == VALUE_TIME && b.kind == VALUE_TIME;
	if (op == OP_AND || op == OP_OR) {
		if (a.kind != VALUE_BOOL || b.kind != VALUE_BOOL)
			return no_operator(sema, span, op, a, b);
		return bool_value(op == OP_AND ? a.i && b.i : a.i || b.i);
	}
	if (is_comparison(op)) {
		if (both_int || both_time || (a.kind == VALUE_BOOL && b.kind == VALUE_BOOL))
			return bool_value(holds(op, (a.i > b.i) - (a.i < b.i)));
		if (is_number(a) && is_number(b))
			return bool_value(holds(op, (a.f > b.f) - (a.f < b.f)));
		if (a.kind == VALUE_STRING && b.kind == VALUE_STRING)
			return bool_value(holds(op, strcmp(a.s, b.s)));
		return no_operator(sema, span, op, a, b);
	}
	if (op == OP_ADD && a.kind == VALUE_STRING && b.kind == VALUE_STRING)
		return const_join(sema, span, a, b);
	if (both_int)
		return apply_int(sema, span, op, a.i, b.i);
	if (is_number(a) && is_number(b))
		return apply_float(sema, span, op, a.f, b.f);
	if (a.kind == VALUE_INT && b.kind == VALUE_TIME && op == OP_MUL) {
		struct value time = apply_int(sema, span, op, a.i, b.i);
		if (time.kind == VALUE_INT)
			time.kind = VALUE_TIME;
		return time;
	}
	bool scales = a.kind == VALUE_TIME && b.kind == VALUE_INT && (op == OP_MUL || op == OP_DIV);
	if ((both_time && (op == OP_ADD || op == OP_SUB)) || scales) {
		struct value time = apply_int(sema, span, op, a.i, b.i);
		if (time.kind == VALUE_INT)
			time.kind = VALUE_TIME;
		return time;
	}
	return no_operator(sema, span, op, a, b);
}

struct value const_apply(struct sema *sema, struct span span, enum ast_op op, struct value left,
                         struct value right)
{
	if (left.kind == VALUE_NONE)
		return left;
	if (op == OP_NOT && left.kind == VALUE_BOOL)
		return bool_value(!left.i);
	if (op == OP_NEG && (left.kind == VALUE_INT || left.kind == VALUE_TIME)) {
		struct value negated = apply_int(sema, span, OP_SUB, 0, left.i);
		if (negated.kind == VALUE_INT)
			negated.kind = left.kind;
		return negated;
	}
	if (op == OP_NEG && left.kind == VALUE_FLOAT)
		return float_value(-left.f);
	if (op == OP_NEG || op == OP_NOT) {
		diag_report(sema->diags, E0309, span, "operator '%s' does not accept %s",
		            operators[op].word, value_kind_text(left.kind));
		return (struct value){0};
	}
	if (right.kind == VALUE_NONE)
		return right;
	if (op == OP_COALESCE) {
		diag_report(sema->diags, E0309, span,
		            "a constant is never absent: '\?\?' is for streams");
		return (struct value){0};
	}
	return apply_binary(sema, span, op, left, right);
}

/* ---- Names ---- */

static struct value eval_symbol(struct sema *sema, struct symbol *symbol, struct span span)
{
	if (symbol->kind != SYMBOL_CONST) {
		diag_report(sema->diags, E0309, span, "'%s' is %s, not a constant",
		            symbol->name.text, symbol_kind_text(symbol->kind));
		return (struct value){0};
	}
	if (symbol->state == RESOLVING) {
		diag_report(sema->diags, E0309, span, "'%s' depends on itself", symbol->name.text);
		return (struct value){0};
	}
	if (symbol->state == UNRESOLVED && sema->const_depth >= CONST_MAX_DEPTH) {
		diag_report(sema->diags, E0105, span,
		            "constants depend on each other more than %d deep", CONST_MAX_DEPTH);
		return (struct value){0};
	}
	if (symbol->state == UNRESOLVED) {
		const void *locals = sema->locals; /* a constant of a file sees none of them */
		symbol->state = RESOLVING;
		sema->locals = NULL;
		sema->const_depth++;
		symbol->value = const_eval(sema, symbol->file, symbol->decl->expr);
		sema->const_depth--;
		sema->locals = locals;
		symbol->state = RESOLVED;
	}
	return symbol->value;
}

/* Whether what stands before a dot can only be a module: no record has this name. */
static bool is_module(struct sema *sema, struct file_scope *file, const struct ast_expr *expr)
{
	struct value local;
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return false;
	if (sema->locals && sema->find_local(sema, expr, &local))
		return false;
	const struct symbol *symbol = scope_find(file, expr->name.text);
	return !symbol || symbol->kind != SYMBOL_CONST;
}

static struct value eval_if(struct sema *sema, struct file_scope *file, const struct ast_expr *expr)
{
	struct value test = const_eval(sema, file, expr->left);
	if (test.kind == VALUE_BOOL)
		return const_eval(sema, file, test.i ? expr->right : expr->third);
	if (test.kind != VALUE_NONE)
		diag_report(sema->diags, E0309, expr->left->span,
		            "the condition of an 'if' must be %s, not %s",
		            value_kind_text(VALUE_BOOL), value_kind_text(test.kind));
	return (struct value){0};
}

/* What stands right of `and` and `or` counts only where the left does not decide. */
static struct value eval_binary(struct sema *sema, struct file_scope *file,
                                const struct ast_expr *expr)
{
	struct value left = const_eval(sema, file, expr->left);
	bool decides = (expr->op == OP_AND && !left.i) || (expr->op == OP_OR && left.i);
	if (left.kind == VALUE_BOOL && decides)
		return left;
	return const_apply(sema, expr->span, expr->op, left, const_eval(sema, file, expr->right));
}

/* The enum that `Mode`, or `robot.Mode`, names; NULL: it is none. */
static struct symbol *find_enum(struct sema *sema, struct file_scope *file,
                                const struct ast_expr *expr)
{
	struct symbol *symbol = NULL;
	if (expr->kind == EXPR_NAME && expr->name.text) {
		symbol = scope_find(file, expr->name.text);
	} else if (expr->kind == EXPR_MEMBER && expr->name.text &&
	           is_module(sema, file, expr->left)) {
		symbol = scope_find(file, expr->left->name.text);
		symbol = symbol->module ? map_get(&symbol->module->symbols, expr->name.text) : NULL;
	}
	return symbol && symbol->kind == SYMBOL_ENUM ? symbol : NULL;
}

static struct value enum_value(struct sema *sema, struct file_scope *file, struct symbol *symbol,
                               struct ast_name name)
{
	const struct type *type = resolve_symbol_type(sema, file, symbol);
	if (!name.text || type->kind != TYPE_ENUM)
		return (struct value){0};
	const struct enumeration *e = type->enumeration;
	for (size_t i = 0; i < e->names.n; i++)
		if (strcmp(e->names.items[i], name.text) == 0)
			return (struct value){
				.kind = VALUE_ENUM, .i = (int64_t)i, .enumeration = e};
	diag_report(sema->diags, E0303, name.span, "%s has no value '%s'", type->name, name.text);
	diag_choose(sema->diags, "its values are", name.text, e->names.items, e->names.n);
	return (struct value){0};
}

static struct value eval_name(struct sema *sema, struct file_scope *file,
                              const struct ast_expr *expr)
{
	struct ast_names path = {0};
	struct value local;
	if (expr->kind == EXPR_NAME && expr->name.text && sema->locals &&
	    sema->find_local(sema, expr, &local))
		return local;
	if (expr->kind == EXPR_MEMBER) {
		struct symbol *symbol = find_enum(sema, file, expr->left);
		if (symbol)
			return enum_value(sema, file, symbol, expr->name);
		if (!is_module(sema, file, expr->left))
			return const_field(sema, const_eval(sema, file, expr->left), expr->name);
		vec_push(sema->arena, &path, expr->left->name);
	}
	if (!expr->name.text)
		return (struct value){0};
	vec_push(sema->arena, &path, expr->name);
	struct symbol *symbol = scope_lookup(sema, file, &path, E0201, "name");
	return symbol ? eval_symbol(sema, symbol, expr->span) : (struct value){0};
}

struct value const_eval(struct sema *sema, struct file_scope *file, const struct ast_expr *expr)
{
	switch (expr->kind) {
	case EXPR_ERROR:
		return (struct value){0};
	case EXPR_INT:
		return eval_int(sema, expr);
	case EXPR_FLOAT:
		return float_value(
			strtod(without_underscores(sema, expr->text, strlen(expr->text)), NULL));
	case EXPR_QUANTITY:
		return eval_quantity(sema, expr);
	case EXPR_STRING:
		return (struct value){.kind = VALUE_STRING, .s = expr->text};
	case EXPR_BOOL:
		return bool_value(expr->truth);
	case EXPR_NAME:
	case EXPR_MEMBER:
		return eval_name(sema, file, expr);
	case EXPR_UNARY:
		return const_apply(sema, expr->span, expr->op, const_eval(sema, file, expr->left),
		                   (struct value){0});
	case EXPR_BINARY:
		return eval_binary(sema, file, expr);
	case EXPR_IF:
		return eval_if(sema, file, expr);
	case EXPR_RECORD:
	case EXPR_LIST:
		return const_items(sema, file, expr);
	case EXPR_INDEX:
		return const_element(sema, expr->span, const_eval(sema, file, expr->left),
		                     const_eval(sema, file, expr->right));
	case EXPR_CALL:
		return const_call(sema, file, expr);
	case EXPR_EDGE:
	case EXPR_IT:
	case EXPR_WINDOW:
	case EXPR_WHERE:
	case EXPR_SELECT:
	case EXPR_WHEN:
		break;
	}
	diag_report(sema->diags, E0309, expr->span, "a constant is needed here, this is a stream");
	return (struct value){0};
}

bool const_size(struct sema *sema, struct file_scope *file, const struct ast_expr *expr,
                uint64_t max, uint64_t *ret_size)
{
	struct value value = const_eval(sema, file, expr);
	if (value.kind == VALUE_NONE)
		return false;
	if (value.kind != VALUE_INT) {
		diag_report(sema->diags, E0309, expr->span, "a size must be a whole number, not %s",
		            value_kind_text(value.kind));
		return false;
	}
	if (value.i < 1 || (uint64_t)value.i > max) {
		diag_report(sema->diags, E0308, expr->span,
		            "a size must be between 1 and %llu here", (unsigned long long)max);
		return false;
	}
	*ret_size = (uint64_t)value.i;
	return true;
}
