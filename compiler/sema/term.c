/* Typing of expressions. Numbers of different types meet in the wider one, a literal takes the type of
 * what it meets; nothing is narrowed unless a port asks for it. */
#include "sema/lift.h"
#include <string.h>

struct term *term_new(struct lift *lift, enum term_kind kind, const struct type *type,
                      struct span span)
{
	struct term *term = arena_new(lift->e->sema->arena, struct term);
	term->kind = kind;
	term->type = type;
	term->span = span;
	return term;
}

static struct diags *diags_of(struct lift *lift)
{
	return lift->e->sema->diags;
}

static struct term *mismatch(struct lift *lift, struct span span, const char *what,
                             const struct type *type)
{
	diag_report(diags_of(lift), E0302, span, "%s, not %s", what, type ? type->name : "this");
	return NULL;
}

/* ---- Numbers ---- */

static bool is_integer(const struct type *type)
{
	return type->kind >= TYPE_I8 && type->kind <= TYPE_U64;
}

static bool is_fraction(const struct type *type)
{
	return type->kind == TYPE_F32 || type->kind == TYPE_F64;
}

static bool is_number(const struct type *type)
{
	return is_integer(type) || is_fraction(type);
}

/* The type in which two numbers meet: the wider one; i64 for integers of different signs; f64 for a
 * fraction and an integer that f32 cannot hold. */
static const struct type *meet(const struct type *a, const struct type *b)
{
	struct layout size_a, size_b;
	type_layout(a, &size_a);
	type_layout(b, &size_b);
	if (is_fraction(a) || is_fraction(b)) {
		bool wide = (is_integer(a) && size_a.size > 2) || (is_integer(b) && size_b.size > 2) ||
		            a->kind == TYPE_F64 || b->kind == TYPE_F64;
		return type_scalar(wide ? TYPE_F64 : TYPE_F32);
	}
	bool signed_a = a->kind <= TYPE_I64, signed_b = b->kind <= TYPE_I64;
	if (signed_a != signed_b)
		return type_scalar(TYPE_I64);
	return size_a.size >= size_b.size ? a : b;
}

/* The term with this type, by conversion where the types allow one; NULL when they do not. */
static struct term *convert(struct lift *lift, struct term *term, const struct type *type)
{
	if (!term || !term->type || type_equal(term->type, type)) {
		if (term && !term->type)
			term->type = type;
		return term;
	}
	if (term->kind == TERM_CONST) {
		struct value value = term->value;
		if (!resolve_value(lift->e->sema, type, term->span, &value))
			return NULL;
		term->value = value;
		term->type = type;
		return term;
	}
	if (!is_number(term->type) || !is_number(type))
		return NULL;
	struct term *converted = term_new(lift, TERM_CONVERT, type, term->span);
	converted->left = term;
	converted->optional = term->optional;
	return converted;
}

struct term *term_build_as(struct lift *lift, const struct ast_expr *expr,
                           const struct type *type)
{
	struct term *term = term_build(lift, expr, type);
	if (!term)
		return NULL;
	size_t errors = diags_of(lift)->n_errors;
	struct term *converted = convert(lift, term, type);
	if (!converted && diags_of(lift)->n_errors == errors)
		diag_report(diags_of(lift), E0302, expr->span, "%s is needed here, this is %s",
		            type->name, term->type ? term->type->name : "not known");
	return converted;
}

struct term *term_build_near(struct lift *lift, const struct ast_expr *expr,
                             const struct type *type)
{
	struct term *term = term_build(lift, expr, type);
	bool numbers = term && term->type && is_number(term->type) && is_number(type);
	return numbers ? convert(lift, term, type) : term;
}

/* ---- Leaves ---- */

static struct term *build_const(struct lift *lift, const struct ast_expr *expr,
                                const struct type *hint)
{
	struct value value = elaborate_const(lift->e, lift->scope, expr);
	static const enum type_kind kinds[] = {
	        [VALUE_BOOL] = TYPE_BOOL, [VALUE_INT] = TYPE_I64, [VALUE_FLOAT] = TYPE_F64,
	        [VALUE_TIME] = TYPE_TIME, [VALUE_RATE] = TYPE_F64};
	if (value.kind == VALUE_NONE)
		return NULL;
	if (value.kind == VALUE_ENUM)
		return mismatch(lift, expr->span, "a value of an enum needs a type here", NULL);
	struct term *term = term_new(lift, TERM_CONST, NULL, expr->span);
	bool fits = hint && (is_fraction(hint) ? value.kind == VALUE_INT || value.kind == VALUE_FLOAT
	                                       : is_integer(hint) && value.kind == VALUE_INT);
	if (value.kind == VALUE_STRING)
		term->type = type_string(lift->e->sema->arena,
		                         (struct size){.value = strlen(value.s) ? strlen(value.s) : 1});
	else
		term->type = fits ? hint : type_scalar(kinds[value.kind]);
	if (value.kind != VALUE_STRING &&
	    !resolve_value(lift->e->sema, term->type, expr->span, &value))
		return NULL;
	term->value = value;
	return term;
}

