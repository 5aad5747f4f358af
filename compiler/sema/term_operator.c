/* Typing of operators: arithmetic, comparison, ??, if, when. */
#include "sema/lift.h"
#include <string.h>

static struct term *finish_binary(struct lift *lift, const struct ast_expr *expr,
                                  const struct type *type, struct term *left, struct term *right)
{
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_BINARY, type, expr->span);
	term->op = expr->op;
	term->left = left;
	term->right = right;
	return term;
}

/* ---- What other languages write ---- */

/* A name that means nothing, and of which nothing was said before. */
static bool is_unknown(const struct lift *lift, const struct ast_expr *expr)
{
	return expr->kind == EXPR_NAME && expr->name.text &&
	       !scope_binding(lift->scope, expr->name.text) &&
	       !scope_find(lift->scope->file, expr->name.text) &&
	       !scope_is_lost(lift->scope->file, expr->name.text);
}

/* One that other languages have for no value. */
static bool names_nothing(const struct lift *lift, const struct ast_expr *expr)
{
	static const char *const words[] = {"absent", "none", "None", "null", "NULL", "nil"};
	if (!is_unknown(lift, expr))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], expr->name.text) == 0)
			return true;
	return false;
}

/* The number of a name among an enum's, or -1. */
static int64_t find_in_enum(const struct type *type, const char *name)
{
	for (size_t i = 0; type->kind == TYPE_ENUM && i < type->enumeration->names.n; i++)
		if (strcmp(type->enumeration->names.items[i], name) == 0)
			return (int64_t)i;
	return -1;
}

/* x == absent; an enum may have such a value. False: it is an ordinary comparison. */
static bool is_with_nothing(struct lift *lift, const struct ast_expr *expr)
{
	bool equality = expr->op == OP_EQ || expr->op == OP_NE;
	if (!equality || !names_nothing(lift, expr->right))
		return false;
	struct term *left = term_build(lift, expr->left, NULL);
	if (left && left->type && find_in_enum(left->type, expr->right->name.text) >= 0)
		return false;
	if (left) {
		diag_report(lift_diags(lift), E0201, expr->span,
		            "'%s' is no value: nothing is compared with it",
		            expr->right->name.text);
		diag_help(lift_diags(lift), "write '%spresent(%s)'",
		          expr->op == OP_EQ ? "not " : "",
		          resolve_source(lift->e->sema, expr->left->span));
	}
	return true;
}

/* "high" where an enum's value is needed: its name stands without quotes. */
static void help_enum(struct lift *lift, const struct ast_expr *expr, const struct term *left,
                      const struct term *right)
{
	bool on_left = left->type && left->type->kind == TYPE_ENUM;
	const struct term *of = on_left ? left : right, *other = on_left ? right : left;
	if (!of->type || of->type->kind != TYPE_ENUM || expr->kind != EXPR_BINARY)
		return;
	if (other->type && other->type->kind == TYPE_ENUM && type_equal(of->type, other->type)) {
		diag_help(lift_diags(lift), "of enums there are only '==' and '!='");
		return;
	}
	const struct enumeration *names = of->type->enumeration;
	bool string = other->kind == TERM_CONST && other->value.kind == VALUE_STRING;
	if (string && find_in_enum(of->type, other->value.s) >= 0) {
		diag_help(lift_diags(lift), "write '%s %s %s'",
		          resolve_source(lift->e->sema, of->span), operators[expr->op].word,
		          other->value.s);
		return;
	}
	const char *all = "";
	for (size_t i = 0; i < names->names.n; i++)
		all = arena_printf(lift->e->sema->arena, "%s%s%s", all, i ? ", " : "",
		                   names->names.items[i]);
	diag_help(lift_diags(lift), "the values of %s are %s", of->type->name, all);
}

/* ---- Both sides ---- */

/* A u64 that is compared with a signed number stays as it is: as an i64 it may be another one. */
static void keep_unsigned(struct term **met, struct term *term, const struct type *own)
{
	if (*met && own && own->kind == TYPE_U64 && (*met)->type->kind == TYPE_I64)
		*met = term;
}

/* Both sides, in the type in which they meet, if there is one. An enum's value may stand on the
 * right: it needs to know of which one. */