/* A bare name that is one of an enum's, where that is what is compared with. */
static struct term *build_enum(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	if (!hint || hint->kind != TYPE_ENUM || expr->kind != EXPR_NAME || !expr->name.text ||
	    scope_binding(lift->scope, expr->name.text))
		return NULL;
	const struct enumeration *names = hint->enumeration;
	for (size_t i = 0; i < names->names.n; i++) {
		if (strcmp(names->names.items[i], expr->name.text) != 0)
			continue;
		struct term *term = term_new(lift, TERM_CONST, hint, expr->span);
		term->value = (struct value){
		        .kind = VALUE_ENUM, .i = (int64_t)i, .enumeration = names};
		return term;
	}
	return NULL;
}

static struct term *build_name(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	struct binding *binding =
	        expr->name.text ? scope_binding(lift->scope, expr->name.text) : NULL;
	struct term *constant = build_enum(lift, expr, hint);
	if (constant)
		return constant;
	if (binding && binding->kind == BINDING_PARAM) {
		if (!binding->formula)
			return NULL;
		struct term *term = term_new(lift, TERM_PARAM, binding->param->type, expr->span);
		term->formula = binding->formula;
		if (term->type->kind == TYPE_STRING)
			return mismatch(lift, expr->span, "a text option is for nodes", term->type);
		return term;
	}
	struct symbol *symbol = binding || !expr->name.text
	                                ? NULL
	                                : scope_find(lift->scope->file, expr->name.text);
	if ((binding && binding->kind == BINDING_CONST) ||
	    (symbol && symbol->kind == SYMBOL_CONST))
		return build_const(lift, expr, hint);
	return lift_input(lift, expr);
}

/* ---- Parts of values ---- */

static struct term *build_field(struct lift *lift, const struct ast_expr *expr)
{
	struct term *left = term_build(lift, expr->left, NULL);
	if (!left)
		return NULL;
	if (!left->type || left->type->kind != TYPE_RECORD)
		return mismatch(lift, expr->left->span, "only a record has fields", left->type);
	const struct record *record = left->type->record;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < record->fields.n; i++) {
		if (strcmp(record->fields.items[i].name, expr->name.text) == 0) {
			struct term *term = term_new(lift, TERM_FIELD, record->fields.items[i].type,
			                             expr->span);
			term->left = left;
			term->index = (uint32_t)i;
			term->optional = left->optional;
			return term;
		}
		vec_push(lift->e->sema->arena, &names, record->fields.items[i].name);
	}
	diag_report(diags_of(lift), E0303, expr->name.span, "%s has no field '%s'", record->kind,
	            expr->name.text);
	diag_suggest(diags_of(lift), expr->name.text, names.items, names.n);
	return NULL;
}

static struct term *build_member(struct lift *lift, const struct ast_expr *expr)
{
	return stream_is_expression(lift->e, lift->scope, expr) || expr->left->kind == EXPR_IT ||
	                       expr->left->kind == EXPR_CALL
	               ? build_field(lift, expr)
	               : lift_input(lift, expr);
}

static struct term *build_index(struct lift *lift, const struct ast_expr *expr)
{
	if (!stream_is_expression(lift->e, lift->scope, expr) && expr->left->kind != EXPR_IT)
		return lift_input(lift, expr);
	struct term *left = term_build(lift, expr->left, NULL);
	if (!left)
		return NULL;
	if (!left->type || (left->type->kind != TYPE_LIST && left->type->kind != TYPE_ARRAY))
		return mismatch(lift, expr->left->span, "only a list or an array has elements",
		                left->type);
	struct term *index = term_build_as(lift, expr->right, type_scalar(TYPE_I64));
	if (!index)
		return NULL;
	struct term *term = term_new(lift, TERM_ELEMENT, left->type->item, expr->span);
	term->left = left;
	term->right = index;
	term->optional = true; /* out of range */
	return term;
}

/* ---- Operators ---- */

static char op_char(enum ast_op op)
{
	static const char chars[] = "-!+-*/%en<l>g&|?";
	return chars[op];
}

static struct term *finish_binary(struct lift *lift, const struct ast_expr *expr,
                                  const struct type *type, struct term *left, struct term *right)
{
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_BINARY, type, expr->span);
	term->op = op_char(expr->op);
	term->left = left;
	term->right = right;
	bool by_zero = (expr->op == OP_DIV || expr->op == OP_MOD) && left->type &&
	               is_integer(left->type) &&
	               !(right->kind == TERM_CONST && right->value.i != 0);
	term->optional = left->optional || right->optional || by_zero;
	return term;
}

/* Both sides, in the type in which they meet. */
static bool build_operands(struct lift *lift, const struct ast_expr *expr,
                           const struct type *hint, struct term **ret_left,
                           struct term **ret_right)
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
	if (left->type && right->type && is_number(left->type) && is_number(right->type)) {
		const struct type *type = meet(left->type, right->type);
		left = convert(lift, left, type);
		right = convert(lift, right, type);
	} else if (left->type && !right->type) {
		right = convert(lift, right, left->type);
	} else if (right->type && !left->type) {
		left = convert(lift, left, right->type);
	}
	*ret_left = left;
	*ret_right = right;
	return left && right;
}

static struct term *no_operator(struct lift *lift, const struct ast_expr *expr,
                                const struct term *left, const struct term *right)
{
	diag_report(diags_of(lift), E0302, expr->span, "this cannot be computed with %s and %s",
	            left->type ? left->type->name : "an unknown type",
	            right->type ? right->type->name : "an unknown type");
	return NULL;
}

static bool is_comparable(const struct type *type, enum ast_op op)
{
	bool equality = op == OP_EQ || op == OP_NE;
	return is_number(type) || type->kind == TYPE_TIME || type->kind == TYPE_STRING ||
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
		return finish_binary(lift, expr, left->type ? left->type : right->type, left, right);
	bool times = left->type->kind == TYPE_TIME && right->type->kind == TYPE_TIME &&
	             (expr->op == OP_ADD || expr->op == OP_SUB);
	if (left->type->kind == TYPE_TIME && is_number(right->type) &&
	    (expr->op == OP_MUL || expr->op == OP_DIV)) {
		right = convert(lift, right, type_scalar(TYPE_I64));
		return finish_binary(lift, expr, left->type, left, right);
	}
	bool numbers = is_number(left->type) && type_equal(left->type, right->type) &&
	               !(is_fraction(left->type) && expr->op == OP_MOD);
	return times || numbers ? finish_binary(lift, expr, left->type, left, right)
	                        : no_operator(lift, expr, left, right);
}

static struct term *build_coalesce(struct lift *lift, const struct ast_expr *expr,
                                   const struct type *hint)
{
	bool lenient = lift->lenient;
	lift->lenient = true;
	struct term *left = term_build(lift, expr->left, hint);
	lift->lenient = lenient;
	if (!left)
		return NULL;
	struct term *right = left->type ? term_build_as(lift, expr->right, left->type)
	                                : term_build(lift, expr->right, hint);
	if (right && !left->type)
		left = convert(lift, left, right->type);
	if (!left || !right)
		return NULL;
	struct term *term = term_new(lift, TERM_COALESCE, right->type, expr->span);
	term->left = left;
	term->right = right;
	term->optional = right->optional;
	return term;
}