static bool build_operands(struct lift *lift, const struct ast_expr *expr, struct term **ret_left,
                           struct term **ret_right)
{
	struct term *left = term_build(lift, expr->left, NULL);
	if (left && left->type && left->type->kind == TYPE_STRING &&
	    is_unknown(lift, expr->right)) {
		const char *name = expr->right->name.text;
		diag_report(lift_diags(lift), E0201, expr->right->span, "unknown name '%s'", name);
		diag_help(lift_diags(lift), "write '\"%s\"'", name);
		return false;
	}
	struct term *right = left ? term_build(lift, expr->right, term_shape(left->type)) : NULL;
	if (!left || !right)
		return false;
	const struct ast_expr *exprs[] = {expr->left, expr->right};
	struct term *terms[] = {left, right};
	bool strings = left->type && left->type->kind == TYPE_STRING;
	const struct type *own[] = {left->type, right->type};
	if (!strings)
		term_meet_all(lift, exprs, terms, 2);
	if (operators[expr->op].use == USE_COMPARISON) {
		keep_unsigned(&terms[0], left, own[0]);
		keep_unsigned(&terms[1], right, own[1]);
	}
	*ret_left = terms[0];
	*ret_right = terms[1];
	return terms[0] && terms[1];
}

/* An output may have the name of the field that was meant. */
static void help_fields(struct lift *lift, const struct term *term)
{
	if (!term->type || term->type->kind != TYPE_RECORD)
		return;
	diag_help(lift_diags(lift), "%s is a record: a field of it is written '%s.%s'",
	          term->type->name, resolve_source(lift->e->sema, term->span),
	          term->type->record->fields.items[0].name);
}

/* "a" + n, or n + "a": n as text. */
static void help_text(struct lift *lift, const struct ast_expr *expr, const struct term *left,
                      const struct term *right)
{
	bool is_left = left->type && left->type->kind == TYPE_STRING;
	const struct term *other = is_left ? right : left;
	bool has_text = other->type &&
	                (other->type->kind <= TYPE_TIME || other->type->kind == TYPE_ENUM);
	if (expr->kind != EXPR_BINARY || expr->op != OP_ADD || !has_text ||
	    (!is_left && !(right->type && right->type->kind == TYPE_STRING)))
		return;
	const char *a = resolve_source(lift->e->sema, expr->left->span);
	const char *b = resolve_source(lift->e->sema, expr->right->span);
	diag_help(lift_diags(lift), is_left ? "write '%s + text(%s)'" : "write 'text(%s) + %s'", a,
	          b);
}

/* `t > 3`: a time beside a number that lacks its unit. */
static void help_time(struct lift *lift, const struct term *left, const struct term *right)
{
	bool first = right->type && right->type->kind == TYPE_TIME;
	const struct term *time = first ? right : left, *number = first ? left : right;
	const char *text = resolve_source(lift->e->sema, number->span);
	if (time->type && time->type->kind == TYPE_TIME && number->kind == TERM_CONST &&
	    text[strspn(text, "0123456789._")] == '\0')
		diag_help(lift_diags(lift), "'%s' has no unit: write '%ss', or '%sms'", text, text,
		          text);
}

static struct term *no_operator(struct lift *lift, const struct ast_expr *expr,
                                const struct term *left, const struct term *right)
{
	diag_report(lift_diags(lift), E0302, expr->span,
	            expr->kind == EXPR_IF
	                    ? "the parts of this 'if' are of different types, %s%s and %s"
	                    : "operator '%s' does not accept %s and %s",
	            expr->kind == EXPR_IF ? "" : operators[expr->op].word,
	            left->type ? left->type->name : "an unknown type",
	            right->type ? right->type->name : "an unknown type");
	help_text(lift, expr, left, right);
	help_time(lift, left, right);
	help_enum(lift, expr, left, right);
	help_fields(lift, left);
	help_fields(lift, right);
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
	if (is_with_nothing(lift, expr) || !build_operands(lift, expr, &left, &right))
		return NULL;
	bool strings = left->type && right->type && left->type->kind == TYPE_STRING &&
	               right->type->kind == TYPE_STRING;
	bool mixed = left->type && right->type && type_is_integer(left->type) &&
	             type_is_integer(right->type);
	if (!left->type || !right->type || !is_comparable(left->type, expr->op) ||
	    (!strings && !mixed && !type_equal(left->type, right->type)))
		return no_operator(lift, expr, left, right);
	return finish_binary(lift, expr, type_scalar(TYPE_BOOL), left, right);
}