static struct term *build_binary(struct lift *lift, const struct ast_expr *expr,
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

static struct term *build_unary(struct lift *lift, const struct ast_expr *expr,
                                const struct type *hint)
{
	struct term *left = expr->op == OP_NOT
	                            ? term_build_as(lift, expr->left, type_scalar(TYPE_BOOL))
	                            : term_build(lift, expr->left, hint);
	if (!left)
		return NULL;
	bool signed_number = left->type && (is_fraction(left->type) || left->type->kind == TYPE_TIME ||
	                                    (left->type->kind >= TYPE_I8 &&
	                                     left->type->kind <= TYPE_I64));
	if (expr->op == OP_NEG && !signed_number)
		return mismatch(lift, expr->span, "a signed number can be negated", left->type);
	struct term *term = term_new(lift, TERM_UNARY, left->type, expr->span);
	term->op = op_char(expr->op);
	term->left = left;
	term->optional = left->optional;
	return term;
}

static struct term *build_if(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	struct term *test = term_build_as(lift, expr->left, type_scalar(TYPE_BOOL));
	struct term *yes = term_build(lift, expr->right, hint);
	struct term *no = yes ? term_build(lift, expr->third, yes->type) : NULL;
	if (!test || !yes || !no)
		return NULL;
	if (yes->kind == TERM_CONST && no->kind == TERM_CONST && yes->value.kind == VALUE_STRING &&
	    no->value.kind == VALUE_STRING) {
		const struct type *wider = yes->type->n.value > no->type->n.value ? yes->type : no->type;
		yes->type = no->type = wider;
	}
	if (yes->type && no->type && !type_equal(yes->type, no->type)) {
		bool numbers = is_number(yes->type) && is_number(no->type);
		const struct type *type = numbers ? meet(yes->type, no->type) : NULL;
		if (!numbers)
			return no_operator(lift, expr, yes, no);
		yes = convert(lift, yes, type);
		no = convert(lift, no, type);
	}
	const struct type *type = yes->type ? yes->type : no->type;
	struct term *term = term_new(lift, TERM_IF, type, expr->span);
	term->left = test;
	term->right = convert(lift, yes, type);
	term->third = convert(lift, no, type);
	term->optional = test->optional || yes->optional || no->optional;
	return term->right && term->third ? term : NULL;
}

/* ---- Lists ---- */

/* A list, and an expression over its items. */
static struct term *build_over(struct lift *lift, struct term *term, struct term *list,
                               const struct ast_expr *body, const struct type *type)
{
	const struct type *outer = lift->it;
	if (!list)
		return NULL;
	if (!list->type || list->type->kind != TYPE_LIST)
		return mismatch(lift, list->span, "a list is needed here", list->type);
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

static struct term *build_where(struct lift *lift, const struct ast_expr *expr)
{
	struct term *list = term_build(lift, expr->left, NULL);
	struct term *term = term_new(lift, TERM_WHERE, list ? list->type : NULL, expr->span);
	return build_over(lift, term, list, expr->right, type_scalar(TYPE_BOOL));
}

static struct term *build_when(struct lift *lift, const struct ast_expr *expr,
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

static struct term *build_fold(struct lift *lift, const struct ast_expr *expr,
                               enum term_fold fold, struct term *list)
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
			return mismatch(lift, expr->span, "write what is to hold: exists(x, it > 0)", item);
		term->type = type_scalar(TYPE_BOOL);
	} else {
		if (!item || (!is_number(item) && item->kind != TYPE_TIME))
			return mismatch(lift, expr->span, "numbers are needed here", item);
		term->type = item;
		/* The least of nothing is not there; the sum of nothing is 0. */
		term->optional = term->optional || fold != FOLD_SUM;
	}
	return term;
}

static struct term *build_minmax(struct lift *lift, const struct ast_expr *expr,
                                 enum term_fold fold, const struct type *hint)
{
	struct ast_expr pair = {.kind = EXPR_BINARY, .op = OP_ADD, .span = expr->span,
	                        .left = expr->args.items[0].value,
	                        .right = expr->args.items[1].value};
	struct term *sum = build_arithmetic(lift, &pair, hint);
	if (!sum)
		return NULL;
	sum->kind = TERM_MINMAX;
	sum->fold = fold;
	return sum;
}

static struct term *about_input(struct lift *lift, const struct ast_expr *expr,
                                enum term_kind kind, enum type_kind type)
{
	bool lenient = lift->lenient;
	lift->lenient = lenient || kind == TERM_PRESENT;
	struct term *input = lift_input(lift, expr->args.items[0].value);
	lift->lenient = lenient;
	if (!input)
		return NULL;
	struct term *term = term_new(lift, kind, type_scalar(type), expr->span);
	term->index = input->index;
	term->left = input;
	return term;
}

static struct term *build_call(struct lift *lift, const struct ast_expr *expr,
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
		diag_report(diags_of(lift), E0311, expr->span, "a call inside an expression has no "
		                                               "name");
		diag_help(diags_of(lift), "bind it first: x = …, then write x here");
		return NULL;
	}
	if (expr->args.n < 1 || expr->args.n > 2) {
		diag_report(diags_of(lift), E0305, expr->span, "'%s' takes one or two arguments",
		            name);
		return NULL;
	}
	static const char *const single[] = {"len", "number", "time", "age", "present"};
	for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
		if (strcmp(name, single[i]) != 0 || expr->args.n == 1)
			continue;
		diag_report(diags_of(lift), E0305, expr->span, "'%s' takes one argument", name);
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
			return mismatch(lift, first->span, "a list has a length", first->type);
		struct term *term = term_new(lift, TERM_LENGTH, type_scalar(TYPE_U32), expr->span);
		term->left = first;
		term->optional = first->optional;
		return term;
	}
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		if (strcmp(folds[i].name, name) != 0)
			continue;
		bool pair = !list && folds[i].fold <= FOLD_MAX && expr->args.n == 2;
		return pair ? build_minmax(lift, expr, folds[i].fold, hint)
		            : build_fold(lift, expr, folds[i].fold, first);
	}
	return NULL;
}