/* A time by a number: exactly by a whole one, else as f64, rounded back. */
static struct term *scale_time(struct lift *lift, const struct ast_expr *expr, struct term *time,
                               struct term *by)
{
	if (!type_is_fraction(by->type))
		return finish_binary(lift, expr, time->type, time,
		                     term_convert(lift, by, type_scalar(TYPE_I64)));
	const struct type *wide = type_scalar(TYPE_F64);
	struct term *scaled = finish_binary(lift, expr, wide, term_fraction(lift, time),
	                                    term_convert(lift, by, wide));
	struct term *rounded = term_new(lift, TERM_CALL, wide, expr->span);
	struct term *term = term_new(lift, TERM_CONVERT, time->type, expr->span);
	rounded->function = FUNCTION_ROUND;
	rounded->items = arena_alloc(lift->e->sema->arena, sizeof *rounded->items);
	rounded->items[0] = scaled;
	rounded->n_items = 1;
	term->left = rounded;
	return term;
}

/* With a time on one side at least; NULL, without a report, where there is no such operator. */
static struct term *build_with_time(struct lift *lift, const struct ast_expr *expr,
                                    struct term *left, struct term *right)
{
	bool both = left->type->kind == TYPE_TIME && right->type->kind == TYPE_TIME;
	bool scales = left->type->kind == TYPE_TIME && type_is_number(right->type) &&
	              (expr->op == OP_MUL || expr->op == OP_DIV);
	bool scaled = type_is_number(left->type) && right->type->kind == TYPE_TIME &&
	              expr->op == OP_MUL;
	if (both && (expr->op == OP_ADD || expr->op == OP_SUB))
		return finish_binary(lift, expr, left->type, left, right);
	if (both && expr->op == OP_DIV)
		return finish_binary(lift, expr, type_scalar(TYPE_F64), term_fraction(lift, left),
		                     term_fraction(lift, right));
	if (scaled)
		return scale_time(lift, expr, right, left);
	return scales ? scale_time(lift, expr, left, right) : NULL;
}

/* As long as both together; in a parameter as long as it becomes. */
static struct term *build_joined(struct lift *lift, const struct ast_expr *expr, struct term *left,
                                 struct term *right)
{
	uint64_t a = left->type->n.value, b = right->type->n.value;
	const struct type *type = type_string(lift->e->sema->arena,
	                                      (struct size){.value = a && b ? a + b : 0});
	struct term *term = finish_binary(lift, expr, type, left, right);
	struct layout layout;
	if (lift->for_param || type_layout(type, &layout) == 0)
		return term;
	diag_report(lift_diags(lift), E0308, expr->span, "this string may become too long");
	return NULL;
}

static struct term *build_arithmetic(struct lift *lift, const struct ast_expr *expr)
{
	struct term *left, *right;
	if (!build_operands(lift, expr, &left, &right))
		return NULL;
	if (!left->type || !right->type)
		return finish_binary(lift, expr, left->type ? left->type : right->type, left,
		                     right);
	if (left->type->kind == TYPE_STRING && right->type->kind == TYPE_STRING &&
	    expr->op == OP_ADD)
		return build_joined(lift, expr, left, right);
	if (left->type->kind == TYPE_TIME || right->type->kind == TYPE_TIME) {
		struct term *term = build_with_time(lift, expr, left, right);
		return term ? term : no_operator(lift, expr, left, right);
	}
	bool numbers = type_is_number(left->type) && type_equal(left->type, right->type) &&
	               !(type_is_fraction(left->type) && expr->op == OP_MOD);
	if (!numbers)
		return no_operator(lift, expr, left, right);
	bool difference = expr->op == OP_SUB && type_is_unsigned(left->type);
	return finish_binary(lift, expr, difference ? type_scalar(TYPE_I64) : left->type, left,
	                     right);
}

static struct term *build_coalesce(struct lift *lift, const struct ast_expr *expr,
                                   const struct type *hint)
{
	struct term *left = term_build(lift, expr->left, term_shape(hint));
	if (!left)
		return NULL;
	bool string = left->type && left->type->kind == TYPE_STRING;
	struct term *right = left->type && !string
	                             ? term_build_as(lift, expr->right, left->type)
	                             : term_build(lift, expr->right, term_shape(hint));
	const struct ast_expr *exprs[] = {expr->left, expr->right};
	struct term *terms[] = {left, right};
	if (!right)
		return NULL;
	if (!term_meet_all(lift, exprs, terms, 2))
		return no_operator(lift, expr, left, right);
	struct term *term = term_new(lift, TERM_COALESCE, terms[1]->type, expr->span);
	term->left = terms[0];
	term->right = terms[1];
	return term;
}

/* `x or 0`, for what other languages mean by it. */
static bool is_default(const struct ast_expr *expr)
{
	enum ast_expr_kind kind = expr->right->kind;

	return expr->op == OP_OR && (kind == EXPR_INT || kind == EXPR_FLOAT ||
	                             kind == EXPR_QUANTITY || kind == EXPR_STRING);
}

static struct term *refuse_default(struct lift *lift, const struct ast_expr *expr)
{
	struct sema *sema = lift->e->sema;
	const char *left = resolve_source(sema, expr->left->span);

	diag_report(lift_diags(lift), E0302, expr->span,
	            "'or' combines two bools; a default for an absent value is written behind '%s'",
	            "??");
	if (!strchr(left, '\n'))
		diag_help(lift_diags(lift),
		          *resolve_source(sema, expr->span) == '(' ? "write '(%s ?? %s)'"
		                                                   : "write '%s ?? %s'",
		          left, resolve_source(sema, expr->right->span));
	return NULL;
}

struct term *term_build_binary(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	const struct type *truth = type_scalar(TYPE_BOOL);
	if (expr->op == OP_COALESCE)
		return build_coalesce(lift, expr, hint);
	if (is_default(expr))
		return refuse_default(lift, expr);
	if (expr->op == OP_AND || expr->op == OP_OR)
		return finish_binary(lift, expr, truth, term_build_as(lift, expr->left, truth),
		                     term_build_as(lift, expr->right, truth));
	return expr->op >= OP_EQ && expr->op <= OP_GE ? build_comparison(lift, expr)
	                                              : build_arithmetic(lift, expr);
}

/* ---- Others ---- */

struct term *term_build_unary(struct lift *lift, const struct ast_expr *expr)
{
	struct term *left = expr->op == OP_NOT
	                            ? term_build_as(lift, expr->left, type_scalar(TYPE_BOOL))
	                            : term_build(lift, expr->left, NULL);
	if (!left)
		return NULL;
	bool number = !left->type || type_is_number(left->type) || left->type->kind == TYPE_TIME;
	if (expr->op == OP_NEG && !number)
		return term_mismatch(lift, expr->span, "operator '-' needs a number or a time",
		                     left->type);
	bool difference = expr->op == OP_NEG && left->type && type_is_unsigned(left->type);
	struct term *term = term_new(lift, TERM_UNARY,
	                             difference ? type_scalar(TYPE_I64) : left->type, expr->span);
	term->op = expr->op;
	term->left = left;
	return term;
}

/* if c then a else absent */
static struct term *no_other(struct lift *lift, const struct ast_expr *expr)
{
	const char *yes = resolve_source(lift->e->sema, expr->right->span);
	diag_report(
		lift_diags(lift), E0201, expr->span,
		"'%s' is no value: what has none where a condition fails is written with 'when'",
		expr->third->name.text);
	diag_help(lift_diags(lift),
	          expr->right->kind == EXPR_BINARY || expr->right->kind == EXPR_UNARY
	                  ? "write '((%s) when %s)'"
	                  : "write '(%s when %s)'",
	          yes, resolve_source(lift->e->sema, expr->left->span));
	return NULL;
}

struct term *term_build_if(struct lift *lift, const struct ast_expr *expr, const struct type *hint)
{
	struct term *test = term_build_as(lift, expr->left, type_scalar(TYPE_BOOL));
	const struct type *shape = term_shape(hint);
	struct term *yes = term_build(lift, expr->right, shape);
	if (yes && test && names_nothing(lift, expr->third) &&
	    !(yes->type && find_in_enum(yes->type, expr->third->name.text) >= 0))
		return no_other(lift, expr);
	struct term *no = yes ? term_build(lift, expr->third, shape ? shape : term_shape(yes->type))
	                      : NULL;
	if (!test || !yes || !no)
		return NULL;
	const struct ast_expr *exprs[] = {expr->right, expr->third};
	struct term *terms[] = {yes, no};
	if (!term_meet_all(lift, exprs, terms, 2))
		return no_operator(lift, expr, yes, no);
	struct term *term = term_new(lift, TERM_IF, terms[0]->type, expr->span);
	term->left = test;
	term->right = terms[0];
	term->third = terms[1];
	return term;
}

struct term *term_build_when(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	struct term *left = term_build(lift, expr->left, term_shape(hint));
	struct term *right = term_build_as(lift, expr->right, type_scalar(TYPE_BOOL));
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_WHEN, left->type, expr->span);
	term->left = left;
	term->right = right;
	return term;
}