/* ---- Construction ---- */

/* A record whose type is written nowhere has the fields that are written. */
static const struct type *anonymous_record(struct lift *lift, const struct ast_expr *expr,
                                           const struct term *term)
{
	struct elaborator *e = lift->e;
	struct record *record = arena_new(e->sema->arena, struct record);
	record->name = arena_printf(e->sema->arena, "record_%u", ++e->n_records);
	record->unit = e->bound->file->unit;
	record->kind = record->name;
	record->c_name = arena_printf(e->sema->arena, "%s_%s", e->bound->name, record->name);
	record->doc = "";
	record->span = expr->span;
	for (size_t i = 0; i < expr->args.n; i++)
		vec_push(e->sema->arena, &record->fields,
		         (struct field){.name = expr->args.items[i].name.text,
		                        .type = term->items[i]->type,
		                        .doc = "",
		                        .span = expr->args.items[i].name.span});
	vec_push(e->sema->arena, &e->bound->file->unit->records, record);
	for (size_t i = 0; i < record->fields.n; i++)
		resolve_use(e->sema, e->bound->file->unit, record->fields.items[i].type);
	return type_record(e->sema->arena, record);
}

static const struct field *hinted_field(const struct type *hint, const char *name)
{
	for (size_t i = 0; hint && hint->kind == TYPE_RECORD && i < hint->record->fields.n; i++)
		if (strcmp(hint->record->fields.items[i].name, name) == 0)
			return &hint->record->fields.items[i];
	return NULL;
}

/* Puts the items of a record of a known type in the order of its fields. */
static struct term *order_fields(struct lift *lift, const struct ast_expr *expr,
                                 struct term *term, const struct type *type)
{
	const struct record *record = type->record;
	const struct term **ordered =
	        arena_alloc(lift->e->sema->arena, (record->fields.n + 1) * sizeof *ordered);
	for (size_t i = 0; i < record->fields.n; i++)
		for (size_t k = 0; k < term->n_items; k++)
			if (strcmp(record->fields.items[i].name, expr->args.items[k].name.text) == 0)
				ordered[i] = term->items[k];
	for (size_t i = 0; i < record->fields.n; i++) {
		if (ordered[i])
			continue;
		diag_report(diags_of(lift), E0310, expr->span, "the field '%s' of %s has no value",
		            record->fields.items[i].name, record->kind);
		return NULL;
	}
	term->items = ordered;
	term->n_items = record->fields.n;
	term->type = type;
	return term;
}

static struct term *build_record(struct lift *lift, const struct ast_expr *expr,
                                 const struct type *hint)
{
	struct term *term = term_new(lift, TERM_RECORD, NULL, expr->span);
	bool hinted = hint && hint->kind == TYPE_RECORD;
	term->items = arena_alloc(lift->e->sema->arena, (expr->args.n + 1) * sizeof *term->items);
	term->n_items = expr->args.n;
	for (size_t i = 0; i < expr->args.n; i++) {
		const struct ast_arg *arg = &expr->args.items[i];
		const struct field *field = hinted_field(hint, arg->name.text);
		if (hinted && !field) {
			diag_report(diags_of(lift), E0303, arg->name.span, "%s has no field '%s'",
			            hint->name, arg->name.text);
			return NULL;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(expr->args.items[k].name.text, arg->name.text) != 0)
				continue;
			diag_report(diags_of(lift), E0202, arg->name.span, "'%s' is given twice",
			            arg->name.text);
			return NULL;
		}
		struct term *item = field ? term_build_as(lift, arg->value, field->type)
		                          : term_build(lift, arg->value, NULL);
		if (!item)
			return NULL;
		if (!item->type)
			return mismatch(lift, arg->value->span, "the type of this is not known", NULL);
		if (!field)
			resolve_name(lift->e->sema, arg->name);
		term->items[i] = item;
		term->optional = term->optional || item->optional;
	}
	if (hinted)
		return order_fields(lift, expr, term, hint);
	term->type = anonymous_record(lift, expr, term);
	return term;
}

static struct term *build_list(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	struct term *term = term_new(lift, TERM_LIST, NULL, expr->span);
	bool hinted = hint && hint->kind == TYPE_LIST;
	const struct type *item = hinted ? hint->item : NULL;
	term->items = arena_alloc(lift->e->sema->arena, (expr->args.n + 1) * sizeof *term->items);
	term->n_items = expr->args.n;
	for (size_t i = 0; i < expr->args.n; i++) {
		const struct ast_expr *written = expr->args.items[i].value;
		struct term *built = item ? term_build_as(lift, written, item)
		                          : term_build(lift, written, NULL);
		if (!built)
			return NULL;
		item = item ? item : built->type;
		term->items[i] = built;
		term->optional = term->optional || built->optional;
	}
	if (!item)
		return mismatch(lift, expr->span, "the type of this list is not known", NULL);
	uint64_t n = hinted && !hint->n.variable ? hint->n.value : expr->args.n;
	if (expr->args.n > n)
		return mismatch(lift, expr->span, "more items than there is room for", hint);
	term->type = type_list(lift->e->sema->arena, item, (struct size){.value = n});
	return term;
}

static bool is_by_zero(const struct term *term)
{
	bool division = term->op == '/' || term->op == '%';
	return term->kind == TERM_BINARY && division && is_integer(term->type) &&
	       !(term->right->kind == TERM_CONST && term->right->value.i != 0);
}

static bool any_absent(struct lift *lift, const struct term *term)
{
	bool left = term->left && term_settle_absence(lift, term->left);
	bool right = term->right && term_settle_absence(lift, term->right);
	bool third = term->third && term_settle_absence(lift, term->third);
	bool absent = left || right || third;
	for (size_t i = 0; i < term->n_items; i++)
		absent = term_settle_absence(lift, term->items[i]) || absent;
	if (term->kind == TERM_COALESCE)
		return right;
	return absent;
}

bool term_settle_absence(struct lift *lift, const struct term *term)
{
	bool absent = any_absent(lift, term);
	bool port = term->kind == TERM_INPUT || term->kind == TERM_NUMBER ||
	            term->kind == TERM_TIME || term->kind == TERM_AGE;
	bool none = term->kind == TERM_FOLD && term->fold <= FOLD_MAX;
	if (port)
		absent = lift->inputs.items[term->index].port.optional;
	else if (term->kind == TERM_PRESENT)
		absent = false;
	else if (term->kind == TERM_WHEN || term->kind == TERM_ELEMENT || none || is_by_zero(term))
		absent = true;
	((struct term *)term)->optional = absent;
	return absent;
}

struct term *term_build(struct lift *lift, const struct ast_expr *expr,
                        const struct type *hint)
{
	switch (expr->kind) {
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
	case EXPR_STRING:
	case EXPR_BOOL:
		return build_const(lift, expr, hint);
	case EXPR_NAME:
		return build_name(lift, expr, hint);
	case EXPR_MEMBER:
		return build_member(lift, expr);
	case EXPR_INDEX:
		return build_index(lift, expr);
	case EXPR_CALL:
		return build_call(lift, expr, hint);
	case EXPR_UNARY:
		return build_unary(lift, expr, hint);
	case EXPR_BINARY:
		return build_binary(lift, expr, hint);
	case EXPR_IF:
		return build_if(lift, expr, hint);
	case EXPR_WHERE:
		return build_where(lift, expr);
	case EXPR_WHEN:
		return build_when(lift, expr, hint);
	case EXPR_RECORD:
		return build_record(lift, expr, hint);
	case EXPR_LIST:
		return build_list(lift, expr, hint);
	case EXPR_IT:
		if (lift->it)
			return term_new(lift, TERM_IT, lift->it, expr->span);
		diag_report(diags_of(lift), E0206, expr->span,
		            "'it' is the item that 'where' and count(…) look at");
		return NULL;
	case EXPR_EDGE:
	case EXPR_WINDOW:
		diag_report(diags_of(lift), E0311, expr->span,
		            "bind this to a name first: an expression fires on every frame");
		return NULL;
	case EXPR_ERROR:
		break;
	}
	return NULL;
}
